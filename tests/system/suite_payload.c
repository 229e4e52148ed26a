/* Bytes and descriptors that ride along with a message. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

#define INFO "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.info\"}\n"

START_TEST(a_payload_that_nobody_wants_is_skipped)
{
    struct client *c = client_open();
    expect_text(result(c, request_payload(c, "daemon.info", INFO "\n{{{", strlen(INFO) + 4, NULL)), "name", "sockd");
    fault(c, request_payload(c, "no.such", "abc\n", 4, NULL), "no-such-method");
    fault(c, request_payload(c, "read-line", "\0\0\n", 3, "{'stream': 'x'}"), "invalid-params");
    fault(c, request_payload(c, "read-line", "abc", 3, "{'stream': %lu}", NOBODY), "no-such-handle");
    result(c, request_payload(c, "daemon.info", "", 0, NULL));
    call(c, "daemon.info", NULL);
}
END_TEST

START_TEST(a_notification_may_have_a_payload)
{
    struct link l = link_bytes();
    char line[200];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"method\":\"write-byte-sequence\",\"payload\":5,\"params\":{\"stream\":%lu}}\nhello",
             l.stream);
    client_write(l.client, line);
    peer_expect_text(l.peer, "hello");
    call(l.client, "daemon.info", NULL);
}
END_TEST

/* A write with a payload, and a request behind it, cut in two at every place. */
START_TEST(a_message_may_arrive_in_any_two_pieces)
{
    struct link l = link_bytes();
    char text[400];
    int size = snprintf(
        text, sizeof text,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"payload\":6,\"params\":[%lu]}\r\n\n\r{}x\n%s",
        l.stream, INFO);
    for (int cut = 1; cut < size; cut++) {
        client_send(l.client, text, (size_t)cut);
        client_send(l.client, text + cut, (size_t)(size - cut));
        for (int replies = 0; replies < 2; replies++) {
            struct message *message = client_receive(l.client);
            ck_assert_msg(has(message->json, "result"), "cut at %d: %s", cut, message->line);
        }
        peer_expect_text(l.peer, "\n\r{}x\n");
    }
}
END_TEST

START_TEST(messages_may_arrive_byte_by_byte)
{
    struct link l = link_bytes();
    char text[400];
    int size =
        snprintf(text, sizeof text,
                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"payload\":3,\"params\":[%lu]}\nabc\n\n%s",
                 l.stream, INFO);
    for (int i = 0; i < size; i++)
        client_send(l.client, text + i, 1);
    expect_int(client_receive(l.client)->json, "result.written", 3);
    expect_int(client_receive(l.client)->json, "id", 7);
    peer_expect_text(l.peer, "abc");
}
END_TEST

START_TEST(many_messages_with_payloads_arrive_at_once)
{
    struct link l = link_bytes();
    char line[200], *text = value_keep(malloc(200000)), *end = text;
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line,
                 "{\"jsonrpc\":\"2.0\",\"method\":\"write-byte-sequence\",\"payload\":4,\"params\":[%lu]}\n%04d", l.stream, i);
        end = stpcpy(end, line);
    }
    client_write(l.client, text);
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line, "%04d", i);
        peer_expect_text(l.peer, line);
    }
}
END_TEST

START_TEST(a_reply_may_have_a_payload)
{
    struct link l = link_bytes();
    peer_send(l.peer, "a\0\n\xff{", 5);
    long id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 5, 'encoding': 'payload'}", l.stream);
    json_object *read = result(l.client, id);
    expect_int(read, "length", 5);
    ck_assert(!has(read, "data"));
    ck_assert_uint_eq(reply(l.client, id)->payload_size, 5);
    ck_assert_mem_eq(reply(l.client, id)->payload, "a\0\n\xff{", 5);
    call(l.client, "daemon.info", NULL);
}
END_TEST

START_TEST(an_empty_reply_needs_no_payload)
{
    struct link l = link_bytes();
    peer_close(l.peer);
    long id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 5, 'encoding': 'payload'}", l.stream);
    expect_int(result(l.client, id), "length", 0);
    expect_true(result(l.client, id), "eof");
    ck_assert_uint_eq(reply(l.client, id)->payload_size, 0);
}
END_TEST

START_TEST(a_big_payload_passes_both_ways)
{
    struct link l = link_bytes();
    size_t size = 4 << 20;
    char *data = value_keep(malloc(size));
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 31 >> 3);
    long write = request_payload(l.client, "write-byte-sequence", data, size, "{'stream': %lu}", l.stream);
    peer_expect(l.peer, data, size);
    expect_int(result(l.client, write), "written", (int64_t)size);
    long read =
        request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': %zu, 'encoding': 'payload'}", l.stream, size);
    peer_send(l.peer, data, size);
    expect_int(result(l.client, read), "length", (int64_t)size);
    ck_assert(reply(l.client, read)->payload_size == size && memcmp(reply(l.client, read)->payload, data, size) == 0);
}
END_TEST

START_TEST(data_and_a_payload_are_too_much)
{
    struct link l = link_bytes();
    long id = request_payload(l.client, "write-byte-sequence", "abc", 3, "{'stream': %lu, 'data': 'YWJj'}", l.stream);
    expect_text(fault(l.client, id, "invalid-params"), "param", "data");
    call(l.client, "write-byte-sequence", "{'stream': %lu, 'data': 'ZGVm'}", l.stream);
    peer_expect_text(l.peer, "def");
}
END_TEST

