/* What a session sends.
 *
 * Replies collect in one buffer and leave together at the end of a turn. Descriptors ride on the first byte of their reply:
 * the bytes before it leave first, then that byte with the descriptors, in one message each. A payload that is in a pipe
 * leaves from there when what stands before it has left. */
#include "session.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "events.h"
#include "fd.h"
#include "pipes.h"

#define REPLY_USUAL 512
#define OUTPUT_STUFFED (1024 * 1024)
#define OUTPUT_KEPT (16 * 1024)
#define PIPED_LINE 4096             /* bytes of replies that rather go into a pipe than away by themselves */
#define ROOM_FOR_BULK (1024 * 1024) /* that the kernel keeps for a client who has not read it yet */
#define PAYLOAD_LARGE (32 * 1024)   /* from where copying it costs more than a system call of its own */
#define FDS_MOST 253

/* What is to be sent is there already, whatever the limit: but nothing more is read for a user who is over it. */
static void weigh(const struct session *session, size_t weight, size_t *held)
{
    if (weight != *held)
        account_add(&session->identity->account, QUOTA_BUFFERED, (int64_t)weight - (int64_t)*held);
    *held = weight;
}

/* What every session may keep for its usual replies is part of the session. */
static void weigh_output(struct session *session)
{
    weigh(session, (buffer_capacity(&session->out) > OUTPUT_KEPT ? buffer_capacity(&session->out) : 0) + session->piped,
          &session->owed);
}

bool session_stuffed(const struct session *session)
{
    return session_unsent(session) > OUTPUT_STUFFED;
}

/* The first one. sent: the client has them now, and what it does with their options is its own affair. */
static void parcel_free(struct session *session, bool sent)
{
    struct session_parcel *parcel = session->parcels;
    session->parcels = parcel->next;
    if (parcel->pipe)
        session->piped -= parcel->pipe->held;
    pipe_give(&session->control->options.sockets->pipes, parcel->pipe);
    for (size_t i = 0; i < parcel->count; i++) {
        if (!sent)
            fd_never_linger(parcel->fds[i]);
        close(parcel->fds[i]);
    }
    account_refund(&session->identity->account, QUOTA_DESCRIPTORS, (int64_t)parcel->count);
    free(parcel->fds);
    free(parcel);
}

void session_output_deinit(struct session *session)
{
    while (session->parcels)
        parcel_free(session, false);
    buffer_deinit(&session->out);
    weigh_output(session);
}

static void print_reply(struct print *print, const struct reply *reply)
{
    const struct trouble *trouble = reply->trouble;
    if (reply->record)
        rpc_print_result(print, reply->id, reply->record, reply->value,
                         (int64_t)(reply->pipe ? reply->pipe->held : reply->payload.size), (int64_t)reply->fd_count);
    else
        rpc_print_error(print, reply->id, reply->error, (struct sockd_text){trouble->message, strlen(trouble->message)},
                        &trouble->fault);
}

/* 0 or -ENOMEM. end: what comes behind it. */
static int append_reply(struct buffer *out, const struct reply *reply, struct sockd_text end)
{
    size_t room = REPLY_USUAL;
    for (;;) {
        char *data = buffer_reserve(out, room);
        if (!data)
            return -ENOMEM;
        struct print print = {data, buffer_room(out), 0};
        print_reply(&print, reply);
        print_raw(&print, end.data, end.size);
        if (print_fits(&print)) {
            buffer_added(out, print.used);
            return 0;
        }
        room = print.used;
    }
}

/* What a reply carries is not wanted. */
static void discard(struct session *session, struct session_parcel carried)
{
    fd_discard_all(carried.fds, carried.count);
    free(carried.fds);
    pipe_give(&session->control->options.sockets->pipes, carried.pipe);
}

