#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The options as JSON. */
static const char *json_options(const char *options)
{
    char *text = value_keep(strdup(options ? options : ""));
    for (char *quote = text; (quote = strchr(quote, '\''));)
        *quote = '"';
    return text;
}

struct link link_open(struct client *c, const char *options)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    json_object *connected =
        call(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1'%s%s}", port, options ? ", " : "", json_options(options));
    struct link l = {c, handle_at(connected, "stream"), peer_accept(listener)};
    peer_close(listener);
    return l;
}

struct link link_new(const char *options)
{
    return link_open(client_open(), options);
}

struct link link_bytes(void)
{
    return link_new("'element_type': 'unsigned-byte 8'");
}

void link_await(const struct link *l)
{
    json_object *status =
        call(l->client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 5}", l->stream);
    expect_int(status, "count", 1);
}

#define FILL_PIECE 262144

/* Writes what goes without waiting: how much. */
static size_t fill_once(const struct link *l)
{
    static char piece[FILL_PIECE];
    long id =
        request_payload(l->client, "write-byte-sequence", piece, sizeof piece, "{'stream': %lu, 'mode': 'no-hang'}", l->stream);
    return (size_t)int_at(result(l->client, id), "written");
}

size_t link_fill(const struct link *l)
{
    const char *type = text_at(call(l->client, "stream-element-type", "{'stream': %lu}", l->stream), "element_type");
    int size = 16384; /* fixed, so that the system does not let it grow while it is being filled */
    setsockopt(l->peer, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    call(l->client, "socket-options", "{'socket': %lu, 'options': [['so-sndbuf', 4096]]}", l->stream);
    call(l->client, "stream-element-type", "{'stream': %lu, 'set': 'unsigned-byte 8'}", l->stream);
    size_t total = 0, written = 1;
    while (written > 0) {
        while ((written = fill_once(l)) > 0)
            total += written;
        /* the system's probes of a full window may still make room for a while */
        call(l->client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'output'}, 'timeout': 0.3}", l->stream);
        total += written = fill_once(l);
    }
    call(l->client, "stream-element-type", "{'stream': %lu, 'set': '%s'}", l->stream, type);
    return total;
}

struct link link_full(const char *options, size_t *filled)
{
    static char piece[FILL_PIECE];
    struct client *c = client_open();
    int fds[2];
    ssize_t sent;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    for (*filled = 0; (sent = send(fds[0], piece, sizeof piece, MSG_DONTWAIT | MSG_NOSIGNAL)) > 0;)
        *filled += (size_t)sent;
    long id = request_fds(c, "make-stream", &fds[0], 1, "{%s}", json_options(options));
    struct link l = {c, handle_at(result(c, id), "stream"), fds[1]};
    close(fds[0]);
    return l;
}

struct link link_full_with_tail(size_t *filled)
{
    struct link l = link_full("'buffered': true", filled);
    call(l.client, "write-string", "{'stream': %lu, 'string': 'tail'}", l.stream);
    return l;
}

void link_expect_line(const struct link *l, const char *line)
{
    json_object *read = call(l->client, "read-line", "{'stream': %lu, 'timeout': 5}", l->stream);
    ck_assert_msg(!null_at(read, "line"), "the end instead of %s", line);
    expect_text(read, "line", line);
    expect_false(read, "missing_newline");
}

const char *link_status(const struct link *l, const char *direction)
{
    return json_at(
        call(l->client, "socket-status", "{'sockets': {'handle': %lu, 'direction': '%s'}, 'timeout': 0}", l->stream, direction),
        "status");
}
