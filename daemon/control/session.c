/* A session's life, and its input.
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
#include "events.h"
#include "fd.h"
#include "pipes.h"

#define READ_LARGEST (1024 * 1024)
#define READ_BRIEF 1024 /* takes the line of a message, and of a large payload not much */
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

static void refund(struct identity *identity)
{
    account_refund(&identity->account, QUOTA_DESCRIPTORS, 1);
    account_refund(identity->account.parent, QUOTA_SESSIONS, 1);
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
    events_unsubscribe(session);
    drop_calls(session);
    status_sets_clear(&session->sets);
    while ((object = LIST_FIRST(&session->objects)))
        sockets_close(object, "session-ended");
    TAILQ_REMOVE(&control->sessions, session, link);
    event_gone(&session->read);
    event_gone(&session->write);
    event_gone(&session->later);
    timer_close(&session->pause);
    timer_close(&session->patience);
    session_fds_expire(session, UINT64_MAX);
    session_output_deinit(session);
    session->load = pipe_give(&control->options.sockets->pipes, session->load);
    buffer_deinit(&session->in);
    pipes_trim(&control->options.sockets->pipes); /* who used them may have been the last */
    close(session->fd);
    account_refund(&session->identity->account, QUOTA_BUFFERED, (int64_t)session->held);
    refund(session->identity);
    session->identity->session = 0;
    sockets_bury(control->options.sockets, &session->grave, session_release);
}

void session_end_soon(struct session *session)
{
    session->ending = true;
    session->begun = 0;
    event_active(session->later, EV_TIMEOUT, 0);
}

/* ---- patience ---- */

static void turn_over(struct session *session);

static void patience_over(struct timer *timer)
{
    struct session *session = (struct session *)((char *)timer - offsetof(struct session, patience));
    struct control *control = session->control;
    struct sockd_timeout timeout = SOCKD_SECONDS((clock_now() - session->begun) / 1000000);
    if (session->ending || !session->begun) { /* its replies stay unread */
        session_end(session);
        return;
    }
    session->busy = true;
    session_refuse(session, SOCKD_TEXT("null"), trouble_timeout(&control->trouble, "message", &timeout));
    session_end_soon(session);
    turn_over(session);
}

/* A client may leave its message unfinished for 10 s from its first byte for each MiB begun, and its replies unread for a
 * while once they fill the buffer or are the last. */
static void be_patient(struct session *session)
{
    const struct message_limits *limits = &session->control->options.limits;
    if (session->begun)
        timer_set(&session->patience, session->begun + (1 + (int64_t)(session->unfinished >> 20)) * limits->line_time);
    else if (session_stuffed(session) || (session->ending && session_unsent(session) > 0))
        timer_set(&session->patience, clock_now() + limits->output_time);
    else
        timer_clear(&session->patience);
}

