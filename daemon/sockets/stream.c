/* A stream's life, and what it asks of the loop.
 *
 * The loop is asked for readiness only while somebody waits for it: an idle stream has no event at all. A call that ends out
 * of turn, a set of attributes that waits for both sides, output that leaves in the background: all of it comes down to
 * stream_run, which tries the first of each queue and then asks the loop anew. */
#include "stream.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fd.h"
#include "relay.h"

#define MEMORY_DEVICES 1 /* the major number of /dev/null and its like */

static void stream_release(struct grave *grave)
{
    struct stream *stream = (struct stream *)((char *)grave - offsetof(struct stream, object.grave));
    if (stream->weight)
        account_refund(&stream->object.identity->account, QUOTA_BUFFERED, (int64_t)stream->weight);
    object_deinit(&stream->object);
    text_deinit(&stream->text);
    buffer_deinit(&stream->in);
    buffer_deinit(&stream->out);
    free(stream->options);
    free(stream);
}

int stream_options_check(const struct stream_options *options, struct trouble *trouble)
{
    if (options->format.encoding.data && !text_encoding_known(options->format.encoding))
        return trouble_param(trouble, "external_format", "the encoding is not known");
    return 0;
}

/* Looks at what descriptors from elsewhere are; our own are sockets. */
static void know_kind(struct stream *stream, bool foreign)
{
    for (int side = SIDE_IN; side < SIDES; side++) {
        struct stat stat;
        stream->is_socket[side] = true;
        if (!foreign || stream->fd[side] < 0 || fstat(stream->fd[side], &stat) < 0)
            continue;
        stream->is_socket[side] = S_ISSOCK(stat.st_mode);
        stream->plain[side] = S_ISREG(stat.st_mode) || (S_ISCHR(stat.st_mode) && major(stat.st_rdev) == MEMORY_DEVICES);
    }
    for (int side = SIDE_IN; side < SIDES; side++) /* one descriptor, or none yet */
        if (stream->fd[side] < 0)
            stream->is_socket[side] = stream->is_socket[!side];
}

static void close_both(int in, int out)
{
    if (in >= 0)
        close(in);
    if (out >= 0 && out != in)
        close(out);
}

/* A dial that the stream has taken over ends here. */
static void stream_connected(void *context, const struct dial_result *result)
{
    struct stream *stream = context;
    stream->dial = NULL;
    sockets_stir(stream->sockets);
    stream->fd[SIDE_IN] = stream->fd[SIDE_OUT] = result->fd;
    if (result->fd < 0)
        stream->error = result->error ? result->error : result->resolve_error ? EHOSTUNREACH : EACCES;
    watchers_notify(&stream->object, WANT_READ | WANT_WRITE);
    stream_run(stream);
}

static int stream_fill_in(struct stream *stream, const struct stream_options *options, struct trouble *trouble)
{
    int r = text_set_format(&stream->text, &options->format);
    if (r < 0)
        return r == -EINVAL ? trouble_param(trouble, "external_format", "the encoding is not known") : r;
    int in = stream->fd[SIDE_IN], out = stream->fd[SIDE_OUT];
    const struct object_entry entry = {
        .kind = KIND_STREAM,
        .lifetime = (enum lifetime)options->lifetime,
        .identity = options->identity,
        .session = options->session,
        .descriptors = in >= 0 && out >= 0 && in != out ? 2 : 1, /* one that is still connecting will have one */
        .fd = in > out ? in : out,
    };
    return object_enter(&stream->sockets->objects, &stream->object, &entry, trouble);
}

int stream_new(struct sockets *sockets, const struct stream_options *options, int in, int out, struct dial *dial,
               struct sockd_text host, int port, struct stream **result, struct trouble *trouble)
{
    struct stream *stream = calloc(1, offsetof(struct stream, host) + host.size + 1);
    int r = -ENOMEM;
    if (stream) {
        stream->sockets = sockets;
        stream->fd[SIDE_IN] = in;
        stream->fd[SIDE_OUT] = out;
        stream->shut[SIDE_IN] = in < 0 && !dial;
        stream->shut[SIDE_OUT] = out < 0 && !dial;
        know_kind(stream, options->foreign);
        stream->port = (uint16_t)port;
        if (host.size > 0)
            memcpy(stream->host, host.data, host.size);
        stream->element = (uint8_t)options->element;
        stream->buffered = (uint8_t)options->buffered;
        stream->unread = stream->last = -1;
        TAILQ_INIT(&stream->waiting[SIDE_IN]);
        TAILQ_INIT(&stream->waiting[SIDE_OUT]);
        r = stream_fill_in(stream, options, trouble);
    }
    if (r != 0) {
        if (stream)
            stream_release(&stream->object.grave);
        close_both(in, out);
        dial_cancel(dial);
        return r;
    }
    stream->dial = dial; /* consume */
    if (dial)
        dial_pass(dial, stream_connected, stream);
    sockets_tell(sockets, options->accepted ? EVENT_KIND_ACCEPTED : EVENT_KIND_OPENED, &stream->object);
    *result = stream;
    return 0;
}

static void event_gone(struct event **event)
{
    if (*event)
        event_free(*event);
    *event = NULL;
}

