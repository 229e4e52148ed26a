#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon.h"

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
    json_object *connected = call(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1'%s%s}", port, options ? ", " : "", json_options(options));
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
    json_object *status = call(l->client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}, 'timeout': 5}", l->stream);
    expect_int(status, "count", 1);
}

#define FILL_PIECE 262144

size_t link_fill(const struct link *l)
{
    static char piece[FILL_PIECE];
    size_t total = 0;
    bool bytes = strncmp(text_at(call(l->client, "stream-element-type", "{'stream': %lu}", l->stream), "element_type"), "unsigned", 8) == 0;
    if (!bytes)
        call(l->client, "stream-element-type", "{'stream': %lu, 'set': 'unsigned-byte 8'}", l->stream);
    memset(piece, 'f', sizeof piece);
    call(l->client, "socket-options", "{'socket': %lu, 'options': [['so-sndbuf', 4096]]}", l->stream);
    for (int blocked = 0; blocked < 5;) {
        long id = request_payload(l->client, "write-byte-sequence", piece, sizeof piece, "{'stream': %lu, 'mode': 'no-hang'}", l->stream);
        int64_t written = int_at(result(l->client, id), "written");
        total += (size_t)written;
        blocked = written == 0 && strcmp(link_status(l, "output"), "null") == 0 ? blocked + 1 : 0;
        if (blocked)
            breathe(); /* an acknowledgement on its way may still make room */
    }
    if (!bytes)
        call(l->client, "stream-element-type", "{'stream': %lu, 'set': 'character'}", l->stream);
    return total;
}

struct link link_full(const char *options, size_t *filled)
{
    static char piece[FILL_PIECE];
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port), fd = peer_connect("127.0.0.1", port), peer = peer_accept(listener);
    *filled = 0;
    for (int blocked = 0; blocked < 5;) {
        ssize_t sent = send(fd, piece, sizeof piece, MSG_DONTWAIT | MSG_NOSIGNAL);
        *filled += sent > 0 ? (size_t)sent : 0;
        blocked = sent > 0 ? 0 : blocked + 1;
        if (blocked)
            breathe();
    }
    peer_close(listener);
    long id = request_fds(c, "make-stream", &fd, 1, "{%s}", json_options(options));
    struct link l = {c, handle_at(result(c, id), "stream"), peer};
    close(fd);
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
    return json_at(call(l->client, "socket-status", "{'sockets': {'handle': %lu, 'direction': '%s'}, 'timeout': 0}", l->stream, direction),
                   "status");
}
