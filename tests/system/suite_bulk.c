/* Payloads so large that the daemon moves them through pipes instead of reading them: that they are the same bytes, in the same
 * order, and that nothing is lost, doubled or kept where that does not work out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#define KIB 1024ul
#define MIB (1024 * KIB)

static const char *pattern(size_t size, size_t seed)
{
    char *data = value_keep(malloc(size + 1));
    for (size_t i = 0; i < size; i++)
        data[i] = (char)((i ^ i >> 8 ^ i >> 16) * 31 + seed);
    return data;
}

static long write_bytes(const struct link *l, const void *data, size_t size)
{
    return request_payload(l->client, "write-byte-sequence", data, size, "{'stream': %lu}", l->stream);
}

static long read_bytes(const struct link *l, size_t length, const char *more)
{
    return request(l->client, "read-byte-sequence", "{'stream': %lu, 'length': %zu, 'encoding': 'payload'%s}", l->stream,
                   length, more);
}

static void expect_payload(const struct link *l, long id, const char *data, size_t size)
{
    expect_int(result(l->client, id), "length", (int64_t)size);
    const struct message *message = reply(l->client, id);
    ck_assert_uint_eq(message->payload_size, size);
    ck_assert_int_eq(memcmp(message->payload, data, size), 0);
}

static int64_t held(const struct link *l)
{
    return int_at(call(l->client, "handle.info", "{'handle': %lu}", l->stream), "buffered_in");
}

/* Waits until the daemon holds so many bytes of input for a read that waits for more. */
static void await_held(const struct link *l, int64_t size)
{
    for (int i = 0; i < 2000 && held(l) < size; i++)
        usleep(1000); /* between two looks */
    ck_assert_int_eq(held(l), size);
}

/* ---- both ways ---- */

static const size_t sizes[] = {1,         1000,          32 * KIB - 1, 32 * KIB, 64 * KIB, 100001,
                               256 * KIB, 700 * KIB + 5, MIB - 1,      MIB,      MIB + 1,  3 * MIB + 7};

START_TEST(any_size_passes_both_ways)
{
    struct link l = link_bytes();
    size_t size = sizes[_i];
    for (size_t i = 0; i < 3; i++) {
        const char *data = pattern(size, i);
        long id = write_bytes(&l, data, size), info = request(l.client, "daemon.info", NULL);
        peer_expect(l.peer, data, size);
        expect_int(result(l.client, id), "written", (int64_t)size);
        result(l.client, info);
        id = read_bytes(&l, size, "");
        peer_send(l.peer, data, size);
        expect_payload(&l, id, data, size);
    }
    json_object *info = call(l.client, "handle.info", "{'handle': %lu}", l.stream);
    expect_int(info, "bytes_in", 3 * (int64_t)size);
    expect_int(info, "bytes_out", 3 * (int64_t)size);
}
END_TEST

/* Small calls, small payloads and large ones behind each other, in pieces that end anywhere. */
START_TEST(messages_may_come_in_any_pieces)
{
    struct link l = link_bytes();
    static const size_t pieces[] = {333, 4096, 70001, 1000000};
    const char *data = pattern(200 * KIB, 5);
    char *text = value_keep(malloc(2 * MIB)), *end = text;
    size_t due = 0;
    for (size_t i = 0, size; i < 6; i++, due += size) {
        size = i % 3 == 2 ? 10 : (40 + 30 * i) * KIB;
        end += sprintf(end, "{\"jsonrpc\":\"2.0\",\"method\":\"write-byte-sequence\",\"payload\":%zu,\"params\":[%lu]}\n", size,
                       l.stream);
        memcpy(end, data, size);
        end += size;
        end += sprintf(end, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.info\"}\n");
    }
    for (char *at = text; at < end; at += pieces[_i])
        client_send(l.client, at, (size_t)(end - at) < pieces[_i] ? (size_t)(end - at) : pieces[_i]);
    for (size_t i = 0, size; i < 6; i++) {
        size = i % 3 == 2 ? 10 : (40 + 30 * i) * KIB;
        peer_expect(l.peer, data, size);
        expect_int(client_receive(l.client)->json, "id", 7);
    }
}
END_TEST

