/* LF, CR and CR LF each end a line, whatever the format says, across packets and calls. */
#include <stdio.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false",
                                    "'external_format': 'dos'", "'external_format': 'mac'"};

/* What is sent, and the lines that it is, each followed by | . */
static const struct {
    const char *sent, *lines;
} endings[] = {
    {"a\nb\n", "a|b|"},
    {"a\r\nb\r\n", "a|b|"},
    {"a\rb\r", "a|b|"},
    {"a\r\r\nb", "a||b|"},
    {"a\n\rb", "a||b|"},
    {"\r\n\r\n", "||"},
    {"\n\n", "||"},
    {"\r\r", "||"},
    {"a\rb\nc\r\nd", "a|b|c|d|"},
    {"\n\r\n\r", "|||"},
    {"one\rtwo\nthree\n", "one|two|three|"},
    {"a\r\n\nb", "a||b|"},
    {"\r\n\n\r\r\n", "||||"},
    {"x\fy\vz\n", "x\fy\vz|"},
    {"", ""},
};

static void expect_lines(const struct link *l, const char *lines)
{
    char text[60] = "";
    for (;;) {
        json_object *read = call(l->client, "read-line", "{'stream': %lu, 'timeout': 5}", l->stream);
        if (null_at(read, "line"))
            break;
        strcat(strcat(text, text_at(read, "line")), "|");
    }
    ck_assert_str_eq(text, lines);
}

/* shows: newline-input */
START_TEST(all_three_line_ends_are_understood)
{
    for (int i = 0; i < COUNT(endings); i++) {
        struct link l = link_new(modes[_i]);
        peer_write(l.peer, endings[i].sent);
        peer_shut(l.peer);
        expect_lines(&l, endings[i].lines);
    }
}
END_TEST

/* Each byte is read on its own before the next is sent. */
/* shows: newline-input */
START_TEST(they_are_understood_byte_by_byte)
{
    for (int i = 0; i < COUNT(endings); i++) {
        struct link l = link_new(modes[_i]);
        for (const char *byte = endings[i].sent; *byte; byte++) {
            peer_send(l.peer, byte, 1);
            call(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 0}", l.stream);
            call(l.client, "listen", "{'stream': %lu}", l.stream);
        }
        peer_shut(l.peer);
        expect_lines(&l, endings[i].lines);
    }
}
END_TEST

/* shows: newline-input */
START_TEST(they_are_understood_by_characters)
{
    for (int i = 0; i < COUNT(endings); i++) {
        struct link l = link_new(modes[_i]);
        char text[60] = "";
        peer_write(l.peer, endings[i].sent);
        peer_shut(l.peer);
        for (;;) {
            json_object *read = call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
            if (null_at(read, "char"))
                break;
            strcat(text, strcmp(text_at(read, "char"), "\n") == 0 ? "|" : text_at(read, "char"));
        }
        ck_assert_int_eq(strncmp(text, endings[i].lines, strlen(text)), 0);
        ck_assert_uint_ge(strlen(text) + 1, strlen(endings[i].lines));
    }
}
END_TEST

/* shows: newline-cr-ends-at-once */
START_TEST(a_cr_ends_a_line_at_once)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "now\r");
    link_expect_line(&l, "now");
    peer_write(l.peer, "\nnext\r");
    link_expect_line(&l, "next");
    peer_write(l.peer, "last\n");
    link_expect_line(&l, "last");
}
END_TEST

/* shows: newline-pending-lf */
START_TEST(the_second_half_of_crlf_is_no_input)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\r");
    link_expect_line(&l, "a");
    peer_write(l.peer, "\n");
    expect_false(call(l.client, "listen", "{'stream': %lu}", l.stream), "ready");
    expect_null(call(l.client, "read-char-no-hang", "{'stream': %lu}", l.stream), "char");
    expect_text(call(l.client, "read-char-sequence", "{'stream': %lu, 'length': 5, 'mode': 'no-hang'}", l.stream), "text", "");
    refuse(l.client, "timeout", "read-char", "{'stream': %lu, 'timeout': 0.03}", l.stream);
    peer_write(l.peer, "b");
    expect_text(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char", "b");
}
END_TEST

/* shows: read-line-at-the-end */
START_TEST(crlf_before_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\r\n");
    peer_shut(l.peer);
    link_expect_line(&l, "a");
    link_await(&l);
    json_object *end = call(l.client, "read-char-no-hang", "{'stream': %lu}", l.stream);
    expect_null(end, "char");
    expect_true(end, "eof");
}
END_TEST

/* shows: newline-unread */
START_TEST(an_unread_newline_is_one_newline)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "a\r\nb\n");
    link_expect_line(&l, "a");
    call(l.client, "unread-char", "{'stream': %lu, 'char': '\\n'}", l.stream);
    link_expect_line(&l, "");
    link_expect_line(&l, "b");
}
END_TEST

/* shows: newline-unread */
START_TEST(a_peeked_newline_is_one_newline)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\r");
    expect_text(call(l.client, "peek-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char", "\n");
    peer_write(l.peer, "\nb\n");
    link_expect_line(&l, "");
    link_expect_line(&l, "b");
}
END_TEST

/* shows: newline-bytes */
START_TEST(a_byte_stream_translates_nothing)
{
    struct link l = link_new("'element_type': 'unsigned-byte 8', 'external_format': 'dos'");
    peer_write(l.peer, "\r\n\n\r");
    expect_text(call(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 4, 'timeout': 5}", l.stream), "data",
                base64("\r\n\n\r", 4));
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&all_three_line_ends_are_understood, NULL, EACH_MODE},
    {&they_are_understood_byte_by_byte, NULL, EACH_MODE},
    {&they_are_understood_by_characters, NULL, EACH_MODE},
    {&a_cr_ends_a_line_at_once, NULL, EACH_MODE},
    {&the_second_half_of_crlf_is_no_input, NULL, EACH_MODE},
    {&crlf_before_the_end, NULL, EACH_MODE},
    {&an_unread_newline_is_one_newline, NULL, EACH_MODE},
    {&a_peeked_newline_is_one_newline, NULL, EACH_MODE},
    {&a_byte_stream_translates_nothing, NULL, 0},
    {0},
};

const struct suite suite_newlines = {.name = "newlines", .cases = cases};
