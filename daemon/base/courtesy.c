/* The scheduler takes it at its word: it lets somebody who has nothing to do with us run for a whole time slice. That is some
 * milliseconds, while those whose bytes are moved wait for us again after some hundred microseconds at most. */
#include "courtesy.h"

#include <sched.h>

#include "clock.h"

/* Microseconds. */
#define LONG 1000
#define AFTER_LONG 200000 /* until it is tried again */
#define AFTER_CALL 10000  /* in which whoever has called is likely to call again */

bool courtesy_due(struct courtesy *courtesy, uint32_t calls, int64_t now)
{
    if (courtesy->calls != calls && courtesy->again < now + AFTER_CALL)
        courtesy->again = now + AFTER_CALL;
    courtesy->calls = calls;
    return now >= courtesy->again;
}

void courtesy_note(struct courtesy *courtesy, int64_t begin, int64_t end)
{
    if (end - begin >= LONG)
        courtesy->again = end + AFTER_LONG;
}

void courtesy_show(struct courtesy *courtesy, uint32_t calls)
{
    int64_t begin = clock_now();
    if (!courtesy_due(courtesy, calls, begin))
        return;
    sched_yield();
    courtesy_note(courtesy, begin, clock_now());
}
