/* Writing: characters and elements to bytes, and bytes to the kernel.
 *
 * One rule serves all buffering modes: of what is held and what comes, a fully buffered stream keeps the last 1 to 4,096
 * bytes when there are more than 4,096, every other stream keeps none; the rest leaves at once or the operation waits. So an
 * operation that is done is safe across a close: its bytes are the kernel's, or held and flushed by the close. One that gives
 * up has told how many of its bytes the kernel took, and the others were never held. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stream.h"
#include "utf8.h"

void writing_deinit(struct writing *writing)
{
    buffer_deinit(&writing->out);
    *writing = (struct writing){0};
}

/* How many bytes the kernel took; -errno where it took none: -EAGAIN if it may later. */
static ssize_t transmit(struct stream *stream, const char *data, size_t size)
{
    if (stream->fd[SIDE_OUT] < 0)
        return stream->dial ? -EAGAIN : -EPIPE;
    ssize_t n;
    stream_stir(stream);
    do
        n = stream->is_socket[SIDE_OUT] ? send(stream->fd[SIDE_OUT], data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                        : write(stream->fd[SIDE_OUT], data, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    stream->bytes_out += (uint64_t)n;
    stream->object.moved = clock_now();
    return n;
}

static int write_failed(struct trouble *trouble, int error, size_t sent)
{
    int r = trouble_os(trouble, "write", error);
    trouble->fault.written = (int64_t)sent;
    return r;
}

/* Sends what is held. 0, OUTCOME_WAIT or -errno. */
static int send_held(struct stream *stream)
{
    while (buffer_size(&stream->out) > 0) {
        ssize_t n = transmit(stream, buffer_data(&stream->out), buffer_size(&stream->out));
        if (n == -EAGAIN)
            return OUTCOME_WAIT;
        if (n < 0)
            return (int)n;
        buffer_consume(&stream->out, (size_t)n);
    }
    stream_weigh(stream);
    stream->flushing = false;
    return 0;
}

/* How many of an operation's bytes must leave before it is done. */
static size_t must_leave(const struct stream *stream, size_t size)
{
    size_t total = buffer_size(&stream->out) + size;
    if (stream->buffered != BUFFERED_TRUE)
        return size;
    if (total <= STREAM_COLLECTS)
        return 0;
    size_t stays = (total - 1) % STREAM_COLLECTS + 1;
    return stays < size ? size - stays : 0;
}

/* The same for bytes in a pipe. */
static ssize_t transmit_piped(struct stream *stream, struct pipe *pipe)
{
    if (stream->fd[SIDE_OUT] < 0)
        return stream->dial ? -EAGAIN : -EPIPE;
    stream_stir(stream);
    ssize_t n = pipe_pass(pipe, stream->fd[SIDE_OUT]);
    if (n < 0)
        return -errno;
    stream->bytes_out += (uint64_t)n;
    stream->object.moved = clock_now();
    return n;
}

/* Bytes that cannot be moved out of a pipe are read. */
static int writing_unpipe(struct writing *writing)
{
    int r = writing->pipe ? pipe_unload(writing->pipe, &writing->out) : 0;
    if (writing->pipe)
        writing->base = writing->sent;
    writing->pipe = NULL;
    return r;
}

/* What is to be written next. */
static const char *writing_rest(const struct writing *writing)
{
    return (writing->data ? writing->data : buffer_data(&writing->out)) + (writing->sent - writing->base);
}

/* Moves an operation on: 0 when its bytes are the kernel's, or held. *now: how many that is, also where it waits. */
static int push(struct stream *stream, struct writing *writing, struct trouble *trouble)
{
    if (stream->error)
        return write_failed(trouble, stream_take_error(stream), writing->sent);
    size_t leave = writing->sent + must_leave(stream, writing->size - writing->sent);
    if (stream->buffered != BUFFERED_TRUE || buffer_size(&stream->out) + writing->size - writing->sent > STREAM_COLLECTS) {
        int r = send_held(stream);
        if (r == OUTCOME_WAIT)
            return r;
        if (r < 0)
            return write_failed(trouble, -r, writing->sent);
    }
    while (writing->sent < leave) {
        ssize_t n = writing->pipe ? transmit_piped(stream, writing->pipe)
                                  : transmit(stream, writing_rest(writing), leave - writing->sent);
        if (n == -EAGAIN)
            return OUTCOME_WAIT;
        if (n < 0)
            return write_failed(trouble, (int)-n, writing->sent);
        writing->sent += (size_t)n;
    }
    size_t rest = writing->size - writing->sent;
    int r = rest > 0 ? buffer_append(&stream->out, writing_rest(writing), rest) : 0;
    stream_weigh(stream);
    return r;
}

/* ---- characters ---- */

static int unencodable(struct stream *stream, const struct text_fault *fault, struct trouble *trouble)
{
    struct sockd_format format;
    text_format(&stream->text, &format);
    return trouble_unencodable(trouble, format.encoding, fault->ch, fault->position);
}

static int encode(struct stream *stream, struct writing *writing, struct sockd_text text, struct trouble *trouble)
{
    struct text_fault fault;
    enum text_result r = text_encode(&stream->text, text, &writing->out, &fault);
    if (r == TEXT_UNENCODABLE)
        return unencodable(stream, &fault, trouble);
    if (r == TEXT_NO_MEMORY)
        return -ENOMEM;
    if (text.size > 0)
        writing->column_used = text.data[text.size - 1] != '\n';
    return 0;
}

/* A line is encoded in one piece, so that what a stateful encoding puts between its parts is right. */
static int encode_line(struct stream *stream, struct writing *writing, struct sockd_text text, struct trouble *trouble)
{
    struct buffer line = {0};
    int r = buffer_append(&line, text.data, text.size);
    if (r == 0)
        r = buffer_append(&line, "\n", 1);
    if (r == 0)
        r = encode(stream, writing, (struct sockd_text){buffer_data(&line), buffer_size(&line)}, trouble);
    buffer_deinit(&line);
    return r;
}

int stream_write_text(struct stream *stream, struct writing *writing, struct sockd_text text, bool newline,
                      struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_OUT, true, trouble);
    if (r == 0 && !writing->begun) {
        writing->column_used = stream->column_used;
        r = newline ? encode_line(stream, writing, text, trouble) : encode(stream, writing, text, trouble);
        writing->size = buffer_size(&writing->out);
        writing->begun = r == 0;
    }
    if (r != 0)
        return r;
    r = push(stream, writing, trouble);
    if (r == 0 || writing->sent > 0) {
        text_encoded(&stream->text);
        stream->column_used = writing->column_used;
    }
    return r;
}

int stream_fresh_line(struct stream *stream, struct writing *writing, bool *written, struct trouble *trouble)
{
    if (writing->begun || stream->column_used) {
        *written = true;
        return stream_write_text(stream, writing, SOCKD_TEXT("\n"), false, trouble);
    }
    *written = false;
    return stream_check(stream, SIDE_OUT, true, trouble);
}

/* ---- elements ---- */

/* An element that the kernel took only the front of counts as written: the rest of it is held, and leaves in the background. */
static int finish_element(struct stream *stream, struct writing *writing, size_t width)
{
    size_t rest = (width - writing->sent % width) % width;
    int r = rest > 0 ? writing_unpipe(writing) : 0;
    if (r == 0 && rest > 0)
        r = buffer_append(&stream->out, writing_rest(writing), rest);
    if (r == 0 && rest > 0) {
        writing->sent += rest;
        stream->flushing = true;
        stream_update(stream);
    }
    return r;
}

/* The element type may change while the operation waits, but not its bytes. */
static int write_elements(struct stream *stream, struct writing *writing, int mode, int64_t *written, struct trouble *trouble)
{
    size_t width = element_size(stream->element);
    int r = stream_check(stream, SIDE_OUT, false, trouble);
    if (r == 0 && writing->size % width != 0)
        r = trouble_param(trouble, "data", "its size is no multiple of the element's");
    if (r == 0 && !(stream_may_splice(stream, SIDE_OUT) && stream->buffered != BUFFERED_TRUE))
        r = writing_unpipe(writing);
    if (r != 0)
        return r;
    r = push(stream, writing, trouble);
    if (r == 0)
        writing->sent = writing->size;
    if (r == OUTCOME_WAIT && (mode == MODE_NO_HANG || (mode == MODE_INTERACTIVE && writing->sent > 0)))
        r = finish_element(stream, writing, width);
    *written = (int64_t)(writing->sent / width);
    return r;
}

int stream_write_bytes(struct stream *stream, struct writing *writing, struct sockd_bytes bytes, int mode, int64_t *written,
                       struct trouble *trouble)
{
    writing->data = (const char *)bytes.data;
    writing->size = bytes.size;
    return write_elements(stream, writing, mode, written, trouble);
}

int stream_write_piped(struct stream *stream, struct writing *writing, struct pipe *pipe, int mode, int64_t *written,
                       struct trouble *trouble)
{
    if (!writing->begun) {
        writing->begun = true;
        writing->pipe = pipe;
        writing->size = pipe->held;
    }
    return write_elements(stream, writing, mode, written, trouble);
}

static bool element_fits(int element, const struct sockd_integer *value)
{
    unsigned bits = 8 * (unsigned)element_size(element);
    uint64_t half = UINT64_C(1) << (bits - 1);
    if (element >= ELEMENT_SIGNED_8)
        return value->negative ? value->magnitude <= half : value->magnitude < half;
    return !value->negative && (bits == 64 || value->magnitude >> bits == 0);
}

static const char *element_range(int element)
{
    static const char *const ranges[] = {
        [ELEMENT_UNSIGNED_8] = "must be an integer from 0 to 255",
        [ELEMENT_UNSIGNED_16] = "must be an integer from 0 to 65535",
        [ELEMENT_UNSIGNED_32] = "must be an integer from 0 to 4294967295",
        [ELEMENT_UNSIGNED_64] = "must be an integer from 0 to 18446744073709551615",
        [ELEMENT_SIGNED_8] = "must be an integer from -128 to 127",
        [ELEMENT_SIGNED_16] = "must be an integer from -32768 to 32767",
        [ELEMENT_SIGNED_32] = "must be an integer from -2147483648 to 2147483647",
        [ELEMENT_SIGNED_64] = "must be an integer from -9223372036854775808 to 9223372036854775807",
    };
    return ranges[element];
}

int stream_write_element(struct stream *stream, struct writing *writing, const struct sockd_integer *value,
                         struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_OUT, false, trouble);
    if (r != 0)
        return r;
    if (!writing->begun) {
        if (!element_fits(stream->element, value))
            return trouble_param(trouble, "byte", element_range(stream->element));
        uint64_t bits = value->negative ? 0 - value->magnitude : value->magnitude;
        unsigned char bytes[8];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)(bits >> (8 * i));
        r = buffer_append(&writing->out, bytes, element_size(stream->element));
        writing->size = buffer_size(&writing->out);
        writing->begun = r == 0;
    }
    return r == 0 ? push(stream, writing, trouble) : r;
}

/* ---- what is held ---- */

static int flush(struct stream *stream, struct trouble *trouble)
{
    if (stream->error)
        return write_failed(trouble, stream_take_error(stream), 0);
    int r = text_encode_reset(&stream->text, &stream->out);
    if (r == 0)
        r = send_held(stream);
    return r < 0 && r != OUTCOME_WAIT ? write_failed(trouble, -r, 0) : r;
}

int stream_flush(struct stream *stream, struct trouble *trouble)
{
    int r = stream_check_side(stream, SIDE_OUT, trouble);
    return r == 0 ? flush(stream, trouble) : r;
}

int stream_force(struct stream *stream, struct trouble *trouble)
{
    int r = stream_flush(stream, trouble);
    stream->flushing = r == OUTCOME_WAIT;
    return r == OUTCOME_WAIT ? 0 : r;
}

int stream_clear_output(struct stream *stream, struct trouble *trouble)
{
    return stream_check_side(stream, SIDE_OUT, trouble);
}
