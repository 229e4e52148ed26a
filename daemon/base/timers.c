#include "timers.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "fd.h"

/* ---- the heap: the children of the place n are at 2n and 2n + 1 ---- */

static void put(struct timers *timers, size_t place, struct timer *timer)
{
    timers->heap[place - 1] = timer;
    timer->place = place;
}

static struct timer *at(const struct timers *timers, size_t place)
{
    return timers->heap[place - 1];
}

static void rise(struct timers *timers, size_t place, struct timer *timer)
{
    for (; place > 1 && at(timers, place / 2)->moment > timer->moment; place /= 2)
        put(timers, place, at(timers, place / 2));
    put(timers, place, timer);
}

static void sink(struct timers *timers, size_t place, struct timer *timer)
{
    for (size_t child; (child = place * 2) <= timers->count; place = child) {
        if (child < timers->count && at(timers, child + 1)->moment < at(timers, child)->moment)
            child++;
        if (at(timers, child)->moment >= timer->moment)
            break;
        put(timers, place, at(timers, child));
    }
    put(timers, place, timer);
}

void timer_clear(struct timer *timer)
{
    struct timers *timers = timer->timers;
    size_t place = timer->place;
    if (!place)
        return;
    struct timer *last = at(timers, timers->count--);
    timer->place = 0;
    if (last == timer)
        return;
    rise(timers, place, last);
    sink(timers, last->place, last);
}

/* ---- the clock ---- */

static void ring(struct timers *timers)
{
    if (!timers->count || (timers->rings && timers->rings <= at(timers, 1)->moment))
        return;
    timers->rings = at(timers, 1)->moment;
    struct itimerspec when = {.it_value = {timers->rings / 1000000, timers->rings % 1000000 * 1000}};
    timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void timer_set(struct timer *timer, int64_t moment)
{
    struct timers *timers = timer->timers;
    timer_clear(timer);
    timer->moment = moment > 0 ? moment : 1;
    rise(timers, ++timers->count, timer);
    ring(timers);
}

/* Those that are due now, and no more than there are: who sets one again at once does not keep the loop from input. */
static void rung(evutil_socket_t fd, short what, void *context)
{
    struct timers *timers = context;
    uint64_t times;
    (void)what;
    if (read(fd, &times, sizeof times) < 0)
        return;
    int64_t now = clock_now();
    for (size_t most = timers->count; most > 0 && timers->count && at(timers, 1)->moment <= now; most--) {
        struct timer *timer = at(timers, 1);
        timer_clear(timer);
        timer->due(timer);
    }
    timers->rings = 0;
    ring(timers);
}

int timers_init(struct timers *timers, struct event_base *base)
{
    *timers = (struct timers){.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (timers->fd < 0)
        return -errno;
    timers->event = event_new(base, timers->fd, EV_READ | EV_PERSIST, rung, timers);
    return timers->event && event_add(timers->event, NULL) == 0 ? 0 : -ENOMEM;
}

void timers_deinit(struct timers *timers)
{
    if (timers->event)
        event_free(timers->event);
    timers->event = NULL;
    fd_close(timers->fd);
    timers->fd = -1;
    free(timers->heap);
    timers->heap = NULL;
}

int timer_open(struct timer *timer, struct timers *timers, void (*due)(struct timer *timer))
{
    if (timers->open == timers->room) {
        size_t room = timers->room ? timers->room * 2 : 16;
        struct timer **heap = reallocarray(timers->heap, room, sizeof *heap);
        if (!heap)
            return -ENOMEM;
        timers->heap = heap;
        timers->room = room;
    }
    timers->open++;
    *timer = (struct timer){.due = due, .timers = timers};
    return 0;
}

void timer_close(struct timer *timer)
{
    if (!timer->timers)
        return;
    timer_clear(timer);
    timer->timers->open--;
    timer->timers = NULL;
}
