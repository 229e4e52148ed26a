/* socket-stream-shutdown and the predicates after it. */
#include <stdio.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static void shut(const struct link *l, const char *direction)
{
    call(l->client, "socket-stream-shutdown", "{'stream': %lu, 'direction': '%s'}", l->stream, direction);
}

static void expect_predicates(const struct link *l, bool input, bool output)
{
    ck_assert_int_eq(bool_at(call(l->client, "input-stream-p", "{'stream': %lu}", l->stream), "value"), input);
    ck_assert_int_eq(bool_at(call(l->client, "output-stream-p", "{'stream': %lu}", l->stream), "value"), output);
    expect_true(call(l->client, "open-stream-p", "{'stream': %lu}", l->stream), "value");
}

static const char *state(const struct link *l)
{
    return text_at(call(l->client, "handle.info", "{'handle': %lu}", l->stream), "state");
}

/* Every operation that needs a direction, with params beside the stream. */
static const struct {
    const char *method, *params;
    bool bytes;
} reads[] = {
    {"read-line", "", false},
    {"read-char", "", false},
    {"peek-char", "", false},
    {"read-char-no-hang", "", false},
    {"listen", "", false},
    {"clear-input", "", false},
    {"unread-char", ", \"char\": \"a\"", false},
    {"read-char-sequence", ", \"length\": 1", false},
    {"read-byte", "", true},
    {"read-byte-no-hang", "", true},
    {"read-byte-sequence", ", \"length\": 1", true},
};
static const struct {
    const char *method, *params;
    bool bytes;
} writes[] = {
    {"write-char", ", \"char\": \"a\"", false},
    {"write-string", ", \"string\": \"a\"", false},
    {"write-line", ", \"string\": \"a\"", false},
    {"terpri", "", false},
    {"fresh-line", "", false},
    {"force-output", "", false},
    {"finish-output", "", false},
    {"clear-output", "", false},
    {"write-byte", ", \"byte\": 1", true},
    {"write-byte-sequence", ", \"data\": \"YQ==\"", true},
};

static void expect_not_open(const struct link *l, const char *method, const char *params, const char *direction)
{
    json_object *data = refuse(l->client, "not-open", method, "{'stream': %lu%s}", l->stream, params);
    expect_int(data, "handle", (int64_t)l->stream);
    expect_text(data, "direction", direction);
}

static void expect_reads_refused(const struct link *l, bool bytes)
{
    for (int i = 0; i < COUNT(reads); i++)
        if (reads[i].bytes == bytes)
            expect_not_open(l, reads[i].method, reads[i].params, "input");
}

static void expect_writes_refused(const struct link *l, bool bytes)
{
    for (int i = 0; i < COUNT(writes); i++)
        if (writes[i].bytes == bytes)
            expect_not_open(l, writes[i].method, writes[i].params, "output");
}

/* shows: shutdown-again, shutdown-predicates, shutdown-output-flushes, shutdown-output-reading-goes-on,
 * shutdown-output-refuses */
START_TEST(shutting_output_sends_the_end)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'bye'}", l.stream);
    shut(&l, "output");
    peer_expect_text(l.peer, "bye\n");
    peer_expect_end(l.peer);
    expect_predicates(&l, true, false);
    ck_assert_str_eq(state(&l), "output-shut");
    peer_write(l.peer, "still\n");
    link_expect_line(&l, "still");
    expect_writes_refused(&l, false);
    shut(&l, "output");
}
END_TEST

/* shows: shutdown-again, shutdown-predicates, shutdown-input-peer-may-send, shutdown-input-refuses */
START_TEST(shutting_input_refuses_what_reads)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\nleft over\n");
    link_expect_line(&l, "a");
    shut(&l, "input");
    expect_predicates(&l, false, true);
    ck_assert_str_eq(state(&l), "input-shut");
    expect_reads_refused(&l, false);
    peer_write(l.peer, "late\n");
    expect_reads_refused(&l, false);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'out'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "out\n");
    shut(&l, "input");
}
END_TEST

/* shows: shutdown-directions, shutdown-predicates, shutdown-is-no-close */
START_TEST(shutting_both)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'bye'}", l.stream);
    if (_i)
        shut(&l, "io");
    else {
        shut(&l, "input");
        shut(&l, "output");
    }
    peer_expect_text(l.peer, "bye\n");
    peer_expect_end(l.peer);
    expect_predicates(&l, false, false);
    ck_assert_str_eq(state(&l), "shut");
    expect_reads_refused(&l, false);
    expect_writes_refused(&l, false);
    call(l.client, "close", "{'handle': %lu}", l.stream);
}
END_TEST

