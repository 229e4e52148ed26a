/* Bytes to characters: encodings, malformed input and its three actions, half characters. */
#include <stdio.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': false"};

static json_object *read_line(const struct link *l)
{
    return call(l->client, "read-line", "{'stream': %lu, 'timeout': 5}", l->stream);
}

/* Each malformed subpart, told with its bytes, taken out; what stood before and after stays. */
static const struct {
    const char *bytes;
    int subparts; /* how many errors */
    int first;    /* bytes of the first */
    const char *rest;
} malformed[] = {
    {"\xff", 1, 1, ""},
    {"\x80", 1, 1, ""},
    {"\xc3(", 1, 1, "("},
    {"\xe2\x82(", 1, 2, "("},
    {"\xe2(\xa1", 2, 1, "("},
    {"\xf0\x9f\x98(", 1, 3, "("},
    {"\xc0\xaf", 2, 1, ""},
    {"\xe0\x80\x80", 3, 1, ""},
    {"\xed\xa0\x80", 3, 1, ""},
    {"\xf4\x90\x80\x80", 4, 1, ""},
    {"\xf8\x88\x80\x80\x80", 5, 1, ""},
    {"\xfe\xff", 2, 1, ""},
    {"\xf0\x80\x80\x41", 3, 1, "A"},
    {"\xe2\x82\xe2\x82\xac", 1, 2, "\xe2\x82\xac"},
};

/* shows: decoding-error, decoding-error-keeps-the-rest */
START_TEST(a_malformed_subpart_is_told_and_taken_out)
{
    for (int i = 0; i < COUNT(modes); i++) {
        struct link l = link_new(modes[i]);
        char line[60];
        peer_write(l.peer, "ab");
        peer_write(l.peer, malformed[_i].bytes);
        peer_write(l.peer, "z\n");
        json_object *data = refuse(l.client, "encoding", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream);
        expect_text(data, "bytes", base64(malformed[_i].bytes, (size_t)malformed[_i].first));
        expect_text(data, "encoding", "utf-8");
        expect_int(data, "position", 2);
        for (int more = 1; more < malformed[_i].subparts; more++)
            refuse(l.client, "encoding", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream);
        snprintf(line, sizeof line, "ab%sz", malformed[_i].rest);
        if (malformed[_i].subparts == 2 && malformed[_i].rest[0])
            strcpy(line, "ab(z");
        link_expect_line(&l, line);
    }
}
END_TEST

/* shows: decoding-ignore, decoding-replace */
START_TEST(malformed_input_can_be_ignored_or_replaced)
{
    struct client *c = client_open();
    struct link ignoring = link_open(c, "'external_format': {'input_error': 'ignore'}");
    struct link replacing = link_open(c, "'external_format': {'input_error': '\xe2\x82\xac'}");
    char line[80] = "ab";
    peer_write(ignoring.peer, "ab");
    peer_write(ignoring.peer, malformed[_i].bytes);
    peer_write(ignoring.peer, "z\n");
    json_object *read = read_line(&ignoring);
    snprintf(line, sizeof line, "ab%sz", malformed[_i].rest);
    expect_text(read, "line", line);
    peer_write(replacing.peer, malformed[_i].bytes);
    peer_write(replacing.peer, "z\n");
    int euros = 0;
    for (const char *c1 = text_at(read_line(&replacing), "line"); (c1 = strstr(c1, "\xe2\x82\xac")); c1 += 3)
        euros++;
    ck_assert_int_eq(euros, malformed[_i].subparts + (strcmp(malformed[_i].rest, "\xe2\x82\xac") == 0));
}
END_TEST

/* shows: decoding-error */
START_TEST(each_way_to_read_tells_malformed_input)
{
    struct link l = link_new(NULL);
    static const char *const ways[] = {"read-char", "peek-char", "read-char-no-hang", "read-line", "read-char-sequence"};
    for (int i = 0; i < COUNT(ways); i++) {
        peer_write(l.peer, "\xff");
        link_await(&l);
        json_object *data =
            refuse(l.client, "encoding", ways[i], "{'stream': %lu%s}", l.stream, i == 4 ? ", \"length\": 3" : "");
        expect_text(data, "bytes", "/w==");
        peer_write(l.peer, "ok\n");
        link_expect_line(&l, "ok");
    }
}
END_TEST

