/* What is known about handles.
 *
 * A list copies no text: names stand in the objects, and only addresses and times need rooms, which lie in blocks so that they
 * stay where they are while the list grows. What is neither shown nor asked for by the filter is not looked up: the ends of a
 * connection cost a system call each. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "handlers.h"
#include "listener.h"
#include "record.h"
#include "show.h"

/* Where the texts of one record stand that stand nowhere else. */
struct rooms {
    char local[ADDRESS_TEXT], peer[ADDRESS_TEXT], created[CLOCK_TEXT];
};

/* Which of the costly fields are wanted. */
struct wanted {
    bool local, peer, created, owner;
};

static struct wanted wanted_of(uint64_t leaves)
{
    size_t offset;
    uint64_t local, peer, created, owner;
    record_path(&record_handle_info, "local", 5, &offset, &local);
    record_path(&record_handle_info, "peer", 4, &offset, &peer);
    record_path(&record_handle_info, "created", 7, &offset, &created);
    record_path(&record_handle_info, "owner", 5, &offset, &owner);
    return (struct wanted){leaves & local, leaves & peer, leaves & created, leaves & owner};
}

static int64_t waiters_count(const struct waiters *queue)
{
    const struct waiter *waiter;
    int64_t count = 0;
    TAILQ_FOREACH (waiter, queue, link)
        count++;
    return count;
}

static void show_stream(struct stream *stream, struct wanted wanted, struct rooms *rooms, struct handle_info *info)
{
    union address address;
    info->state = (int)stream_state(stream);
    if (wanted.local && stream_address(stream, false, &address) == 0)
        show_endpoint(&address, rooms->local, &info->local);
    if (wanted.peer && stream_address(stream, true, &address) == 0)
        show_endpoint(&address, rooms->peer, &info->peer);
    info->host = show_text(stream->host);
    info->bytes_in = (int64_t)stream->bytes_in;
    info->bytes_out = (int64_t)stream->bytes_out;
    info->buffered_in = (int64_t)(buffer_size(&stream->in) + stream_ahead(stream));
    info->buffered_out = (int64_t)buffer_size(&stream->out);
    info->waiting_in = waiters_count(&stream->waiting[SIDE_IN]);
    info->waiting_out = waiters_count(&stream->waiting[SIDE_OUT]);
    info->element_type = stream->element;
    info->buffered = stream->buffered;
    text_format(&stream->text, &info->external_format);
}

static void show_listener(const struct listener *listener, struct wanted wanted, struct rooms *rooms, struct handle_info *info)
{
    info->state = STATE_LISTENING;
    if (wanted.local)
        show_endpoint(&listener->address, rooms->local, &info->local);
    info->bytes_in = (int64_t)listener->accepted;
    info->waiting_in = waiters_count(&listener->waiting);
}

/* info is blank. */
static void show(struct object *object, int64_t now, struct wanted wanted, struct rooms *rooms, struct handle_info *info)
{
    info->handle = object->handle;
    info->kind = object->kind;
    info->lifetime = object->lifetime;
    info->local.address = info->peer.address = info->created = SOCKD_TEXT("");
    if (wanted.created)
        info->created = (struct sockd_text){rooms->created, clock_text(object->created, rooms->created)};
    info->age_ms = (now - object->created) / 1000;
    info->idle_ms = now > object->moved ? (now - object->moved) / 1000 : 0;
    if (wanted.owner)
        show_owner(object->identity, &info->owner);
    if (object->kind == KIND_STREAM)
        show_stream(stream_of(object), wanted, rooms, info);
    else
        show_listener(listener_of(object), wanted, rooms, info);
}

static bool may_see(const struct identity *who, const struct object *object)
{
    return object_usable(object, who) || identity_may(who, POLICY_RIGHT_INSPECT_ALL);
}

int on_handle_info(struct call *call, const struct handle_params *in, struct handle_info *out)
{
    struct object *object = object_find(&call_sockets(call)->objects, in->handle);
    if (!object || !may_see(call_identity(call), object))
        return trouble_no_such_handle(call_trouble(call), in->handle);
    struct rooms *rooms = arena_take(&call->session->control->arena, sizeof *rooms);
    if (!rooms)
        return -ENOMEM;
    show(object, clock_now(), wanted_of(UINT64_MAX), rooms, out);
    return 0;
}

int on_handle_lifetime(struct call *call, const struct handle_lifetime_params *in, struct nothing *out)
{
    struct object *object;
    int r = call_object(call, in->handle, &object);
    (void)out;
    if (r == 0)
        object_set_lifetime(object, &call->session->objects, (enum lifetime)in->lifetime);
    return r;
}

