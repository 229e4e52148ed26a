/* The scanner's limits: one below and one above each, and what it still tells of a text that goes over one. */
#include <stdio.h>
#include <string.h>

#include "fence.h"
#include "parse.h"

/* count open arrays or objects around a 0, in one text. */
static size_t nested(char *text, size_t count, bool objects)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(text + size, objects ? "{\"a\":" : "[", objects ? 5 : 1);
        size += objects ? 5 : 1;
    }
    text[size++] = '0';
    for (size_t i = 0; i < count; i++)
        text[size++] = objects ? '}' : ']';
    return size;
}

START_TEST(nesting_counts_what_is_open)
{
    char text[1000];
    enum scan_result result;
    for (size_t limit = 1; limit <= SCAN_NESTING_MAX; limit++) {
        for (int objects = 0; objects < 2; objects++) {
            parse_within(text, nested(text, limit, objects), 1000, limit, &result);
            ck_assert_int_eq(result, SCAN_OK);
            parse_within(text, nested(text, limit + 1, objects), 1000, limit, &result);
            ck_assert_int_eq(result, SCAN_NESTING);
        }
        parse_within("[[],[],[[]]]", 12, 1000, limit, &result);
        ck_assert_int_eq(result, limit >= 3 ? SCAN_OK : SCAN_NESTING);
    }
    parse_within("0", 1, 1000, 0, &result);
    ck_assert_int_eq(result, SCAN_OK);
    parse_within("[]", 2, 1000, 0, &result);
    ck_assert_int_eq(result, SCAN_NESTING);
}
END_TEST

/* More than the scanner has room for is never asked of it. */
START_TEST(nesting_has_a_limit_of_its_own)
{
    char text[1000];
    enum scan_result result;
    parse_within(text, nested(text, SCAN_NESTING_MAX, false), 1000, 1000, &result);
    ck_assert_int_eq(result, SCAN_OK);
    parse_within(text, nested(text, SCAN_NESTING_MAX + 1, false), 1000, 1000, &result);
    ck_assert_int_eq(result, SCAN_NESTING);
}
END_TEST

START_TEST(brackets_without_end_cost_nothing_but_their_bytes)
{
    static char text[1 << 20];
    static const char *const units[] = {"[", "{\"a\":", "[{\"a\":"};
    enum scan_result result;
    for (size_t i = 0; i < sizeof text - 8; i += strlen(units[_i]))
        strcpy(text + i, units[_i]);
    parse(text, strlen(text), &result);
    ck_assert_int_eq(result, SCAN_NESTING);
}
END_TEST

/* Texts of exactly `values` values: what counts and what does not. */
static const struct {
    const char *text;
    size_t values;
} counted[] = {
    {"0", 1},
    {"{}", 1},
    {"[0]", 2},
    {"[[],{},0,\"\",true,null]", 7},
    {"{\"a\":1,\"b\":2}", 3},
    {"{\"a\":{\"b\":{\"c\":[1,2,3]}}}", 7},
    {"[{\"a\":1},{\"a\":1}]", 5},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\",\"params\":{\"a\":[1,2]}}", 8},
};

START_TEST(values_are_counted_names_are_not)
{
    enum scan_result result;
    size_t size = strlen(counted[_i].text);
    parse_within(counted[_i].text, size, counted[_i].values, 16, &result);
    ck_assert_int_eq(result, SCAN_OK);
    for (size_t values = 0; values < counted[_i].values; values++) {
        parse_within(counted[_i].text, size, values, 16, &result);
        ck_assert_int_eq(result, SCAN_VALUES);
    }
}
END_TEST

/* The room that a scanner is promised is enough for every text: tokens behind it are a crash. */
START_TEST(tokens_stay_in_their_room)
{
    struct scan scanner = {.values = counted[_i].values, .nesting = 16};
    size_t room = SCAN_TOKENS(scanner.values);
    char text[200];
    for (; scanner.values > 0; scanner.values--) {
        room = SCAN_TOKENS(scanner.values);
        scanner.tokens = (struct token *)(void *)fence_room(0, room * sizeof(struct token));
        scanner.scratch = (uint32_t *)(void *)fence_room(1, room * sizeof(uint32_t));
        strcpy(text, counted[_i].text);
        scan(&scanner, text, strlen(text));
        ck_assert_uint_le(scanner.count, room);
    }
}
END_TEST

