/* Three bytes are four characters. Reading writes behind where it reads, which is why it may happen in place; and it wants the
 * one canonical form, so that no two texts stand for the same bytes. */
#include "base64.h"

#include <stdbool.h>

static const char letters[64] = {'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P',
                                 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f',
                                 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v',
                                 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'};

/* One more than what a character stands for, so that 0 is none. */
#define ROW(first, n) [first] = n
static const uint8_t numbers[256] = {
    ROW('A', 1),  ROW('B', 2),  ROW('C', 3),  ROW('D', 4),  ROW('E', 5),  ROW('F', 6),  ROW('G', 7),  ROW('H', 8),
    ROW('I', 9),  ROW('J', 10), ROW('K', 11), ROW('L', 12), ROW('M', 13), ROW('N', 14), ROW('O', 15), ROW('P', 16),
    ROW('Q', 17), ROW('R', 18), ROW('S', 19), ROW('T', 20), ROW('U', 21), ROW('V', 22), ROW('W', 23), ROW('X', 24),
    ROW('Y', 25), ROW('Z', 26), ROW('a', 27), ROW('b', 28), ROW('c', 29), ROW('d', 30), ROW('e', 31), ROW('f', 32),
    ROW('g', 33), ROW('h', 34), ROW('i', 35), ROW('j', 36), ROW('k', 37), ROW('l', 38), ROW('m', 39), ROW('n', 40),
    ROW('o', 41), ROW('p', 42), ROW('q', 43), ROW('r', 44), ROW('s', 45), ROW('t', 46), ROW('u', 47), ROW('v', 48),
    ROW('w', 49), ROW('x', 50), ROW('y', 51), ROW('z', 52), ROW('0', 53), ROW('1', 54), ROW('2', 55), ROW('3', 56),
    ROW('4', 57), ROW('5', 58), ROW('6', 59), ROW('7', 60), ROW('8', 61), ROW('9', 62), ROW('+', 63), ROW('/', 64),
};
#undef ROW

size_t base64_write(const unsigned char *data, size_t size, char *out)
{
    char *to = out;
    size_t left = size;
    for (; left >= 3; left -= 3, data += 3) {
        uint32_t bits = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];
        *to++ = letters[bits >> 18];
        *to++ = letters[bits >> 12 & 63];
        *to++ = letters[bits >> 6 & 63];
        *to++ = letters[bits & 63];
    }
    if (left > 0) {
        uint32_t bits = (uint32_t)data[0] << 16 | (left == 2 ? (uint32_t)data[1] << 8 : 0);
        *to++ = letters[bits >> 18];
        *to++ = letters[bits >> 12 & 63];
        *to++ = left == 2 ? letters[bits >> 6 & 63] : '=';
        *to++ = '=';
    }
    return (size_t)(to - out);
}

/* count characters, 2 to 4, as 6 bits each from the top of 24; false if one of them is none. */
static bool group_read(const char *data, size_t count, uint32_t *bits)
{
    *bits = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = numbers[(unsigned char)data[i]];
        if (number == 0)
            return false;
        *bits |= (number - 1) << (18 - 6 * i);
    }
    return true;
}

ptrdiff_t base64_read(const char *data, size_t size, unsigned char *out)
{
    if (size % 4 != 0)
        return -1;
    unsigned char *to = out;
    uint32_t bits;
    for (; size > 4; size -= 4, data += 4) {
        if (!group_read(data, 4, &bits))
            return -1;
        *to++ = (unsigned char)(bits >> 16);
        *to++ = (unsigned char)(bits >> 8);
        *to++ = (unsigned char)bits;
    }
    if (size == 0)
        return 0;
    size_t count = data[3] != '=' ? 4 : data[2] != '=' ? 3 : 2;
    if (!group_read(data, count, &bits) || (bits & (0xFFFFFFu >> (count - 1) * 8)) != 0)
        return -1;
    for (size_t i = 0; i + 1 < count; i++)
        *to++ = (unsigned char)(bits >> (16 - 8 * i));
    return to - out;
}
