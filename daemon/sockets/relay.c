/* A flow is one direction: from a source, through a pipe by splice(2), to a sink. It is filled only when it is empty or when
 * what was in it has just moved on, so that the loop need never be asked whether a source is readable while a sink is not
 * ready: a pipe may refuse more long before it holds as many bytes as it could.
 *
 * Some descriptors are not spliced but copied: those that are no sockets, and sockets that another process holds, too. It may
 * make them blocking at any moment, and splice knows no MSG_DONTWAIT.
 *
 * Nothing is waited for on the pair's end once the other side has shut down its output, except that it is closed altogether. A
 * level-triggered event would report the end of input again and again, so that one is edge-triggered. */
#include "relay.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

#define PIPE_SIZE (1024 * 1024)
#define COPY_SIZE (64 * 1024)
#define RESCUE_SIZE (4 * PIPE_SIZE) /* more than the pair holds */
#define TURN_SIZE PIPE_SIZE /* bytes that one direction may move before others have their turn */

struct flow {
    int pipe[2];          /* both -1 until the first bytes come */
    size_t held;          /* bytes in it */
    struct buffer copied; /* bytes that go before those; a flow that copies has all of them here */
    bool copies;
    bool ended; /* nothing more comes from its source */
    bool done;  /* and nothing more goes to its sink */
};

struct relay {
    struct grave grave;
    struct stream *stream;
    int fd; /* the daemon's end of the pair */
    struct event *pair, *sides[SIDES], *again;
    struct flow flows[SIDES]; /* SIDE_IN: from the stream to the pair */
};

/* Where a flow comes from or goes to. */
struct place {
    int fd;
    bool is_socket;
};

static struct place place_of(const struct relay *relay, enum side side, bool source)
{
    const struct stream *stream = relay->stream;
    bool pair = (side == SIDE_OUT) == source;
    return pair ? (struct place){relay->fd, true} : (struct place){stream->fd[side], stream->is_socket};
}

/* ---- a flow ---- */

static bool flow_empty(const struct flow *flow)
{
    return flow->held == 0 && buffer_size(&flow->copied) == 0;
}

static void flow_drop(struct flow *flow)
{
    for (int i = 0; i < 2; i++) {
        if (flow->pipe[i] >= 0)
            close(flow->pipe[i]);
        flow->pipe[i] = -1;
    }
    flow->held = 0;
    buffer_deinit(&flow->copied);
}