/* shows: shutdown-output-refuses, shutdown-input-refuses */
START_TEST(a_byte_stream_refuses_too)
{
    struct link l = link_bytes();
    shut(&l, "io");
    expect_reads_refused(&l, true);
    expect_writes_refused(&l, true);
}
END_TEST

/* shows: shutdown-leaves-attributes */
START_TEST(the_rest_works_after_a_shutdown)
{
    struct link l = link_new(modes[_i]);
    shut(&l, "io");
    call(l.client, "stream-element-type", "{'stream': %lu, 'set': 'unsigned-byte 8'}", l.stream);
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': 'dos'}", l.stream);
    call(l.client, "socket-stream-host", "{'stream': %lu}", l.stream);
    call(l.client, "socket-stream-local", "{'stream': %lu, 'do_not_resolve': true}", l.stream);
}
END_TEST

/* shows: shutdown-output-flushes */
START_TEST(shutting_output_lets_queued_writes_go_first)
{
    struct link l = link_new(NULL);
    size_t filled = link_fill(&l);
    long write = request(l.client, "write-string", "{'stream': %lu, 'string': 'queued'}", l.stream);
    long end = request(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    ck_assert(waits(l.client, write));
    peer_drain(l.peer, filled);
    peer_expect_text(l.peer, "queued");
    peer_expect_end(l.peer);
    result(l.client, write);
    result(l.client, end);
}
END_TEST

/* shows: shutdown-peer-closed */
START_TEST(a_peer_that_closed_can_be_shut)
{
    struct link l = link_new(modes[_i]);
    peer_close(l.peer);
    link_await(&l);
    shut(&l, "output");
    expect_predicates(&l, true, false);
}
END_TEST

/* shows: shutdown-peer-reset */
START_TEST(a_peer_that_reset_is_not_connected)
{
    struct link l = link_new(modes[_i]);
    peer_reset(l.peer);
    link_await(&l);
    json_object *data =
        refuse(l.client, "os-error", "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    expect_text(data, "name", "ENOTCONN");
    expect_predicates(&l, true, false);
}
END_TEST

static const char *const asking[] = {"input-stream-p", "output-stream-p"};

/* shows: shutdown-closed, closed-open-stream-p */
START_TEST(predicates_of_what_is_not_open)
{
    struct client *c = client_open();
    struct link l = link_open(c, NULL);
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    call(c, "close", "{'handle': %lu}", l.stream);
    for (int i = 0; i < COUNT(asking); i++) {
        refuse(c, "no-such-handle", asking[i], "{'stream': %lu}", l.stream);
        refuse(c, "wrong-kind", asking[i], "{'stream': %lu}", server);
    }
    expect_false(call(c, "open-stream-p", "{'stream': %lu}", l.stream), "value");
    expect_false(call(c, "open-stream-p", "{'stream': %lu}", NOBODY), "value");
    refuse(c, "wrong-kind", "open-stream-p", "{'stream': %lu}", server);
    refuse(c, "wrong-kind", "socket-stream-shutdown", "{'stream': %lu, 'direction': 'io'}", server);
    refuse(c, "no-such-handle", "socket-stream-shutdown", "{'stream': %lu, 'direction': 'io'}", l.stream);
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&shutting_output_sends_the_end, COVERS({METHOD_socket_stream_shutdown, SUCCESS}), EACH_MODE},
    {&shutting_input_refuses_what_reads, NULL, EACH_MODE},
    {&shutting_both, NULL, EACH_MODE},
    {&a_byte_stream_refuses_too, NULL, 0},
    {&the_rest_works_after_a_shutdown, NULL, EACH_MODE},
    {&shutting_output_lets_queued_writes_go_first, NULL, 0},
    {&a_peer_that_closed_can_be_shut, NULL, EACH_MODE},
    {&a_peer_that_reset_is_not_connected, COVERS({METHOD_socket_stream_shutdown, REFUSAL}), EACH_MODE},
    {&predicates_of_what_is_not_open,
     COVERS({METHOD_input_stream_p, REFUSAL}, {METHOD_output_stream_p, REFUSAL}, {METHOD_open_stream_p, REFUSAL}), 0},
    {0},
};

const struct suite suite_shutdown = {.name = "shutdown", .cases = cases};
