/* What a stream is, changing it, and its end. */
#include <errno.h>
#include <stdlib.h>

#include "handlers.h"
#include "listener.h"
#include "relay.h"

/* A change concerns both sides: it comes after every call before it, and before every call behind it. */
static int turn_for_both(struct call *call, sockd_handle handle, struct stream **stream)
{
    int r = call_stream_turn(call, handle, SIDE_IN, NULL, stream);
    call->wants = WANT_NOTHING;
    return r == 0 && !TAILQ_EMPTY(&(*stream)->waiting[SIDE_OUT]) ? OUTCOME_WAIT : r;
}

int on_stream_element_type(struct call *call, const struct stream_element_type_params *in,
                           struct stream_element_type_result *out)
{
    struct stream *stream;
    bool set = in->set != SOCKD_UNSET;
    int r = set ? turn_for_both(call, in->stream, &stream) : call_stream(call, in->stream, &stream);
    if (r == 0 && set)
        r = stream_set_element(stream, in->set, call_trouble(call));
    if (r == 0)
        out->element_type = stream->element;
    return r;
}

static bool format_is_set(const struct sockd_format *format)
{
    return format->encoding.data || format->line_terminator != SOCKD_UNSET || format->input_error != SOCKD_ACTION_UNSET ||
           format->output_error != SOCKD_ACTION_UNSET;
}

int on_stream_external_format(struct call *call, const struct stream_external_format_params *in,
                              struct stream_external_format_result *out)
{
    struct stream *stream;
    bool set = format_is_set(&in->set);
    int r = set ? turn_for_both(call, in->stream, &stream) : call_stream(call, in->stream, &stream);
    if (r == 0 && set)
        r = stream_set_format(stream, &in->set, call_trouble(call));
    if (r == 0)
        text_format(&stream->text, &out->external_format);
    return r;
}

/* ---- predicates ---- */

static int side_open(struct call *call, sockd_handle handle, enum side side, bool *value)
{
    struct stream *stream;
    int r = call_stream(call, handle, &stream);
    if (r == 0)
        *value = !stream->shut[side];
    return r;
}

int on_input_stream_p(struct call *call, const struct stream_params *in, struct value_result *out)
{
    return side_open(call, in->stream, SIDE_IN, &out->value);
}

int on_output_stream_p(struct call *call, const struct stream_params *in, struct value_result *out)
{
    return side_open(call, in->stream, SIDE_OUT, &out->value);
}

int on_open_stream_p(struct call *call, const struct stream_params *in, struct value_result *out)
{
    struct stream *stream;
    int r = call_stream(call, in->stream, &stream);
    out->value = r == 0;
    return r == ERROR_no_such_handle ? 0 : r;
}

/* ---- close ---- */

/* A close that waits: for its turn and for held output to leave (stream), then for the peer to have it (closer). */
struct closing {
    struct call *call;
    struct stream *stream;
    struct closer *closer;
};

static void closing_release(struct call *call)
{
    struct closing *closing = call->other.state;
    closer_forget(closing->closer);
    if (closing->stream) {
        waiter_leave(&call->waiter);
        stream_close(closing->stream, false);
    }
    free(closing);
}

static void closing_sent(void *context, bool sent)
{
    struct closing *closing = context;
    (void)sent;
    closing->closer = NULL;
    call_resume(closing->call);
}

/* From now on the handle names nothing; calls that wait for input learn it. */
static int closing_begin(struct call *call, struct stream *stream)
{
    struct closing *closing = calloc(1, sizeof *closing);
    if (!closing)
        return -ENOMEM;
    *closing = (struct closing){call, stream, NULL};
    call_progress(call, closing, closing_release);
    object_leave(&call_sockets(call)->objects, &stream->object);
    waiters_dismiss(&stream->waiting[SIDE_IN], &stream->object);
    watchers_dismiss(&stream->object);
    return 0;
}

static bool lingers(const struct stream *stream)
{
    return stream->options && stream->options->linger_on && stream->options->linger > 0;
}

/* Held output has left, or will not: the stream ends. */
static int closing_end(struct call *call, int outcome)
{
    struct closing *closing = call->other.state;
    struct stream *stream = closing->stream;
    bool waits = outcome == 0 && lingers(stream) && !call->expired;
    closing->stream = NULL; /* consume */
    call->object = NULL;
    call->queue = NULL;
    waiter_leave(&call->waiter);
    if (!waits) {
        stream_close(stream, outcome > 0);
        return outcome;
    }
    closing->closer = stream_finish(stream, closing_sent, closing);
    return closing->closer ? OUTCOME_WAIT : 0;
}

static int close_stream(struct call *call, struct stream *stream, const struct close_params *in)
{
    int r = 0;
    if (call->progress == PROGRESS_NONE)
        r = closing_begin(call, stream);
    if (r != 0)
        return r;
    r = call_turn(call, &stream->object, &stream->waiting[SIDE_OUT], WANT_WRITE, &in->timeout);
    if (r == 0 && buffer_size(&stream->out) > 0 && !stream->shut[SIDE_OUT])
        r = stream_flush(stream, call_trouble(call));
    if (r == OUTCOME_WAIT && !call->expired)
        return r;
    if (r == OUTCOME_WAIT) { /* it ends all the same; what is held leaves in the background where it still can */
        closing_end(call, r);
        return OUTCOME_WAIT;
    }
    return closing_end(call, r);
}

static int abort_stream(struct call *call, struct stream *stream)
{
    struct trouble ignored;
    if (buffer_size(&stream->out) > 0)
        stream_flush(stream, &ignored);
    (void)call;
    stream_close(stream, true);
    return 0;
}

int on_close(struct call *call, const struct close_params *in, struct nothing *out)
{
    struct object *object;
    (void)out;
    if (call->progress == PROGRESS_OTHER) {
        const struct closing *closing = call->other.state;
        if (closing->stream)
            return close_stream(call, closing->stream, in);
        return closing->closer && !call->expired ? OUTCOME_WAIT : 0;
    }
    int r = call_any_object(call, in->handle, POLICY_RIGHT_CLOSE_ALL, &object);
    if (r != 0)
        return r;
    if (object->kind == KIND_SERVER) {
        listener_close(listener_of(object));
        return 0;
    }
    relay_stop(stream_of(object)); /* what has been written to it is held output now */
    return in->abort ? abort_stream(call, stream_of(object)) : close_stream(call, stream_of(object), in);
}
