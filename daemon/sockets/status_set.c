#include "status_set.h"

#include <errno.h>
#include <stdlib.h>

#include "sockets.h"
#include "stream.h"

struct member {
    struct watcher watcher;
    struct status_set *set;
    SLIST_ENTRY(member) stale_link;
    sockd_handle handle;
    int direction;
    bool stale; /* something may have changed since it was asked */
};

LIST_HEAD(status_waiters, status_waiter);
SLIST_HEAD(members, member);

struct status_set {
    LIST_ENTRY(status_set) link;
    struct sockets *sockets;
    struct identity *identity;
    struct status_waiters waiters;
    struct members stale;
    sockd_handle closed; /* one of them, since it was; 0: none is */
    int64_t number;      /* 0: it has no name */
    int64_t weight;      /* charged */
    unsigned references;
    size_t count, actionable;
    int *answers;
    struct member members[];
};

static void member_stale(struct member *member)
{
    if (!member->stale)
        SLIST_INSERT_HEAD(&member->set->stale, member, stale_link);
    member->stale = true;
}

static void member_changed(struct watcher *watcher)
{
    struct member *member = (struct member *)watcher;
    struct status_waiter *waiter;
    member_stale(member);
    if (!watcher->object)
        member->set->closed = member->handle;
    LIST_FOREACH (waiter, &member->set->waiters, link)
        waiter->changed(waiter);
}

/* Whether its changes are told, so that the loop need not be asked for them. */
static bool is_tracked(const struct object *object)
{
    return object->kind == KIND_STREAM && ((const struct stream *)object)->tracked;
}

/* ---- waiting ---- */

/* Asks the loop for what nothing else tells. */
static void member_arm(struct member *member, bool waited)
{
    struct watcher *watcher = &member->watcher;
    struct status_item item = {watcher->object, member->direction, -1};
    if (!watcher->object)
        return;
    unsigned wants = WANT_CHANGE | (waited && !is_tracked(watcher->object) ? status_wants(&item) : WANT_NOTHING);
    if (wants == watcher->wants)
        return;
    watcher->wants = wants;
    sockets_update(watcher->object);
}

static void arm_all(struct status_set *set, bool waited)
{
    for (size_t i = 0; i < set->count; i++)
        member_arm(&set->members[i], waited);
}

bool status_set_wait(struct status_set *set, struct status_waiter *waiter)
{
    if (waiter->waits)
        return true;
    if (!readiness_await(set->sockets, true))
        return false;
    if (LIST_EMPTY(&set->waiters))
        arm_all(set, true);
    LIST_INSERT_HEAD(&set->waiters, waiter, link);
    waiter->waits = true;
    return true;
}

void status_set_leave(struct status_set *set, struct status_waiter *waiter)
{
    if (!waiter->waits)
        return;
    waiter->waits = false;
    LIST_REMOVE(waiter, link);
    readiness_await(set->sockets, false);
    if (LIST_EMPTY(&set->waiters))
        arm_all(set, false);
}

/* ---- asking ---- */

static void member_answer(struct member *member, int answer)
{
    struct status_set *set = member->set;
    int *kept = &set->answers[member - set->members];
    set->actionable = set->actionable + (answer >= 0) - (*kept >= 0);
    *kept = answer;
    if (set->count > STATUS_FEW && member->watcher.object->kind == KIND_STREAM)
        readiness_track(stream_of(member->watcher.object)); /* one that was still connecting */
    if (!is_tracked(member->watcher.object))
        member_stale(member);
    if (!LIST_EMPTY(&set->waiters))
        member_arm(member, true);
}

static void ask_few(struct member **members, size_t count)
{
    struct status_item items[STATUS_FEW];
    for (size_t i = 0; i < count; i++)
        items[i] = (struct status_item){members[i]->watcher.object, members[i]->direction, -1};
    status_ask(items, count);
    for (size_t i = 0; i < count; i++)
        member_answer(members[i], items[i].answer);
}

