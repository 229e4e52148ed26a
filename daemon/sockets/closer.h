/* Sockets on their way out. Closing must neither block the loop nor lose what was written last: the kernel answers unread
 * input with a reset that overtakes it, and a positive SO_LINGER would hold the process in close(). So what is held leaves
 * first, then the peer is told the end, and what it still sends is thrown away until it ends, too, or until enough came. */
#pragma once

#include <stdbool.h>

#include "buffer.h"
#include "sockopt.h"

struct identity;
struct sockets;
struct closer;

/* sent: everything was given to the kernel, and for a positive linger taken by the peer. */
typedef void closer_done(void *context, bool sent);

/* Closes a descriptor, which is consumed, as is what is in out; both are charged to the payer until they are gone. options: its
 * linger state, or NULL. done, where there is one, comes once, from the loop; with a positive linger when the peer has
 * everything or the time is over (the connection is then reset), else as soon as the bytes are the kernel's. NULL: it is closed
 * already, and done will not come. */
struct closer *closer_start(struct sockets *sockets, struct identity *payer, int fd, bool is_socket, struct buffer *out,
                            const struct sockopt_state *options, closer_done *done, void *context);

/* Whoever waits does so no more. NULL is ignored. */
void closer_forget(struct closer *closer);

/* Whether output is still to leave. */
bool closer_pending(const struct sockets *sockets);

/* Cuts off all that are left. */
void closer_cut_all(struct sockets *sockets);
