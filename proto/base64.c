/* Three bytes are four characters. Reading writes behind where it reads, which is why it may happen in place; and it wants the
 * one canonical form, so that no two texts stand for the same bytes.
 *
 * Both ways go by eight characters: writing looks two of them up by their twelve bits, reading finds out of the sum of what
 * they stand for whether all of them were characters at all. */
#include "base64.h"

#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HIGHEST_FIRST(bits) __builtin_bswap64(bits)
#else
#define HIGHEST_FIRST(bits) (bits)
#endif

/* What twelve bits are written as. */
// clang-format off
#define PAIRS(a) \
    {a, 'A'}, {a, 'B'}, {a, 'C'}, {a, 'D'}, {a, 'E'}, {a, 'F'}, {a, 'G'}, {a, 'H'}, {a, 'I'}, {a, 'J'}, {a, 'K'}, \
    {a, 'L'}, {a, 'M'}, {a, 'N'}, {a, 'O'}, {a, 'P'}, {a, 'Q'}, {a, 'R'}, {a, 'S'}, {a, 'T'}, {a, 'U'}, {a, 'V'}, \
    {a, 'W'}, {a, 'X'}, {a, 'Y'}, {a, 'Z'}, {a, 'a'}, {a, 'b'}, {a, 'c'}, {a, 'd'}, {a, 'e'}, {a, 'f'}, {a, 'g'}, \
    {a, 'h'}, {a, 'i'}, {a, 'j'}, {a, 'k'}, {a, 'l'}, {a, 'm'}, {a, 'n'}, {a, 'o'}, {a, 'p'}, {a, 'q'}, {a, 'r'}, \
    {a, 's'}, {a, 't'}, {a, 'u'}, {a, 'v'}, {a, 'w'}, {a, 'x'}, {a, 'y'}, {a, 'z'}, {a, '0'}, {a, '1'}, {a, '2'}, \
    {a, '3'}, {a, '4'}, {a, '5'}, {a, '6'}, {a, '7'}, {a, '8'}, {a, '9'}, {a, '+'}, {a, '/'},
static const char pairs[4096][2] = {
    PAIRS('A') PAIRS('B') PAIRS('C') PAIRS('D') PAIRS('E') PAIRS('F') PAIRS('G') PAIRS('H') PAIRS('I') PAIRS('J') PAIRS('K')
    PAIRS('L') PAIRS('M') PAIRS('N') PAIRS('O') PAIRS('P') PAIRS('Q') PAIRS('R') PAIRS('S') PAIRS('T') PAIRS('U') PAIRS('V')
    PAIRS('W') PAIRS('X') PAIRS('Y') PAIRS('Z') PAIRS('a') PAIRS('b') PAIRS('c') PAIRS('d') PAIRS('e') PAIRS('f') PAIRS('g')
    PAIRS('h') PAIRS('i') PAIRS('j') PAIRS('k') PAIRS('l') PAIRS('m') PAIRS('n') PAIRS('o') PAIRS('p') PAIRS('q') PAIRS('r')
    PAIRS('s') PAIRS('t') PAIRS('u') PAIRS('v') PAIRS('w') PAIRS('x') PAIRS('y') PAIRS('z') PAIRS('0') PAIRS('1') PAIRS('2')
    PAIRS('3') PAIRS('4') PAIRS('5') PAIRS('6') PAIRS('7') PAIRS('8') PAIRS('9') PAIRS('+') PAIRS('/')
};
#undef PAIRS

/* What a character stands for. X has bits above those of eight characters wherever it is shifted to. */
#define X UINT64_MAX
static const uint64_t numbers[256] = {
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, 62, X, X, X, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X,
    X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, X,
    X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
    X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
};
#undef X
// clang-format on

static void write_pair(uint64_t twelve, char *out)
{
    memcpy(out, pairs[twelve & 4095], 2);
}

/* Eight bytes, the first one highest. */
static uint64_t eight_bytes(const unsigned char *data)
{
    uint64_t bits;
    memcpy(&bits, data, sizeof bits);
    return HIGHEST_FIRST(bits);
}

size_t base64_write(const unsigned char *data, size_t size, char *out)
{
    char *to = out;
    size_t left = size;
    for (; left >= 8; left -= 6, data += 6, to += 8) {
        uint64_t bits = eight_bytes(data);
        write_pair(bits >> 52, to);
        write_pair(bits >> 40, to + 2);
        write_pair(bits >> 28, to + 4);
        write_pair(bits >> 16, to + 6);
    }
    for (; left > 0; to += 4) {
        size_t n = left < 3 ? left : 3;
        uint64_t bits = (uint64_t)data[0] << 16 | (n > 1 ? (uint64_t)data[1] << 8 : 0) | (n > 2 ? data[2] : 0);
        write_pair(bits >> 12, to);
        write_pair(bits, to + 2);
        memset(to + n + 1, '=', 3 - n);
        left -= n;
        data += n;
    }
    return (size_t)(to - out);
}

/* Characters as 6 bits each, the last one lowest. More than those bits: one of them is none. */
static uint64_t sum_of_four(const char *data)
{
    const unsigned char *at = (const unsigned char *)data;
    return numbers[at[0]] << 18 | numbers[at[1]] << 12 | numbers[at[2]] << 6 | numbers[at[3]];
}

static uint64_t sum_of_eight(const char *data)
{
    const unsigned char *at = (const unsigned char *)data;
    return numbers[at[0]] << 42 | numbers[at[1]] << 36 | numbers[at[2]] << 30 | numbers[at[3]] << 24 | sum_of_four(data + 4);
}

static void put_three(uint64_t bits, unsigned char *out)
{
    out[0] = (unsigned char)(bits >> 16);
    out[1] = (unsigned char)(bits >> 8);
    out[2] = (unsigned char)bits;
}

/* Six bytes, the highest first, and two more that are to be overwritten. */
static void put_six(uint64_t bits, unsigned char *out)
{
    bits = HIGHEST_FIRST(bits << 16);
    memcpy(out, &bits, sizeof bits);
}

/* The last group, with its padding: how many bytes, or -1. */
static ptrdiff_t read_last(const char *data, unsigned char *out)
{
    size_t count = data[3] != '=' ? 4 : data[2] != '=' ? 3 : 2;
    char whole[4] = {data[0], data[1], count > 2 ? data[2] : 'A', count > 3 ? data[3] : 'A'};
    uint64_t bits = sum_of_four(whole);
    if (bits >> 24 != 0 || (bits & (0xFFFFFFu >> (count - 1) * 8)) != 0)
        return -1;
    for (size_t i = 0; i + 1 < count; i++)
        out[i] = (unsigned char)(bits >> (16 - 8 * i));
    return (ptrdiff_t)count - 1;
}

ptrdiff_t base64_read(const char *data, size_t size, unsigned char *out)
{
    if (size % 4 != 0)
        return -1;
    if (size == 0)
        return 0;
    unsigned char *to = out;
    for (; size > 12; size -= 8, data += 8, to += 6) {
        uint64_t bits = sum_of_eight(data);
        if (bits >> 48 != 0)
            return -1;
        put_six(bits, to);
    }
    for (; size > 4; size -= 4, data += 4, to += 3) {
        uint64_t bits = sum_of_four(data);
        if (bits >> 24 != 0)
            return -1;
        put_three(bits, to);
    }
    ptrdiff_t last = read_last(data, to);
    return last < 0 ? -1 : to + last - out;
}
