/* Descriptors that ride along. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"

static struct fake fake;
static int pipes[2];

static void setup(void)
{
    fake_init(&fake);
    ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
}

static void teardown(void)
{
    close(pipes[0]);
    close(pipes[1]);
    fake_deinit(&fake);
}

static bool same_file(int a, int b)
{
    struct stat left, right;
    ck_assert_int_eq(fstat(a, &left), 0);
    ck_assert_int_eq(fstat(b, &right), 0);
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

START_TEST(two_go_out)
{
    struct sockd_stream_result result;
    fake_result(&fake, 1, "{\"stream\":8}");
    ck_assert_int_eq(sockd_make_stream(fake.client, pipes, 2, NULL, &result), 0);
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"make-stream\",\"fds\":2,\"params\":{\"direction\":\"io\","
                       "\"element_type\":\"character\",\"external_format\":{\"encoding\":\"utf-8\"},\"buffered\":\"default\","
                       "\"lifetime\":\"session\"}}");
    ck_assert_uint_eq(fake.descriptor_count, 2);
    ck_assert(same_file(fake.descriptors[0], pipes[0]) && same_file(fake.descriptors[1], pipes[1]));
}
END_TEST

/* behind requests that the kernel has no room for: each set goes with its own message, and not before */
START_TEST(they_wait_their_turn)
{
    enum { SIZE = 1024 * 1024 };
    static char data[SIZE], got[SIZE];
    int both[2] = {pipes[1], pipes[0]};
    ck_assert_int_gt(sockd_start_write_byte_sequence(fake.client, 3, sockd_memory(data, SIZE), NULL), 0);
    ck_assert_int_gt(sockd_start_make_stream(fake.client, pipes, 1, NULL), 0);
    ck_assert_int_gt(sockd_start_terpri(fake.client, 3, NULL), 0);
    ck_assert_int_gt(sockd_start_make_stream(fake.client, both, 2, NULL), 0);
    close(pipes[0]);
    pipes[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    free(fake_line(&fake));
    for (size_t taken = 0; taken < SIZE; taken += SIZE / 64) {
        ck_assert_uint_eq(fake.descriptor_count, 0);
        ck_assert_int_eq(sockd_process(fake.client), 0);
        fake_read(&fake, got, SIZE / 64);
    }
    ck_assert_int_eq(sockd_process(fake.client), 0);
    for (int i = 0; i < 3; i++)
        free(fake_line(&fake));
    ck_assert_uint_eq(fake.descriptor_count, 3);
    ck_assert(same_file(fake.descriptors[1], pipes[1]));
    ck_assert(same_file(fake.descriptors[0], fake.descriptors[2]));
    ck_assert_int_eq(sockd_events(fake.client), POLLIN);
}
END_TEST

START_TEST(too_many_or_none_at_all)
{
    int many[254] = {0};
    int closed = -1;
    ck_assert_int_eq(sockd_make_stream(fake.client, many, 254, NULL, NULL), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_make_stream(fake.client, &closed, 1, NULL, NULL), -SOCKD_ERROR_SYSTEM);
    assert_text(sockd_error(fake.client)->data.name, "EBADF");
    fake_expect_nothing(&fake);
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
    fake_result(&fake, call, "{}");
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), 0);
}
END_TEST

START_TEST(one_comes_back)
{
    struct sockd_stream_handles_result result;
    fake_send_descriptors(&fake,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":1,\"result\":{\"input\":0,\"output\":0,\"via\":\"direct\","
                          "\"pending\":\"aGk=\"}}\n",
                          pipes, 1);
    ck_assert_int_eq(sockd_stream_handles(fake.client, 3, NULL, &result), 0);
    ck_assert_int_eq(result.input, result.output);
    ck_assert_int_eq(result.via, SOCKD_VIA_DIRECT);
    ck_assert_uint_eq(result.pending.size, 2);
    ck_assert_mem_eq(result.pending.data, "hi", 2);
    ck_assert(same_file((int)result.input, pipes[0]));
    ck_assert_int_eq(fcntl((int)result.input, F_GETFD), FD_CLOEXEC);
    close((int)result.input);
}
END_TEST

