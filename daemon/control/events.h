/* Events: what happens to sockets and to those who use them, told as notifications to the sessions that have asked.
 *
 * A session sees what concerns handles that it may use, and refusals of its own principal as their replies told them. What
 * concerns others, why something was denied, and what a policy only reports, is for those who may inspect everything.
 *
 * Events wait in a ring of their own until the session's output has room, so that they neither hold up replies nor pile up:
 * a client that does not read loses the oldest, and is told how many. What waits is charged as buffered. */
#pragma once

#include "session.h"
#include "witness.h"

#define EVENTS_RING 256          /* events that wait for a session */
#define EVENTS_AHEAD (64 * 1024) /* bytes of output from where on they do */

/* Which events a session wants. */
struct event_filter {
    bool (*holds)(const struct event_filter *filter, const struct event_info *event);
    void (*release)(struct event_filter *filter);
    size_t size;            /* what it takes, to be charged */
    struct sockd_text text; /* as the client wrote it; data NULL: all events */
};

/* Subscribes a session, in place of what it was subscribed to before. The filter is consumed in any case. 0, ERROR_limit told,
 * or -ENOMEM. */
int events_subscribe(struct session *session, struct event_filter *filter, struct trouble *trouble);

/* Ignored where it is not subscribed. What waits is dropped. */
void events_unsubscribe(struct session *session);

/* Whether it is subscribed by this filter. */
bool events_subscribed(const struct session *session, struct sockd_text filter);

/* How many sessions are. */
int64_t events_subscribers(const struct control *control);

/* Moves events to the session's output as far as there is room. Ends the session without memory. */
void events_deliver(struct session *session);

/* What tells of sockets. */
struct witness events_witness(struct control *control);

/* A handle was offered to others, or claimed by one. reason: which. */
void events_shared(struct control *control, const struct object *object, const char *reason);

/* A session gets that error. Only denied and limit are events, and of those not the limit that a caller of read-line has set
 * for itself. */
void events_refused(struct session *session, enum error_id error, const struct trouble *trouble);

/* Somebody, whose session need not have begun, met the limit that the trouble tells. */
void events_limit(struct control *control, const struct identity *identity, const struct trouble *trouble);
