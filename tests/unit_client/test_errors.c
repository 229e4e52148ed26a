/* Every error of the daemon as the C caller gets it. */
#include <errno.h>

#include "fake.h"
#include "proto.h"

static struct fake fake;

static void setup(void)
{
    fake_init(&fake);
}

static void teardown(void)
{
    fake_deinit(&fake);
}

/* one for each row of the table */
START_TEST(each_kind)
{
    char error[200];
    const struct error_kind *kind = &errors[_i];
    snprintf(error, sizeof error, "{\"code\":%d,\"message\":\"so \\\"it\\\" is\",\"data\":{\"kind\":\"%s\"}}", kind->code,
             kind->kind);
    fake_error(&fake, 1, error);
    ck_assert_int_eq(sockd_socket_server_close(fake.client, 3), kind->code);
    const struct sockd_error *told = sockd_error(fake.client);
    ck_assert_int_eq(told->code, -kind->code);
    ck_assert_str_eq(told->kind, kind->kind);
    ck_assert_str_eq(told->message, "so \"it\" is");
    assert_text(told->data.kind, kind->kind);
    ck_assert(told->data.number == SOCKD_NULL && told->data.handle == 0 && told->data.direction == SOCKD_UNSET);
    fake_result(&fake, 2, "{}");
    ck_assert_int_eq(sockd_socket_server_close(fake.client, 3), 0);
}
END_TEST

START_TEST(a_failed_system_call)
{
    fake_error(&fake, 1,
               "{\"code\":-32000,\"message\":\"refused\",\"data\":{\"kind\":\"os-error\",\"errno\":111,"
               "\"name\":\"ECONNREFUSED\",\"operation\":\"connect\",\"address\":\"127.0.0.1\",\"port\":9,\"more\":{}}}");
    ck_assert_int_eq(sockd_socket_connect(fake.client, 9, NULL, NULL), -SOCKD_ERROR_OS_ERROR);
    const struct sockd_fault *data = &sockd_error(fake.client)->data;
    ck_assert_int_eq(data->number, ECONNREFUSED);
    assert_text(data->name, "ECONNREFUSED");
    assert_text(data->operation, "connect");
    assert_text(data->address, "127.0.0.1");
    ck_assert_int_eq(data->port, 9);
}
END_TEST

START_TEST(all_that_an_error_can_hold)
{
    fake_error(&fake, 1,
               "{\"code\":-32006,\"message\":\"m\",\"data\":{\"kind\":\"encoding\",\"bytes\":\"wyg=\",\"position\":4,"
               "\"encoding\":\"utf-8\",\"char\":\"€\",\"handle\":3,\"direction\":\"input\",\"timeout\":1.5,\"written\":2,"
               "\"limit\":\"line\",\"value\":10,\"param\":\"p\",\"reason\":\"r\",\"is\":\"stream\",\"wanted\":\"server\","
               "\"target\":\"t\",\"profile\":\"f\",\"host\":\"h\"}}");
    ck_assert_int_eq(sockd_read_line(fake.client, 3, NULL, NULL), -SOCKD_ERROR_ENCODING);
    const struct sockd_fault *data = &sockd_error(fake.client)->data;
    ck_assert_uint_eq(data->bytes.size, 2);
    ck_assert_mem_eq(data->bytes.data, "\xc3\x28", 2);
    ck_assert_int_eq(data->position, 4);
    ck_assert_int_eq(data->ch, 0x20ac);
    ck_assert_uint_eq(data->handle, 3);
    ck_assert_int_eq(data->direction, SOCKD_DIRECTION_INPUT);
    ck_assert(data->timeout.finite && data->timeout.seconds == 1 && data->timeout.microseconds == 500000);
    ck_assert_int_eq(data->written, 2);
    ck_assert_int_eq(data->value, 10);
    assert_text(data->limit, "line");
    assert_text(data->wanted, "server");
}
END_TEST

/* a newer daemon may know errors that this library does not */
START_TEST(an_unknown_error)
{
    fake_error(&fake, 1, "{\"code\":-32099,\"message\":\"new\",\"data\":{\"kind\":\"brand-new\",\"x\":1}}");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -32099);
    ck_assert_str_eq(sockd_error(fake.client)->kind, "brand-new");
    fake_error(&fake, 2, "{\"code\":-32099,\"message\":\"bare\"}");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -32099);
    ck_assert_str_eq(sockd_error(fake.client)->message, "bare");
    ck_assert_str_eq(sockd_error(fake.client)->kind, "");
}
END_TEST

START_TEST(a_long_message_is_cut_between_characters)
{
    char error[4000] = "{\"code\":-32603,\"message\":\"x";
    for (int i = 0; i < 600; i++)
        strcat(error, "€");
    strcat(error, "\",\"data\":{\"kind\":\"internal\"}}");
    fake_error(&fake, 1, error);
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_INTERNAL);
    size_t size = strlen(sockd_error(fake.client)->message);
    ck_assert_uint_eq(size % 3, 1);
    ck_assert_uint_gt(size, 400);
}
END_TEST

START_TEST(wrong_arguments)
{
    struct sockd_ready_result ready;
    sockd_call call = sockd_start_listen(fake.client, 3);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), -SOCKD_ERROR_ARGUMENT);
    ck_assert_str_eq(sockd_error(fake.client)->kind, "argument");
    ck_assert_int_eq(sockd_finish_listen(fake.client, call + 1, &ready), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_finish_listen(fake.client, 0, &ready), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_finish_listen(fake.client, -5, &ready), -5);
    ck_assert_int_eq(sockd_cancel(fake.client, call + 1), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_on_done(fake.client, call + 1, NULL, NULL), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_wait(fake.client, call + 1, -1), -SOCKD_ERROR_ARGUMENT);
    fake_result(&fake, call, "{\"ready\":true}");
    ck_assert_int_eq(sockd_finish_listen(fake.client, call, &ready), 0);
    ck_assert_int_eq(sockd_finish_listen(fake.client, call, &ready), -SOCKD_ERROR_ARGUMENT);
}
END_TEST

START_TEST(no_client)
{
    ck_assert_int_eq(sockd_terpri(NULL, 3, NULL), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_process(NULL), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_fd(NULL), -1);
    ck_assert_int_eq(sockd_error(NULL)->code, SOCKD_ERROR_MEMORY);
    ck_assert_ptr_null(sockd_fopen(NULL, 3, "r"));
    sockd_close(NULL);
}
END_TEST

TCase *case_errors(void)
{
    TCase *errors_case = tcase_create("errors");
    tcase_add_checked_fixture(errors_case, setup, teardown);
    tcase_add_loop_test(errors_case, each_kind, 1, ERROR_COUNT);
    tcase_add_test(errors_case, a_failed_system_call);
    tcase_add_test(errors_case, all_that_an_error_can_hold);
    tcase_add_test(errors_case, an_unknown_error);
    tcase_add_test(errors_case, a_long_message_is_cut_between_characters);
    tcase_add_test(errors_case, wrong_arguments);
    tcase_add_test(errors_case, no_client);
    return errors_case;
}
