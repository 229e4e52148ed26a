#include "status.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "listener.h"
#include "stream.h"

#define FEW 32 /* items that need no memory */

/* The kernel's error, kept until a read or write tells it: SO_ERROR forgets what it has told. */
static void keep_error(struct stream *stream)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (!stream->error && getsockopt(stream->fd[SIDE_IN], SOL_SOCKET, SO_ERROR, &error, &size) == 0)
        stream->error = error;
}

static enum readiness input_of(struct stream *stream, int events)
{
    if (stream->shut[SIDE_IN] || stream->dial)
        return READY_NOT;
    bool known = stream->unread >= 0 || stream->eof || stream->fd[SIDE_IN] < 0 || buffer_size(&stream->in) > 0;
    if (!known && !(events & (POLLIN | POLLHUP | POLLERR)))
        return READY_NOT;
    return stream_readiness(stream);
}

static enum readiness output_of(const struct stream *stream, int events)
{
    if (stream->shut[SIDE_OUT] || stream->dial)
        return READY_NOT;
    if (stream->error || (!stream->is_socket && events & POLLERR))
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

static int stream_status(struct stream *stream, int direction, const struct pollfd polls[SIDES])
{
    if (stream->relay)
        return -1;
    if (stream->is_socket && polls[SIDE_IN].revents & POLLERR)
        keep_error(stream);
    enum readiness in = direction == DIRECTION_OUTPUT ? READY_NOT : input_of(stream, polls[SIDE_IN].revents);
    enum readiness out = direction == DIRECTION_INPUT ? READY_NOT : output_of(stream, polls[SIDE_OUT].revents);
    return combine(in, out);
}

static void poll_for(const struct object *object, struct pollfd polls[SIDES])
{
    polls[SIDE_IN] = polls[SIDE_OUT] = (struct pollfd){-1, 0, 0};
    if (object->kind == KIND_SERVER) {
        polls[SIDE_IN] = (struct pollfd){((const struct listener *)object)->fd, POLLIN, 0};
    } else {
        const struct stream *stream = (const struct stream *)object;
        polls[SIDE_IN] = (struct pollfd){stream->fd[SIDE_IN], POLLIN, 0};
        polls[SIDE_OUT] = (struct pollfd){stream->fd[SIDE_OUT], POLLOUT, 0};
    }
}

int status_ask(struct status_item *items, size_t count)
{
    struct pollfd few[FEW * SIDES], *polls = few;
    int actionable = 0;
    if (count > FEW)
        polls = calloc(count, SIDES * sizeof *polls);
    if (!polls)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        poll_for(items[i].object, &polls[i * SIDES]);
    poll(polls, count * SIDES, 0);
    for (size_t i = 0; i < count; i++) {
        struct status_item *item = &items[i];
        const struct pollfd *its = &polls[i * SIDES];
        if (item->object->kind == KIND_STREAM)
            item->answer = stream_status(stream_of(item->object), item->direction, its);
        else
            item->answer = item->direction != DIRECTION_OUTPUT && its[SIDE_IN].revents & POLLIN ? STATUS_TRUE : -1;
        actionable += item->answer >= 0;
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
