#include "object.h"

#include <errno.h>
#include <stdlib.h>

#define SMALLEST_TABLE 64

void object_table_init(struct object_table *table)
{
    *table = (struct object_table){.next = 1};
    TAILQ_INIT(&table->order);
}

void object_table_deinit(struct object_table *table)
{
    free(table->slots);
    table->slots = NULL;
}

/* Handles are consecutive numbers, so their low bits alone spread them evenly. */
static size_t slot_of(const struct object_table *table, uint64_t handle)
{
    size_t i = (size_t)handle & (table->capacity - 1);
    while (table->slots[i] && table->slots[i]->handle != handle)
        i = (i + 1) & (table->capacity - 1);
    return i;
}

static int table_grow(struct object_table *table)
{
    struct object_table bigger = *table;
    bigger.capacity = table->capacity ? table->capacity * 2 : SMALLEST_TABLE;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < table->capacity; i++)
        if (table->slots[i])
            bigger.slots[slot_of(&bigger, table->slots[i]->handle)] = table->slots[i];
    free(table->slots);
    table->slots = bigger.slots;
    table->capacity = bigger.capacity;
    return 0;
}

/* Deletion without tombstones: what follows in the same run moves up where its own place allows. */
static void table_remove(struct object_table *table, uint64_t handle)
{
    size_t mask = table->capacity - 1, hole = slot_of(table, handle);
    for (size_t i = (hole + 1) & mask; table->slots[i]; i = (i + 1) & mask) {
        size_t home = (size_t)table->slots[i]->handle & mask;
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            table->slots[hole] = table->slots[i];
            hole = i;
        }
    }
    table->slots[hole] = NULL;
    table->count--;
}

/* 0 or ERROR_limit. */
static int charge(const struct object_entry *entry, struct trouble *trouble)
{
    struct account *account = &entry->identity->account;
    int64_t limit;
    if (!account_charge(account, QUOTA_HANDLES, 1, &limit))
        return trouble_limit(trouble, quota_names[QUOTA_HANDLES], limit);
    if (identity_charge_descriptors(entry->identity, entry->descriptors, entry->fd, &limit))
        return 0;
    account_refund(account, QUOTA_HANDLES, 1);
    return trouble_limit(trouble, quota_names[QUOTA_DESCRIPTORS], limit);
}

static void refund(struct identity *identity, int descriptors)
{
    account_refund(&identity->account, QUOTA_HANDLES, 1);
    account_refund(&identity->account, QUOTA_DESCRIPTORS, descriptors);
}

int object_enter(struct object_table *table, struct object *object, const struct object_entry *entry, struct trouble *trouble)
{
    int r = charge(entry, trouble);
    if (r != 0)
        return r;
    if (table->count * 2 >= table->capacity && table_grow(table) < 0) {
        refund(entry->identity, entry->descriptors);
        return -ENOMEM;
    }
    object->handle = table->next++;
    object->identity = identity_ref(entry->identity);
    object->kind = (uint8_t)entry->kind;
    object->lifetime = (uint8_t)entry->lifetime;
    object->descriptors = (uint8_t)entry->descriptors;
    object->created = object->moved = clock_now();
    object->ending = "closed";
    LIST_INIT(&object->watchers);
    table->slots[slot_of(table, object->handle)] = object;
    table->count++;
    TAILQ_INSERT_TAIL(&table->order, object, order);
    if (entry->lifetime == LIFETIME_SESSION)
        LIST_INSERT_HEAD(entry->session, object, siblings);
    return 0;
}

static void dismiss_guests(struct object *object)
{
    struct guest *guest;
    while ((guest = object->guests)) {
        object->guests = guest->next;
        account_refund(&guest->principal->account, QUOTA_HANDLES, 1);
        principal_unref(guest->principal);
        free(guest);
    }
}

void object_leave(struct object_table *table, struct object *object)
{
    if (object_find(table, object->handle) != object)
        return;
    table_remove(table, object->handle);
    TAILQ_REMOVE(&table->order, object, order);
    if (object->lifetime == LIFETIME_SESSION)
        LIST_REMOVE(object, siblings);
    refund(object->identity, object->descriptors);
    dismiss_guests(object);
}

