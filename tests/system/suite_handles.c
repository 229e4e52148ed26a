/* stream-handles: real descriptors, direct and relayed, detached, with what had been read already. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

struct handed {
    json_object *result;
    int input, output; /* descriptors, -1 for a side that was shut down */
};

static struct handed hand_out(const struct link *l, const char *more)
{
    long id = request(l->client, "stream-handles", "{'stream': %lu%s}", l->stream, more);
    struct handed h = {result(l->client, id), -1, -1};
    struct message *message = reply(l->client, id);
    if (!null_at(h.result, "input")) {
        ck_assert_uint_lt((size_t)int_at(h.result, "input"), message->fd_count);
        h.input = message->fds[int_at(h.result, "input")];
    }
    if (!null_at(h.result, "output")) {
        ck_assert_uint_lt((size_t)int_at(h.result, "output"), message->fd_count);
        h.output = message->fds[int_at(h.result, "output")];
    }
    return h;
}

static const char *const vias[] = {"direct", "relay"};

static const char *via(int i)
{
    return i ? ", \"via\": \"relay\"" : ", \"via\": \"direct\"";
}

/* shows: handles-one-socket */
START_TEST(a_descriptor_reads_and_writes)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(_i));
    expect_text(h.result, "via", vias[_i]);
    expect_text(h.result, "pending", "");
    peer_write(h.output, "out");
    peer_expect_text(l.peer, "out");
    peer_write(l.peer, "in");
    peer_expect_text(h.input, "in");
    peer_shut(l.peer);
    peer_expect_end(h.input);
    shutdown(h.output, SHUT_WR);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: handles-one-socket */
START_TEST(the_best_way_is_direct)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, "");
    expect_text(h.result, "via", "direct");
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    ck_assert_int_eq(getpeername(h.input, (struct sockaddr *)&address, &size), 0);
    ck_assert_int_eq(address.ss_family, AF_INET);
    expect_text(hand_out(&l, ", \"via\": null").result, "via", "direct");
}
END_TEST

/* shows: handles-relay */
START_TEST(a_relay_can_only_read_and_write)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    getsockname(h.input, (struct sockaddr *)&address, &size);
    ck_assert_int_eq(address.ss_family, AF_UNIX);
}
END_TEST

/* What the daemon had read is told; a relay may pass it on instead, before all else. */
static void expect_pending(const struct handed *h, bool relayed, const char *text)
{
    if (relayed && !*text_at(h->result, "pending"))
        peer_expect_text(h->input, text);
    else
        expect_text(h->result, "pending", base64(text, strlen(text)));
}

/* shows: handles-pending */
START_TEST(what_had_been_read_is_pending)
{
    struct link l = link_new(NULL);
    peer_write(l.peer, "line\nrest");
    link_expect_line(&l, "line");
    struct handed h = hand_out(&l, via(_i));
    expect_pending(&h, _i, "rest");
    peer_write(l.peer, "more");
    peer_expect_text(h.input, "more");
}
END_TEST

/* shows: handles-pending */
START_TEST(an_unread_character_is_pending_too)
{
    struct link l = link_new(NULL);
    peer_write(l.peer, "\xc3\xa9x");
    call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream);
    call(l.client, "unread-char", "{'stream': %lu, 'char': '\xc3\xa9'}", l.stream);
    struct handed h = hand_out(&l, via(_i));
    expect_pending(&h, _i, "\xc3\xa9x");
}
END_TEST

/* shows: handles-pending */
START_TEST(buffered_output_leaves_first)
{
    struct link l = link_new("'buffered': true");
    call(l.client, "write-string", "{'stream': %lu, 'string': 'first '}", l.stream);
    struct handed h = hand_out(&l, via(_i));
    peer_write(h.output, "second");
    peer_expect_text(l.peer, "first second");
}
END_TEST

/* shows: handles-detach */
START_TEST(detach_ends_the_handle)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, ", \"detach\": true");
    expect_text(h.result, "via", "direct");
    refuse(l.client, "no-such-handle", "read-char", "{'stream': %lu}", l.stream);
    expect_false(call(l.client, "open-stream-p", "{'stream': %lu}", l.stream), "value");
    peer_write(h.output, "alive");
    peer_expect_text(l.peer, "alive");
    client_close(l.client);
    peer_write(l.peer, "still");
    peer_expect_text(h.input, "still");
}
END_TEST

/* shows: handles-detach */
START_TEST(a_relay_cannot_be_detached)
{
    struct link l = link_new(NULL);
    json_object *data =
        refuse(l.client, "invalid-params", "stream-handles", "{'stream': %lu, 'via': 'relay', 'detach': true}", l.stream);
    expect_text(data, "param", "detach");
    call(l.client, "write-line", "{'stream': %lu, 'string': 'still here'}", l.stream);
    peer_expect_text(l.peer, "still here\n");
}
END_TEST

