/* What a session reads.
 *
 * A message is served when all of it is there, its payload included: its line is scanned when it has come, and again when the
 * payload has. A payload that nobody wants is counted down instead of being kept, so that the next message is read in step.
 *
 * A client that has shut down its writing side is owed its replies; one that is gone altogether is not. The kernel tells the
 * two apart only by a hang-up, which a level-triggered event cannot wait for without reporting the end of input again and
 * again: so the read event becomes edge-triggered once input has ended. */
#include "session.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "fd.h"

#define MESSAGES_A_TURN 256
#define READ_LARGEST (1024 * 1024)
#define CONTROL_ROOM CMSG_SPACE(sizeof(int) * 253)

static void session_release(struct grave *grave)
{
    struct session *session = (struct session *)((char *)grave - offsetof(struct session, grave));
    identity_unref(session->identity);
    free(session);
}

static void event_gone(struct event **event)
{
    if (*event)
        event_free(*event);
    *event = NULL;
}

/* Waiting calls are dropped all of them before any that stands behind one of them is tried. */
static void drop_calls(struct session *session)
{
    struct call *call;
    TAILQ_FOREACH (call, &session->calls, link)
        waiter_leave(&call->waiter);
    while ((call = TAILQ_FIRST(&session->calls))) {
        struct object *object = call->object;
        call_drop(call);
        if (object)
            sockets_kick(object);
    }
}

void session_end(struct session *session)
{
    struct control *control = session->control;
    struct object *object;
    if (session->ended)
        return;
    session->ended = true;
    drop_calls(session);
    while ((object = LIST_FIRST(&session->objects)))
        sockets_close(object);
    TAILQ_REMOVE(&control->sessions, session, link);
    event_gone(&session->read);
    event_gone(&session->write);
    event_gone(&session->later);
    event_gone(&session->patience);
    session_fds_expire(session, UINT64_MAX);
    session_output_deinit(session);
    buffer_deinit(&session->in);
    close(session->fd);
    account_refund(&session->identity->account, QUOTA_BUFFERED, (int64_t)session->held);
    account_refund(session->identity->account.parent, QUOTA_SESSIONS, 1);
    session->identity->session = 0;
    sockets_bury(control->options.sockets, &session->grave);
}

void session_end_soon(struct session *session)
{
    session->ending = true;
    session->begun = 0;
    event_active(session->later, EV_TIMEOUT, 0);
}

/* ---- messages ---- */

static void turn_over(struct session *session);

static void reply_error(struct session *session, struct sockd_text id, int error)
{
    struct reply reply = {.id = id, .error = (enum error_id)error, .trouble = &session->control->trouble};
    session_reply(session, NULL, &reply);
}

/* An error of the envelope. An id that cannot be told is null, and answered. */
static int tell_envelope(struct control *control, enum error_id error, const char *reason)
{
    int r = trouble_plain(&control->trouble, error);
    if (reason)
        control->trouble.fault.reason = (struct sockd_text){reason, strlen(reason)};
    return r;
}

static int64_t limit_value(const struct control *control, const char *limit)
{
    const struct message_limits *limits = &control->options.limits;
    return (int64_t)(limit[0] == 'n' ? limits->nesting : limit[0] == 'v' ? limits->values : limits->batch);
}

/* What is wrong with a message as a whole. */
static int tell_message(struct control *control, enum error_id error, const char *limit, const char *reason)
{
    return error == ERROR_limit ? trouble_limit(&control->trouble, limit, limit_value(control, limit))
                                : tell_envelope(control, error, reason);
}

/* What is wrong with what came with a request: a number that differs, or too much. 0 if nothing is. */
static int check_cargo(struct control *control, const struct rpc_request *request, const struct cargo *cargo)
{
    const struct message_limits *limits = &control->options.limits;
    if (request->payload > (int64_t)limits->payload)
        return trouble_limit(&control->trouble, "payload", (int64_t)limits->payload);
    if (request->fds > (int64_t)limits->fds)
        return trouble_limit(&control->trouble, "fds", (int64_t)limits->fds);
    if (request->fds != (int64_t)cargo->fd_count)
        return tell_envelope(control, ERROR_invalid_request, "fds differs from the number of descriptors that arrived");
    return 0;
}

static void serve_request(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo)
{
    struct control *control = session->control;
    int told = request->error ? tell_envelope(control, request->error, request->reason) : check_cargo(control, request, cargo);
    struct reply reply = {.id = request->id, .error = (enum error_id)told, .trouble = &control->trouble};
    if (told)
        session_reply(session, batch, &reply);
    else
        control->options.request(session, batch, request, cargo);
}

