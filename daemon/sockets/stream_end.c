/* Ending the sides of a stream.
 *
 * A side counts as ended whatever the system says of it. A socket is told; whoever reads from a pipe, or writes to one, learns
 * of the end only when its other end is closed, so a descriptor that no side uses any more is given up at once. */
#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"
#include "stream.h"

static void shut(struct stream *stream, enum side side)
{
    stream->shut[side] = true;
    stream_stir(stream);
    if (side == SIDE_IN) {
        stream->unread = stream->last = -1;
        stream_own(stream);
        stream_drop_ahead(stream);
        stream_consume(stream, buffer_size(&stream->in));
        stream_settle(stream);
    }
}

/* The loop must not watch a descriptor that is closed. */
static void give_up(struct stream *stream, enum side side)
{
    int fd = stream->fd[side];
    bool both = fd == stream->fd[!side];
    if (both && !stream->shut[!side])
        return;
    stream->fd[side] = -1;
    if (both)
        stream->fd[!side] = -1;
    stream_update(stream);
    fd_close(fd);
}

int stream_end_side(struct stream *stream, enum side side)
{
    if (stream->fd[side] < 0)
        return ENOTCONN;
    if (stream->is_socket[side])
        return shutdown(stream->fd[side], side == SIDE_OUT ? SHUT_WR : SHUT_RD) < 0 ? errno : 0;
    give_up(stream, side);
    return 0;
}

/* Both sides of a socket end in one call: once output is shut, a peer that has closed leaves no connection to shut input of. */
static int shut_sides(struct stream *stream, bool out, bool in, struct trouble *trouble)
{
    int error = 0;
    if (out)
        shut(stream, SIDE_OUT);
    if (in)
        shut(stream, SIDE_IN);
    if (out && in && stream->fd[SIDE_IN] == stream->fd[SIDE_OUT] && stream->is_socket[SIDE_OUT]) {
        error = shutdown(stream->fd[SIDE_OUT], SHUT_RDWR) < 0 ? errno : 0;
    } else {
        int first = out ? stream_end_side(stream, SIDE_OUT) : 0;
        bool alone = out && stream->fd[SIDE_IN] < 0; /* ended with the other side */
        error = in && !alone ? stream_end_side(stream, SIDE_IN) : 0;
        error = first ? first : error;
    }
    return error ? trouble_os(trouble, "shutdown", error) : 0;
}

int stream_shutdown(struct stream *stream, int direction, struct trouble *trouble)
{
    bool out = direction != DIRECTION_INPUT && !stream->shut[SIDE_OUT];
    bool in = direction != DIRECTION_OUTPUT && !stream->shut[SIDE_IN];
    int flushed = 0;
    if (stream->relay && (in || out))
        return stream_check_side(stream, out ? SIDE_OUT : SIDE_IN, trouble);
    if (out && stream->dial)
        return OUTCOME_WAIT;
    if (out && buffer_size(&stream->out) > 0)
        flushed = stream_flush(stream, trouble);
    if (flushed == OUTCOME_WAIT)
        return flushed;
    struct trouble later; /* the failure to be told is the first one */
    int outcome = shut_sides(stream, out, in, flushed ? &later : trouble);
    return flushed ? flushed : outcome;
}