/* Reads on unless the client has ended, or has requests waiting here, or replies that it does not read. */
static void read_on(struct session *session)
{
    bool backlog = buffer_size(&session->in) > 0 && !session->begun;
    bool want = !session->ending && !session_stuffed(session) && !backlog && !timer_is_set(&session->pause);
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
    size_t now = buffer_capacity(&session->in) + (session->load ? session->load->held + session->loading : 0);
    int64_t limit;
    if (now > session->held) {
        if (!account_charge(&session->identity->account, QUOTA_BUFFERED, (int64_t)(now - session->held), &limit)) {
            session_refuse(session, SOCKD_TEXT("null"),
                           trouble_limit(&session->control->trouble, quota_names[QUOTA_BUFFERED], limit));
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
    size_t used = session_serve(session, data, size, &unfinished);
    if (session->ended)
        return;
    session->received += used;
    session_fds_expire(session, session->received);
    if (session->loading > 0) { /* what was read of that payload has gone the same way */
        size = used + session->need;
        if (kept)
            buffer_truncate(&session->in, size);
    }
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
    session->read =
        event_new(session->control->options.base, session->fd, EV_READ | EV_PERSIST | EV_ET, session_readable, session);
    if (!session->read || event_add(session->read, NULL) < 0 || client_gone(session))
        session_end(session);
}

/* Whether nothing more is to be said or heard. */
static bool is_done(const struct session *session)
{
    if (session_unsent(session) > 0 || !(session->input_ended || session->ending))
        return false;
    bool backlog = buffer_size(&session->in) > 0 && !session->begun;
    return session->ending || (!backlog && TAILQ_EMPTY(&session->calls));
}

/* ---- turns ---- */

static struct fair_share *share_of(const struct session *session)
{
    return &session->identity->principal->share;
}

static void turn_begins(struct session *session)
{
    session->busy = true;
    session->control->turn = control_shared(session->control) ? clock_now() : 0;
}

/* Whether more may be asked for in this turn. Else its user has had his share, and what has come waits. */
static bool may_ask(struct session *session)
{
    const struct control *control = session->control;
    int64_t wait = control->turn ? fair_wait(&control->fair, share_of(session), control->turn) : 0;
    if (wait > 0)
        timer_set(&session->pause, control->turn + wait);
    return wait == 0;
}

static void turn_ends(struct session *session)
{
    struct control *control = session->control;
    if (control->turn)
        fair_note(&control->fair, share_of(session), session, control->turn, clock_now());
    control->turn = 0;
}

void session_charge(struct session *session, int64_t began)
{
    int64_t now = clock_now();
    fair_charge(share_of(session), now - began, now);
}

/* An event that makes itself active is run again in the same pass, before any input is looked for; a timer is not. */
static const struct timeval at_once;

/* The end of a turn: replies leave, and what comes next is asked for. */
static void turn_over(struct session *session)
{
    session->busy = false;
    if (!session->ended)
        session_send(session);
    if (!session->ended && is_done(session))
        session_end(session);
    turn_ends(session);
    if (session->ended)
        return;
    bool backlog = buffer_size(&session->in) > 0 && !session->begun && !session->ending && !session_stuffed(session);
    if (backlog && !timer_is_set(&session->pause)) /* others, whose input the loop looks for first, are served before */
        event_add(session->later, &at_once);
    read_on(session);
    be_patient(session);
}

/* How much to read behind what is there: the rest of the message where that is known, else twice as much each time. */
static size_t read_size(const struct session *session, size_t have)
{
    size_t want = session->need > have ? session->need - have : have;
    return want < CONTROL_INPUT ? CONTROL_INPUT : want > READ_LARGEST ? READ_LARGEST : want;
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
    size_t want = kept ? read_size(session, have) : session->brief ? READ_BRIEF : CONTROL_INPUT;
    char *room = kept ? buffer_reserve(&session->in, want) : session->control->input;
    if (!room) {
        errno = ENOMEM;
        return -1;
    }
    struct iovec vector = {room, want};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (session_fds_wanted(session)) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
    }
    ssize_t n = recvmsg(session->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n >= 0 && (message.msg_controllen > 0 || message.msg_flags & MSG_CTRUNC)) {
        uint64_t start = session->received + have;
        session_fds_arrived(session, &message, start, start + (uint64_t)n);
    }
    if (n > 0 && kept)
        buffer_added(&session->in, (size_t)n);
    *data = kept ? buffer_front(&session->in) : room;
    *size = have + (n > 0 ? (size_t)n : 0);
    return n;
}

/* Where moving does not do, what has come is read, and the rest will be. */
static void load_give_up(struct session *session)
{
    session->need += session->load->held + session->loading;
    session->loading = 0;
    int r = pipe_unload(session->load, &session->in);
    session->load = pipe_give(&session->control->options.sockets->pipes, session->load);
    if (r < 0)
        session_end(session);
}

/* Moves on the payload that is being loaded. When all of it is there its message, which waits in `in`, is served. */
static void load_more(struct session *session)
{
    ssize_t n;
    do {
        n = pipe_fill(session->load, session->fd, session->loading);
        if (n > 0) {
            session->loading -= (size_t)n;
            session->unfinished += (size_t)n;
        }
    } while (n > 0 && session->loading > 0);
    if (session->loading == 0)
        digest(session, buffer_front(&session->in), buffer_size(&session->in), true);
    else if (n == 0)
        input_over(session);
    else if (errno != EAGAIN || pipe_full(session->load, session->fd))
        load_give_up(session);
}

static void take_input(struct session *session)
{
    char *data;
    size_t size;
    if (session->loading > 0) {
        load_more(session);
        return;
    }
    bool kept = buffer_size(&session->in) > 0;
    ssize_t n = read_some(session, &data, &size);
    if (n > 0)
        digest(session, data, size, kept);
    else if (n == 0)
        input_over(session);
    else if (errno != EAGAIN && errno != EINTR)
        session_end(session);
    if (n >= 0 && !session->ended && !session->ending && session->loading > 0)
        load_more(session); /* most often the payload is there, too */
}

static void session_readable(evutil_socket_t fd, short what, void *context)
{
    struct session *session = context;
    (void)fd;
    (void)what;
    turn_begins(session);
    if (!session->input_ended && may_ask(session))
        take_input(session);
    else if (session->input_ended && client_gone(session))
        session_end(session);
    turn_over(session);
}

/* What a turn left over, and what is to be sent outside of one. */
static void session_later(evutil_socket_t fd, short what, void *context)
{
    struct session *session = context;
    (void)fd;
    (void)what;
    turn_begins(session);
    bool backlog = buffer_size(&session->in) > 0 && !session->ending && !session->begun;
    if (backlog && !timer_is_set(&session->pause) && may_ask(session)) /* else only replies leave */
        digest(session, buffer_front(&session->in), buffer_size(&session->in), true);
    turn_over(session);
}

static void session_writable(evutil_socket_t fd, short what, void *context)
{
    session_later(fd, what, context);
}

static void pause_over(struct timer *timer)
{
    struct session *session = (struct session *)((char *)timer - offsetof(struct session, pause));
    if (client_gone(session)) /* which nobody has been looking for meanwhile */
        session_end(session);
    else
        session_later(-1, EV_TIMEOUT, session);
}

int session_new(struct control *control, int fd, struct identity *identity)
{
    struct event_base *base = control->options.base;
    struct session *session = calloc(1, sizeof *session);
    if (!session) {
        close(fd);
        refund(identity);
        identity_unref(identity);
        return -ENOMEM;
    }
    session->control = control;
    session->fd = fd;
    session->identity = identity; /* consume */
    identity->session = control->next_session++;
    TAILQ_INIT(&session->calls);
    LIST_INIT(&session->objects);
    TAILQ_INSERT_TAIL(&control->sessions, session, link);
    session->read = event_new(base, fd, EV_READ | EV_PERSIST, session_readable, session);
    session->write = event_new(base, fd, EV_WRITE, session_writable, session);
    session->later = event_new(base, -1, 0, session_later, session);
    session->reading = true;
    int r = timer_open(&session->pause, &control->options.sockets->timers, pause_over);
    if (r == 0)
        r = timer_open(&session->patience, &control->options.sockets->timers, patience_over);
    if (session->read && session->write && session->later && r == 0 && event_add(session->read, NULL) == 0)
        return 0;
    session_end(session);
    return -ENOMEM;
}
