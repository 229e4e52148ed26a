#include <stdio.h>
#include <string.h>

#include "fence.h"
#include "parse.h"
#include "rpc.h"

#define BATCH 3

static struct scan *scanned;
static struct rpc_message message;
static struct rpc_request request;
static const char *limit;

static enum error_id open_text(const char *text)
{
    enum scan_result result;
    scanned = parse_within(text, strlen(text), 40, 4, &result);
    return rpc_open(scanned, result, BATCH, &message, &request, &limit);
}

static void expect_text(struct sockd_text text, const char *wanted)
{
    if (wanted == NULL) {
        ck_assert_ptr_null(text.data);
        return;
    }
    ck_assert_ptr_nonnull(text.data);
    ck_assert_msg(text.size == strlen(wanted) && memcmp(text.data, wanted, text.size) == 0, "%.*s, not %s", (int)text.size,
                  text.data, wanted);
}

/* ---- requests ---- */

#define V "\"jsonrpc\":\"2.0\""
#define M "\"method\":\"close\""

/* A message of one request: the error, the id as it is to be answered (NULL: a notification), what rides along. */
static const struct {
    const char *text;
    enum error_id error;
    const char *id;
    int64_t payload, fds;
} requests[] = {
    {"{" V "," M "}", ERROR_none, NULL, 0, 0},
    {"{" V "," M ",\"id\":1}", ERROR_none, "1", 0, 0},
    {"{\"id\":1," M "," V ",\"params\":{}}", ERROR_none, "1", 0, 0},
    {"{" V "," M ",\"id\":null,\"params\":[]}", ERROR_none, "null", 0, 0},
    {"{" V "," M ",\"id\":\"\"}", ERROR_none, "\"\"", 0, 0},
    {"{" V "," M ",\"id\":\"\\u0061\\n\"}", ERROR_none, "\"\\u0061\\n\"", 0, 0},
    {"{" V "," M ",\"id\":-0}", ERROR_none, "-0", 0, 0},
    {"{" V "," M ",\"id\":1.50e+3}", ERROR_none, "1.50e+3", 0, 0},
    {"{" V "," M ",\"id\":12345678901234567890123}", ERROR_none, "12345678901234567890123", 0, 0},
    {"{" V "," M ",\"id\":1e400}", ERROR_none, "1e400", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":5,\"fds\":2}", ERROR_none, "1", 5, 2},
    {"{\"payload\":9223372036854775807," V "," M "}", ERROR_none, NULL, INT64_MAX, 0},
    {"{" V "," M ",\"id\":1,\"payload\":0,\"fds\":-0}", ERROR_none, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":9223372036854775808}", ERROR_none, "1", INT64_MAX, 0},
    {"{" V "," M ",\"id\":1,\"payload\":99999999999999999999,\"fds\":99999999999999999999}", ERROR_none, "1", INT64_MAX,
     INT64_MAX},
    {"{\"json\\u0072pc\":\"\\u0032.0\",\"m\\u0065thod\":\"clos\\u0065\",\"i\\u0064\":1}", ERROR_none, "1", 0, 0},

    {"{" V ",\"method\":\"no\"}", ERROR_no_such_method, NULL, 0, 0},
    {"{" V ",\"method\":\"\",\"id\":1}", ERROR_no_such_method, "1", 0, 0},
    {"{" V ",\"method\":\"Close\",\"id\":1,\"payload\":3}", ERROR_no_such_method, "1", 3, 0},
    {"{" V ",\"method\":\"close\\u0000\",\"id\":1}", ERROR_no_such_method, "1", 0, 0},

    {"{}", ERROR_invalid_request, "null", 0, 0},
    {"{\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V ",\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" M ",\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" M "}", ERROR_invalid_request, "null", 0, 0},
    {"{\"jsonrpc\":\"1.0\"," M ",\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{\"jsonrpc\":2.0," M ",\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{\"jsonrpc\":null," M ",\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V ",\"method\":1,\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V ",\"method\":null,\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":true}", ERROR_invalid_request, "null", 0, 0},
    {"{" V "," M ",\"id\":{}}", ERROR_invalid_request, "null", 0, 0},
    {"{" V "," M ",\"id\":[1]}", ERROR_invalid_request, "null", 0, 0},
    {"{" V "," M ",\"params\":null,\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"params\":7,\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"params\":\"x\",\"id\":1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"extra\":0}", ERROR_invalid_request, "1", 0, 0},
    {"{\"extra\":0," V "," M ",\"payload\":4,\"id\":\"x\"}", ERROR_invalid_request, "\"x\"", 4, 0},
    {"{" V "," M ",\"ID\":1}", ERROR_invalid_request, "null", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":-1}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":1.0}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":\"1\"}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":null}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"payload\":5,\"fds\":1e0}", ERROR_invalid_request, "1", 5, 0},
    {"{" V "," M ",\"id\":1,\"payload\":-99999999999999999999}", ERROR_invalid_request, "1", 0, 0},
    {"{" V "," M ",\"id\":1,\"fds\":true}", ERROR_invalid_request, "1", 0, 0},
};