/* shows: decoding-half-at-the-end */
START_TEST(half_a_character_at_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "text\xe2\x82");
    peer_shut(l.peer);
    json_object *data = refuse(l.client, "encoding", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream);
    expect_text(data, "bytes", base64("\xe2\x82", 2));
    json_object *rest = read_line(&l);
    expect_text(rest, "line", "text");
    expect_true(rest, "missing_newline");
    expect_null(read_line(&l), "line");
}
END_TEST

/* shows: decoding-half-at-the-end */
START_TEST(half_a_character_at_the_end_ignored_or_replaced)
{
    struct link l = link_new("'external_format': {'input_error': 'ignore'}");
    peer_write(l.peer, "text\xe2\x82");
    peer_shut(l.peer);
    expect_text(read_line(&l), "line", "text");
    expect_null(read_line(&l), "line");
    l = link_open(l.client, "'external_format': {'input_error': '?'}");
    peer_write(l.peer, "text\xe2\x82");
    peer_shut(l.peer);
    expect_text(read_line(&l), "line", "text?");
}
END_TEST

/* shows: encoding-split */
START_TEST(a_character_may_be_split_over_packets)
{
    static const char text[] = "\xf0\x9f\x98\x80\xc3\xa9\xe2\x82\xac\n";
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    for (const char *byte = text; *byte; byte++) {
        ck_assert(waits(l.client, id));
        peer_send(l.peer, byte, 1);
    }
    expect_text(result(l.client, id), "line", "\xf0\x9f\x98\x80\xc3\xa9\xe2\x82\xac");
}
END_TEST

/* shows: encoding-utf-8-mark */
START_TEST(a_byte_order_mark_is_a_character_of_utf_8)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xef\xbb\xbfx\n");
    link_expect_line(&l, "\xef\xbb\xbfx");
}
END_TEST

/* "é€" or the like as other encodings have it. */
static const struct {
    const char *encoding, *bytes;
    int size;
    const char *text;
} encodings[] = {
    {"iso-8859-1", "caf\xe9\n", 5, "caf\xc3\xa9"},
    {"ISO-8859-15", "\xa4\n", 2, "\xe2\x82\xac"},
    {"ascii", "plain\n", 6, "plain"},
    {"utf-16le", "\xac\x20\x3d\xd8\x00\xde\n\0", 8, "\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"utf-16be", "\x20\xac\xd8\x3d\xde\x00\0\n", 8, "\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"utf-16", "\xff\xfe\xac\x20\n\0", 6, "\xe2\x82\xac"},
    {"utf-16", "\xfe\xff\x20\xac\0\n", 6, "\xe2\x82\xac"},
    {"utf-32le", "\xac\x20\0\0\n\0\0\0", 8, "\xe2\x82\xac"},
    {"koi8-r", "\xd0\xd2\xc9\n", 4, "\xd0\xbf\xd1\x80\xd0\xb8"},
    {"euc-jp", "\xc6\xfc\xcb\xdc\n", 5, "\xe6\x97\xa5\xe6\x9c\xac"},
    {"shift_jis", "\x93\xfa\x96\x7b\n", 5, "\xe6\x97\xa5\xe6\x9c\xac"},
    {"gb18030", "\xc4\xe3\n", 3, "\xe4\xbd\xa0"},
    {"utf-7", "+ZeVnLA-\n", 9, "\xe6\x97\xa5\xe6\x9c\xac"},
    {"iso-2022-jp", "\x1b$BF|K\\\x1b(B\n", 11, "\xe6\x97\xa5\xe6\x9c\xac"},
};

/* shows: external-format-names, encoding-names, encoding-utf-16-input */
START_TEST(other_encodings_are_read)
{
    char options[100];
    snprintf(options, sizeof options, "'external_format': {'encoding': '%s'}", encodings[_i].encoding);
    struct link l = link_new(options);
    peer_send(l.peer, encodings[_i].bytes, (size_t)encodings[_i].size);
    link_expect_line(&l, encodings[_i].text);
    l = link_open(l.client, options);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    for (int i = 0; i < encodings[_i].size; i++) {
        ck_assert(waits(l.client, id));
        peer_send(l.peer, encodings[_i].bytes + i, 1);
    }
    expect_text(result(l.client, id), "line", encodings[_i].text);
}
END_TEST

