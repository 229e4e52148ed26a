/* What a stream is, and changing it. */
#include <errno.h>
#include <stdlib.h>

#include "stream.h"

size_t element_size(int element)
{
    static const uint8_t sizes[] = {
        [ELEMENT_CHARACTER] = 1,   [ELEMENT_UNSIGNED_8] = 1,  [ELEMENT_UNSIGNED_16] = 2,
        [ELEMENT_UNSIGNED_32] = 4, [ELEMENT_UNSIGNED_64] = 8, [ELEMENT_SIGNED_8] = 1,
        [ELEMENT_SIGNED_16] = 2,   [ELEMENT_SIGNED_32] = 4,   [ELEMENT_SIGNED_64] = 8,
    };
    return sizes[element];
}

int stream_check_side(const struct stream *stream, enum side side, struct trouble *trouble)
{
    if (stream->shut[side])
        return trouble_not_open(trouble, stream->object.handle, side == SIDE_IN ? DIRECTION_INPUT : DIRECTION_OUTPUT);
    if (stream->relay)
        return trouble_busy(trouble, stream->object.handle, "it is handed out as a relay");
    return 0;
}

int stream_check(const struct stream *stream, enum side side, bool characters, struct trouble *trouble)
{
    int r = stream_check_side(stream, side, trouble);
    if (r == 0 && (stream->element == ELEMENT_CHARACTER) != characters)
        r = trouble_wrong_kind(trouble, stream->object.handle, characters ? "byte stream" : "character stream",
                               characters ? "character stream" : "byte stream");
    return r;
}

/* A character that was put back becomes the bytes that it was; an LF behind a CR that was put back is data again. */
static int unread_to_bytes(struct stream *stream)
{
    struct buffer front = {0};
    int r = buffer_append(&front, stream->text.last, stream->text.last_size);
    stream_own(stream);
    if (r == 0)
        r = buffer_append(&front, buffer_data(&stream->in), buffer_size(&stream->in));
    if (r < 0) {
        buffer_deinit(&front);
        return r;
    }
    if (stream->unread == '\n')
        stream->text.skip_lf = false;
    buffer_deinit(&stream->in);
    stream->in = front; /* consume */
    stream->unread = -1;
    return 0;
}

int stream_plain_input(struct stream *stream)
{
    int r = stream_catch_up(stream);
    if (r == 0 && stream->unread >= 0)
        r = unread_to_bytes(stream);
    if (r < 0)
        return r;
    text_forget(&stream->text);
    stream->last = -1;
    return 0;
}

int stream_set_element(struct stream *stream, int element, struct trouble *trouble)
{
    (void)trouble;
    if (stream->element == ELEMENT_CHARACTER && element != ELEMENT_CHARACTER) {
        int r = stream_plain_input(stream);
        if (r < 0)
            return r;
    }
    stream->element = (uint8_t)element;
    stream->last = -1;
    return 0;
}

int stream_set_format(struct stream *stream, const struct sockd_format *format, struct trouble *trouble)
{
    int r = text_set_format(&stream->text, format);
    return r == -EINVAL ? trouble_param(trouble, "set", "the encoding is not known") : r;
}

enum state stream_state(const struct stream *stream)
{
    if (stream->dial)
        return STATE_CONNECTING;
    if (stream->shut[SIDE_IN])
        return stream->shut[SIDE_OUT] ? STATE_SHUT : STATE_INPUT_SHUT;
    return stream->shut[SIDE_OUT] ? STATE_OUTPUT_SHUT : STATE_OPEN;
}

struct sockopt_state *stream_options_state(struct stream *stream)
{
    if (!stream->options)
        stream->options = calloc(1, sizeof *stream->options);
    return stream->options;
}

int stream_socket(const struct stream *stream, enum side side, int *fd)
{
    if (!stream->is_socket[side])
        side = !side;
    *fd = stream->fd[side] >= 0 || !stream->is_socket[!side] ? stream->fd[side] : stream->fd[!side];
    return !stream->is_socket[side] ? ENOTSOCK : *fd < 0 ? ENOTCONN : 0;
}

int stream_address(const struct stream *stream, bool peer, union address *address)
{
    int fd, error = stream_socket(stream, SIDE_IN, &fd);
    socklen_t size = sizeof *address;
    if (error)
        return error;
    if ((peer ? getpeername(fd, &address->any, &size) : getsockname(fd, &address->any, &size)) < 0)
        return errno;
    if (address->any.sa_family != AF_INET && address->any.sa_family != AF_INET6)
        return EAFNOSUPPORT;
    return 0;
}