START_TEST(a_message_of_one_request)
{
    ck_assert_int_eq(open_text(requests[_i].text), ERROR_none);
    ck_assert(!message.batch);
    ck_assert_uint_eq(message.count, 1);
    ck_assert_int_eq(message.payload, requests[_i].payload);
    ck_assert_int_eq(message.fds, requests[_i].fds);
    ck_assert(rpc_next(scanned, &message, &request));
    ck_assert_msg(request.error == requests[_i].error, "%s: %s", requests[_i].text, request.reason);
    expect_text(request.id, requests[_i].id);
    ck_assert_int_eq(request.error != ERROR_none, request.reason != NULL);
    ck_assert_int_eq(memcmp(scanned->text, requests[_i].text, scanned->size), 0);
    if (request.error == ERROR_none) {
        ck_assert_ptr_eq(request.method, &methods[METHOD_close]);
        ck_assert_int_eq(request.payload, requests[_i].payload);
        ck_assert_int_eq(request.fds, requests[_i].fds);
        ck_assert_int_eq(request.params == TOKEN_NONE, strstr(requests[_i].text, "params") == NULL);
    }
    ck_assert(!rpc_next(scanned, &message, &request));
}
END_TEST

/* ---- messages that are answered as a whole ---- */

static const struct {
    const char *text;
    enum error_id error;
    const char *limit, *id;
    int64_t payload;
} wholes[] = {
    {"{", ERROR_parse, NULL, "null", 0},
    {"{\"id\":1,\"id\":1}", ERROR_parse, NULL, "null", 0},
    {"0", ERROR_invalid_request, NULL, "null", 0},
    {"\"{}\"", ERROR_invalid_request, NULL, "null", 0},
    {"null", ERROR_invalid_request, NULL, "null", 0},
    {"[]", ERROR_invalid_request, NULL, "null", 0},
    {"[1,2,3,4]", ERROR_limit, "batch", "null", 0},
    {"[[[[[]]]]]", ERROR_limit, "nesting", "null", 0},
    {"{\"id\":\"x\",\"params\":[[[[]]]]}", ERROR_limit, "nesting", "\"x\"", 0},
    {"{\"params\":[[[[]]]],\"id\":\"x\",\"payload\":7}", ERROR_limit, "nesting", "\"x\"", 7},
    {"{\"params\":[[[[]]]],\"id\":[],\"payload\":-7}", ERROR_limit, "nesting", "null", 0},
    {"{\"id\":[[[[[]]]]],\"payload\":7}", ERROR_limit, "nesting", "null", 7},
    {"{\"params\":[1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10,1,2,3,4,5,6,7,8,9,10],\"id\":1,\"payload\":7}",
     ERROR_limit, "values", "1", 7},
    {"{\"params\":[[[[", ERROR_limit, "nesting", "null", 0},
};

START_TEST(a_message_that_is_no_request)
{
    ck_assert_int_eq(open_text(wholes[_i].text), wholes[_i].error);
    ck_assert_int_eq(request.error, wholes[_i].error);
    expect_text(request.id, wholes[_i].id);
    ck_assert_int_eq(message.payload, wholes[_i].payload);
    ck_assert_int_eq(limit != NULL, wholes[_i].limit != NULL);
    if (limit != NULL)
        ck_assert_str_eq(limit, wholes[_i].limit);
    ck_assert_int_eq(request.reason == NULL, wholes[_i].error == ERROR_limit);
}
END_TEST

