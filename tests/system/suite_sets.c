/* Sets of sockets that a session remembers: what socket-status answers of them, whatever has happened in between. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

#define MOST 40 /* more than a few: the kernel tells their changes */

/* Streams of one client, as an array of items. */
struct crowd {
    struct client *client;
    struct link links[MOST];
    int count;
    long set;
    char items[MOST * 64];
};

static struct crowd crowd_open(int count, const char *options)
{
    struct crowd crowd = {.client = client_open(), .count = count};
    char *end = crowd.items;
    for (int i = 0; i < count; i++) {
        crowd.links[i] = link_open(crowd.client, options);
        end +=
            sprintf(end, i % 3 ? "%s{\"handle\":%lu,\"direction\":\"input\"}" : "%s%lu", i ? "," : "", crowd.links[i].stream);
    }
    return crowd;
}

static void crowd_remember(struct crowd *crowd)
{
    json_object *status =
        call(crowd->client, "socket-status", "{'sockets': [%s], 'timeout': 0, 'remember': true}", crowd->items);
    crowd->set = int_at(status, "set");
    ck_assert_int_gt(crowd->set, 0);
}

static json_object *ask(const struct crowd *crowd)
{
    return call(crowd->client, "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0}", crowd->set);
}

/* ---- the answers ---- */

static const int sizes[] = {3, MOST};

/* What there is to be read of a stream, as the test knows it. */
struct known {
    int pending;
    bool read, ended, shut; /* the last operation took a character; the peer has ended; input was shut */
};

static const char *expected(const struct known *known, bool io)
{
    bool input = known->pending > 0 && !known->shut, end = known->ended && !known->shut;
    return io ? (input ? "'io'" : end ? "'append'" : "'output'") : (input ? "'input'" : end ? "'eof'" : "null");
}

static void expect_all(const struct crowd *crowd, const struct known *known, json_object *status)
{
    char want[MOST * 16] = "[", *end = want + 1;
    int count = 0;
    for (int i = 0; i < crowd->count; i++) {
        const char *word = expected(&known[i], i % 3 == 0);
        end += sprintf(end, "%s%s", i ? ", " : "", word);
        count += strcmp(word, "null") != 0;
    }
    strcpy(end, "]");
    expect_json(status, "status", want);
    expect_int(status, "count", count);
}

static void do_something(const struct link *l, struct known *known, long what)
{
    switch (what % 8) {
    case 0:
    case 1:
    case 2:
        if (!known->ended) {
            peer_write(l->peer, what % 2 ? "x" : "xyz");
            known->pending += what % 2 ? 1 : 3;
        }
        break;
    case 3:
    case 4:
        if (known->pending > 0 && !known->shut) {
            call(l->client, "read-char", "{'stream': %lu}", l->stream);
            known->pending--;
            known->read = true;
            return;
        }
        break;
    case 5:
        if (known->read && !known->shut) {
            json_object *last = call(l->client, "read-char-no-hang", "{'stream': %lu}", l->stream);
            if (!null_at(last, "char"))
                call(l->client, "unread-char", "{'stream': %lu, 'char': '%s'}", l->stream, text_at(last, "char"));
        }
        return;
    case 6:
        if (what % 3 == 0 && !known->ended) {
            peer_shut(l->peer);
            known->ended = true;
        } else if (!known->shut) {
            call(l->client, "clear-input", "{'stream': %lu}", l->stream);
            known->pending = 0;
        }
        break;
    case 7:
        if (what % 5 == 0 && !known->shut) {
            call(l->client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'input'}", l->stream);
            known->shut = true;
        }
        break;
    }
    known->read = false;
}

START_TEST(a_set_is_answered_as_its_sockets_are)
{
    struct known known[MOST] = {0};
    struct crowd crowd = crowd_open(sizes[_i % 2], _i / 2 ? "'buffered': false" : NULL);
    crowd_remember(&crowd);
    srandom(7 + (unsigned)_i);
    for (int step = 0; step < 400; step++) {
        int i = (int)(random() % crowd.count);
        do_something(&crowd.links[i], &known[i], random());
        if (step % 3 == 0)
            expect_all(&crowd, known, ask(&crowd));
        if (step % 7 == 0)
            expect_all(&crowd, known, call(crowd.client, "socket-status", "{'sockets': [%s], 'timeout': 0}", crowd.items));
    }
}
END_TEST

