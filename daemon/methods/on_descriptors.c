/* Streams to descriptors, and descriptors to streams. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fd.h"
#include "handlers.h"
#include "handover.h"
#include "relay.h"
#include "warrant.h"

/* ---- out ---- */

/* The way to go: what was asked for, or the best that is allowed. */
static int choose_via(struct call *call, const struct stream_handles_params *in, int *via)
{
    bool may_export = identity_may(call_identity(call), RIGHT_EXPORT);
    *via = in->via != SOCKD_UNSET ? in->via : may_export || in->detach ? VIA_DIRECT : VIA_RELAY;
    if (call->batch)
        return trouble_param(call_trouble(call), "via", "the replies of a batch carry no descriptors");
    if (*via == VIA_RELAY && in->detach)
        return trouble_param(call_trouble(call), "detach", "a relay needs its handle");
    if (*via == VIA_DIRECT && !warrant_right(call_sockets(call), call_identity(call), RIGHT_EXPORT, call->method->name))
        return trouble_denied(call_trouble(call), call->method->name, SOCKD_TEXT("direct"),
                              call_identity(call)->principal->profile);
    return 0;
}

static int check_idle(struct call *call, const struct stream *stream)
{
    struct trouble *trouble = call_trouble(call);
    uint64_t handle = stream->object.handle;
    if (stream->dial)
        return trouble_busy(trouble, handle, "it is still connecting");
    if (stream->relay)
        return trouble_busy(trouble, handle, "it is handed out as a relay");
    if (!TAILQ_EMPTY(&stream->waiting[SIDE_IN]) || !TAILQ_EMPTY(&stream->waiting[SIDE_OUT]))
        return trouble_busy(trouble, handle, "calls wait on it");
    bool ended = stream->shut[SIDE_IN] && stream->shut[SIDE_OUT];
    if (stream->fd[SIDE_IN] < 0 && stream->fd[SIDE_OUT] < 0 && !ended)
        return trouble_os(trouble, call->method->name, ENOTCONN);
    return 0;
}

/* Held output must be gone before others write. */
static int send_held(struct call *call, struct stream *stream)
{
    if (stream->shut[SIDE_OUT])
        return 0;
    int r = stream_force(stream, call_trouble(call));
    stream_update(stream);
    if (r == 0 && buffer_size(&stream->out) > 0)
        return trouble_busy(call_trouble(call), stream->object.handle, "output is still on its way");
    return r;
}

/* What has been read and by nobody used becomes bytes in stream->in. The rest of a newline, of which the first half has been
 * read, belongs to that. */
static int gather_input(struct stream *stream)
{
    if (stream->shut[SIDE_IN])
        return 0;
    int r = stream_plain_input(stream);
    if (stream->text.skip_lf && buffer_size(&stream->in) == 0)
        stream_fill(stream, 0);
    stream_drop_lf(stream);
    stream_settle(stream);
    return r;
}

/* Makes room for descriptors, none yet; where none will come there is none. */
static int reply_room(struct call *call, const struct stream *stream)
{
    if (stream->shut[SIDE_IN] && stream->shut[SIDE_OUT])
        return 0;
    call->reply_fds = malloc(SIDES * sizeof *call->reply_fds);
    return call->reply_fds ? 0 : -ENOMEM;
}

static int64_t reply_add(struct call *call, int fd)
{
    call->reply_fds[call->reply_fd_count] = fd;
    return (int64_t)call->reply_fd_count++;
}

static int too_many(struct call *call, int64_t limit)
{
    return trouble_limit(call_trouble(call), quota_names[QUOTA_DESCRIPTORS], limit);
}

/* The session pays for what is on its way to it, the stream's owner for a relay's end: room for both, in either case. */
static int check_room(struct call *call)
{
    int64_t limit;
    return account_room(&call_identity(call)->account, QUOTA_DESCRIPTORS, &limit) < SIDES ? too_many(call, limit) : 0;
}

/* Those that are reserved are not handed out. */
static int check_numbers(struct call *call)
{
    int64_t limit;
    for (size_t i = 0; i < call->reply_fd_count; i++)
        if (!identity_may_keep(call_identity(call), call->reply_fds[i], &limit))
            return too_many(call, limit);
    return 0;
}

static int hand_out_relay(struct call *call, struct stream *stream, struct stream_handles_result *out)
{
    bool in = !stream->shut[SIDE_IN], both = in && !stream->shut[SIDE_OUT];
    int fd;
    if (!in && stream->shut[SIDE_OUT])
        return 0;
    int r = relay_start(stream, &fd);
    if (r < 0)
        return r;
    int64_t index = reply_add(call, fd);
    r = check_numbers(call);
    if (r != 0) {
        relay_stop(stream);
        return r;
    }
    if (in)
        out->input = index;
    if (both || !in)
        out->output = index;
    return 0;
}

/* Takes the stream's own descriptor from it. */
static int take_from(struct stream *stream, enum side side)
{
    int fd = stream->fd[side];
    for (int i = SIDE_IN; i < SIDES; i++)
        if (stream->fd[i] == fd)
            stream->fd[i] = -1;
    return fd;
}

/* One descriptor for both sides where the stream has only one: a copy, or with detach its own. 0, or -errno, which only copies
 * come to. */
