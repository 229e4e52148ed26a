/* A buffer keeps its memory between messages as long as that is modest: a client that once got a list of all handles should
 * not hold on to its size. */
#include "buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 4096, BIG = 256 * 1024 };

bool buffer_reserve(struct buffer *buffer, size_t room)
{
    if (buffer_room(buffer) >= room)
        return true;
    size_t used = buffer_used(buffer);
    if (buffer->start > 0) {
        memmove(buffer->data, buffer->data + buffer->start, used);
        buffer->start = 0;
        buffer->end = used;
        if (buffer_room(buffer) >= room)
            return true;
    }
    if (room > PTRDIFF_MAX / 2 - used)
        return false;
    size_t size = buffer->size ? buffer->size : SMALLEST;
    while (size - used < room)
        size *= 2;
    char *data = realloc(buffer->data, size);
    if (!data)
        return false;
    buffer->data = data;
    buffer->size = size;
    return true;
}

bool buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (!buffer_reserve(buffer, size))
        return false;
    if (size > 0)
        memcpy(buffer->data + buffer->end, data, size);
    buffer->end += size;
    return true;
}

void buffer_drop(struct buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer_shrink(buffer);
}

void buffer_shrink(struct buffer *buffer)
{
    buffer->start = buffer->end = 0;
    if (buffer->size > BIG)
        buffer_deinit(buffer);
}

void buffer_deinit(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