START_TEST(a_batch_gives_its_requests_in_order)
{
    static const char text[] = "[{" V "," M ",\"id\":1,\"params\":{\"a\":[0]}},{" V "," M "},1]";
    ck_assert_int_eq(open_text(text), ERROR_none);
    ck_assert(message.batch);
    ck_assert_uint_eq(message.count, 3);
    ck_assert(rpc_next(scanned, &message, &request));
    ck_assert_int_eq(request.error, ERROR_none);
    expect_text(request.id, "1");
    ck_assert(rpc_next(scanned, &message, &request));
    ck_assert_int_eq(request.error, ERROR_none);
    ck_assert_ptr_null(request.id.data);
    ck_assert(rpc_next(scanned, &message, &request));
    ck_assert_int_eq(request.error, ERROR_invalid_request);
    expect_text(request.id, "null");
    ck_assert(!rpc_next(scanned, &message, &request));
}
END_TEST

START_TEST(nothing_rides_along_in_a_batch)
{
    static const char *const texts[] = {"[{" V "," M ",\"id\":1,\"payload\":5}]", "[{" V "," M ",\"id\":1,\"fds\":0}]"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        ck_assert_int_eq(open_text(texts[i]), ERROR_none);
        ck_assert_int_eq(message.payload, 0);
        ck_assert(rpc_next(scanned, &message, &request));
        ck_assert_int_eq(request.error, ERROR_invalid_request);
        ck_assert_int_eq(request.payload, 0);
        expect_text(request.id, "1");
    }
}
END_TEST

static const char *const junk[] = {"null", "1", "\"x\"", "[]", "{}", "true", "[{" V "," M ",\"id\":1}]"};

START_TEST(junk_in_a_batch_is_answered_one_by_one)
{
    char text[200];
    snprintf(text, sizeof text, "[%s,{" V "," M ",\"id\":5},%s]", junk[_i], junk[_i]);
    ck_assert_int_eq(open_text(text), ERROR_none);
    for (int i = 0; i < 3; i++) {
        ck_assert(rpc_next(scanned, &message, &request));
        ck_assert_int_eq(request.error, i == 1 ? ERROR_none : ERROR_invalid_request);
        expect_text(request.id, i == 1 ? "5" : "null");
    }
}
END_TEST

/* ---- ids ---- */

static const struct {
    const char *a, *b;
    bool equal;
} ids[] = {
    {"1", "1", true},
    {"1", "1.0", true},
    {"10", "1e1", true},
    {"0", "-0", true},
    {"1", "\"1\"", false},
    {"null", "\"null\"", false},
    {"null", "null", true},
    {"null", "0", false},
    {"\"a\"", "\"a\"", true},
    {"\"a\"", "\"\\u0061\"", true},
    {"\"a\"", "\"A\"", false},
    {"\"\"", "\"\\u0000\"", false},
    {"\"a\"", "\"ab\"", false},
    {"\"\\u00e4\"", "\"\xC3\xA4\"", true},
    {"\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\"", true},
    {"9007199254740993", "9007199254740992", false},
    {"1", "2", false},
    {"1", "-1", false},
    {"1e99999999999999999999", "1e99999999999999999999", true},
};

START_TEST(ids_are_equal_by_type_and_value)
{
    size_t a = strlen(ids[_i].a), b = strlen(ids[_i].b);
    struct sockd_text left = {fence_copy(0, ids[_i].a, a), a}, right = {fence_copy(1, ids[_i].b, b), b};
    ck_assert_int_eq(rpc_id_equal(left, right), ids[_i].equal);
    ck_assert_int_eq(rpc_id_equal(right, left), ids[_i].equal);
    ck_assert(!ids[_i].equal || rpc_id_hash(left) == rpc_id_hash(right));
}
END_TEST

/* ---- replies ---- */

