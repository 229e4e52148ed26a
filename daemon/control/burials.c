/* A thread has nothing but its lot; that it is done it says by a flag, which a timer looks at while there are lots at all. */
#include "burials.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control.h"
#include "fd.h"
#include "thread.h"

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
    burial->started = threads(control) < THREADS_MOST && thread_start(burial_run, burial, THREAD_STACK);
}

static void burial_end(struct burial *burial)
{
    LIST_REMOVE(burial, link);
    account_refund(&burial->principal->account, QUOTA_DESCRIPTORS, (int64_t)burial->count);
    principal_unref(burial->principal);
    free(burial);
}

static void look_again(struct burials *burials)
{
    if (!LIST_EMPTY(&burials->list))
        timer_set(&burials->look, clock_now() + LOOK_PERIOD);
}

static void look(struct timer *timer)
{
    struct control *control = (struct control *)((char *)timer - offsetof(struct control, burials.look));
    struct burial *burial, *next;
    for (burial = LIST_FIRST(&control->burials.list); burial; burial = next) {
        next = LIST_NEXT(burial, link);
        if (burial->done)
            burial_end(burial);
        else if (!burial->started)
            burial_start(control, burial);
    }
    look_again(&control->burials);
}

int burials_init(struct control *control)
{
    LIST_INIT(&control->burials.list);
    return timer_open(&control->burials.look, &control->options.sockets->timers, look);
}

void burials_deinit(struct control *control)
{
    struct burial *burial, *next;
    for (burial = LIST_FIRST(&control->burials.list); burial; burial = next) {
        next = LIST_NEXT(burial, link);
        if (burial->done || !burial->started)
            burial_end(burial);
    }
    timer_close(&control->burials.look);
}

void burials_take(struct control *control, struct principal *principal, const int *fds, size_t count)
{
    struct burial *burial = count > 0 ? malloc(sizeof *burial + count * sizeof *fds) : NULL;
    if (burial)
        *burial = (struct burial){.principal = principal};
    for (size_t i = 0; i < count; i++)
        if (burial && fds[i] >= 0 && may_take_long(fds[i]))
            burial->fds[burial->count++] = fds[i]; /* consume */
        else
            fd_discard(fds[i]);
    if (!burial || burial->count == 0) {
        free(burial);
        return;
    }
    principal_ref(principal);
    account_add(&principal->account, QUOTA_DESCRIPTORS, (int64_t)burial->count);
    LIST_INSERT_HEAD(&control->burials.list, burial, link);
    burial_start(control, burial);
    look_again(&control->burials);
}

bool burials_full(const struct control *control, const struct principal *principal)
{
    const struct burial *burial;
    int count = 0;
    LIST_FOREACH (burial, &control->burials.list, link)
        count += burial->principal == principal && !burial->done;
    return count >= LOTS_OF_ONE;
}
