#include "peer.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_MS 10000

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t address_make(union address *address, const char *text, int port)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)port);
        return sizeof address->v4;
    }
    ck_assert_int_eq(inet_pton(AF_INET6, text, &address->v6.sin6_addr), 1);
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)port);
    return sizeof address->v6;
}

static int listen_with(const char *text, int *port, int backlog)
{
    union address address;
    socklen_t size = address_make(&address, text, 0);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, &address.any, size), 0);
    ck_assert_int_eq(listen(fd, backlog), 0);
    *port = peer_port(fd);
    return fd;
}

int peer_listen(const char *address, int *port)
{
    return listen_with(address, port, 16);
}

int peer_listen_full(int *port)
{
    int fd = listen_with("127.0.0.1", port, 0);
    peer_connect("127.0.0.1", *port);
    return fd;
}

int peer_port(int fd)
{
    union address address;
    socklen_t size = sizeof address;
    ck_assert_int_eq(getsockname(fd, &address.any, &size), 0);
    return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

int peer_free_port(void)
{
    int port, fd = peer_listen("127.0.0.1", &port);
    close(fd);
    return port;
}

static void await(int fd, short events, const char *what)
{
    struct pollfd poller = {fd, events, 0};
    ck_assert_msg(poll(&poller, 1, DEADLINE_MS) == 1, "%s: nothing for 10 s", what);
}

int peer_accept(int listener)
{
    await(listener, POLLIN, "accept");
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

int peer_connect(const char *text, int port)
{
    union address address;
    socklen_t size = address_make(&address, text, port);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, &address.any, size) < 0)
        ck_abort_msg("connect to %s port %d: %s", text, port, strerror(errno));
    return fd;
}

void peer_send(int fd, const void *data, size_t size)
{
    for (const char *bytes = data; size > 0;) {
        await(fd, POLLOUT, "send");
        ssize_t sent = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        ck_assert_msg(sent > 0 || errno == EAGAIN, "send: %s", strerror(errno));
        bytes += sent > 0 ? sent : 0;
        size -= sent > 0 ? (size_t)sent : 0;
    }
}

void peer_write(int fd, const char *text)
{
    peer_send(fd, text, strlen(text));
}

void peer_urgent(int fd, char byte)
{
    ck_assert_int_eq(send(fd, &byte, 1, MSG_OOB | MSG_NOSIGNAL), 1);
}

static size_t receive(int fd, char *data, size_t size)
{
    size_t got = 0;
    while (got < size) {
        await(fd, POLLIN, "receive");
        ssize_t part = read(fd, data + got, size - got);
        ck_assert_msg(part >= 0, "receive after %zu of %zu bytes: %s", got, size, strerror(errno));
        if (part == 0)
            break;
        got += (size_t)part;
    }
    return got;
}

void peer_expect(int fd, const void *data, size_t size)
{
    char *got = calloc(1, size + 1);
    ck_assert_ptr_nonnull(got);
    size_t count = receive(fd, got, size);
    ck_assert_msg(count == size, "the end after %zu of %zu bytes: %s", count, size, got);
    ck_assert_mem_eq(got, data, size);
    free(got);
}

void peer_expect_text(int fd, const char *text)
{
    peer_expect(fd, text, strlen(text));
}

void peer_expect_end(int fd)
{
    char byte;
    ck_assert_msg(receive(fd, &byte, 1) == 0, "a byte %02x instead of the end", (unsigned char)byte);
}

void peer_expect_reset(int fd)
{
    char byte;
    await(fd, POLLIN, "reset");
    ssize_t got = read(fd, &byte, 1);
    ck_assert_msg(got < 0 && errno == ECONNRESET, "read gave %zd (%s) instead of a reset", got, strerror(errno));
}

void peer_drain(int fd, size_t size)
{
    char data[65536];
    while (size > 0) {
        size_t part = receive(fd, data, size < sizeof data ? size : sizeof data);
        ck_assert_msg(part > 0, "the end with %zu bytes to come", size);
        size -= part;
    }
}

bool peer_silent(int fd, int ms)
{
    struct pollfd poller = {fd, POLLIN, 0};
    return poll(&poller, 1, ms) == 0;
}

void peer_shut(int fd)
{
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
}

void peer_close(int fd)
{
    close(fd);
}

void peer_reset(int fd)
{
    struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}
