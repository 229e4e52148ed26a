/* Character by character: read, peek, unread, no-hang. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static const char *read_char(const struct link *l)
{
    return text_at(call(l->client, "read-char", "{'stream': %lu, 'timeout': 5}", l->stream), "char");
}

static json_object *no_hang(const struct link *l)
{
    return call(l->client, "read-char-no-hang", "{'stream': %lu}", l->stream);
}

static bool listens(const struct link *l)
{
    return bool_at(call(l->client, "listen", "{'stream': %lu}", l->stream), "ready");
}

static void unread(const struct link *l, const char *character)
{
    call(l->client, "unread-char", "{'stream': %lu, 'char': %s}", l->stream, quoted(character));
}

static void expect_no_unread(const struct link *l, const char *character)
{
    expect_text(refuse(l->client, "invalid-params", "unread-char", "{'stream': %lu, 'char': %s}", l->stream, quoted(character)),
                "param", "char");
}

/* shows: char-next */
START_TEST(characters_and_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n");
    static const char *const want[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\n"};
    for (int i = 0; i < COUNT(want); i++)
        ck_assert_str_eq(read_char(&l), want[i]);
    peer_shut(l.peer);
    for (int i = 0; i < 2; i++) {
        json_object *end = call(l.client, "read-char", "{'stream': %lu}", l.stream);
        expect_null(end, "char");
        expect_true(end, "eof");
    }
}
END_TEST

/* shows: char-next */
START_TEST(read_char_waits)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-char", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "\xe2");
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "\x82");
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "\xac");
    expect_text(result(l.client, id), "char", "\xe2\x82\xac");
}
END_TEST

/* Every method that waits for characters ends at its time and by a cancel, and has then taken nothing. */
static const char *const waiting[] = {"read-char", "peek-char", "read-line", "read-char-sequence"};

/* shows: timeout-consumes-nothing */
START_TEST(waiting_reads_end_without_taking_anything)
{
    struct link l = link_new(modes[_i]);
    for (int i = 0; i < COUNT(waiting); i++) {
        const char *more = i == 3 ? ", \"length\": 3" : "";
        peer_write(l.peer, i < 2 ? "\xe2\x82" : "ab");
        long id = request(l.client, waiting[i], "{'stream': %lu, 'timeout': 0.04%s}", l.stream, more);
        fault(l.client, id, "timeout");
        id = request(l.client, waiting[i], "{'stream': %lu%s}", l.stream, more);
        ck_assert(waits(l.client, id));
        cancel(l.client, id);
        peer_write(l.peer, i < 2 ? "\xac\n" : "c\n");
        link_expect_line(&l, i < 2 ? "\xe2\x82\xac" : "abc");
    }
}
END_TEST

/* shows: char-peek */
START_TEST(peek_leaves_the_character)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "xy");
    for (int i = 0; i < 2; i++)
        expect_text(call(l.client, "peek-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char", "x");
    ck_assert_str_eq(read_char(&l), "x");
    ck_assert_str_eq(read_char(&l), "y");
    peer_shut(l.peer);
    json_object *end = call(l.client, "peek-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    expect_null(end, "char");
    expect_true(end, "eof");
}
END_TEST

/* shows: char-no-hang */
START_TEST(no_hang_never_waits)
{
    struct link l = link_new(modes[_i]);
    json_object *nothing = no_hang(&l);
    expect_null(nothing, "char");
    expect_false(nothing, "eof");
    peer_write(l.peer, "z");
    link_await(&l);
    expect_text(no_hang(&l), "char", "z");
    peer_write(l.peer, "\xc3");
    peer_shut(l.peer);
    link_await(&l);
}
END_TEST

/* shows: decoding-no-hang */
START_TEST(no_hang_gives_no_half_character)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xc3");
    call(l.client, "socket-status", "{'sockets': %lu, 'timeout': 0}", l.stream);
    json_object *half = no_hang(&l);
    expect_null(half, "char");
    expect_false(half, "eof");
    ck_assert(!listens(&l));
    peer_write(l.peer, "\xa9");
    link_await(&l);
    expect_text(no_hang(&l), "char", "\xc3\xa9");
}
END_TEST

/* shows: char-no-hang */
START_TEST(no_hang_meets_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_shut(l.peer);
    link_await(&l);
    json_object *end = no_hang(&l);
    expect_null(end, "char");
    expect_true(end, "eof");
}
END_TEST

START_TEST(a_read_behind_a_waiting_one_does_not_pass_it)
{
    struct link l = link_new(modes[_i]);
    long line = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long unhung = request(l.client, "read-char-no-hang", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "first\nsecond");
    expect_text(result(l.client, line), "line", "first");
    json_object *next = result(l.client, unhung);
    ck_assert(null_at(next, "char") || strcmp(text_at(next, "char"), "s") == 0);
}
END_TEST

/* shows: char-unread */
START_TEST(unread_gives_it_back_once)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xc3\xa9"
                       "b\n");
    expect_no_unread(&l, "x");
    ck_assert_str_eq(read_char(&l), "\xc3\xa9");
    expect_no_unread(&l, "x");
    unread(&l, "\xc3\xa9");
    expect_no_unread(&l, "\xc3\xa9");
    link_expect_line(&l, "\xc3\xa9"
                         "b");
    expect_no_unread(&l, "b");
    unread(&l, "\n");
    ck_assert_str_eq(read_char(&l), "\n");
    peer_shut(l.peer);
    expect_true(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    expect_no_unread(&l, "\n");
}
END_TEST

