#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SMALLEST 256

char *buffer_reserve(struct buffer *buffer, size_t size)
{
    size_t used = buffer_size(buffer);
    if (buffer_room(buffer) >= size && buffer->data)
        return buffer->data + buffer->end;
    if (buffer->capacity >= used + size && buffer->start >= used) { /* moving costs less than what was used up */
        memcpy(buffer->data, buffer->data + buffer->start, used);
    } else {
        size_t capacity = buffer->capacity > BUFFER_SMALLEST ? buffer->capacity : BUFFER_SMALLEST;
        while (capacity < used + size)
            capacity *= 2;
        char *data = malloc(capacity);
        if (!data)
            return NULL;
        if (used)
            memcpy(data, buffer->data + buffer->start, used);
        free(buffer->data);
        buffer->data = data;
        buffer->capacity = capacity;
    }
    buffer->start = 0;
    buffer->end = used;
    return buffer->data + used;
}

int buffer_append(struct buffer *buffer, const void *data, size_t size)
{
    if (size == 0)
        return 0;
    char *room = buffer_reserve(buffer, size);
    if (!room)
        return -ENOMEM;
    memcpy(room, data, size);
    buffer->end += size;
    return 0;
}

void buffer_consume(struct buffer *buffer, size_t size)
{
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer_deinit(buffer);
}

void buffer_clear(struct buffer *buffer, size_t keep)
{
    buffer->start = buffer->end = 0;
    if (buffer->capacity > keep)
        buffer_deinit(buffer);
}

void buffer_deinit(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
