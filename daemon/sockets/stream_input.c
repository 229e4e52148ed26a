/* How bytes come from the kernel into a stream's buffer, and leave it.
 *
 * An unbuffered stream must not take more than its operations use. It looks at what the kernel has (the bytes at the end of
 * the buffer that `peeked` counts are in the kernel, too), and takes them when an operation has used them, or when they were
 * not enough for one that goes on waiting: those bytes will be its own. Where the descriptor cannot be looked at, it reads
 * byte by byte, as the manual's own program does.
 *
 * Input that nobody looks at, because it leaves as a payload, is moved into a pipe. Until all of it has come, or if it is read
 * in another way after all, the pipe stands between the buffer and the kernel. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"

#define FILL_SMALLEST 4096
#define FILL_LARGEST (256 * 1024)

static ssize_t receive(struct stream *stream, char *data, size_t size, int flags)
{
    ssize_t n;
    stream_stir(stream);
    do
        n = stream->is_socket[SIDE_IN] ? recv(stream->fd[SIDE_IN], data, size, MSG_DONTWAIT | flags)
                                       : read(stream->fd[SIDE_IN], data, size);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Bytes that were looked at become ours: the kernel gives the same ones again. */
static void take(struct stream *stream, char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = receive(stream, data, size, 0);
        if (n <= 0)
            return;
        data += n;
        size -= (size_t)n;
        stream->peeked -= (uint32_t)n;
        stream->bytes_in += (uint64_t)n;
        stream->object.moved = clock_now();
    }
}

/* Where those stand: at the end of the buffer. */
static char *peeked_bytes(struct stream *stream)
{
    return buffer_front(&stream->in) + buffer_size(&stream->in) - stream->peeked;
}

void stream_own(struct stream *stream)
{
    if (stream->peeked > 0)
        take(stream, peeked_bytes(stream), stream->peeked);
}

static enum fill fill_end(struct stream *stream, int error)
{
    stream->eof = true;
    if (error && !stream->error)
        stream->error = error;
    return FILL_END;
}

void stream_drop_ahead(struct stream *stream)
{
    stream->ahead = pipe_give(&stream->sockets->pipes, stream->ahead);
}

int stream_catch_up(struct stream *stream)
{
    int r = stream->ahead ? pipe_unload(stream->ahead, &stream->in) : 0;
    stream_drop_ahead(stream);
    stream_weigh(stream);
    return r;
}

static bool may_fill_ahead(const struct stream *stream, size_t want)
{
    int64_t limit;
    return want >= PIPE_LEAST && want <= PIPE_MOST && stream_may_splice(stream, SIDE_IN) && stream->fd[SIDE_IN] >= 0 &&
           !stream->text.skip_lf && stream->unread < 0 && buffer_size(&stream->in) == 0 && stream_ahead(stream) <= want &&
           !stream->eof && !stream->error && !account_over(&stream->object.identity->account, QUOTA_BUFFERED, &limit);
}

bool stream_fill_ahead(struct stream *stream, size_t want)
{
    if (!may_fill_ahead(stream, want))
        return false;
    if (!stream->ahead)
        stream->ahead = pipe_take(&stream->sockets->pipes);
    if (!stream->ahead)
        return false;
    ssize_t n = 1;
    stream_stir(stream);
    while (n > 0 && stream->ahead->held < want) {
        n = pipe_fill(stream->ahead, stream->fd[SIDE_IN], want - stream->ahead->held);
        if (n > 0) {
            stream->bytes_in += (uint64_t)n;
            stream->object.moved = clock_now();
        }
    }
    bool blocked = n < 0 && errno == EAGAIN;
    if (n == 0 || (n < 0 && !blocked && errno != EINVAL))
        fill_end(stream, n < 0 ? errno : 0);
    bool does = n > 0 || (blocked && !pipe_full(stream->ahead, stream->fd[SIDE_IN]));
    if (stream->ahead->held == 0)
        stream_drop_ahead(stream);
    stream_weigh(stream);
    return does;
}

