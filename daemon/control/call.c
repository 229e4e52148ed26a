/* The life of a call.
 *
 * Most calls are done at once and never wait: for those a call is memory that is used again, and nothing of its parameters is
 * copied. One that must wait keeps a copy, enters the queue it named, and is tried again by whoever has what it waits for.
 * Its last try is made when its time is over: what is still not there then is a timeout, or for an operation that reports
 * rather than fails, its report. */
#include "call.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "keep.h"
#include "listener.h"
#include "log.h"

static void call_attempt(struct waiter *waiter)
{
    call_resume((struct call *)((char *)waiter - offsetof(struct call, waiter)));
}

static void call_gone(struct waiter *waiter, struct object *object)
{
    struct call *call = (struct call *)((char *)waiter - offsetof(struct call, waiter));
    call->object = NULL;
    call_fail(call, trouble_no_such_handle(call_trouble(call), object->handle));
}

/* ---- making and freeing ---- */

static bool keep_id(struct call *call, struct sockd_text id)
{
    call->id = id;
    if (!id.data)
        return true;
    char *room = id.size <= sizeof call->id_room ? call->id_room : malloc(id.size);
    if (room)
        memcpy(room, id.data, id.size);
    call->id_hash = rpc_id_hash(id);
    call->id.data = room;
    return room != NULL;
}

struct call *call_new(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo,
                      int *error)
{
    struct control *control = session->control;
    struct call *call = TAILQ_FIRST(&control->spare);
    int64_t limit;
    if (!account_charge(&session->identity->account, QUOTA_CALLS, 1, &limit)) {
        *error = trouble_limit(&control->trouble, quota_names[QUOTA_CALLS], limit);
        return NULL;
    }
    if (call)
        TAILQ_REMOVE(&control->spare, call, link);
    else
        call = malloc(sizeof *call);
    if (!call) {
        account_refund(&session->identity->account, QUOTA_CALLS, 1);
        *error = -ENOMEM;
        return NULL;
    }
    *call = (struct call){.session = session, .batch = batch, .method = request->method, .id = request->id};
    call->waiter.attempt = call_attempt;
    call->waiter.gone = call_gone;
    call->cargo = *cargo; /* consume */
    *cargo = (struct cargo){0};
    if (batch)
        batch->pending++;
    return call;
}

static void release_progress(struct call *call)
{
    if (call->progress == PROGRESS_READING)
        reading_deinit(&call->reading, call_sockets(call));
    else if (call->progress == PROGRESS_WRITING)
        writing_deinit(&call->writing);
    else if (call->progress == PROGRESS_OTHER)
        call->other.release(call);
    call->progress = PROGRESS_NONE;
}

static void close_fds(int *fds, size_t count)
{
    fd_discard_all(fds, count);
    free(fds);
}

/* What it keeps of its own is charged. It may have come to more than there is room for. */
static void weigh(struct call *call)
{
    size_t kept = call->kept;
    if (call->progress == PROGRESS_READING)
        kept += buffer_capacity(&call->reading.out);
    else if (call->progress == PROGRESS_WRITING)
        kept += buffer_capacity(&call->writing.out);
    if (kept != call->held)
        account_add(&call->session->identity->account, QUOTA_BUFFERED, (int64_t)kept - (int64_t)call->held);
    call->held = kept;
}

static void call_free(struct call *call)
{
    struct control *control = call->session->control;
    struct batch *batch = call->batch;
    release_progress(call);
    call->kept = 0;
    weigh(call);
    waiter_leave(&call->waiter);
    if (call->waiting)
        TAILQ_REMOVE(&call->session->calls, call, link);
    timer_close(&call->timer);
    if (call->waiting && call->id.data != call->id_room)
        free((char *)call->id.data);
    if (call->payload_owned)
        free((unsigned char *)call->cargo.payload.data);
    pipe_give(&call_sockets(call)->pipes, call->cargo.pipe);
    pipe_give(&call_sockets(call)->pipes, call->reply_pipe);
    burials_take(control, call->session->identity->principal, call->cargo.fds, call->cargo.fd_count);
    free(call->cargo.fds);
    close_fds(call->reply_fds, call->reply_fd_count);
    free(call->params);
    account_refund(&call->session->identity->account, QUOTA_CALLS, 1);
    if (call->charged)
        account_refund(&call->session->identity->account, QUOTA_WAITERS, 1);
    TAILQ_INSERT_HEAD(&control->spare, call, link);
    batch_done(batch);
}

/* ---- ending ---- */

/* What a write had put on the wire before it ended otherwise is told. */
static void tell_written(struct call *call)
{
    if (call->progress == PROGRESS_WRITING)
        call_trouble(call)->fault.written = (int64_t)call->writing.sent;
}

