/* The table of calls. Ids count upward and skip those whose slot is taken, so that a call that waits for hours costs one slot
 * and not a table that grows with every id since. */
#include "call.h"

#include <stdlib.h>
#include <unistd.h>

static struct call **slot_of(const struct calls *calls, sockd_call id)
{
    return &calls->slots[(size_t)id & (calls->size - 1)];
}

static bool grow(struct calls *calls)
{
    struct calls grown = *calls;
    grown.size = calls->size ? calls->size * 2 : 16;
    grown.slots = calloc(grown.size, sizeof *grown.slots);
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < calls->size; i++)
        if (calls->slots[i])
            *slot_of(&grown, calls->slots[i]->id) = calls->slots[i];
    free(calls->slots);
    *calls = grown;
    return true;
}

bool calls_add(struct calls *calls, struct call *call)
{
    if (calls->count * 2 >= calls->size && !grow(calls))
        return false;
    do {
        calls->last_id++;
    } while (*slot_of(calls, calls->last_id));
    call->id = calls->last_id;
    *slot_of(calls, call->id) = call;
    calls->count++;
    return true;
}

struct call *calls_find(const struct calls *calls, sockd_call id)
{
    if (id <= 0 || calls->size == 0)
        return NULL;
    struct call *call = *slot_of(calls, id);
    return call && call->id == id ? call : NULL;
}

void calls_remove(struct calls *calls, struct call *call)
{
    *slot_of(calls, call->id) = NULL;
    calls->count--;
}

void call_close_descriptors(struct call *call)
{
    for (size_t i = 0; i < call->descriptor_count; i++)
        close(call->descriptors[i]);
    free(call->descriptors);
    call->descriptors = NULL;
    call->descriptor_count = 0;
}

void call_free(struct call *call)
{
    if (!call)
        return;
    call_close_descriptors(call);
    buffer_deinit(&call->reply);
    free(call);
}
