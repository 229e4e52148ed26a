/* Making a connection: the only place that calls connect(). A name is looked up once; its addresses are tried in the order
 * of the resolver, families alternating, each 250 ms after the one before or as soon as that has failed (RFC 8305); the first
 * to answer wins, the others are closed. Exactly the address that was checked is dialled, and where there was a check the
 * socket's peer is compared with it afterwards; a socket that is connected to itself counts as refused. */
#pragma once

#include <stddef.h>

#include "address.h"
#include "resolver.h"

struct event_base;
struct dial;

/* How a dial ended. fd >= 0: connected, the callee's, non-blocking and close-on-exec, with its peer. Else the error of the
 * attempt that says most (refused before unreachable before timed out), or the resolver's. */
struct dial_result {
    int fd;
    union address peer; /* of the connection, or of the failed attempt where there was one (family 0 if not) */
    int error;          /* errno, or 0 */
    int resolve_error;  /* EAI_ code, or 0 */
    bool denied;        /* by the guard: every address, or one that answered when that was no longer allowed */
    int64_t limit;      /* of descriptors, where the error is EMFILE because the payer may have no more; or 0 */
};

typedef void dial_done(void *context, const struct dial_result *result);

/* Says of each address that the host has whether it may be dialled, and of one that has answered later whether that still
 * holds: what allowed it may have changed meanwhile. It goes where the dial goes, whoever waits for that, and is given up with
 * it. */
struct dial_guard {
    bool (*allow)(struct dial_guard *guard, const union address *address);
    bool (*still)(struct dial_guard *guard, const union address *address);
    void (*release)(struct dial_guard *guard);
};

/* Whom to call. */
struct dial_order {
    const char *host; /* a literal, or a name that address_name() lets through */
    size_t size;
    int port;
    struct identity *payer;   /* a lookup, and each socket while it connects, is charged to it; NULL: to nobody */
    struct dial_guard *guard; /* consumed in any case; NULL: every address is allowed */
};

/* 0: it has ended already, as *result says: a literal that answered or was refused within the call. DIAL_RUNS: it is *dial,
 * which must be passed to somebody before the loop goes on. -ENOMEM. */
enum { DIAL_RUNS = 1 };
int dial_start(struct event_base *base, struct resolver *resolver, const struct dial_order *order, struct dial **dial,
               struct dial_result *result);

/* Writes an address as it would be dialled: the unspecified ones as the loopback that they reach. */
void dial_target(union address *address);

/* Whose dial it is from now on: done comes once, with that context, from the loop and never from inside a call. */
void dial_pass(struct dial *dial, dial_done *done, void *context);

/* Gives up: sockets closed, no callback. NULL is ignored. Gives NULL. */
struct dial *dial_cancel(struct dial *dial);