static void serve_batch(struct session *session, struct rpc_message *message)
{
    struct control *control = session->control;
    struct batch *batch = calloc(1, sizeof *batch);
    struct rpc_request request;
    struct cargo nothing = {0};
    if (!batch) {
        reply_error(session, SOCKD_TEXT("null"), trouble_plain(&control->trouble, ERROR_internal));
        return;
    }
    *batch = (struct batch){.session = session, .pending = 1};
    while (!session->ended && rpc_next(&control->scan, message, &request))
        serve_request(session, batch, &request, &nothing);
    batch_done(batch);
}

enum taken { TAKEN, TAKEN_NOT_YET };

/* Where a message stands: its line, the place of its first byte, and what follows it as far as that is there. */
struct letter {
    char *line;
    size_t size;
    uint64_t place;
    const char *behind;
    size_t left;
};

static enum taken serve_single(struct session *session, struct rpc_message *message, const struct letter *letter)
{
    struct control *control = session->control;
    struct rpc_request request;
    struct cargo cargo = {0};
    rpc_next(&control->scan, message, &request);
    bool wanted = !request.error && request.method->flags & METHOD_PAYLOAD_IN && request.payload > 0 &&
                  request.payload <= (int64_t)control->options.limits.payload;
    if (wanted && (uint64_t)request.payload > letter->left) {
        session->need = (size_t)request.payload;
        return TAKEN_NOT_YET;
    }
    if (wanted)
        cargo.payload = (struct sockd_bytes){(const unsigned char *)letter->behind, (size_t)request.payload};
    uint64_t end = letter->place + (uint64_t)(letter->behind - letter->line) + (uint64_t)request.payload;
    if (request.fds > 0 || session_fds_surplus(session, letter->place, end))
        cargo.fd_count = session_fds_take(session, letter->place, &cargo.fds);
    serve_request(session, NULL, &request, &cargo);
    for (size_t i = 0; i < cargo.fd_count; i++)
        fd_discard(cargo.fds[i]);
    free(cargo.fds);
    return TAKEN;
}

/* Reads a message. *payload: how many of the bytes behind its line were its own; the rest of those will be skipped. */
static enum taken take_message(struct session *session, const struct letter *letter, size_t *payload)
{
    struct control *control = session->control;
    struct rpc_message message;
    struct rpc_request request;
    const char *limit = NULL;
    enum scan_result scanned = scan(&control->scan, letter->line, letter->size);
    enum error_id error = rpc_open(&control->scan, scanned, control->options.limits.batch, &message, &request, &limit);
    uint64_t announced = (uint64_t)message.payload;
    if (error)
        reply_error(session, request.id, tell_message(control, error, limit, request.reason));
    else if (message.batch)
        serve_batch(session, &message);
    else if (serve_single(session, &message, letter) == TAKEN_NOT_YET)
        return TAKEN_NOT_YET;
    *payload = announced < letter->left ? (size_t)announced : letter->left;
    session->skip = announced - *payload;
    return TAKEN;
}

static void line_too_long(struct session *session)
{
    struct control *control = session->control;
    reply_error(session, SOCKD_TEXT("null"), trouble_limit(&control->trouble, "line", (int64_t)control->options.limits.line));
    session_end_soon(session);
}

static size_t skip_some(struct session *session, size_t size)
{
    size_t n = session->skip < size ? (size_t)session->skip : size;
    session->skip -= n;
    return n;
}

/* Serves what is whole. How many bytes are used up; *unfinished: a message has begun and waits for the rest of itself. */
static size_t serve(struct session *session, char *data, size_t size, bool *unfinished)
{
    size_t at = 0;
    *unfinished = false;
    for (int n = 0; n < MESSAGES_A_TURN && at < size && !session->ending && !session->ended && !session_stuffed(session); n++) {
        struct frame_line line;
        size_t payload;
        if (session->skip > 0) {
            at += skip_some(session, size - at);
            *unfinished = session->skip > 0;
            continue;
        }
        if (size - at < session->need) {
            *unfinished = true;
            break;
        }
        session->need = 0;
        enum frame_result found = frame_next(&session->frame, data + at, size - at, session->control->options.limits.line, &line);
        if (found == FRAME_TOO_LONG) {
            line_too_long(session);
            return size;
        }
        if (found == FRAME_MORE) {
            at += line.end;
            frame_dropped(&session->frame, line.end);
            *unfinished = at < size;
            break;
        }
        struct letter letter = {data + at + line.start, line.size, session->received + at + line.start, data + at + line.end,
                                size - at - line.end};
        session_fds_expire(session, letter.place);
        if (take_message(session, &letter, &payload) == TAKEN_NOT_YET) {
            session->frame.seen = line.end - 1; /* its LF, to be found again at once */
            session->need += line.end;
            *unfinished = true;
            break;
        }
        at += line.end + payload;
        *unfinished = session->skip > 0;
    }
    return at;
}

