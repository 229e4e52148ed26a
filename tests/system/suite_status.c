/* socket-status: every value for servers and streams in every direction, lists, counts and time. */
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static void expect_status(const struct link *l, const char *input, const char *output, const char *io)
{
    ck_assert_str_eq(link_status(l, "input"), input);
    ck_assert_str_eq(link_status(l, "output"), output);
    ck_assert_str_eq(link_status(l, "io"), io);
}

/* The status of one stream, asked for a thousand times in a list: what each wake-up needs must be given back. */
/* shows: status-returns-with-something */
START_TEST(a_status_that_wakes_often_in_vain)
{
    struct link l = link_new(NULL);
    char items[40000] = "";
    size_t size = 0;
    for (int i = 0; i < 2000; i++)
        size += (size_t)snprintf(items + size, sizeof items - size, "%s%lu", i ? "," : "", l.stream);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    call(l.client, "socket-options", "{'socket': %lu, 'options': [['so-rcvlowat', 120]]}", l.stream);
    long id = request(l.client, "socket-status", "{'sockets': [%s]}", items);
    for (int i = 0; i < 120; i++) {
        peer_write(l.peer, "x");
        nanosleep(&(struct timespec){0, 4000000},
                  NULL); /* so that each byte wakes the call by itself: nothing tells that it did */
    }
    ck_assert_int_gt(int_at(result(l.client, id), "count"), 0);
}
END_TEST

/* shows: status-idle */
START_TEST(an_idle_stream)
{
    struct link l = link_new(modes[_i]);
    expect_status(&l, "null", "\"output\"", "\"output\"");
}
END_TEST

/* shows: status-input, status-one-direction */
START_TEST(a_stream_with_input)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "ab");
    link_await(&l);
    expect_status(&l, "\"input\"", "\"output\"", "\"io\"");
    call(l.client, "read-char", "{'stream': %lu}", l.stream);
    expect_status(&l, "\"input\"", "\"output\"", "\"io\"");
    call(l.client, "read-char", "{'stream': %lu}", l.stream);
    expect_status(&l, "null", "\"output\"", "\"output\"");
}
END_TEST

/* shows: status-eof, status-data-before-the-end */
START_TEST(a_stream_at_its_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "x\n");
    peer_shut(l.peer);
    link_await(&l);
    expect_status(&l, "\"input\"", "\"output\"", "\"io\"");
    link_expect_line(&l, "x");
    for (int i = 0; i < 2; i++)
        expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
}
END_TEST

/* shows: status-eof */
START_TEST(a_peer_that_closed)
{
    struct link l = link_new(modes[_i]);
    peer_close(l.peer);
    link_await(&l);
    expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
}
END_TEST

/* shows: status-output-full, status-one-direction */
START_TEST(a_stream_that_can_take_no_output)
{
    struct link l = link_bytes();
    link_fill(&l);
    expect_status(&l, "null", "null", "null");
    peer_write(l.peer, "i");
    link_await(&l);
    expect_status(&l, "\"input\"", "null", "\"input\"");
    peer_shut(l.peer);
    call(l.client, "read-byte", "{'stream': %lu}", l.stream);
    link_await(&l);
    expect_status(&l, "\"eof\"", "null", "\"eof\"");
}
END_TEST

/* Characters that stand in no status: the half of one, the second half of a CR LF. */
/* shows: status-half-a-character */
START_TEST(half_a_character_is_no_input)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xe2\x82");
    json_object *status =
        call(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 0.05}", l.stream);
    expect_null(status, "status");
    expect_int(status, "count", 0);
    expect_status(&l, "null", "\"output\"", "\"output\"");
    peer_write(l.peer, "\xac");
    link_await(&l);
    expect_status(&l, "\"input\"", "\"output\"", "\"io\"");
}
END_TEST

