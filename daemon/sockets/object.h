/* What a handle names: the part that streams and servers share, and the table of all of them.
 *
 * An object is in the table from the moment it is made until it is closed; its number is never used again. Closing takes it
 * out at once, its memory goes after the loop's turn, so that nothing up the stack can meet a freed object. */
#pragma once

#include <sys/queue.h>

#include <sockd/values.h>

#include "clock.h"
#include "grave.h"
#include "identity.h"
#include "proto.h"
#include "trouble.h"

struct object;
struct waiter;
struct watcher;

/* What a waiter wants of its object before it is tried again: bits; none where something else will wake it. */
enum want {
    WANT_NOTHING = 0,
    WANT_READ = 1,
    WANT_WRITE = 2,
    WANT_CHANGE = 4 /* of a watcher: to be told of whatever may change a status; the loop is not asked for it */
};

/* A place in the queue of one side of one object. attempt is called from the loop when the waiter is first in its queue and
 * what it wants may be there, and when it has just become first; it leaves the queue or sets wants and stays. gone is called
 * when the object is closed under it; the waiter has left the queue by then. */
struct waiter {
    TAILQ_ENTRY(waiter) link;
    struct waiters *queue; /* NULL: in none */
    unsigned wants;
    void (*attempt)(struct waiter *waiter);
    void (*gone)(struct waiter *waiter, struct object *object);
};

TAILQ_HEAD(waiters, waiter);

/* One who watches an object without a place in its queues: a status call over many, or a set. notify only makes a note of it,
 * to be acted on later in the turn: it changes no watching. */
struct watcher {
    LIST_ENTRY(watcher) link;
    struct object *object;
    unsigned wants;
    void (*notify)(struct watcher *watcher);
};

LIST_HEAD(watchers, watcher);

struct object {
    uint64_t handle;
    union {
        TAILQ_ENTRY(object) order; /* while it is open: all, by handle */
        struct grave grave;        /* from then on */
    };
    LIST_ENTRY(object) siblings; /* those of one session whose end ends them */
    struct identity *identity;
    struct guest *guests; /* who may use it beside its owner; seldom any */
    struct watchers watchers;
    int64_t created, moved; /* monotonic */
    const char *ending;     /* why it is closed */
    uint8_t kind;           /* enum kind */
    uint8_t lifetime;       /* enum lifetime */
    uint8_t descriptors;    /* charged */
    bool closed;            /* nothing is tried on it any more */
};

/* A principal that a handle has been shared with. */
struct guest {
    struct guest *next;
    struct principal *principal; /* a reference */
};

#define OBJECT_GUESTS 64

TAILQ_HEAD(object_order, object);
LIST_HEAD(objects, object);

struct object_table {
    struct object_order order;
    struct object **slots; /* open addressing; capacity is a power of two */
    size_t capacity, count;
    uint64_t next; /* handle */
};

void object_table_init(struct object_table *table);
void object_table_deinit(struct object_table *table); /* the table is empty */

/* What an object is entered as. */
struct object_entry {
    enum kind kind;
    enum lifetime lifetime;
    struct identity *identity;
    struct objects *session; /* a session's list, where lifetime is its */
    int descriptors, fd;     /* how many it keeps, and the highest of them; -1: they are still to come */
};

/* Gives an object its handle and enters it; takes its own reference to the identity and charges it for the handle and its
 * descriptors. 0, ERROR_limit, -ENOMEM. */
int object_enter(struct object_table *table, struct object *object, const struct object_entry *entry, struct trouble *trouble);

/* Takes it out again and refunds it: the handle names nothing from now on. The identity's reference stays until
 * object_deinit. Harmless when it is out already. */
void object_leave(struct object_table *table, struct object *object);
void object_deinit(struct object *object);

/* Lets another principal use it, too, who is charged for a handle as long as it is open. 0, ERROR_limit told, or -ENOMEM. */
int object_admit(struct object *object, struct principal *principal, struct trouble *trouble);

/* Whether an identity may use it: it is its owner's, or was shared with it. */
bool object_usable(const struct object *object, const struct identity *identity);

/* The object of that handle, or NULL. */
struct object *object_find(const struct object_table *table, uint64_t handle);

/* The first object whose handle is greater, or NULL. */
struct object *object_after(const struct object_table *table, uint64_t handle);

/* Changes what ends it. session: the list of the session that asks. */
void object_set_lifetime(struct object *object, struct objects *session, enum lifetime lifetime);

void waiter_enter(struct waiters *queue, struct waiter *waiter);
void waiter_leave(struct waiter *waiter); /* ignored where it is in no queue */

/* Tries the first of a queue, then the next, until one stays or the object is closed. */
void waiters_run(struct waiters *queue, struct object *object);

/* Sends away all of a closed object's queue. */
void waiters_dismiss(struct waiters *queue, struct object *object);

void watcher_start(struct watcher *watcher, struct object *object, unsigned wants);
void watcher_stop(struct watcher *watcher); /* ignored where it watches nothing */

/* Tells those that want it, and those that are told of everything. */
void watchers_notify(struct object *object, unsigned what);

/* Sends all of them away from a closed object, each with a note. */
void watchers_dismiss(struct object *object);

/* What they want of the loop. */
unsigned watchers_want(const struct object *object);
