/* Relays: what passes, in which order, how ends and errors come through, and what becomes of bytes on the way when it all
 * ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

/* The first descriptor that stream-handles gives. */
static int hand_out(const struct link *l, const char *via)
{
    long id = request(l->client, "stream-handles", "{'stream': %lu, 'via': '%s'}", l->stream, via);
    expect_text(result(l->client, id), "via", via);
    struct message *message = reply(l->client, id);
    ck_assert_uint_eq(message->fd_count, 1);
    return message->fds[0];
}

static int relay(const struct link *l)
{
    return hand_out(l, "relay");
}

/* A relay that splices, and one that copies because somebody else holds the socket, too. */
static int relay_of_kind(const struct link *l, int kind)
{
    int direct = kind ? hand_out(l, "direct") : -1, fd = relay(l);
    if (direct >= 0)
        close(direct);
    return fd;
}

static char *pattern(size_t size, unsigned seed)
{
    char *data = value_keep(malloc(size));
    for (size_t i = 0; i < size; i++)
        data[i] = (char)((i ^ i >> 8 ^ i >> 16) * 31 + seed);
    return data;
}

/* Waits until the handle is its own again: the relay has ended. */
static void await_end(const struct link *l)
{
    json_object *status = call(l->client, "socket-status", "{'sockets': %lu, 'timeout': 5}", l->stream);
    expect_int(status, "count", 1);
}