int object_admit(struct object *object, struct principal *principal, struct trouble *trouble)
{
    int count = 0;
    if (object->identity->principal == principal)
        return 0;
    for (const struct guest *guest = object->guests; guest; guest = guest->next, count++)
        if (guest->principal == principal)
            return 0;
    if (count >= OBJECT_GUESTS)
        return trouble_limit(trouble, "guests", OBJECT_GUESTS);
    int64_t limit;
    if (!account_charge(&principal->account, QUOTA_HANDLES, 1, &limit))
        return trouble_limit(trouble, quota_names[QUOTA_HANDLES], limit);
    struct guest *guest = malloc(sizeof *guest);
    if (!guest) {
        account_refund(&principal->account, QUOTA_HANDLES, 1);
        return -ENOMEM;
    }
    *guest = (struct guest){object->guests, principal_ref(principal)};
    object->guests = guest;
    return 0;
}

bool object_usable(const struct object *object, const struct identity *identity)
{
    bool usable = identity_same(object->identity, identity);
    for (const struct guest *guest = object->guests; !usable && guest; guest = guest->next)
        usable = guest->principal == identity->principal;
    return usable;
}

void object_deinit(struct object *object)
{
    object->identity = identity_unref(object->identity);
}

struct object *object_find(const struct object_table *table, uint64_t handle)
{
    if (handle == 0 || table->capacity == 0)
        return NULL;
    return table->slots[slot_of(table, handle)];
}

struct object *object_after(const struct object_table *table, uint64_t handle)
{
    struct object *object = object_find(table, handle);
    if (object)
        return TAILQ_NEXT(object, order);
    TAILQ_FOREACH (object, &table->order, order)
        if (object->handle > handle)
            return object;
    return NULL;
}

void object_set_lifetime(struct object *object, struct objects *session, enum lifetime lifetime)
{
    if (object->lifetime == LIFETIME_SESSION)
        LIST_REMOVE(object, siblings);
    object->lifetime = (uint8_t)lifetime;
    if (lifetime == LIFETIME_SESSION)
        LIST_INSERT_HEAD(session, object, siblings);
}

void waiter_enter(struct waiters *queue, struct waiter *waiter)
{
    waiter->queue = queue;
    TAILQ_INSERT_TAIL(queue, waiter, link);
}

void waiter_leave(struct waiter *waiter)
{
    if (waiter->queue)
        TAILQ_REMOVE(waiter->queue, waiter, link);
    waiter->queue = NULL;
}

void waiters_run(struct waiters *queue, struct object *object)
{
    struct waiter *waiter;
    while (!object->closed && (waiter = TAILQ_FIRST(queue))) {
        waiter->attempt(waiter);
        if (TAILQ_FIRST(queue) == waiter)
            break;
    }
}

void waiters_dismiss(struct waiters *queue, struct object *object)
{
    struct waiter *waiter;
    while ((waiter = TAILQ_FIRST(queue))) {
        waiter_leave(waiter);
        waiter->gone(waiter, object);
    }
}

void watcher_start(struct watcher *watcher, struct object *object, unsigned wants)
{
    watcher->object = object;
    watcher->wants = wants;
    LIST_INSERT_HEAD(&object->watchers, watcher, link);
}

void watcher_stop(struct watcher *watcher)
{
    if (watcher->object)
        LIST_REMOVE(watcher, link);
    watcher->object = NULL;
}

void watchers_notify(struct object *object, unsigned what)
{
    struct watcher *watcher;
    LIST_FOREACH (watcher, &object->watchers, link)
        if (watcher->wants & (what | WANT_CHANGE))
            watcher->notify(watcher);
}

void watchers_dismiss(struct object *object)
{
    struct watcher *watcher;
    while ((watcher = LIST_FIRST(&object->watchers))) {
        watcher_stop(watcher);
        watcher->notify(watcher);
    }
}

unsigned watchers_want(const struct object *object)
{
    unsigned wants = 0;
    const struct watcher *watcher;
    LIST_FOREACH (watcher, &object->watchers, link)
        wants |= watcher->wants;
    return wants & (WANT_READ | WANT_WRITE);
}
