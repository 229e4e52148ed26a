/* What the kernel has said of streams' readiness, so that a question about many of them need not ask it for each one each time.
 *
 * A tracked stream stands in an epoll set that tells each change once. What was said last holds until the kernel says otherwise
 * or the daemon itself reads or writes: nobody else can. So only sockets are tracked that no other process holds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct event;
struct sockets;
struct stream;

struct readiness_set {
    struct event *event; /* of the set itself: has the loop collect what it tells while anybody waits for it */
    unsigned awaited;    /* by how many */
    uint32_t turn;       /* in which it was collected last */
    int epoll;
};

/* 0 or -errno. */
int readiness_init(struct sockets *sockets);
void readiness_deinit(struct sockets *sockets);

/* Tracks a stream from now on where that can be done. Harmless for one that is tracked already. */
void readiness_track(struct stream *stream);

/* Tracks it no longer: to be called before another process gets its descriptor. Harmless for one that is not tracked. */
void readiness_forget(struct stream *stream);

/* Takes note of what has changed since it was last asked in this turn, and has those told who watch the streams. */
void readiness_collect(struct sockets *sockets);

/* From now on, until it is called as often with false, changes are collected as they come. False: no memory. */
bool readiness_await(struct sockets *sockets, bool on);