/* Sends until nothing more goes for a while, without waiting: how much went. */
static size_t stuff(int fd, const char *data, size_t size)
{
    size_t sent = 0;
    for (int blocked = 0; blocked < 25;) {
        ssize_t n = send(fd, data + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        ck_assert_msg(sent < size, "there is no end to what goes");
        blocked = n > 0 ? 0 : blocked + 1;
        if (blocked)
            breathe();
    }
    return sent;
}

#define STUFF_SIZE (32u << 20)

/* ---- bytes ---- */

/* shows: handles-relay */
START_TEST(what_was_read_before_comes_first)
{
    struct link l = link_new(NULL);
    size_t size = 600000;
    char *data = pattern(size, 1);
    memset(data, 'a', size); /* no newline among it */
    peer_send(l.peer, data, size / 2);
    refuse(l.client, "timeout", "read-line", "{'stream': %lu, 'timeout': 0.1}", l.stream);
    ck_assert_int_gt(int_at(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "buffered_in"), 0);
    int fd = relay_of_kind(&l, 0);
    peer_send(l.peer, data + size / 2, size / 2);
    peer_expect(fd, data, size);
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_in", (int64_t)size);
}
END_TEST

START_TEST(the_rest_of_a_newline_is_left_out)
{
    struct link l = link_new(NULL);
    peer_write(l.peer, "header\r\n\nbody");
    link_await(&l);
    link_expect_line(&l, "header");
    peer_expect_text(relay(&l), "\nbody");
}
END_TEST

/* Much in both directions at once, each end reading and writing as it can. */
static void cross(int a, int b)
{
    size_t size = 6u << 20, sent[2] = {0, 0}, got[2] = {0, 0};
    const char *data[2] = {pattern(size, 7), pattern(size, 99)};
    static char room[65536];
    int fds[2] = {a, b};
    while (got[0] < size || got[1] < size) {
        struct pollfd polls[2];
        for (int i = 0; i < 2; i++)
            polls[i] = (struct pollfd){fds[i], (short)(POLLIN | (sent[i] < size ? POLLOUT : 0)), 0};
        ck_assert_int_gt(poll(polls, 2, 10000), 0);
        for (int i = 0; i < 2; i++) {
            ssize_t n = sent[i] < size ? send(fds[i], data[i] + sent[i], size - sent[i], MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
            sent[i] += n > 0 ? (size_t)n : 0;
            n = recv(fds[i], room, sizeof room, MSG_DONTWAIT);
            ck_assert_int_ne(n, 0);
            if (n < 0)
                continue;
            ck_assert_uint_le(got[i] + (size_t)n, size);
            ck_assert_int_eq(memcmp(room, data[!i] + got[i], (size_t)n), 0);
            got[i] += (size_t)n;
        }
    }
}

START_TEST(both_directions_at_once)
{
    struct link l = link_new(NULL);
    int fd = relay_of_kind(&l, _i);
    cross(fd, l.peer);
    json_object *info = call(l.client, "handle.info", "{'handle': %lu}", l.stream);
    expect_int(info, "bytes_in", 6 << 20);
    expect_int(info, "bytes_out", 6 << 20);
}
END_TEST

START_TEST(neither_end_can_have_the_daemon_hoard)
{
    struct link l = link_new(NULL);
    int fd = relay_of_kind(&l, _i), ends[2] = {fd, l.peer};
    char *data = pattern(STUFF_SIZE, 3);
    for (int i = 0; i < 2; i++) {
        size_t sent = stuff(ends[i], data, STUFF_SIZE);
        call(l.client, "daemon.info", NULL);
        peer_expect(ends[!i], data, sent);
    }
}
END_TEST

START_TEST(who_clears_the_flag_blocks_nobody)
{
    struct link l = link_new(NULL);
    int direct = hand_out(&l, "direct"), fd = relay(&l);
    char *data = pattern(STUFF_SIZE, 5);
    ck_assert_int_eq(fcntl(direct, F_SETFL, fcntl(direct, F_GETFL) & ~O_NONBLOCK), 0);
    peer_write(l.peer, "in");
    peer_expect_text(fd, "in");
    call(l.client, "daemon.info", NULL);
    size_t sent = stuff(fd, data, STUFF_SIZE);
    call(l.client, "daemon.info", NULL);
    peer_expect(l.peer, data, sent);
}
END_TEST

/* ---- what is not a socket ---- */

START_TEST(two_pipes)
{
    struct client *c = client_open();
    int in[2], out[2];
    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    int pair[2] = {in[0], out[1]};
    struct link l = {c, handle_at(result(c, request_fds(c, "make-stream", pair, 2, "{}")), "stream"), -1};
    int fd = relay(&l);
    peer_write(fd, "down");
    char room[8];
    ck_assert_int_eq(read(out[0], room, sizeof room), 4);
    ck_assert_int_eq(write(in[1], "up", 2), 2);
    peer_expect_text(fd, "up");
    close(in[1]);
    close(in[0]);
    peer_expect_end(fd);
}
END_TEST

START_TEST(a_file)
{
    struct client *c = client_open();
    size_t size = 3000000;
    char *data = pattern(size, 11);
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    rewind(file);
    int descriptor = fileno(file);
    struct link l = {c, handle_at(result(c, request_fds(c, "make-stream", &descriptor, 1, "{'direction': 'input'}")), "stream"),
                     -1};
    int fd = relay(&l);
    peer_expect(fd, data, size);
    peer_expect_end(fd);
    fclose(file);
}
END_TEST

/* ---- ends ---- */

/* shows: handles-relay */
START_TEST(an_end_passes_in_its_own_direction)
{
    struct link l = link_new(NULL);
    int fd = relay_of_kind(&l, _i);
    peer_write(fd, "question");
    peer_shut(fd);
    peer_expect_text(l.peer, "question");
    peer_expect_end(l.peer);
    peer_write(l.peer, "answer");
    peer_expect_text(fd, "answer");
    expect_text(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "state", "output-shut");
    refuse(l.client, "busy", "read-char", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "rest");
    peer_shut(l.peer);
    peer_expect_text(fd, "rest");
    peer_expect_end(fd);
    await_end(&l);
    expect_true(call(l.client, "read-char", "{'stream': %lu}", l.stream), "eof");
    refuse(l.client, "not-open", "write-char", "{'stream': %lu, 'char': 'x'}", l.stream);
}
END_TEST

START_TEST(the_peers_end_leaves_output_open)
{
    struct link l = link_new(NULL);
    int fd = relay_of_kind(&l, _i);
    peer_write(l.peer, "last");
    peer_shut(l.peer);
    peer_expect_text(fd, "last");
    peer_expect_end(fd);
    peer_write(fd, "still");
    peer_expect_text(l.peer, "still");
    peer_shut(fd);
    peer_expect_end(l.peer);
    await_end(&l);
}
END_TEST

START_TEST(a_side_that_was_shut_is_shut_in_the_relay)
{
    struct link l = link_new(NULL);
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': '%s'}", l.stream, _i ? "output" : "input");
    int fd = relay(&l);
    if (_i) {
        ck_assert_int_eq(send(fd, "x", 1, MSG_NOSIGNAL), -1);
        ck_assert_int_eq(errno, EPIPE);
        peer_write(l.peer, "in");
        peer_expect_text(fd, "in");
    } else {
        peer_expect_end(fd);
        peer_write(fd, "out");
        peer_expect_text(l.peer, "out");
    }
}
END_TEST

START_TEST(who_closes_a_relay_gives_the_handle_back)
{
    struct link l = link_new(NULL);
    int fd = relay(&l);
    peer_write(fd, "last words");
    if (_i) {
        peer_shut(fd);
        peer_expect_text(l.peer, "last words");
        peer_expect_end(l.peer);
        close(fd);
    } else {
        close(fd);
        peer_expect_text(l.peer, "last words");
        peer_expect_end(l.peer);
    }
    peer_write(l.peer, "news\n");
    await_end(&l);
    link_expect_line(&l, "news");
}
END_TEST

START_TEST(a_reset_is_told_once_by_the_stream)
{
    struct link l = link_new(NULL);
    int fd = relay_of_kind(&l, _i);
    peer_write(l.peer, "before");
    peer_expect_text(fd, "before");
    peer_reset(l.peer);
    peer_expect_end(fd);
    await_end(&l);
    ck_assert_str_eq(link_status(&l, "io"), "\"error\"");
    expect_text(refuse(l.client, "os-error", "read-char", "{'stream': %lu}", l.stream), "name", "ECONNRESET");
    expect_true(call(l.client, "read-char", "{'stream': %lu}", l.stream), "eof");
}
END_TEST

/* ---- what is lost and what is not ---- */

/* The peer gets what had been written by the time of the close, all of it, and then the end. */
START_TEST(a_close_loses_nothing)
{
    struct link l = link_new(NULL);
    int fd = relay_of_kind(&l, _i);
    char *data = pattern(STUFF_SIZE, 17);
    size_t sent = stuff(fd, data, STUFF_SIZE);
    long id = _i ? request(l.client, "close", "{'handle': %lu, 'timeout': 5}", l.stream)
                 : request(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect(l.peer, data, sent);
    peer_expect_end(l.peer);
    result(l.client, id);
    peer_expect_end(fd);
    ck_assert_int_eq(send(fd, "x", 1, MSG_NOSIGNAL), -1);
}
END_TEST

START_TEST(a_sessions_end_loses_nothing)
{
    struct link l = link_new(NULL);
    int fd = dup(relay_of_kind(&l, _i));
    char *data = pattern(STUFF_SIZE, 19);
    size_t sent = stuff(fd, data, STUFF_SIZE);
    client_close(l.client);
    close(fd);
    peer_expect(l.peer, data, sent);
    peer_expect_end(l.peer);
}
END_TEST

START_TEST(an_aborted_close_ends_it_at_once)
{
    struct link l = link_new(NULL);
    int fd = relay(&l);
    call(l.client, "close", "{'handle': %lu, 'abort': true}", l.stream);
    peer_expect_end(fd);
    peer_expect_end(l.peer);
}
END_TEST

/* ---- the handle meanwhile ---- */

START_TEST(the_handle_is_busy)
{
    static const char *const uses[][2] = {
        {"read-line", ""},
        {"read-char", ""},
        {"read-char-no-hang", ""},
        {"peek-char", ""},
        {"unread-char", ", \"char\": \"x\""},
        {"read-char-sequence", ", \"length\": 1"},
        {"listen", ""},
        {"clear-input", ""},
        {"write-char", ", \"char\": \"x\""},
        {"write-string", ", \"string\": \"x\""},
        {"write-line", ", \"string\": \"x\""},
        {"terpri", ""},
        {"force-output", ""},
        {"finish-output", ""},
        {"clear-output", ""},
        {"stream-handles", ""},
        {"socket-stream-shutdown", ", \"direction\": \"io\""},
    };
    struct link l = link_new(NULL);
    relay(&l);
    peer_write(l.peer, "x");
    json_object *data = refuse(l.client, "busy", uses[_i][0], "{'stream': %lu%s}", l.stream, uses[_i][1]);
    expect_int(data, "handle", (int64_t)l.stream);
    ck_assert(*text_at(data, "reason"));
}
END_TEST

START_TEST(the_rest_of_the_handle_is_not)
{
    struct link l = link_new(NULL);
    int fd = relay(&l);
    peer_write(l.peer, "x");
    peer_expect_text(fd, "x");
    peer_write(l.peer, "y");
    ck_assert_str_eq(link_status(&l, "input"), "null");
    ck_assert_str_eq(link_status(&l, "output"), "null");
    ck_assert_str_eq(link_status(&l, "io"), "null");
    expect_text(call(l.client, "socket-stream-peer", "{'stream': %lu, 'do_not_resolve': true}", l.stream), "address",
                "127.0.0.1");
    expect_json(
        call(l.client, "socket-options", "{'socket': %lu, 'options': [['so-keepalive', true], 'so-keepalive']}", l.stream),
        "values", "[false, true]");
    expect_true(call(l.client, "open-stream-p", "{'stream': %lu}", l.stream), "value");
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "bytes_in", 2);
}
END_TEST

static int64_t receive_buffer(const struct link *l, const char *options)
{
    return int_at(call(l->client, "socket-options", "{'socket': %lu, 'options': [%s]}", l->stream, options), "values.0");
}

/* A size that the client has chosen, before the relay or while it lasts, is its own; one that the system has chosen is the
 * system's again. */
START_TEST(the_size_of_the_receive_buffer_is_not_the_relays)
{
    struct link l = link_new(NULL);
    int64_t before = receive_buffer(&l, "\"so-rcvbuf\"");
    if (_i == 0)
        receive_buffer(&l, "[\"so-rcvbuf\", 20000]");
    int fd = relay(&l);
    if (_i == 1)
        receive_buffer(&l, "[\"so-rcvbuf\", 20000]");
    peer_write(l.peer, "x");
    peer_expect_text(fd, "x");
    if (_i < 2)
        ck_assert_int_eq(receive_buffer(&l, "\"so-rcvbuf\""), 40000);
    close(fd);
    peer_expect_end(l.peer);
    peer_write(l.peer, "y\n");
    await_end(&l);
    ck_assert_int_eq(receive_buffer(&l, "\"so-rcvbuf\""), _i < 2 ? 40000 : before);
}
END_TEST

START_TEST(a_waiting_status_learns_the_end)
{
    struct link l = link_new(NULL);
    int fd = relay(&l);
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    peer_write(l.peer, "x");
    peer_expect_text(fd, "x");
    ck_assert(waits(l.client, id));
    peer_shut(l.peer);
    peer_expect_end(fd);
    ck_assert(waits(l.client, id));
    close(fd);
    expect_text(result(l.client, id), "status", "eof");
}
END_TEST

static const struct test_case cases[] = {
    {&what_was_read_before_comes_first, COVERS({METHOD_stream_handles, SUCCESS}), 0},
    {&the_rest_of_a_newline_is_left_out, NULL, 0},
    {&both_directions_at_once, NULL, 2},
    {&neither_end_can_have_the_daemon_hoard, NULL, 2},
    {&who_clears_the_flag_blocks_nobody, NULL, 0},
    {&two_pipes, NULL, 0},
    {&a_file, NULL, 0},
    {&an_end_passes_in_its_own_direction, NULL, 2},
    {&the_peers_end_leaves_output_open, NULL, 2},
    {&a_side_that_was_shut_is_shut_in_the_relay, NULL, 2},
    {&who_closes_a_relay_gives_the_handle_back, NULL, 2},
    {&a_reset_is_told_once_by_the_stream, NULL, 2},
    {&a_close_loses_nothing, NULL, 2},
    {&a_sessions_end_loses_nothing, NULL, 2},
    {&an_aborted_close_ends_it_at_once, NULL, 0},
    {&the_handle_is_busy, COVERS({METHOD_stream_handles, REFUSAL}), 17},
    {&the_rest_of_the_handle_is_not, NULL, 0},
    {&the_size_of_the_receive_buffer_is_not_the_relays, NULL, 3},
    {&a_waiting_status_learns_the_end, NULL, 0},
    {0},
};

const struct suite suite_relay = {.name = "relay", .cases = cases};
