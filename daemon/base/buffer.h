/* Bytes in memory that grow at the back and are used up at the front. An empty buffer is no more than a pointer. */
#pragma once

#include <stddef.h>

struct buffer_store {
    size_t start, end; /* what is in it stands between */
    size_t capacity;
    char bytes[];
};

/* All zero: empty. */
struct buffer {
    struct buffer_store *store;
};

static inline const char *buffer_data(const struct buffer *buffer)
{
    return buffer->store ? buffer->store->bytes + buffer->store->start : "";
}

/* The same to be changed; not for an empty buffer. */
static inline char *buffer_front(const struct buffer *buffer)
{
    return buffer->store->bytes + buffer->store->start;
}

/* Where bytes are added, for which there is room. */
static inline char *buffer_back(const struct buffer *buffer)
{
    return buffer->store->bytes + buffer->store->end;
}

static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->store ? buffer->store->end - buffer->store->start : 0;
}

/* How many bytes it has memory for. */
static inline size_t buffer_capacity(const struct buffer *buffer)
{
    return buffer->store ? buffer->store->capacity : 0;
}

/* Makes room for at least size bytes more and gives where they go; NULL without memory. Adds nothing: see buffer_added. */
char *buffer_reserve(struct buffer *buffer, size_t size);

/* How many bytes fit behind the end without moving. */
static inline size_t buffer_room(const struct buffer *buffer)
{
    return buffer->store ? buffer->store->capacity - buffer->store->end : 0;
}

/* Bytes have been put where buffer_reserve said. */
static inline void buffer_added(struct buffer *buffer, size_t size)
{
    buffer->store->end += size;
}

/* 0, or -ENOMEM with nothing added. */
int buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Drops bytes at the front; the memory goes when the last one does. */
void buffer_consume(struct buffer *buffer, size_t size);

/* Drops bytes at the back, but for that many of all; likewise. */
void buffer_truncate(struct buffer *buffer, size_t size);

/* Drops everything; keeps the memory where it is no more than keep bytes. */
void buffer_clear(struct buffer *buffer, size_t keep);

void buffer_deinit(struct buffer *buffer);
