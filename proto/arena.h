/* Memory of the caller's, handed out from front to back and given back all at once. Never grows by itself. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena {
    char *data;
    size_t size;
    size_t used;
};

/* size bytes, aligned for any type, or NULL where that much is not left. */
static inline void *arena_take(struct arena *arena, size_t size)
{
    size_t start = (arena->used + 15) & ~(size_t)15;
    if (start > arena->size || size > arena->size - start)
        return NULL;
    arena->used = start + size;
    return arena->data + start;
}

static inline void arena_reset(struct arena *arena)
{
    arena->used = 0;
}
