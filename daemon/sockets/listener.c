#include "listener.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"

#define USUAL_QUEUE 4096  /* the system's own limit, where it cannot be read */
#define PAUSE_TIME 100000 /* microseconds without accepting where descriptors are short */

static void listener_release(struct grave *grave)
{
    struct listener *listener = (struct listener *)((char *)grave - offsetof(struct listener, object.grave));
    object_deinit(&listener->object);
    free(listener->options);
    free(listener);
}

static int listener_open(const union address *address, bool v6_only, int backlog, int *result, struct trouble *trouble)
{
    int on = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return trouble_os(trouble, "socket", errno);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (v6_only && address->any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    int r = 0;
    if (bind(fd, &address->any, address_size(address)) < 0)
        r = trouble_os_at(trouble, "bind", errno, address);
    else if (listen(fd, backlog) < 0)
        r = trouble_os_at(trouble, "listen", errno, address);
    if (r != 0)
        close(fd);
    else
        *result = fd;
    return r;
}

/* One connection more than the backlog may wait (a negative one is a large one). Nobody gets all that is left to him at once.
 */
static int charge_queue(int longest, struct identity *identity, int *backlog, int *queue, struct trouble *trouble)
{
    int64_t limit, wanted = *backlog < 0 || *backlog > longest ? longest + 1 : *backlog + 1;
    int64_t room = account_room(&identity->account, QUOTA_ACCEPTED, &limit), most = room - room / 2;
    if (room == 0)
        return trouble_limit(trouble, quota_names[QUOTA_ACCEPTED], limit);
    *queue = (int)(wanted < most ? wanted : most);
    *backlog = *queue - 1;
    account_add(&identity->account, QUOTA_ACCEPTED, *queue);
    return 0;
}

int listener_new(struct sockets *sockets, struct identity *identity, struct objects *session, int lifetime,
                 const union address *address, bool v6_only, int backlog, struct listener **result, struct trouble *trouble)
{
    int fd = -1, queue = 0;
    int r = charge_queue(sockets->longest_queue, identity, &backlog, &queue, trouble);
    if (r == 0)
        r = listener_open(address, v6_only, backlog, &fd, trouble);
    struct listener *listener = r == 0 ? calloc(1, sizeof *listener) : NULL;
    if (r == 0 && !listener)
        r = -ENOMEM;
    if (listener) {
        socklen_t size = sizeof listener->address;
        listener->sockets = sockets;
        listener->fd = fd;
        listener->queue = queue;
        TAILQ_INIT(&listener->waiting);
        TAILQ_INIT(&listener->waiting_for);
        getsockname(fd, &listener->address.any, &size);
        const struct object_entry entry = {KIND_SERVER, (enum lifetime)lifetime, identity, session, 1, fd};
        r = object_enter(&sockets->objects, &listener->object, &entry, trouble);
    }
    if (r != 0) {
        account_refund(&identity->account, QUOTA_ACCEPTED, queue);
        fd_close(fd);
        free(listener);
        return r;
    }
    world_port_added(&sockets->world, address_port(&listener->address));
    sockets_tell(sockets, EVENT_KIND_OPENED, &listener->object);
    *result = listener;
    return 0;
}

static void event_gone(struct event **event)
{
    if (*event)
        event_free(*event);
    *event = NULL;
}

void listener_close(struct listener *listener)
{
    if (listener->object.closed)
        return;
    listener->object.closed = true;
    sockets_tell(listener->sockets, EVENT_KIND_CLOSED, &listener->object);
    account_refund(&listener->object.identity->account, QUOTA_ACCEPTED, listener->queue);
    object_leave(&listener->sockets->objects, &listener->object);
    event_gone(&listener->event);
    event_gone(&listener->pause);
    waiters_dismiss(&listener->waiting, &listener->object);
    waiters_dismiss(&listener->waiting_for, &listener->object);
    watchers_dismiss(&listener->object);
    close(listener->fd);
    listener->fd = -1;
    world_port_removed(&listener->sockets->world, address_port(&listener->address));
    sockets_bury(listener->sockets, &listener->object.grave, listener_release);
}

bool listener_ready(const struct listener *listener)
{
    struct pollfd poll_one = {listener->fd, POLLIN, 0};
    return poll(&poll_one, 1, 0) == 1 && poll_one.revents & POLLIN;
}

static void pause_over(evutil_socket_t fd, short what, void *context)
{
    struct listener *listener = context;
    (void)fd;
    (void)what;
    event_gone(&listener->pause);
    listener_run(listener);
}

/* Without a descriptor left the connection stays in the kernel's queue, readable for ever: asking again at once would spin. */
static int accept_later(struct listener *listener)
{
    struct timeval time = clock_timeval(PAUSE_TIME);
    if (!listener->pause)
        listener->pause = event_new(listener->sockets->base, -1, 0, pause_over, listener);
    if (!listener->pause || event_add(listener->pause, &time) < 0)
        return -ENOMEM;
    return OUTCOME_WAIT;
}

int listener_accept(struct listener *listener, int *fd, struct trouble *trouble)
{
    for (;;) {
        *fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (*fd >= 0) {
            listener->accepted++;
            listener->object.moved = clock_now();
            return 0;
        }
        if (errno == EAGAIN)
            return OUTCOME_WAIT;
        if (sockets_exhausted(errno))
            return accept_later(listener);
        if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO)
            return trouble_os(trouble, "accept", errno);
    }
}

static void listener_event(evutil_socket_t fd, short what, void *context)
{
    struct listener *listener = context;
    (void)fd;
    (void)what;
    watchers_notify(&listener->object, WANT_READ);
    listener_run(listener);
}

void listener_update(struct listener *listener)
{
    if (listener->object.closed)
        return;
    bool wanted = !listener->pause && (!TAILQ_EMPTY(&listener->waiting) || !TAILQ_EMPTY(&listener->waiting_for) ||
                                       watchers_want(&listener->object) & WANT_READ);
    if (wanted == (listener->event != NULL))
        return;
    event_gone(&listener->event);
    if (wanted)
        listener->event = event_new(listener->sockets->base, listener->fd, EV_READ | EV_PERSIST, listener_event, listener);
    if (listener->event)
        event_add(listener->event, NULL);
}

void listener_run(struct listener *listener)
{
    waiters_run(&listener->waiting_for, &listener->object);
    waiters_run(&listener->waiting, &listener->object);
    listener_update(listener);
}

struct sockopt_state *listener_options_state(struct listener *listener)
{
    if (!listener->options)
        listener->options = calloc(1, sizeof *listener->options);
    return listener->options;
}
