/* Back-pressure: a write waits while the peer does not read, and what a timeout or a cancel leaves behind. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

/* Every method that writes, and params that make it write something, or flush what a buffered stream holds. */
static const struct {
    const char *method, *params, *element;
} writes[] = {
    {"write-char", "\"char\": \"x\"", "character"},
    {"write-string", "\"string\": \"xyz\"", "character"},
    {"write-line", "\"string\": \"xyz\"", "character"},
    {"terpri", "", "character"},
    {"fresh-line", "", "character"},
    {"write-byte", "\"byte\": 120", "unsigned-byte 8"},
    {"write-byte-sequence", "\"data\": \"eHl6\"", "unsigned-byte 8"},
};

/* A TCP stream that can take nothing more, its output not at the start of a line. */
static struct link full(const char *element, size_t *filled)
{
    struct link l = link_new(NULL);
    call(l.client, "write-char", "{'stream': %lu, 'char': 'f'}", l.stream);
    *filled = link_fill(&l) + 1;
    call(l.client, "stream-element-type", "{'stream': %lu, 'set': '%s'}", l.stream, element);
    return l;
}

/* The same of a socket pair, which takes no time to fill; fresh-line needs one that has written. */
static struct link full_pair(int i, size_t *filled)
{
    char options[60];
    snprintf(options, sizeof options, "'element_type': '%s'", writes[i].element);
    return strcmp(writes[i].method, "fresh-line") == 0 ? full(writes[i].element, filled) : link_full(options, filled);
}

static long start(const struct link *l, int i, const char *timeout)
{
    const char *params = writes[i].params;
    return request(l->client, writes[i].method, "{'stream': %lu%s%s%s%s}", l->stream, *params ? ", " : "", params,
                   timeout ? ", \"timeout\": " : "", timeout ? timeout : "");
}

/* shows: output-blocks */
START_TEST(a_write_waits_and_goes_on)
{
    size_t filled;
    struct link l = full(writes[_i].element, &filled);
    long id = start(&l, _i, NULL), next = start(&l, _i, NULL);
    ck_assert(waits(l.client, id) && waits(l.client, next));
    ck_assert_str_eq(link_status(&l, "output"), "null");
    peer_drain(l.peer, filled);
    result(l.client, id);
    result(l.client, next);
}
END_TEST

START_TEST(a_write_ends_at_its_time)
{
    size_t filled;
    struct link l = full_pair(_i, &filled);
    json_object *data = fault(l.client, start(&l, _i, "0.05"), "timeout");
    expect_int(data, "written", 0);
    ck_assert(*text_at(data, "operation"));
    fault(l.client, start(&l, _i, "0"), "timeout");
    call(l.client, "stream-element-type", "{'stream': %lu, 'set': 'character'}", l.stream);
    long mark = request(l.client, "write-string", "{'stream': %lu, 'string': '|'}", l.stream);
    peer_drain(l.peer, filled);
    result(l.client, mark);
    peer_expect_text(l.peer, "|");
}
END_TEST

