/* Calls in JSON. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

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

START_TEST(params_in_any_layout)
{
    struct sockd_json_request request = {.method = "made-\"up\"",
                                         .params = sockd_string("{\r\n  \"a\" : [1,\n\t\"\\n\"]\n}\n")};
    struct sockd_json_reply reply;
    fake_result(&fake, 1, "[1, {\"x\": \"\\u0041\"}]");
    ck_assert_int_eq(sockd_call_json(fake.client, &request, &reply), 0);
    fake_expect(&fake,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"made-\\\"up\\\"\",\"params\":{    \"a\" : [1, \t\"\\n\"] } }");
    fake_expect_nothing(&fake);
    assert_text(reply.result, "[1, {\"x\": \"\\u0041\"}]");
    ck_assert(!reply.error.data && !reply.payload.data && reply.descriptor_count == 0);
}
END_TEST

START_TEST(no_params_and_a_string_for_a_result)
{
    struct sockd_json_request request = {.method = "m"};
    struct sockd_json_reply reply;
    fake_result(&fake, 1, "\"a\\\"b\"");
    ck_assert_int_eq(sockd_call_json(fake.client, &request, &reply), 0);
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}");
    assert_text(reply.result, "\"a\\\"b\"");
}
END_TEST

START_TEST(params_that_are_none)
{
    static const char *const texts[] = {"",   "{", "7", "\"a\"", "{}{}", "{},\"id\":3", "{'a':1}", "[1,]", "{\"a\":1,\"a\":2}",
                                        "nul"};
    struct sockd_json_request request = {.method = "m", .params = sockd_string(texts[_i])};
    struct sockd_json_reply reply;
    ck_assert_int_eq(sockd_call_json(fake.client, &request, &reply), -SOCKD_ERROR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(sockd_error(fake.client)->message, "the parameters"));
    ck_assert(!reply.result.data && !reply.error.data);
    fake_expect_nothing(&fake);
}
END_TEST

START_TEST(no_method)
{
    struct sockd_json_request request = {0};
    struct sockd_json_reply reply;
    ck_assert_int_eq(sockd_call_json(fake.client, &request, &reply), -SOCKD_ERROR_ARGUMENT);
    ck_assert_str_eq(sockd_error(fake.client)->message, "a request needs a method");
}
END_TEST

START_TEST(an_error_as_it_came)
{
    struct sockd_json_request request = {.method = "m"};
    struct sockd_json_reply reply;
    const char error[] =
        "{\"code\": -32001, \"message\": \"\\\"late\\\"\", \"data\": {\"kind\": \"timeout\", \"bytes\": \"AAEC\"}}";
    fake_error(&fake, 1, error);
    ck_assert_int_eq(sockd_call_json(fake.client, &request, &reply), -SOCKD_ERROR_TIMEOUT);
    assert_text(reply.error, error);
    ck_assert_ptr_null(reply.result.data);
    ck_assert_str_eq(sockd_error(fake.client)->message, "\"late\"");
}
END_TEST

START_TEST(payload_and_descriptors_both_ways)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct sockd_json_request request = {
        .method = "m", .payload = sockd_memory("out", 3), .descriptors = &null, .descriptor_count = 1};
    struct sockd_json_reply reply;
    char payload[3];
    fake_send_descriptors(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":2,\"fds\":1,\"result\":{}}\nin", &null, 1);
    ck_assert_int_eq(sockd_call_json(fake.client, &request, &reply), 0);
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"payload\":3,\"fds\":1}");
    fake_read(&fake, payload, 3);
    ck_assert_mem_eq(payload, "out", 3);
    ck_assert_uint_eq(fake.descriptor_count, 1);
    ck_assert_uint_eq(reply.payload.size, 2);
    ck_assert_mem_eq(reply.payload.data, "in", 2);
    ck_assert_uint_eq(reply.descriptor_count, 1);
    close(reply.descriptors[0]);
    close(null);
}
END_TEST

START_TEST(beside_typed_calls)
{
    struct sockd_json_request request = {.method = "m"};
    struct sockd_json_reply reply;
    sockd_call typed = sockd_start_terpri(fake.client, 3, NULL), json = sockd_start_json(fake.client, &request);
    fake_result(&fake, json, "1");
    fake_result(&fake, typed, "{}");
    ck_assert_int_eq(sockd_finish_json(fake.client, typed, &reply), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, typed), 0);
    ck_assert_int_eq(sockd_finish_json(fake.client, json, &reply), 0);
    assert_text(reply.result, "1");
}
END_TEST

TCase *case_json(void)
{
    TCase *json = tcase_create("json");
    tcase_add_checked_fixture(json, setup, teardown);
    tcase_add_test(json, params_in_any_layout);
    tcase_add_test(json, no_params_and_a_string_for_a_result);
    tcase_add_loop_test(json, params_that_are_none, 0, 10);
    tcase_add_test(json, no_method);
    tcase_add_test(json, an_error_as_it_came);
    tcase_add_test(json, payload_and_descriptors_both_ways);
    tcase_add_test(json, beside_typed_calls);
    return json;
}
