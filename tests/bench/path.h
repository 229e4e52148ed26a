/* A way for bytes between us and the far end: plain bytes over a descriptor, or frames of calls. */
#pragma once

#include <stddef.h>

#include "mover.h"
#include "race.h"

enum way { OUT, IN }; /* to the peer, from the peer */

struct path {
    struct mover *mover;
    int connection; /* the far end's number */
    int fd;
    struct child *child; /* whose processor time counts, or NULL */
    size_t frame;        /* bytes in a call; 0: plain bytes */
    char *request[2];    /* the call of each way, with the bytes that it carries */
    size_t request_size[2];
    size_t reply_size[2]; /* what comes back, with the bytes that it carries */
};

enum path_coding { CODING_PAYLOAD, CODING_BASE64 };

/* Makes plain bytes pass over fd, which it takes over. */
void path_plain(struct path *path, struct mover *mover, int connection, int fd, struct child *child);

/* Makes them pass as calls to a stream of the daemon over a session's fd, which it takes over. */
void path_frames(struct path *path, struct mover *mover, int connection, int fd, long stream, size_t frame,
                 enum path_coding coding, struct child *child);

void path_close(struct path *path);

/* Moves that many MiB; for a contender. context: a struct path. */
struct cost path_out(void *context, long mib);
struct cost path_in(void *context, long mib);
