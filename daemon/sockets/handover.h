/* Descriptors on their way between clients and streams. One that comes from a client may be anything, and the client may go on
 * holding what it opened: nothing of that shall block the daemon, or have it do what only the daemon may. */
#pragma once

#include "stream.h"

/* A descriptor that has been let in. */
struct handover {
    int fd;
    bool shared; /* see struct stream */
};

/* Whether a client's descriptor can be a stream's in that direction: a stream socket that is no listener, a pipe, a terminal,
 * a memory device, or a file on a file system of this machine. It is consumed where the result is 0, and may have become
 * another one then, opened anew so that its flags are the daemon's alone. Else invalid-params naming fds or direction. */
int handover_in(int fd, int direction, struct handover *handover, struct trouble *trouble);

/* Socket options that sockd keeps for itself become the stream's, and the kernel's are put back to what they usually are:
 * of its sockets, if it has any. 0 or -ENOMEM. */
int handover_take_options(struct stream *stream);

/* The reverse, for a descriptor that is the stream's no more: and it blocks, as descriptors usually do. */
void handover_give_options(int fd, const struct sockopt_state *options);

/* A descriptor for a client, which shares the stream's: the socket's blocks from now on, other ones stay as they are. A
 * descriptor of the caller's, or -errno. */
int handover_share(struct stream *stream, enum side side);
