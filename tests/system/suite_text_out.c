/* Text output: what each operation puts on the wire, line terminators, the column. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

/* shows: output-text */
START_TEST(each_operation_writes_its_text)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-char", "{'stream': %lu, 'char': '\xe2\x82\xac'}", l.stream);
    call(l.client, "write-string", "{'stream': %lu, 'string': 'a\\u00e9\\ud83d\\ude00'}", l.stream);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'line'}", l.stream);
    call(l.client, "terpri", "{'stream': %lu}", l.stream);
    call(l.client, "write-string", "{'stream': %lu, 'string': ''}", l.stream);
    call(l.client, "write-line", "{'stream': %lu, 'string': ''}", l.stream);
    expect_false(call(l.client, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(l.client, "write-char", "{'stream': %lu, 'char': '\\n'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "\xe2\x82\xac"
                             "a\xc3\xa9\xf0\x9f\x98\x80line\n\n\n\n");
}
END_TEST

static const struct {
    const char *terminator, *wire;
} terminators[] = {
    {"unix", "a\nb\n\nc\r\n\n\r\n"},
    {"dos", "a\r\nb\r\n\r\nc\r\r\n\r\n\r\r\n"},
    {"mac", "a\rb\r\rc\r\r\r\r\r"},
};

/* shows: newline-output */
START_TEST(a_newline_becomes_the_line_terminator)
{
    struct link l = link_new(NULL);
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': '%s'}", l.stream, terminators[_i].terminator);
    call(l.client, "write-string", "{'stream': %lu, 'string': 'a\\nb\\n'}", l.stream);
    call(l.client, "terpri", "{'stream': %lu}", l.stream);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'c\\r'}", l.stream);
    call(l.client, "write-char", "{'stream': %lu, 'char': '\\n'}", l.stream);
    call(l.client, "write-char", "{'stream': %lu, 'char': '\\r'}", l.stream);
    expect_true(call(l.client, "fresh-line", "{'stream': %lu}", l.stream), "written");
    peer_expect_text(l.peer, terminators[_i].wire);
    ck_assert(peer_silent(l.peer, 10));
}
END_TEST

