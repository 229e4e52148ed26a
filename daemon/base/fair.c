/* Only one who is calm is waited for: else two who are not would leave the daemon idle for each other's sake. Whoever had to
 * wait is not calm, however little he got, until he has not had to for a while. Whoever is remembered as calm is compared, and
 * never looked at: he may be gone by then. And nobody waits for longer at a time than a calm one is remembered: who is alone
 * again by then goes on, whatever he owes. */
#include "fair.h"

#include <stddef.h>

#define WINDOW 10000   /* microseconds over which use is counted */
#define MUCH 1000      /* of it, from where on use is much */
#define LONG 30        /* and as many for a turn on the average: many a short one of the same session is little at a time */
#define PRESSING 50000 /* for which that is remembered */
#define RECENT 10000   /* since a calm one's last turn, for which he is waited for */
#define BURST 100      /* microseconds that one may use at once */
#define ROUND 3        /* what the loop takes for a turn by itself */
#define SLOT 1000      /* between two sessions of the same user who try again */

static bool others_are_calm(const struct fair *fair, const struct fair_share *share, int64_t now)
{
    for (int i = 0; i < 2; i++)
        if (fair->calm[i] && fair->calm[i] != share && now - fair->seen[i] < RECENT)
            return true;
    return false;
}

int64_t fair_wait(const struct fair *fair, struct fair_share *share, int64_t now)
{
    bool held = share->percent > 0 && share->percent < 100 && now < share->pressing && others_are_calm(fair, share, now);
    share->credit += (now - share->counted) * share->percent;
    share->counted = now;
    if (!held || share->credit > BURST * 100)
        share->credit = BURST * 100;
    if (share->credit > 0)
        return 0;
    share->pressing = now + PRESSING;
    int64_t owed = 1 - share->credit / share->percent, next = now + (owed < RECENT ? owed : RECENT);
    if (next < share->slot)
        next = share->slot;
    share->slot = next + SLOT;
    return next - now;
}

static void use(struct fair_share *share, int64_t used, bool beside, int64_t now)
{
    if (now - share->began >= WINDOW) {
        share->began = now;
        share->used = share->turns = share->beside = 0;
    }
    share->used += used;
    share->beside += beside ? used : 0;
    share->credit -= used * 100;
    if (share->beside > MUCH || (share->used > MUCH && share->used > LONG * share->turns))
        share->pressing = now + PRESSING;
}

void fair_charge(struct fair_share *share, int64_t used, int64_t now)
{
    use(share, used, true, now);
}

static void note_calm(struct fair *fair, const struct fair_share *share, int64_t now)
{
    int place = fair->calm[0] == share ? 0 : fair->calm[1] == share ? 1 : fair->seen[0] > fair->seen[1];
    fair->calm[place] = share;
    fair->seen[place] = now;
}

static void forget(struct fair *fair, const struct fair_share *share)
{
    for (int i = 0; i < 2; i++)
        if (fair->calm[i] == share)
            fair->calm[i] = NULL;
}

void fair_note(struct fair *fair, struct fair_share *share, const void *session, int64_t began, int64_t ended)
{
    share->turns++;
    use(share, ended - began + ROUND, session != share->last, ended);
    share->last = session;
    if (ended >= share->pressing)
        note_calm(fair, share, ended);
    else
        forget(fair, share);
}
