/* Descriptors that clients send. They ride on the first byte of a message's line; what the kernel tells is in which piece of
 * input they came, and a piece may have begun before that byte, but holds it. Whatever no message claims is closed. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fd.h"
#include "session.h"

static void fds_close(struct session_fds *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        fd_discard(batch->fds[i]);
    free(batch->fds);
    *batch = (struct session_fds){0};
}

static struct session_fds *free_slot(struct session *session)
{
    for (int i = 0; i < SESSION_FD_BATCHES; i++)
        if (session->fds[i].count == 0)
            return &session->fds[i];
    return NULL;
}

static void keep(struct session *session, const int *fds, size_t count, uint64_t start, uint64_t end)
{
    struct session_fds batch = {start, end, malloc(count * sizeof *fds), count}, *slot = free_slot(session);
    if (batch.fds && slot) {
        memcpy(batch.fds, fds, count * sizeof *fds);
        *slot = batch;
        return;
    }
    free(batch.fds);
    for (size_t i = 0; i < count; i++)
        fd_discard(fds[i]);
}

void session_fds_arrived(struct session *session, const void *msghdr, uint64_t start, uint64_t end)
{
    struct msghdr message = *(const struct msghdr *)msghdr;
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

size_t session_fds_take(struct session *session, uint64_t place, int **fds)
{
    for (int i = 0; i < SESSION_FD_BATCHES; i++) {
        struct session_fds *batch = &session->fds[i];
        if (batch->count > 0 && batch->start <= place && place < batch->end) {
            size_t count = batch->count;
            *fds = batch->fds; /* consume */
            *batch = (struct session_fds){0};
            return count;
        }
    }
    *fds = NULL;
    return 0;
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
    for (int i = 0; i < SESSION_FD_BATCHES; i++)
        if (session->fds[i].count > 0 && session->fds[i].end <= place)
            fds_close(&session->fds[i]);
}