/* shows: decoding-error */
START_TEST(malformed_input_of_other_encodings)
{
    struct link l = link_new("'external_format': 'ascii'");
    peer_write(l.peer, "a\xe9z\n");
    json_object *data = refuse(l.client, "encoding", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream);
    expect_text(data, "bytes", "6Q==");
    expect_text(data, "encoding", "ascii");
    link_expect_line(&l, "az");
}
END_TEST

/* shows: format-change */
START_TEST(the_format_can_change_in_mid_stream)
{
    struct link l = link_new(NULL);
    peer_write(l.peer, "\xc3\xa9\n\xe9\n\xc3\xa9\n");
    link_expect_line(&l, "\xc3\xa9");
    json_object *changed = call(l.client, "stream-external-format", "{'stream': %lu, 'set': 'iso-8859-1'}", l.stream);
    expect_text(changed, "external_format.encoding", "iso-8859-1");
    link_expect_line(&l, "\xc3\xa9");
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': {'encoding': 'UTF-8'}}", l.stream);
    link_expect_line(&l, "\xc3\xa9");
}
END_TEST

/* shows: format-change */
START_TEST(a_member_left_out_stays_as_it_is)
{
    struct link l = link_new("'external_format': 'dos'");
    call(l.client, "stream-external-format", "{'stream': %lu, 'set': {'input_error': '?'}}", l.stream);
    expect_json(call(l.client, "stream-external-format", "{'stream': %lu, 'set': 'Latin1'}", l.stream), "external_format",
                "{'encoding': 'latin1', 'line_terminator': 'dos', 'input_error': '?', 'output_error': 'error'}");
}
END_TEST

START_TEST(changing_the_format_waits_its_turn_and_can_be_cancelled)
{
    struct link l = link_new(NULL);
    long read = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    long change = request(l.client, "stream-external-format", "{'stream': %lu, 'set': 'iso-8859-1'}", l.stream);
    ck_assert(waits(l.client, change));
    cancel(l.client, change);
    peer_write(l.peer, "\xc3\xa9\n");
    expect_text(result(l.client, read), "line", "\xc3\xa9");
    refuse(l.client, "no-such-handle", "stream-external-format", "{'stream': %lu}", NOBODY);
}
END_TEST

/* What an unbuffered stream looks at goes back to the kernel: what was decoded of it must wait until it is there again. */
/* shows: encoding-split */
START_TEST(what_was_only_looked_at_is_read_once)
{
    char options[100], *text = value_keep(calloc(1, 100));
    snprintf(options, sizeof options, "'buffered': false, 'external_format': {'encoding': '%s'}", encodings[_i].encoding);
    struct link l = link_new(options);
    peer_send(l.peer, encodings[_i].bytes, (size_t)encodings[_i].size);
    link_await(&l);
    for (const char *ch = ""; strcmp(ch, "\n") != 0; strcat(text, ch)) {
        ck_assert_str_eq(link_status(&l, "input"), "\"input\"");
        ch = text_at(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char");
    }
    text[strlen(text) - 1] = '\0';
    ck_assert_str_eq(text, encodings[_i].text);
    ck_assert_str_eq(link_status(&l, "input"), "null");
    peer_shut(l.peer);
    expect_true(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

static const struct test_case cases[] = {
    {&a_malformed_subpart_is_told_and_taken_out, NULL, COUNT(malformed)},
    {&malformed_input_can_be_ignored_or_replaced, NULL, COUNT(malformed)},
    {&each_way_to_read_tells_malformed_input, NULL, 0},
    {&half_a_character_at_the_end, NULL, COUNT(modes)},
    {&half_a_character_at_the_end_ignored_or_replaced, NULL, 0},
    {&a_character_may_be_split_over_packets, NULL, COUNT(modes)},
    {&a_byte_order_mark_is_a_character_of_utf_8, NULL, COUNT(modes)},
    {&other_encodings_are_read, NULL, COUNT(encodings)},
    {&what_was_only_looked_at_is_read_once, NULL, COUNT(encodings)},
    {&malformed_input_of_other_encodings, NULL, 0},
    {&the_format_can_change_in_mid_stream, NULL, 0},
    {&a_member_left_out_stays_as_it_is, NULL, 0},
    {&changing_the_format_waits_its_turn_and_can_be_cancelled, COVERS({METHOD_stream_external_format, CANCEL | REFUSAL}), 0},
    {0},
};

const struct suite suite_decoding = {.name = "decoding", .cases = cases};
