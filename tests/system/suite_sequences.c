/* Character sequences; listen and clear-input. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static const char *read_char(const struct link *l)
{
    return text_at(call(l->client, "read-char", "{'stream': %lu, 'timeout': 5}", l->stream), "char");
}

static bool listens(const struct link *l)
{
    return bool_at(call(l->client, "listen", "{'stream': %lu}", l->stream), "ready");
}

static void unread(const struct link *l, const char *character)
{
    call(l->client, "unread-char", "{'stream': %lu, 'char': %s}", l->stream, quoted(character));
}

static json_object *sequence(const struct link *l, int length, const char *mode)
{
    return call(l->client, "read-char-sequence", "{'stream': %lu, 'length': %d, 'mode': '%s', 'timeout': 5}", l->stream, length,
                mode);
}

/* shows: char-sequence */
START_TEST(a_sequence_counts_characters)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xe2\x82\xac\r\n\xc3\xa9rest");
    json_object *read = sequence(&l, 3, "all");
    expect_text(read, "text", "\xe2\x82\xac\n\xc3\xa9");
    expect_false(read, "eof");
    expect_text(sequence(&l, 0, "all"), "text", "");
    peer_shut(l.peer);
    read = sequence(&l, 100, "all");
    expect_text(read, "text", "rest");
    expect_true(read, "eof");
    read = sequence(&l, 1, "all");
    expect_text(read, "text", "");
    expect_true(read, "eof");
}
END_TEST

/* shows: char-sequence */
START_TEST(a_sequence_waits_for_all)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-char-sequence", "{'stream': %lu, 'length': 4}", l.stream);
    peer_write(l.peer, "ab");
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "cde");
    expect_text(result(l.client, id), "text", "abcd");
    ck_assert_str_eq(read_char(&l), "e");
}
END_TEST

/* shows: char-sequence-modes */
START_TEST(a_no_hang_sequence_takes_what_is_there)
{
    struct link l = link_new(modes[_i]);
    json_object *nothing = sequence(&l, 5, "no-hang");
    expect_text(nothing, "text", "");
    expect_false(nothing, "eof");
    peer_write(l.peer, "abc\xc3");
    link_await(&l);
    expect_text(sequence(&l, 9, "no-hang"), "text", "abc");
    peer_write(l.peer, "\xa9");
    link_await(&l);
    expect_text(sequence(&l, 9, "no-hang"), "text", "\xc3\xa9");
    peer_shut(l.peer);
    link_await(&l);
    expect_true(sequence(&l, 9, "no-hang"), "eof");
}
END_TEST

/* shows: char-sequence-modes */
START_TEST(an_interactive_sequence_waits_for_the_first)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-char-sequence", "{'stream': %lu, 'length': 9, 'mode': 'interactive'}", l.stream);
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "one");
    expect_text(result(l.client, id), "text", "one");
    refuse(l.client, "timeout", "read-char-sequence", "{'stream': %lu, 'length': 9, 'mode': 'interactive', 'timeout': 0.02}",
           l.stream);
}
END_TEST

/* shows: char-sequence */
START_TEST(a_sequence_larger_than_any_buffer)
{
    struct link l = link_new(modes[_i]);
    int size = 300000;
    char *text = value_keep(malloc((size_t)size * 2 + 1));
    for (int i = 0; i < size; i++)
        memcpy(text + 2 * i, i % 2 ? "\xc3\xa9" : "\xd0\xb6", 2);
    text[2 * size] = '\0';
    long id = request(l.client, "read-char-sequence", "{'stream': %lu, 'length': %d}", l.stream, size);
    peer_write(l.peer, text);
    ck_assert_str_eq(text_at(result(l.client, id), "text"), text);
}
END_TEST

/* ---- listen and clear-input ---- */

