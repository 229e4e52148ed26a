/* read-line: ends of lines and of input, limits, time. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static json_object *read_line(const struct link *l)
{
    return call(l->client, "read-line", "{'stream': %lu, 'timeout': 5}", l->stream);
}

/* shows: read-line-result, read-line-eof */
START_TEST(lines_and_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "one\n\ntwo");
    peer_shut(l.peer);
    link_expect_line(&l, "one");
    link_expect_line(&l, "");
    json_object *last = read_line(&l);
    expect_text(last, "line", "two");
    expect_true(last, "missing_newline");
    expect_true(last, "eof");
    for (int i = 0; i < 3; i++) {
        json_object *end = read_line(&l);
        expect_null(end, "line");
        expect_true(end, "missing_newline");
        expect_true(end, "eof");
    }
}
END_TEST

/* shows: read-line-at-the-end */
START_TEST(a_last_line_with_its_newline_does_not_meet_the_end)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "last\n");
    peer_shut(l.peer);
    json_object *last = read_line(&l);
    expect_text(last, "line", "last");
    expect_false(last, "missing_newline");
    expect_false(last, "eof");
    expect_null(read_line(&l), "line");
}
END_TEST

/* shows: read-line-waits */
START_TEST(a_line_may_come_in_pieces)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    static const char *const pieces[] = {"a", "bc", "", "d\n", "next"};
    for (int i = 0; i < COUNT(pieces); i++) {
        ck_assert(i == COUNT(pieces) - 1 || waits(l.client, id));
        peer_write(l.peer, pieces[i]);
    }
    expect_text(result(l.client, id), "line", "abcd");
}
END_TEST

/* shows: timeout-consumes-nothing */
START_TEST(a_timeout_consumes_nothing)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "half");
    json_object *data = refuse(l.client, "timeout", "read-line", "{'stream': %lu, 'timeout': 0.05}", l.stream);
    ck_assert(has(data, "operation"));
    ck_assert(number_at(data, "timeout") < 0.06);
    refuse(l.client, "timeout", "read-line", "{'stream': %lu, 'timeout': 0}", l.stream);
    peer_write(l.peer, " and half\n");
    link_expect_line(&l, "half and half");
}
END_TEST

START_TEST(a_cancelled_read_consumes_nothing)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "half");
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
    peer_write(l.peer, " a line\n");
    link_expect_line(&l, "half a line");
}
END_TEST

/* shows: read-line-long */
START_TEST(a_longer_line_than_the_limit_stays)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "12345\n");
    json_object *data = refuse(l.client, "limit", "read-line", "{'stream': %lu, 'limit': 4, 'timeout': 5}", l.stream);
    expect_int(data, "value", 4);
    refuse(l.client, "limit", "read-line", "{'stream': %lu, 'limit': 0, 'timeout': 5}", l.stream);
    json_object *read = call(l.client, "read-line", "{'stream': %lu, 'limit': 5, 'timeout': 5}", l.stream);
    expect_text(read, "line", "12345");
    peer_write(l.peer, "\n");
    expect_text(call(l.client, "read-line", "{'stream': %lu, 'limit': 0, 'timeout': 5}", l.stream), "line", "");
}
END_TEST

START_TEST(the_limit_counts_bytes)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "\xc3\xa9\xe2\x82\xac\n");
    refuse(l.client, "limit", "read-line", "{'stream': %lu, 'limit': 4, 'timeout': 5}", l.stream);
    expect_text(call(l.client, "read-line", "{'stream': %lu, 'limit': 5, 'timeout': 5}", l.stream), "line",
                "\xc3\xa9\xe2\x82\xac");
}
END_TEST

START_TEST(the_limit_holds_before_the_newline_comes)
{
    struct link l = link_new(modes[_i]);
    long id = request(l.client, "read-line", "{'stream': %lu, 'limit': 10}", l.stream);
    peer_write(l.peer, "0123456789a");
    fault(l.client, id, "limit");
    peer_shut(l.peer);
    json_object *read = read_line(&l);
    expect_text(read, "line", "0123456789a");
    expect_true(read, "missing_newline");
}
END_TEST