/* A pipe for the first bytes. Without one they are copied. */
static void flow_prepare(struct flow *flow)
{
    if (flow->copies || flow->pipe[0] >= 0)
        return;
    flow->copies = pipe2(flow->pipe, O_NONBLOCK | O_CLOEXEC) < 0;
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
static void count(struct relay *relay, enum side side, ssize_t size)
{
    struct stream *stream = relay->stream;
    *(side == SIDE_IN ? &stream->bytes_in : &stream->bytes_out) += (uint64_t)size;
    stream->object.moved = clock_now();
}

/* A direction is over: whoever holds the other end learns it. */
static void flow_finish(struct relay *relay, enum side side)
{
    struct flow *flow = &relay->flows[side];
    flow->ended = flow->done = true;
    flow_drop(flow);
    shutdown(relay->fd, side == SIDE_IN ? SHUT_WR : SHUT_RD);
}

/* The end has come through. */
static void flow_end(struct relay *relay, enum side side)
{
    struct stream *stream = relay->stream;
    flow_finish(relay, side);
    if (side == SIDE_OUT) {
        shutdown(stream->fd[SIDE_OUT], SHUT_WR);
        stream->shut[SIDE_OUT] = true;
    }
}

/* The source has no more, by its end or by an error. */
static void source_ended(struct relay *relay, enum side side, int error)
{
    struct stream *stream = relay->stream;
    relay->flows[side].ended = true;
    if (side == SIDE_OUT)
        return; /* whoever wrote is gone: with or without an error is the same */
    stream->eof = true;
    if (error && !stream->error)
        stream->error = error;
    if (error && stream->is_socket && !relay->flows[SIDE_OUT].done)
        flow_finish(relay, SIDE_OUT);
}

/* The sink takes no more. */
static void sink_failed(struct relay *relay, enum side side, int error)
{
    struct stream *stream = relay->stream;
    if (side == SIDE_OUT && !stream->error && error != EPIPE) /* which every write meets */
        stream->error = error;
    flow_finish(relay, side);
}

/* Moves bytes until neither end can go on. True where it stopped only so that others have their turn. */
static bool flow_move(struct relay *relay, enum side side)
{
    struct flow *flow = &relay->flows[side];
    struct place from = place_of(relay, side, true), to = place_of(relay, side, false);
    for (size_t moved = 0; !flow->done && moved < TURN_SIZE;) {
        if (!flow->ended && flow_empty(flow)) {
            ssize_t n = flow_fill(flow, from);
            if (n < 0 && errno == EAGAIN)
                return false;
            if (n <= 0)
                source_ended(relay, side, n < 0 ? errno : 0);
            else if (side == SIDE_IN)
                count(relay, side, n);
        }
        if (flow_empty(flow)) {
            if (flow->ended && !flow->done)
                flow_end(relay, side);
            continue;
        }
        ssize_t n = flow_pass(flow, to);
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0) {
            sink_failed(relay, side, n < 0 ? errno : EPIPE);
            continue;
        }
        if (side == SIDE_OUT)
            count(relay, side, n);
        moved += (size_t)n;
    }
    return !flow->done;
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

/* Takes a relay from its stream. */
static void relay_leave(struct relay *relay)
{
    struct stream *stream = relay->stream;
    event_gone(&relay->pair);
    event_gone(&relay->sides[SIDE_IN]);
    event_gone(&relay->sides[SIDE_OUT]);
    event_gone(&relay->again);
    flow_drop(&relay->flows[SIDE_IN]);
    flow_drop(&relay->flows[SIDE_OUT]);
    close(relay->fd);
    stream->relay = NULL;
    sockets_bury(stream->sockets, &relay->grave);
}

static void relay_ready(evutil_socket_t fd, short what, void *context);

static void want(struct relay *relay, struct event **event, int fd, short flags)
{
    if (*event && event_get_events(*event) == (flags | EV_PERSIST))
        return;
    event_gone(event);
    if (!flags || fd < 0)
        return;
    *event = event_new(relay->stream->sockets->base, fd, (short)(flags | EV_PERSIST), relay_ready, relay);
    if (*event && event_add(*event, NULL) < 0) /* a plain file: it is always ready */
        event_gone(event);
}

static short source_wants(const struct flow *flow)
{
    return !flow->ended && flow_empty(flow) ? EV_READ : 0;
}

static short sink_wants(const struct flow *flow)
{
    return !flow->done && !flow_empty(flow) ? EV_WRITE : 0;
}

static void relay_update(struct relay *relay)
{
    const struct flow *in = &relay->flows[SIDE_IN], *out = &relay->flows[SIDE_OUT];
    const int *fd = relay->stream->fd;
    short source = source_wants(in), sink = sink_wants(out), pair = source_wants(out) | sink_wants(in);
    if (!pair && out->ended)
        pair = EV_READ | EV_ET;
    want(relay, &relay->pair, relay->fd, pair);
    if (fd[SIDE_IN] == fd[SIDE_OUT]) {
        want(relay, &relay->sides[SIDE_IN], fd[SIDE_IN], source | sink);
    } else {
        want(relay, &relay->sides[SIDE_IN], fd[SIDE_IN], source);
        want(relay, &relay->sides[SIDE_OUT], fd[SIDE_OUT], sink);
    }
}

/* Whether whoever held the other end has closed it, and not only shut it down. */
static bool pair_closed(const struct relay *relay)
{
    struct pollfd poll_one = {relay->fd, 0, 0};
    return poll(&poll_one, 1, 0) == 1 && poll_one.revents & POLLHUP;
}

/* In the loop's next round, when all others that are ready now have had their turn. */
static void relay_later(struct relay *relay)
{
    static const struct timeval at_once = {0, 0};
    event_add(relay->again, &at_once);
}

static void relay_ready(evutil_socket_t fd, short what, void *context)
{
    struct relay *relay = context;
    struct stream *stream = relay->stream;
    struct flow *in = &relay->flows[SIDE_IN], *out = &relay->flows[SIDE_OUT];
    (void)fd;
    (void)what;
    bool more = flow_move(relay, SIDE_OUT);
    more |= flow_move(relay, SIDE_IN);
    if (!in->done && out->ended && pair_closed(relay))
        flow_finish(relay, SIDE_IN);
    if (!in->done || !out->done) {
        relay_update(relay);
        if (more)
            relay_later(relay);
        return;
    }
    relay_leave(relay);
    watchers_notify(&stream->object, WANT_READ | WANT_WRITE);
    stream_run(stream);
}

/* ---- start and end ---- */

/* As much as a pipe, where the system allows it. */
static void enlarge(int fd)
{
    int size = PIPE_SIZE;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static void flow_init(struct relay *relay, enum side side)
{
    struct stream *stream = relay->stream;
    struct flow *flow = &relay->flows[side];
    *flow = (struct flow){.pipe = {-1, -1}, .copies = !stream->is_socket || stream->shared};
    if (stream->shut[side])
        flow_finish(relay, side);
}

/* Both ends of the pair, and what the relay needs beside them. */
static int relay_prepare(struct relay *relay, int *fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    relay->fd = pair[0];
    relay->again = event_new(relay->stream->sockets->base, -1, 0, relay_ready, relay);
    if (!relay->again || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0) {
        close(pair[0]);
        close(pair[1]);
        return -ENOMEM;
    }
    enlarge(pair[0]);
    enlarge(pair[1]);
    *fd = pair[1];
    return 0;
}

int relay_start(struct stream *stream, int *fd)
{
    struct relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return -ENOMEM;
    relay->stream = stream;
    relay->grave.release = relay_release;
    int r = relay_prepare(relay, fd);
    if (r < 0) {
        free(relay);
        return r;
    }
    flow_init(relay, SIDE_IN);
    flow_init(relay, SIDE_OUT);
    if (!stream->shut[SIDE_IN]) {
        relay->flows[SIDE_IN].copied = stream->in; /* consume */
        relay->flows[SIDE_IN].ended = stream->eof;
        stream->in = (struct buffer){0};
    }
    stream->relay = relay;
    stream_update(stream);
    relay_later(relay);
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
