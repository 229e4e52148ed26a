#include <stdio.h>
#include <string.h>

#include "fence.h"
#include "parse.h"
#include "sample.h"

static char memory[1000];
static struct print print;

static const char *finish(void)
{
    ck_assert(print_fits(&print));
    ck_assert_uint_lt(print.used, sizeof memory);
    memory[print.used] = 0;
    return memory;
}

static void start(void)
{
    print = (struct print){memory, sizeof memory, 0};
}

START_TEST(numbers_are_whole_and_exact)
{
    static const int64_t values[] = {0, 7, -7, 10, 99, 100, INT64_MAX, INT64_MIN, SOCKD_NULL + 1};
    for (size_t i = 0; i < COUNT(values); i++) {
        char wanted[30];
        snprintf(wanted, sizeof wanted, "%lld", (long long)values[i]);
        start();
        print_integer(&print, values[i]);
        ck_assert_str_eq(finish(), wanted);
        snprintf(wanted, sizeof wanted, "%llu", (unsigned long long)values[i]);
        start();
        print_unsigned(&print, (uint64_t)values[i]);
        ck_assert_str_eq(finish(), wanted);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t size;
    const char *printed;
} texts[] = {
    {NULL, 0, "null"},
    {"", 0, "\"\""},
    {"plain", 5, "\"plain\""},
    {"\"\\/", 3, "\"\\\"\\\\/\""},
    {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
    {"\0\x01\x1f\x7f", 4, "\"\\u0000\\u0001\\u001f\x7f\""},
    {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 9, "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\""},
    {"\xFF", 1, "\"\xEF\xBF\xBD\""},
    {"a\xFF\xFE z", 5, "\"a\xEF\xBF\xBD\xEF\xBF\xBD z\""},
    {"\xC0\xAF", 2, "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {"\xF0\x9F\x98(", 4, "\"\xEF\xBF\xBD(\""},
    {"ab\xF0\x9F\x98", 5, "\"ab\xEF\xBF\xBD\""},
    {"12345678\xE2\x82", 10, "\"12345678\xEF\xBF\xBD\""},
};

START_TEST(texts_are_escaped_and_mended)
{
    start();
    print_text(&print,
               (struct sockd_text){texts[_i].text ? fence_copy(0, texts[_i].text, texts[_i].size) : NULL, texts[_i].size});
    ck_assert_str_eq(finish(), texts[_i].printed);
}
END_TEST

START_TEST(every_byte_prints_as_json)
{
    for (int byte = 0; byte < 256; byte++) {
        char text[20];
        memset(text, 'x', sizeof text);
        text[byte % 20] = (char)byte;
        start();
        print_text(&print, (struct sockd_text){text, sizeof text});
        struct scan *scanned = parse_good(finish());
        struct sockd_text back = scan_text(scanned, 0);
        if (byte < 0x80)
            ck_assert(back.size == sizeof text && memcmp(back.data, text, sizeof text) == 0);
        else
            ck_assert_uint_eq(back.size, sizeof text + 2);
    }
}
END_TEST

START_TEST(base64_is_quoted)
{
    start();
    print_base64(&print, (struct sockd_bytes){(const unsigned char *)"\0\xFF", 2});
    print_base64(&print, (struct sockd_bytes){(const unsigned char *)"", 0});
    print_base64(&print, (struct sockd_bytes){NULL, 0});
    ck_assert_str_eq(finish(), "\"AP8=\"\"\"null");
}
END_TEST

/* Whatever the room, the count is that of the whole, and not a byte is written behind the room. */
START_TEST(what_does_not_fit_is_counted)
{
    static _Alignas(16) char value[4096], lists[50000];
    const struct record *record = sample_record((size_t)_i);
    struct arena arena = {lists, sizeof lists, 0};
    record_clear(record, value);
    sample_fill(record, SAMPLE_HIGH, &arena, value);
    size_t whole = strlen(parse_printed(record, value));
    static char wanted[200000];
    strcpy(wanted, parse_printed(record, value));
    for (size_t room = 0; room <= whole; room++) {
        struct print small = {fence_room(1, room), room, 0};
        print_record(&small, record, value, 0);
        if (small.used != whole || print_fits(&small) != (room == whole))
            ck_abort_msg("%s in %zu bytes", record->name, room);
    }
    ck_assert_int_eq(memcmp(fence_room(1, 0) - whole, wanted, whole), 0);
}
END_TEST

/* ---- records ---- */

START_TEST(periods_have_up_to_six_decimals)
{
    static const struct {
        struct sockd_timeout period;
        const char *printed;
    } rows[] = {
        {{0, 0, true}, "0"},
        {{30, 0, true}, "30"},
        {{1, 500000, true}, "1.5"},
        {{0, 1, true}, "0.000001"},
        {{0, 120000, true}, "0.12"},
        {{2, 3000000, true}, "5"},
        {{INT64_MAX, INT64_MAX, true}, "9223381260226812661.775807"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault;
        char wanted[100];
        record_clear(&record_fault, &fault);
        fault.timeout = rows[i].period;
        snprintf(wanted, sizeof wanted, "{\"kind\":null,\"timeout\":%s}", rows[i].printed);
        ck_assert_str_eq(parse_printed(&record_fault, &fault), wanted);
    }
}
END_TEST

START_TEST(leaves_choose_what_is_shown)
{
    static _Alignas(16) char lists[1000];
    struct arena arena = {lists, sizeof lists, 0};
    struct handle_info info;
    record_clear(&record_handle_info, &info);
    sample_fill(&record_handle_info, SAMPLE_LOW, &arena, &info);
    static const struct {
        const char *paths[4];
        const char *printed;
    } rows[] = {
        {{"handle"}, "{\"handle\":1}"},
        {{"host", "kind"}, "{\"kind\":\"stream\",\"host\":\"\"}"},
        {{"owner.uid"}, "{\"owner\":{\"uid\":-9223372036854775807}}"},
        {{"peer", "peer.port"}, "{\"peer\":{\"address\":\"\",\"port\":0}}"},
        {{"local.port", "peer.address", "buffered"},
         "{\"local\":{\"port\":0},\"peer\":{\"address\":\"\"},\"buffered\":\"default\"}"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t all = 0;
        for (size_t j = 0; j < 4 && rows[i].paths[j] != NULL; j++) {
            uint64_t leaves;
            size_t offset;
            ck_assert_ptr_nonnull(
                record_path(&record_handle_info, rows[i].paths[j], strlen(rows[i].paths[j]), &offset, &leaves));
            all |= leaves;
        }
        start();
        print_record(&print, &record_handle_info, &info, all);
        ck_assert_str_eq(finish(), rows[i].printed);
    }
}
END_TEST

START_TEST(what_is_null_is_left_out_where_the_table_says_so)
{
    struct read_byte_sequence_result result = {.length = 3, .eof = false};
    ck_assert_str_eq(parse_printed(&record_read_byte_sequence_result, &result), "{\"length\":3,\"eof\":false}");
    struct read_line_result line = {.eof = true};
    ck_assert_str_eq(parse_printed(&record_read_line_result, &line), "{\"line\":null,\"missing_newline\":false,\"eof\":true}");
    ck_assert_str_eq(parse_printed(&record_nothing, ""), "{}");
    struct stream_external_format_result format = {.external_format = SOCKD_FORMAT_UNSET};
    ck_assert_str_eq(parse_printed(&record_stream_external_format_result, &format), "{\"external_format\":{}}");
}
END_TEST

START_TEST(a_client_may_print_what_the_daemon_refuses)
{
    struct timed_stream_params params = {.stream = 7, .timeout = {-1, 0, true}};
    ck_assert_str_eq(parse_printed(&record_timed_stream_params, &params), "{\"stream\":7,\"timeout\":[-1,0]}");
    params.timeout = (struct sockd_timeout){0, INT64_MIN, true};
    ck_assert_str_eq(parse_printed(&record_timed_stream_params, &params),
                     "{\"stream\":7,\"timeout\":[0,-9223372036854775808]}");
    struct socket_status_params status = {.sockets = {NULL, 0, false, 0}};
    ck_assert_str_eq(parse_printed(&record_socket_status_params, &status),
                     "{\"sockets\":null,\"timeout\":null,\"remember\":false,\"forget\":false,\"actionable\":false}");
    status.sockets.list = true;
    ck_assert_str_eq(parse_printed(&record_socket_status_params, &status),
                     "{\"sockets\":[],\"timeout\":null,\"remember\":false,\"forget\":false,\"actionable\":false}");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("print");
    tcase_add_test(tests, numbers_are_whole_and_exact);
    tcase_add_loop_test(tests, texts_are_escaped_and_mended, 0, COUNT(texts));
    tcase_add_test(tests, every_byte_prints_as_json);
    tcase_add_test(tests, base64_is_quoted);
    tcase_add_loop_test(tests, what_does_not_fit_is_counted, 0, 2 * METHOD_COUNT + 1);
    tcase_add_test(tests, periods_have_up_to_six_decimals);
    tcase_add_test(tests, leaves_choose_what_is_shown);
    tcase_add_test(tests, what_is_null_is_left_out_where_the_table_says_so);
    tcase_add_test(tests, a_client_may_print_what_the_daemon_refuses);
    return suite_run("print", tests);
}
