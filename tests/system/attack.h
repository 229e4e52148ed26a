/* What the suites share that attack a daemon under a configuration. */
#pragma once

#include "harness.h"

/* A daemon's with a socket for the owner and two under policies: box.sock, whose client means harm, and other.sock beside it.
 * Messages and replies that are left unfinished end after a second. */
extern const char attack_config[];

/* Sends a request that the daemon must deny, and checks that the reply tells no more than what the client said itself. target:
 * what the reply names; NULL: not looked at. Gives the data of the error. */
json_object *deny(struct client *c, const char *target, const char *method, const char *params, ...)
    __attribute__((format(printf, 4, 5)));

/* Where the daemon's log ends now, and whether a line behind that place holds all of these texts (ended by a NULL). Waits for
 * it a while. */
long log_mark(void);
bool logged(long mark, const char *first, ...) __attribute__((sentinel));