static void call_finish(struct call *call, int outcome, const void *result)
{
    struct session *session = call->session;
    struct reply reply = {.id = call->id};
    if (outcome < 0) {
        log_error(call->method->name, "%s", strerror(-outcome));
        outcome = trouble_plain(call_trouble(call), ERROR_internal);
    }
    if (outcome > 0) {
        reply.error = (enum error_id)outcome;
        reply.trouble = call_trouble(call);
    } else {
        reply.record = call->method->result;
        reply.value = result;
        reply.payload = call->reply_payload;
        reply.pipe = call->reply_pipe;
        call->reply_pipe = NULL;        /* consume */
        if (call->reply_fd_count > 0) { /* room that nothing needed stays the call's */
            reply.fds = call->reply_fds;
            reply.fd_count = call->reply_fd_count;
            call->reply_fds = NULL; /* consume */
            call->reply_fd_count = 0;
        }
    }
    waiter_leave(&call->waiter);
    session_reply(session, call->batch, &reply);
    call_free(call);
}

void call_fail(struct call *call, int error)
{
    struct object *object = call->object;
    if (error > 0)
        tell_written(call);
    call_finish(call, error, NULL);
    if (object)
        sockets_kick(object);
}

void call_drop(struct call *call)
{
    call_free(call);
}

/* ---- trying ---- */

static int invoke(struct call *call, const void *params, void *result)
{
    const struct control_options *options = &call->session->control->options;
    record_clear(call->method->result, result);
    return options->invoke(call, params, result);
}

static int tell_expired(struct call *call)
{
    int r = call->option_operation ? trouble_os(call_trouble(call), call->option_operation, EAGAIN)
                                   : trouble_timeout(call_trouble(call), call->method->name, &call->timeout);
    tell_written(call);
    return r;
}

static void call_expired(struct timer *timer)
{
    struct call *call = (struct call *)((char *)timer - offsetof(struct call, timer));
    struct object *object = call->object;
    call->expired = true;
    call_resume(call);
    if (object)
        sockets_kick(object);
}

static int keep_payload(struct call *call)
{
    struct sockd_bytes *payload = &call->cargo.payload;
    call->kept += call->cargo.pipe ? call->cargo.pipe->held : 0; /* already its own */
    if (!payload->data || call->spent)
        return 0;
    unsigned char *copy = malloc(payload->size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, payload->data, payload->size);
    payload->data = copy; /* consume */
    call->payload_owned = true;
    call->kept += payload->size;
    return 0;
}

/* Makes a call one that waits. */
static int call_wait(struct call *call, const void *params)
{
    struct session *session = call->session;
    int64_t limit;
    if (!account_charge(&session->identity->account, QUOTA_WAITERS, 1, &limit))
        return trouble_limit(call_trouble(call), quota_names[QUOTA_WAITERS], limit);
    call->charged = true;
    call->params = record_keep(call->method->params, params, call->spent, &call->kept);
    if (!call->params || keep_payload(call) < 0)
        return -ENOMEM;
    call->kept += call->id.size > sizeof call->id_room ? call->id.size : 0;
    weigh(call);
    if (account_over(&session->identity->account, QUOTA_BUFFERED, &limit))
        return trouble_limit(call_trouble(call), quota_names[QUOTA_BUFFERED], limit);
    if (call->timeout.finite) {
        if (timer_open(&call->timer, &call_sockets(call)->timers, call_expired) < 0)
            return -ENOMEM;
        timer_set(&call->timer, clock_now() + clock_wait(&call->timeout));
    }
    if (!keep_id(call, call->id)) {
        call->id = (struct sockd_text){NULL, 0};
        return -ENOMEM;
    }
    call->waiting = true;
    TAILQ_INSERT_TAIL(&session->calls, call, link);
    return 0;
}

static void enter_queue(struct call *call)
{
    call->waiter.wants = call->wants;
    if (call->queue == call->waiter.queue)
        return;
    waiter_leave(&call->waiter);
    if (call->queue)
        waiter_enter(call->queue, &call->waiter);
}

void call_serve(struct call *call, const void *params)
{
    union method_result result;
    int r = invoke(call, params, &result);
    if (r == OUTCOME_WAIT && call->timeout.finite && clock_wait(&call->timeout) == 0) {
        call->expired = true;
        r = invoke(call, params, &result);
        if (r == OUTCOME_WAIT)
            r = tell_expired(call);
    }
    if (r == OUTCOME_WAIT) {
        r = call_wait(call, params);
        if (r == 0) {
            enter_queue(call);
            if (call->object)
                sockets_update(call->object);
            return;
        }
        tell_written(call);
    }
    call_finish(call, r, &result);
}

