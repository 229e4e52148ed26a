/* JSON strings, as what stands between their quotes. Pure. "Checked" is a string that the scanner has let through. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ESCAPE_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Marks, by the top bit of each, those of eight bytes that are not plain; behind the first, others may be marked, too. The
 * quote trades places with the space, and stands right above the control characters then. */
static inline uint64_t escape_special(const char *data)
{
    uint64_t eight;
    memcpy(&eight, data, sizeof eight);
    uint64_t low = (eight ^ ESCAPE_EACH('"' ^ ' ')) - ESCAPE_EACH(0x21),
             backslash = (eight ^ ESCAPE_EACH('\\')) - ESCAPE_EACH(1);
    return (low | backslash | eight) & ESCAPE_EACH(0x80);
}

static inline bool escape_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

#define ESCAPE_SHORT 16 /* bytes: most strings end before */

/* How many bytes from the start stand for themselves: ASCII, and neither a control character nor a quote nor a backslash.
 * No more than ESCAPE_SHORT of them are looked at. */
static inline size_t escape_plain_short(const char *data, size_t size)
{
    size_t at = 0;
    for (; at < ESCAPE_SHORT && size - at >= 8; at += 8) {
        uint64_t special = escape_special(data + at);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (special != 0)
            return at + (size_t)__builtin_ctzll(special) / 8;
#endif
        if (special != 0)
            break;
    }
    while (at < ESCAPE_SHORT && at < size && escape_is_plain((unsigned char)data[at]))
        at++;
    return at;
}

/* How many bytes from the start stand for themselves, of all of them. */
size_t escape_plain(const char *data, size_t size);

/* Reads the escape that begins with the backslash at data: how many bytes it has, its character in *ch. 0: it is malformed,
 * a surrogate without its other half included. */
size_t escape_read(const char *data, size_t size, int32_t *ch);

/* Undoes the escapes of a checked string where it stands; its size then. */
size_t escape_undo(char *data, size_t size);

/* Orders two checked strings by the bytes that they stand for: below, at or above 0. */
int escape_compare(const char *a, size_t a_size, const char *b, size_t b_size);

/* Whether a checked string stands for these bytes. */
bool escape_is(const char *data, size_t size, const char *plain, size_t plain_size);
