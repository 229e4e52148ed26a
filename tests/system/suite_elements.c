/* Switching the element type in mid-stream: what is buffered stays, and text and bytes mix. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static void set_type(const struct link *l, const char *element)
{
    json_object *set = call(l->client, "stream-element-type", "{'stream': %lu, 'set': '%s'}", l->stream, element);
    expect_text(set, "element_type", element);
    expect_text(call(l->client, "stream-element-type", "{'stream': %lu}", l->stream), "element_type", element);
}

static void expect_bytes(const struct link *l, const char *bytes, size_t size)
{
    json_object *read = call(l->client, "read-byte-sequence", "{'stream': %lu, 'length': %zu, 'timeout': 5}", l->stream, size);
    expect_text(read, "data", base64(bytes, size));
}

/* A header of lines and a body of bytes, the header's lines ended in each way; and what the body is then. */
static const struct {
    const char *sent, *body;
} pages[] = {
    {"head\n\nBODY", "BODY"},       {"head\r\n\r\nBODY", "BODY"},     {"head\r\rBODY", "BODY"},
    {"head\r\n\r\n\nODY", "\nODY"}, {"head\r\n\r\n\rODY", "\rODY"},   {"head\n\n\nODY", "\nODY"},
    {"head\n\n\r\nDY", "\r\nDY"},   {"head\r\n\r\n\r\nDY", "\r\nDY"},
};

/* shows: switch-keeps-input */
START_TEST(a_body_follows_its_header)
{
    for (int i = 0; i < COUNT(pages); i++) {
        struct link l = link_new(modes[_i]);
        peer_write(l.peer, pages[i].sent);
        link_expect_line(&l, "head");
        link_expect_line(&l, "");
        set_type(&l, "unsigned-byte 8");
        expect_bytes(&l, pages[i].body, strlen(pages[i].body));
    }
}
END_TEST

/* shows: switch-drops-the-lf */
START_TEST(the_lf_of_a_crlf_that_comes_after_the_switch_is_dropped)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "head\r");
    link_expect_line(&l, "head");
    set_type(&l, "unsigned-byte 8");
    long id = request(l.client, "read-byte", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "\n");
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "B");
    expect_int(result(l.client, id), "byte", 'B');
}
END_TEST

/* shows: switch-lone-cr */
START_TEST(a_lone_cr_before_the_switch_takes_nothing_along)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "head\r");
    link_expect_line(&l, "head");
    set_type(&l, "unsigned-byte 8");
    peer_write(l.peer, "B\n");
    expect_bytes(&l, "B\n", 2);
}
END_TEST

/* shows: switch-drops-the-lf */
START_TEST(the_pending_lf_is_no_input_of_a_byte_stream)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "head\r\n");
    link_expect_line(&l, "head");
    set_type(&l, "unsigned-byte 8");
    json_object *nothing = call(l.client, "read-byte-no-hang", "{'stream': %lu}", l.stream);
    expect_null(nothing, "byte");
    expect_false(nothing, "eof");
    ck_assert_str_eq(link_status(&l, "input"), "null");
}
END_TEST

/* shows: switch-keeps-input */
START_TEST(there_and_back)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "one\n\x01\x02two\n\x03\r\nthree\n");
    link_expect_line(&l, "one");
    set_type(&l, "unsigned-byte 8");
    expect_bytes(&l, "\x01\x02", 2);
    set_type(&l, "character");
    link_expect_line(&l, "two");
    set_type(&l, "signed-byte 8");
    expect_bytes(&l, "\x03\r", 2);
    set_type(&l, "character");
    link_expect_line(&l, "");
    link_expect_line(&l, "three");
}
END_TEST

/* shows: switch-look-ahead */
START_TEST(a_character_that_was_looked_at_becomes_bytes_again)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xc3\xa9x");
    call(l.client, "peek-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    set_type(&l, "unsigned-byte 8");
    expect_bytes(&l, "\xc3\xa9x", 3);
    set_type(&l, "character");
    peer_write(l.peer, "\xe2\x82\xacy");
    call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    call(l.client, "unread-char", "{'stream': %lu, 'char': '\xe2\x82\xac'}", l.stream);
    set_type(&l, "unsigned-byte 8");
    expect_bytes(&l, "\xe2\x82\xacy", 4);
}
END_TEST