START_TEST(only_what_is_not_null_is_told_where_that_is_asked_for)
{
    struct crowd crowd = crowd_open(MOST, NULL);
    for (int i = 0; i < 2; i++)
        expect_json(call(crowd.client, "socket-status",
                         "{'sockets': [{'handle': %lu, 'direction': 'input'}], 'timeout': 0, 'actionable': true}",
                         crowd.links[1].stream),
                    "", "{'status': [], 'count': 0, 'sockets': []}");
    crowd_remember(&crowd);
    peer_write(crowd.links[4].peer, "x");
    peer_shut(crowd.links[7].peer);
    json_object *status =
        call(crowd.client, "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0, 'actionable': true}", crowd.set);
    json_object *statuses = value_at(status, "status"), *sockets = value_at(status, "sockets");
    size_t count = json_object_array_length(statuses), inputs = 0;
    ck_assert_uint_eq(count, json_object_array_length(sockets));
    expect_int(status, "count", (long)count);
    ck_assert_uint_eq(count, (MOST + 2) / 3 + 2);
    for (size_t i = 0; i < count; i++) {
        const char *word = json_object_get_string(json_object_array_get_idx(statuses, i));
        json_object *socket = json_object_array_get_idx(sockets, i);
        if (strcmp(word, "output") == 0)
            continue;
        struct link *l = &crowd.links[strcmp(word, "input") == 0 ? 4 : 7];
        expect_text(socket, "direction", "input");
        ck_assert_int_eq(int_at(socket, "handle"), (long)l->stream);
        inputs++;
    }
    ck_assert_uint_eq(inputs, 2);
}
END_TEST

START_TEST(a_stream_that_another_process_reads)
{
    struct crowd crowd = crowd_open(MOST, "'buffered': false"); /* asking leaves the bytes where they are */
    struct link *l = &crowd.links[1];
    char byte;
    crowd_remember(&crowd);
    long id = request(crowd.client, "stream-handles", "{'stream': %lu, 'via': 'direct'}", l->stream);
    struct message *handles = reply(crowd.client, id);
    ck_assert_uint_eq(handles->fd_count, 1);
    for (int i = 0; i < 3; i++) {
        expect_int(ask(&crowd), "count", (MOST + 2) / 3);
        peer_write(l->peer, "x");
        expect_int(ask(&crowd), "count", (MOST + 2) / 3 + 1);
        ck_assert_int_eq(recv(handles->fds[0], &byte, 1, i == 2 ? MSG_PEEK : 0), 1);
        expect_int(ask(&crowd), "count", (MOST + 2) / 3 + (i == 2));
    }
}
END_TEST

START_TEST(a_stream_that_can_take_no_output_for_a_while)
{
    struct crowd crowd = crowd_open(MOST, "'element_type': 'unsigned-byte 8'");
    crowd_remember(&crowd);
    size_t filled = link_fill(&crowd.links[3]);
    expect_int(ask(&crowd), "count", (MOST + 2) / 3 - 1);
    peer_drain(crowd.links[3].peer, filled);
    json_object *status = call(crowd.client, "socket-status",
                               "{'sockets': {'handle': %lu, 'direction': 'output'}, 'timeout': 5}", crowd.links[3].stream);
    expect_text(status, "status", "output");
    expect_int(ask(&crowd), "count", (MOST + 2) / 3);
}
END_TEST

/* ---- waiting ---- */

/* A set of inputs, so that nothing is actionable, and a server. */
static struct crowd crowd_of_inputs(int count, handle *server, int *port)
{
    struct crowd crowd = {.client = client_open(), .count = count};
    json_object *made = call(crowd.client, "socket-server", "{'interface': '127.0.0.1'}");
    char *end = crowd.items + sprintf(crowd.items, "%lu", *server = handle_at(made, "server"));
    *port = (int)int_at(made, "port");
    for (int i = 0; i < count; i++) {
        crowd.links[i] = link_open(crowd.client, NULL);
        end += sprintf(end, ",{\"handle\":%lu,\"direction\":\"input\"}", crowd.links[i].stream);
    }
    crowd_remember(&crowd);
    return crowd;
}

static long ask_and_wait(const struct crowd *crowd)
{
    long id = request(crowd->client, "socket-status", "{'sockets': {'set': %ld}, 'actionable': true}", crowd->set);
    ck_assert(waits(crowd->client, id));
    return id;
}

START_TEST(a_set_waits_for_any_of_its_sockets)
{
    handle server;
    int port;
    struct crowd crowd = crowd_of_inputs(sizes[_i], &server, &port);
    struct link *l = &crowd.links[2];
    for (int turn = 0; turn < 3; turn++) {
        long one = ask_and_wait(&crowd), two = ask_and_wait(&crowd);
        peer_write(l->peer, "x");
        expect_json(result(crowd.client, one), "status", "['input']");
        expect_json(result(crowd.client, two), "status", "['input']");
        call(crowd.client, "read-char", "{'stream': %lu}", l->stream);
    }
    long id = ask_and_wait(&crowd);
    call(crowd.client, "unread-char", "{'stream': %lu, 'char': 'x'}", l->stream);
    expect_json(result(crowd.client, id), "status", "['input']");
    call(crowd.client, "read-char", "{'stream': %lu}", l->stream);
    id = ask_and_wait(&crowd);
    int peer = peer_connect("127.0.0.1", port);
    expect_json(result(crowd.client, id), "status", "[true]");
    call(crowd.client, "socket-accept", "{'server': %lu}", server);
    id = ask_and_wait(&crowd);
    peer_shut(l->peer);
    expect_json(result(crowd.client, id), "status", "['eof']");
    peer_close(peer);
}
END_TEST

