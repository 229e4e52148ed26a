#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "fence.h"
#include "parse.h"

/* ---- grammar ---- */

/* Texts, and what the tokens say of them. */
static const struct {
    const char *text, *shape;
} good[] = {
    {"0", "0"},
    {"-0", "-0"},
    {"-0.0", "-0.0"},
    {"12.5e+3", "12.5e+3"},
    {"1E-400", "1E-400"},
    {"1e400", "1e400"},
    {"123456789012345678901234567890", "123456789012345678901234567890"},
    {"true", "true"},
    {"false", "false"},
    {"null", "null"},
    {"\"\"", "''"},
    {"\"a b\"", "'a b'"},
    {"\"\x7f\"", "'\x7f'"},
    {"\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"", "'\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80'"},
    {"\"12345678\xC3\xA4\"", "'12345678\xC3\xA4'"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "ESCAPED'\\\"\\\\\\/\\b\\f\\n\\r\\t'"},
    {"\"\\u0000\\uD83D\\ude00\"", "ESCAPED'\\u0000\\uD83D\\ude00'"},
    {"[]", "[]"},
    {"{}", "{}"},
    {" \t\r\n[ \t\r\n] \t\r\n", "[]"},
    {"[1,2,[3],{}]", "[1,2,[3],{}]"},
    {"{ \"a\" : 1 , \"b\" : [ { } , null ] }", "{a:1,b:[{},null]}"},
    {"{\"\":0}", "{:0}"},
    {"{\"a\":{\"a\":{\"a\":1}}}", "{a:{a:{a:1}}}"},
    {"[{\"a\":1},{\"a\":2}]", "[{a:1},{a:2}]"},
    {"{\"a\\n\":1,\"a\":2}", "{ESCAPEDa\\n:1,a:2}"},
};

START_TEST(tokens_say_what_the_text_says)
{
    ck_assert_str_eq(parse_shape(parse_good(good[_i].text)), good[_i].shape);
}
END_TEST

/* Each beginning of a text ends too soon, but for those of a number and for white space behind the value. */
START_TEST(no_beginning_of_a_text_is_one)
{
    const char *text = good[_i].text;
    enum scan_result result;
    if (strchr("-0123456789", text[0]) != NULL || text[0] == ' ')
        return;
    for (size_t size = 0; size < strlen(text); size++) {
        struct scan *scanned = parse(text, size, &result);
        ck_assert_int_eq(result, SCAN_SYNTAX);
        ck_assert_uint_le(scanned->position, size);
        ck_assert_ptr_nonnull(scanned->reason);
    }
}
END_TEST

START_TEST(no_text_has_bytes_behind_it)
{
    static const char *const tails[] = {"0", " 0", "x", ",", "]", "}", "\"", "{}", "//", "\xEF\xBB\xBF"};
    enum scan_result result;
    for (size_t i = 0; i < COUNT(tails); i++) {
        char text[200];
        int size = snprintf(text, sizeof text, "%s%s", good[_i].text, tails[i]);
        bool number = strchr("-0123456789", text[0]) != NULL && tails[i][0] == '0';
        if (number && strpbrk(good[_i].text, ".eE123456789") != NULL)
            continue;
        parse(text, (size_t)size, &result);
        ck_assert_msg(result == SCAN_SYNTAX, "%s", text);
    }
    char nul[200];
    size_t size = strlen(good[_i].text);
    memcpy(nul, good[_i].text, size + 1);
    parse(nul, size + 1, &result);
    ck_assert_int_eq(result, SCAN_SYNTAX);
}
END_TEST

/* What is not RFC 8259, and where it is seen. */
static const struct {
    const char *text;
    size_t position;
} bad[] = {
    {"", 0},
    {" ", 1},
    {"\xEF\xBB\xBF{}", 0},
    {"nul", 0},
    {"NULL", 0},
    {"True", 0},
    {"truE", 0},
    {"nulll", 4},
    {"NaN", 0},
    {"Infinity", 0},
    {"-Infinity", 1},
    {"undefined", 0},
    {"+1", 0},
    {"-", 1},
    {"--1", 1},
    {".5", 0},
    {"1.", 2},
    {"1.e1", 2},
    {"01", 1},
    {"-01", 2},
    {"00", 1},
    {"0x10", 1},
    {"1e", 2},
    {"1e+", 3},
    {"1e1.5", 3},
    {"1 2", 2},
    {"1_000", 1},
    {"'a'", 0},
    {"{'a':1}", 1},
    {"{a:1}", 1},
    {"{1:1}", 1},
    {"{null:1}", 1},
    {"{\"a\"}", 4},
    {"{\"a\":}", 5},
    {"{\"a\" 1}", 5},
    {"{\"a\"::1}", 5},
    {"{\"a\":1,}", 7},
    {"{,\"a\":1}", 1},
    {"{\"a\":1 \"b\":2}", 7},
    {"{\"a\":1,,\"b\":2}", 7},
    {"{\"a\":1;\"b\":2}", 6},
    {"[1,]", 3},
    {"[,1]", 1},
    {"[1 2]", 3},
    {"[1,,2]", 3},
    {"[1}", 2},
    {"{\"a\":1]", 6},
    {"]", 0},
    {"}", 0},
    {"{}}", 2},
    {"[]]", 2},
    {"{}{}", 2},
    {"{} x", 3},
    {"// c\n1", 0},
    {"[1/*c*/]", 2},
    {"\"a", 2},
    {"\"a\\\"", 4},
    {"\"\\", 1},
    {"\"\\\"", 3},
    {"\"\\x41\"", 1},
    {"\"\\'\"", 1},
    {"\"\\a\"", 1},
    {"\"\\0\"", 1},
    {"\"\\u\"", 1},
    {"\"\\u12\"", 1},
    {"\"\\u123\"", 1},
    {"\"\\u12G4\"", 1},
    {"\"\\u 123\"", 1},
    {"\"\\u+123\"", 1},
    {"\"\\U0041\"", 1},
    {"\"\\ud800\"", 1},
    {"\"\\udbff\"", 1},
    {"\"\\udc00\"", 1},
    {"\"\\udfff\"", 1},
    {"\"\\ud800x\"", 1},
    {"\"\\ud800\\n\"", 1},
    {"\"\\ud800\\ud800\"", 1},
    {"\"\\ud800\\u0041\"", 1},
    {"\"\\udc00\\ud800\"", 1},
    {"\"\\ud83d\\ude0\"", 1},
    {"\"ab\x80\"", 3},
    {"\"\xC0\xAF\"", 1},
    {"\"\xE0\x80\x80\"", 1},
    {"\"\xED\xA0\x80\"", 1},
    {"\"\xF4\x90\x80\x80\"", 1},
    {"\"\xF8\x88\x80\x80\x80\"", 1},
    {"\"\xC3\"", 1},
    {"\"\xE2\x82\"", 1},
    {"\"\xFF\"", 1},
    {"\"abcdefg\xFFhijk\"", 8},
    {"\xC3\xA4", 0},
    {"{\"a\xFF\":1}", 3},
    {"{\"a\\u0000\":1}", 3},
    {"{\"\\u0000\":1}", 2},
    {"{\"a\":1,\"a\":2}", 8},
    {"{\"a\":1,\"b\":2,\"a\":3}", 14},
    {"{\"a\":1,\"\\u0061\":2}", 8},
    {"{\"\\u0061\":1,\"\\u0061\":2}", 13},
    {"{\"/\":1,\"\\/\":2}", 8},
    {"{\"\xF0\x9F\x98\x80\":1,\"\\ud83d\\ude00\":2}", 11},
    {"{\"\":1,\"\":2}", 7},
    {"[{\"x\":{\"a\":[],\"a\":{}}}]", 15},
};

START_TEST(what_is_not_json_is_refused_where_it_stands)
{
    enum scan_result result;
    struct scan *scanned = parse(bad[_i].text, strlen(bad[_i].text), &result);
    ck_assert_msg(result == SCAN_SYNTAX, "%s", bad[_i].text);
    ck_assert_msg(scanned->position == bad[_i].position, "%s: %s at %zu", bad[_i].text, scanned->reason, scanned->position);
    ck_assert_ptr_nonnull(scanned->reason);
}
END_TEST

START_TEST(control_characters_have_no_place_in_strings)
{
    for (int byte = 0; byte < 0x20; byte++) {
        for (size_t before = 0; before < 20; before++) { /* in every step of the search */
            char text[40];
            enum scan_result result;
            int size = snprintf(text, sizeof text, "\"%.*s%cxyz\"", (int)before, "abcdefghijklmnopqrst", byte);
            struct scan *scanned = parse(text, (size_t)size, &result);
            ck_assert_int_eq(result, SCAN_SYNTAX);
            ck_assert_uint_eq(scanned->position, before + 1);
            size = snprintf(text, sizeof text, "{\"%.*s%c\":1}", (int)before, "abcdefghijklmnopqrst", byte);
            parse(text, (size_t)size, &result);
            ck_assert_int_eq(result, SCAN_SYNTAX);
        }
    }
}
END_TEST

/* ---- duplicates ---- */

#define MEMBERS 50000

/* An object of many members whose names only differ at their end. order: how they are arranged. */
static size_t many_members(char *text, int order, int twice)
{
    size_t size = 0;
    for (int i = 0; i < MEMBERS; i++) {
        int number = order == 0 ? i : order == 1 ? MEMBERS - i : (int)((unsigned)i * 7919u % MEMBERS);
        if (i == twice)
            number = order == 1 ? MEMBERS : 0;
        size += (size_t)sprintf(text + size, "%c\"a long name that they share %05d\":0", i == 0 ? '{' : ',', number);
    }
    text[size++] = '}';
    return size;
}

/* Among bytes that are plain, some of which stand next to one that is not. */
START_TEST(plain_text_ends_wherever_it_ends)
{
    static const char fills[] = {'a', ' ', '!', '#', '[', ']', '\x7f'};
    enum { SIZE = 150 };
    for (int byte = 0; byte < 256; byte++) {
        bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        for (size_t at = 0; at < SIZE; at++) {
            char *text = fence_room(0, SIZE);
            memset(text, fills[_i], SIZE);
            text[at] = (char)byte;
            ck_assert_msg(escape_plain(text, SIZE) == (plain ? SIZE : at), "%d at %zu", byte, at);
            ck_assert_uint_eq(escape_plain(text, at), at);
        }
    }
}
END_TEST

START_TEST(duplicates_are_found_among_many)
{
    static char text[MEMBERS * 50];
    static const int places[] = {1, 7, 8, MEMBERS / 2, MEMBERS - 1};
    enum scan_result result;
    struct scan *scanned = parse(text, many_members(text, _i, -1), &result);
    ck_assert_int_eq(result, SCAN_OK);
    ck_assert_uint_eq(scanned->tokens[0].count, MEMBERS);
    for (size_t i = 0; i < COUNT(places); i++) {
        size_t size = many_members(text, _i, places[i]);
        scanned = parse(text, size, &result);
        ck_assert_int_eq(result, SCAN_SYNTAX);
        ck_assert_int_eq(scanned->text[scanned->position - 1], '"');
    }
}
END_TEST

/* Every pair of places in objects of each size around the one where the search changes its way. */
START_TEST(duplicates_are_found_among_few)
{
    for (int count = 2; count < 20; count++)
        for (int first = 0; first < count; first++)
            for (int second = first + 1; second < count; second++) {
                char text[400];
                int size = 0;
                enum scan_result result;
                for (int i = 0; i < count; i++) {
                    const char *format = (i + first) % 3 == 0 ? "%c\"\\u00%02x\":0" : "%c\"%c\":0";
                    size += sprintf(text + size, format, i == 0 ? '{' : ',', 'a' + (i == second ? first : i));
                }
                text[size++] = '}';
                struct scan *scanned = parse(text, (size_t)size, &result);
                ck_assert_msg(result == SCAN_SYNTAX, "%.*s", size, text);
                (void)scanned;
            }
}
END_TEST

static const struct {
    const char *a, *b;
    int order;
} compared[] = {
    {"abc", "abc", 0},
    {"abc", "\\u0061b\\u0063", 0},
    {"a\\n", "a\\u000a", 0},
    {"a\\n\\u0062", "a\\n\\u0063", -1},
    {"a\\tb", "a\\nb", -1},
    {"\\\\u0061", "\\\\u0062", -1},
    {"\\\\u0061", "\\u0061", -1},
    {"a", "a\\u0000", -1},
    {"\\u00e4", "\303\244", 0},
    {"\\ud83d\\ude00", "\360\237\230\200", 0},
    {"\\ud83d\\ude00\\u0061", "\\ud83d\\ude00b", -1},
    {"\\ud83d\\ude00", "\\ud83d\\ude01", -1},
    {"\\ud83d\\ude00", "\\uD83D\\uDE00", 0},
    {"x\\ud83d\\ude00", "x\\ud83e\\ude00", -1},
    {"\\uffff", "\\ud83d\\ude00", -1},
};

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

START_TEST(texts_are_compared_however_they_are_written)
{
    const char *a = compared[_i].a, *b = compared[_i].b;
    size_t a_size = strlen(a), b_size = strlen(b);
    char *left = fence_room(0, a_size), *right = fence_room(1, b_size);
    memcpy(left, a, a_size);
    memcpy(right, b, b_size);
    ck_assert_int_eq(sign(escape_compare(left, a_size, right, b_size)), compared[_i].order);
    ck_assert_int_eq(sign(escape_compare(right, b_size, left, a_size)), -compared[_i].order);
}
END_TEST

/* ---- values of tokens ---- */

static const struct {
    const char *text, *value;
    size_t size;
} strings[] = {
    {"\"\"", "", 0},
    {"\"plain\"", "plain", 5},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
    {"\"a\\u0000b\"", "a\0b", 3},
    {"\"\\u0041\\u00e4\\u20AC\\uD83D\\uDE00\"", "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 10},
    {"\"\\uFFFF\\ue000\\ud7ff\"", "\xEF\xBF\xBF\xEE\x80\x80\xED\x9F\xBF", 9},
    {"\"x\\ny\\nz\"", "x\ny\nz", 5},
};

START_TEST(strings_are_unescaped_once)
{
    struct scan *scanned = parse_good(strings[_i].text);
    struct sockd_text raw = scan_raw(scanned, 0);
    ck_assert_uint_eq(raw.size, strlen(strings[_i].text));
    ck_assert_int_eq(memcmp(raw.data, strings[_i].text, raw.size), 0);
    for (int time = 0; time < 2; time++) {
        struct sockd_text text = scan_text(scanned, 0);
        ck_assert_uint_eq(text.size, strings[_i].size);
        ck_assert_int_eq(memcmp(text.data, strings[_i].value, text.size), 0);
    }
}
END_TEST

START_TEST(raw_is_the_text_as_it_came)
{
    struct scan *scanned = parse_good(" {\"id\" : \"\\u0061\" , \"n\":-0.50e+1,\"o\":{ \"x\" : [ ] } }");
    struct sockd_text raw = scan_raw(scanned, scan_member(scanned, 0, "id"));
    ck_assert(raw.size == 8 && memcmp(raw.data, "\"\\u0061\"", 8) == 0);
    raw = scan_raw(scanned, scan_member(scanned, 0, "n"));
    ck_assert(raw.size == 8 && memcmp(raw.data, "-0.50e+1", 8) == 0);
    raw = scan_raw(scanned, scan_member(scanned, 0, "o"));
    ck_assert(raw.size == 13 && memcmp(raw.data, "{ \"x\" : [ ] }", 13) == 0);
    raw = scan_raw(scanned, 0);
    ck_assert(raw.data[0] == '{' && raw.data[raw.size - 1] == '}');
}
END_TEST

START_TEST(members_are_found_by_what_their_names_stand_for)
{
    struct scan *scanned = parse_good("{\"skip\":{\"a\":0,\"b\":[1,2]},\"a\":1,\"\\u0062\":2,\"ab\":3,\"\":4}");
    ck_assert_uint_eq(scan_member(scanned, 0, "c"), TOKEN_NONE);
    static const char *const names[] = {"a", "b", "ab", ""};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct sockd_integer value;
        uint32_t token = scan_member(scanned, 0, names[i]);
        ck_assert_uint_ne(token, TOKEN_NONE);
        ck_assert(scan_integer(scanned, token, &value));
        ck_assert_uint_eq(value.magnitude, i + 1);
    }
    ck_assert_uint_eq(scan_member(parse_good("{}"), 0, "a"), TOKEN_NONE);
}
END_TEST

START_TEST(texts_are_compared_whole)
{
    struct scan *scanned = parse_good("[\"ab\",\"a\\u0062\",\"a\\u0000\",\"\"]");
    ck_assert(scan_is(scanned, 1, "ab") && scan_is(scanned, 2, "ab"));
    for (uint32_t token = 1; token <= 2; token++)
        ck_assert(!scan_is(scanned, token, "a") && !scan_is(scanned, token, "abc") && !scan_is(scanned, token, ""));
    ck_assert(!scan_is(scanned, 3, "a"));
    ck_assert(scan_is(scanned, 4, "") && !scan_is(scanned, 4, "a"));
    ck_assert(scanned->tokens[2].escaped);
}
END_TEST

static const struct {
    const char *text;
    bool good, negative;
    uint64_t magnitude;
} integers[] = {
    {"0", true, false, 0},
    {"-0", true, false, 0},
    {"7", true, false, 7},
    {"-7", true, true, 7},
    {"9223372036854775808", true, false, UINT64_C(1) << 63},
    {"-9223372036854775808", true, true, UINT64_C(1) << 63},
    {"18446744073709551615", true, false, UINT64_MAX},
    {"18446744073709551616", false, false, 0},
    {"99999999999999999999999999", false, false, 0},
    {"1.0", false, false, 0},
    {"1e2", false, false, 0},
    {"-0.0", false, false, 0},
    {"\"1\"", false, false, 0},
    {"true", false, false, 0},
    {"null", false, false, 0},
    {"[1]", false, false, 0},
};

START_TEST(integers_are_whole_and_fit)
{
    struct sockd_integer value;
    ck_assert_int_eq(scan_integer(parse_good(integers[_i].text), 0, &value), integers[_i].good);
    if (!integers[_i].good)
        return;
    ck_assert(value.present);
    ck_assert_int_eq(value.negative, integers[_i].negative);
    ck_assert_uint_eq(value.magnitude, integers[_i].magnitude);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("scan");
    tcase_add_loop_test(tests, tokens_say_what_the_text_says, 0, COUNT(good));
    tcase_add_loop_test(tests, no_beginning_of_a_text_is_one, 0, COUNT(good));
    tcase_add_loop_test(tests, no_text_has_bytes_behind_it, 0, COUNT(good));
    tcase_add_loop_test(tests, what_is_not_json_is_refused_where_it_stands, 0, COUNT(bad));
    tcase_add_test(tests, control_characters_have_no_place_in_strings);
    tcase_add_loop_test(tests, plain_text_ends_wherever_it_ends, 0, 7);
    tcase_add_loop_test(tests, duplicates_are_found_among_many, 0, 3);
    tcase_add_test(tests, duplicates_are_found_among_few);
    tcase_add_loop_test(tests, texts_are_compared_however_they_are_written, 0, COUNT(compared));
    tcase_add_loop_test(tests, strings_are_unescaped_once, 0, COUNT(strings));
    tcase_add_test(tests, raw_is_the_text_as_it_came);
    tcase_add_test(tests, members_are_found_by_what_their_names_stand_for);
    tcase_add_test(tests, texts_are_compared_whole);
    tcase_add_loop_test(tests, integers_are_whole_and_fit, 0, COUNT(integers));
    return suite_run("scan", tests);
}
