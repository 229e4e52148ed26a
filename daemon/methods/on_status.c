/* The status of many sockets, and waiting until one of them is actionable.
 *
 * A call that must wait keeps its sockets as a set (status_set.h), as a client may that asks for the same ones again. Whatever
 * happens to one of them makes a note, and later in the turn, when everything that happened has been noted, the set is asked:
 * so one question serves many events. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "status_set.h"

/* A status call that waits. */
struct vigil {
    struct status_waiter waiter;
    struct call *call;
    struct event *later;
    struct status_set *set; /* a reference */
};

static void vigil_release(struct call *call)
{
    struct vigil *vigil = call->other.state;
    status_set_leave(vigil->set, &vigil->waiter);
    status_set_unref(vigil->set);
    if (vigil->later)
        event_free(vigil->later);
    free(vigil);
}

static void vigil_note(struct status_waiter *waiter)
{
    struct vigil *vigil = (struct vigil *)waiter;
    event_active(vigil->later, EV_TIMEOUT, 0);
}

static void vigil_later(evutil_socket_t fd, short what, void *context)
{
    struct vigil *vigil = context;
    (void)fd;
    (void)what;
    call_resume(vigil->call);
}

/* Waits for a change of a set, whose reference is consumed. */
static int vigil_begin(struct call *call, struct status_set *set)
{
    struct vigil *vigil = calloc(1, sizeof *vigil);
    if (!vigil) {
        status_set_unref(set);
        return -ENOMEM;
    }
    vigil->call = call;
    vigil->set = set; /* consume */
    vigil->waiter.changed = vigil_note;
    call_progress(call, vigil, vigil_release);
    call->spent = true;
    vigil->later = event_new(call_sockets(call)->base, -1, 0, vigil_later, vigil);
    return vigil->later && status_set_wait(set, &vigil->waiter) ? OUTCOME_WAIT : -ENOMEM;
}

/* ---- answers ---- */

static bool must_wait(const struct call *call)
{
    return !call->expired && !(call->timeout.finite && clock_wait(&call->timeout) == 0);
}

/* Only those that are not null, and whose they are. */
static int answer_actionable(struct call *call, const struct status_set *set, struct socket_status_result *out)
{
    struct arena *arena = &call->session->control->arena;
    size_t n = 0, count = status_set_actionable(set);
    int *answers = arena_take(arena, (count + 1) * sizeof *answers);
    struct sockd_item *items = arena_take(arena, (count + 1) * sizeof *items);
    if (!answers || !items)
        return -ENOMEM;
    for (size_t i = 0; n < count; i++) {
        answers[n] = status_set_answers(set)[i];
        items[n] = status_set_item(set, i);
        n += answers[n] >= 0;
    }
    out->status = (struct sockd_statuses){answers, count, true};
    out->sockets = (struct sockd_items){items, count, true, 0};
    return 0;
}

/* All of them. They stay while the set does: one that ends with this call gives a copy. */
static int answer_all(struct call *call, const struct status_set *set, const struct socket_status_params *in,
                      struct socket_status_result *out)
{
    const int *answers = status_set_answers(set);
    size_t count = status_set_count(set);
    if (in->forget) {
        int *copy = arena_take(&call->session->control->arena, count * sizeof *copy);
        if (!copy)
            return -ENOMEM;
        answers = memcpy(copy, answers, count * sizeof *copy);
    }
    out->status = (struct sockd_statuses){answers, count, in->sockets.list};
    return 0;
}

static int answer(struct call *call, const struct socket_status_params *in, struct status_set *set,
                  struct socket_status_result *out)
{
    struct status_sets *named = &call->session->sets;
    int r = in->actionable ? answer_actionable(call, set, out) : answer_all(call, set, in, out);
    out->count = (int64_t)status_set_actionable(set);
    if (r == 0 && in->remember)
        r = status_sets_add(named, set, &out->set, call_trouble(call));
    if (r == 0 && in->forget && status_sets_find(named, in->sockets.set) == set)
        status_sets_remove(named, set);
    return r;
}

/* ---- questions ---- */

/* Asks a set. The reference is consumed. */
static int ask_set(struct call *call, const struct socket_status_params *in, struct status_set *set,
                   struct socket_status_result *out)
{
    int r = status_set_ask(set, call_trouble(call));
    if (r == 0 && status_set_actionable(set) == 0 && must_wait(call)) {
        if (call->progress == PROGRESS_NONE)
            return vigil_begin(call, set);
        r = OUTCOME_WAIT;
    } else if (r == 0) {
        r = answer(call, in, set, out);
    }
    status_set_unref(set);
    return r;
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

/* The plain answer, for which nothing is kept. */
static int answer_list(struct call *call, const struct sockd_items *sockets, const struct status_item *items, int actionable,
                       struct socket_status_result *out)
{
    int *answers = arena_take(&call->session->control->arena, sockets->count * sizeof *answers);
    if (!answers)
        return -ENOMEM;
    for (size_t i = 0; i < sockets->count; i++)
        answers[i] = items[i].answer;
    out->status = (struct sockd_statuses){answers, sockets->count, sockets->list};
    out->count = actionable;
    return 0;
}

static int ask_list(struct call *call, const struct socket_status_params *in, struct socket_status_result *out)
{
    size_t count = in->sockets.count;
    struct status_item *items = arena_take(&call->session->control->arena, count * sizeof *items);
    struct status_set *set;
    if (!items)
        return -ENOMEM;
    int r = find_all(call, &in->sockets, items);
    if (r != 0)
        return r;
    int actionable = status_ask(items, count);
    if (actionable < 0)
        return actionable;
    bool waits = actionable == 0 && must_wait(call);
    if (!waits && !in->remember && !in->actionable)
        return answer_list(call, &in->sockets, items, actionable, out);
    r = status_set_new(call_sockets(call), call_identity(call), items, count, &set, call_trouble(call));
    if (r != 0)
        return r;
    if (waits)
        return vigil_begin(call, set);
    r = answer(call, in, set, out);
    status_set_unref(set);
    return r;
}

int on_socket_status(struct call *call, const struct socket_status_params *in, struct socket_status_result *out)
{
    const struct vigil *vigil = call->progress == PROGRESS_NONE ? NULL : call->other.state;
    if (!call->waiting)
        call->timeout = in->timeout;
    if (vigil)
        return ask_set(call, in, status_set_ref(vigil->set), out);
    if (in->remember && in->sockets.set)
        return trouble_param(call_trouble(call), "remember", "these sockets are remembered already");
    if (in->forget && !in->sockets.set)
        return trouble_param(call_trouble(call), "forget", "sockets names no set");
    if (!in->sockets.set)
        return ask_list(call, in, out);
    struct status_set *set = status_sets_find(&call->session->sets, in->sockets.set);
    return set ? ask_set(call, in, status_set_ref(set), out)
               : trouble_param(call_trouble(call), "sockets", "this session remembers no such set");
}
