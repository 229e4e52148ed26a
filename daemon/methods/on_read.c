/* Stream input. */
#include "handlers.h"

int on_read_line(struct call *call, const struct read_line_params *in, struct read_line_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, &in->timeout, &stream);
    if (r != 0)
        return r;
    return stream_read_line(stream, call_reading(call), (size_t)in->limit, &out->line, &out->missing_newline, &out->eof,
                            call_trouble(call));
}

static int read_char(struct call *call, const struct timed_stream_params *in, struct char_result *out, bool peek)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, &in->timeout, &stream);
    if (r != 0)
        return r;
    return stream_read_char(stream, call_reading(call), MODE_ALL, peek, &out->ch, &out->eof, call_trouble(call));
}

int on_read_char(struct call *call, const struct timed_stream_params *in, struct char_result *out)
{
    return read_char(call, in, out, false);
}

int on_peek_char(struct call *call, const struct timed_stream_params *in, struct char_result *out)
{
    return read_char(call, in, out, true);
}

/* What is there belongs to the calls that wait before this one: for it, nothing is there. */
int on_read_char_no_hang(struct call *call, const struct stream_params *in, struct char_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, NULL, &stream);
    if (r == OUTCOME_WAIT)
        return stream_check(stream, SIDE_IN, true, call_trouble(call));
    if (r != 0)
        return r;
    return stream_read_char(stream, call_reading(call), MODE_NO_HANG, false, &out->ch, &out->eof, call_trouble(call));
}

int on_unread_char(struct call *call, const struct char_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, NULL, &stream);
    (void)out;
    return r != 0 ? r : stream_unread_char(stream, in->ch, call_trouble(call));
}

int on_read_char_sequence(struct call *call, const struct read_char_sequence_params *in, struct read_char_sequence_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, &in->timeout, &stream);
    out->text = SOCKD_TEXT("");
    if (r == OUTCOME_WAIT && in->mode == MODE_NO_HANG)
        return stream_check(stream, SIDE_IN, true, call_trouble(call));
    if (r != 0)
        return r;
    return stream_read_chars(stream, call_reading(call), (size_t)in->length, in->mode, &out->text, &out->eof,
                             call_trouble(call));
}

/* The element at the front of some bytes, little-endian. */
static struct sockd_integer element_value(const unsigned char *bytes, int element)
{
    size_t size = element_size(element);
    uint64_t bits = 0;
    for (size_t i = size; i-- > 0;)
        bits = bits << 8 | bytes[i];
    bool negative = element >= ELEMENT_SIGNED_8 && bits >> (8 * size - 1);
    uint64_t all = size == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * size)) - 1;
    return (struct sockd_integer){negative ? (0 - bits) & all : bits, negative, true};
}

static int read_byte(struct call *call, struct stream *stream, int mode, struct byte_result *out)
{
    struct sockd_bytes bytes;
    int r = stream_read_bytes(stream, call_reading(call), 1, mode, &bytes, &out->eof, call_trouble(call));
    if (r == 0 && bytes.size > 0)
        out->byte = element_value(bytes.data, stream->element);
    return r;
}

int on_read_byte(struct call *call, const struct timed_stream_params *in, struct byte_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, &in->timeout, &stream);
    return r != 0 ? r : read_byte(call, stream, MODE_ALL, out);
}

int on_read_byte_no_hang(struct call *call, const struct stream_params *in, struct byte_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, NULL, &stream);
    if (r == OUTCOME_WAIT)
        return stream_check(stream, SIDE_IN, false, call_trouble(call));
    return r != 0 ? r : read_byte(call, stream, MODE_NO_HANG, out);
}

int on_read_byte_sequence(struct call *call, const struct read_byte_sequence_params *in, struct read_byte_sequence_result *out)
{
    struct stream *stream;
    struct sockd_bytes bytes = {(const unsigned char *)"", 0};
    size_t most = call->session->control->options.limits.payload;
    if (in->encoding == TRANSFER_PAYLOAD && call->batch)
        return trouble_param(call_trouble(call), "encoding", "the replies of a batch carry no payload");
    int r = call_stream_turn(call, in->stream, SIDE_IN, &in->timeout, &stream);
    bool waits = r == OUTCOME_WAIT;
    if (waits && in->mode == MODE_NO_HANG)
        r = stream_check(stream, SIDE_IN, false, call_trouble(call));
    else if (r == 0 && (size_t)in->length * element_size(stream->element) > most)
        return trouble_limit(call_trouble(call), "payload", (int64_t)most);
    else if (r == 0 && in->encoding == TRANSFER_PAYLOAD)
        r = stream_read_piped(stream, (size_t)in->length, in->mode, &call->reply_pipe, call_trouble(call));
    if (r == 0 && call->reply_pipe)
        bytes.size = call->reply_pipe->held;
    else if (r == 0 && !waits)
        r = stream_read_bytes(stream, call_reading(call), (size_t)in->length, in->mode, &bytes, &out->eof, call_trouble(call));
    if (r != 0)
        return r;
    out->length = (int64_t)(bytes.size / element_size(stream->element));
    if (call->reply_pipe)
        return 0;
    if (in->encoding == TRANSFER_PAYLOAD)
        call->reply_payload = bytes;
    else
        out->data = bytes;
    return 0;
}

int on_listen(struct call *call, const struct stream_params *in, struct ready_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, NULL, &stream);
    if (r == OUTCOME_WAIT)
        return stream_check_side(stream, SIDE_IN, call_trouble(call));
    return r != 0 ? r : stream_listen(stream, &out->ready, call_trouble(call));
}

int on_clear_input(struct call *call, const struct stream_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_IN, NULL, &stream);
    (void)out;
    return r != 0 ? r : stream_clear_input(stream, call_trouble(call));
}
