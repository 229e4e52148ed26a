/* Descriptors that clients send. They ride on the first byte of a message's line; what the kernel tells is in which piece of
 * input they came, and a piece may have begun before that byte, but holds it. Whatever no message claims is closed.
 *
 * Nobody's descriptors become the daemon's who could not have them adopted: closing them may take long (burials.h), and the
 * kernel drops at once what no room is given for. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "session.h"

/* A batch is no longer the session's: the one place where it is refunded. */
static struct session_fds leave(struct session *session, struct session_fds *batch)
{
    struct session_fds left = *batch;
    if (!batch->limit && !batch->refused)
        account_refund(&session->identity->account, QUOTA_DESCRIPTORS, (int64_t)batch->count);
    *batch = (struct session_fds){0};
    session->fd_batches--;
    return left;
}

static struct session_fds *free_slot(struct session *session)
{
    for (int i = 0; i < SESSION_FD_BATCHES; i++)
        if (session->fds[i].count == 0)
            return &session->fds[i];
    return NULL;
}

static bool may_adopt(const struct session *session)
{
    return identity_unrestricted(session->identity) || identity_may(session->identity, RIGHT_ADOPT);
}

bool session_fds_wanted(const struct session *session)
{
    return may_adopt(session) && !burials_full(session->control, session->identity->principal);
}

static void bury(struct session *session, const int *fds, size_t count)
{
    burials_take(session->control, session->identity->principal, fds, count);
}

static int highest(const int *fds, size_t count)
{
    int fd = -1;
    for (size_t i = 0; i < count; i++)
        fd = fds[i] > fd ? fds[i] : fd;
    return fd;
}

static void keep(struct session *session, const int *fds, size_t count, uint64_t start, uint64_t end)
{
    struct session_fds batch = {start, end, malloc(count * sizeof *fds), count, 0, false}, *slot = free_slot(session);
    if (!batch.fds || !slot) {
        free(batch.fds);
        bury(session, fds, count);
        return;
    }
    memcpy(batch.fds, fds, count * sizeof *fds);
    if (!identity_charge_descriptors(session->identity, (int64_t)count, highest(fds, count), &batch.limit)) {
        bury(session, fds, count);
        free(batch.fds);
        batch.fds = NULL;
    } else {
        batch.limit = 0;
    }
    *slot = batch;
    session->fd_batches++;
}

static void note_refused(struct session *session, uint64_t start, uint64_t end)
{
    struct session_fds *slot = free_slot(session);
    if (!slot)
        return;
    *slot = (struct session_fds){.start = start, .end = end, .count = 1, .refused = true};
    if (may_adopt(session))
        slot->limit = session->identity->principal->account.limit[QUOTA_DESCRIPTORS];
    session->fd_batches++;
}

void session_fds_arrived(struct session *session, const void *msghdr, uint64_t start, uint64_t end)
{
    struct msghdr message = *(const struct msghdr *)msghdr;
    if (!message.msg_control)
        note_refused(session, start, end);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        int fds[253];
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(header), count * sizeof(int));
        if (count > 0)
            keep(session, fds, count, start, end);
    }
}

void session_fds_take(struct session *session, uint64_t place, struct cargo *cargo)
{
    for (int i = 0; i < SESSION_FD_BATCHES; i++) {
        struct session_fds *batch = &session->fds[i];
        if (batch->count > 0 && batch->start <= place && place < batch->end) {
            struct session_fds taken = leave(session, batch);
            cargo->limit = taken.limit;
            cargo->refused = taken.refused;
            cargo->fds = taken.fds; /* consume */
            cargo->fd_count = taken.fds ? taken.count : 0;
            return;
        }
    }
}

bool session_fds_surplus(const struct session *session, uint64_t place, uint64_t end)
{
    for (int i = 0; i < SESSION_FD_BATCHES; i++) {
        const struct session_fds *batch = &session->fds[i];
        if (batch->count > 0 && batch->start <= place && place < batch->end && batch->end <= end)
            return true;
    }
    return false;
}

void session_fds_expire(struct session *session, uint64_t place)
{
    for (int i = 0; i < SESSION_FD_BATCHES && session->fd_batches > 0; i++)
        if (session->fds[i].count > 0 && session->fds[i].end <= place) {
            struct session_fds batch = leave(session, &session->fds[i]);
            if (batch.fds)
                bury(session, batch.fds, batch.count);
            free(batch.fds);
        }
}