/* ---- lists ---- */

#define BLOCK_ROOMS 64
#define LOOKED_AT 2000 /* handles in one call, shown or not: others are served before the next page */

struct block {
    struct block *next;
    struct rooms rooms[BLOCK_ROOMS];
};

struct list {
    struct handle_info *items;
    size_t count, capacity;
    struct block *blocks; /* the newest first: it is being filled */
    size_t rooms;         /* in all blocks */
};

static void list_release(struct call *call)
{
    struct list *list = call->other.state;
    struct block *block;
    while ((block = list->blocks)) {
        list->blocks = block->next;
        free(block);
    }
    free(list->items);
    free(list);
}

/* Room for one more. likely: how many there may come to be. 0 or -ENOMEM. */
static int list_grow(struct list *list, size_t likely)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : likely;
        struct handle_info *items = reallocarray(list->items, capacity, sizeof *items);
        if (!items)
            return -ENOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    if (list->count == list->rooms) {
        struct block *block = malloc(sizeof *block);
        if (!block)
            return -ENOMEM;
        block->next = list->blocks;
        list->blocks = block;
        list->rooms += BLOCK_ROOMS;
    }
    return 0;
}

static int refuse(struct call *call, const char *param, const char *path, size_t size, const char *reason)
{
    struct trouble *trouble = call_trouble(call);
    int shown = size < 48 ? (int)size : 48;
    snprintf(trouble->host, sizeof trouble->host, "\"%.*s\": %s", shown, path, reason);
    for (char *c = trouble->host; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '?';
    return trouble_param(trouble, param, trouble->host);
}

/* The leaves to show; 0: all. */
static int fields_read(struct call *call, const struct sockd_texts *fields, uint64_t *leaves)
{
    *leaves = 0;
    if (fields->items && fields->count == 0)
        return trouble_param(call_trouble(call), "fields", "names no field");
    for (size_t i = 0; i < fields->count; i++) {
        struct sockd_text path = fields->items[i];
        size_t offset;
        uint64_t some;
        if (!record_path(&record_handle_info, path.data, path.size, &offset, &some))
            return refuse(call, "fields", path.data, path.size, "there is no such field");
        *leaves |= some;
    }
    return 0;
}

/* Fills the list. *next: the last handle shown, where there are more. */
static int list_fill(struct call *call, struct list *list, const struct handle_list_params *in, const struct filter *filter,
                     uint64_t leaves, int64_t *next)
{
    const struct object_table *objects = &call_sockets(call)->objects;
    struct wanted asked = wanted_of(filter->leaves), wanted = wanted_of(leaves ? leaves : UINT64_MAX);
    int64_t now = clock_now();
    struct handle_info blank;
    record_clear(&record_handle_info, &blank);
    bool few = filter->count > 0 || objects->count < BLOCK_ROOMS;
    size_t likely = few ? BLOCK_ROOMS : (uint64_t)in->limit < objects->count ? (size_t)in->limit + 1 : objects->count;
    struct object *object = object_after(objects, (uint64_t)in->after);
    for (size_t looked = 0; object; object = TAILQ_NEXT(object, order), looked++) {
        if (looked == LOOKED_AT) {
            *next = (int64_t)TAILQ_PREV(object, object_order, order)->handle;
            break;
        }
        if (!may_see(call_identity(call), object))
            continue;
        int r = list_grow(list, likely);
        if (r != 0)
            return r;
        struct handle_info *info = &list->items[list->count];
        struct rooms *rooms = &list->blocks->rooms[list->count % BLOCK_ROOMS];
        *info = blank;
        if (filter->count > 0)
            show(object, now, asked, rooms, info);
        if (!filter_holds(filter, info))
            continue;
        if ((int64_t)list->count == in->limit) {
            *next = (int64_t)list->items[list->count - 1].handle;
            break;
        }
        show(object, now, wanted, rooms, info);
        list->count++;
    }
    return 0;
}

int on_handle_list(struct call *call, const struct handle_list_params *in, struct handle_list_result *out)
{
    struct trouble *trouble = call_trouble(call);
    struct filter filter;
    uint64_t leaves;
    if (!filter_read(&filter, &record_handle_info, in->filter, trouble->host))
        return trouble_param(trouble, "filter", trouble->host);
    int r = fields_read(call, &in->fields, &leaves);
    if (r != 0)
        return r;
    struct list *list = calloc(1, sizeof *list);
    if (!list)
        return -ENOMEM;
    call_progress(call, list, list_release);
    r = list_fill(call, list, in, &filter, leaves, &out->next);
    out->handles = (struct sockd_list){list->items, list->count, leaves};
    return r;
}