/* shows: status-second-half-of-crlf, status-second-half-of-crlf-does-not-wake */
START_TEST(the_second_half_of_crlf_is_no_input)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\r\n");
    link_expect_line(&l, "a");
    long begin = now_ms();
    json_object *status =
        call(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 0.06}", l.stream);
    expect_null(status, "status");
    ck_assert_int_ge(now_ms() - begin, 58);
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    ck_assert(client_silent(l.client, 30));
    peer_write(l.peer, "b");
    expect_text(result(l.client, id), "status", "input");
}
END_TEST

/* shows: status-second-half-of-crlf-does-not-wake, status-returns-with-something */
START_TEST(a_late_second_half_of_crlf_does_not_wake)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\r");
    link_expect_line(&l, "a");
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    peer_write(l.peer, "\n");
    ck_assert(client_silent(l.client, 40));
    peer_shut(l.peer);
    expect_text(result(l.client, id), "status", "eof");
}
END_TEST

/* shows: status-half-a-character */
START_TEST(half_a_character_does_not_wake)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    peer_write(l.peer, "\xc3");
    ck_assert(client_silent(l.client, 40));
    peer_write(l.peer, "\xa9");
    expect_text(result(l.client, id), "status", "input");
}
END_TEST

/* shows: status-half-a-character-at-the-end */
START_TEST(half_a_character_before_the_end_is_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xe2\x82");
    peer_shut(l.peer);
    json_object *status =
        call(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 5}", l.stream);
    expect_text(status, "status", "eof");
    refuse(l.client, "encoding", "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    expect_status(&l, "\"eof\"", "\"output\"", "\"append\"");
}
END_TEST

/* shows: status-half-an-element */
START_TEST(one_byte_of_a_wider_element_is_input)
{
    struct link l = link_new("'element_type': 'unsigned-byte 32'");
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "x");
    expect_text(result(l.client, id), "status", "input");
}
END_TEST

/* shows: status-urgent-data */
START_TEST(urgent_data_is_no_error)
{
    struct link l = link_new(modes[_i]);
    peer_urgent(l.peer, '!');
    peer_write(l.peer, "a");
    link_await(&l);
    expect_status(&l, "\"input\"", "\"output\"", "\"io\"");
    expect_text(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char", "a");
}
END_TEST

/* shows: status-shut-direction */
START_TEST(a_shut_direction_contributes_nothing)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "in");
    link_await(&l);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    expect_status(&l, "\"input\"", "null", "\"input\"");
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", l.stream);
    expect_status(&l, "null", "null", "null");
    struct link other = link_open(l.client, modes[_i]);
    peer_write(other.peer, "in");
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", other.stream);
    expect_status(&other, "null", "\"output\"", "\"output\"");
}
END_TEST

/* ---- servers ---- */

/* shows: status-server, status-server-output */
START_TEST(a_server)
{
    struct client *c = client_open();
    json_object *made = call(c, "socket-server", "{'interface': '127.0.0.1'}");
    struct link l = {c, handle_at(made, "server"), -1};
    expect_status(&l, "null", "null", "null");
    peer_connect("127.0.0.1", (int)int_at(made, "port"));
    call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", l.stream);
    expect_status(&l, "true", "null", "true");
    json_object *status = call(c, "socket-status", "{'sockets': %lu}", l.stream);
    expect_true(status, "status");
    expect_int(status, "count", 1);
    call(c, "socket-accept", "{'server': %lu, 'timeout': 0}", l.stream);
    expect_status(&l, "null", "null", "null");
}
END_TEST

/* ---- lists ---- */

