#include <stdbool.h>
#include <string.h>

#include "fence.h"
#include "utf8.h"

static int read_fenced(const char *data, size_t size, int32_t *ch)
{
    return utf8_read((const unsigned char *)fence_copy(0, data, size), size, ch);
}

static bool is_scalar(int32_t ch)
{
    return ch >= 0 && ch <= 0x10FFFF && (ch < 0xD800 || ch > 0xDFFF);
}

/* Written, read whole, and read in part. Not by assertions one by one, which cost more than all of it. */
static bool comes_back(int32_t ch)
{
    char bytes[4];
    int32_t back = -1;
    size_t size = utf8_write(ch, bytes);
    bool good = size == (ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4);
    good = good && read_fenced(bytes, size, &back) == (int)size && back == ch;
    for (size_t part = 1; part < size; part++)
        good = good && read_fenced(bytes, part, &back) == 0;
    return good && utf8_valid(fence_copy(0, bytes, size), size) == size;
}

START_TEST(every_scalar_value_comes_back)
{
    for (int32_t ch = 0; ch <= 0x10FFFF; ch++)
        if (is_scalar(ch) && !comes_back(ch))
            ck_abort_msg("U+%04X", (unsigned)ch);
}
END_TEST

/* What is read is what writing it gives, so nothing has two forms. */
static bool has_one_form(const char *bytes)
{
    char again[4];
    int32_t ch = -1;
    int taken = utf8_read((const unsigned char *)bytes, 3, &ch);
    if (taken <= 0)
        return taken == 0 ? (unsigned char)bytes[0] >= 0xF0 && (unsigned char)bytes[0] <= 0xF4 : taken >= -2;
    return is_scalar(ch) && utf8_write(ch, again) == (size_t)taken && memcmp(bytes, again, (size_t)taken) == 0;
}

START_TEST(nothing_else_is_let_through)
{
    for (uint32_t bits = 0; bits < 0x1000000; bits++) {
        char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        if (!has_one_form(bytes))
            ck_abort_msg("%06X", (unsigned)bits);
    }
}
END_TEST

/* Unicode 15, chapter 3.9, tables 3-8 to 3-11, and the ends of each range. */
static const struct {
    const char *bytes;
    size_t size;
    int taken;
} parts[] = {
    {"\x80", 1, -1},
    {"\xBF", 1, -1},
    {"\xC0\xAF", 2, -1},
    {"\xC1\xBF", 2, -1},
    {"\xC2", 1, 0},
    {"\xC2\x7F", 2, -1},
    {"\xC2\xC0", 2, -1},
    {"\xDF\xBF", 2, 2},
    {"\xE0\x9F\xBF", 3, -1},
    {"\xE0\xA0", 2, 0},
    {"\xE0\xA0\x80", 3, 3},
    {"\xE1\x80\xE2", 3, -2},
    {"\xE2\x82\x28", 3, -2},
    {"\xED\x9F\xBF", 3, 3},
    {"\xED\xA0\x80", 3, -1},
    {"\xED\xBF\xBF", 3, -1},
    {"\xEE\x80\x80", 3, 3},
    {"\xEF\xBF\xBF", 3, 3},
    {"\xF0\x8F\xBF\xBF", 4, -1},
    {"\xF0\x90\x80\x80", 4, 4},
    {"\xF0\x90\x80", 3, 0},
    {"\xF0\x90\x80\x41", 4, -3},
    {"\xF1\x80\x41", 3, -2},
    {"\xF1\x41", 2, -1},
    {"\xF4\x8F\xBF\xBF", 4, 4},
    {"\xF4\x90\x80\x80", 4, -1},
    {"\xF5\x80\x80\x80", 4, -1},
    {"\xFF", 1, -1},
};

START_TEST(malformed_subparts_are_maximal)
{
    int32_t ch;
    ck_assert_int_eq(read_fenced(parts[_i].bytes, parts[_i].size, &ch), parts[_i].taken);
}
END_TEST

/* The steps of eight bytes hide nothing, wherever the bad byte stands. */
START_TEST(valid_counts_up_to_the_first_fault)
{
    for (size_t size = 0; size < 40; size++) {
        char text[40];
        memset(text, 'a', sizeof text);
        ck_assert_uint_eq(utf8_valid(fence_copy(0, text, size), size), size);
        for (size_t bad = 0; bad < size; bad++) {
            text[bad] = '\xFF';
            ck_assert_uint_eq(utf8_valid(fence_copy(0, text, size), size), bad);
            text[bad] = '\xC3'; /* half a character, at the end too */
            ck_assert_uint_eq(utf8_valid(fence_copy(0, text, size), size), bad);
            text[bad] = 'a';
        }
        for (size_t at = 0; at + 4 <= size; at++) {
            memcpy(text + at, "\xF0\x9F\x98\x80", 4);
            ck_assert_uint_eq(utf8_valid(fence_copy(0, text, size), size), size);
            memset(text, 'a', sizeof text);
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("utf8");
    tcase_add_test(tests, every_scalar_value_comes_back);
    tcase_add_test(tests, nothing_else_is_let_through);
    tcase_add_loop_test(tests, malformed_subparts_are_maximal, 0, COUNT(parts));
    tcase_add_test(tests, valid_counts_up_to_the_first_fault);
    return suite_run("utf8", tests);
}