/* ---- descriptors ---- */

static int null_device(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

START_TEST(a_descriptor_that_nothing_claims_is_closed)
{
    struct client *c = client_open();
    int fd = null_device();
    result(c, request_fds(c, "daemon.info", &fd, 1, NULL));
    fault(c, request_fds(c, "no.such", &fd, 1, NULL), "no-such-method");
    fault(c, request_fds(c, "read-line", &fd, 1, "{}"), "invalid-params");
    client_send_fds(c, "{\"jsonrpc\":\"2.0\",\"method\":\"daemon.info\"}\n", 41, &fd, 1);
    call(c, "daemon.info", NULL);
}
END_TEST

/* What is said of descriptors and what arrives must agree. */
static const struct {
    const char *member;
    int count;
} miscounted[] = {{",\"fds\":0", 1}, {",\"fds\":2", 1}, {",\"fds\":1", 2}, {",\"fds\":1", 0}, {",\"fds\":3", 0}};

START_TEST(miscounted_descriptors_are_an_invalid_request)
{
    struct client *c = client_open();
    int fds[2] = {null_device(), null_device()};
    char line[200];
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"make-stream\"%s}\n", miscounted[_i].member);
    if (miscounted[_i].count)
        client_send_fds(c, line, strlen(line), fds, miscounted[_i].count);
    else
        client_write(c, line);
    struct message *message = client_receive(c);
    fault_in(message->json, "invalid-request");
    expect_int(message->json, "id", 7);
    call(c, "daemon.info", NULL);
}
END_TEST

START_TEST(descriptors_on_a_blank_or_broken_line_are_closed)
{
    struct client *c = client_open();
    call(c, "daemon.info", NULL);
    int fd = null_device(), before = daemon_descriptors(&the_daemon);
    client_send_fds(c, "\n", 1, &fd, 1);
    client_send_fds(c, "\r\n", 2, &fd, 1);
    client_send_fds(c, "{broken\n", 8, &fd, 1);
    fault_in(client_receive(c)->json, "parse");
    call(c, "daemon.info", NULL);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
}
END_TEST

START_TEST(descriptors_on_a_blank_line_are_not_the_next_lines)
{
    struct client *c = client_open();
    int fd = null_device();
    client_send_fds(c, "\n", 1, &fd, 1);
    result(c, request_fds(c, "make-stream", &fd, 1, "{'direction': 'output'}"));
}
END_TEST

START_TEST(descriptors_inside_a_payload_are_closed)
{
    struct link l = link_bytes();
    int fd = null_device(), before = daemon_descriptors(&the_daemon);
    char line[200];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"write-byte-sequence\",\"payload\":4,\"params\":[%lu]}\nab", l.stream);
    client_write(l.client, line);
    client_send_fds(l.client, "cd", 2, &fd, 1);
    ck_assert_ptr_nonnull(client_receive(l.client));
    call(l.client, "daemon.info", NULL);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
}
END_TEST

START_TEST(descriptors_pipelined_stay_with_their_messages)
{
    struct client *c = client_open();
    int pipes[3][2];
    long ids[3];
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pipe2(pipes[i], O_CLOEXEC), 0);
        ids[i] = request_fds(c, "make-stream", &pipes[i][1], 1, "{'direction': 'output'}");
    }
    for (int i = 0; i < 3; i++) {
        char want[2] = {(char)('0' + i), '\0'};
        call(c, "write-string", "{'stream': %lu, 'string': '%s'}", handle_at(result(c, ids[i]), "stream"), want);
        peer_expect_text(pipes[i][0], want);
    }
}
END_TEST

static const struct test_case cases[] = {
    {&a_payload_that_nobody_wants_is_skipped, NULL, 0},
    {&a_notification_may_have_a_payload, NULL, 0},
    {&a_message_may_arrive_in_any_two_pieces, NULL, 0},
    {&messages_may_arrive_byte_by_byte, NULL, 0},
    {&many_messages_with_payloads_arrive_at_once, NULL, 0},
    {&a_reply_may_have_a_payload, COVERS({METHOD_read_byte_sequence, SUCCESS}), 0},
    {&an_empty_reply_needs_no_payload, COVERS({METHOD_read_byte_sequence, AT_END}), 0},
    {&a_big_payload_passes_both_ways, COVERS({METHOD_write_byte_sequence, SUCCESS}), 0},
    {&data_and_a_payload_are_too_much, NULL, 0},
    {&a_descriptor_that_nothing_claims_is_closed, NULL, 0},
    {&miscounted_descriptors_are_an_invalid_request, NULL, COUNT(miscounted)},
    {&descriptors_on_a_blank_or_broken_line_are_closed, NULL, 0},
    {&descriptors_on_a_blank_line_are_not_the_next_lines, NULL, 0},
    {&descriptors_inside_a_payload_are_closed, NULL, 0},
    {&descriptors_pipelined_stay_with_their_messages, NULL, 0},
    {0},
};

const struct suite suite_payload = {.name = "payload", .cases = cases};
