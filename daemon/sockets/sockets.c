#include "sockets.h"

#include <event2/event.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "closer.h"
#include "listener.h"
#include "stream.h"

static void reap(evutil_socket_t fd, short what, void *context)
{
    struct sockets *sockets = context;
    struct grave *grave;
    (void)fd;
    (void)what;
    while ((grave = sockets->graves)) {
        sockets->graves = grave->next;
        grave->release(grave);
    }
}

static void lull(evutil_socket_t fd, short what, void *context)
{
    struct sockets *sockets = context;
    (void)fd;
    (void)what;
    courtesy_show(&sockets->courtesy, sockets->turn);
}

#define USUAL_QUEUE 4096 /* where it cannot be read */

/* What the system allows: it cuts longer ones itself. */
static int longest_queue(void)
{
    FILE *file = fopen("/proc/sys/net/core/somaxconn", "re");
    char text[24] = "";
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    long value = size > 0 ? strtol(text, NULL, 10) : 0;
    return value > 0 && value < INT_MAX ? (int)value : USUAL_QUEUE;
}

int sockets_init(struct sockets *sockets, struct event_base *base, struct resolver *resolver, int64_t flush_seconds)
{
    *sockets = (struct sockets){.base = base, .resolver = resolver, .flush_time = flush_seconds * 1000000};
    sockets->longest_queue = longest_queue();
    sockets_stir(sockets);
    object_table_init(&sockets->objects);
    pipes_init(&sockets->pipes);
    LIST_INIT(&sockets->closers);
    sockets->reaper = event_new(base, -1, 0, reap, sockets);
    sockets->lull = event_new(base, -1, 0, lull, sockets);
    int r = timers_init(&sockets->timers, base);
    if (r == 0)
        r = readiness_init(sockets);
    return sockets->reaper && sockets->lull ? r : -ENOMEM;
}

/* A plain event is run in a later round of the loop than the one that makes it active: everything up the stack is gone. */
void sockets_bury(struct sockets *sockets, struct grave *grave, void (*release)(struct grave *grave))
{
    *grave = (struct grave){sockets->graves, release};
    sockets->graves = grave;
    event_active(sockets->reaper, EV_TIMEOUT, 0);
}

/* A timer is looked at behind the input that is there. */
void sockets_lull(struct sockets *sockets)
{
    static const struct timeval at_once = {0, 0};
    event_add(sockets->lull, &at_once);
}

void sockets_close(struct object *object, const char *reason)
{
    object->ending = reason;
    if (object->kind == KIND_STREAM)
        stream_close(stream_of(object), false);
    else
        listener_close(listener_of(object));
}

void sockets_kick(struct object *object)
{
    if (object->closed)
        return;
    if (object->kind == KIND_STREAM)
        stream_run(stream_of(object));
    else
        listener_run(listener_of(object));
}

void sockets_update(struct object *object)
{
    if (object->kind == KIND_STREAM)
        stream_update(stream_of(object));
    else
        listener_update(listener_of(object));
}

void sockets_close_all(struct sockets *sockets)
{
    struct object *object;
    while ((object = TAILQ_FIRST(&sockets->objects.order)))
        sockets_close(object, "stopping");
}

void sockets_deinit(struct sockets *sockets)
{
    closer_cut_all(sockets);
    reap(-1, 0, sockets);
    event_free(sockets->reaper);
    event_free(sockets->lull);
    readiness_deinit(sockets);
    timers_deinit(&sockets->timers);
    object_table_deinit(&sockets->objects);
    buffer_deinit(&sockets->scratch);
    denials_deinit(&sockets->denials);
    pipes_trim(&sockets->pipes);
    world_deinit(&sockets->world);
}