static const struct {
    const char *text;
    bool good;
} replies[] = {
    {"{" V ",\"id\":1,\"result\":{}}", true},
    {"{" V ",\"id\":1,\"result\":null}", true},
    {"{" V ",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"x\"}}", true},
    {"{" V ",\"id\":1,\"error\":{\"code\":1,\"message\":\"\",\"data\":null,\"more\":1}}", true},
    {"{" V ",\"id\":1,\"result\":{},\"payload\":5,\"fds\":2,\"news\":{}}", true},
    {"[]", false},
    {"null", false},
    {"{" V ",\"result\":{}}", false},
    {"{\"id\":1,\"result\":{}}", false},
    {"{\"jsonrpc\":2,\"id\":1,\"result\":{}}", false},
    {"{" V ",\"id\":1}", false},
    {"{" V ",\"id\":[],\"result\":{}}", false},
    {"{" V ",\"id\":1,\"result\":{},\"error\":{\"code\":1,\"message\":\"\"}}", false},
    {"{" V ",\"id\":1,\"error\":null}", false},
    {"{" V ",\"id\":1,\"error\":{\"message\":\"\"}}", false},
    {"{" V ",\"id\":1,\"error\":{\"code\":1}}", false},
    {"{" V ",\"id\":1,\"error\":{\"code\":1.0,\"message\":\"\"}}", false},
    {"{" V ",\"id\":1,\"error\":{\"code\":\"1\",\"message\":\"\"}}", false},
    {"{" V ",\"id\":1,\"error\":{\"code\":1,\"message\":1}}", false},
    {"{" V ",\"id\":1,\"result\":{},\"payload\":-1}", false},
    {"{" V ",\"id\":1,\"result\":{},\"fds\":\"1\"}", false},
    {"{" V ",\"method\":\"event\",\"params\":{}}", false},
};

START_TEST(replies_are_read_or_not)
{
    struct rpc_reply reply;
    ck_assert_int_eq(rpc_read_reply(parse_good(replies[_i].text), 0, &reply), replies[_i].good);
}
END_TEST

static const struct sockd_text id = {"\"\\u0061\"", 8};

static struct scan *printed(struct print *print, char *text)
{
    ck_assert(print_fits(print));
    text[print->used] = 0;
    ck_assert_ptr_null(strchr(text, '\n'));
    return parse_good(text);
}

START_TEST(results_come_back)
{
    char text[1000];
    struct print print = {text, sizeof text - 1, 0};
    struct read_byte_sequence_result result = {.length = 3, .eof = true}, back;
    struct rpc_reply reply;
    struct record_fault fault;
    rpc_print_result(&print, id, &record_read_byte_sequence_result, &result, 3, 1);
    struct scan *scan = printed(&print, text);
    ck_assert(rpc_read_reply(scan, 0, &reply));
    expect_text(reply.id, "\"\\u0061\"");
    ck_assert(reply.payload == 3 && reply.fds == 1);
    ck_assert_uint_eq(reply.error, TOKEN_NONE);
    ck_assert_int_eq(record_decode(&record_read_byte_sequence_result, scan, reply.result, false, parse_arena(), &back, &fault),
                     RECORD_OK);
    ck_assert(back.length == 3 && back.eof && back.data.data == NULL);

    print.used = 0;
    rpc_print_result(&print, id, &record_nothing, "", 0, 0);
    printed(&print, text);
    ck_assert_str_eq(text, "{\"jsonrpc\":\"2.0\",\"id\":\"\\u0061\",\"result\":{}}");
}
END_TEST

START_TEST(errors_come_back)
{
    for (enum error_id error = 1; error < ERROR_COUNT; error++) {
        char text[1000];
        struct print print = {text, sizeof text - 1, 0};
        struct fault fault, back;
        struct record_fault refused;
        struct rpc_reply reply;
        record_clear(&record_fault, &fault);
        fault.param = SOCKD_TEXT("port");
        fault.number = 111;
        fault.timeout = (struct sockd_timeout){0, 250000, true};
        rpc_print_error(&print, id, error, SOCKD_TEXT("a \"message\"\n"), &fault);
        struct scan *scan = printed(&print, text);
        ck_assert(rpc_read_reply(scan, 0, &reply));
        ck_assert_int_eq(reply.code, errors[error].code);
        expect_text(reply.message, "a \"message\"\n");
        ck_assert_int_eq(record_decode(&record_fault, scan, reply.data, false, parse_arena(), &back, &refused), RECORD_OK);
        expect_text(back.kind, errors[error].kind);
        expect_text(back.param, "port");
        ck_assert(back.number == 111 && back.timeout.microseconds == 250000 && back.port == SOCKD_NULL &&
                  back.host.data == NULL);
    }
}
END_TEST

