/* Letting others have the processor before it is looked at whether there is more to do. Whoever sends bulk, or takes it, often
 * waits for the very core that the daemon runs on: asked at once he has written a little, asked after he has had his turn he
 * has written much. Whoever does not wait loses nothing, for then it is over at once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct courtesy {
    int64_t again;  /* from when on it is shown */
    uint32_t calls; /* as there were when it was last asked for */
};

/* Lets others run, unless somebody has called, or has kept the processor for long, a short while ago. calls: changes with each
 * call that somebody makes of the daemon. */
void courtesy_show(struct courtesy *courtesy, uint32_t calls);

/* What it is made of: whether it is to be shown at a moment, and what is learnt from how long it took. */
bool courtesy_due(struct courtesy *courtesy, uint32_t calls, int64_t now);
void courtesy_note(struct courtesy *courtesy, int64_t begin, int64_t end);