/* shows: output-fresh-line */
START_TEST(fresh_line_knows_the_column)
{
    struct link l = link_new(modes[_i]);
    struct client *c = l.client;
    expect_false(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(c, "write-string", "{'stream': %lu, 'string': 'x'}", l.stream);
    call(c, "finish-output", "{'stream': %lu}", l.stream);
    expect_true(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    expect_false(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(c, "write-string", "{'stream': %lu, 'string': 'y\\n'}", l.stream);
    expect_false(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(c, "write-string", "{'stream': %lu, 'string': 'y\\nz'}", l.stream);
    call(c, "write-string", "{'stream': %lu, 'string': ''}", l.stream);
    peer_write(l.peer, "in\n");
    link_expect_line(&l, "in");
    expect_true(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(c, "terpri", "{'stream': %lu}", l.stream);
    expect_false(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(c, "write-line", "{'stream': %lu, 'string': 'w'}", l.stream);
    expect_false(call(c, "fresh-line", "{'stream': %lu}", l.stream), "written");
    call(c, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "x\ny\ny\nz\n\nw\n");
}
END_TEST

/* shows: output-text */
START_TEST(anything_can_be_written)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-string",
         "{'stream': %lu, 'string': '\\u0000\\u0001\\b\\t\\u007f\\u0085\\u2028\\ufeff\\uffff\\udbff\\udfff'}", l.stream);
    call(l.client, "write-char", "{'stream': %lu, 'char': '\\u0000'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect(l.peer, "\0\x01\b\t\x7f\xc2\x85\xe2\x80\xa8\xef\xbb\xbf\xef\xbf\xbf\xf4\x8f\xbf\xbf\0", 21);
}
END_TEST

/* shows: output-text */
START_TEST(a_long_string)
{
    struct link l = link_new(modes[_i]);
    char *text = value_keep(malloc(900001));
    for (int i = 0; i < 900000; i++)
        text[i] = (char)('a' + i % 26);
    text[900000] = '\0';
    long id = request(l.client, "write-line", "{'stream': %lu, 'string': '%s'}", l.stream, text);
    long finish = request(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, text);
    peer_expect_text(l.peer, "\n");
    result(l.client, id);
    result(l.client, finish);
}
END_TEST

static const char *const writes[] = {"terpri", "fresh-line", "force-output", "finish-output", "clear-output"};

/* shows: server-is-no-stream */
START_TEST(what_is_no_stream_is_refused)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    for (int i = 0; i < COUNT(writes); i++) {
        expect_text(refuse(c, "wrong-kind", writes[i], "{'stream': %lu}", server), "wanted", "stream");
        refuse(c, "no-such-handle", writes[i], "{'stream': %lu}", NOBODY);
    }
    refuse(c, "wrong-kind", "write-char", "{'stream': %lu, 'char': 'a'}", server);
    refuse(c, "wrong-kind", "write-line", "{'stream': %lu, 'string': 'a'}", server);
    refuse(c, "wrong-kind", "write-byte", "{'stream': %lu, 'byte': 1}", server);
}
END_TEST

/* shows: output-one-system-write, gone-closed-write */
START_TEST(writing_to_a_peer_that_closed)
{
    struct link l = link_new(modes[_i]);
    bool buffered = _i == 1;
    peer_close(l.peer);
    link_await(&l);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'one'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    /* the answer to the first write is a reset; it arrives before the next one on this machine's own network */
    call(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'output'}, 'timeout': 1}", l.stream);
    long id = request(l.client, "write-line", "{'stream': %lu, 'string': 'two'}", l.stream);
    if (buffered && has(reply(l.client, id)->json, "result")) {
        id = request(l.client, "finish-output", "{'stream': %lu}", l.stream);
    }
    json_object *data = fault(l.client, id, "os-error");
    expect_text(data, "name", "EPIPE");
    expect_text(data, "operation", "write");
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
}
END_TEST

/* shows: gone-reset-write */
START_TEST(writing_to_a_peer_that_reset)
{
    struct link l = link_new("'buffered': false");
    peer_reset(l.peer);
    expect_text(refuse(l.client, "os-error", "write-line", "{'stream': %lu, 'string': 'one'}", l.stream), "name", "ECONNRESET");
    expect_text(refuse(l.client, "os-error", "write-line", "{'stream': %lu, 'string': 'two'}", l.stream), "name", "EPIPE");
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: gone-half-closed */
START_TEST(a_half_closed_peer_still_reads)
{
    struct link l = link_new(modes[_i]);
    peer_shut(l.peer);
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    for (int i = 0; i < 3; i++)
        call(l.client, "write-line", "{'stream': %lu, 'string': 'still'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "still\nstill\nstill\n");
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&each_operation_writes_its_text,
     COVERS({METHOD_write_char, SUCCESS}, {METHOD_write_string, SUCCESS}, {METHOD_write_line, SUCCESS},
            {METHOD_terpri, SUCCESS}, {METHOD_fresh_line, SUCCESS}, {METHOD_finish_output, SUCCESS}),
     EACH_MODE},
    {&a_newline_becomes_the_line_terminator, NULL, COUNT(terminators)},
    {&fresh_line_knows_the_column, NULL, EACH_MODE},
    {&anything_can_be_written, NULL, EACH_MODE},
    {&a_long_string, NULL, EACH_MODE},
    {&what_is_no_stream_is_refused,
     COVERS({METHOD_force_output, REFUSAL}, {METHOD_finish_output, REFUSAL}, {METHOD_clear_output, REFUSAL},
            {METHOD_terpri, REFUSAL}, {METHOD_fresh_line, REFUSAL}),
     0},
    {&writing_to_a_peer_that_closed, NULL, EACH_MODE},
    {&writing_to_a_peer_that_reset, NULL, 0},
    {&a_half_closed_peer_still_reads, NULL, EACH_MODE},
    {0},
};

const struct suite suite_text_out = {.name = "text_out", .cases = cases};
