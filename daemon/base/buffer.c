#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SMALLEST 256

/* A store of at least that capacity with the same bytes in it. */
static struct buffer_store *store_grow(const struct buffer *buffer, size_t least)
{
    size_t used = buffer_size(buffer), capacity = buffer_capacity(buffer);
    if (capacity < BUFFER_SMALLEST)
        capacity = BUFFER_SMALLEST;
    while (capacity < least)
        capacity *= 2;
    struct buffer_store *store = malloc(sizeof *store + capacity);
    if (!store)
        return NULL;
    if (used > 0)
        memcpy(store->bytes, buffer_data(buffer), used);
    *store = (struct buffer_store){0, used, capacity};
    return store;
}

char *buffer_reserve(struct buffer *buffer, size_t size)
{
    struct buffer_store *store = buffer->store;
    size_t used = buffer_size(buffer);
    if (store && buffer_room(buffer) >= size)
        return buffer_back(buffer);
    if (store && store->capacity >= used + size && store->start >= used) { /* moving costs less than what was used up */
        memcpy(store->bytes, store->bytes + store->start, used);
        store->start = 0;
        store->end = used;
        return store->bytes + used;
    }
    store = store_grow(buffer, used + size);
    if (!store)
        return NULL;
    free(buffer->store);
    buffer->store = store;
    return store->bytes + used;
}

int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return 0;
    char *room = buffer_reserve(buffer, size);
    if (!room)
        return -ENOMEM;
    memcpy(room, data, size);
    buffer_added(buffer, size);
    return 0;
}

static void free_empty(struct buffer *buffer)
{
    if (buffer_size(buffer) == 0)
        buffer_deinit(buffer);
}

void buffer_consume(struct buffer *buffer, size_t size)
{
    if (size > 0)
        buffer->store->start += size;
    free_empty(buffer);
}

void buffer_truncate(struct buffer *buffer, size_t size)
{
    if (size < buffer_size(buffer))
        buffer->store->end = buffer->store->start + size;
    free_empty(buffer);
}

void buffer_clear(struct buffer *buffer, size_t keep)
{
    if (buffer_capacity(buffer) > keep)
        buffer_deinit(buffer);
    else if (buffer->store)
        buffer->store->start = buffer->store->end = 0;
}

void buffer_deinit(struct buffer *buffer)
{
    free(buffer->store);
    buffer->store = NULL;
}