static int hand_out_direct(struct call *call, struct stream *stream, bool detach, struct stream_handles_result *out)
{
    int64_t *indexes[SIDES] = {&out->input, &out->output};
    bool same = stream->fd[SIDE_IN] == stream->fd[SIDE_OUT];
    for (int side = SIDE_IN; side < SIDES; side++) {
        if (stream->shut[side])
            continue;
        if (side == SIDE_OUT && same && out->input != SOCKD_NULL) {
            out->output = out->input;
            continue;
        }
        if (stream->fd[side] < 0)
            continue;
        int fd = detach ? take_from(stream, (enum side)side) : handover_share(stream, (enum side)side);
        if (fd < 0)
            return fd;
        *indexes[side] = reply_add(call, fd);
    }
    return 0;
}

/* The descriptors have been handed out; what else the stream has goes without a word to the peer. */
static void detach(struct call *call, struct stream *stream)
{
    int in = stream->fd[SIDE_IN], out = stream->fd[SIDE_OUT];
    for (size_t i = 0; i < call->reply_fd_count; i++)
        handover_give_options(call->reply_fds[i], stream->options);
    stream_detach(stream);
    if (in != out)
        fd_close(in);
    fd_close(out);
}

static void pending_release(struct call *call)
{
    buffer_deinit(call->other.state);
    free(call->other.state);
}

/* Makes room for the stream's input in the reply. */
static struct buffer *pending_room(struct call *call)
{
    struct buffer *pending = calloc(1, sizeof *pending);
    if (pending)
        call_progress(call, pending, pending_release);
    return pending;
}

static int hand_out_itself(struct call *call, struct stream *stream, bool detached, struct stream_handles_result *out)
{
    struct buffer *pending = pending_room(call);
    int r = pending ? hand_out_direct(call, stream, detached, out) : -ENOMEM;
    if (r == 0 && !detached)
        r = check_numbers(call);
    if (r != 0)
        return r;
    *pending = stream->in; /* consume */
    stream->in = (struct buffer){0};
    out->pending = (struct sockd_bytes){(const unsigned char *)buffer_data(pending), buffer_size(pending)};
    if (detached)
        detach(call, stream);
    return 0;
}

int on_stream_handles(struct call *call, const struct stream_handles_params *in, struct stream_handles_result *out)
{
    struct stream *stream;
    int r = choose_via(call, in, &out->via);
    if (r == 0)
        r = call_stream(call, in->stream, &stream);
    if (r == 0)
        r = check_idle(call, stream);
    if (r == 0)
        r = check_room(call);
    if (r == 0)
        r = send_held(call, stream);
    if (r == 0)
        r = gather_input(stream);
    if (r == 0)
        r = reply_room(call, stream);
    if (r != 0)
        return r;
    out->pending = (struct sockd_bytes){(const unsigned char *)"", 0};
    return out->via == VIA_RELAY ? hand_out_relay(call, stream, out) : hand_out_itself(call, stream, in->detach, out);
}

/* ---- in ---- */

/* Two descriptors: input and output. One: either, or both. */
static int take_in(struct call *call, int direction, struct handover sides[SIDES])
{
    struct trouble *trouble = call_trouble(call);
    struct cargo *cargo = &call->cargo;
    int r = 0;
    if (cargo->fd_count == 0)
        return trouble_param(trouble, "fds", "one or two descriptors must ride along");
    if (cargo->fd_count > SIDES)
        return trouble_param(trouble, "fds", "there are more than two");
    if (cargo->fd_count == SIDES && direction != DIRECTION_IO)
        return trouble_param(trouble, "direction", "must be io where there are two descriptors");
    for (size_t i = 0; i < cargo->fd_count && r == 0; i++) {
        int its = cargo->fd_count == 1 ? direction : i == SIDE_IN ? DIRECTION_INPUT : DIRECTION_OUTPUT;
        r = handover_in(cargo->fds[i], its, &sides[i], trouble);
        if (r == 0)
            cargo->fds[i] = -1; /* consume */
        else
            sides[i].fd = -1;
    }
    if (cargo->fd_count == 1)
        sides[SIDE_OUT] = sides[SIDE_IN];
    return r;
}

int on_make_stream(struct call *call, const struct make_stream_params *in, struct stream_result *out)
{
    struct stream_options options =
        call_stream_options(call, in->external_format, in->element_type, in->buffered, in->lifetime);
    struct handover sides[SIDES] = {{.fd = -1}, {.fd = -1}};
    struct stream *stream;
    options.foreign = true;
    int r = stream_options_check(&options, call_trouble(call));
    if (r == 0)
        r = take_in(call, (int)in->direction, sides);
    if (r != 0) {
        fd_close(sides[SIDE_IN].fd);
        if (sides[SIDE_OUT].fd != sides[SIDE_IN].fd)
            fd_close(sides[SIDE_OUT].fd);
        return r;
    }
    r = stream_new(call_sockets(call), &options, in->direction == DIRECTION_OUTPUT ? -1 : sides[SIDE_IN].fd,
                   in->direction == DIRECTION_INPUT ? -1 : sides[SIDE_OUT].fd, NULL, SOCKD_TEXT(""), 0, &stream,
                   call_trouble(call));
    if (r != 0)
        return r;
    stream->shared = sides[SIDE_IN].shared || sides[SIDE_OUT].shared;
    r = handover_take_options(stream);
    if (r != 0)
        stream_close(stream, true);
    out->stream = stream->object.handle;
    return r;
}
