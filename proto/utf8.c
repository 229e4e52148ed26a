/* A lead byte alone tells the length of its character and narrows the range of the byte behind it; every overlong form, the
 * surrogates and what lies above U+10FFFF fall outside that range. So one table of lead bytes is the whole of RFC 3629. */
#include "utf8.h"

#include <string.h>

struct lead {
    uint8_t size; /* 0: no character begins so */
    uint8_t low, high;
};

static struct lead lead_of(unsigned char byte)
{
    if (byte >= 0xC2 && byte <= 0xDF)
        return (struct lead){2, 0x80, 0xBF};
    if (byte >= 0xE0 && byte <= 0xEF)
        return (struct lead){3, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF};
    if (byte >= 0xF0 && byte <= 0xF4)
        return (struct lead){4, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF};
    return (struct lead){0, 0, 0};
}

int utf8_read(const unsigned char *data, size_t size, int32_t *ch)
{
    if (data[0] < 0x80) {
        *ch = data[0];
        return 1;
    }
    struct lead lead = lead_of(data[0]);
    if (lead.size == 0)
        return -1;
    int32_t value = data[0] & (0x7F >> lead.size);
    for (int i = 1; i < lead.size; i++) {
        if ((size_t)i == size)
            return 0;
        if (data[i] < (i == 1 ? lead.low : 0x80) || data[i] > (i == 1 ? lead.high : 0xBF))
            return -i;
        value = value << 6 | (data[i] & 0x3F);
    }
    *ch = value;
    return lead.size;
}

size_t utf8_write(int32_t ch, char *out)
{
    if (ch < 0x80) {
        out[0] = (char)ch;
        return 1;
    }
    if (ch < 0x800) {
        out[0] = (char)(0xC0 | ch >> 6);
        out[1] = (char)(0x80 | (ch & 0x3F));
        return 2;
    }
    if (ch < 0x10000) {
        out[0] = (char)(0xE0 | ch >> 12);
        out[1] = (char)(0x80 | (ch >> 6 & 0x3F));
        out[2] = (char)(0x80 | (ch & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | ch >> 18);
    out[1] = (char)(0x80 | (ch >> 12 & 0x3F));
    out[2] = (char)(0x80 | (ch >> 6 & 0x3F));
    out[3] = (char)(0x80 | (ch & 0x3F));
    return 4;
}

size_t utf8_valid(const char *data, size_t size)
{
    size_t at = 0;
    while (at < size) {
        uint64_t eight;
        if (size - at >= sizeof eight) {
            memcpy(&eight, data + at, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        int32_t ch;
        int taken = utf8_read((const unsigned char *)data + at, size - at, &ch);
        if (taken <= 0)
            break;
        at += (size_t)taken;
    }
    return at;
}

bool utf8_plain(int32_t ch)
{
    static const struct {
        int32_t first, last;
    } others[] = {{0, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ch >= others[i].first && ch <= others[i].last)
            return false;
    return true;
}
