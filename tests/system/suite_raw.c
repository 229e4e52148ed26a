/* Everything that make-stream makes, against every operation of the manual that takes a raw socket or any stream on a
 * descriptor: status, options, peer, local, shutdown, handles and the predicates. One table says what each kind is and what it
 * must answer. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "harness.h"

/* What is handed in, and the test's ends of it: those that input is written to and output is read from; -1: none. */
struct ends {
    int fds[2], count;
    int from, to;
};

static struct ends one(int fd, int peer)
{
    return (struct ends){{fd, -1}, 1, peer, peer};
}

static struct ends pipe_in(void)
{
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    return (struct ends){{fds[0], -1}, 1, fds[1], -1};
}

static struct ends pipe_out(void)
{
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    return (struct ends){{fds[1], -1}, 1, -1, fds[0]};
}

static struct ends unix_pair(void)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    return one(fds[0], fds[1]);
}

static struct ends tcp(const char *address)
{
    int port, listener = peer_listen(address, &port), fd = peer_connect(address, port);
    struct ends ends = one(fd, peer_accept(listener));
    close(listener);
    return ends;
}

static struct ends tcp_v4(void)
{
    return tcp("127.0.0.1");
}

static struct ends tcp_v6(void)
{
    return tcp("::1");
}

static struct ends both(struct ends in, struct ends out)
{
    return (struct ends){{in.fds[0], out.fds[0]}, 2, in.from, out.to};
}

static struct ends two_pipes(void)
{
    return both(pipe_in(), pipe_out());
}

static struct ends two_sockets(void)
{
    return both(tcp_v4(), unix_pair());
}

static struct ends socket_and_pipe(void)
{
    return both(tcp_v4(), pipe_out());
}

static struct ends pipe_and_socket(void)
{
    return both(pipe_in(), tcp_v4());
}

/* A Unix socket with a name, as a client of a local service has. */
static struct ends unix_named(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/raw.sock", the_daemon.directory);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address) | listen(listener, 1), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    struct ends ends = one(fd, accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    close(listener);
    unlink(address.sun_path);
    return ends;
}

static struct ends terminal(void)
{
    int master, slave;
    struct termios mode;
    ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
    tcgetattr(slave, &mode);
    cfmakeraw(&mode);
    tcsetattr(slave, TCSANOW, &mode);
    return one(slave, master);
}

/* A pipe with a name, open both ways. */
static struct ends fifo(void)
{
    char path[100];
    snprintf(path, sizeof path, "%s/raw.fifo", the_daemon.directory);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    struct ends ends = one(open(path, O_RDWR | O_CLOEXEC), -1);
    unlink(path);
    return ends;
}

static struct ends file(void)
{
    return one(open(the_daemon.directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), -1);
}

static struct ends null_device(void)
{
    return one(open("/dev/null", O_RDWR | O_CLOEXEC), -1);
}