int status_set_ask(struct status_set *set, struct trouble *trouble)
{
    struct member *few[STATUS_FEW], *member;
    readiness_collect(set->sockets);
    if (set->closed)
        return trouble_no_such_handle(trouble, set->closed);
    struct members stale = set->stale;
    SLIST_INIT(&set->stale);
    while (!SLIST_EMPTY(&stale)) {
        size_t n = 0;
        while (n < STATUS_FEW && (member = SLIST_FIRST(&stale))) {
            SLIST_REMOVE_HEAD(&stale, stale_link);
            member->stale = false;
            few[n++] = member;
        }
        ask_few(few, n);
    }
    return 0;
}

const int *status_set_answers(const struct status_set *set)
{
    return set->answers;
}

size_t status_set_count(const struct status_set *set)
{
    return set->count;
}

size_t status_set_actionable(const struct status_set *set)
{
    return set->actionable;
}

struct sockd_item status_set_item(const struct status_set *set, size_t index)
{
    return (struct sockd_item){set->members[index].handle, set->members[index].direction};
}

/* ---- life ---- */

static void fill_in(struct status_set *set, const struct status_item *items)
{
    for (size_t i = 0; i < set->count; i++) {
        struct member *member = &set->members[i];
        member->set = set;
        member->handle = items[i].object->handle;
        member->direction = items[i].direction;
        member->watcher.notify = member_changed;
        watcher_start(&member->watcher, items[i].object, WANT_CHANGE);
        set->answers[i] = -1;
        member_answer(member, items[i].answer);
    }
}

int status_set_new(struct sockets *sockets, struct identity *identity, const struct status_item *items, size_t count,
                   struct status_set **result, struct trouble *trouble)
{
    struct status_set *set;
    size_t size = sizeof *set + count * (sizeof set->members[0] + sizeof set->answers[0]);
    int64_t limit;
    if (!account_charge(&identity->account, QUOTA_BUFFERED, (int64_t)size, &limit))
        return trouble_limit(trouble, quota_names[QUOTA_BUFFERED], limit);
    set = calloc(1, size);
    if (!set) {
        account_refund(&identity->account, QUOTA_BUFFERED, (int64_t)size);
        return -ENOMEM;
    }
    set->sockets = sockets;
    set->identity = identity_ref(identity);
    set->weight = (int64_t)size;
    set->references = 1;
    set->count = count;
    set->answers = (int *)&set->members[count];
    fill_in(set, items);
    *result = set;
    return 0;
}

struct status_set *status_set_ref(struct status_set *set)
{
    set->references++;
    return set;
}

struct status_set *status_set_unref(struct status_set *set)
{
    if (!set || --set->references > 0)
        return NULL;
    for (size_t i = 0; i < set->count; i++)
        watcher_stop(&set->members[i].watcher);
    account_refund(&set->identity->account, QUOTA_BUFFERED, set->weight);
    identity_unref(set->identity);
    free(set);
    return NULL;
}

/* ---- a session's ---- */

int status_sets_add(struct status_sets *sets, struct status_set *set, int64_t *number, struct trouble *trouble)
{
    if (sets->count >= STATUS_SETS)
        return trouble_limit(trouble, "sets", STATUS_SETS);
    set->number = ++sets->last;
    status_set_ref(set);
    LIST_INSERT_HEAD(&sets->list, set, link);
    sets->count++;
    *number = set->number;
    return 0;
}

struct status_set *status_sets_find(const struct status_sets *sets, int64_t number)
{
    struct status_set *set;
    LIST_FOREACH (set, &sets->list, link)
        if (set->number == number)
            return set;
    return NULL;
}

void status_sets_remove(struct status_sets *sets, struct status_set *set)
{
    LIST_REMOVE(set, link);
    sets->count--;
    status_set_unref(set);
}

void status_sets_clear(struct status_sets *sets)
{
    struct status_set *set;
    while ((set = LIST_FIRST(&sets->list)))
        status_sets_remove(sets, set);
}
