/* Who may have the daemon's time. Alone, anybody may have all of it. While a user asks for little at a time, another one who
 * asks for much gets the share that his profile gives him and no more: he waits, and what he asks for waits in the kernel. Two
 * who ask for much take turns, and neither has to wait for the other's sake.
 *
 * Pure: moments are the caller's, in microseconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define FAIR_TURN 200 /* microseconds after which a turn ends where others may be waiting */

/* A user's. All zero at the start. */
struct fair_share {
    int64_t percent;  /* his share; 0 is all */
    int64_t began;    /* the window over which use is counted now */
    int64_t used;     /* in it */
    int64_t turns;    /* in it */
    int64_t beside;   /* of it, what was not for the session that had the turn before */
    const void *last; /* that session; never looked at */
    int64_t pressing; /* until when he counts as one who asks for much */
    int64_t credit;   /* what he may use before he must wait, in hundredths of a microsecond */
    int64_t counted;  /* when that was */
    int64_t slot;     /* when the next of his sessions may try again */
};

/* The daemon's: who has asked for little at a time of late. */
struct fair {
    const struct fair_share *calm[2];
    int64_t seen[2];
};

/* How long a user has to wait before his next turn; 0: it is now. */
int64_t fair_wait(const struct fair *fair, struct fair_share *share, int64_t now);

/* Notes a turn of one of his sessions; NULL: of one that is just coming. */
void fair_note(struct fair *fair, struct fair_share *share, const void *session, int64_t began, int64_t ended);

/* Charges him with time that others have spent for him, beside his turns. */
void fair_charge(struct fair_share *share, int64_t used, int64_t now);
