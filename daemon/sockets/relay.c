/* A flow is one direction: from a source, through a pipe by splice(2), to a sink. It is filled only when it is empty: a pipe
 * may refuse more long before it holds as many bytes as it could, and then nobody could tell whether to wait for the source or
 * for the sink.
 *
 * It moves until one of them would block, and is woken by that one. The events are edge-triggered, so that the loop need not
 * be told anew for each piece what is waited for, and so that the end of one direction, which stays readable for ever, is
 * reported once; what comes after it on the pair is that its other end has been closed altogether.
 *
 * Some descriptors are not spliced but copied: those that are no sockets, and sockets that another process holds, too. It may
 * make them blocking at any moment, and splice knows no MSG_DONTWAIT. */
#include "relay.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"
#include "stream.h"
#include "window.h"

#define PIPE_SIZE (1024 * 1024)
#define PAIR_SIZE (768 * 1024) /* of which the kernel makes twice as much */
#define COPY_SIZE (64 * 1024)
#define RESCUE_SIZE (4 * PIPE_SIZE) /* more than the pair holds */
#define TURN_SIZE PIPE_SIZE         /* bytes that one direction may move before others have their turn */
#define BULK (64 * 1024)            /* bytes in a row from where more are expected */

struct flow {
    struct relay *relay;
    struct event *source, *sink; /* readable, writable; NULL where it always is */
    struct event *again;
    int pipe[2];          /* both -1 until the first bytes come */
    size_t held;          /* bytes in it */
    size_t streak;        /* bytes that have come since the source had no more */
    struct buffer copied; /* bytes that go before those; a flow that copies has all of them here */
    bool copies;
    bool blocked; /* the sink is waited for */
    bool ended;   /* nothing more comes from the source */
    bool done;    /* and nothing more goes to the sink */
};

struct relay {
    struct grave grave;
    struct stream *stream;
    int fd; /* the daemon's end of the pair */
    struct window window;
    struct flow flows[SIDES]; /* SIDE_IN: from the stream to the pair */
};

/* Where a flow comes from or goes to. */
struct place {
    int fd;
    bool is_socket, plain;
};

static enum side side_of(const struct flow *flow)
{
    return flow == &flow->relay->flows[SIDE_IN] ? SIDE_IN : SIDE_OUT;
}

static struct place place_of(const struct flow *flow, bool source)
{
    const struct stream *stream = flow->relay->stream;
    enum side side = side_of(flow);
    if ((side == SIDE_OUT) == source)
        return (struct place){flow->relay->fd, true, false};
    return (struct place){stream->fd[side], stream->is_socket[side], stream->plain[side]};
}

/* ---- a flow ---- */

static bool flow_empty(const struct flow *flow)
{
    return flow->held == 0 && buffer_size(&flow->copied) == 0;
}

static void flow_drop(struct flow *flow)
{
    if (flow->pipe[0] >= 0)
        account_refund(&flow->relay->stream->object.identity->account, QUOTA_DESCRIPTORS, 2);
    for (int i = 0; i < 2; i++)
        flow->pipe[i] = fd_close(flow->pipe[i]);
    flow->held = 0;
    buffer_deinit(&flow->copied);
}

/* A pipe for the first bytes. Without one they are copied. */
static void flow_prepare(struct flow *flow)
{
    if (flow->copies || flow->pipe[0] >= 0)
        return;
    int64_t limit;
    bool made = pipe2(flow->pipe, O_NONBLOCK | O_CLOEXEC) == 0;
    flow->copies = !made || !identity_charge_descriptors(flow->relay->stream->object.identity, 2, flow->pipe[1], &limit);
    if (made && flow->copies) {
        close(flow->pipe[0]);
        close(flow->pipe[1]);
    }
    if (flow->copies)
        flow->pipe[0] = flow->pipe[1] = -1;
    else
        fcntl(flow->pipe[0], F_SETPIPE_SZ, PIPE_SIZE); /* refused: it is smaller */
}

