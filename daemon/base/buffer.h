/* Bytes in memory that grow at the back and are used up at the front. An empty buffer holds no memory. */
#pragma once

#include <stddef.h>

struct buffer {
    char *data;
    size_t start, end; /* what is in it stands between */
    size_t capacity;
};

static inline const char *buffer_data(const struct buffer *buffer)
{
    return buffer->data ? buffer->data + buffer->start : "";
}

static inline size_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->start;
}

/* Makes room for at least size bytes more and gives where they go; NULL without memory. Adds nothing: see buffer_added. */
char *buffer_reserve(struct buffer *buffer, size_t size);

/* How many bytes fit behind the end without moving. */
static inline size_t buffer_room(const struct buffer *buffer)
{
    return buffer->capacity - buffer->end;
}

static inline void buffer_added(struct buffer *buffer, size_t size)
{
    buffer->end += size;
}

/* 0, or -ENOMEM with nothing added. */
int buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Drops bytes at the front; the memory goes when the last one does. */
void buffer_consume(struct buffer *buffer, size_t size);

/* Drops everything; keeps the memory where it is no more than keep bytes. */
void buffer_clear(struct buffer *buffer, size_t keep);

void buffer_deinit(struct buffer *buffer);
