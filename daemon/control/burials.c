/* A thread has nothing but its lot; that it is done it says by a flag, which a timer looks at while there are lots at all. */
#include "burials.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "fd.h"

#define LOTS_OF_ONE 4       /* of a user, at a time */
#define THREADS_MOST 16     /* others are needed for names */
#define LOOK_PERIOD 50000   /* microseconds */
#define THREAD_STACK 131072 /* bytes */

struct burial {
    LIST_ENTRY(burial) link;
    struct principal *principal;
    size_t count;
    bool started;
    atomic_bool done;
    int fds[];
};

/* A file, or a socket that another host may keep waiting. Its kind is known without asking its file system. */
static bool may_take_long(int fd)
{
    struct statx status;
    int domain = AF_UNIX;
    socklen_t size = sizeof domain;
    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) < 0 || S_ISREG(status.stx_mode))
        return true;
    return S_ISSOCK(status.stx_mode) && (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 || domain != AF_UNIX);
}

static void *burial_run(void *context)
{
    struct burial *burial = context;
    fd_discard_all(burial->fds, burial->count);
    burial->done = true;
    return NULL;
}

static int threads(const struct control *control)
{
    const struct burial *burial;
    int count = 0;
    LIST_FOREACH (burial, &control->burials.list, link)
        count += burial->started && !burial->done;
    return count;
}

/* Without a thread it is tried again later. */
static void burial_start(struct control *control, struct burial *burial)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (threads(control) >= THREADS_MOST || pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    burial->started = pthread_create(&thread, &attributes, burial_run, burial) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

static void burial_end(struct burial *burial)
{
    LIST_REMOVE(burial, link);
    account_refund(&burial->principal->account, QUOTA_DESCRIPTORS, (int64_t)burial->count);
    principal_unref(burial->principal);
    free(burial);
}

static void look_again(struct control *control)
{
    struct timeval period = clock_timeval(LOOK_PERIOD);
    if (!LIST_EMPTY(&control->burials.list))
        event_add(control->burials.look, &period);
}

static void look(evutil_socket_t fd, short what, void *context)
{
    struct control *control = context;
    struct burial *burial, *next;
    (void)fd;
    (void)what;
    for (burial = LIST_FIRST(&control->burials.list); burial; burial = next) {
        next = LIST_NEXT(burial, link);
        if (burial->done)
            burial_end(burial);
        else if (!burial->started)
            burial_start(control, burial);
    }
    look_again(control);
}

int burials_init(struct control *control)
{
    LIST_INIT(&control->burials.list);
    control->burials.look = event_new(control->options.base, -1, 0, look, control);
    return control->burials.look ? 0 : -ENOMEM;
}

void burials_deinit(struct control *control)
{
    struct burial *burial, *next;
    for (burial = LIST_FIRST(&control->burials.list); burial; burial = next) {
        next = LIST_NEXT(burial, link);
        if (burial->done || !burial->started)
            burial_end(burial);
    }
    if (control->burials.look)
        event_free(control->burials.look);
    control->burials.look = NULL;
}

void burials_take(struct control *control, struct principal *principal, const int *fds, size_t count)
{
    size_t slow = 0;
    for (size_t i = 0; i < count; i++)
        slow += fds[i] >= 0 && may_take_long(fds[i]);
    struct burial *burial = slow > 0 ? malloc(sizeof *burial + slow * sizeof *fds) : NULL;
    if (burial)
        *burial = (struct burial){.principal = principal_ref(principal)};
    for (size_t i = 0; i < count; i++)
        if (burial && fds[i] >= 0 && may_take_long(fds[i]))
            burial->fds[burial->count++] = fds[i]; /* consume */
        else
            fd_discard(fds[i]);
    if (!burial)
        return;
    account_add(&principal->account, QUOTA_DESCRIPTORS, (int64_t)burial->count);
    LIST_INSERT_HEAD(&control->burials.list, burial, link);
    burial_start(control, burial);
    look_again(control);
}

bool burials_full(const struct control *control, const struct principal *principal)
{
    const struct burial *burial;
    int count = 0;
    LIST_FOREACH (burial, &control->burials.list, link)
        count += burial->principal == principal && !burial->done;
    return count >= LOTS_OF_ONE;
}
