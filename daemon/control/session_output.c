/* What a session sends.
 *
 * Replies collect in one buffer and leave together at the end of a turn. Descriptors ride on the first byte of their reply:
 * the bytes before it leave first, then that byte with the descriptors, in one message each. */
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

#define REPLY_USUAL 512
#define OUTPUT_STUFFED (1024 * 1024)
#define OUTPUT_KEPT (16 * 1024)
#define PAYLOAD_LARGE (32 * 1024) /* from where copying it costs more than a system call of its own */
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
    weigh(session, session->out.capacity > OUTPUT_KEPT ? session->out.capacity : 0, &session->owed);
}

bool session_stuffed(const struct session *session)
{
    return buffer_size(&session->out) > OUTPUT_STUFFED;
}

/* sent: the client has them now, and what it does with their options is its own affair. */
static void parcel_free(const struct session *session, struct session_parcel *parcel, bool sent)
{
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
    struct session_parcel *parcel;
    while ((parcel = session->parcels)) {
        session->parcels = parcel->next;
        parcel_free(session, parcel, false);
    }
    buffer_deinit(&session->out);
    weigh_output(session);
}

static void print_reply(struct print *print, const struct reply *reply)
{
    const struct trouble *trouble = reply->trouble;
    if (reply->record)
        rpc_print_result(print, reply->id, reply->record, reply->value, (int64_t)reply->payload.size, (int64_t)reply->fd_count);
    else
        rpc_print_error(print, reply->id, reply->error, (struct sockd_text){trouble->message, strlen(trouble->message)},
                        &trouble->fault);
}

/* 0 or -ENOMEM. */
static int append_reply(struct buffer *out, const struct reply *reply)
{
    size_t room = REPLY_USUAL;
    for (;;) {
        char *data = buffer_reserve(out, room);
        if (!data)
            return -ENOMEM;
        struct print print = {data, buffer_room(out), 0};
        print_reply(&print, reply);
        if (print_fits(&print)) {
            buffer_added(out, print.used);
            return 0;
        }
        room = print.used;
    }
}

static void close_all(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fd_discard(fds[i]);
    free(fds);
}

/* The descriptors of a reply wait for their byte. */
static int add_parcel(struct session *session, int *fds, size_t count)
{
    struct session_parcel *parcel = calloc(1, sizeof *parcel), **last = &session->parcels;
    if (!parcel) {
        close_all(fds, count);
        return -ENOMEM;
    }
    *parcel = (struct session_parcel){session->sent + buffer_size(&session->out), fds, count, NULL}; /* consume */
    account_add(&session->identity->account, QUOTA_DESCRIPTORS, (int64_t)count);
    while (*last)
        last = &(*last)->next;
    *last = parcel;
    return 0;
}

/* Gives the kernel room for bulk, once a reply has not fitted: as much as it allows. */
static void widen(const struct session *session)
{
    int size = OUTPUT_STUFFED;
    setsockopt(session->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/* A large payload leaves from where it stands, behind what waits before it. Only what the kernel does not take is kept; an
 * error shows again when that is sent. */
static int send_payload(struct session *session, struct sockd_bytes payload)
{
    size_t before = buffer_size(&session->out);
    struct iovec vectors[] = {{session->out.data + session->out.start, before},
                              {(void *)(uintptr_t)payload.data, payload.size}};
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

static int append_message(struct session *session, const struct reply *reply)
{
    if (reply->fd_count > 0 && add_parcel(session, reply->fds, reply->fd_count) < 0)
        return -ENOMEM;
    int r = append_reply(&session->out, reply);
    if (r == 0)
        r = buffer_append(&session->out, "\n", 1);
    if (r == 0 && reply->payload.size >= PAYLOAD_LARGE && !session->parcels)
        r = send_payload(session, reply->payload);
    else if (r == 0 && reply->payload.size > 0)
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
        close_all(reply->fds, reply->fd_count);
        return;
    }
    if (batch) {
        r = buffer_append(&batch->out, batch->count++ > 0 ? "," : "[", 1);
        if (r == 0)
            r = append_reply(&batch->out, reply);
        weigh(session, batch->out.capacity, &batch->held);
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
    weigh(session, batch->out.capacity, &batch->held);
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
        return send(session->fd, session->out.data + session->out.start, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    struct iovec vector = {session->out.data + session->out.start, size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.room};
    message.msg_controllen = CMSG_SPACE(sizeof(int) * parcel->count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * parcel->count);
    memcpy(CMSG_DATA(header), parcel->fds, sizeof(int) * parcel->count);
    return sendmsg(session->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Sends up to the next parcel, or that parcel's byte and what follows it up to the one after. */
static ssize_t send_part(struct session *session)
{
    struct session_parcel *parcel = session->parcels, *next = parcel;
    bool due = parcel && parcel->place == session->sent;
    if (due)
        next = parcel->next;
    size_t size = buffer_size(&session->out);
    if (next && next->place - session->sent < size)
        size = (size_t)(next->place - session->sent);
    ssize_t n = send_with(session, size, due ? parcel : NULL);
    if (n > 0 && due) {
        session->parcels = parcel->next;
        parcel_free(session, parcel, true);
    }
    return n;
}

/* False: the kernel takes no more now, or the session has ended. */
static bool send_some(struct session *session)
{
    ssize_t n = send_part(session);
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0 && errno == EAGAIN) {
        event_add(session->write, NULL);
        return false;
    }
    if (n < 0) {
        session_end(session);
        return false;
    }
    session->sent += (uint64_t)n;
    if ((size_t)n == buffer_size(&session->out))
        buffer_clear(&session->out, OUTPUT_KEPT);
    else
        buffer_consume(&session->out, (size_t)n);
    return true;
}

/* Whether there is something to send, with events behind the replies. */
static bool has_output(struct session *session)
{
    if (session->subscription && !session->ending)
        events_deliver(session);
    return buffer_size(&session->out) > 0 && !session->ended;
}

void session_send(struct session *session)
{
    while (has_output(session) && send_some(session))
        ;
    weigh_output(session);
}