START_TEST(a_set_waits_no_longer_than_told)
{
    handle server;
    int port;
    struct crowd crowd = crowd_of_inputs(sizes[_i], &server, &port);
    expect_int(call(crowd.client, "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0.05}", crowd.set), "count", 0);
    long id = ask_and_wait(&crowd);
    cancel(crowd.client, id);
    peer_write(crowd.links[0].peer, "x");
    expect_int(ask(&crowd), "count", 1);
}
END_TEST

START_TEST(a_socket_of_a_set_that_is_closed)
{
    handle server;
    int port;
    struct crowd crowd = crowd_of_inputs(sizes[_i], &server, &port);
    long id = ask_and_wait(&crowd);
    call(crowd.client, "close", "{'handle': %lu}", crowd.links[1].stream);
    ck_assert_int_eq(int_at(fault(crowd.client, id, "no-such-handle"), "handle"), (long)crowd.links[1].stream);
    refuse(crowd.client, "no-such-handle", "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0}", crowd.set);
}
END_TEST

START_TEST(a_stream_of_a_set_that_is_handed_out_while_it_is_waited_for)
{
    handle server;
    int port;
    struct crowd crowd = crowd_of_inputs(MOST, &server, &port);
    long id = ask_and_wait(&crowd);
    call(crowd.client, "stream-handles", "{'stream': %lu, 'via': 'direct'}", crowd.links[5].stream);
    ck_assert(waits(crowd.client, id));
    peer_write(crowd.links[5].peer, "x");
    expect_json(result(crowd.client, id), "status", "['input']");
}
END_TEST

/* ---- their names ---- */

START_TEST(a_set_can_be_forgotten)
{
    handle server;
    int port;
    struct crowd crowd = crowd_of_inputs(3, &server, &port);
    long id = ask_and_wait(&crowd);
    expect_int(call(crowd.client, "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0, 'forget': true}", crowd.set),
               "count", 0);
    expect_text(refuse(crowd.client, "invalid-params", "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0}", crowd.set),
                "param", "sockets");
    peer_write(crowd.links[0].peer, "x"); /* whoever waits for it still does */
    expect_json(result(crowd.client, id), "status", "['input']");
}
END_TEST

START_TEST(a_set_is_its_sessions_own)
{
    struct crowd crowd = crowd_open(3, NULL);
    struct client *other = client_open();
    crowd_remember(&crowd);
    refuse(other, "invalid-params", "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0}", crowd.set);
    expect_text(
        refuse(crowd.client, "invalid-params", "socket-status", "{'sockets': %lu, 'forget': true}", crowd.links[0].stream),
        "param", "forget");
    expect_text(
        refuse(crowd.client, "invalid-params", "socket-status", "{'sockets': {'set': %ld}, 'remember': true}", crowd.set),
        "param", "remember");
}
END_TEST

START_TEST(sets_are_bounded)
{
    struct crowd crowd = crowd_open(3, NULL);
    for (int i = 0; i < 64; i++)
        crowd_remember(&crowd);
    expect_text(
        refuse(crowd.client, "limit", "socket-status", "{'sockets': [%s], 'timeout': 0, 'remember': true}", crowd.items),
        "limit", "sets");
    call(crowd.client, "socket-status", "{'sockets': {'set': %ld}, 'timeout': 0, 'forget': true}", crowd.set);
    crowd_remember(&crowd);
}
END_TEST

static const struct test_case cases[] = {
    {&a_set_is_answered_as_its_sockets_are, NULL, 4},
    {&only_what_is_not_null_is_told_where_that_is_asked_for, NULL, 0},
    {&a_stream_that_another_process_reads, NULL, 0},
    {&a_stream_that_can_take_no_output_for_a_while, NULL, 0},
    {&a_set_waits_for_any_of_its_sockets, NULL, 2},
    {&a_set_waits_no_longer_than_told, NULL, 2},
    {&a_socket_of_a_set_that_is_closed, NULL, 2},
    {&a_stream_of_a_set_that_is_handed_out_while_it_is_waited_for, NULL, 0},
    {&a_set_can_be_forgotten, NULL, 0},
    {&a_set_is_its_sessions_own, NULL, 0},
    {&sets_are_bounded, NULL, 0},
    {0},
};

const struct suite suite_sets = {.name = "sets", .cases = cases};
