/* What is due at moments, by one clock of the kernel's. A timer of the loop's own makes it ask for the time in each round and
 * the kernel set a clock for each wait, of which everybody's small calls take a third longer. Here the clock is set only where
 * an earlier moment than before comes to be the first; where the first is called off, it rings once in vain. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct event_base;

struct timer {
    void (*due)(struct timer *timer); /* may do anything to any timer */
    struct timers *timers;            /* NULL: not open */
    int64_t moment;                   /* of clock_now() */
    size_t place;                     /* in the heap, from 1; 0: it is not set */
};

struct timers {
    struct timer **heap; /* nobody's moment is before his parent's */
    size_t count;        /* that are set */
    size_t open;         /* for as many there is room */
    size_t room;
    int fd;
    struct event *event;
    int64_t rings; /* when; 0: it is not set */
};

/* 0 or a negative errno. */
int timers_init(struct timers *timers, struct event_base *base);

/* All of them have been closed. May be called on ones whose init failed. */
void timers_deinit(struct timers *timers);

/* Makes room for it, so that setting it cannot fail. 0 or -ENOMEM. */
int timer_open(struct timer *timer, struct timers *timers, void (*due)(struct timer *timer));

/* May be called on a zeroed one that is not open. */
void timer_close(struct timer *timer);

/* Sets it to a moment, or to another one. It is due once, not before the loop's next round. */
void timer_set(struct timer *timer, int64_t moment);

static inline bool timer_is_set(const struct timer *timer)
{
    return timer->place != 0;
}

/* Calls it off, if it is set. */
void timer_clear(struct timer *timer);
