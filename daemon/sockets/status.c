#include "status.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "listener.h"
#include "stream.h"

/* What fails one way then fails the other. */
static bool one_socket(const struct stream *stream)
{
    bool same = stream->fd[SIDE_IN] == stream->fd[SIDE_OUT] || stream->fd[SIDE_IN] < 0 || stream->fd[SIDE_OUT] < 0;
    return same && stream->is_socket[SIDE_IN];
}

/* The kernel's error, kept until a read or write tells it: SO_ERROR forgets what it has told. EPIPE is none: a peer that had
 * ended its side has reset the connection, so a read still meets the end, and each write meets EPIPE anew. */
static void keep_error(struct stream *stream)
{
    int fd, error = 0;
    socklen_t size = sizeof error;
    if (!stream->error && stream_socket(stream, SIDE_IN, &fd) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != EPIPE)
        stream->error = error;
}

static enum readiness input_of(struct stream *stream, int events)
{
    if (stream->shut[SIDE_IN] || stream->dial)
        return READY_NOT;
    bool known = stream->unread >= 0 || stream->eof || stream->fd[SIDE_IN] < 0 || buffer_size(&stream->in) > 0 || stream->ahead;
    if (!known && !(events & (POLLIN | POLLHUP | POLLERR)))
        return READY_NOT;
    return stream_readiness(stream);
}

static enum readiness output_of(const struct stream *stream, int events)
{
    if (stream->shut[SIDE_OUT] || stream->dial)
        return READY_NOT;
    if (stream->error || (events & POLLERR && !one_socket(stream)))
        return READY_ERROR;
    if (stream->fd[SIDE_OUT] < 0)
        return READY_INPUT;
    return events & POLLOUT && TAILQ_EMPTY(&stream->waiting[SIDE_OUT]) ? READY_INPUT : READY_NOT;
}

/* The manual's table. A stream that has anything to read can be read even where writing fails. */
static int combine(enum readiness in, enum readiness out)
{
    if (in == READY_INPUT)
        return out == READY_INPUT ? STATUS_IO : STATUS_INPUT;
    if (in == READY_ERROR || out == READY_ERROR)
        return STATUS_ERROR;
    if (in == READY_END)
        return out == READY_INPUT ? STATUS_APPEND : STATUS_EOF;
    return out == READY_INPUT ? STATUS_OUTPUT : -1;
}

static int stream_status(struct stream *stream, int direction)
{
    const short *answer = stream->answer;
    if (stream->relay) /* its bytes are another's to read and to write */
        return -1;
    if (one_socket(stream) && (answer[SIDE_IN] | answer[SIDE_OUT]) & POLLERR)
        keep_error(stream);
    enum readiness in = direction == DIRECTION_OUTPUT ? READY_NOT : input_of(stream, answer[SIDE_IN]);
    enum readiness out = direction == DIRECTION_INPUT ? READY_NOT : output_of(stream, answer[SIDE_OUT]);
    return combine(in, out);
}

/* Whether what the kernel said last still holds: for the rest of the turn, because a request that was read together with the
 * one before it had been sent when the kernel was asked; or until a change is told. */
static bool is_known(const struct object *object)
{
    const struct stream *stream = (const struct stream *)object;
    return object->kind == KIND_STREAM && (stream->asked == stream->sockets->turn || (stream->tracked && stream->asked));
}

static size_t poll_for(const struct object *object, struct pollfd *polls)
{
    if (object->kind == KIND_SERVER) {
        polls[0] = (struct pollfd){((const struct listener *)object)->fd, POLLIN, 0};
        return 1;
    }
    const struct stream *stream = (const struct stream *)object;
    if (stream->fd[SIDE_IN] == stream->fd[SIDE_OUT]) {
        polls[0] = (struct pollfd){stream->fd[SIDE_IN], POLLIN | POLLOUT, 0};
        return 1;
    }
    polls[0] = (struct pollfd){stream->fd[SIDE_IN], POLLIN, 0};
    polls[1] = (struct pollfd){stream->fd[SIDE_OUT], POLLOUT, 0};
    return 2;
}

static size_t note(struct status_item *item, const struct pollfd *polls)
{
    if (item->object->kind == KIND_SERVER) {
        item->answer = item->direction != DIRECTION_OUTPUT && polls[0].revents & POLLIN ? STATUS_TRUE : -1;
        return 1;
    }
    struct stream *stream = stream_of(item->object);
    bool same = stream->fd[SIDE_IN] == stream->fd[SIDE_OUT];
    stream->answer[SIDE_IN] = polls[0].revents;
    stream->answer[SIDE_OUT] = polls[same ? 0 : 1].revents;
    return same ? 1 : 2;
}

/* Has the changes of many streams told from now on, and learns what has changed. How many must be asked all the same. */
static size_t learn(const struct status_item *items, size_t count)
{
    struct sockets *tracking = NULL;
    size_t unknown = 0;
    for (size_t i = 0; i < count; i++) {
        struct object *object = items[i].object;
        if (object->kind != KIND_STREAM)
            continue;
        if (count > STATUS_FEW)
            readiness_track(stream_of(object));
        if (stream_of(object)->tracked)
            tracking = stream_of(object)->sockets;
    }
    if (tracking)
        readiness_collect(tracking);
    for (size_t i = 0; i < count; i++)
        unknown += !is_known(items[i].object);
    return unknown;
}

/* Asks the kernel for those that nothing is known of, in one go. */
static void ask(struct status_item *items, size_t count, struct pollfd *polls)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_known(items[i].object))
            n += poll_for(items[i].object, &polls[n]);
    poll(polls, n, 0);
    n = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_known(items[i].object))
            n += note(&items[i], &polls[n]);
    for (size_t i = 0; i < count; i++)
        if (items[i].object->kind == KIND_STREAM)
            stream_of(items[i].object)->asked = stream_of(items[i].object)->sockets->turn;
}

int status_ask(struct status_item *items, size_t count)
{
    struct pollfd few[STATUS_FEW * SIDES], *polls = few;
    int actionable = 0;
    size_t unknown = learn(items, count);
    if (unknown > STATUS_FEW)
        polls = calloc(unknown, SIDES * sizeof *polls);
    if (!polls)
        return -ENOMEM;
    if (unknown > 0)
        ask(items, count, polls);
    for (size_t i = 0; i < count; i++) {
        if (items[i].object->kind == KIND_STREAM)
            items[i].answer = stream_status(stream_of(items[i].object), items[i].direction);
        actionable += items[i].answer >= 0;
    }
    if (polls != few)
        free(polls);
    return actionable;
}

unsigned status_wants(const struct status_item *item)
{
    unsigned wants = 0;
    if (item->object->kind == KIND_SERVER)
        return item->direction == DIRECTION_OUTPUT ? WANT_NOTHING : WANT_READ;
    const struct stream *stream = (const struct stream *)item->object;
    if (item->direction != DIRECTION_OUTPUT && !stream->shut[SIDE_IN])
        wants |= WANT_READ;
    if (item->direction != DIRECTION_INPUT && !stream->shut[SIDE_OUT])
        wants |= WANT_WRITE;
    return wants;
}