/* So many small pieces that they fill a pipe long before they are as many bytes as it could hold. */
START_TEST(a_payload_of_crumbs)
{
    struct link l = link_bytes();
    size_t size = 300 * KIB;
    const char *data = pattern(size, 9);
    char line[200];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"write-byte-sequence\",\"payload\":%zu,\"params\":[%lu]}\n", size,
             l.stream);
    client_write(l.client, line);
    for (size_t at = 0, piece = 1; at < size; at += piece, piece = piece % 211 + 1) {
        piece = size - at < piece ? size - at : piece;
        client_send(l.client, data + at, piece);
    }
    peer_expect(l.peer, data, size);
    expect_int(client_receive(l.client)->json, "result.written", (int64_t)size);
}
END_TEST

START_TEST(input_of_crumbs)
{
    struct link l = link_bytes();
    size_t size = 300 * KIB;
    const char *data = pattern(size, 10);
    long id = read_bytes(&l, size, "");
    for (size_t at = 0, piece = 1; at < size; at += piece, piece = piece % 211 + 1) {
        piece = size - at < piece ? size - at : piece;
        peer_send(l.peer, data + at, piece);
    }
    expect_payload(&l, id, data, size);
}
END_TEST

/* More writes wait than the daemon keeps pipes. */
START_TEST(many_sessions_at_once)
{
    enum { SESSIONS = 45 };
    struct link links[SESSIONS];
    long ids[SESSIONS];
    size_t size = 600 * KIB, filled[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
        links[i] = link_full("'element_type': 'unsigned-byte 8'", &filled[i]);
        ids[i] = write_bytes(&links[i], pattern(size, (size_t)i), size);
        ck_assert(waits(links[i].client, ids[i]));
    }
    for (int i = SESSIONS; i-- > 0;) {
        peer_drain(links[i].peer, filled[i]);
        peer_expect(links[i].peer, pattern(size, (size_t)i), size);
        expect_int(result(links[i].client, ids[i]), "written", (int64_t)size);
        close(links[i].peer);
        client_close(links[i].client);
        value_free_all();
    }
}
END_TEST

/* ---- writes that do not go as planned ---- */

START_TEST(a_slow_peer_gets_all_of_it_in_order)
{
    struct link l = link_bytes();
    size_t filled = link_fill(&l), size = 800 * KIB;
    const char *data = pattern(size, 21);
    long first = write_bytes(&l, data, size), second = write_bytes(&l, "behind", 6);
    ck_assert(waits(l.client, first));
    peer_drain(l.peer, filled);
    for (size_t at = 0; at < size; at += 100 * KIB)
        peer_expect(l.peer, data + at, 100 * KIB);
    peer_expect_text(l.peer, "behind");
    expect_int(result(l.client, first), "written", (int64_t)size);
    result(l.client, second);
}
END_TEST

/* Given up half-way: what has gone is told, the rest never goes. */
START_TEST(a_write_given_up_tells_how_much_went)
{
    struct link l = link_bytes();
    size_t filled = link_fill(&l), size = 900 * KIB;
    const char *data = pattern(size, 23);
    long id = _i ? write_bytes(&l, data, size)
                 : request_payload(l.client, "write-byte-sequence", data, size, "{'stream': %lu, 'timeout': 0.5}", l.stream);
    peer_drain(l.peer, filled);
    peer_expect(l.peer, data, 50 * KIB);
    if (_i) {
        ck_assert(waits(l.client, id));
        expect_true(call(l.client, "rpc.cancel", "{'id': %ld}", id), "cancelled");
    }
    size_t written = (size_t)int_at(fault(l.client, id, _i ? "cancelled" : "timeout"), "written");
    ck_assert_uint_ge(written, 50 * KIB);
    ck_assert_uint_lt(written, size);
    write_bytes(&l, "next", 4);
    peer_expect(l.peer, data + 50 * KIB, written - 50 * KIB);
    peer_expect_text(l.peer, "next");
}
END_TEST