/* shows: read-line-long */
START_TEST(a_line_of_a_megabyte)
{
    struct link l = link_new(modes[_i]);
    size_t size = 1 << 20;
    char *line = value_keep(malloc(size + 3));
    memset(line, 'm', size);
    strcpy(line + size, "\n");
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    peer_write(l.peer, line);
    line[size] = '\0';
    ck_assert_str_eq(text_at(result(l.client, id), "line"), line);
    strcpy(line + size, "x\n");
    id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    peer_write(l.peer, line);
    expect_int(fault(l.client, id, "limit"), "value", (int64_t)size);
}
END_TEST

/* shows: newline-input-others */
START_TEST(a_line_may_hold_anything_but_newlines)
{
    struct link l = link_new(modes[_i]);
    peer_send(l.peer, "a\0b\t\"\\\x7f\f\v\x1b\x01\n", 12);
    json_object *read = read_line(&l);
    json_object *line = value_at(read, "line");
    ck_assert_int_eq(json_object_get_string_len(line), 11);
    ck_assert_mem_eq(json_object_get_string(line), "a\0b\t\"\\\x7f\f\v\x1b\x01", 11);
}
END_TEST

/* shows: gone-reset-read */
START_TEST(a_reset_is_told_once_and_what_came_before_it_is_read)
{
    struct link l = link_new(modes[_i]);
    peer_write(l.peer, "before\nrest");
    link_await(&l);
    peer_reset(l.peer);
    link_expect_line(&l, "before");
    json_object *data = refuse(l.client, "os-error", "read-line", "{'stream': %lu, 'timeout': 5}", l.stream);
    expect_text(data, "name", "ECONNRESET");
    expect_text(data, "operation", "read");
    json_object *rest = read_line(&l);
    expect_text(rest, "line", "rest");
    expect_true(rest, "eof");
    expect_null(read_line(&l), "line");
}
END_TEST

START_TEST(many_lines_pipelined)
{
    struct link l = link_new(modes[_i]);
    char line[20], *text = value_keep(malloc(40000)), *end = text;
    long ids[2000];
    for (int i = 0; i < 2000; i++)
        end += sprintf(end, "line %d%s", i, i % 3 ? "\n" : "\r\n");
    peer_write(l.peer, text);
    for (int batch = 0; batch < 2; batch++) {
        for (int i = batch * 1000; i < batch * 1000 + 1000; i++)
            ids[i] = request(l.client, "read-line", "{'stream': %lu}", l.stream);
        for (int i = batch * 1000; i < batch * 1000 + 1000; i++) {
            snprintf(line, sizeof line, "line %d", i);
            expect_text(result(l.client, ids[i]), "line", line);
        }
    }
}
END_TEST

/* shows: options-so-rcvtimeo */
START_TEST(rcvtimeo_bounds_a_read_without_timeout)
{
    struct link l = link_new(modes[_i]);
    call(l.client, "socket-options", "{'socket': %lu, 'options': [['so-rcvtimeo', 0.05]]}", l.stream);
    peer_write(l.peer, "kept ");
    expect_text(refuse(l.client, "os-error", "read-line", "{'stream': %lu}", l.stream), "name", "EAGAIN");
    refuse(l.client, "timeout", "read-line", "{'stream': %lu, 'timeout': 0.01}", l.stream);
    peer_write(l.peer, "whole\n");
    link_expect_line(&l, "kept whole");
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&lines_and_the_end, COVERS({METHOD_read_line, SUCCESS | AT_END}), EACH_MODE},
    {&a_last_line_with_its_newline_does_not_meet_the_end, NULL, EACH_MODE},
    {&a_line_may_come_in_pieces, NULL, EACH_MODE},
    {&a_timeout_consumes_nothing, COVERS({METHOD_read_line, TIMEOUT}), EACH_MODE},
    {&a_cancelled_read_consumes_nothing, COVERS({METHOD_read_line, CANCEL}), EACH_MODE},
    {&a_longer_line_than_the_limit_stays, COVERS({METHOD_read_line, REFUSAL}), EACH_MODE},
    {&the_limit_counts_bytes, NULL, EACH_MODE},
    {&the_limit_holds_before_the_newline_comes, NULL, EACH_MODE},
    {&a_line_of_a_megabyte, NULL, EACH_MODE},
    {&a_line_may_hold_anything_but_newlines, NULL, EACH_MODE},
    {&a_reset_is_told_once_and_what_came_before_it_is_read, NULL, EACH_MODE},
    {&many_lines_pipelined, NULL, EACH_MODE},
    {&rcvtimeo_bounds_a_read_without_timeout, NULL, EACH_MODE},
    {0},
};

const struct suite suite_lines = {.name = "lines", .cases = cases};