/* The descriptors of a reply wait for their byte, a pipe waits for all that stands before it. What is carried is consumed. */
static int add_parcel(struct session *session, struct session_parcel carried)
{
    struct session_parcel *parcel = malloc(sizeof *parcel), **last = &session->parcels;
    if (!parcel) {
        discard(session, carried);
        return -ENOMEM;
    }
    account_add(&session->identity->account, QUOTA_DESCRIPTORS, (int64_t)carried.count);
    carried.place = session->sent + session_unsent(session);
    *parcel = carried; /* consume */
    session->piped += carried.pipe ? carried.pipe->held : 0;
    while (*last)
        last = &(*last)->next;
    *last = parcel;
    return 0;
}

/* Has the kernel make room for bulk, once a reply has not fitted. False: it has done so before. */
static bool widen(struct session *session)
{
    bool widened = session->widened;
    if (!widened)
        fd_widen(session->fd, ROOM_FOR_BULK);
    session->widened = true;
    return !widened;
}

/* A large payload leaves from where it stands, behind what waits before it. Only what the kernel does not take is kept; an
 * error shows again when that is sent. */
static int send_payload(struct session *session, struct sockd_bytes payload)
{
    size_t before = buffer_size(&session->out);
    struct iovec vectors[] = {{buffer_front(&session->out), before}, {(void *)(uintptr_t)payload.data, payload.size}};
    struct msghdr message = {.msg_iov = vectors, .msg_iovlen = 2};
    ssize_t n = sendmsg(session->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    size_t sent = n > 0 ? (size_t)n : 0, old = sent < before ? sent : before, new = sent - old;
    session->sent += sent;
    if (sent < before + payload.size)
        widen(session);
    if (old == before)
        buffer_clear(&session->out, OUTPUT_KEPT);
    else
        buffer_consume(&session->out, old);
    return new < payload.size ? buffer_append(&session->out, payload.data + new, payload.size - new) : 0;
}

/* Whether all that is in the buffer stands behind all parcels. */
static bool out_is_last(const struct session *session)
{
    const struct session_parcel *last = session->parcels;
    while (last && last->next)
        last = last->next;
    uint64_t start = session->sent + session->piped;
    return !last || (last->pipe && last->place + last->pipe->held == start);
}

/* A payload that is in a pipe. The line before it goes into one with it where that can be: what comes in one piece wakes the
 * client once. */
static int append_pipe(struct session *session, struct pipe *pipe)
{
    struct pipes *pipes = &session->control->options.sockets->pipes;
    size_t before = buffer_size(&session->out);
    struct pipe *whole = before <= PIPED_LINE && out_is_last(session) ? pipe_take(pipes) : NULL;
    int r = 0;
    if (whole && pipe_put(whole, buffer_data(&session->out), before)) {
        buffer_clear(&session->out, OUTPUT_KEPT);
        pipe_move(pipe, whole);
        r = add_parcel(session, (struct session_parcel){.pipe = whole});
    } else {
        pipe_give(pipes, whole);
    }
    if (r == 0 && pipe->held > 0)
        return add_parcel(session, (struct session_parcel){.pipe = pipe});
    pipe_give(pipes, pipe);
    return r;
}

/* What the reply carries is consumed. */
static int append_message(struct session *session, const struct reply *reply)
{
    struct session_parcel fds = {.fds = reply->fds, .count = reply->fd_count}, pipe = {.pipe = reply->pipe};
    int r = reply->fd_count > 0 ? add_parcel(session, fds) : 0;
    if (r == 0)
        r = append_reply(&session->out, reply, SOCKD_TEXT("\n"));
    if (r < 0)
        discard(session, pipe);
    else if (reply->pipe)
        r = append_pipe(session, reply->pipe);
    else if (reply->payload.size >= PAYLOAD_LARGE && !session->parcels)
        r = send_payload(session, reply->payload);
    else if (reply->payload.size > 0)
        r = buffer_append(&session->out, reply->payload.data, reply->payload.size);
    weigh_output(session);
    return r;
}

void session_reply(struct session *session, struct batch *batch, const struct reply *reply)
{
    int r;
    if (!reply->record && !session->ended)
        events_refused(session, reply->error, reply->trouble);
    if (!reply->id.data || session->ended) {
        discard(session, (struct session_parcel){.fds = reply->fds, .count = reply->fd_count, .pipe = reply->pipe});
        return;
    }
    if (batch) {
        r = buffer_append(&batch->out, batch->count++ > 0 ? "," : "[", 1);
        if (r == 0)
            r = append_reply(&batch->out, reply, SOCKD_TEXT(""));
        weigh(session, buffer_capacity(&batch->out), &batch->held);
    } else {
        r = append_message(session, reply);
    }
    if (r < 0)
        session_end(session); /* a client that lacks a reply would wait for ever */
    else if (!session->busy)
        event_active(session->later, EV_TIMEOUT, 0);
}

void batch_done(struct batch *batch)
{
    if (!batch || --batch->pending > 0)
        return;
    struct session *session = batch->session;
    if (!session->ended && batch->count > 0) {
        int r = buffer_append(&batch->out, "]\n", 2);
        if (r == 0)
            r = buffer_append(&session->out, buffer_data(&batch->out), buffer_size(&batch->out));
        weigh_output(session);
        if (r < 0)
            session_end(session);
        else if (!session->busy)
            event_active(session->later, EV_TIMEOUT, 0);
    }
    buffer_deinit(&batch->out);
    weigh(session, buffer_capacity(&batch->out), &batch->held);
    free(batch);
}

/* ---- leaving ---- */

static ssize_t send_with(const struct session *session, size_t size, const struct session_parcel *parcel)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * FDS_MOST)];
    } control;
    if (!parcel)
        return send(session->fd, buffer_data(&session->out), size, MSG_DONTWAIT | MSG_NOSIGNAL);
    struct iovec vector = {buffer_front(&session->out), size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.room};
    message.msg_controllen = CMSG_SPACE(sizeof(int) * parcel->count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * parcel->count);
    memcpy(CMSG_DATA(header), parcel->fds, sizeof(int) * parcel->count);
    return sendmsg(session->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Sends on from the pipe whose turn it is. */
static ssize_t send_piped(struct session *session)
{
    struct session_parcel *parcel = session->parcels;
    ssize_t n = pipe_pass(parcel->pipe, session->fd);
    if (n > 0) {
        session->piped -= (size_t)n;
        session->sent += (uint64_t)n;
        parcel->place = session->sent;
        if (parcel->pipe->held == 0)
            parcel_free(session, true);
    }
    return n;
}

/* Sends up to the next parcel, or that parcel's byte and what follows it up to the one after. */
static ssize_t send_part(struct session *session)
{
    struct session_parcel *parcel = session->parcels, *next = parcel;
    bool due = parcel && parcel->place == session->sent;
    if (due && parcel->pipe)
        return send_piped(session);
    if (due)
        next = parcel->next;
    size_t size = buffer_size(&session->out);
    if (next && next->place - session->sent < size)
        size = (size_t)(next->place - session->sent);
    ssize_t n = send_with(session, size, due ? parcel : NULL);
    if (n <= 0)
        return n;
    if (due)
        parcel_free(session, true);
    session->sent += (uint64_t)n;
    if ((size_t)n == buffer_size(&session->out))
        buffer_clear(&session->out, OUTPUT_KEPT);
    else
        buffer_consume(&session->out, (size_t)n);
    return n;
}

/* False: the kernel takes no more now, or the session has ended. */
static bool send_some(struct session *session)
{
    ssize_t n = send_part(session);
    if (n > 0 || (n < 0 && errno == EINTR))
        return true;
    if (n < 0 && errno == EAGAIN && session->piped > 0 && widen(session))
        return true;
    if (n < 0 && errno == EAGAIN)
        event_add(session->write, NULL);
    else
        session_end(session);
    return false;
}

/* Whether there is something to send, with events behind the replies. */
static bool has_output(struct session *session)
{
    if (session->subscription && !session->ending)
        events_deliver(session);
    return session_unsent(session) > 0 && !session->ended;
}

void session_send(struct session *session)
{
    while (has_output(session) && send_some(session))
        ;
    weigh_output(session);
}