/* shows: status-unread */
START_TEST(unread_counts_as_input)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "q");
    ck_assert_str_eq(read_char(&l), "q");
    ck_assert(!listens(&l));
    unread(&l, "q");
    ck_assert(listens(&l));
    ck_assert_str_eq(link_status(&l, "input"), "\"input\"");
    expect_text(call(l.client, "peek-char", "{'stream': %lu, 'timeout': 0}", l.stream), "char", "q");
    expect_text(no_hang(&l), "char", "q");
    ck_assert(!listens(&l));
}
END_TEST

/* shows: char-unread-after-a-sequence */
START_TEST(unread_after_a_sequence)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "abc");
    call(l.client, "read-char-sequence", "{'stream': %lu, 'length': 2, 'timeout': 5}", l.stream);
    unread(&l, "b");
    ck_assert_str_eq(read_char(&l), "b");
    ck_assert_str_eq(read_char(&l), "c");
}
END_TEST

START_TEST(unread_waits_its_turn_and_can_be_cancelled)
{
    struct link l = link_new(modes[_i]);
    long read = request(l.client, "read-char", "{'stream': %lu}", l.stream);
    long back = request(l.client, "unread-char", "{'stream': %lu, 'char': 'k'}", l.stream);
    ck_assert(waits(l.client, back));
    cancel(l.client, back);
    back = request(l.client, "unread-char", "{'stream': %lu, 'char': 'k'}", l.stream);
    peer_write(l.peer, "k");
    expect_text(result(l.client, read), "char", "k");
    result(l.client, back);
    ck_assert_str_eq(read_char(&l), "k");
}
END_TEST

static const char *const character_reads[] = {"read-char", "peek-char",   "read-char-no-hang",
                                              "listen",    "clear-input", "read-line"};

/* shows: server-is-no-stream */
START_TEST(what_is_no_stream_is_refused)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    for (int i = 0; i < COUNT(character_reads); i++) {
        expect_text(refuse(c, "wrong-kind", character_reads[i], "{'stream': %lu}", server), "is", "server");
        expect_int(refuse(c, "no-such-handle", character_reads[i], "{'stream': %lu}", NOBODY), "handle", (int64_t)NOBODY);
    }
    refuse(c, "wrong-kind", "unread-char", "{'stream': %lu, 'char': 'a'}", server);
    refuse(c, "no-such-handle", "read-char-sequence", "{'stream': %lu, 'length': 1}", NOBODY);
}
END_TEST

#define EACH_MODE COUNT(modes)

static const char *const to_the_end[] = {"read-line", "read-char-sequence", "read-char", "read-char-no-hang"};

/* shows: char-unread-at-the-end */
START_TEST(nothing_is_put_back_behind_the_end)
{
    struct link l = link_new(NULL);
    const char *method = to_the_end[_i];
    peer_write(l.peer, "x");
    peer_shut(l.peer);
    if (_i >= 2)
        call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    link_await(&l);
    expect_true(call(l.client, method, "{'stream': %lu%s}", l.stream, _i == 1 ? ", \"length\": 5" : ""), "eof");
    refuse(l.client, "invalid-params", "unread-char", "{'stream': %lu, 'char': 'x'}", l.stream);
}
END_TEST

static const struct test_case cases[] = {
    {&characters_and_the_end, COVERS({METHOD_read_char, SUCCESS | AT_END}), EACH_MODE},
    {&read_char_waits, NULL, EACH_MODE},
    {&waiting_reads_end_without_taking_anything,
     COVERS({METHOD_read_char, TIMEOUT | CANCEL}, {METHOD_peek_char, TIMEOUT | CANCEL},
            {METHOD_read_char_sequence, TIMEOUT | CANCEL}),
     EACH_MODE},
    {&peek_leaves_the_character, COVERS({METHOD_peek_char, SUCCESS | AT_END}), EACH_MODE},
    {&no_hang_never_waits, COVERS({METHOD_read_char_no_hang, SUCCESS}), EACH_MODE},
    {&no_hang_gives_no_half_character, NULL, EACH_MODE},
    {&no_hang_meets_the_end, COVERS({METHOD_read_char_no_hang, AT_END}), EACH_MODE},
    {&a_read_behind_a_waiting_one_does_not_pass_it, NULL, EACH_MODE},
    {&unread_gives_it_back_once, COVERS({METHOD_unread_char, SUCCESS | BAD_PARAMS}), EACH_MODE},
    {&unread_counts_as_input, NULL, EACH_MODE},
    {&unread_after_a_sequence, NULL, EACH_MODE},
    {&unread_waits_its_turn_and_can_be_cancelled, COVERS({METHOD_unread_char, CANCEL}), EACH_MODE},
    {&what_is_no_stream_is_refused,
     COVERS({METHOD_read_char, REFUSAL}, {METHOD_peek_char, REFUSAL}, {METHOD_read_char_no_hang, REFUSAL},
            {METHOD_listen, REFUSAL}, {METHOD_clear_input, REFUSAL}, {METHOD_unread_char, REFUSAL},
            {METHOD_read_char_sequence, REFUSAL}),
     0},
    {&nothing_is_put_back_behind_the_end, NULL, COUNT(to_the_end)},
    {0},
};

const struct suite suite_characters = {.name = "characters", .cases = cases};