START_TEST(a_write_can_be_cancelled)
{
    size_t filled;
    struct link l = full_pair(_i, &filled);
    long first = start(&l, _i, NULL), second = start(&l, _i, NULL);
    ck_assert(waits(l.client, first) && waits(l.client, second));
    cancel(l.client, second);
    cancel(l.client, first);
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
    peer_drain(l.peer, filled);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: output-written */
START_TEST(a_timeout_tells_how_much_was_written)
{
    struct link l = link_bytes();
    size_t size = 12 << 20;
    char *data = value_keep(malloc(size));
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i % 253);
    long id = request_payload(l.client, "write-byte-sequence", data, size, "{'stream': %lu, 'timeout': 0.1}", l.stream);
    int64_t written = int_at(fault(l.client, id, "timeout"), "written");
    ck_assert_int_gt(written, 0);
    ck_assert_int_lt(written, (int64_t)size);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    peer_expect(l.peer, data, (size_t)written);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: output-written */
START_TEST(a_cancelled_write_may_have_written)
{
    struct link l = link_bytes();
    size_t size = 12 << 20;
    char *data = value_keep(calloc(1, size));
    long id = request_payload(l.client, "write-byte-sequence", data, size, "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    expect_true(call(l.client, "rpc.cancel", "{'id': %ld}", id), "cancelled");
    json_object *error = fault(l.client, id, "cancelled");
    int64_t written = has(error, "written") ? int_at(error, "written") : 0;
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    peer_drain(l.peer, (size_t)written);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: output-finish */
START_TEST(finish_output_waits_times_out_and_is_cancelled)
{
    size_t filled;
    struct link l = link_full_with_tail(&filled);
    refuse(l.client, "timeout", "finish-output", "{'stream': %lu, 'timeout': 0.03}", l.stream);
    long id = request(l.client, "finish-output", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
    id = request(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_drain(l.peer, filled);
    peer_expect_text(l.peer, "tail");
    result(l.client, id);
}
END_TEST

START_TEST(shutting_output_waits_and_can_be_cancelled)
{
    size_t filled;
    struct link l = link_full_with_tail(&filled);
    long id = request(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
    expect_true(call(l.client, "output-stream-p", "{'stream': %lu}", l.stream), "value");
    id = request(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    peer_drain(l.peer, filled);
    peer_expect_text(l.peer, "tail");
    result(l.client, id);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: output-blocks */
START_TEST(a_reset_ends_a_waiting_write)
{
    size_t filled;
    struct link l = full("character", &filled);
    long id = start(&l, _i, NULL);
    ck_assert(waits(l.client, id));
    peer_reset(l.peer);
    json_object *data = fault(l.client, id, "os-error");
    ck_assert(strcmp(text_at(data, "name"), "ECONNRESET") == 0 || strcmp(text_at(data, "name"), "EPIPE") == 0);
}
END_TEST

/* shows: output-blocks */
START_TEST(a_stuck_stream_holds_up_nobody)
{
    size_t filled;
    struct link l = full("character", &filled), other = link_open(l.client, NULL);
    long id = start(&l, 1, NULL);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'free'}", other.stream);
    peer_expect_text(other.peer, "free\n");
    peer_write(l.peer, "input goes on\n");
    link_expect_line(&l, "input goes on");
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
}
END_TEST

/* shows: options-so-sndtimeo */
START_TEST(sndtimeo_bounds_a_write_without_timeout)
{
    size_t filled;
    struct link l = full("character", &filled);
    call(l.client, "socket-options", "{'socket': %lu, 'options': [['so-sndtimeo', 0.05]]}", l.stream);
    expect_text(fault(l.client, start(&l, 1, NULL), "os-error"), "name", "EAGAIN");
    fault(l.client, start(&l, 1, "0.01"), "timeout");
}
END_TEST

START_TEST(a_peer_that_reads_nothing_does_not_fill_the_daemon)
{
    struct link l = link_bytes();
    size_t size = 1 << 20;
    char *data = value_keep(calloc(1, size));
    long ids[100];
    int sent = 0, waiting;
    link_fill(&l);
    for (; sent < 15; sent++)
        ids[sent] = request_payload(l.client, "write-byte-sequence", data, size, "{'stream': %lu}", l.stream);
    waiting = sent;
    call(l.client, "daemon.info", NULL);
    for (int i = 0; i < waiting; i++)
        ck_assert(waits(l.client, ids[i]) || has(reply(l.client, ids[i])->json, "error"));
    peer_reset(l.peer);
    for (int i = 0; i < waiting; i++)
        ck_assert(has(reply(l.client, ids[i])->json, "error"));
}
END_TEST

static const struct test_case cases[] = {
    {&a_write_waits_and_goes_on, NULL, COUNT(writes)},
    {&a_write_ends_at_its_time,
     COVERS({METHOD_write_char, TIMEOUT}, {METHOD_write_string, TIMEOUT}, {METHOD_write_line, TIMEOUT},
            {METHOD_terpri, TIMEOUT}, {METHOD_fresh_line, TIMEOUT}, {METHOD_write_byte, TIMEOUT},
            {METHOD_write_byte_sequence, TIMEOUT}),
     COUNT(writes)},
    {&a_write_can_be_cancelled,
     COVERS({METHOD_write_char, CANCEL}, {METHOD_write_string, CANCEL}, {METHOD_write_line, CANCEL}, {METHOD_terpri, CANCEL},
            {METHOD_fresh_line, CANCEL}, {METHOD_write_byte, CANCEL}, {METHOD_write_byte_sequence, CANCEL}),
     COUNT(writes)},
    {&a_timeout_tells_how_much_was_written, NULL, 0},
    {&a_cancelled_write_may_have_written, NULL, 0},
    {&finish_output_waits_times_out_and_is_cancelled, COVERS({METHOD_finish_output, TIMEOUT | CANCEL}), 0},
    {&shutting_output_waits_and_can_be_cancelled, COVERS({METHOD_socket_stream_shutdown, CANCEL}), 0},
    {&a_reset_ends_a_waiting_write, NULL, 2},
    {&a_stuck_stream_holds_up_nobody, NULL, 0},
    {&sndtimeo_bounds_a_write_without_timeout, NULL, 0},
    {&a_peer_that_reads_nothing_does_not_fill_the_daemon, NULL, 0},
    {0},
};

const struct suite suite_pressure = {.name = "pressure", .cases = cases};