START_TEST(two_come_back_and_one_is_not_named)
{
    struct sockd_stream_handles_result result;
    int three[3] = {pipes[0], pipes[1], pipes[0]};
    fake_send_descriptors(&fake,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":3,\"result\":{\"input\":2,\"output\":1,\"via\":\"relay\","
                          "\"pending\":\"\"}}\n",
                          three, 3);
    ck_assert_int_eq(sockd_stream_handles(fake.client, 3, NULL, &result), 0);
    ck_assert(same_file((int)result.input, pipes[0]) && same_file((int)result.output, pipes[1]));
    ck_assert(result.pending.data && result.pending.size == 0);
    close((int)result.input);
    close((int)result.output);
}
END_TEST

START_TEST(a_side_that_was_shut_down)
{
    struct sockd_stream_handles_result result;
    fake_send_descriptors(&fake,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":1,\"payload\":3,\"result\":{\"input\":null,\"output\":0,"
                          "\"via\":\"relay\",\"pending\":\"\"}}\nabc",
                          pipes, 1);
    ck_assert_int_eq(sockd_stream_handles(fake.client, 3, NULL, &result), 0);
    ck_assert(result.input == SOCKD_NULL);
    ck_assert_mem_eq(result.pending.data, "abc", 3);
    close((int)result.output);
}
END_TEST

/* fake_deinit counts */
START_TEST(nobody_wants_them)
{
    const char reply[] = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"fds\":1,\"result\":{\"input\":0,\"output\":0,\"via\":\"direct\","
                         "\"pending\":\"\"}}\n";
    char line[200];
    for (int id = 1; id <= 3; id++) {
        snprintf(line, sizeof line, reply, id);
        fake_send_descriptors(&fake, line, pipes, 1);
    }
    ck_assert_int_eq(sockd_stream_handles(fake.client, 3, NULL, NULL), 0);
    sockd_forget(fake.client, sockd_start_stream_handles(fake.client, 3, NULL));
    sockd_call call = sockd_start_stream_handles(fake.client, 3, NULL);
    ck_assert_int_eq(sockd_wait(fake.client, call, -1), 1);
}
END_TEST

START_TEST(a_wrong_index)
{
    struct sockd_stream_handles_result result;
    fake_send_descriptors(&fake,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":1,\"result\":{\"input\":0,\"output\":1,\"via\":\"direct\","
                          "\"pending\":\"\"}}\n",
                          pipes, 1);
    ck_assert_int_eq(sockd_stream_handles(fake.client, 3, NULL, &result), -SOCKD_ERROR_MALFORMED);
    ck_assert_ptr_nonnull(strstr(sockd_error(fake.client)->message, "output"));
}
END_TEST

START_TEST(they_come_unannounced)
{
    fake_send_descriptors(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n", pipes, 2);
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
    ck_assert_int_eq(sockd_process(fake.client), -SOCKD_ERROR_MALFORMED);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), 0);
}
END_TEST

TCase *case_descriptors(void)
{
    TCase *descriptors = tcase_create("descriptors");
    tcase_add_checked_fixture(descriptors, setup, teardown);
    tcase_add_test(descriptors, two_go_out);
    tcase_add_test(descriptors, they_wait_their_turn);
    tcase_add_test(descriptors, too_many_or_none_at_all);
    tcase_add_test(descriptors, one_comes_back);
    tcase_add_test(descriptors, two_come_back_and_one_is_not_named);
    tcase_add_test(descriptors, a_side_that_was_shut_down);
    tcase_add_test(descriptors, nobody_wants_them);
    tcase_add_test(descriptors, a_wrong_index);
    tcase_add_test(descriptors, they_come_unannounced);
    return descriptors;
}