/* shows: char-listen */
START_TEST(listen_tells_what_is_there)
{
    struct link l = link_new(modes[_i]);
    ck_assert(!listens(&l));
    peer_write(l.peer, "a");
    link_await(&l);
    ck_assert(listens(&l));
    ck_assert(listens(&l));
    ck_assert_str_eq(read_char(&l), "a");
    ck_assert(!listens(&l));
    peer_shut(l.peer);
    link_await(&l);
    ck_assert(!listens(&l));
}
END_TEST

/* shows: wrong-kind-listen */
START_TEST(listen_is_false_on_a_byte_stream)
{
    struct link l = link_bytes();
    peer_write(l.peer, "a");
    link_await(&l);
    ck_assert(!listens(&l));
}
END_TEST

/* shows: decoding-listen-takes-nothing, gone-reset-listen */
START_TEST(listen_never_consumes_an_error)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xff");
    link_await(&l);
    listens(&l);
    refuse(l.client, "encoding", "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    peer_reset(l.peer);
    call(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 5}", l.stream);
    ck_assert(!listens(&l));
    refuse(l.client, "os-error", "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
}
END_TEST

/* shows: char-clear-input */
START_TEST(clear_input_throws_away_what_has_arrived)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "clear-input", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "one\ntwo\nthree");
    link_expect_line(&l, "one");
    call(l.client, "clear-input", "{'stream': %lu}", l.stream);
    ck_assert_str_eq(link_status(&l, "input"), "null");
    peer_write(l.peer, "four\n");
    link_expect_line(&l, "four");
}
END_TEST

/* shows: char-clear-input */
START_TEST(clear_input_takes_an_unread_character_along)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "u");
    read_char(&l);
    unread(&l, "u");
    call(l.client, "clear-input", "{'stream': %lu}", l.stream);
    ck_assert(!listens(&l));
    peer_shut(l.peer);
    link_await(&l);
    call(l.client, "clear-input", "{'stream': %lu}", l.stream);
    expect_true(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: char-clear-input */
START_TEST(clear_input_takes_a_lot_along)
{
    struct link l = link_new(modes[_i]);
    char *data = value_keep(calloc(1, 200000));
    memset(data, 'c', 199999);
    peer_write(l.peer, data);
    link_await(&l);
    call(l.client, "clear-input", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "\n");
    json_object *line = call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream);
    ck_assert_uint_lt(strlen(text_at(line, "line")), 199999);
}
END_TEST

START_TEST(clear_input_waits_its_turn_and_can_be_cancelled)
{
    struct link l = link_new(modes[_i]);
    long read = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long clear = request(l.client, "clear-input", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, clear));
    cancel(l.client, clear);
    clear = request(l.client, "clear-input", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "line\n");
    expect_text(result(l.client, read), "line", "line");
    result(l.client, clear);
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&a_sequence_counts_characters, COVERS({METHOD_read_char_sequence, SUCCESS | AT_END}), EACH_MODE},
    {&a_sequence_waits_for_all, NULL, EACH_MODE},
    {&a_no_hang_sequence_takes_what_is_there, NULL, EACH_MODE},
    {&an_interactive_sequence_waits_for_the_first, NULL, EACH_MODE},
    {&a_sequence_larger_than_any_buffer, NULL, EACH_MODE},
    {&listen_tells_what_is_there, COVERS({METHOD_listen, SUCCESS}), EACH_MODE},
    {&listen_is_false_on_a_byte_stream, NULL, 0},
    {&listen_never_consumes_an_error, NULL, EACH_MODE},
    {&clear_input_throws_away_what_has_arrived, COVERS({METHOD_clear_input, SUCCESS}), EACH_MODE},
    {&clear_input_takes_an_unread_character_along, NULL, EACH_MODE},
    {&clear_input_takes_a_lot_along, NULL, EACH_MODE},
    {&clear_input_waits_its_turn_and_can_be_cancelled, COVERS({METHOD_clear_input, CANCEL}), EACH_MODE},
    {0},
};

const struct suite suite_sequences = {.name = "sequences", .cases = cases};
