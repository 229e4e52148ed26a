/* make-stream and descriptors that mean harm, or are of no use: what is refused and why, and what their owner can still do to
 * the daemon afterwards. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"

static handle adopt(struct client *c, int fd, const char *params)
{
    return handle_at(result(c, request_fds(c, "make-stream", &fd, 1, "%s", json_at(json_of(params), ""))), "stream");
}

static void expect_refusal(struct client *c, const int *fds, int count, const char *params, const char *param)
{
    json_object *data =
        fault(c, request_fds(c, "make-stream", fds, count, "%s", json_at(json_of(params), "")), "invalid-params");
    expect_text(data, "param", param);
    ck_assert(*text_at(data, "reason"));
    call(c, "daemon.info", NULL);
}

/* ---- what is refused ---- */

static int make_epoll(void)
{
    return epoll_create1(EPOLL_CLOEXEC);
}

static int make_eventfd(void)
{
    return eventfd(0, EFD_CLOEXEC);
}

static int make_timer(void)
{
    return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

static int make_path(void)
{
    return open("/dev/null", O_PATH | O_CLOEXEC);
}

static int make_directory(void)
{
    return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int make_datagram(void)
{
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int make_packets(void)
{
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
}

static int make_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static int make_listener(void)
{
    int port;
    return peer_listen("127.0.0.1", &port);
}

static int make_unix_listener(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address.sun_family), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

static int make_kernel_file(void)
{
    return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

static int (*const strangers[])(void) = {make_epoll,     make_eventfd,       make_timer,      make_path,
                                         make_directory, make_datagram,      make_packets,    make_netlink,
                                         make_listener,  make_unix_listener, make_kernel_file};

/* shows: make-stream-directions */
START_TEST(strange_descriptors_are_refused)
{
    struct client *c = client_open();
    int fd = strangers[_i]();
    ck_assert_int_ge(fd, 0);
    bool one_way = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
    expect_refusal(c, &fd, 1, one_way ? "{'direction': 'input'}" : "{}", "fds");
}
END_TEST

/* shows: make-stream-directions */
START_TEST(a_direction_must_fit_the_descriptor)
{
    struct client *c = client_open();
    int fds[2], path = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    expect_refusal(c, &fds[0], 1, "{'direction': 'output'}", "direction");
    expect_refusal(c, &fds[0], 1, "{}", "direction");
    expect_refusal(c, &fds[1], 1, "{'direction': 'input'}", "direction");
    expect_refusal(c, &path, 1, "{'direction': 'io'}", "direction");
    expect_refusal(c, fds, 2, "{'direction': 'input'}", "direction");
    int wrong_way_round[2] = {fds[1], fds[0]};
    expect_refusal(c, wrong_way_round, 2, "{}", "direction");
}
END_TEST

START_TEST(the_number_of_descriptors_matters)
{
    struct client *c = client_open();
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    int three[3] = {fds[0], fds[1], fds[0]};
    expect_text(refuse(c, "invalid-params", "make-stream", "{}"), "param", "fds");
    expect_refusal(c, three, 3, "{}", "fds");
}
END_TEST

/* Each refusal closes what came: the other end of a pipe learns it. */
/* shows: make-stream-directions */
START_TEST(what_is_refused_is_closed)
{
    struct client *c = client_open();
    int first[2], second[2];
    ck_assert_int_eq(pipe2(first, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(second, O_CLOEXEC), 0);
    int both[2] = {second[0], first[1]}, wrong[2] = {second[1], first[1]};
    expect_refusal(c, both, 2, "{'external_format': 'no-such'}", "external_format");
    expect_refusal(c, wrong, 2, "{}", "direction");
    close(first[1]);
    close(second[1]);
    peer_expect_end(first[0]);
    peer_expect_end(second[0]);
}
END_TEST

/* ---- what is let in ---- */

START_TEST(devices_of_memory)
{
    struct client *c = client_open();
    handle zero =
        adopt(c, open("/dev/zero", O_RDONLY | O_CLOEXEC), "{'direction': 'input', 'element_type': 'unsigned-byte 8'}");
    json_object *read = call(c, "read-byte-sequence", "{'stream': %lu, 'length': 3}", zero);
    expect_text(read, "data", base64("\0\0\0", 3));
    handle null = adopt(c, open("/dev/null", O_RDWR | O_CLOEXEC), "{}");
    expect_true(call(c, "read-char", "{'stream': %lu}", null), "eof");
    call(c, "write-line", "{'stream': %lu, 'string': 'gone'}", null);
}
END_TEST

START_TEST(a_file_in_memory)
{
    struct client *c = client_open();
    int fd = memfd_create("sockd-test", MFD_CLOEXEC), mine = dup(fd);
    ck_assert_int_eq(write(fd, "first\nsecond\n", 13), 13);
    ck_assert_int_eq(lseek(fd, 6, SEEK_SET), 6);
    handle stream = adopt(c, fd, "{}");
    expect_text(call(c, "read-line", "{'stream': %lu}", stream), "line", "second");
    call(c, "write-line", "{'stream': %lu, 'string': 'third'}", stream);
    char room[32] = "";
    ck_assert_int_eq(pread(mine, room, sizeof room, 0), 19);
    ck_assert_str_eq(room, "first\nsecond\nthird\n");
    close(mine);
}
END_TEST

START_TEST(a_named_pipe)
{
    struct client *c = client_open();
    char path[128];
    snprintf(path, sizeof path, "%s/fifo", the_daemon.directory);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int in = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), out = open(path, O_WRONLY | O_CLOEXEC);
    struct link l = {c, adopt(c, in, "{'direction': 'input'}"), -1};
    close(in);
    ck_assert_int_eq(write(out, "through a name\n", 15), 15);
    link_expect_line(&l, "through a name");
    close(out);
    expect_true(call(c, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    unlink(path);
}
END_TEST

/* ---- what its owner can still do ---- */

/* A connection whose other end is a peer of the test, adopted; its first end stays open here, too. */
struct adopted {
    struct link link;
    int mine;
};

static struct adopted adopt_connection(struct client *c)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    int mine = peer_connect("127.0.0.1", port), peer = peer_accept(listener);
    peer_close(listener);
    return (struct adopted){{c, adopt(c, mine, "{}"), peer}, mine};
}

START_TEST(a_blocking_socket_blocks_nobody)
{
    struct adopted a = adopt_connection(client_open());
    long id = request(a.link.client, "read-line", "{'stream': %lu}", a.link.stream);
    ck_assert_int_eq(fcntl(a.mine, F_SETFL, fcntl(a.mine, F_GETFL) & ~O_NONBLOCK), 0);
    call(a.link.client, "daemon.info", NULL);
    peer_write(a.link.peer, "li");
    ck_assert(waits(a.link.client, id));
    peer_write(a.link.peer, "ne\n");
    expect_text(result(a.link.client, id), "line", "line");
}
END_TEST

START_TEST(options_that_would_block_or_hide_are_taken_over)
{
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port), mine = peer_connect("127.0.0.1", port), peer = peer_accept(listener);
    int low = 7;
    struct linger linger = {1, 5};
    struct timeval time = {1, 500000};
    socklen_t size = sizeof linger;
    setsockopt(mine, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    setsockopt(mine, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof low);
    setsockopt(mine, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    handle stream = adopt(c, mine, "{}");
    expect_json(call(c, "socket-options",
                     "{'socket': %lu, 'options': ['so-linger', 'so-rcvlowat', 'so-rcvtimeo', 'so-sndtimeo']}", stream),
                "values", "[5, 7, 1.5, 0]");
    ck_assert_int_eq(getsockopt(mine, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
    ck_assert_int_eq(linger.l_onoff, 0);

    /* given back with the descriptor */
    long id = request(c, "stream-handles", "{'stream': %lu, 'detach': true}", stream);
    result(c, id);
    int back = reply(c, id)->fds[0];
    ck_assert_int_eq(getsockopt(back, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
    ck_assert_int_eq(linger.l_onoff, 1);
    ck_assert_int_eq(linger.l_linger, 5);
    ck_assert_int_eq(fcntl(back, F_GETFL) & O_NONBLOCK, 0);
    peer_write(peer, "seven or more");
    peer_expect_text(back, "seven or more");
}
END_TEST

/* Fills a connection whose other end does not read, and makes its last close wait. */
static void make_lingering(int fd)
{
    static const struct linger linger = {1, 8};
    static char piece[65536];
    while (send(fd, piece, sizeof piece, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        ;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* The last close of a socket with SO_LINGER waits for the peer; the daemon must not be the one who waits. */
/* shows: options-so-linger-waits */
START_TEST(a_late_linger_blocks_nobody)
{
    struct adopted a = adopt_connection(client_open());
    make_lingering(a.mine);
    close(a.mine);
    long begin = now_ms();
    call(a.link.client, "close", "{'handle': %lu}", a.link.stream);
    call(a.link.client, "daemon.info", NULL);
    ck_assert_int_lt(now_ms() - begin, 1500);
    client_close(a.link.client);
    struct client *other = client_open();
    for (long now = begin; now - begin < 3500; now = now_ms()) { /* while the daemon closes it in the background */
        long asked = now_ms();
        call(other, "daemon.info", NULL);
        ck_assert_int_lt(now_ms() - asked, 1500);
        breathe();
    }
}
END_TEST

START_TEST(a_lingering_socket_that_nobody_claims_blocks_nobody)
{
    static const char *const messages[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\",\"fds\":1}\n", "\n", "no JSON\n",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"make-stream\",\"params\":{\"x\":1},\"fds\":1}\n"};
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port), fd = peer_connect("127.0.0.1", port);
    peer_accept(listener);
    make_lingering(fd);
    client_send_fds(c, messages[_i], strlen(messages[_i]), &fd, 1);
    close(fd);
    long begin = now_ms();
    call(client_open(), "daemon.info", NULL);
    ck_assert_int_lt(now_ms() - begin, 1500);
}
END_TEST

static const struct test_case cases[] = {
    {&strange_descriptors_are_refused, COVERS({METHOD_make_stream, BAD_PARAMS}), COUNT(strangers)},
    {&a_direction_must_fit_the_descriptor, NULL, 0},
    {&the_number_of_descriptors_matters, NULL, 0},
    {&what_is_refused_is_closed, NULL, 0},
    {&devices_of_memory, COVERS({METHOD_make_stream, SUCCESS}), 0},
    {&a_file_in_memory, NULL, 0},
    {&a_named_pipe, NULL, 0},
    {&a_blocking_socket_blocks_nobody, NULL, 0},
    {&options_that_would_block_or_hide_are_taken_over, NULL, 0},
    {&a_late_linger_blocks_nobody, NULL, 0},
    {&a_lingering_socket_that_nobody_claims_blocks_nobody, NULL, 4},
    {0},
};

const struct suite suite_make_stream = {.name = "make_stream", .cases = cases};
