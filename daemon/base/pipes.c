/* A pipe belongs to no user, and is charged to none: how many there are does not depend on how many ask. So that nobody can use
 * up by them what is kept for the owner of the daemon, they leave alone the descriptors that are reserved. */
#include "pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fd.h"

#define SPARES_MOST 4
#define USED_MOST 24

void pipes_init(struct pipes *pipes)
{
    *pipes = (struct pipes){0};
    LIST_INIT(&pipes->spare);
}

static struct pipe *pipe_free(struct pipe *pipe)
{
    if (pipe->in >= 0) {
        close(pipe->in);
        close(pipe->out);
    }
    free(pipe);
    return NULL;
}

void pipes_trim(struct pipes *pipes)
{
    struct pipe *pipe;
    while ((pipe = LIST_FIRST(&pipes->spare))) {
        LIST_REMOVE(pipe, link);
        pipe_free(pipe);
    }
    pipes->spares = 0;
}

/* The system gives a user who has many pipes smaller ones, and at last none. */
static struct pipe *pipe_new(int64_t reserved)
{
    struct pipe *pipe = malloc(sizeof *pipe);
    int ends[2] = {-1, -1};
    if (!pipe)
        return NULL;
    bool made = pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0;
    *pipe = (struct pipe){.in = ends[1], .out = ends[0]};
    made = made && pipe->in < fd_last(reserved) && fcntl(pipe->in, F_SETPIPE_SZ, PIPE_MOST) >= PIPE_MOST;
    return made ? pipe : pipe_free(pipe);
}

struct pipe *pipe_take(struct pipes *pipes)
{
    struct pipe *pipe = LIST_FIRST(&pipes->spare);
    if (pipes->used == USED_MOST)
        return NULL;
    if (pipe) {
        LIST_REMOVE(pipe, link);
        pipes->spares--;
    } else {
        pipe = pipe_new(pipes->reserved);
    }
    pipes->used += pipe != NULL;
    return pipe;
}

struct pipe *pipe_give(struct pipes *pipes, struct pipe *pipe)
{
    if (!pipe)
        return NULL;
    pipes->used--;
    if (pipe->held > 0 || pipes->spares == SPARES_MOST)
        return pipe_free(pipe);
    LIST_INSERT_HEAD(&pipes->spare, pipe, link);
    pipes->spares++;
    return NULL;
}

ssize_t pipe_fill(struct pipe *pipe, int fd, size_t most)
{
    ssize_t n;
    do
        n = splice(fd, NULL, pipe->in, NULL, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        pipe->held += (size_t)n;
    return n;
}

ssize_t pipe_pass(struct pipe *pipe, int fd)
{
    ssize_t n;
    do
        n = splice(pipe->out, NULL, fd, NULL, pipe->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        pipe->held -= (size_t)n;
    return n;
}

bool pipe_full(const struct pipe *pipe, int fd)
{
    int there = 0;
    return pipe->held > 0 && ioctl(fd, FIONREAD, &there) == 0 && there > 0;
}

bool pipe_put(struct pipe *pipe, const void *data, size_t size)
{
    ssize_t n = size > 0 ? write(pipe->in, data, size) : 0;
    pipe->held = n > 0 ? (size_t)n : 0;
    return pipe->held == size;
}

void pipe_move(struct pipe *from, struct pipe *to)
{
    while (from->held > 0) {
        ssize_t n = splice(from->out, NULL, to->in, NULL, from->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (n <= 0)
            return;
        from->held -= (size_t)n;
        to->held += (size_t)n;
    }
}

int pipe_unload(struct pipe *pipe, struct buffer *out)
{
    char *room = buffer_reserve(out, pipe->held);
    if (!room)
        return -ENOMEM;
    while (pipe->held > 0) {
        ssize_t n = read(pipe->out, room, pipe->held);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -EIO;
        buffer_added(out, (size_t)n);
        room += n;
        pipe->held -= (size_t)n;
    }
    buffer_consume(out, 0);
    return 0;
}
