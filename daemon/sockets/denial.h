/* What becomes of a denial: a line of the log, a row of the profile's report where that only reports, and else an event.
 *
 * Whoever is denied can ask again at once, and for ever: the lines of a principal are so many at first, and then so many a
 * second. The next line after those that were left out says how many there were. */
#pragma once

#include "report.h"
#include "witness.h"

struct sockets;

#define DENIAL_BURST 20
#define DENIAL_RATE 5 /* a second */

/* Counts the lines of one principal; gone when it may write a full burst again. */
struct denial_meter {
    LIST_ENTRY(denial_meter) link;
    uid_t uid;
    int64_t since;     /* when it would have been empty: a burst's time before now at the most */
    uint64_t left_out; /* since the last line */
    char profile[];
};

struct denials {
    LIST_HEAD(, denial_meter) meters;
    struct reports reports;
    uint64_t count;    /* denials, those that were only reported not among them */
    uint64_t unlogged; /* lines that were left out */
};

/* What was decided about. */
struct denial_case {
    const struct identity *identity;
    const char *operation;
    const char *target;           /* as the client named it, or a right */
    const union address *address; /* that was decided on; NULL: it did not come to that */
    int port;                     /* 0: any, or a right */
    const struct policy_decision *decision;
};

/* Tells of a decision that denied something or would have; any other is ignored. */
void denial_tell(struct sockets *sockets, const struct denial_case *what);

/* A line about somebody who went over a limit, within the same measure. */
void denial_tell_limit(struct sockets *sockets, const struct identity *identity, const char *message);

void denials_deinit(struct denials *denials);
