/* The status of many sockets, and waiting until one of them is actionable.
 *
 * A call that waits watches every socket. Whatever happens to one of them makes a note, and later in the turn, when
 * everything that happened has been noted, all are asked again: so one question serves many events. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "handlers.h"
#include "status.h"

struct watch {
    struct watcher watcher;
    struct vigil *vigil;
};

/* A status call that waits. */
struct vigil {
    struct call *call;
    struct event *later;
    size_t count;
    struct watch watches[];
};

static void vigil_stop(struct vigil *vigil)
{
    for (size_t i = 0; i < vigil->count; i++) {
        struct object *object = vigil->watches[i].watcher.object;
        watcher_stop(&vigil->watches[i].watcher);
        if (object)
            sockets_update(object);
    }
}

static void vigil_release(struct call *call)
{
    struct vigil *vigil = call->other.state;
    vigil_stop(vigil);
    if (vigil->later)
        event_free(vigil->later);
    free(vigil);
}

static void vigil_note(struct watcher *watcher)
{
    struct watch *watch = (struct watch *)watcher;
    event_active(watch->vigil->later, EV_TIMEOUT, 0);
}

static void vigil_later(evutil_socket_t fd, short what, void *context)
{
    struct vigil *vigil = context;
    (void)fd;
    (void)what;
    call_resume(vigil->call);
}

static int vigil_begin(struct call *call, size_t count)
{
    struct vigil *vigil = calloc(1, sizeof *vigil + count * sizeof vigil->watches[0]);
    if (!vigil)
        return -ENOMEM;
    vigil->call = call;
    vigil->count = count;
    call_progress(call, vigil, vigil_release);
    vigil->later = event_new(call_sockets(call)->base, -1, 0, vigil_later, vigil);
    return vigil->later ? 0 : -ENOMEM;
}

static int vigil_watch(struct call *call, const struct status_item *items, size_t count)
{
    int r = call->progress == PROGRESS_NONE ? vigil_begin(call, count) : 0;
    if (r != 0)
        return r;
    struct vigil *vigil = call->other.state;
    for (size_t i = 0; i < count; i++) {
        struct watch *watch = &vigil->watches[i];
        watch->vigil = vigil;
        watch->watcher.notify = vigil_note;
        watcher_stop(&watch->watcher);
        watcher_start(&watch->watcher, items[i].object, status_wants(&items[i]));
        sockets_update(items[i].object);
    }
    return OUTCOME_WAIT;
}

static int find_all(struct call *call, const struct sockd_items *sockets, struct status_item *items)
{
    for (size_t i = 0; i < sockets->count; i++) {
        int r = call_object(call, sockets->items[i].handle, &items[i].object);
        if (r != 0)
            return r;
        items[i].direction = sockets->items[i].direction;
    }
    return 0;
}

int on_socket_status(struct call *call, const struct socket_status_params *in, struct socket_status_result *out)
{
    struct arena *arena = &call->session->control->arena;
    size_t count = in->sockets.count;
    struct status_item *items = arena_take(arena, count * sizeof *items);
    int *answers = arena_take(arena, count * sizeof *answers);
    if (!items || !answers)
        return -ENOMEM;
    if (!call->waiting)
        call->timeout = in->timeout;
    int r = find_all(call, &in->sockets, items);
    if (r != 0)
        return r;
    int actionable = status_ask(items, count);
    if (actionable < 0)
        return actionable;
    bool polls = call->timeout.finite && clock_wait(&call->timeout) == 0;
    if (actionable == 0 && !call->expired && !polls)
        return vigil_watch(call, items, count);
    for (size_t i = 0; i < count; i++)
        answers[i] = items[i].answer;
    out->status = (struct sockd_statuses){answers, count, in->sockets.list};
    out->count = actionable;
    return 0;
}
