/* A connection that was reset, or that failed while it was being made: what status says before and after it was told. */
#include <stdio.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static void expect_status(const struct link *l, const char *input, const char *output, const char *io)
{
    ck_assert_str_eq(link_status(l, "input"), input);
    ck_assert_str_eq(link_status(l, "output"), output);
    ck_assert_str_eq(link_status(l, "io"), io);
}

static struct link reset_link(const char *mode)
{
    struct link l = link_new(mode);
    peer_reset(l.peer);
    link_await(&l);
    return l;
}

/* shows: status-error, status-error-is-not-consumed */
START_TEST(every_direction_says_error_until_it_is_reported)
{
    struct link l = reset_link(modes[_i]);
    for (int i = 0; i < 2; i++)
        expect_status(&l, "\"error\"", "\"error\"", "\"error\"");
    expect_text(refuse(l.client, "os-error", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "name", "ECONNRESET");
    expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: status-error-is-not-consumed */
START_TEST(a_write_reports_it_too)
{
    struct link l = reset_link("'buffered': false");
    expect_text(refuse(l.client, "os-error", "write-line", "{'stream': %lu, 'string': 'x'}", l.stream), "name", "ECONNRESET");
    expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
}
END_TEST

/* shows: options-so-error */
START_TEST(the_option_so_error_takes_it)
{
    struct link l = reset_link(modes[_i]);
    expect_json(call(l.client, "socket-options", "{'socket': %lu, 'options': ['so-error']}", l.stream), "values", "[true]");
    expect_json(call(l.client, "socket-options", "{'socket': %lu, 'options': ['so-error']}", l.stream), "values", "[false]");
    expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: status-data-before-a-reset, gone-reset-keeps-input */
START_TEST(input_from_before_the_reset_comes_first)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "before\n");
    peer_reset(l.peer);
    link_await(&l);
    expect_status(&l, "\"input\"", "\"error\"", "\"input\"");
    link_expect_line(&l, "before");
    expect_status(&l, "\"error\"", "\"error\"", "\"error\"");
    refuse(l.client, "os-error", "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
}
END_TEST

/* shows: gone-reset-keeps-input */
START_TEST(input_from_before_can_be_read_after_a_write_told)
{
    struct link l = link_new("'buffered': false");
    peer_write(l.peer, "before\n");
    peer_reset(l.peer);
    link_await(&l);
    refuse(l.client, "os-error", "write-line", "{'stream': %lu, 'string': 'x'}", l.stream);
    expect_status(&l, "\"input\"", "\"output\"", "\"io\"");
    link_expect_line(&l, "before");
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: status-count, status-error */
START_TEST(a_reset_wakes_those_who_wait_for_status)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "socket-status", "{'sockets': [{'handle': %lu, 'direction': 'input'}]}", l.stream);
    ck_assert(waits(l.client, id));
    peer_reset(l.peer);
    expect_json(result(l.client, id), "status", "['error']");
    expect_int(result(l.client, id), "count", 1);
}
END_TEST

/* shows: status-error-in-a-list */
START_TEST(one_reset_in_a_list_refuses_nothing)
{
    struct client *c = client_open();
    struct link good = link_open(c, NULL), bad = link_open(c, NULL);
    peer_reset(bad.peer);
    link_await(&bad);
    json_object *status =
        call(c, "socket-status", "{'sockets': [%lu, {'handle': %lu, 'direction': 'input'}]}", good.stream, bad.stream);
    expect_json(status, "status", "['output', 'error']");
}
END_TEST

/* shows: gone-reset-read */
START_TEST(a_reset_reaches_one_waiting_read_and_the_others_meet_the_end)
{
    struct link l = link_new(modes[_i]);
    long first = request(l.client, "read-line", "{'stream': %lu}", l.stream),
         second = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, second));
    peer_reset(l.peer);
    expect_text(fault(l.client, first, "os-error"), "name", "ECONNRESET");
    expect_true(result(l.client, second), "eof");
}
END_TEST

/* A connect without time that fails later: the stream says error, and the first operation tells why. */
/* shows: connect-connecting-status, status-error */
START_TEST(a_connect_that_fails_later)
{
    struct client *c = client_open();
    int port, listener = peer_listen_full(&port);
    struct link l = {c, handle_at(call(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1', 'timeout': 0}", port), "stream"),
                     -1};
    ck_assert_str_eq(link_status(&l, "io"), "null");
    long id = request(c, "socket-status", "{'sockets': %lu}", l.stream);
    ck_assert(waits(c, id));
    peer_close(listener);
    expect_text(result(c, id), "status", "error");
    expect_text(refuse(c, "os-error", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "name", "ECONNREFUSED");
    expect_text(call(c, "socket-status", "{'sockets': %lu, 'timeout': 0}", l.stream), "status", "append");
}
END_TEST

/* shows: close-after-a-reset */
START_TEST(close_of_a_reset_stream)
{
    struct link l = reset_link(modes[_i]);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    refuse(l.client, "no-such-handle", "socket-status", "{'sockets': %lu}", l.stream);
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&every_direction_says_error_until_it_is_reported, NULL, EACH_MODE},
    {&a_write_reports_it_too, NULL, 0},
    {&the_option_so_error_takes_it, NULL, EACH_MODE},
    {&input_from_before_the_reset_comes_first, NULL, EACH_MODE},
    {&input_from_before_can_be_read_after_a_write_told, NULL, 0},
    {&a_reset_wakes_those_who_wait_for_status, NULL, EACH_MODE},
    {&one_reset_in_a_list_refuses_nothing, NULL, 0},
    {&a_reset_reaches_one_waiting_read_and_the_others_meet_the_end, NULL, EACH_MODE},
    {&a_connect_that_fails_later, NULL, 0},
    {&close_of_a_reset_stream, NULL, EACH_MODE},
    {0},
};

const struct suite suite_resets = {.name = "resets", .cases = cases};