/* shows: status-forms, status-direction-default, status-repeated, status-count */
START_TEST(the_status_has_the_shape_of_the_sockets)
{
    struct client *c = client_open();
    struct link a = link_open(c, NULL), b = link_open(c, NULL);
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    peer_write(b.peer, "x");
    link_await(&b);
    json_object *list = call(
        c, "socket-status",
        "{'sockets': [%lu, {'handle': %lu, 'direction': 'input'}, %lu, {'handle': %lu}, %lu, {'handle': %lu, 'direction': 'output'}], 'timeout': 0}",
        a.stream, a.stream, b.stream, b.stream, server, b.stream);
    expect_json(list, "status", "['output', null, 'io', 'io', null, 'output']");
    expect_int(list, "count", 4);
    json_object *one = call(c, "socket-status", "{'sockets': [%lu]}", a.stream);
    expect_json(one, "status", "['output']");
    expect_text(call(c, "socket-status", "{'sockets': {'handle': %lu}}", a.stream), "status", "output");
    expect_text(call(c, "socket-status", "{'sockets': %lu}", a.stream), "status", "output");
    json_object *twice = call(c, "socket-status", "{'sockets': [%lu, %lu]}", a.stream, a.stream);
    expect_int(twice, "count", 2);
}
END_TEST

/* shows: status-bad-handle */
START_TEST(one_bad_handle_refuses_the_whole_list)
{
    struct client *c = client_open();
    struct link l = link_open(c, NULL);
    json_object *data = refuse(c, "no-such-handle", "socket-status", "{'sockets': [%lu, %lu]}", l.stream, NOBODY);
    expect_int(data, "handle", (int64_t)NOBODY);
}
END_TEST

/* shows: status-time */
START_TEST(a_list_waits_for_any_of_its_sockets)
{
    struct client *c = client_open();
    struct link a = link_open(c, NULL), b = link_open(c, NULL);
    json_object *made = call(c, "socket-server", "{'interface': '127.0.0.1'}");
    for (int i = 0; i < 3; i++) {
        long id = request(c, "socket-status",
                          "{'sockets': [{'handle': %lu, 'direction': 'input'}, {'handle': %lu, 'direction': 'input'}, %lu]}",
                          a.stream, b.stream, handle_at(made, "server"));
        ck_assert(waits(c, id));
        if (i == 0)
            peer_write(b.peer, "x");
        else if (i == 1)
            peer_shut(a.peer);
        else
            peer_connect("127.0.0.1", (int)int_at(made, "port"));
        static const char *const want[] = {"[null, 'input', null]", "['eof', null, null]", "[null, null, true]"};
        expect_json(result(c, id), "status", want[i]);
        expect_int(result(c, id), "count", 1);
        if (i == 0)
            call(c, "read-char", "{'stream': %lu}", b.stream);
        if (i == 1) {
            call(c, "close", "{'handle': %lu}", a.stream);
            a = link_open(c, NULL);
        }
    }
}
END_TEST

/* shows: status-time */
START_TEST(a_status_ends_at_its_time)
{
    struct link l = link_new(modes[_i]);
    long begin = now_ms();
    json_object *status = call(l.client, "socket-status",
                               "{'sockets': [{'handle': %lu, 'direction': 'input'}], 'timeout': [0, 60000]}", l.stream);
    expect_json(status, "status", "[null]");
    expect_int(status, "count", 0);
    ck_assert_int_ge(now_ms() - begin, 58);
}
END_TEST

/* shows: status-io-does-not-wait */
START_TEST(a_status_of_io_does_not_wait_while_output_goes)
{
    struct link l = link_new(modes[_i]);
    expect_text(call(l.client, "socket-status", "{'sockets': %lu}", l.stream), "status", "output");
}
END_TEST

/* shows: status-time */
START_TEST(a_status_waits_for_output)
{
    struct link l = link_bytes();
    size_t filled = link_fill(&l);
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'output'}}", l.stream);
    ck_assert(waits(l.client, id));
    peer_drain(l.peer, filled);
    expect_text(result(l.client, id), "status", "output");
}
END_TEST

START_TEST(a_status_can_be_cancelled)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
    peer_write(l.peer, "kept\n");
    link_expect_line(&l, "kept");
}
END_TEST

START_TEST(a_status_beside_a_waiting_read)
{
    struct link l = link_new(modes[_i]);
    long read = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    expect_status(&l, "null", "\"output\"", "\"output\"");
    peer_write(l.peer, "line\n");
    expect_text(result(l.client, read), "line", "line");
    expect_status(&l, "null", "\"output\"", "\"output\"");
}
END_TEST

