/* Bytes that are appended at the back and taken from the front. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *data;
    size_t start, end; /* what is in it */
    size_t size;
};

static inline size_t buffer_used(const struct buffer *buffer)
{
    return buffer->end - buffer->start;
}

static inline size_t buffer_room(const struct buffer *buffer)
{
    return buffer->size - buffer->end;
}

/* Makes room for that many more bytes at the back; moves what is in it. False: no memory, and nothing has changed. */
bool buffer_reserve(struct buffer *buffer, size_t room);

bool buffer_append(struct buffer *buffer, const void *data, size_t size);

/* Drops bytes from the front. A buffer that this empties goes back to the beginning, and frees its memory if it is big. */
void buffer_drop(struct buffer *buffer, size_t size);

/* Frees the memory if it is big, for a buffer whose contents are not needed any more. */
void buffer_shrink(struct buffer *buffer);

void buffer_deinit(struct buffer *buffer);
