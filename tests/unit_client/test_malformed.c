/* What a daemon must not send. Each ends the connection with an error that says so, and all calls with it. */
#include <stdlib.h>
#include <sys/socket.h>

#include "fake.h"

static struct fake fake;

static void setup(void)
{
    fake_init(&fake);
}

static void teardown(void)
{
    fake_deinit(&fake);
}

/* answers to call 1, read-line */
static const char *const lines[] = {
    "x",
    "{",
    "{}",
    "[]",
    "null",
    "17",
    "\"text\"",
    "{\"jsonrpc\":\"2.0\",\"id\":1}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{\"code\":-1,\"message\":\"\"}}",
    "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}}",
    "{\"id\":1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":11111111111111111111111,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":[],\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":7}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":-1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":\"5\",\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":-1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"line\":7,\"missing_newline\":false,\"eof\":false}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"line\":\"\",\"missing_newline\":null,\"eof\":false}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"line\":\"\",\"missing_newline\":false}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":1,\"result\":{\"line\":\"\",\"missing_newline\":false,\"eof\":false}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"line\":\"\xc3\x28\",\"missing_newline\":false,\"eof\":false}}",
    "{\"method\":\"event\",\"payload\":1,\"params\":{}}",
};

START_TEST(a_malformed_line)
{
    struct sockd_read_line_result line;
    fake_send(&fake, lines[_i]);
    fake_send(&fake, "\n");
    ck_assert_int_eq(sockd_read_line(fake.client, 3, NULL, &line), -SOCKD_ERROR_MALFORMED);
    ck_assert_str_eq(sockd_error(fake.client)->kind, "malformed");
    ck_assert_uint_gt(strlen(sockd_error(fake.client)->message), 20);
    ck_assert_int_eq(sockd_read_line(fake.client, 3, NULL, &line), -SOCKD_ERROR_MALFORMED);
    ck_assert_int_eq(sockd_events(fake.client), 0);
}
END_TEST

START_TEST(answered_twice)
{
    fake_result(&fake, 1, "{}");
    fake_result(&fake, 1, "{}");
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
    ck_assert_int_eq(sockd_process(fake.client), -SOCKD_ERROR_MALFORMED);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), 0);
}
END_TEST

START_TEST(nested_too_deeply)
{
    char text[400] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":";
    memset(text + strlen(text), '[', 100);
    memset(text + strlen(text), ']', 100);
    strcat(text, "}\n");
    fake_send(&fake, text);
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_MALFORMED);
}
END_TEST

START_TEST(a_notification_is_passed_over)
{
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"event\":\"opened\"}}\n");
    fake_result(&fake, 1, "{}");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), 0);
}
END_TEST

/* whatever one wrong byte does, it ends in a result or an error */
START_TEST(any_byte_changed)
{
    static const char good[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":3,\"result\":{\"length\":3,\"data\":\"AAEC\",\"eof\":false}}\nabc";
    static const char wrong[] = {0, '"', '{', ']', '9', ',', '\\', '\n', '\xff', ' '};
    char bytes[sizeof good];
    for (size_t at = 0; at < sizeof good - 1; at++) {
        struct fake one;
        struct sockd_read_byte_sequence_result result;
        memcpy(bytes, good, sizeof good);
        bytes[at] = wrong[_i];
        fake_init(&one);
        fake_send_bytes(&one, bytes, sizeof good - 1);
        sockd_call call = sockd_start_read_byte_sequence(one.client, 3, 3, NULL);
        shutdown(one.fd, SHUT_WR);
        int status = sockd_finish_read_byte_sequence(one.client, call, &result);
        ck_assert_int_le(status, 0);
        ck_assert(status == 0 || strlen(sockd_error(one.client)->message) > 0);
        fake_deinit(&one);
    }
}
END_TEST

/* ---- the cap on replies ---- */

START_TEST(a_line_over_the_cap)
{
    sockd_limit_reply(fake.client, 52);
    fake_result(&fake, 1, "{\"x\":1234567890}"); /* 50 bytes */
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), 0);
    fake_result(&fake, 2, "{\"x\":1234567890123456}");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_TOO_LARGE);
    ck_assert_str_eq(sockd_error(fake.client)->message, "a reply is larger than 52 bytes");
}
END_TEST

START_TEST(an_endless_line_over_the_cap)
{
    sockd_limit_reply(fake.client, 1000);
    for (int i = 0; i < 30; i++)
        fake_send(&fake, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_TOO_LARGE);
}
END_TEST

START_TEST(a_payload_over_the_cap)
{
    sockd_limit_reply(fake.client, 1000);
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":1001,\"result\":{}}\n");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_TOO_LARGE);
}
END_TEST

START_TEST(an_impossible_payload)
{
    sockd_limit_reply(fake.client, SIZE_MAX);
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":9223372036854775807,\"result\":{}}\n");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_MEMORY);
}
END_TEST

TCase *case_malformed(void)
{
    TCase *malformed = tcase_create("malformed");
    tcase_add_checked_fixture(malformed, setup, teardown);
    tcase_add_loop_test(malformed, a_malformed_line, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(malformed, any_byte_changed, 0, 10);
    tcase_add_test(malformed, answered_twice);
    tcase_add_test(malformed, nested_too_deeply);
    tcase_add_test(malformed, a_notification_is_passed_over);
    tcase_add_test(malformed, a_line_over_the_cap);
    tcase_add_test(malformed, an_endless_line_over_the_cap);
    tcase_add_test(malformed, a_payload_over_the_cap);
    tcase_add_test(malformed, an_impossible_payload);
    return malformed;
}