START_TEST(a_reset_ends_a_write_that_waits)
{
    struct link l = link_bytes();
    link_fill(&l);
    long id = write_bytes(&l, pattern(MIB, 25), MIB);
    ck_assert(waits(l.client, id));
    peer_reset(l.peer);
    expect_int(fault(l.client, id, "os-error"), "written", 0);
}
END_TEST

START_TEST(a_close_ends_a_write_that_waits)
{
    struct link l = link_bytes();
    link_fill(&l);
    long id = write_bytes(&l, pattern(MIB, 27), MIB);
    ck_assert(waits(l.client, id));
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
    fault(l.client, id, "no-such-handle");
}
END_TEST

/* Nothing of a message that never becomes whole is carried out. */
START_TEST(a_session_that_ends_within_a_payload_writes_nothing)
{
    struct link l = link_bytes();
    char line[200];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"write-byte-sequence\",\"payload\":%lu,\"params\":[%lu]}\n", MIB,
             l.stream);
    result(l.client, write_bytes(&l, pattern(64 * KIB, 29), 64 * KIB)); /* from here on lines are looked for in small pieces */
    client_write(l.client, line);
    client_send(l.client, pattern(300 * KIB, 29), 300 * KIB);
    if (_i)
        client_shut(l.client);
    client_close(l.client);
    peer_expect(l.peer, pattern(64 * KIB, 29), 64 * KIB);
    peer_expect_end(l.peer);
}
END_TEST

START_TEST(no_hang_writes_what_goes)
{
    struct link l = link_new("'element_type': 'unsigned-byte 64'");
    size_t filled = link_fill(&l);
    const char *data = pattern(MIB, 31);
    peer_drain(l.peer, filled);
    json_object *done = result(
        l.client, request_payload(l.client, "write-byte-sequence", data, MIB, "{'stream': %lu, 'mode': 'no-hang'}", l.stream));
    size_t written = 8 * (size_t)int_at(done, "written");
    ck_assert_uint_lt(written, MIB);
    peer_expect(l.peer, data, written);
    ck_assert(peer_silent(l.peer, 50));
}
END_TEST

