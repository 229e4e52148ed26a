/* A set of sockets whose status is asked for again and again: by a client that has named it, or by a call that waits.
 *
 * It keeps the answers. Only those sockets are asked again of which something may have changed: the kernel has told a change of
 * one that is tracked (readiness.h), an operation has touched it, or nothing tells the changes of it. So to ask again costs
 * what has changed, not what there is. */
#pragma once

#include "status.h"
#include "trouble.h"

struct sockets;
struct status_set;

/* One who waits for a change. changed only makes a note of it. All zero at the start. */
struct status_waiter {
    LIST_ENTRY(status_waiter) link;
    void (*changed)(struct status_waiter *waiter);
    bool waits;
};

/* Makes a set of items that have just been asked, with their answers. It is charged to the identity as buffered bytes. One
 * reference for the caller. 0, ERROR_limit told, or -ENOMEM. */
int status_set_new(struct sockets *sockets, struct identity *identity, const struct status_item *items, size_t count,
                   struct status_set **result, struct trouble *trouble);
struct status_set *status_set_ref(struct status_set *set);
struct status_set *status_set_unref(struct status_set *set); /* NULL, as is ignored */

/* Brings the answers up to date. 0, or no-such-handle for one that has been closed. */
int status_set_ask(struct status_set *set, struct trouble *trouble);

/* One answer for each item, as they were then: constants of enum status, -1 for null. */
const int *status_set_answers(const struct status_set *set);
size_t status_set_count(const struct status_set *set);
size_t status_set_actionable(const struct status_set *set); /* how many are not null */
struct sockd_item status_set_item(const struct status_set *set, size_t index);

/* From now on the waiter is told of whatever may change an answer, until it leaves. False: no memory. */
bool status_set_wait(struct status_set *set, struct status_waiter *waiter);
void status_set_leave(struct status_set *set, struct status_waiter *waiter); /* ignored where it does not wait */

/* ---- the sets that a session has named ---- */

#define STATUS_SETS 64 /* at the most */

LIST_HEAD(status_set_list, status_set);

/* All zero at the start. */
struct status_sets {
    struct status_set_list list;
    int64_t last; /* number */
    size_t count;
};

/* Gives a set a number, which this session does not use again; a reference more. 0 or ERROR_limit told. */
int status_sets_add(struct status_sets *sets, struct status_set *set, int64_t *number, struct trouble *trouble);
struct status_set *status_sets_find(const struct status_sets *sets, int64_t number);
void status_sets_remove(struct status_sets *sets, struct status_set *set);
void status_sets_clear(struct status_sets *sets);