START_TEST(an_error_needs_no_more_than_its_kind)
{
    char text[1000];
    struct print print = {text, sizeof text - 1, 0};
    rpc_print_error(&print, (struct sockd_text){NULL, 0}, ERROR_cancelled, (struct sockd_text){NULL, 0}, NULL);
    printed(&print, text);
    ck_assert_str_eq(text,
                     "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32010,\"message\":\"the request was cancelled\","
                     "\"data\":{\"kind\":\"cancelled\"}}}");
}
END_TEST

START_TEST(requests_come_back)
{
    char text[1000];
    struct print print = {text, sizeof text - 1, 0};
    struct write_byte_sequence_params params, back;
    struct record_fault fault;
    enum scan_result result;
    record_clear(&record_write_byte_sequence_params, &params);
    params.stream = 7;
    params.timeout = SOCKD_SECONDS(3);
    rpc_print_request(&print, id, &methods[METHOD_write_byte_sequence], &params, 12, 0);
    scanned = parse(text, print.used, &result);
    ck_assert_int_eq(rpc_open(scanned, result, BATCH, &message, &request, &limit), ERROR_none);
    ck_assert(rpc_next(scanned, &message, &request));
    ck_assert_int_eq(request.error, ERROR_none);
    ck_assert_ptr_eq(request.method, &methods[METHOD_write_byte_sequence]);
    ck_assert(request.payload == 12 && request.fds == 0);
    ck_assert_int_eq(record_decode(request.method->params, scanned, request.params, true, parse_arena(), &back, &fault),
                     RECORD_OK);
    ck_assert(back.stream == 7 && back.data.data == NULL && back.timeout.seconds == 3);

    print.used = 0;
    rpc_print_request(&print, (struct sockd_text){NULL, 0}, &methods[METHOD_daemon_info], NULL, 0, 0);
    printed(&print, text);
    ck_assert_str_eq(text, "{\"jsonrpc\":\"2.0\",\"method\":\"daemon.info\"}");
}
END_TEST

START_TEST(a_notification_has_no_id)
{
    char text[1000];
    struct print print = {text, sizeof text - 1, 0};
    struct event_info event;
    record_clear(&record_event_info, &event);
    event.event = EVENT_KIND_LOST;
    event.time = SOCKD_TEXT("2026-11-22T19:00:00.000Z");
    event.owner.profile = SOCKD_TEXT("web");
    event.owner.session = 4;
    event.owner.uid = event.owner.gid = event.owner.pid = 1;
    event.local.address = event.peer.address = SOCKD_TEXT("");
    event.local.port = event.peer.port = 0;
    event.count = 17;
    rpc_print_notification(&print, &notifications[NOTIFICATION_event], &event);
    printed(&print, text);
    ck_assert_str_eq(text, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"event\":\"lost\","
                           "\"time\":\"2026-11-22T19:00:00.000Z\",\"handle\":null,\"reason\":null,"
                           "\"owner\":{\"uid\":1,\"gid\":1,\"pid\":1,\"name\":null,\"profile\":\"web\",\"session\":4,"
                           "\"label\":null},\"local\":{\"address\":\"\",\"port\":0},"
                           "\"peer\":{\"address\":\"\",\"port\":0},\"count\":17}}");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rpc");
    tcase_add_loop_test(tests, a_message_of_one_request, 0, COUNT(requests));
    tcase_add_loop_test(tests, a_message_that_is_no_request, 0, COUNT(wholes));
    tcase_add_test(tests, a_batch_gives_its_requests_in_order);
    tcase_add_test(tests, nothing_rides_along_in_a_batch);
    tcase_add_loop_test(tests, junk_in_a_batch_is_answered_one_by_one, 0, COUNT(junk));
    tcase_add_loop_test(tests, ids_are_equal_by_type_and_value, 0, COUNT(ids));
    tcase_add_loop_test(tests, replies_are_read_or_not, 0, COUNT(replies));
    tcase_add_test(tests, results_come_back);
    tcase_add_test(tests, errors_come_back);
    tcase_add_test(tests, an_error_needs_no_more_than_its_kind);
    tcase_add_test(tests, requests_come_back);
    tcase_add_test(tests, a_notification_has_no_id);
    return suite_run("rpc", tests);
}
