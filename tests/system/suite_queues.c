/* Order: each direction of a stream serves its operations as they came; nothing else waits for them. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

START_TEST(reads_are_served_in_the_order_of_their_arrival)
{
    struct link l = link_new(NULL);
    long line = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long character = request(l.client, "read-char", "{'stream': %lu}", l.stream);
    long sequence = request(l.client, "read-char-sequence", "{'stream': %lu, 'length': 3}", l.stream);
    long peek = request(l.client, "peek-char", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "line\nabcde");
    expect_text(result(l.client, line), "line", "line");
    expect_text(result(l.client, character), "char", "a");
    expect_text(result(l.client, sequence), "text", "bcd");
    expect_text(result(l.client, peek), "char", "e");
}
END_TEST

START_TEST(a_waiting_read_holds_up_nobody_else)
{
    struct client *c = client_open();
    struct link waiting = link_open(c, NULL), other = link_open(c, NULL);
    long read = request(c, "read-line", "{'stream': %lu}", waiting.stream);
    peer_write(other.peer, "other\n");
    link_expect_line(&other, "other");
    call(c, "write-line", "{'stream': %lu, 'string': 'out'}", waiting.stream);
    peer_expect_text(waiting.peer, "out\n");
    expect_true(call(c, "open-stream-p", "{'stream': %lu}", waiting.stream), "value");
    struct client *second = client_open();
    call(second, "daemon.info", NULL);
    ck_assert(waits(c, read));
    cancel(c, read);
}
END_TEST

START_TEST(replies_come_in_any_order)
{
    struct client *c = client_open();
    struct link links[4];
    long ids[4];
    for (int i = 0; i < 4; i++) {
        links[i] = link_open(c, NULL);
        ids[i] = request(c, "read-line", "{'stream': %lu}", links[i].stream);
    }
    static const int order[] = {2, 0, 3, 1};
    for (int i = 0; i < 4; i++) {
        peer_write(links[order[i]].peer, "mine\n");
        expect_text(result(c, ids[order[i]]), "line", "mine");
    }
}
END_TEST

START_TEST(a_timeout_in_the_middle_of_a_queue)
{
    struct link l = link_new(NULL);
    long first = request(l.client, "read-line", "{'stream': %lu, 'timeout': 0.3}", l.stream);
    long second = request(l.client, "read-line", "{'stream': %lu, 'timeout': 0.05}", l.stream);
    long third = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    fault(l.client, second, "timeout");
    ck_assert(waits(l.client, first));
    fault(l.client, first, "timeout");
    peer_write(l.peer, "for the third\n");
    expect_text(result(l.client, third), "line", "for the third");
}
END_TEST

START_TEST(a_cancelled_first_lets_the_second_go_on)
{
    struct link l = link_new(NULL);
    long line = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long character = request(l.client, "read-char", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "x");
    ck_assert(waits(l.client, character));
    cancel(l.client, line);
    expect_text(result(l.client, character), "char", "x");
}
END_TEST

START_TEST(a_queue_of_two_sessions)
{
    struct link l = link_new(NULL);
    struct client *other = client_open();
    long here = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, here));
    long there = request(other, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(other, there));
    peer_write(l.peer, "one\ntwo\n");
    expect_text(result(l.client, here), "line", "one");
    expect_text(result(other, there), "line", "two");
}
END_TEST

START_TEST(the_end_reaches_all_who_wait)
{
    struct link l = link_new(NULL);
    long ids[5];
    for (int i = 0; i < 5; i++)
        ids[i] = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    peer_shut(l.peer);
    for (int i = 0; i < 5; i++)
        expect_true(result(l.client, ids[i]), "eof");
}
END_TEST

/* shows: close-ends-waiting-calls */
START_TEST(closing_a_stream_ends_those_who_wait_on_it)
{
    struct link l = link_new(NULL);
    long read = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long next = request(l.client, "read-char", "{'stream': %lu}", l.stream);
    long status = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    fault(l.client, read, "no-such-handle");
    fault(l.client, next, "no-such-handle");
    fault(l.client, status, "no-such-handle");
}
END_TEST

/* shows: shutdown-ends-waiting-reads */
START_TEST(shutting_input_ends_those_who_read)
{
    struct link l = link_new(NULL);
    long read = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", l.stream);
    expect_text(fault(l.client, read, "not-open"), "direction", "input");
}
END_TEST

START_TEST(an_idle_stream_is_not_read)
{
    struct link l = link_new(NULL);
    char *data = value_keep(calloc(1, 100000));
    peer_send(l.peer, data, 100000);
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "buffered_in", 0);
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_in", 0);
    call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    ck_assert_int_gt(int_at(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_in"), 0);
    call(l.client, "clear-input", "{'stream': %lu}", l.stream);
}
END_TEST

START_TEST(thousands_of_requests_pipelined)
{
    struct link l = link_new(NULL);
    static const char *const quick[] = {"daemon.info", "session.info", "rpc.cancel", "no.such"};
    long *ids = value_keep(calloc(3000, sizeof *ids));
    for (int i = 0; i < 3000; i++)
        ids[i] = request(l.client, quick[i % 4], i % 4 == 2 ? "{'id': 'none'}" : NULL);
    for (int i = 0; i < 3000; i++)
        ck_assert(has(reply(l.client, ids[i])->json, i % 4 == 3 ? "error" : "result"));
}
END_TEST

START_TEST(writes_pipelined_arrive_in_order)
{
    struct link l = link_new(NULL);
    char *want = value_keep(malloc(60000)), *end = want;
    for (int i = 0; i < 3000; i++) {
        notify(l.client, "write-line", "{'stream': %lu, 'string': 'w%d'}", l.stream, i);
        end += sprintf(end, "w%d\n", i);
    }
    peer_expect_text(l.peer, want);
}
END_TEST

static const struct test_case cases[] = {
    {&reads_are_served_in_the_order_of_their_arrival, NULL, 0},
    {&a_waiting_read_holds_up_nobody_else, NULL, 0},
    {&replies_come_in_any_order, NULL, 0},
    {&a_timeout_in_the_middle_of_a_queue, NULL, 0},
    {&a_cancelled_first_lets_the_second_go_on, NULL, 0},
    {&a_queue_of_two_sessions, NULL, 0},
    {&the_end_reaches_all_who_wait, NULL, 0},
    {&closing_a_stream_ends_those_who_wait_on_it, NULL, 0},
    {&shutting_input_ends_those_who_read, NULL, 0},
    {&an_idle_stream_is_not_read, NULL, 0},
    {&thousands_of_requests_pipelined, NULL, 0},
    {&writes_pipelined_arrive_in_order, NULL, 0},
    {0},
};

const struct suite suite_queues = {.name = "queues", .cases = cases};
