/* Stream output. A text is encoded at the first try; what waits then is bytes, and the text need not be kept. */
#include "handlers.h"
#include "utf8.h"

static int write_text(struct call *call, sockd_handle handle, struct sockd_text text, bool newline,
                      const struct sockd_timeout *timeout)
{
    struct stream *stream;
    int r = call_stream_turn(call, handle, SIDE_OUT, timeout, &stream);
    if (r != 0)
        return r;
    struct writing *writing = call_writing(call);
    r = stream_write_text(stream, writing, text, newline, call_trouble(call));
    call->spent = writing->begun;
    return r;
}

int on_write_char(struct call *call, const struct write_char_params *in, struct nothing *out)
{
    char utf8[4];
    (void)out;
    return write_text(call, in->stream, (struct sockd_text){utf8, utf8_write(in->ch, utf8)}, false, &in->timeout);
}

int on_write_string(struct call *call, const struct string_params *in, struct nothing *out)
{
    (void)out;
    return write_text(call, in->stream, in->string, false, &in->timeout);
}

int on_write_line(struct call *call, const struct string_params *in, struct nothing *out)
{
    (void)out;
    return write_text(call, in->stream, in->string, true, &in->timeout);
}

int on_terpri(struct call *call, const struct timed_stream_params *in, struct nothing *out)
{
    (void)out;
    return write_text(call, in->stream, SOCKD_TEXT("\n"), false, &in->timeout);
}

int on_fresh_line(struct call *call, const struct timed_stream_params *in, struct fresh_line_result *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_OUT, &in->timeout, &stream);
    if (r != 0)
        return r;
    return stream_fresh_line(stream, call_writing(call), &out->written, call_trouble(call));
}

int on_write_byte(struct call *call, const struct write_byte_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_OUT, &in->timeout, &stream);
    (void)out;
    return r != 0 ? r : stream_write_element(stream, call_writing(call), &in->byte, call_trouble(call));
}

int on_write_byte_sequence(struct call *call, const struct write_byte_sequence_params *in, struct written_result *out)
{
    struct stream *stream;
    const struct cargo *cargo = &call->cargo;
    bool has_payload = cargo->payload.data || cargo->pipe;
    int r = call_stream_turn(call, in->stream, SIDE_OUT, &in->timeout, &stream);
    if (r > 0)
        return r;
    if (has_payload && in->data.data)
        return trouble_param(call_trouble(call), "data", "the bytes are the payload already");
    if (!has_payload && !in->data.data)
        return trouble_param(call_trouble(call), "data", "is required where there is no payload");
    if (r == OUTCOME_WAIT && in->mode == MODE_NO_HANG)
        return stream_check(stream, SIDE_OUT, false, call_trouble(call));
    if (r != 0)
        return r;
    if (cargo->pipe)
        return stream_write_piped(stream, call_writing(call), cargo->pipe, in->mode, &out->written, call_trouble(call));
    return stream_write_bytes(stream, call_writing(call), has_payload ? cargo->payload : in->data, in->mode, &out->written,
                              call_trouble(call));
}

int on_force_output(struct call *call, const struct stream_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_OUT, NULL, &stream);
    (void)out;
    if (r == OUTCOME_WAIT) /* what waits before it is on its way already */
        return stream_check_side(stream, SIDE_OUT, call_trouble(call));
    if (r != 0)
        return r;
    r = stream_force(stream, call_trouble(call));
    stream_update(stream);
    return r;
}

int on_finish_output(struct call *call, const struct timed_stream_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = call_stream_turn(call, in->stream, SIDE_OUT, &in->timeout, &stream);
    (void)out;
    return r != 0 ? r : stream_flush(stream, call_trouble(call));
}

int on_clear_output(struct call *call, const struct stream_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = call_stream(call, in->stream, &stream);
    (void)out;
    return r != 0 ? r : stream_clear_output(stream, call_trouble(call));
}
