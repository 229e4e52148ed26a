/* Strings are compared without being rewritten: a reader gives out, one by one, the bytes that a string stands for. */
#include "escape.h"

#include <string.h>

#include "utf8.h"

typedef signed char sixteen __attribute__((vector_size(16)));

/* Whether all of 32 bytes are plain. Those above 127 are below all others here. */
static bool all_plain(const char *data)
{
    union {
        sixteen bytes;
        uint64_t halves[2];
    } special;
    sixteen a, b;
    memcpy(&a, data, sizeof a);
    memcpy(&b, data + sizeof a, sizeof b);
    special.bytes = (sixteen)((a < 0x20) | (a == '"') | (a == '\\') | (b < 0x20) | (b == '"') | (b == '\\'));
    return (special.halves[0] | special.halves[1]) == 0;
}

size_t escape_plain(const char *data, size_t size)
{
    size_t at = escape_plain_short(data, size), more = at;
    if (at < ESCAPE_SHORT)
        return at;
    while (size - at >= 32 && all_plain(data + at))
        at += 32;
    do {
        more = escape_plain_short(data + at, size - at);
        at += more;
    } while (more == ESCAPE_SHORT);
    return at;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex_read(const char *data, size_t size)
{
    if (size < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        char c = data[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value = value << 4 | ((c | 0x20) - 'a' + 10);
        else
            return -1;
    }
    return value;
}

static size_t unicode_read(const char *data, size_t size, int32_t *ch)
{
    int32_t high = hex_read(data + 2, size - 2);
    if (high < 0 || (high >= 0xDC00 && high <= 0xDFFF))
        return 0;
    if (high < 0xD800 || high > 0xDBFF) {
        *ch = high;
        return 6;
    }
    if (size < 12 || data[6] != '\\' || data[7] != 'u')
        return 0;
    int32_t low = hex_read(data + 8, size - 8);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0;
    *ch = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return 12;
}

size_t escape_read(const char *data, size_t size, int32_t *ch)
{
    if (size < 2)
        return 0;
    switch (data[1]) {
    case '"':
    case '\\':
    case '/':
        *ch = (unsigned char)data[1];
        return 2;
    case 'b':
        *ch = '\b';
        return 2;
    case 'f':
        *ch = '\f';
        return 2;
    case 'n':
        *ch = '\n';
        return 2;
    case 'r':
        *ch = '\r';
        return 2;
    case 't':
        *ch = '\t';
        return 2;
    case 'u':
        return unicode_read(data, size, ch);
    default:
        return 0;
    }
}

size_t escape_undo(char *data, size_t size)
{
    const char *from = data, *end = data + size;
    char *to = data;
    while (from < end) {
        const char *stop = memchr(from, '\\', (size_t)(end - from));
        size_t run = (size_t)((stop ? stop : end) - from);
        memmove(to, from, run);
        to += run;
        from += run;
        if (from < end) {
            int32_t ch = 0;
            from += escape_read(from, (size_t)(end - from), &ch);
            to += utf8_write(ch, to);
        }
    }
    return (size_t)(to - data);
}

/* Gives out the bytes that a checked string stands for. */
struct reader {
    const char *at, *end;
    char held[4]; /* of an escape, those not given out yet */
    size_t held_at, held_end;
};

static int reader_next(struct reader *reader)
{
    if (reader->held_at < reader->held_end)
        return (unsigned char)reader->held[reader->held_at++];
    if (reader->at == reader->end)
        return -1;
    if (*reader->at != '\\')
        return (unsigned char)*reader->at++;
    int32_t ch = 0;
    reader->at += escape_read(reader->at, (size_t)(reader->end - reader->at), &ch);
    reader->held_end = utf8_write(ch, reader->held);
    reader->held_at = 1;
    return (unsigned char)reader->held[0];
}

/* How many bytes both begin with that are written the same way; no escape is cut. */
static size_t same(const char *a, const char *b, size_t size)
{
    for (size_t at = 0;;) {
        int32_t ch;
        while (at < size && a[at] == b[at] && a[at] != '\\')
            at++;
        size_t escape = at < size && a[at] == b[at] ? escape_read(a + at, size - at, &ch) : 0;
        if (escape == 0 || memcmp(a + at, b + at, escape) != 0)
            return at;
        at += escape;
    }
}

int escape_compare(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t skip = same(a, b, a_size < b_size ? a_size : b_size);
    struct reader left = {.at = a + skip, .end = a + a_size}, right = {.at = b + skip, .end = b + b_size};
    int x, y;
    do {
        x = reader_next(&left);
        y = reader_next(&right);
    } while (x == y && x >= 0);
    return x - y;
}

bool escape_is(const char *data, size_t size, const char *plain, size_t plain_size)
{
    struct reader reader = {.at = data, .end = data + size};
    for (size_t i = 0; i < plain_size; i++)
        if (reader_next(&reader) != (unsigned char)plain[i])
            return false;
    return reader_next(&reader) < 0;
}
