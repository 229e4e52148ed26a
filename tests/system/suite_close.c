/* close: flushing, abort, time, unread input, and everything after it. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

/* shows: close-flushes */
START_TEST(close_ends_the_connection)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'bye'}", l.stream);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_text(l.peer, "bye\n");
    peer_expect_end(l.peer);
    expect_int(refuse(l.client, "no-such-handle", "close", "{'handle': %lu}", l.stream), "handle", (int64_t)l.stream);
}
END_TEST

/* shows: server-close-by-close */
START_TEST(close_of_a_server)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '127.0.0.1'}");
    int pending = peer_connect("127.0.0.1", (int)int_at(server, "port"));
    call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", handle_at(server, "server"));
    call(c, "close", "{'handle': %lu}", handle_at(server, "server"));
    peer_expect_reset(pending);
    refuse(c, "no-such-handle", "socket-server-port", "{'server': %lu}", handle_at(server, "server"));
}
END_TEST

/* shows: close-abort */
START_TEST(abort_writes_what_goes_without_waiting)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'bye'}", l.stream);
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
    peer_expect_text(l.peer, "bye\n");
    peer_expect_end(l.peer);
}
END_TEST

/* shows: close-abort */
START_TEST(abort_does_not_wait)
{
    size_t filled;
    struct link l = link_full_with_tail(&filled);
    long begin = now_ms();
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
    ck_assert_int_lt(now_ms() - begin, 500);
    refuse(l.client, "no-such-handle", "close", "{'handle': %lu}", l.stream);
}
END_TEST