START_TEST(what_nobody_can_write_is_dropped)
{
    struct client *c = client_open();
    struct link text = link_open(c, NULL), wide = link_open(c, "'element_type': 'unsigned-byte 32'"),
                shut = link_open(c, "'element_type': 'unsigned-byte 8'");
    size_t size = 200 * KIB + 1;
    const char *data = pattern(size, 33);
    call(c, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", shut.stream);
    for (int i = 0; i < 3; i++) {
        fault(c, write_bytes(&text, data, size), "wrong-kind");
        expect_text(fault(c, write_bytes(&wide, data, size), "invalid-params"), "param", "data");
        fault(c, write_bytes(&shut, data, size), "not-open");
        fault(c, request_payload(c, "write-byte-sequence", data, size, "{'stream': %lu}", NOBODY), "no-such-handle");
        fault(c, request_payload(c, "write-byte-sequence", data, size, "{'stream': 'x'}"), "invalid-params");
        expect_text(fault(c,
                          request_payload(c, "write-byte-sequence", data, size, "{'stream': %lu, 'data': 'YWJj'}", wide.stream),
                          "invalid-params"),
                    "reason", "the bytes are the payload already");
    }
    peer_expect_end(shut.peer);
    ck_assert(peer_silent(wide.peer, 20));
    ck_assert(peer_silent(text.peer, 20));
}
END_TEST

START_TEST(a_buffered_stream_holds_the_last_of_it)
{
    struct link l = link_new("'element_type': 'unsigned-byte 8', 'buffered': true");
    size_t size = 300 * KIB + 17;
    const char *data = pattern(size, 35);
    expect_int(result(l.client, write_bytes(&l, data, size)), "written", (int64_t)size);
    peer_expect(l.peer, data, size / 4096 * 4096);
    ck_assert(peer_silent(l.peer, 20));
    call(l.client, "force-output", "{'stream': %lu}", l.stream);
    peer_expect(l.peer, data + size / 4096 * 4096, size % 4096);
}
END_TEST

/* ---- reads that do not go as planned ---- */

START_TEST(a_read_waits_for_all_of_it)
{
    struct link l = link_bytes();
    size_t size = 400 * KIB;
    const char *data = pattern(size, 41);
    long id = read_bytes(&l, size, "");
    for (size_t at = 0; at < size; at += 100 * KIB) {
        await_held(&l, (int64_t)at);
        if (_i && at == 200 * KIB)
            ck_assert_str_eq(link_status(&l, "input"), "\"input\"");
        peer_send(l.peer, data + at, 100 * KIB);
    }
    expect_payload(&l, id, data, size);
}
END_TEST

/* What a read had gathered when it ended is the next one's, whatever that is. */
START_TEST(a_read_given_up_has_consumed_nothing)
{
    struct link l = link_bytes();
    size_t size = 150 * KIB;
    const char *data = pattern(size, 43);
    long id = read_bytes(&l, size, _i == 1 ? ", \"timeout\": 1" : "");
    peer_send(l.peer, data, size - 1);
    await_held(&l, (int64_t)size - 1);
    if (_i == 1)
        fault(l.client, id, "timeout");
    else
        cancel(l.client, id);
    ck_assert_int_eq(held(&l), (int64_t)size - 1);
    if (_i == 2) {
        long handed = request(l.client, "stream-handles", "{'stream': %lu, 'via': 'relay'}", l.stream);
        result(l.client, handed);
        peer_expect(reply(l.client, handed)->fds[0], data, size - 1);
        return;
    }
    peer_send(l.peer, data + size - 1, 1);
    expect_payload(&l, read_bytes(&l, 40 * KIB, ""), data, 40 * KIB);
    expect_text(call(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 3}", l.stream), "data",
                base64(data + 40 * KIB, 3));
    expect_payload(&l, read_bytes(&l, size - 40 * KIB - 3, ""), data + 40 * KIB + 3, size - 40 * KIB - 3);
}
END_TEST

START_TEST(the_next_read_may_want_less)
{
    struct link l = link_bytes();
    const char *data = pattern(200 * KIB, 45);
    long first = read_bytes(&l, 300 * KIB, ""), second = read_bytes(&l, 50 * KIB, "");
    peer_send(l.peer, data, 200 * KIB);
    await_held(&l, 200 * KIB);
    cancel(l.client, first);
    expect_payload(&l, second, data, 50 * KIB);
    expect_payload(&l, read_bytes(&l, 150 * KIB, ""), data + 50 * KIB, 150 * KIB);
}
END_TEST

START_TEST(an_end_or_a_reset_comes_behind_the_bytes)
{
    struct link l = link_bytes();
    size_t size = 200 * KIB;
    const char *data = pattern(size, 47);
    long id = read_bytes(&l, 2 * size, _i == 2 ? ", \"mode\": \"interactive\"" : "");
    peer_send(l.peer, data, size);
    if (_i < 2) {
        await_held(&l, (int64_t)size);
        (_i ? peer_reset : peer_shut)(l.peer);
    }
    if (_i == 1) {
        expect_text(fault(l.client, id, "os-error"), "name", "ECONNRESET");
        return;
    }
    size_t got = reply(l.client, id)->payload_size;
    expect_payload(&l, id, data, got);
    ck_assert(bool_at(result(l.client, id), "eof") == (_i == 0));
    expect_payload(&l, read_bytes(&l, size - got, ""), data + got, size - got);
}
END_TEST

START_TEST(whole_elements_leave_and_the_rest_stays)
{
    struct link l = link_new("'element_type': 'signed-byte 64'");
    size_t size = 100 * KIB + 3;
    const char *data = pattern(size, 49);
    long id = read_bytes(&l, 20 * KIB, "");
    peer_send(l.peer, data, size);
    await_held(&l, (int64_t)size);
    cancel(l.client, id);
    id = read_bytes(&l, 20 * KIB, ", \"mode\": \"no-hang\"");
    expect_int(result(l.client, id), "length", 100 * KIB / 8);
    ck_assert_int_eq(memcmp(reply(l.client, id)->payload, data, 100 * KIB), 0);
    peer_send(l.peer, "45678", 5);
    id = read_bytes(&l, 1, "");
    expect_int(result(l.client, id), "length", 1);
    ck_assert_mem_eq(reply(l.client, id)->payload, data + 100 * KIB, 3);
}
END_TEST

START_TEST(input_that_was_shut_is_gone)
{
    struct link l = link_bytes();
    long id = read_bytes(&l, 100 * KIB, "");
    peer_send(l.peer, pattern(60 * KIB, 51), 60 * KIB);
    await_held(&l, 60 * KIB);
    cancel(l.client, id);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", l.stream);
    ck_assert_int_eq(held(&l), 0);
}
END_TEST

/* Replies with and without payloads that nobody takes for a while. */
START_TEST(a_slow_client_gets_its_replies_in_order)
{
    enum { READS = 12 };
    struct link l = link_bytes();
    size_t size = (_i ? 700 : 90) * KIB;
    const char *data = pattern(size * READS, 53);
    long ids[READS], small[READS];
    for (int i = 0; i < READS; i++) {
        ids[i] = read_bytes(&l, size, "");
        small[i] = request(l.client, "stream-element-type", "{'stream': %lu}", l.stream);
    }
    for (size_t i = 0; i < READS; i++)
        peer_send(l.peer, data + i * size, size);
    for (size_t i = 0; i < READS; i++) {
        expect_payload(&l, ids[i], data + i * size, size);
        expect_text(result(l.client, small[i]), "element_type", "unsigned-byte 8");
    }
}
END_TEST

START_TEST(a_client_that_leaves_its_replies_costs_nothing)
{
    struct link l = link_bytes();
    int before = daemon_descriptors(&the_daemon);
    for (int i = 0; i < 4; i++)
        read_bytes(&l, 700 * KIB, "");
    const char *data = pattern(700 * KIB, 55);
    for (int i = 0; i < 4; i++)
        peer_send(l.peer, data, 700 * KIB);
    client_close(l.client);
    ck_assert_int_eq(daemon_settle(&the_daemon, before - 2), before - 2); /* the session, and its stream */
}
END_TEST

START_TEST(a_notification_reads_for_nobody)
{
    struct link l = link_bytes();
    const char *data = pattern(200 * KIB, 57);
    peer_send(l.peer, data, 100 * KIB);
    notify(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 102400, 'encoding': 'payload'}", l.stream);
    long id = read_bytes(&l, 100 * KIB, "");
    peer_send(l.peer, data + 100 * KIB, 100 * KIB);
    expect_payload(&l, id, data + 100 * KIB, 100 * KIB);
}
END_TEST

static const struct test_case cases[] = {
    {&any_size_passes_both_ways, NULL, COUNT(sizes)},
    {&messages_may_come_in_any_pieces, NULL, 4},
    {&a_payload_of_crumbs, NULL, 0},
    {&input_of_crumbs, NULL, 0},
    {&many_sessions_at_once, NULL, 0},
    {&a_slow_peer_gets_all_of_it_in_order, NULL, 0},
    {&a_write_given_up_tells_how_much_went, NULL, 2},
    {&a_reset_ends_a_write_that_waits, NULL, 0},
    {&a_close_ends_a_write_that_waits, NULL, 0},
    {&a_session_that_ends_within_a_payload_writes_nothing, NULL, 2},
    {&no_hang_writes_what_goes, NULL, 0},
    {&what_nobody_can_write_is_dropped, NULL, 0},
    {&a_buffered_stream_holds_the_last_of_it, NULL, 0},
    {&a_read_waits_for_all_of_it, NULL, 2},
    {&a_read_given_up_has_consumed_nothing, NULL, 3},
    {&the_next_read_may_want_less, NULL, 0},
    {&an_end_or_a_reset_comes_behind_the_bytes, NULL, 3},
    {&whole_elements_leave_and_the_rest_stays, NULL, 0},
    {&input_that_was_shut_is_gone, NULL, 0},
    {&a_slow_client_gets_its_replies_in_order, NULL, 2},
    {&a_client_that_leaves_its_replies_costs_nothing, NULL, 0},
    {&a_notification_reads_for_nobody, NULL, 0},
    {0},
};

const struct suite suite_bulk = {.name = "bulk", .cases = cases};
