#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"

#define DEADLINE_MS 10000
#define FDS_MAX 600

struct client {
    struct client *next;
    int fd;
    char *data; /* what has been read and not yet been made a message */
    size_t size, room;
    int fds[FDS_MAX];
    size_t fd_count;
    bool ended;
    struct message *messages; /* all that were received, to be freed */
};

static struct client *clients;

struct client *client_open_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct client *c = calloc(1, sizeof *c);
    ck_assert_ptr_nonnull(c);
    ck_assert_uint_lt(strlen(path), sizeof address.sun_path);
    strcpy(address.sun_path, path);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(c->fd, 0);
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0)
        ck_abort_msg("connect to %s: %s", path, strerror(errno));
    c->next = clients;
    clients = c;
    return c;
}

struct client *client_open(void)
{
    return client_open_at(the_daemon.socket);
}

int client_fd(const struct client *c)
{
    return c->fd;
}

struct client *client_open_by(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s.sock", the_daemon.directory, name);
    return client_open_at(path);
}

static void message_free(struct message *message)
{
    free(message->line);
    free(message->payload);
    free(message->fds);
    json_object_put(message->json);
    free(message);
}

void client_close(struct client *c)
{
    struct client **link = &clients;
    while (*link != c)
        link = &(*link)->next;
    *link = c->next;
    close(c->fd);
    while (c->messages) {
        struct message *message = c->messages;
        c->messages = message->next;
        message_free(message);
    }
    free(c->data);
    free(c);
}

void client_close_all(void)
{
    while (clients)
        client_close(clients);
}

/* ---- sending ---- */

static void await(int fd, short events)
{
    struct pollfd poller = {fd, events, 0};
    ck_assert_msg(poll(&poller, 1, DEADLINE_MS) == 1, "the daemon %s for 10 s",
                  events == POLLIN ? "sent nothing" : "took nothing");
}

void client_send(struct client *c, const void *data, size_t size)
{
    const char *bytes = data;
    while (size > 0) {
        await(c->fd, POLLOUT);
        ssize_t sent = send(c->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            continue;
        ck_assert_msg(sent > 0, "send: %s", strerror(errno));
        bytes += sent;
        size -= (size_t)sent;
    }
}

void client_write(struct client *c, const char *text)
{
    client_send(c, text, strlen(text));
}

void client_send_fds(struct client *c, const void *data, size_t size, const int *fds, int count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(253 * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)data, size};
    size_t bytes = (size_t)count * sizeof(int);
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(bytes)};
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(bytes), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), fds, bytes);
    ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    ck_assert_msg(sent > 0, "sendmsg: %s", strerror(errno));
    client_send(c, (const char *)data + sent, size - (size_t)sent);
}

void client_shut(struct client *c)
{
    ck_assert_int_eq(shutdown(c->fd, SHUT_WR), 0);
}

/* ---- receiving ---- */

static void take_fds(struct client *c, struct msghdr *message)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
        size_t bytes = control->cmsg_len - CMSG_LEN(0);
        ck_assert(control->cmsg_type == SCM_RIGHTS && c->fd_count + bytes / sizeof(int) <= FDS_MAX);
        memcpy(c->fds + c->fd_count, CMSG_DATA(control), bytes);
        c->fd_count += bytes / sizeof(int);
    }
}

/* Takes what has arrived. */
static void take_bytes(struct client *c)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(253 * sizeof(int))];
    } control;
    if (c->room - c->size < 65536) {
        c->room = c->room * 2 + 65536;
        c->data = realloc(c->data, c->room);
        ck_assert_ptr_nonnull(c->data);
    }
    struct iovec part = {c->data + c->size, c->room - c->size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    await(c->fd, POLLIN);
    ssize_t got = recvmsg(c->fd, &message, MSG_CMSG_CLOEXEC);
    /* a session that the daemon gave up with bytes of ours unread ends as a reset */
    ck_assert_msg(got >= 0 || errno == ECONNRESET, "recvmsg: %s", strerror(errno));
    if (got > 0)
        take_fds(c, &message);
    c->ended = got <= 0;
    c->size += got > 0 ? (size_t)got : 0;
}

static void drop_bytes(struct client *c, size_t size)
{
    c->size -= size;
    memmove(c->data, c->data + size, c->size);
}

static size_t member_size(json_object *json, const char *name)
{
    return json_object_is_type(json, json_type_object) && has(json, name) ? (size_t)int_at(json, name) : 0;
}

static struct message *take_line(struct client *c, size_t length)
{
    struct message *message = calloc(1, sizeof *message);
    ck_assert_ptr_nonnull(message);
    message->next = c->messages;
    c->messages = message;
    message->line = strndup(c->data, length);
    drop_bytes(c, length + 1);
    message->json = json_tokener_parse(message->line);
    ck_assert_msg(message->json, "the daemon sent no JSON: %s", message->line);
    return message;
}

static void take_payload(struct client *c, struct message *message)
{
    message->payload_size = member_size(message->json, "payload");
    while (c->size < message->payload_size && !c->ended)
        take_bytes(c);
    ck_assert_uint_ge(c->size, message->payload_size);
    message->payload = malloc(message->payload_size + 1);
    ck_assert_ptr_nonnull(message->payload);
    memcpy(message->payload, c->data, message->payload_size);
    message->payload[message->payload_size] = '\0';
    drop_bytes(c, message->payload_size);
}

static void claim_fds(struct client *c, struct message *message)
{
    message->fd_count = member_size(message->json, "fds");
    ck_assert_msg(message->fd_count <= c->fd_count, "%s came with %zu descriptors", message->line, c->fd_count);
    if (!message->fd_count)
        return;
    size_t bytes = message->fd_count * sizeof(int);
    message->fds = malloc(bytes);
    ck_assert_ptr_nonnull(message->fds);
    memcpy(message->fds, c->fds, bytes);
    c->fd_count -= message->fd_count;
    memmove(c->fds, c->fds + message->fd_count, c->fd_count * sizeof(int));
}

struct message *client_receive(struct client *c)
{
    char *end;
    while (!(end = c->size ? memchr(c->data, '\n', c->size) : NULL)) {
        if (c->ended) {
            ck_assert_msg(c->size == 0, "the session ended inside a line: %.*s", (int)c->size, c->data);
            return NULL;
        }
        take_bytes(c);
    }
    struct message *message = take_line(c, (size_t)(end - c->data));
    take_payload(c, message);
    claim_fds(c, message);
    return message;
}

bool client_ended(struct client *c)
{
    struct message *message = client_receive(c);
    if (message)
        fprintf(stderr, "instead of the end: %s\n", message->line);
    return !message;
}

bool client_silent(struct client *c, int ms)
{
    struct pollfd poller = {c->fd, POLLIN, 0};
    return c->size == 0 && !c->ended && poll(&poller, 1, ms) == 0;
}
