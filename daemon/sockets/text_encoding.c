/* Finding out what an encoding is like.
 *
 * iconv says nothing about the encodings it knows, and their names say nothing reliable. So each is tried: every byte by
 * itself in the initial state, byte order marks, and characters that make the shifting ones shift.
 *
 * WCHAR_T, UTF-32 in host order, is the form that glibc itself goes through: from and to it a conversion is one step, which
 * costs a few hundred bytes of memory; two steps would put a buffer of 32 KiB between them. */
#include "text_encoding.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_ROOM 64

static struct encoding *known;

/* ---- names ---- */

static bool name_is(struct sockd_text name, const char *lower)
{
    if (name.size != strlen(lower))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != lower[i])
            return false;
    }
    return true;
}

bool encoding_is_utf8(struct sockd_text name)
{
    return name_is(name, "utf-8") || name_is(name, "utf8");
}

/* Reads a name in the one form that it is kept in. A slash or a comma would begin what iconv takes for orders. Every other
 * sign that its names do not have it passes over, as it does with the brackets that one of them has: let through, they would
 * make any number of names for the same. */
static bool name_read(char out[ENCODING_NAME_MAX + 1], struct sockd_text name)
{
    size_t used = 0;
    if (name.size == 0 || name.size > ENCODING_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool upper = c >= 'A' && c <= 'Z', other = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!upper && !other && (c == '\0' || !strchr("_-.:()", c)))
            return false;
        if (c != '(' && c != ')')
            out[used++] = upper ? (char)(c + ('a' - 'A')) : c;
    }
    out[used] = '\0';
    return used > 0;
}

/* ---- trying ---- */

iconv_t encoding_open_input(const struct encoding *encoding)
{
    return iconv_open("WCHAR_T", encoding->name);
}

iconv_t encoding_open_output(const struct encoding *encoding)
{
    return iconv_open(encoding->name, "WCHAR_T");
}

struct probe {
    size_t consumed, produced; /* bytes */
    int error;
    char out[PROBE_ROOM];
};

static struct probe probe(iconv_t conversion, const void *data, size_t size)
{
    struct probe result = {0};
    char *in = (char *)(uintptr_t)data, *out = result.out;
    size_t left = size, room = sizeof result.out;
    if (iconv(conversion, data ? &in : NULL, &left, &out, &room) == (size_t)-1)
        result.error = errno;
    result.consumed = size - left;
    result.produced = sizeof result.out - room;
    return result;
}

static void restart(iconv_t conversion)
{
    iconv(conversion, NULL, NULL, NULL, NULL);
}

static void probe_byte(struct encoding *encoding, iconv_t input, unsigned byte)
{
    unsigned char data = (unsigned char)byte;
    restart(input);
    struct probe got = probe(input, &data, 1);
    uint16_t *entry = &encoding->characters[byte];
    *entry = ENCODING_LEAD;
    if (got.error == EILSEQ) {
        *entry = ENCODING_MALFORMED;
    } else if (got.error == EINVAL) { /* below 0x80 it begins an escape, in a code of single bytes */
        encoding->stateful_input |= byte < 0x80 && encoding->unit == 1;
    } else if (got.produced == sizeof(uint32_t)) {
        uint32_t ch;
        memcpy(&ch, got.out, sizeof ch);
        if (ch < ENCODING_MALFORMED)
            *entry = (uint16_t)ch;
        else
            encoding->stateful_input = true; /* not so, but that way it needs no table */
    } else {
        encoding->stateful_input = true;
        if (got.produced == 0 && probe(input, NULL, 0).produced) {
            encoding->holds[byte / 8] |= (uint8_t)(1 << byte % 8);
            encoding->holds_back = true;
        }
    }
    encoding->multibyte |= *entry == ENCODING_LEAD;
}

static void probe_input(struct encoding *encoding, iconv_t input)
{
    static const char marks[][4] = {{'\xff', '\xfe', 0, 0}, {0, 0, '\xfe', '\xff'}, {'\xfe', '\xff', 0, 0}};
    for (unsigned byte = 0; byte < 256; byte++)
        probe_byte(encoding, input, byte);
    for (size_t i = 0; encoding->unit > 1 && i < sizeof marks / sizeof *marks; i++) {
        restart(input);
        struct probe got = probe(input, marks[i], encoding->unit);
        encoding->stateful_input |= got.error == 0 && got.produced == 0;
    }
    encoding->ascii_input = !encoding->stateful_input;
    for (unsigned byte = 0; byte < 0x80; byte++)
        encoding->ascii_input &= encoding->characters[byte] == byte;
}

/* Scripts that the encodings with shifts shift for, and letters that some hold back, waiting for an accent. */
static const uint32_t shifting[] = {0x00c9, 0x00ca, 0x0391, 0x0416, 0x0b95, 0x0bc6, 0x3042, 0x304b, 0x4e00, 0xac00};

static void probe_output(struct encoding *encoding, iconv_t output)
{
    const uint32_t letter = 'A';
    struct probe first = probe(output, &letter, sizeof letter);
    struct probe second = probe(output, &letter, sizeof letter);
    encoding->stateful_output = first.produced != second.produced;
    encoding->unit = second.produced == 2 || second.produced == 4 ? (uint8_t)second.produced : 1;
    if (encoding->unit > 1 && first.produced > second.produced) {
        encoding->mark_size = encoding->unit;
        memcpy(encoding->mark, first.out, encoding->unit);
    }
    for (size_t i = 0; i < sizeof shifting / sizeof *shifting; i++) {
        restart(output);
        probe(output, &shifting[i], sizeof *shifting);
        encoding->stateful_output |= probe(output, NULL, 0).produced != 0;
    }
    encoding->ascii_output = !encoding->stateful_output;
    for (uint32_t ch = 0; ch < 0x80 && encoding->ascii_output; ch++) {
        struct probe got = probe(output, &ch, sizeof ch);
        encoding->ascii_output = got.error == 0 && got.produced == 1 && got.out[0] == (char)ch;
    }
}

static int encoding_try(struct encoding *encoding)
{
    iconv_t input = encoding_open_input(encoding), output = encoding_open_output(encoding);
    int error = input == (iconv_t)-1 || output == (iconv_t)-1 ? (errno == ENOMEM ? -ENOMEM : -EINVAL) : 0;
    if (!error) {
        probe_output(encoding, output);
        probe_input(encoding, input);
    }
    if (input != (iconv_t)-1)
        iconv_close(input);
    if (output != (iconv_t)-1)
        iconv_close(output);
    return error;
}

int encoding_find(struct sockd_text name, const struct encoding **encoding)
{
    char plain[ENCODING_NAME_MAX + 1];
    if (!name_read(plain, name))
        return -EINVAL;
    for (struct encoding *it = known; it; it = it->next)
        if (strcmp(plain, it->name) == 0) {
            *encoding = it;
            return 0;
        }
    struct encoding *added = calloc(1, sizeof *added);
    if (!added)
        return -ENOMEM;
    memcpy(added->name, plain, sizeof plain);
    int error = encoding_try(added);
    if (error) {
        free(added);
        return error;
    }
    added->next = known;
    known = added;
    *encoding = added;
    return 0;
}
