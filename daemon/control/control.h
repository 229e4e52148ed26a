/* The RPC side of the daemon: what all sessions share. It knows frames, envelopes and calls; what a method does is told by
 * the two functions given at creation. */
#pragma once

#include "arena.h"
#include "burials.h"
#include "identity.h"
#include "rpc.h"
#include "shares.h"
#include "sockets.h"

struct batch;
struct call;
struct cargo;
struct session;
struct config_profile;
struct event;

LIST_HEAD(subscriptions, subscription);
TAILQ_HEAD(sessions, session);
TAILQ_HEAD(calls, call);

/* The limits of messages; what is counted stands in accounts. */
struct message_limits {
    size_t line, nesting, values, payload, batch, fds;
    int64_t calls;       /* in flight of a session, unless its profile says otherwise */
    int64_t line_time;   /* microseconds that a line or payload may take for each MiB begun */
    int64_t output_time; /* microseconds that a client may leave its replies unread once they fill the buffer */
};

struct control_options {
    struct event_base *base;
    struct sockets *sockets;
    struct message_limits limits;
    struct account daemon; /* what all together may have */
    struct account others; /* all but sessions of the profile owner: less, so that there is always room for those */
    void *owner;           /* whose the functions below are */

    /* A request, checked as far as the envelope goes. What it takes of the cargo it sets to nothing there. */
    void (*request)(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo);

    /* The profile of that name, or NULL; valid until the configuration is read again. */
    const struct config_profile *(*profile)(void *owner, struct sockd_text name);

    /* The profile at a place among all of them, or NULL behind the last; likewise. */
    const struct config_profile *(*profile_at)(void *owner, size_t index);

    /* Reads the configuration again: 0, or -errno with one line in reason, and nothing has changed. */
    int (*reload)(void *owner, char *reason, size_t size);

    /* Tries a call: its method's handler. An outcome as in trouble.h. */
    int (*invoke)(struct call *call, const void *params, void *result);
};

struct control {
    struct control_options options;
    struct scan scan;
    struct arena arena; /* for the request that is being decoded */
    struct sessions sessions;
    struct subscriptions subscriptions; /* those of sessions that want to know what happens */
    uint64_t events_lost;               /* by sessions that did not read them in time */
    struct calls spare;                 /* calls to be used again */
    struct principals principals;
    struct fair fair;
    int64_t turn; /* when the turn began that a session has now; 0: none has, or there is only one user */
    struct shares shares;
    struct burials burials; /* descriptors of clients that are being closed */
    struct trouble trouble; /* of the call that is being tried */
    char *input;            /* where sessions read to */
    uint64_t next_session;
    int64_t started;
    bool stopping;
};

#define CONTROL_INPUT (64 * 1024)

/* 0 or -ENOMEM. */
int control_init(struct control *control, const struct control_options *options);

/* Every waiting call gets going-away, no further request is served; sessions end as soon as their replies have left. */
void control_stop(struct control *control);

/* Whether replies are still to leave. */
bool control_pending(const struct control *control);

/* Whether there is more than one user. */
static inline bool control_shared(const struct control *control)
{
    const struct principal *first = LIST_FIRST(&control->principals);
    return first && LIST_NEXT(first, link);
}

/* Ends what is left. */
void control_deinit(struct control *control);

/* What a record of limits says. */
void control_limits(const struct control *control, const struct account *account, struct limits *limits);
