/* Pipes that bytes pass through on their way from one socket to another, without ever being copied into our memory: splice(2)
 * moves them in and out. A few are kept ready, and no more than a few are given out at a time: whoever gets none reads and
 * writes instead. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "buffer.h"

#define PIPE_LEAST (32 * 1024)  /* bytes from where a pipe is worth its trouble */
#define PIPE_MOST (1024 * 1024) /* bytes that one is meant to hold: many small pieces fill it before that */

struct pipe {
    LIST_ENTRY(pipe) link; /* while it is spare */
    int in, out;
    size_t held; /* bytes in it */
};

LIST_HEAD(pipe_list, pipe);

struct pipes {
    struct pipe_list spare;
    size_t spares, used;
    int64_t reserved; /* descriptors of this process that are left alone */
};

void pipes_init(struct pipes *pipes);

/* Ends the spare ones. */
void pipes_trim(struct pipes *pipes);

/* An empty pipe, or NULL where there is none to be had that holds as much. */
struct pipe *pipe_take(struct pipes *pipes);

/* Gives it back, what is still in it is lost. Gives NULL, to be stored where it stood. NULL is ignored. */
struct pipe *pipe_give(struct pipes *pipes, struct pipe *pipe);

/* Moves at most so many bytes from a socket, or to one; both must be non-blocking. How many, 0 at the end, or -1 with errno.
 * Filling meets EAGAIN also where the pipe is full: see pipe_full. */
ssize_t pipe_fill(struct pipe *pipe, int fd, size_t most);
ssize_t pipe_pass(struct pipe *pipe, int fd);

/* Whether a socket that gave EAGAIN has bytes nevertheless. */
bool pipe_full(const struct pipe *pipe, int fd);

/* Copies bytes into an empty pipe. False: not all of them fitted, and it is of no more use. */
bool pipe_put(struct pipe *pipe, const void *data, size_t size);

/* Moves what is in one behind what is in another, as far as it fits. */
void pipe_move(struct pipe *from, struct pipe *to);

/* Copies what is in it to the end of a buffer, and empties it: 0 or -ENOMEM. */
int pipe_unload(struct pipe *pipe, struct buffer *out);
