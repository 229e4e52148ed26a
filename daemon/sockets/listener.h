/* A server: a listening TCP socket. It accepts only when a call asks for a connection, so that those who wait are the
 * kernel's to queue and to refuse: what its owner is charged for as accepted is the room that they have there. */
#pragma once

#include "sockets.h"
#include "sockopt.h"

struct event;

struct listener {
    struct object object;
    struct sockets *sockets;
    struct event *event;
    struct event *pause;        /* while descriptors are short */
    struct waiters waiting;     /* to accept, in order */
    struct waiters waiting_for; /* only to know */
    struct sockopt_state *options;
    union address address;
    uint64_t accepted;
    int queue; /* connections that may wait, charged as accepted */
    int fd;
    int error; /* always 0; options ask for it */
};

static inline struct listener *listener_of(struct object *object)
{
    return (struct listener *)object;
}

/* Binds and listens. v6_only: an IPv6 address takes no IPv4 connections. backlog as listen(2) takes it; it is cut to half of
 * what its owner has left. 0, a documented error (limit, where nothing is left), or -ENOMEM. */
int listener_new(struct sockets *sockets, struct identity *identity, struct objects *session, int lifetime,
                 const union address *address, bool v6_only, int backlog, struct listener **result, struct trouble *trouble);

void listener_close(struct listener *listener);

/* Whether a connection can be taken. */
bool listener_ready(const struct listener *listener);

/* Takes the oldest connection, non-blocking and close-on-exec, or gives OUTCOME_WAIT. */
int listener_accept(struct listener *listener, int *fd, struct trouble *trouble);

void listener_run(struct listener *listener);
void listener_update(struct listener *listener);

struct sockopt_state *listener_options_state(struct listener *listener);