/* ---- patience ---- */

static void patience_over(evutil_socket_t fd, short what, void *context)
{
    struct session *session = context;
    struct control *control = session->control;
    struct sockd_timeout timeout = SOCKD_SECONDS((clock_now() - session->begun) / 1000000);
    (void)fd;
    (void)what;
    if (session->ending || !session->begun) { /* its replies stay unread */
        session_end(session);
        return;
    }
    session->busy = true;
    reply_error(session, SOCKD_TEXT("null"), trouble_timeout(&control->trouble, "message", &timeout));
    session_end_soon(session);
    turn_over(session);
}

/* A client may leave its message unfinished for 10 s from its first byte for each MiB begun, and its replies unread for a
 * while once they fill the buffer or are the last. */
static void be_patient(struct session *session)
{
    const struct message_limits *limits = &session->control->options.limits;
    int64_t left;
    if (session->begun)
        left = session->begun + (1 + (int64_t)(session->unfinished >> 20)) * limits->line_time - clock_now();
    else if (session_stuffed(session) || (session->ending && buffer_size(&session->out) > 0))
        left = limits->output_time;
    else
        left = -1;
    if (left < 0 && !session->begun) {
        event_del(session->patience);
    } else {
        struct timeval time = clock_timeval(left);
        event_add(session->patience, &time);
    }
}

/* Reads on unless the client has ended, or has requests waiting here, or replies that it does not read. */
static void read_on(struct session *session)
{
    bool backlog = buffer_size(&session->in) > 0 && !session->begun;
    bool want = !session->ending && !session_stuffed(session) && !backlog;
    if (session->input_ended || want == session->reading)
        return;
    session->reading = want;
    if (want)
        event_add(session->read, NULL);
    else
        event_del(session->read);
}

/* ---- bytes ---- */

/* Bytes that a session keeps are charged; over the limit it has gone too far. */
static bool charge_held(struct session *session)
{
    size_t now = session->in.capacity;
    int64_t limit;
    if (now > session->held) {
        if (!account_charge(&session->identity->account, QUOTA_BUFFERED, (int64_t)(now - session->held), &limit)) {
            reply_error(session, SOCKD_TEXT("null"), trouble_limit(&session->control->trouble, quota_names[QUOTA_BUFFERED], limit));
            session_end_soon(session);
            return false;
        }
    } else {
        account_refund(&session->identity->account, QUOTA_BUFFERED, (int64_t)(session->held - now));
    }
    session->held = now;
    return true;
}

/* Remembers when the message began that is now unfinished, and how much of it has come. */
static void note_unfinished(struct session *session, size_t used, size_t left, bool unfinished)
{
    bool same = session->skip > 0 || used == 0;
    if (!unfinished)
        session->begun = 0;
    else if (!session->begun || !same)
        session->begun = clock_now();
    session->unfinished = session->skip > 0 ? session->unfinished + used : left;
}

/* Serves what is at data, and keeps what is left over. kept: it stands in the session's own buffer already. */
static void digest(struct session *session, char *data, size_t size, bool kept)
{
    bool unfinished;
    sockets_stir(session->control->options.sockets);
    size_t used = serve(session, data, size, &unfinished);
    if (session->ended)
        return;
    session->received += used;
    session_fds_expire(session, session->received);
    if (kept)
        buffer_consume(&session->in, used);
    else if (used < size && !session->ending && buffer_append(&session->in, data + used, size - used) < 0)
        session_end(session);
    if (session->ended || !charge_held(session))
        return;
    note_unfinished(session, used, size - used, unfinished);
}

/* The client has closed, or shut down writing. */
static bool client_gone(const struct session *session)
{
    struct pollfd poll_one = {session->fd, POLLIN, 0};
    return poll(&poll_one, 1, 0) == 1 && poll_one.revents & (POLLHUP | POLLERR);
}