/* Over a limit of 8 values or 3 open: the members of the top object that can still be told. */
static const struct {
    const char *text;
    enum scan_result result;
    const char *shape;
} told[] = {
    {"{\"id\":7,\"params\":[[[0]]],\"payload\":5}", SCAN_NESTING, "{id:7,params:[],payload:5}"},
    {"{\"id\":7,\"params\":[[{\"]}\":\"\\\"]\"}]],\"payload\":5}", SCAN_NESTING, "{id:7,params:[],payload:5}"},
    {"{\"a\":[[[]]],\"b\":[[[]]],\"id\":1}", SCAN_NESTING, "{a:[],b:[],id:1}"},
    {"{\"a\":{\"b\":{\"c\":{}}},\"id\":1}", SCAN_NESTING, "{a:{},id:1}"},
    {"{\"id\":1,\"a\":[[[", SCAN_NESTING, "{id:1,a:[]}"},
    {"{\"id\":1,\"a\":[[[\"", SCAN_NESTING, "{id:1,a:[]}"},
    {"{\"id\":1,\"a\":[[[\"\\", SCAN_NESTING, "{id:1,a:[]}"},
    {"{\"id\":1,\"a\":[[[]]]", SCAN_NESTING, "{id:1,a:[]}"},
    {"[0,[[[]]],1]", SCAN_NESTING, "[0,[],1]"},
    {"{\"params\":[1,2,3,4,5,6,7,8,9],\"id\":7,\"payload\":5}", SCAN_VALUES, "{params:[],id:7,payload:5}"},
    {"{\"id\":7,\"params\":{\"a\":[1,2,3,4,5,6,7]},\"payload\":5}", SCAN_VALUES, "{id:7,params:{},payload:5}"},
    {"{\"id\":7,\"a\":2,\"b\":3,\"c\":4,\"d\":5,\"e\":6,\"f\":7,\"g\":8,\"h\":9}", SCAN_VALUES,
     "{id:7,a:2,b:3,c:4,d:5,e:6,f:7}"},
    {"{\"id\":7,\"a\":[2,3,4,5,6,7,8,9,0],\"b\":[1,2,3,4,5,6,7,8,9]}", SCAN_VALUES, "{id:7,a:[],b:[]}"},
    {"[[1,2],[3,4],[5,6]]", SCAN_VALUES, "[[1,2],[3,4],[]]"},
    {"{\"id\":7,\"a\":[[[0]]],\"b\":[1,2,3,4,5,6,7,8,9]}", SCAN_VALUES, "{id:7,a:[],b:[]}"},
};

START_TEST(members_are_told_in_spite_of_a_limit)
{
    enum scan_result result;
    struct scan *scanned = parse_within(told[_i].text, strlen(told[_i].text), 8, 3, &result);
    ck_assert_msg(result == told[_i].result, "%s: %d, %s", told[_i].text, result, scanned->reason);
    ck_assert_str_eq(parse_shape(scanned), told[_i].shape);
}
END_TEST

/* What stands behind a member that was passed over is still held to the grammar. */
static const char *const broken[] = {
    "{\"a\":[[[]]],\"b\":}", "{\"a\":[[[]]],}", "{\"a\":[[[]]] 5}", "{\"a\":[[[]]],\"a\":1}", "{\"a\":[[[]]]}x", "[[[[]]],]",
};

START_TEST(the_rest_of_a_text_over_a_limit_is_scanned)
{
    enum scan_result result;
    struct scan *scanned = parse_within(broken[_i], strlen(broken[_i]), 8, 3, &result);
    ck_assert_msg(result == SCAN_SYNTAX, "%s", broken[_i]);
    ck_assert_ptr_nonnull(scanned->reason);
}
END_TEST

START_TEST(a_flat_object_over_the_limit_keeps_what_came_first)
{
    static char text[2000];
    enum scan_result result;
    size_t size = (size_t)sprintf(text, "{\"id\":3,\"payload\":9");
    for (int i = 0; i < 100; i++)
        size += (size_t)sprintf(text + size, ",\"m%d\":%d", i, i);
    text[size++] = '}';
    struct scan *scanned = parse_within(text, size, 50, 16, &result);
    ck_assert_int_eq(result, SCAN_VALUES);
    ck_assert_uint_eq(scanned->tokens[0].count, 49);
    ck_assert_uint_ne(scan_member(scanned, 0, "payload"), TOKEN_NONE);
    ck_assert_uint_eq(scan_member(scanned, 0, "m99"), TOKEN_NONE);
    parse_shape(scanned);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("limits");
    tcase_add_test(tests, nesting_counts_what_is_open);
    tcase_add_test(tests, nesting_has_a_limit_of_its_own);
    tcase_add_loop_test(tests, brackets_without_end_cost_nothing_but_their_bytes, 0, 3);
    tcase_add_loop_test(tests, values_are_counted_names_are_not, 0, COUNT(counted));
    tcase_add_loop_test(tests, tokens_stay_in_their_room, 0, COUNT(counted));
    tcase_add_loop_test(tests, members_are_told_in_spite_of_a_limit, 0, COUNT(told));
    tcase_add_loop_test(tests, the_rest_of_a_text_over_a_limit_is_scanned, 0, COUNT(broken));
    tcase_add_test(tests, a_flat_object_over_the_limit_keeps_what_came_first);
    return suite_run("limits", tests);
}