/* shows: status-repeated */
START_TEST(a_list_of_a_thousand)
{
    struct client *c = client_open();
    struct link l = link_open(c, NULL);
    char text[12000] = "", *end = text;
    for (int i = 0; i < 1000; i++)
        end += sprintf(end, "%s%lu", i ? "," : "", l.stream);
    json_object *status = call(c, "socket-status", "{'sockets': [%s], 'timeout': 0}", text);
    ck_assert_uint_eq(count_at(status, "status"), 1000);
    expect_int(status, "count", 1000);
}
END_TEST

static long ask(struct client *c, handle stream)
{
    return request(c, "socket-status", "{'sockets': %lu, 'timeout': 0}", stream);
}

/* A Unix socket's bytes are there as soon as they are written. Whether the daemon reads the questions one by one or together
 * is its own affair: each must be answered as of its own moment, or later. */
START_TEST(a_status_knows_what_came_before_it_was_asked)
{
    struct client *c = client_open(), *other = client_open();
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    handle stream = handle_at(result(c, request_fds(c, "make-stream", &fds[0], 1, "{'buffered': true}")), "stream");
    close(fds[0]);
    for (int i = 0; i < 300; i++) {
        long early = ask(c, stream), others_early = ask(other, stream);
        peer_write(fds[1], "x\n");
        long late = ask(c, stream), others_late = ask(other, stream);
        expect_text(result(other, others_late), "status", "io");
        long read = request(c, "read-line", "{'stream': %lu}", stream), after = ask(c, stream);
        result(other, others_early);
        result(c, early);
        expect_text(result(c, late), "status", "io");
        expect_text(result(c, read), "line", "x");
        expect_text(result(c, after), "status", "output");
    }
    close(fds[1]);
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&an_idle_stream, COVERS({METHOD_socket_status, SUCCESS}), EACH_MODE},
    {&a_stream_with_input, NULL, EACH_MODE},
    {&a_stream_at_its_end, NULL, EACH_MODE},
    {&a_peer_that_closed, NULL, EACH_MODE},
    {&a_stream_that_can_take_no_output, NULL, 0},
    {&half_a_character_is_no_input, NULL, EACH_MODE},
    {&the_second_half_of_crlf_is_no_input, NULL, EACH_MODE},
    {&a_late_second_half_of_crlf_does_not_wake, NULL, EACH_MODE},
    {&half_a_character_does_not_wake, NULL, EACH_MODE},
    {&half_a_character_before_the_end_is_the_end, NULL, EACH_MODE},
    {&one_byte_of_a_wider_element_is_input, NULL, 0},
    {&urgent_data_is_no_error, NULL, EACH_MODE},
    {&a_shut_direction_contributes_nothing, NULL, EACH_MODE},
    {&a_server, NULL, 0},
    {&the_status_has_the_shape_of_the_sockets, NULL, 0},
    {&one_bad_handle_refuses_the_whole_list, COVERS({METHOD_socket_status, REFUSAL}), 0},
    {&a_list_waits_for_any_of_its_sockets, NULL, 0},
    {&a_status_ends_at_its_time, COVERS({METHOD_socket_status, TIMEOUT}), EACH_MODE},
    {&a_status_of_io_does_not_wait_while_output_goes, NULL, EACH_MODE},
    {&a_status_waits_for_output, NULL, 0},
    {&a_status_can_be_cancelled, COVERS({METHOD_socket_status, CANCEL}), EACH_MODE},
    {&a_status_beside_a_waiting_read, NULL, EACH_MODE},
    {&a_list_of_a_thousand, NULL, 0},
    {&a_status_that_wakes_often_in_vain, NULL, 0},
    {&a_status_knows_what_came_before_it_was_asked, NULL, 0},
    {0},
};

const struct suite suite_status = {.name = "status", .cases = cases};
