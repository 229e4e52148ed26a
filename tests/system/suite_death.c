/* A session that dies in the middle of everything. The harness sees that nothing of it stays open; another session sees
 * that the daemon serves on. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

/* What a client leaves unfinished. */
static void leave_reads(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    static const char *const reads[] = {"read-line", "read-char", "peek-char", "clear-input"};
    for (int i = 0; i < 40; i++)
        request(c, reads[i % 4], "{'stream': %lu}", l.stream);
    peer_write(l.peer, "x");
    (void)witness;
}

static void leave_writes(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    link_fill(&l);
    for (int i = 0; i < 10; i++)
        request(c, "write-line", "{'stream': %lu, 'string': 'never read'}", l.stream);
    (void)witness;
}

static void leave_buffered_output(struct client *c, struct client *witness)
{
    struct link l = link_open(c, "'buffered': true");
    call(c, "write-line", "{'stream': %lu, 'string': 'flushed'}", l.stream);
    client_close(c);
    peer_expect_text(l.peer, "flushed\n");
    peer_expect_end(l.peer);
    (void)witness;
}

static void leave_accepts(struct client *c, struct client *witness)
{
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    for (int i = 0; i < 10; i++)
        request(c, i % 2 ? "socket-wait" : "socket-accept", "{'server': %lu}", server);
    (void)witness;
}

static void leave_connects(struct client *c, struct client *witness)
{
    int port;
    peer_listen_full(&port);
    for (int i = 0; i < 10; i++)
        request(c, "socket-connect", "{'port': %d, 'host': '%s', 'timeout': %s}", port, i % 2 ? "localhost" : "127.0.0.1",
                i % 3 ? "null" : "30");
    (void)witness;
}

static void leave_names(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    for (int i = 0; i < 20; i++)
        request(c, "socket-stream-peer", "{'stream': %lu}", l.stream);
    request(c, "socket-server", "{'interface': 'localhost'}");
    request(c, "socket-connect", "{'host': 'no.such.host.invalid', 'port': 1}");
    (void)witness;
}

static void leave_statuses(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    for (int i = 0; i < 20; i++)
        request(c, "socket-status", "{'sockets': [{'handle': %lu, 'direction': 'input'}, %lu]}", l.stream, server);
    (void)witness;
}

static void leave_a_batch(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    char text[300];
    snprintf(
        text, sizeof text,
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"read-line\",\"params\":[%lu]},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"daemon.info\"}]\n",
        l.stream);
    client_write(c, text);
    (void)witness;
}

static void leave_half_a_line(struct client *c, struct client *witness)
{
    client_write(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"meth");
    (void)witness;
}

static void leave_half_a_payload(struct client *c, struct client *witness)
{
    struct link l = link_open(c, "'element_type': 'unsigned-byte 8'");
    char text[300];
    snprintf(text, sizeof text,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"payload\":1000000,\"params\":[%lu]}\nhalf",
             l.stream);
    client_write(c, text);
    client_close(c);
    peer_expect_end(l.peer);
    (void)witness;
}

static void leave_descriptors(struct client *c, struct client *witness)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    client_send_fds(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"make-str", 40, &fd, 1);
    (void)witness;
}

static void leave_a_close(struct client *c, struct client *witness)
{
    struct link l = link_open(c, "'buffered': true");
    call(c, "write-line", "{'stream': %lu, 'string': 'x'}", l.stream);
    request(c, "close", "{'handle': %lu}", l.stream);
    (void)witness;
}

static void leave_replies_unread(struct client *c, struct client *witness)
{
    struct link l = link_open(c, "'element_type': 'unsigned-byte 8'");
    char *data = value_keep(calloc(1, 1 << 20));
    for (int i = 0; i < 5; i++)
        request(c, "read-byte-sequence", "{'stream': %lu, 'length': 200000, 'encoding': 'payload'}", l.stream);
    peer_send(l.peer, data, 1 << 20);
    (void)witness;
}

static void leave_a_relay(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    reply(c, request(c, "stream-handles", "{'stream': %lu, 'via': 'relay'}", l.stream));
    peer_write(l.peer, "unread");
    (void)witness;
}

static void leave_shared_waits(struct client *c, struct client *witness)
{
    struct link l = link_open(witness, NULL);
    for (int i = 0; i < 10; i++)
        request(c, i % 2 ? "read-line" : "read-char", "{'stream': %lu}", l.stream);
    call(c, "daemon.info", NULL);
    client_close(c);
    peer_write(l.peer, "for the witness\n");
    link_expect_line(&l, "for the witness");
}

static void leave_the_reading_side(struct client *c, struct client *witness)
{
    struct link l = link_open(c, NULL);
    request(c, "read-line", "{'stream': %lu}", l.stream);
    request(c, "session.info", NULL);
    client_shut(c);
    (void)witness;
}

static void (*const deaths[])(struct client *, struct client *) = {
    leave_reads,          leave_writes,  leave_buffered_output, leave_accepts,         leave_connects,    leave_names,
    leave_statuses,       leave_a_batch, leave_half_a_line,     leave_half_a_payload,  leave_descriptors, leave_a_close,
    leave_replies_unread, leave_a_relay, leave_shared_waits,    leave_the_reading_side};

/* shows: session-end-closes */
START_TEST(a_session_dies_and_nothing_stays)
{
    struct client *witness = client_open(), *c = client_open();
    deaths[_i](c, witness);
    call(witness, "daemon.info", NULL);
}
END_TEST

START_TEST(a_hundred_sessions_die_at_once)
{
    struct client *witness = client_open(), *clients[100];
    for (int i = 0; i < 100; i++) {
        clients[i] = client_open();
        struct link l = link_open(clients[i], i % 2 ? "'buffered': true" : NULL);
        request(clients[i], "read-line", "{'stream': %lu}", l.stream);
        request(clients[i], "write-line", "{'stream': %lu, 'string': 'x'}", l.stream);
    }
    for (int i = 0; i < 100; i++)
        client_close(clients[i]);
    call(witness, "daemon.info", NULL);
}
END_TEST

static const struct test_case cases[] = {
    {&a_session_dies_and_nothing_stays, NULL, COUNT(deaths)},
    {&a_hundred_sessions_die_at_once, NULL, 0},
    {0},
};

const struct suite suite_death = {.name = "death", .cases = cases};