static void session_readable(evutil_socket_t fd, short what, void *context);

static void input_over(struct session *session)
{
    session->input_ended = true;
    event_gone(&session->read);
    session->read = event_new(session->control->options.base, session->fd, EV_READ | EV_PERSIST | EV_ET, session_readable, session);
    if (!session->read || event_add(session->read, NULL) < 0 || client_gone(session))
        session_end(session);
}

/* Whether nothing more is to be said or heard. */
static bool is_done(const struct session *session)
{
    if (buffer_size(&session->out) > 0 || !(session->input_ended || session->ending))
        return false;
    bool backlog = buffer_size(&session->in) > 0 && !session->begun;
    return session->ending || (!backlog && TAILQ_EMPTY(&session->calls));
}

/* The end of a turn: replies leave, and what comes next is asked for. */
static void turn_over(struct session *session)
{
    session->busy = false;
    if (!session->ended)
        session_send(session);
    if (!session->ended && is_done(session))
        session_end(session);
    if (session->ended)
        return;
    if (buffer_size(&session->in) > 0 && !session->begun && !session->ending && !session_stuffed(session))
        event_active(session->later, EV_TIMEOUT, 0); /* requests wait here, and others have their turn first */
    read_on(session);
    be_patient(session);
}

/* Reads once: into what is kept if there is something, else into the memory that all share. */
static ssize_t read_some(struct session *session, char **data, size_t *size)
{
    union {
        struct cmsghdr align;
        char room[CONTROL_ROOM];
    } control;
    bool kept = buffer_size(&session->in) > 0;
    size_t have = buffer_size(&session->in);
    size_t want = kept && have > CONTROL_INPUT ? (have < READ_LARGEST ? have : READ_LARGEST) : CONTROL_INPUT;
    char *room = kept ? buffer_reserve(&session->in, want) : session->control->input;
    if (!room) {
        errno = ENOMEM;
        return -1;
    }
    struct iovec vector = {room, want};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    ssize_t n = recvmsg(session->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n >= 0 && message.msg_controllen > 0) {
        uint64_t start = session->received + have;
        session_fds_arrived(session, &message, start, start + (uint64_t)n);
    }
    if (n > 0 && kept)
        buffer_added(&session->in, (size_t)n);
    *data = kept ? session->in.data + session->in.start : room;
    *size = have + (n > 0 ? (size_t)n : 0);
    return n;
}

static void session_readable(evutil_socket_t fd, short what, void *context)
{
    struct session *session = context;
    char *data;
    size_t size;
    (void)fd;
    (void)what;
    if (session->input_ended) {
        if (client_gone(session))
            session_end(session);
        return;
    }
    bool kept = buffer_size(&session->in) > 0;
    ssize_t n = read_some(session, &data, &size);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR)
            session_end(session);
        return;
    }
    session->busy = true;
    if (n > 0)
        digest(session, data, size, kept);
    else
        input_over(session);
    turn_over(session);
}

/* What a turn left over, and what is to be sent outside of one. */
static void session_later(evutil_socket_t fd, short what, void *context)
{
    struct session *session = context;
    (void)fd;
    (void)what;
    session->busy = true;
    if (buffer_size(&session->in) > 0 && !session->ending && !session->begun)
        digest(session, session->in.data + session->in.start, buffer_size(&session->in), true);
    turn_over(session);
}

static void session_writable(evutil_socket_t fd, short what, void *context)
{
    session_later(fd, what, context);
}

int session_new(struct control *control, int fd, struct identity *identity)
{
    struct event_base *base = control->options.base;
    struct session *session = calloc(1, sizeof *session);
    if (!session) {
        close(fd);
        identity_unref(identity);
        return -ENOMEM;
    }
    session->control = control;
    session->fd = fd;
    session->identity = identity; /* consume */
    identity->session = control->next_session++;
    session->grave.release = session_release;
    TAILQ_INIT(&session->calls);
    LIST_INIT(&session->objects);
    TAILQ_INSERT_TAIL(&control->sessions, session, link);
    session->read = event_new(base, fd, EV_READ | EV_PERSIST, session_readable, session);
    session->write = event_new(base, fd, EV_WRITE, session_writable, session);
    session->later = event_new(base, -1, 0, session_later, session);
    session->reading = true;
    session->patience = event_new(base, -1, 0, patience_over, session);
    if (session->read && session->write && session->later && session->patience && event_add(session->read, NULL) == 0)
        return 0;
    session_end(session);
    return -ENOMEM;
}