/* shows: handles-shut-side */
START_TEST(a_shut_side_is_null)
{
    struct link l = link_new("'buffered': true");
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    struct handed h = hand_out(&l, via(_i));
    expect_null(h.result, "output");
    peer_write(l.peer, "in");
    peer_expect_text(h.input, "in");
    struct link other = link_open(l.client, NULL);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", other.stream);
    h = hand_out(&other, via(_i));
    expect_null(h.result, "input");
    peer_write(h.output, "out");
    peer_expect_text(other.peer, "out");
}
END_TEST

START_TEST(a_relay_is_revoked_by_close)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    call(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_end(h.input);
    peer_expect_end(l.peer);
}
END_TEST

START_TEST(a_relay_is_counted)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    peer_write(h.output, "12345");
    peer_expect_text(l.peer, "12345");
    peer_write(l.peer, "123");
    peer_expect_text(h.input, "123");
    json_object *info = call(l.client, "handle.info", "{'handle': %lu}", l.stream);
    expect_int(info, "bytes_out", 5);
    expect_int(info, "bytes_in", 3);
}
END_TEST

/* shows: handles-relay */
START_TEST(a_lot_passes_a_relay_both_ways)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    size_t size = 100000;
    char *data = value_keep(malloc(size));
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i % 249);
    for (int round = 0; round < 30; round++) {
        peer_send(h.output, data, size);
        peer_expect(l.peer, data, size);
        peer_send(l.peer, data, size);
        peer_expect(h.input, data, size);
    }
}
END_TEST

/* shows: handles-relay */
START_TEST(a_relay_passes_pressure_on)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    static char piece[65536];
    size_t sent = 0;
    for (int blocked = 0; blocked < 20;) {
        ssize_t part = send(h.output, piece, sizeof piece, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += part > 0 ? (size_t)part : 0;
        blocked = part > 0 ? 0 : blocked + 1;
        if (blocked)
            breathe();
        ck_assert_uint_lt(sent, 64 << 20);
    }
    peer_drain(l.peer, sent);
    peer_write(h.output, "end");
    peer_expect_text(l.peer, "end");
}
END_TEST

START_TEST(a_reset_ends_a_relay)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    peer_reset(l.peer);
    peer_expect_end(h.input);
}
END_TEST

START_TEST(a_relay_dies_with_its_session)
{
    struct link l = link_new(NULL);
    struct handed h = hand_out(&l, via(1));
    int input = dup(h.input);
    client_close(l.client);
    peer_expect_end(input);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: handles-refused */
START_TEST(servers_and_strangers_have_no_handles)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    expect_text(refuse(c, "wrong-kind", "stream-handles", "{'stream': %lu}", server), "is", "server");
    refuse(c, "no-such-handle", "stream-handles", "{'stream': %lu}", NOBODY);
}
END_TEST

/* shows: handles-refused */
START_TEST(a_waiting_read_keeps_a_stream)
{
    struct link l = link_new(NULL);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    json_object *data = refuse(l.client, "busy", "stream-handles", "{'stream': %lu, 'detach': true}", l.stream);
    expect_int(data, "handle", (int64_t)l.stream);
    peer_write(l.peer, "mine\n");
    expect_text(result(l.client, id), "line", "mine");
}
END_TEST

static const struct test_case cases[] = {
    {&a_descriptor_reads_and_writes, COVERS({METHOD_stream_handles, SUCCESS}), 2},
    {&the_best_way_is_direct, NULL, 0},
    {&a_relay_can_only_read_and_write, NULL, 0},
    {&what_had_been_read_is_pending, NULL, 2},
    {&an_unread_character_is_pending_too, NULL, 2},
    {&buffered_output_leaves_first, NULL, 2},
    {&detach_ends_the_handle, NULL, 0},
    {&a_relay_cannot_be_detached, NULL, 0},
    {&a_shut_side_is_null, NULL, 2},
    {&a_relay_is_revoked_by_close, NULL, 0},
    {&a_relay_is_counted, NULL, 0},
    {&a_lot_passes_a_relay_both_ways, NULL, 0},
    {&a_relay_passes_pressure_on, NULL, 0},
    {&a_reset_ends_a_relay, NULL, 0},
    {&a_relay_dies_with_its_session, NULL, 0},
    {&servers_and_strangers_have_no_handles, COVERS({METHOD_stream_handles, REFUSAL}), 0},
    {&a_waiting_read_keeps_a_stream, NULL, 0},
    {0},
};

const struct suite suite_handles = {.name = "handles", .cases = cases};