/* A character that was put back, and what was sent for it: not what the output's encoding would make of it. */
static const struct {
    const char *format, *sent;
    int size, skip; /* of what is sent; bytes before the character */
    const char *character;
} put_back[] = {
    {"{'encoding': 'utf-16'}", "\xfe\xff\0a\0b", 6, 2, "a"},
    {"{'encoding': 'utf-16'}",
     "\xff\xfe"
     "a\0b\0",
     6, 2, "a"},
    {"{'encoding': 'utf-16'}", "a\0b\0", 4, 0, "a"},
    {"{'encoding': 'utf-32'}", "\0\0\xfe\xff\0\0\0a", 8, 4, "a"},
    {"{'input_error': '?'}", "\xe2\x82zz", 4, 0, "?"},
    {"{'input_error': '?'}", "\xff\xff", 2, 0, "?"},
    {"{'encoding': 'iso-2022-jp'}", "\x1b$B$\"\x1b(Bz", 9, 3, "\xe3\x81\x82"},
    {"{'encoding': 'euc-jp'}", "\x8f\xb0\xa1z", 4, 0, "\xe4\xb8\x82"},
    {"{'encoding': 'utf-16'}", "\xfe\xff\0\r\0\nzz", 8, 2, "\n"},
    {"{'line_terminator': 'dos'}", "\r\nzz", 4, 0, "\n"},
    {"{'line_terminator': 'mac'}", "\nz", 2, 0, "\n"},
    {"{'encoding': 'gb18030'}", "\x81\x30\x84\x36z", 5, 0, "\xc2\xa5"},
};

START_TEST(a_character_that_was_put_back_comes_as_it_was_sent)
{
    char options[120];
    for (int i = 0; i < COUNT(put_back); i++) {
        snprintf(options, sizeof options, "%s, 'external_format': %s", modes[_i], put_back[i].format);
        struct link l = link_new(options);
        peer_send(l.peer, put_back[i].sent, (size_t)put_back[i].size);
        expect_text(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char", put_back[i].character);
        call(l.client, "unread-char", "{'stream': %lu, 'char': %s}", l.stream, quoted(put_back[i].character));
        set_type(&l, "unsigned-byte 8");
        expect_bytes(&l, put_back[i].sent + put_back[i].skip, (size_t)(put_back[i].size - put_back[i].skip));
    }
}
END_TEST

/* Another external format in between changes nothing. */
START_TEST(a_character_that_was_put_back_keeps_its_bytes_in_another_format)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': 'utf-16'}", l.stream);
    peer_send(l.peer, "\xfe\xff\xd8\x3d\xde\0\0z", 8);
    call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    call(l.client, "unread-char", "{'stream': %lu, 'char': '\xf0\x9f\x98\x80'}", l.stream);
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': 'utf-8'}", l.stream);
    set_type(&l, "unsigned-byte 8");
    expect_bytes(&l, "\xd8\x3d\xde\0\0z", 6);
}
END_TEST

static const char *const types[] = {"unsigned-byte 8",  "signed-byte 8",  "unsigned-byte 16", "signed-byte 16",
                                    "unsigned-byte 32", "signed-byte 32", "unsigned-byte 64", "signed-byte 64"};

/* shows: switch-types */
START_TEST(every_type_switches_to_characters_and_back)
{
    char options[100];
    snprintf(options, sizeof options, "'element_type': '%s'", types[_i]);
    struct link l = link_new(options);
    peer_write(l.peer, "12345678text\nABCDEFGH");
    int size = atoi(strrchr(types[_i], ' ') + 1) / 8;
    call(l.client, "read-byte-sequence", "{'stream': %lu, 'length': %d, 'timeout': 5}", l.stream, 8 / size);
    set_type(&l, "character");
    link_expect_line(&l, "text");
    set_type(&l, types[_i]);
    json_object *read = call(l.client, "read-byte-sequence", "{'stream': %lu, 'length': %d, 'timeout': 5}", l.stream, 8 / size);
    expect_text(read, "data", base64("ABCDEFGH", 8));
}
END_TEST

/* shows: switch-cut-character */
START_TEST(a_half_read_element_becomes_characters)
{
    struct link l = link_new("'element_type': 'unsigned-byte 32'");
    peer_write(l.peer, "abc");
    refuse(l.client, "timeout", "read-byte", "{'stream': %lu, 'timeout': 0.02}", l.stream);
    set_type(&l, "character");
    peer_write(l.peer, "\n");
    link_expect_line(&l, "abc");
}
END_TEST

