/* JSON strings, as what stands between their quotes. Pure. "Checked" is a string that the scanner has let through. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ESCAPE_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte that is below n, or that is above 127. n is at most 128. */
#define ESCAPE_BELOW(eight, n) (((eight)-ESCAPE_EACH(n)) | (eight))

static inline bool escape_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

#define ESCAPE_LONG 64

/* How many bytes from the start are plain, by blocks: there may be some more. */
size_t escape_plain_blocks(const char *data, size_t size);

/* How many bytes from the start stand for themselves: ASCII, and neither a control character nor a quote nor a backslash. */
static inline size_t escape_plain(const char *data, size_t size)
{
    size_t at = size >= ESCAPE_LONG ? escape_plain_blocks(data, size) : 0;
    for (; size - at >= 8; at += 8) {
        uint64_t eight;
        memcpy(&eight, data + at, sizeof eight);
        uint64_t special =
            ESCAPE_BELOW(eight, 0x20) | ESCAPE_BELOW(eight ^ ESCAPE_EACH('"'), 1) | ESCAPE_BELOW(eight ^ ESCAPE_EACH('\\'), 1);
        special &= ESCAPE_EACH(0x80);
        if (special == 0)
            continue;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        return at + (size_t)__builtin_ctzll(special) / 8; /* what a borrow may have marked stands behind the first */
#else
        break;
#endif
    }
    while (at < size && escape_is_plain((unsigned char)data[at]))
        at++;
    return at;
}

/* Reads the escape that begins with the backslash at data: how many bytes it has, its character in *ch. 0: it is malformed,
 * a surrogate without its other half included. */
size_t escape_read(const char *data, size_t size, int32_t *ch);

/* Undoes the escapes of a checked string where it stands; its size then. */
size_t escape_undo(char *data, size_t size);

/* Orders two checked strings by the bytes that they stand for: below, at or above 0. */
int escape_compare(const char *a, size_t a_size, const char *b, size_t b_size);

/* Whether a checked string stands for these bytes. */
bool escape_is(const char *data, size_t size, const char *plain, size_t plain_size);
