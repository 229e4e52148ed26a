/* Four calls are in flight: enough that the daemon never waits for us, few enough that nobody's buffers grow. */
#include "path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"
#include "machine.h"

#define MIB (1024 * 1024)
#define IN_FLIGHT 4
#define REPLY_MOST (2 * MIB)
#define AT_ONCE (256 * 1024) /* of what comes in frames */

static char room[MOVER_MOST];

void path_plain(struct path *path, struct mover *mover, int connection, int fd, struct child *child)
{
    *path = (struct path){.mover = mover, .connection = connection, .fd = fd, .child = child};
}

/* head, body of `size` bytes, tail. */
static char *join(const char *head, const char *body, size_t size, const char *tail, size_t *total)
{
    size_t before = strlen(head), behind = strlen(tail);
    char *whole = malloc(before + size + behind);
    if (!whole)
        machine_fail("malloc");
    memcpy(whole, head, before);
    memcpy(whole + before, body, size);
    memcpy(whole + before + size, tail, behind);
    *total = before + size + behind;
    return whole;
}

/* The zeros that a frame carries, in base64. */
static char *zeros_in_base64(size_t frame, size_t *size)
{
    *size = (frame + 2) / 3 * 4;
    char *text = malloc(*size + 1);
    if (!text)
        machine_fail("malloc");
    memset(text, 'A', *size);
    for (size_t padding = (3 - frame % 3) % 3; padding > 0; padding--)
        text[*size - padding] = '=';
    return text;
}

static void make_requests(struct path *path, long stream, enum path_coding coding)
{
    char head[256], *body;
    size_t size = path->frame;
    snprintf(head, sizeof head,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"read-byte-sequence\",\"params\":{\"stream\":%ld,\"length\":%zu%s}}\n",
             stream, path->frame, coding == CODING_PAYLOAD ? ",\"encoding\":\"payload\"" : "");
    path->request[IN] = join(head, "", 0, "", &path->request_size[IN]);
    if (coding == CODING_PAYLOAD) {
        snprintf(
            head, sizeof head,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"params\":{\"stream\":%ld},\"payload\":%zu}\n",
            stream, path->frame);
        body = calloc(1, size);
        path->request[OUT] = join(head, body, size, "", &path->request_size[OUT]);
    } else {
        snprintf(head, sizeof head,
                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"params\":{\"stream\":%ld,\"data\":\"",
                 stream);
        body = zeros_in_base64(path->frame, &size);
        path->request[OUT] = join(head, body, size, "\"}}\n", &path->request_size[OUT]);
    }
    free(body);
}

/* Makes one call to see how long its reply is. carried: the bytes that follow its line. */
static size_t learn_reply(struct path *path, enum way way, size_t carried)
{
    char *reply = malloc(REPLY_MOST), *newline = NULL;
    size_t have = 0;
    link_send(path->fd, path->request[way], path->request_size[way]);
    while (!newline || have < (size_t)(newline + 1 - reply) + carried) {
        ssize_t n = recv(path->fd, reply + have, REPLY_MOST - have, 0);
        if (n <= 0)
            machine_fail("recv");
        have += (size_t)n;
        newline = memchr(reply, '\n', have);
    }
    *newline = '\0';
    if (!strstr(reply, "\"result\""))
        machine_wrong("the daemon says %.200s", reply);
    free(reply);
    return have;
}

void path_frames(struct path *path, struct mover *mover, int connection, int fd, long stream, size_t frame,
                 enum path_coding coding, struct child *child)
{
    int size = MIB;
    *path = (struct path){.mover = mover, .connection = connection, .fd = fd, .frame = frame, .child = child};
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    make_requests(path, stream, coding);
    mover_take(mover, connection, (long long)frame);
    path->reply_size[OUT] = learn_reply(path, OUT, 0);
    mover_wait(mover);
    mover_send(mover, connection, (long long)frame);
    path->reply_size[IN] = learn_reply(path, IN, coding == CODING_PAYLOAD ? frame : 0);
    mover_wait(mover);
}

void path_close(struct path *path)
{
    close(path->fd);
    free(path->request[OUT]);
    free(path->request[IN]);
}

static size_t receive_up_to(int fd, size_t most)
{
    ssize_t n = recv(fd, room, most, 0);
    if (n <= 0)
        machine_fail("recv");
    return (size_t)n;
}

/* Calls until all frames have passed. */
static void move_frames(struct path *path, enum way way, long frames)
{
    long unasked = frames;
    size_t due = (size_t)frames * path->reply_size[way], taken = 0;
    for (; unasked > 0 && frames - unasked < IN_FLIGHT; unasked--)
        link_send(path->fd, path->request[way], path->request_size[way]);
    while (taken < due) {
        taken += receive_up_to(path->fd, due - taken < AT_ONCE ? due - taken : AT_ONCE);
        long open = (frames - unasked) - (long)(taken / path->reply_size[way]);
        for (; unasked > 0 && open < IN_FLIGHT; unasked--, open++)
            link_send(path->fd, path->request[way], path->request_size[way]);
    }
}

static void move_plain(struct path *path, enum way way, long long bytes)
{
    size_t piece = path->mover->piece; /* divides a MiB */
    for (; way == OUT && bytes > 0; bytes -= (long long)piece)
        link_send(path->fd, room, piece);
    while (bytes > 0)
        bytes -= (long long)receive_up_to(path->fd, piece);
}

static struct cost move(struct path *path, enum way way, long mib)
{
    long long bytes = (long long)mib * MIB;
    struct watch watch = watch_start(path->child, NULL);
    if (way == OUT)
        mover_take(path->mover, path->connection, bytes);
    else
        mover_send(path->mover, path->connection, bytes);
    if (path->frame)
        move_frames(path, way, (long)(bytes / (long long)path->frame));
    else
        move_plain(path, way, bytes);
    mover_wait(path->mover);
    return watch_stop(&watch);
}

struct cost path_out(void *context, long mib)
{
    return move(context, OUT, mib);
}

struct cost path_in(void *context, long mib)
{
    return move(context, IN, mib);
}
