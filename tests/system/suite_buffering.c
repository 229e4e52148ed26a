/* When bytes leave: the three modes, force-, finish- and clear-output. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static void write_text(const struct link *l, const char *text)
{
    call(l->client, "write-string", "{'stream': %lu, 'string': '%s'}", l->stream, text);
}

static const char *const straight[] = {"'buffered': 'default'", "'buffered': false"};

/* shows: buffered-modes, output-unbuffered */
START_TEST(unbuffered_output_leaves_at_once)
{
    struct link l = link_new(straight[_i]);
    write_text(&l, "now");
    peer_expect_text(l.peer, "now");
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_out", 3);
}
END_TEST

/* What sends what a buffered stream holds. */
static const struct {
    const char *method, *params;
} flushers[] = {
    {"force-output", "{\"stream\": %lu}"},
    {"finish-output", "{\"stream\": %lu}"},
    {"finish-output", "{\"stream\": %lu, \"timeout\": 5}"},
    {"socket-stream-shutdown", "{\"stream\": %lu, \"direction\": \"output\"}"},
    {"socket-stream-shutdown", "{\"stream\": %lu, \"direction\": \"io\"}"},
    {"close", "{\"handle\": %lu}"},
    {"close", "{\"handle\": %lu, \"abort\": true}"},
};

/* shows: buffered-modes, output-buffered */
START_TEST(buffered_output_leaves_when_it_is_told_to)
{
    struct link l = link_new("'buffered': true");
    char params[100];
    write_text(&l, "held ");
    write_text(&l, "back");
    ck_assert(peer_silent(l.peer, 30));
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "buffered_out", 9);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(params, sizeof params, flushers[_i].params, l.stream);
#pragma GCC diagnostic pop
    call(l.client, flushers[_i].method, "%s", params);
    peer_expect_text(l.peer, "held back");
}
END_TEST

/* What does not. */
static const char *const quiet[] = {"read-char-no-hang", "clear-output", "listen", "clear-input"};

/* shows: status-does-not-flush, output-does-not-flush */
START_TEST(reading_and_asking_do_not_flush)
{
    struct link l = link_new("'buffered': true");
    write_text(&l, "held");
    for (int i = 0; i < COUNT(quiet); i++)
        call(l.client, quiet[i], "{'stream': %lu}", l.stream);
    ck_assert_str_eq(link_status(&l, "io"), "\"output\"");
    refuse(l.client, "timeout", "read-line", "{'stream': %lu, 'timeout': 0.02}", l.stream);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", l.stream);
    ck_assert(peer_silent(l.peer, 20));
    call(l.client, "force-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "held");
}
END_TEST

/* shows: output-buffered */
START_TEST(a_full_buffer_leaves)
{
    struct link l = link_new("'buffered': true");
    char text[3001];
    memset(text, 'b', 3000);
    text[3000] = '\0';
    write_text(&l, text);
    ck_assert(peer_silent(l.peer, 20));
    write_text(&l, text);
    peer_drain(l.peer, 4096);
}
END_TEST

/* shows: output-clear */
START_TEST(clear_output_drops_nothing)
{
    struct link l = link_new("'buffered': true");
    write_text(&l, "kept");
    call(l.client, "clear-output", "{'stream': %lu}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "kept");
    call(l.client, "clear-output", "{'stream': %lu}", l.stream);
}
END_TEST

/* shows: output-buffered */
START_TEST(flushing_nothing_is_nothing)
{
    struct link l = link_new(_i ? "'buffered': true" : NULL);
    call(l.client, "force-output", "{'stream': %lu}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu, 'timeout': 0}", l.stream);
    ck_assert(peer_silent(l.peer, 10));
}
END_TEST

/* shows: output-force */
START_TEST(force_output_does_not_wait)
{
    size_t filled;
    struct link l = link_full("'buffered': true", &filled);
    write_text(&l, "after");
    call(l.client, "force-output", "{'stream': %lu}", l.stream);
    long finish = request(l.client, "finish-output", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, finish));
    peer_drain(l.peer, filled);
    peer_expect_text(l.peer, "after");
    result(l.client, finish);
}
END_TEST

/* shows: session-end-closes */
START_TEST(the_end_of_a_session_flushes)
{
    struct link l = link_new("'buffered': true");
    write_text(&l, "last words");
    client_close(l.client);
    peer_expect_text(l.peer, "last words");
    peer_expect_end(l.peer);
}
END_TEST

/* shows: buffered-modes */
START_TEST(a_read_takes_one_call_in_the_default_mode)
{
    struct link l = link_new(_i ? "'buffered': true" : "'buffered': 'default'");
    peer_write(l.peer, "one\ntwo\n");
    link_expect_line(&l, "one");
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "buffered_in", 4);
    link_expect_line(&l, "two");
}
END_TEST

/* What it has not used it leaves to the kernel, and what was decoded of it is decoded again.
 *
 * shows: buffered-modes */
START_TEST(an_unbuffered_stream_reads_on_from_the_kernel)
{
    struct link l = link_new("'buffered': false, 'external_format': 'utf-16le'");
    peer_send(l.peer, "a\0b\0c\0", 6);
    expect_text(call(l.client, "peek-char", "{'stream': %lu}", l.stream), "char", "a");
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_in", 0);
    const char *const chars[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++) {
        expect_text(call(l.client, "read-char", "{'stream': %lu}", l.stream), "char", chars[i]);
        expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_in", 2 * (i + 1));
    }
    expect_null(call(l.client, "read-char-no-hang", "{'stream': %lu}", l.stream), "char");
}
END_TEST

static const struct test_case cases[] = {
    {&unbuffered_output_leaves_at_once, NULL, COUNT(straight)},
    {&buffered_output_leaves_when_it_is_told_to, COVERS({METHOD_force_output, SUCCESS}, {METHOD_close, SUCCESS}),
     COUNT(flushers)},
    {&reading_and_asking_do_not_flush, NULL, 0},
    {&a_full_buffer_leaves, NULL, 0},
    {&clear_output_drops_nothing, COVERS({METHOD_clear_output, SUCCESS}), 0},
    {&flushing_nothing_is_nothing, NULL, 2},
    {&force_output_does_not_wait, NULL, 0},
    {&the_end_of_a_session_flushes, NULL, 0},
    {&a_read_takes_one_call_in_the_default_mode, NULL, 2},
    {&an_unbuffered_stream_reads_on_from_the_kernel, NULL, 0},
    {0},
};

const struct suite suite_buffering = {.name = "buffering", .cases = cases};