enum fill stream_fill(struct stream *stream, size_t hint)
{
    bool peek = stream->buffered == BUFFERED_FALSE;
    int64_t limit;
    if (stream->ahead)
        return stream_catch_up(stream) < 0 ? FILL_NO_MEMORY : FILL_BYTES;
    if (stream->eof)
        return FILL_END;
    if (stream->fd[SIDE_IN] < 0)
        return stream->dial ? FILL_NOTHING : fill_end(stream, 0);
    stream_own(stream);
    stream_weigh(stream);
    if (account_over(&stream->object.identity->account, QUOTA_BUFFERED, &limit))
        return FILL_OVER;
    size_t want = hint < FILL_SMALLEST ? FILL_SMALLEST : hint > FILL_LARGEST ? FILL_LARGEST : hint;
    char *room = buffer_reserve(&stream->in, want);
    if (!room)
        return FILL_NO_MEMORY;
    ssize_t n = receive(stream, room, peek && !stream->is_socket[SIDE_IN] ? 1 : want, peek ? MSG_PEEK : 0);
    if (n <= 0) {
        int error = errno;
        buffer_consume(&stream->in, 0);
        if (n == 0)
            return fill_end(stream, 0);
        return error == EAGAIN ? FILL_NOTHING : fill_end(stream, error);
    }
    buffer_added(&stream->in, (size_t)n);
    if (peek && stream->is_socket[SIDE_IN]) {
        stream->peeked = (uint32_t)n;
    } else {
        stream->bytes_in += (uint64_t)n;
        stream->object.moved = clock_now();
    }
    return FILL_BYTES;
}

void stream_consume(struct stream *stream, size_t size)
{
    size_t ours = buffer_size(&stream->in) - stream->peeked;
    if (size > ours)
        take(stream, peeked_bytes(stream), size - ours);
    buffer_consume(&stream->in, size);
}

void stream_settle(struct stream *stream)
{
    if (stream->peeked > 0) {
        buffer_truncate(&stream->in, buffer_size(&stream->in) - stream->peeked);
        stream->peeked = 0;
    }
    stream_weigh(stream);
}

void stream_weigh(struct stream *stream)
{
    size_t weight = buffer_capacity(&stream->in) + buffer_capacity(&stream->out) + stream_ahead(stream);
    if (weight != stream->weight)
        account_add(&stream->object.identity->account, QUOTA_BUFFERED, (int64_t)weight - (int64_t)stream->weight);
    stream->weight = weight;
}

int stream_fill_failed(struct stream *stream, enum fill fill, struct trouble *trouble)
{
    int64_t limit = 0;
    if (fill != FILL_OVER)
        return -ENOMEM;
    account_over(&stream->object.identity->account, QUOTA_BUFFERED, &limit);
    return trouble_limit(trouble, quota_names[QUOTA_BUFFERED], limit);
}

void stream_drop_lf(struct stream *stream)
{
    if (!stream->text.skip_lf || buffer_size(&stream->in) == 0)
        return;
    struct text_cursor cursor = text_start(&stream->text);
    int32_t ch = 0;
    size_t length;
    cursor.skip_lf = false;
    enum text_result r =
        text_next(&stream->text, &cursor, buffer_data(&stream->in), buffer_size(&stream->in), stream->eof, &ch, &length);
    if (r == TEXT_MORE && !stream->eof)
        return; /* half a character: whether it is an LF will be seen */
    stream->text.skip_lf = false;
    bool is_lf = r == TEXT_CHAR && ch == '\n' && !cursor.skip_lf;
    text_forget(&stream->text);
    if (is_lf)
        stream_consume(stream, cursor.at);
}

/* Whether the buffer holds a whole character, or anything that a read would stop at. */
static bool has_char(struct stream *stream)
{
    struct text_cursor cursor = text_start(&stream->text);
    int32_t ch;
    size_t length;
    return text_next(&stream->text, &cursor, buffer_data(&stream->in), buffer_size(&stream->in), false, &ch, &length) !=
           TEXT_MORE;
}

static bool has_input(struct stream *stream)
{
    size_t low = stream->options ? stream->options->low_water : 0;
    if (stream->unread >= 0)
        return true;
    if (stream->element != ELEMENT_CHARACTER)
        stream_drop_lf(stream);
    size_t size = buffer_size(&stream->in);
    if (size == 0 || (size < low && !stream->eof))
        return false;
    return stream->element != ELEMENT_CHARACTER || has_char(stream);
}

/* Half a character, or an LF that belongs to a CR, is taken from the kernel here: neither wakes anybody again. */
enum readiness stream_readiness(struct stream *stream)
{
    while (!has_input(stream)) {
        switch (stream_fill(stream, 0)) {
        case FILL_BYTES:
            continue;
        case FILL_END:
            if (has_input(stream)) /* less than the low-water mark, but all there will be */
                break;
            return stream->error ? READY_ERROR : READY_END;
        case FILL_NOTHING:
        case FILL_NO_MEMORY:
            stream_settle(stream);
            return READY_NOT;
        case FILL_OVER: /* a read would not wait but tell the limit */
            stream_settle(stream);
            return READY_INPUT;
        }
    }
    stream_settle(stream);
    return READY_INPUT;
}