static ssize_t fill_copied(struct flow *flow, struct place from)
{
    char *room = buffer_reserve(&flow->copied, COPY_SIZE);
    if (!room) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t n = from.is_socket ? recv(from.fd, room, COPY_SIZE, MSG_DONTWAIT) : read(from.fd, room, COPY_SIZE);
    int error = errno;
    if (n > 0)
        buffer_added(&flow->copied, (size_t)n);
    else
        buffer_consume(&flow->copied, 0);
    errno = error;
    return n;
}

/* How many bytes came; 0 at the end, -1 with errno. */
static ssize_t flow_fill(struct flow *flow, struct place from)
{
    ssize_t n;
    flow_prepare(flow);
    do {
        if (flow->copies)
            return fill_copied(flow, from);
        n = splice(from.fd, NULL, flow->pipe[1], NULL, PIPE_SIZE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (n > 0)
            flow->held += (size_t)n;
        flow->copies = n < 0 && errno == EINVAL && flow->held == 0;
    } while (flow->copies || (n < 0 && errno == EINTR));
    return n;
}

/* How many bytes went, or -1 with errno. */
static ssize_t flow_pass(struct flow *flow, struct place to)
{
    size_t size = buffer_size(&flow->copied);
    ssize_t n;
    do {
        if (size == 0)
            n = splice(flow->pipe[0], NULL, to.fd, NULL, flow->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        else if (to.is_socket)
            n = send(to.fd, buffer_data(&flow->copied), size, MSG_DONTWAIT | MSG_NOSIGNAL);
        else
            n = write(to.fd, buffer_data(&flow->copied), size);
    } while (n < 0 && errno == EINTR);
    if (n > 0 && size == 0)
        flow->held -= (size_t)n;
    else if (n > 0)
        buffer_consume(&flow->copied, (size_t)n);
    return n;
}

/* ---- both of them ---- */

/* Bytes have crossed the stream's own descriptor. */
static void count(struct stream *stream, enum side side, ssize_t size)
{
    *(side == SIDE_IN ? &stream->bytes_in : &stream->bytes_out) += (uint64_t)size;
    stream->object.moved = clock_now();
}

/* A direction is over: whoever holds the other end learns it. */
static void flow_finish(struct flow *flow)
{
    flow->ended = flow->done = true;
    flow_drop(flow);
    shutdown(flow->relay->fd, side_of(flow) == SIDE_IN ? SHUT_WR : SHUT_RD);
}

/* The end has come through. */
static void flow_end(struct flow *flow)
{
    struct stream *stream = flow->relay->stream;
    flow_finish(flow);
    if (side_of(flow) == SIDE_OUT) {
        stream->shut[SIDE_OUT] = true;
        stream_end_side(stream, SIDE_OUT);
    }
}

/* The source has no more, by its end or by an error. */
static void source_ended(struct flow *flow, int error)
{
    struct stream *stream = flow->relay->stream;
    struct flow *out = &flow->relay->flows[SIDE_OUT];
    flow->ended = true;
    if (flow == out)
        return; /* whoever wrote is gone: with or without an error is the same */
    stream->eof = true;
    if (error && !stream->error)
        stream->error = error;
    if (error && stream->is_socket[SIDE_OUT] && stream->fd[SIDE_IN] == stream->fd[SIDE_OUT] && !out->done)
        flow_finish(out);
}

/* The sink takes no more. */
static void sink_failed(struct flow *flow, int error)
{
    struct stream *stream = flow->relay->stream;
    if (side_of(flow) == SIDE_OUT && !stream->error && error != EPIPE) /* which every write meets */
        stream->error = error;
    flow_finish(flow);
}

/* In the loop's next round, when all others that are ready now have had their turn. */
static void flow_later(struct flow *flow)
{
    static const struct timeval at_once = {0, 0};
    event_add(flow->again, &at_once);
}

/* False: the sink would block, or is no more. */
static bool flow_drain(struct flow *flow, size_t *moved)
{
    ssize_t n = flow_pass(flow, place_of(flow, false));
    if (n < 0 && errno == EAGAIN) {
        flow->blocked = flow->sink && event_add(flow->sink, NULL) == 0;
        return false;
    }
    if (n <= 0) {
        sink_failed(flow, n < 0 ? errno : EPIPE);
        return false;
    }
    if (side_of(flow) == SIDE_OUT)
        count(flow->relay->stream, SIDE_OUT, n);
    *moved += (size_t)n;
    return true;
}

/* The source has no more for now, but whoever has sent much in a row is likely to be sending on. */
static void flow_rest(struct flow *flow)
{
    if (flow->streak >= BULK)
        sockets_lull(flow->relay->stream->sockets);
    flow->streak = 0;
}

/* Moves bytes until the source or the sink would block, or others shall have their turn. */
static void flow_move(struct flow *flow)
{
    for (size_t moved = 0; !flow->done && !flow->blocked;) {
        if (moved >= TURN_SIZE) {
            flow_later(flow);
            return;
        }
        if (!flow->ended && flow_empty(flow)) {
            ssize_t n = flow_fill(flow, place_of(flow, true));
            if (n < 0 && errno == EAGAIN) {
                flow_rest(flow);
                return;
            }
            flow->streak += n > 0 ? (size_t)n : 0;
            if (n <= 0)
                source_ended(flow, n < 0 ? errno : 0);
            else if (side_of(flow) == SIDE_IN)
                count(flow->relay->stream, SIDE_IN, n);
        }
        if (flow_empty(flow)) {
            if (!flow->done)
                flow_end(flow);
        } else if (!flow_drain(flow, &moved)) {
            return;
        }
    }
}

/* ---- the loop ---- */

static void relay_release(struct grave *grave)
{
    free((char *)grave - offsetof(struct relay, grave));
}

static void event_gone(struct event **event)
{
    if (*event)
        event_free(*event);
    *event = NULL;
}

static void flow_deinit(struct flow *flow)
{
    event_gone(&flow->source);
    event_gone(&flow->sink);
    event_gone(&flow->again);
    flow_drop(flow);
}

/* Takes a relay from its stream. */
static void relay_leave(struct relay *relay)
{
    flow_deinit(&relay->flows[SIDE_IN]);
    flow_deinit(&relay->flows[SIDE_OUT]);
    if (relay->fd >= 0)
        account_refund(&relay->stream->object.identity->account, QUOTA_DESCRIPTORS, 1);
    relay->fd = fd_close(relay->fd);
    window_release(relay->stream, &relay->window);
    relay->stream->relay = NULL;
    sockets_bury(relay->stream->sockets, &relay->grave, relay_release);
}

/* Whether whoever held the other end has closed it, and not only shut it down. */
static bool pair_closed(const struct relay *relay)
{
    struct pollfd poll_one = {relay->fd, 0, 0};
    return poll(&poll_one, 1, 0) == 1 && poll_one.revents & POLLHUP;
}

static void flow_step(struct flow *flow)
{
    struct relay *relay = flow->relay;
    struct stream *stream = relay->stream;
    struct flow *in = &relay->flows[SIDE_IN], *out = &relay->flows[SIDE_OUT];
    flow_move(flow);
    if (flow == out && out->ended && !in->done && pair_closed(relay))
        flow_finish(in);
    if (!in->done || !out->done)
        return;
    relay_leave(relay);
    stream_stir(stream);
    watchers_notify(&stream->object, WANT_READ | WANT_WRITE);
    stream_run(stream);
}

static void source_ready(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    flow_step(context);
}

static void sink_ready(evutil_socket_t fd, short what, void *context)
{
    struct flow *flow = context;
    flow->blocked = false;
    source_ready(fd, what, flow);
}

/* ---- start and end ---- */

/* An event for one end of a flow. Memory and plain files are always ready. False without memory. */
static bool end_event(struct event_base *base, struct place place, short flags, event_callback_fn ready, struct flow *flow,
                      struct event **event)
{
    if (place.plain || place.fd < 0)
        return true;
    *event = event_new(base, place.fd, flags, ready, flow);
    return *event != NULL;
}

static int flow_init(struct relay *relay, enum side side)
{
    struct stream *stream = relay->stream;
    struct event_base *base = stream->sockets->base;
    struct flow *flow = &relay->flows[side];
    flow->copies = !stream->is_socket[side] || stream->shared;
    flow->again = event_new(base, -1, 0, source_ready, flow);
    if (!flow->again ||
        !end_event(base, place_of(flow, true), EV_READ | EV_ET | EV_PERSIST, source_ready, flow, &flow->source) ||
        !end_event(base, place_of(flow, false), EV_WRITE | EV_ET, sink_ready, flow, &flow->sink))
        return -ENOMEM;
    return 0;
}

/* The loop watches the source from now on; bytes that are there already are looked for once. */
static int flow_start(struct flow *flow)
{
    if (flow->source && event_add(flow->source, NULL) < 0)
        return -ENOMEM;
    flow_later(flow);
    return 0;
}

static int relay_init(struct relay *relay, int *fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    fd_set_nonblocking(pair[1], false);
    fd_widen(pair[0], PAIR_SIZE);
    fd_widen(pair[1], PAIR_SIZE);
    relay->fd = pair[0];
    account_add(&relay->stream->object.identity->account, QUOTA_DESCRIPTORS, 1);
    *fd = pair[1];
    int r = 0;
    for (int side = SIDE_IN; side < SIDES && r == 0; side++)
        r = flow_init(relay, (enum side)side);
    return r;
}

/* The stream's own event must be gone before its descriptor is watched in another way. */
static int relay_attach(struct relay *relay)
{
    struct stream *stream = relay->stream;
    int r = 0;
    stream->relay = relay;
    relay->window = window_bound(stream);
    stream_update(stream);
    for (int side = SIDE_IN; side < SIDES && r == 0; side++) {
        struct flow *flow = &relay->flows[side];
        if (stream->shut[side])
            flow_finish(flow);
        else
            r = flow_start(flow);
    }
    return r;
}

int relay_start(struct stream *stream, int *fd)
{
    struct relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return -ENOMEM;
    *relay = (struct relay){.stream = stream, .fd = -1};
    relay->flows[SIDE_IN] = relay->flows[SIDE_OUT] = (struct flow){.relay = relay, .pipe = {-1, -1}};
    *fd = -1;
    int r = relay_init(relay, fd);
    if (r == 0)
        r = relay_attach(relay);
    if (r < 0) {
        *fd = fd_close(*fd);
        relay_leave(relay);
        stream_update(stream);
        return r;
    }
    if (!stream->shut[SIDE_IN]) {
        relay->flows[SIDE_IN].copied = stream->in; /* consume */
        relay->flows[SIDE_IN].ended = stream->eof;
        stream->in = (struct buffer){0};
    }
    return 0;
}

/* Takes what a descriptor has, as far as there is memory for it. */
static void rescue(int fd, bool is_socket, struct buffer *out)
{
    while (buffer_size(out) < RESCUE_SIZE) {
        char *room = buffer_reserve(out, COPY_SIZE);
        if (!room)
            return;
        ssize_t n = is_socket ? recv(fd, room, COPY_SIZE, MSG_DONTWAIT) : read(fd, room, COPY_SIZE);
        if (n <= 0)
            break;
        buffer_added(out, (size_t)n);
    }
    buffer_consume(out, 0);
}

/* What was written to the pair until no more could be becomes held output. */
static void rescue_output(struct relay *relay, struct buffer *out)
{
    struct flow *flow = &relay->flows[SIDE_OUT];
    shutdown(relay->fd, SHUT_RD);
    *out = flow->copied; /* consume */
    flow->copied = (struct buffer){0};
    if (flow->pipe[0] >= 0)
        rescue(flow->pipe[0], false, out);
    rescue(relay->fd, true, out);
}

void relay_stop(struct stream *stream)
{
    struct relay *relay = stream->relay;
    if (!relay)
        return;
    if (!relay->flows[SIDE_OUT].done)
        rescue_output(relay, &stream->out);
    relay_leave(relay);
}
