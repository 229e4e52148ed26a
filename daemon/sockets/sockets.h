/* What all sockets share. */
#pragma once

#include <errno.h>

#include "buffer.h"
#include "courtesy.h"
#include "denial.h"
#include "object.h"
#include "pipes.h"
#include "readiness.h"
#include "resolver.h"
#include "timers.h"
#include "witness.h"
#include "world.h"

struct event;
struct event_base;

LIST_HEAD(closers, closer);

struct sockets {
    struct event_base *base;
    struct resolver *resolver; /* the caller's */
    struct timers timers;
    struct object_table objects;
    struct buffer scratch; /* what a read gave, until it is in the reply */
    struct pipes pipes;    /* for bytes that pass through */
    struct courtesy courtesy;
    struct event *lull;     /* when it is due */
    struct closers closers; /* sockets on their way out */
    struct grave *graves;   /* what goes after this turn */
    struct event *reaper;
    struct world world;
    struct readiness_set readiness;
    struct witness witness; /* who is told; set before there are any */
    struct denials denials;
    uint32_t turn;      /* changes with each piece of input, and with all that the daemon does to a socket: never 0 */
    int longest_queue;  /* connections that the system lets wait at a socket */
    int64_t flush_time; /* microseconds that output may take to leave when nobody waits for it any more */
};

/* 0 or -ENOMEM. flush_seconds bounds what happens behind closed handles. */
int sockets_init(struct sockets *sockets, struct event_base *base, struct resolver *resolver, int64_t flush_seconds);

/* Closes every object that is left, flushing what they hold in the background: see closer_pending. */
void sockets_close_all(struct sockets *sockets);

/* Everything is closed by now; what closers still hold is cut off. */
void sockets_deinit(struct sockets *sockets);

/* Has something released after this turn. */
void sockets_bury(struct sockets *sockets, struct grave *grave, void (*release)(struct grave *grave));

/* Bulk has been moved, and more is expected. Others get the processor before it is waited for: at the end of this turn, when
 * all that is ready has been served. */
void sockets_lull(struct sockets *sockets);

/* Closes an object of either kind, as session's end and shutdown do: output is flushed in the background. reason: a static
 * text for whoever is told. */
void sockets_close(struct object *object, const char *reason);

/* Tells that an object has been opened or accepted, or is about to be closed. */
static inline void sockets_tell(const struct sockets *sockets, enum event_kind kind, const struct object *object)
{
    if (sockets->witness.happened)
        sockets->witness.happened(sockets->witness.context, kind, object, kind == EVENT_KIND_CLOSED ? object->ending : NULL);
}

/* Lets the waiting calls of an object go on after one of them has left out of turn. */
void sockets_kick(struct object *object);

/* Asks the loop for what its waiting calls want. */
void sockets_update(struct object *object);

/* What was known of readiness is no longer. */
static inline void sockets_stir(struct sockets *sockets)
{
    if (++sockets->turn == 0)
        sockets->turn = 1;
}

/* Whether accept() or socket() failed for want of descriptors. */
static inline bool sockets_exhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}