/* Takes a stream out of everything that could reach it; its descriptors stay. */
static void stream_withdraw(struct stream *stream)
{
    struct sockets *sockets = stream->sockets;
    stream->object.closed = true;
    sockets_tell(sockets, EVENT_KIND_CLOSED, &stream->object);
    object_leave(&sockets->objects, &stream->object);
    stream->dial = dial_cancel(stream->dial);
    event_gone(&stream->event[SIDE_IN]);
    event_gone(&stream->event[SIDE_OUT]);
    waiters_dismiss(&stream->waiting[SIDE_IN], &stream->object);
    waiters_dismiss(&stream->waiting[SIDE_OUT], &stream->object);
    watchers_dismiss(&stream->object);
    stream_drop_ahead(stream);
    sockets_bury(sockets, &stream->object.grave, stream_release);
}

/* The descriptor that output leaves by is the closer's from now on. */
static struct closer *give_up(struct stream *stream, closer_done *done, void *context)
{
    struct closer *closer = NULL;
    int in = stream->fd[SIDE_IN], out = stream->fd[SIDE_OUT];
    stream_withdraw(stream);
    sockets_stir(stream->sockets);
    stream->fd[SIDE_IN] = stream->fd[SIDE_OUT] = -1;
    if (in != out)
        fd_discard(in);
    if (stream->shared)
        fd_never_linger(out);
    if (out >= 0)
        closer = closer_start(stream->sockets, stream->object.identity, out, stream->is_socket[SIDE_OUT], &stream->out,
                              stream->options, done, context);
    return closer;
}

void stream_close(struct stream *stream, bool cut)
{
    if (stream->object.closed)
        return;
    relay_stop(stream);
    if (cut || stream->shut[SIDE_OUT])
        buffer_deinit(&stream->out);
    give_up(stream, NULL, NULL);
}

struct closer *stream_finish(struct stream *stream, closer_done *done, void *context)
{
    return give_up(stream, done, context);
}

void stream_poke(struct stream *stream)
{
    if (stream->event[SIDE_IN])
        event_active(stream->event[SIDE_IN], EV_READ, 0);
}

int stream_detach(struct stream *stream)
{
    int fd = stream->fd[SIDE_IN];
    readiness_forget(stream);
    stream->object.ending = "detached";
    stream_withdraw(stream);
    stream->fd[SIDE_IN] = stream->fd[SIDE_OUT] = -1;
    return fd;
}

/* ---- the loop ---- */

static void stream_event(evutil_socket_t fd, short what, void *context)
{
    struct stream *stream = context;
    (void)fd;
    if (what & EV_WRITE && stream->flushing) {
        struct trouble trouble;
        if (stream_force(stream, &trouble) > 0)
            stream->error = (int)trouble.fault.number; /* nobody waits: the next operation tells */
    }
    watchers_notify(&stream->object, (what & EV_READ ? WANT_READ : 0) | (what & EV_WRITE ? WANT_WRITE : 0));
    stream_run(stream);
}

static unsigned first_wants(const struct waiters *queue)
{
    const struct waiter *waiter = TAILQ_FIRST(queue);
    return waiter ? waiter->wants : WANT_NOTHING;
}

static void event_want(struct stream *stream, enum side side, unsigned wants)
{
    short flags = (short)((wants & WANT_READ ? EV_READ : 0) | (wants & WANT_WRITE ? EV_WRITE : 0));
    struct event *event = stream->event[side];
    if (event && event_get_events(event) == (flags | EV_PERSIST))
        return;
    event_gone(&stream->event[side]);
    if (!flags || stream->fd[side] < 0 || stream->plain[side])
        return;
    event = event_new(stream->sockets->base, stream->fd[side], flags | EV_PERSIST, stream_event, stream);
    if (event && event_add(event, NULL) < 0) {
        event_free(event);
        event = NULL;
    }
    stream->event[side] = event;
}

void stream_update(struct stream *stream)
{
    if (stream->object.closed)
        return;
    unsigned wants = first_wants(&stream->waiting[SIDE_IN]) | first_wants(&stream->waiting[SIDE_OUT]) |
                     watchers_want(&stream->object) | (stream->flushing ? WANT_WRITE : 0);
    if (stream->relay)
        wants = WANT_NOTHING;
    if (stream->fd[SIDE_IN] == stream->fd[SIDE_OUT]) {
        event_want(stream, SIDE_IN, wants);
    } else {
        event_want(stream, SIDE_IN, wants & WANT_READ);
        event_want(stream, SIDE_OUT, wants & WANT_WRITE);
    }
}

/* A call that concerns both sides stands with input and wants nothing of the loop: the end of output lets it go on, so that
 * input is tried once more then. */
void stream_run(struct stream *stream)
{
    watchers_notify(&stream->object, WANT_CHANGE);
    waiters_run(&stream->waiting[SIDE_IN], &stream->object);
    waiters_run(&stream->waiting[SIDE_OUT], &stream->object);
    if (TAILQ_EMPTY(&stream->waiting[SIDE_OUT]) && first_wants(&stream->waiting[SIDE_IN]) == WANT_NOTHING)
        waiters_run(&stream->waiting[SIDE_IN], &stream->object);
    if (stream->ahead && TAILQ_EMPTY(&stream->waiting[SIDE_IN]) && stream_catch_up(stream) < 0) /* nobody waits for it now */
        stream->error = ENOMEM;
    stream_update(stream);
}
