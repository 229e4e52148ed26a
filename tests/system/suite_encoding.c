/* Characters to bytes: encodings, what they cannot represent, marks and shift states. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static struct link open_format(const char *encoding, const char *more)
{
    char options[200];
    snprintf(options, sizeof options, "'external_format': {'encoding': '%s'%s}", encoding, more);
    return link_new(options);
}

static void write_text(const struct link *l, const char *text)
{
    call(l->client, "write-string", "{'stream': %lu, 'string': %s}", l->stream, quoted(text));
}

static const struct {
    const char *encoding, *text, *bytes;
    int size;
} encodings[] = {
    {"iso-8859-1", "caf\xc3\xa9\n", "caf\xe9\n", 5},
    {"ISO-8859-15", "\xe2\x82\xac", "\xa4", 1},
    {"ascii", "plain\n", "plain\n", 6},
    {"utf-16le", "\xe2\x82\xac\xf0\x9f\x98\x80", "\xac\x20\x3d\xd8\x00\xde", 6},
    {"utf-16be", "\xe2\x82\xac\n", "\x20\xac\0\n", 4},
    {"utf-32be", "\xe2\x82\xac", "\0\0\x20\xac", 4},
    {"koi8-r", "\xd0\xbf\xd1\x80", "\xd0\xd2", 2},
    {"euc-jp", "\xe6\x97\xa5\xe6\x9c\xac", "\xc6\xfc\xcb\xdc", 4},
};

/* shows: encoding-names */
START_TEST(other_encodings_are_written)
{
    struct link l = open_format(encodings[_i].encoding, "");
    write_text(&l, encodings[_i].text);
    peer_expect(l.peer, encodings[_i].bytes, (size_t)encodings[_i].size);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: newline-output-encoded */
START_TEST(line_terminators_are_encoded_too)
{
    struct link l = open_format("utf-16be", ", 'line_terminator': 'dos'");
    call(l.client, "write-line", "{'stream': %lu, 'string': 'x'}", l.stream);
    peer_expect(l.peer, "\0x\0\r\0\n", 6);
}
END_TEST

/* shows: encoding-utf-16-mark */
START_TEST(utf_16_has_one_mark_before_the_first_character)
{
    struct link l = open_format("utf-16", "");
    write_text(&l, "a");
    write_text(&l, "b");
    call(l.client, "terpri", "{'stream': %lu}", l.stream);
    peer_expect(l.peer,
                "\xff\xfe"
                "a\0b\0\n\0",
                8);
}
END_TEST

/* shows: encoding-utf-16-mark */
START_TEST(utf_32_has_one_mark_before_the_first_character)
{
    struct link l = open_format("utf-32", "");
    write_text(&l, "a");
    write_text(&l, "b");
    peer_expect(l.peer, "\xff\xfe\0\0a\0\0\0b\0\0\0", 12);
}
END_TEST

/* shows: encoding-shifts */
START_TEST(a_shift_state_goes_on_and_is_ended)
{
    struct link l = open_format("iso-2022-jp", "");
    write_text(&l, "\xe6\x97\xa5");
    write_text(&l, "\xe6\x9c\xac");
    peer_expect(l.peer, "\x1b$BF|K\\", 7);
    write_text(&l, "a");
    peer_expect(l.peer, "\x1b(Ba", 4);
    write_text(&l, "\xe6\x97\xa5");
    peer_expect(l.peer, "\x1b$BF|", 5);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect(l.peer, "\x1b(B", 3);
}
END_TEST

/* ---- what cannot be represented ---- */

/* shows: encoding-error */
START_TEST(nothing_of_an_unencodable_call_is_written)
{
    struct link l = open_format("iso-8859-1", "");
    json_object *data = refuse(l.client, "encoding", "write-string",
                               "{'stream': %lu, 'string': 'ab\xe2\x82\xac"
                               "c'}",
                               l.stream);
    expect_text(data, "char", "\xe2\x82\xac");
    expect_int(data, "position", 2);
    expect_text(data, "encoding", "iso-8859-1");
    refuse(l.client, "encoding", "write-line", "{'stream': %lu, 'string': '\xe2\x82\xac'}", l.stream);
    refuse(l.client, "encoding", "write-char", "{'stream': %lu, 'char': '\xf0\x9f\x98\x80'}", l.stream);
    expect_false(call(l.client, "fresh-line", "{'stream': %lu}", l.stream), "written");
    write_text(&l, "fine\n");
    peer_expect_text(l.peer, "fine\n");
}
END_TEST

/* shows: encoding-error */
START_TEST(nothing_of_a_long_unencodable_call_is_written)
{
    struct link l = open_format("ascii", ", 'line_terminator': 'dos'");
    char *text = value_keep(malloc(200004));
    memset(text, 'x', 200000);
    strcpy(text + 200000, "\xc3\xa9");
    expect_int(refuse(l.client, "encoding", "write-line", "{'stream': %lu, 'string': '%s'}", l.stream, text), "position",
               200000);
    write_text(&l, "y");
    peer_expect_text(l.peer, "y");
}
END_TEST

/* shows: encoding-ignore */
START_TEST(unencodable_characters_can_be_ignored)
{
    struct link l = open_format("iso-8859-1", ", 'output_error': 'ignore'");
    write_text(&l, "a\xe2\x82\xac"
                   "b\xe2\x82\xac\n");
    peer_expect_text(l.peer, "ab\n");
}
END_TEST

/* shows: encoding-replace */
START_TEST(unencodable_characters_can_be_replaced)
{
    struct link l = open_format("iso-8859-1", ", 'output_error': '\xc3\xa9'");
    write_text(&l, "a\xe2\x82\xac"
                   "b");
    peer_expect_text(l.peer, "a\xe9"
                             "b");
}
END_TEST

/* shows: encoding-replace */
START_TEST(a_replacement_that_cannot_be_encoded_is_an_error)
{
    struct link l = open_format("ascii", ", 'output_error': '\xc3\xa9'");
    refuse(l.client, "encoding", "write-string", "{'stream': %lu, 'string': 'a\xe2\x82\xac'}", l.stream);
    write_text(&l, "b");
    peer_expect_text(l.peer, "b");
}
END_TEST

/* shows: external-format-members */
START_TEST(the_reply_has_all_four_members)
{
    struct link l = link_new("'external_format': 'ISO-8859-1'");
    expect_json(call(l.client, "stream-external-format", "{'stream': %lu}", l.stream), "external_format",
                "{'encoding': 'iso-8859-1', 'line_terminator': 'unix', 'input_error': 'error', 'output_error': 'error'}");
    json_object *set = call(
        l.client, "stream-external-format",
        "{'stream': %lu, 'set': {'encoding': 'UTF-8', 'line_terminator': 'mac', 'input_error': 'ignore', 'output_error': '\\n'}}",
        l.stream);
    expect_json(set, "external_format",
                "{'encoding': 'utf-8', 'line_terminator': 'mac', 'input_error': 'ignore', 'output_error': '\\n'}");
    expect_json(call(l.client, "stream-external-format", "{'stream': %lu, 'set': {}}", l.stream), "external_format",
                "{'encoding': 'utf-8', 'line_terminator': 'mac', 'input_error': 'ignore', 'output_error': '\\n'}");
}
END_TEST

/* shows: format-change */
START_TEST(the_format_can_change_between_writes)
{
    struct link l = link_new("'buffered': true");
    write_text(&l, "\xc3\xa9\n");
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': {'encoding': 'iso-8859-1', 'line_terminator': 'dos'}}",
         l.stream);
    write_text(&l, "\xc3\xa9\n");
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_expect_text(l.peer, "\xc3\xa9\n\xe9\r\n");
}
END_TEST

static const struct test_case cases[] = {
    {&other_encodings_are_written, NULL, COUNT(encodings)},
    {&line_terminators_are_encoded_too, NULL, 0},
    {&utf_16_has_one_mark_before_the_first_character, NULL, 0},
    {&utf_32_has_one_mark_before_the_first_character, NULL, 0},
    {&a_shift_state_goes_on_and_is_ended, NULL, 0},
    {&nothing_of_an_unencodable_call_is_written,
     COVERS({METHOD_write_string, REFUSAL}, {METHOD_write_line, REFUSAL}, {METHOD_write_char, REFUSAL}), 0},
    {&nothing_of_a_long_unencodable_call_is_written, NULL, 0},
    {&unencodable_characters_can_be_ignored, NULL, 0},
    {&unencodable_characters_can_be_replaced, NULL, 0},
    {&a_replacement_that_cannot_be_encoded_is_an_error, NULL, 0},
    {&the_reply_has_all_four_members, NULL, 0},
    {&the_format_can_change_between_writes, NULL, 0},
    {0},
};

const struct suite suite_encoding = {.name = "encoding", .cases = cases};
