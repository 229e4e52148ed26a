/* Closing what clients have sent and nobody has claimed. Whoever closes a file asks its file system, which may be in user space
 * and the client's own, and never answer; and a socket may be prepared to wait for its peer. So what could take long is closed
 * by threads, one for each lot, and counts as its user's until that is done. Who has too many such lots sends no more. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "timers.h"

struct control;
struct principal;

struct burials {
    LIST_HEAD(, burial) list;
    struct timer look; /* whether some are done */
};

/* 0 or -ENOMEM. */
int burials_init(struct control *control);

/* What is not done by now is left to the end of the process. */
void burials_deinit(struct control *control);

/* Closes descriptors, now or later. Negative ones are ignored. */
void burials_take(struct control *control, struct principal *principal, const int *fds, size_t count);

/* Whether so much of a user's is still being closed that nothing more of his may come in. */
bool burials_full(const struct control *control, const struct principal *principal);