void call_resume(struct call *call)
{
    struct session *session = call->session;
    struct control *control = session->control;
    struct arena *arena = &control->arena;
    int64_t began = !control->turn && control_shared(control) ? clock_now() : 0; /* a turn is charged as a whole */
    size_t mark = arena->used; /* a request that is being served may have its parameters there */
    union method_result result;
    sockets_stir(call_sockets(call));
    int r = invoke(call, call->params, &result);
    if (r == OUTCOME_WAIT && call->expired)
        r = tell_expired(call);
    if (r == OUTCOME_WAIT) {
        weigh(call);
        enter_queue(call);
    } else {
        call_finish(call, r, &result);
    }
    arena->used = mark;
    if (began)
        session_charge(session, began);
}

struct call *call_find(const struct session *session, struct sockd_text id)
{
    struct call *call;
    uint32_t hash = rpc_id_hash(id);
    TAILQ_FOREACH (call, &session->calls, link)
        if (call->id.data && call->id_hash == hash && rpc_id_equal(call->id, id))
            return call;
    return NULL;
}

/* ---- for handlers ---- */

int call_object(struct call *call, sockd_handle handle, struct object **object)
{
    struct object *found = object_find(&call_sockets(call)->objects, handle);
    if (!found || !object_usable(found, call_identity(call)))
        return trouble_no_such_handle(call_trouble(call), handle);
    *object = found;
    return 0;
}

int call_any_object(struct call *call, sockd_handle handle, int right, struct object **object)
{
    struct object *found = object_find(&call_sockets(call)->objects, handle);
    if (!found || !(object_usable(found, call_identity(call)) || identity_may(call_identity(call), right)))
        return trouble_no_such_handle(call_trouble(call), handle);
    *object = found;
    return 0;
}

int call_stream(struct call *call, sockd_handle handle, struct stream **stream)
{
    struct object *object = NULL;
    int r = call_object(call, handle, &object);
    if (r == 0 && object->kind != KIND_STREAM)
        r = trouble_wrong_kind(call_trouble(call), handle, "server", "stream");
    if (r == 0) {
        *stream = stream_of(object);
        watchers_notify(object, WANT_CHANGE); /* by what the caller does with it */
    }
    return r;
}

int call_listener(struct call *call, sockd_handle handle, struct listener **listener)
{
    struct object *object = NULL;
    int r = call_object(call, handle, &object);
    if (r == 0 && object->kind != KIND_SERVER)
        r = trouble_wrong_kind(call_trouble(call), handle, "stream", "server");
    if (r == 0)
        *listener = listener_of(object);
    return r;
}

int call_turn(struct call *call, struct object *object, struct waiters *queue, unsigned wants,
              const struct sockd_timeout *timeout)
{
    call->object = object;
    call->queue = queue;
    call->wants = wants;
    if (timeout && !call->waiting)
        call->timeout = *timeout;
    return TAILQ_EMPTY(queue) || TAILQ_FIRST(queue) == &call->waiter ? 0 : OUTCOME_WAIT;
}

/* A call that concerns both sides stands in the input queue, until output has none waiting, too; what comes behind it for
 * output stands there as well, so that it sees what the call before it has set. */
static bool barrier_waits(const struct stream *stream, const struct call *self)
{
    const struct waiter *waiter;
    TAILQ_FOREACH (waiter, &stream->waiting[SIDE_IN], link) {
        const struct call *call = (const struct call *)((const char *)waiter - offsetof(struct call, waiter));
        if (call == self)
            return false;
        if (call->method->flags & METHOD_OUTPUT)
            return true;
    }
    return false;
}

int call_stream_turn(struct call *call, sockd_handle handle, enum side side, const struct sockd_timeout *timeout,
                     struct stream **stream)
{
    int r = call_stream(call, handle, stream);
    if (r != 0)
        return r;
    struct stream *s = *stream;
    const struct sockd_timeout *option = s->options ? (side == SIDE_IN ? &s->options->receive : &s->options->send) : NULL;
    if (timeout && !timeout->finite && option && option->finite && !call->waiting) {
        timeout = option;
        call->option_operation = side == SIDE_IN ? "read" : "write";
    }
    if (side == SIDE_OUT && call->waiter.queue != &s->waiting[SIDE_OUT] && barrier_waits(s, call))
        return call_turn(call, &s->object, &s->waiting[SIDE_IN], WANT_NOTHING, timeout), OUTCOME_WAIT;
    return call_turn(call, &s->object, &s->waiting[side], side == SIDE_IN ? WANT_READ : WANT_WRITE, timeout);
}

struct reading *call_reading(struct call *call)
{
    call->progress = PROGRESS_READING;
    return &call->reading;
}

struct writing *call_writing(struct call *call)
{
    call->progress = PROGRESS_WRITING;
    return &call->writing;
}

void call_progress(struct call *call, void *state, void (*release)(struct call *call))
{
    call->progress = PROGRESS_OTHER;
    call->other.state = state;
    call->other.release = release;
}