/* shows: switch-at-malformed */
START_TEST(a_malformed_byte_can_be_read_as_a_byte)
{
    struct link l = link_new("'external_format': {'input_error': 'error'}");
    peer_write(l.peer, "a\xff");
    set_type(&l, "unsigned-byte 8");
    expect_bytes(&l, "a\xff", 2);
}
END_TEST

/* shows: switch-at-the-end */
START_TEST(the_end_stays_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_shut(l.peer);
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    set_type(&l, "unsigned-byte 16");
    expect_true(call(l.client, "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    set_type(&l, "character");
    expect_true(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: switch-output */
START_TEST(text_and_bytes_leave_in_order)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "write-string", "{'stream': %lu, 'string': 'PUT\\n'}", l.stream);
    set_type(&l, "unsigned-byte 8");
    call(l.client, "write-byte-sequence", "{'stream': %lu, 'data': '%s'}", l.stream, base64("\0\xff", 2));
    set_type(&l, "character");
    call(l.client, "write-line", "{'stream': %lu, 'string': '.'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect(l.peer, "PUT\n\0\xff.\n", 8);
}
END_TEST

/* shows: switch-both-directions */
START_TEST(both_directions_switch_together)
{
    struct link l = link_new(modes[_i]);
    set_type(&l, "unsigned-byte 8");
    refuse(l.client, "wrong-kind", "read-line", "{'stream': %lu, 'timeout': 0}", l.stream);
    refuse(l.client, "wrong-kind", "write-line", "{'stream': %lu, 'string': ''}", l.stream);
}
END_TEST

/* shows: switch-order */
START_TEST(the_switch_waits_its_turn)
{
    struct link l = link_new(modes[_i]);
    long line = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long set = request(l.client, "stream-element-type", "{'stream': %lu, 'set': 'unsigned-byte 8'}", l.stream);
    long byte = request(l.client, "read-byte", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, set));
    peer_write(l.peer, "line\nB");
    expect_text(result(l.client, line), "line", "line");
    result(l.client, set);
    expect_int(result(l.client, byte), "byte", 'B');
}
END_TEST

/* shows: switch-order */
START_TEST(the_switch_can_be_cancelled)
{
    struct link l = link_new(modes[_i]);
    long line = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long set = request(l.client, "stream-element-type", "{'stream': %lu, 'set': 'unsigned-byte 8'}", l.stream);
    ck_assert(waits(l.client, set));
    cancel(l.client, set);
    peer_write(l.peer, "line\nnext\n");
    expect_text(result(l.client, line), "line", "line");
    link_expect_line(&l, "next");
    refuse(l.client, "no-such-handle", "stream-element-type", "{'stream': %lu}", NOBODY);
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&a_body_follows_its_header, COVERS({METHOD_stream_element_type, SUCCESS}), EACH_MODE},
    {&the_lf_of_a_crlf_that_comes_after_the_switch_is_dropped, NULL, EACH_MODE},
    {&a_lone_cr_before_the_switch_takes_nothing_along, NULL, EACH_MODE},
    {&the_pending_lf_is_no_input_of_a_byte_stream, NULL, EACH_MODE},
    {&there_and_back, NULL, EACH_MODE},
    {&a_character_that_was_put_back_comes_as_it_was_sent, NULL, COUNT(modes)},
    {&a_character_that_was_put_back_keeps_its_bytes_in_another_format, NULL, COUNT(modes)},
    {&a_character_that_was_looked_at_becomes_bytes_again, NULL, EACH_MODE},
    {&every_type_switches_to_characters_and_back, NULL, COUNT(types)},
    {&a_half_read_element_becomes_characters, NULL, 0},
    {&a_malformed_byte_can_be_read_as_a_byte, NULL, 0},
    {&the_end_stays_the_end, NULL, EACH_MODE},
    {&text_and_bytes_leave_in_order, NULL, EACH_MODE},
    {&both_directions_switch_together, NULL, EACH_MODE},
    {&the_switch_waits_its_turn, NULL, EACH_MODE},
    {&the_switch_can_be_cancelled, COVERS({METHOD_stream_element_type, CANCEL | REFUSAL}), EACH_MODE},
    {0},
};

const struct suite suite_elements = {.name = "elements", .cases = cases};