static const struct sort {
    const char *name;
    struct ends (*make)(void);
    const char *direction;
    const char *idle[3];      /* the status while nothing has come: input, output, io */
    const char *options;      /* the error of socket-options; NULL: it answers */
    const char *peer, *local; /* the error of socket-stream-peer and -local; NULL: it answers */
    bool ends_input;          /* whoever writes learns that input was shut down */
} kinds[] = {
    {"pipe, input", pipe_in, "input", {"null", "null", "null"}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", true},
    {"pipe, output", pipe_out, "output", {"null", "\"output\"", "\"output\""}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", false},
    {"two pipes", two_pipes, "io", {"null", "\"output\"", "\"output\""}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", true},
    {"fifo", fifo, "io", {"null", "\"output\"", "\"output\""}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", false},
    {"terminal", terminal, "io", {"null", "\"output\"", "\"output\""}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", false},
    {"file", file, "io", {"\"eof\"", "\"output\"", "\"append\""}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", false},
    {"null device", null_device, "io", {"\"eof\"", "\"output\"", "\"append\""}, "ENOTSOCK", "ENOTSOCK", "ENOTSOCK", false},
    {"tcp", tcp_v4, "io", {"null", "\"output\"", "\"output\""}, NULL, NULL, NULL, false},
    {"tcp over IPv6", tcp_v6, "io", {"null", "\"output\"", "\"output\""}, NULL, NULL, NULL, false},
    {"tcp, input", tcp_v4, "input", {"null", "null", "null"}, NULL, NULL, NULL, false},
    {"tcp, output", tcp_v4, "output", {"null", "\"output\"", "\"output\""}, NULL, NULL, NULL, false},
    {"unix pair", unix_pair, "io", {"null", "\"output\"", "\"output\""}, NULL, "EAFNOSUPPORT", "EAFNOSUPPORT", true},
    {"unix with a name", unix_named, "io", {"null", "\"output\"", "\"output\""}, NULL, "EAFNOSUPPORT", "EAFNOSUPPORT", true},
    {"socket and pipe", socket_and_pipe, "io", {"null", "\"output\"", "\"output\""}, NULL, NULL, NULL, false},
    {"pipe and socket", pipe_and_socket, "io", {"null", "\"output\"", "\"output\""}, NULL, NULL, NULL, true},
    {"two sockets", two_sockets, "io", {"null", "\"output\"", "\"output\""}, NULL, NULL, NULL, false},
};

struct raw {
    const struct sort *kind;
    struct ends ends;
    struct link link;
    bool in, out;
};

static struct raw raw_new(int i, const char *buffered)
{
    struct raw raw = {.kind = &kinds[i], .ends = kinds[i].make()};
    struct client *c = client_open();
    long id = request_fds(c, "make-stream", raw.ends.fds, raw.ends.count, "{'direction': '%s', 'buffered': %s}",
                          kinds[i].direction, buffered);
    raw.link = (struct link){c, handle_at(result(c, id), "stream"), -1};
    for (int k = 0; k < raw.ends.count; k++)
        close(raw.ends.fds[k]);
    raw.in = strcmp(kinds[i].direction, "output") != 0;
    raw.out = strcmp(kinds[i].direction, "input") != 0;
    return raw;
}

static void expect_status(const struct raw *raw, const char *direction, const char *status)
{
    const char *is = link_status(&raw->link, direction);
    ck_assert_msg(strcmp(is, status) == 0, "%s: status %s is %s, not %s", raw->kind->name, direction, is, status);
}

static void give(const struct raw *raw, const char *text)
{
    ck_assert_int_eq(write(raw->ends.from, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect_predicates(const struct raw *raw)
{
    const struct link *l = &raw->link;
    ck_assert_int_eq(bool_at(call(l->client, "input-stream-p", "{'stream': %lu}", l->stream), "value"), raw->in);
    ck_assert_int_eq(bool_at(call(l->client, "output-stream-p", "{'stream': %lu}", l->stream), "value"), raw->out);
    expect_true(call(l->client, "open-stream-p", "{'stream': %lu}", l->stream), "value");
}

/* ---- the cases ---- */

START_TEST(status)
{
    static const char *const directions[] = {"input", "output", "io"};
    struct raw raw = raw_new(_i, "\"default\"");
    for (int i = 0; i < COUNT(directions); i++)
        expect_status(&raw, directions[i], raw.kind->idle[i]);
    expect_predicates(&raw);
    if (raw.in && raw.ends.from >= 0) {
        give(&raw, "x\n");
        link_await(&raw.link);
        expect_status(&raw, "input", "\"input\"");
        expect_status(&raw, "io", raw.out ? "\"io\"" : "\"input\"");
        link_expect_line(&raw.link, "x");
        expect_status(&raw, "input", "null");
    }
}
END_TEST

/* The end, where an end can come: not on a terminal's slave, whose master's close is an error. */
START_TEST(status_at_the_end)
{
    struct raw raw = raw_new(_i, "\"default\"");
    if (!raw.in || raw.ends.from < 0 || raw.kind->make == terminal)
        return;
    close(raw.ends.from);
    link_await(&raw.link);
    expect_status(&raw, "input", "\"eof\"");
    expect_true(call(raw.link.client, "read-line", "{'stream': %lu, 'timeout': 5}", raw.link.stream), "eof");
}
END_TEST

START_TEST(options)
{
    struct raw raw = raw_new(_i, "\"default\"");
    struct link *l = &raw.link;
    if (raw.kind->options) {
        static const char *const each[] = {"so-keepalive", "so-error", "so-linger", "so-rcvlowat", "so-rcvtimeo", "so-type"};
        for (int i = 0; i < COUNT(each); i++)
            expect_text(
                refuse(l->client, "os-error", "socket-options", "{'socket': %lu, 'options': ['%s']}", l->stream, each[i]),
                "name", raw.kind->options);
        return;
    }
    expect_json(call(l->client, "socket-options",
                     "{'socket': %lu, 'options': [['so-keepalive', true], 'so-keepalive', ['so-linger', 3], 'so-linger', "
                     "['so-rcvlowat', 2], 'so-rcvlowat', ['so-sndtimeo', 1.5], 'so-sndtimeo', 'so-acceptconn', 'so-error']}",
                     l->stream),
                "values", "[false, true, null, 3, 1, 2, 0, 1.5, false, false]");
    int64_t size =
        int_at(call(l->client, "socket-options", "{'socket': %lu, 'options': [['so-sndbuf', 20000], 'so-sndbuf']}", l->stream),
               "values.1");
    ck_assert_int_eq(size, 40000);
}
END_TEST

static void expect_endpoint(const struct raw *raw, const char *method, const char *error)
{
    const struct link *l = &raw->link;
    if (error) {
        expect_text(refuse(l->client, "os-error", method, "{'stream': %lu}", l->stream), "name", error);
        return;
    }
    json_object *is = call(l->client, method, "{'stream': %lu, 'do_not_resolve': true}", l->stream);
    expect_text(is, "address", raw->kind->make == tcp_v6 ? "::1" : "127.0.0.1");
    ck_assert_int_gt(int_at(is, "port"), 0);
}

START_TEST(names)
{
    struct raw raw = raw_new(_i, "\"default\"");
    expect_endpoint(&raw, "socket-stream-peer", raw.kind->peer);
    expect_endpoint(&raw, "socket-stream-local", raw.kind->local);
    expect_text(call(raw.link.client, "socket-stream-host", "{'stream': %lu}", raw.link.stream), "host", "");
    expect_int(call(raw.link.client, "socket-stream-port", "{'stream': %lu}", raw.link.stream), "port", 0);
}
END_TEST

static void shut(struct raw *raw, const char *direction)
{
    call(raw->link.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': '%s'}", raw->link.stream, direction);
    raw->in &= strcmp(direction, "output") == 0;
    raw->out &= strcmp(direction, "input") == 0;
    expect_predicates(raw);
}

static const char *const modes[] = {"\"default\"", "true", "false"};

/* Who reads gets all and then the end, at once; what comes in is still read. */
START_TEST(shutting_output)
{
    for (int mode = 0; mode < COUNT(modes); mode++) {
        struct raw raw = raw_new(_i, modes[mode]);
        struct link *l = &raw.link;
        if (raw.out)
            call(l->client, "write-string", "{'stream': %lu, 'string': 'last'}", l->stream);
        shut(&raw, "output");
        if (raw.ends.to >= 0 && strcmp(raw.kind->direction, "input") != 0) {
            peer_expect_text(raw.ends.to, "last");
            if (raw.kind->make != terminal)
                peer_expect_end(raw.ends.to);
        }
        expect_text(refuse(l->client, "not-open", "write-string", "{'stream': %lu, 'string': 'x'}", l->stream), "direction",
                    "output");
        expect_status(&raw, "output", "null");
        if (raw.in && raw.ends.from >= 0) {
            give(&raw, "more\n");
            link_expect_line(l, "more");
        }
        shut(&raw, "output");
    }
}
END_TEST

/* Who writes to a pipe, or a Unix socket, learns of it; output goes on. */
START_TEST(shutting_input)
{
    for (int mode = 0; mode < COUNT(modes); mode++) {
        struct raw raw = raw_new(_i, modes[mode]);
        struct link *l = &raw.link;
        shut(&raw, "input");
        if (raw.kind->ends_input) {
            ck_assert_int_eq(write(raw.ends.from, "x", 1), -1);
            ck_assert_int_eq(errno, EPIPE);
        }
        expect_text(refuse(l->client, "not-open", "read-line", "{'stream': %lu, 'timeout': 0}", l->stream), "direction",
                    "input");
        expect_status(&raw, "input", "null");
        if (raw.out && raw.ends.to >= 0) {
            call(l->client, "write-string", "{'stream': %lu, 'string': 'still'}", l->stream);
            call(l->client, "finish-output", "{'stream': %lu, 'timeout': 5}", l->stream);
            peer_expect_text(raw.ends.to, "still");
        }
        shut(&raw, "input");
    }
}
END_TEST

/* Both, in one call and in two; the stream has still to be closed. */
START_TEST(shutting_both)
{
    for (int order = 0; order < 3; order++) {
        struct raw raw = raw_new(_i, "true");
        struct link *l = &raw.link;
        bool writes = raw.out;
        if (writes)
            call(l->client, "write-string", "{'stream': %lu, 'string': 'last'}", l->stream);
        shut(&raw, order == 0 ? "io" : order == 1 ? "output" : "input");
        shut(&raw, order == 0 ? "io" : order == 1 ? "input" : "output");
        if (writes && raw.ends.to >= 0)
            peer_expect_text(raw.ends.to, "last");
        if (writes && raw.ends.to >= 0 && raw.kind->make != terminal)
            peer_expect_end(raw.ends.to);
        expect_status(&raw, "io", "null");
        expect_text(call(l->client, "handle.info", "{'handle': %lu}", l->stream), "state", "shut");
        json_object *handles =
            result(l->client, request(l->client, "stream-handles", "{'stream': %lu, 'via': 'direct'}", l->stream));
        expect_null(handles, "input");
        expect_null(handles, "output");
        if (raw.kind->peer)
            expect_endpoint(&raw, "socket-stream-peer", raw.kind->peer);
        call(l->client, "close", "{'handle': %lu}", l->stream);
    }
}
END_TEST

/* A read that waits while input ends, and a status call, learn of it. */
START_TEST(who_waits_learns)
{
    struct raw raw = raw_new(_i, "\"default\"");
    if (!raw.in || strcmp(raw.kind->idle[0], "null") != 0)
        return;
    long reads = request(raw.link.client, "read-line", "{'stream': %lu}", raw.link.stream);
    ck_assert(waits(raw.link.client, reads));
    shut(&raw, "input");
    expect_text(fault(raw.link.client, reads, "not-open"), "direction", "input");
}
END_TEST

START_TEST(handles)
{
    struct raw raw = raw_new(_i, "\"default\"");
    struct link *l = &raw.link;
    long id = request(l->client, "stream-handles", "{'stream': %lu, 'via': 'direct'}", l->stream);
    json_object *answer = result(l->client, id);
    struct message *message = reply(l->client, id);
    ck_assert_int_eq(null_at(answer, "input"), !raw.in);
    ck_assert_int_eq(null_at(answer, "output"), !raw.out);
    ck_assert_uint_eq(message->fd_count, raw.ends.count == 2 ? 2u : 1u);
    if (raw.out && raw.ends.to >= 0) {
        int fd = message->fds[int_at(answer, "output")];
        ck_assert_int_eq(write(fd, "direct", 6), 6);
        peer_expect_text(raw.ends.to, "direct");
    }
    if (raw.in && raw.ends.from >= 0) {
        char text[7] = "";
        give(&raw, "direct");
        ck_assert_int_eq(read(message->fds[int_at(answer, "input")], text, 6), 6);
        ck_assert_str_eq(text, "direct");
    }
}
END_TEST

/* Through a relay, whose user ends writing: the reader meets the end. */
START_TEST(a_relay)
{
    struct raw raw = raw_new(_i, "\"default\"");
    struct link *l = &raw.link;
    if ((raw.in && raw.ends.from < 0) || (raw.out && raw.ends.to < 0))
        return;
    long id = request(l->client, "stream-handles", "{'stream': %lu, 'via': 'relay'}", l->stream);
    result(l->client, id);
    int fd = reply(l->client, id)->fds[0];
    if (raw.in) {
        give(&raw, "in");
        peer_expect_text(fd, "in");
    }
    if (raw.out) {
        peer_write(fd, "out");
        peer_shut(fd);
        peer_expect_text(raw.ends.to, "out");
        if (raw.kind->make != terminal)
            peer_expect_end(raw.ends.to);
    }
}
END_TEST

#define EACH_KIND NULL, COUNT(kinds)

static const struct test_case cases[] = {
    {&status, EACH_KIND},
    {&status_at_the_end, EACH_KIND},
    {&options, EACH_KIND},
    {&names, EACH_KIND},
    {&shutting_output, EACH_KIND},
    {&shutting_input, EACH_KIND},
    {&shutting_both, EACH_KIND},
    {&who_waits_learns, EACH_KIND},
    {&handles, EACH_KIND},
    {&a_relay, EACH_KIND},
    {0},
};

const struct suite suite_raw = {.name = "raw", .cases = cases};
