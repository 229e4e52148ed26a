/* An entry of the epoll set names its stream by handle: one that is gone by the time its entry speaks is found to be gone. The
 * kernel takes an entry out with the last descriptor of its socket, and no other process has one. */
#include "readiness.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "stream.h"

#define CHANGES_AT_ONCE 256

static void changes_came(evutil_socket_t fd, short what, void *context)
{
    struct sockets *sockets = context;
    (void)fd;
    (void)what;
    sockets_stir(sockets);
    readiness_collect(sockets);
}

int readiness_init(struct sockets *sockets)
{
    struct readiness_set *readiness = &sockets->readiness;
    readiness->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (readiness->epoll < 0)
        return -errno;
    readiness->event = event_new(sockets->base, readiness->epoll, EV_READ | EV_PERSIST, changes_came, sockets);
    return readiness->event ? 0 : -ENOMEM;
}

void readiness_deinit(struct sockets *sockets)
{
    struct readiness_set *readiness = &sockets->readiness;
    if (readiness->event)
        event_free(readiness->event);
    if (readiness->epoll >= 0)
        close(readiness->epoll);
}

void readiness_track(struct stream *stream)
{
    struct epoll_event change = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = stream->object.handle};
    int fd = stream->fd[SIDE_IN];
    if (stream->tracked || stream->shared || !stream->is_socket[SIDE_IN] || fd < 0 || fd != stream->fd[SIDE_OUT])
        return;
    stream->tracked = epoll_ctl(stream->sockets->readiness.epoll, EPOLL_CTL_ADD, fd, &change) == 0;
}

void readiness_forget(struct stream *stream)
{
    if (stream->tracked)
        epoll_ctl(stream->sockets->readiness.epoll, EPOLL_CTL_DEL, stream->fd[SIDE_IN], NULL);
    stream->tracked = false;
    stream->asked = 0;
}

static void note_change(struct sockets *sockets, const struct epoll_event *change)
{
    struct object *object = object_find(&sockets->objects, change->data.u64);
    if (!object)
        return;
    struct stream *stream = stream_of(object);
    stream->answer[SIDE_IN] = stream->answer[SIDE_OUT] = (short)change->events; /* poll()'s bits are the same */
    stream->asked = sockets->turn;
    watchers_notify(object, WANT_CHANGE);
}

void readiness_collect(struct sockets *sockets)
{
    struct readiness_set *readiness = &sockets->readiness;
    struct epoll_event changes[CHANGES_AT_ONCE];
    int n = CHANGES_AT_ONCE;
    if (readiness->turn == sockets->turn)
        return;
    readiness->turn = sockets->turn;
    while (n == CHANGES_AT_ONCE) {
        n = epoll_wait(readiness->epoll, changes, CHANGES_AT_ONCE, 0);
        for (int i = 0; i < n; i++)
            note_change(sockets, &changes[i]);
    }
}

bool readiness_await(struct sockets *sockets, bool on)
{
    struct readiness_set *readiness = &sockets->readiness;
    if (on && readiness->awaited == 0 && event_add(readiness->event, NULL) < 0)
        return false;
    readiness->awaited += on ? 1 : -1U;
    if (readiness->awaited == 0)
        event_del(readiness->event);
    return true;
}