/* shows: close-flushes */
START_TEST(close_waits_until_its_output_has_left)
{
    size_t filled;
    struct link l = link_full_with_tail(&filled);
    long id = request(l.client, "close", "{'handle': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    peer_drain(l.peer, filled);
    peer_expect_text(l.peer, "tail");
    result(l.client, id);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: close-failed-flush */
START_TEST(close_that_runs_out_of_time_has_closed)
{
    size_t filled;
    struct link l = link_full_with_tail(&filled);
    refuse(l.client, "timeout", "close", "{'handle': %lu, 'timeout': 0.05}", l.stream);
    refuse(l.client, "no-such-handle", "read-char", "{'stream': %lu}", l.stream);
    expect_false(call(l.client, "open-stream-p", "{'stream': %lu}", l.stream), "value");
}
END_TEST

START_TEST(close_can_be_cancelled)
{
    size_t filled;
    struct link l = link_full_with_tail(&filled);
    long id = request(l.client, "close", "{'handle': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
}
END_TEST

/* shows: gone-buffered-write, close-failed-flush */
START_TEST(close_whose_flush_fails_tells_and_has_closed)
{
    struct link l = link_new("'buffered': true");
    call(l.client, "write-line", "{'stream': %lu, 'string': 'never'}", l.stream);
    peer_reset(l.peer);
    link_await(&l);
    json_object *data = refuse(l.client, "os-error", "close", "{'handle': %lu}", l.stream);
    ck_assert(strcmp(text_at(data, "name"), "ECONNRESET") == 0 || strcmp(text_at(data, "name"), "EPIPE") == 0);
    refuse(l.client, "no-such-handle", "close", "{'handle': %lu}", l.stream);
}
END_TEST

/* shows: close-abort */
START_TEST(abort_tells_no_failure)
{
    struct link l = link_new("'buffered': true");
    call(l.client, "write-line", "{'stream': %lu, 'string': 'never'}", l.stream);
    peer_reset(l.peer);
    link_await(&l);
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
}
END_TEST

/* shows: close-flushes */
START_TEST(queued_writes_go_before_the_close)
{
    struct link l = link_new(NULL);
    size_t filled = link_fill(&l);
    long write = request(l.client, "write-string", "{'stream': %lu, 'string': 'queued'}", l.stream);
    long end = request(l.client, "close", "{'handle': %lu}", l.stream);
    struct message *first = reply(l.client, request(l.client, "open-stream-p", "{'stream': %lu}", l.stream));
    ck_assert(has(first->json, "result"));
    peer_drain(l.peer, filled);
    struct message *written = reply(l.client, write);
    if (has(written->json, "result"))
        peer_expect_text(l.peer, "queued");
    else
        fault_in(written->json, "no-such-handle");
    reply(l.client, end);
    peer_expect_end(l.peer);
}
END_TEST

/* Unread input would make the system's own close a reset that takes our last words along. */
/* shows: close-unread-input */
START_TEST(the_last_words_arrive_although_input_is_unread)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "nobody reads this\nnor this\n");
    link_expect_line(&l, "nobody reads this");
    peer_write(l.peer, "and this is still in the kernel\n");
    call(l.client, "write-line", "{'stream': %lu, 'string': 'last words'}", l.stream);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_text(l.peer, "last words\n");
}
END_TEST

#define LAST_WORDS 1000000

/* Not even where there are many of them, the peer takes its time, and goes on sending what nobody will read. */
/* shows: close-unread-input */
START_TEST(many_last_words_arrive_although_input_goes_on)
{
    struct client *c = client_open();
    char options[100];
    snprintf(options, sizeof options, "%s, 'element_type': 'unsigned-byte 8'", modes[_i]);
    struct link l = link_open(c, options);
    char *words = value_keep(malloc(LAST_WORDS));
    for (int i = 0; i < LAST_WORDS; i++)
        words[i] = (char)(i * 7 + i / 251);
    peer_write(l.peer, "unread from the start");
    long written = request_payload(c, "write-byte-sequence", words, LAST_WORDS, "{'stream': %lu}", l.stream);
    long closed = request(c, "close", "{'handle': %lu}", l.stream);
    for (int at = 0; at < LAST_WORDS; at += LAST_WORDS / 10) {
        peer_write(l.peer, "and more of it");
        peer_expect(l.peer, words + at, LAST_WORDS / 10);
    }
    expect_int(result(c, written), "written", LAST_WORDS);
    result(c, closed);
    peer_expect_end(l.peer);
}
END_TEST

#define LINGERING 3

/* Streams whose peers take nothing, closed with a linger of two seconds, by a call and by the end of their session: meanwhile
 * every call of another session is answered at once. */
/* shows: options-so-linger-waits */
START_TEST(who_lingers_holds_up_nobody)
{
    struct client *c = client_open(), *gone = client_open(), *other = client_open();
    long ids[LINGERING], longest = 0, begun;
    for (int i = 0; i < 2 * LINGERING; i++) {
        struct link l = link_open(i < LINGERING ? c : gone, NULL);
        link_fill(&l);
        call(l.client, "socket-options", "{'socket': %lu, 'options': [['so-linger', 2]]}", l.stream);
        if (i < LINGERING)
            ids[i] = request(c, "close", "{'handle': %lu}", l.stream);
    }
    client_close(gone);
    begun = now_ms();
    for (int calls = 0; now_ms() - begun < 1000; calls++) {
        long asked = now_ms();
        call(other, "daemon.info", NULL);
        longest = now_ms() - asked > longest ? now_ms() - asked : longest;
    }
    ck_assert_msg(longest < 150, "a call took %ld ms", longest);
    for (int i = 0; i < LINGERING; i++)
        reply(c, ids[i]);
}
END_TEST

/* shows: closed-handle */
START_TEST(handles_are_never_used_again)
{
    struct client *c = client_open();
    handle last = 0;
    for (int i = 0; i < 20; i++) {
        struct link l = link_open(c, NULL);
        ck_assert_uint_gt(l.stream, last);
        last = l.stream;
        call(c, "close", "{'handle': %lu}", l.stream);
    }
}
END_TEST

/* shows: closed-handle */
START_TEST(a_closed_stream_is_no_handle)
{
    struct link l = link_new(modes[_i]);
    struct client *c = l.client;
    call(c, "close", "{'handle': %lu}", l.stream);
    for (int i = 0; i < METHOD_COUNT; i++) {
        const struct method *method = &methods[i];
        const struct field *fields = method->params->count ? method->params->fields() : NULL;
        bool handle_only =
            fields && fields[0].type == TYPE_HANDLE && (method->params->count == 1 || *fields[1].fallback != *FIELD_REQUIRED);
        if (!handle_only || method->id == METHOD_open_stream_p || method->id == METHOD_write_byte_sequence)
            continue;
        expect_int(refuse(c, "no-such-handle", method->name, "[%lu]", l.stream), "handle", (int64_t)l.stream);
    }
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&close_ends_the_connection, COVERS({METHOD_close, SUCCESS | REFUSAL}), EACH_MODE},
    {&close_of_a_server, NULL, 0},
    {&abort_writes_what_goes_without_waiting, NULL, EACH_MODE},
    {&abort_does_not_wait, NULL, 0},
    {&close_waits_until_its_output_has_left, NULL, 0},
    {&close_that_runs_out_of_time_has_closed, COVERS({METHOD_close, TIMEOUT}), 0},
    {&close_can_be_cancelled, COVERS({METHOD_close, CANCEL}), 0},
    {&close_whose_flush_fails_tells_and_has_closed, NULL, 0},
    {&abort_tells_no_failure, NULL, 0},
    {&queued_writes_go_before_the_close, NULL, 0},
    {&the_last_words_arrive_although_input_is_unread, NULL, EACH_MODE},
    {&many_last_words_arrive_although_input_goes_on, NULL, COUNT(modes)},
    {&who_lingers_holds_up_nobody, NULL, 0},
    {&handles_are_never_used_again, NULL, 0},
    {&a_closed_stream_is_no_handle, NULL, EACH_MODE},
    {0},
};

const struct suite suite_close = {.name = "close", .cases = cases};
