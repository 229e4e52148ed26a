/* A closer goes through three stages: it flushes, it lingers (positive linger only: until the peer has acknowledged
 * everything, which only asking tells), it drains. Each has a deadline. A socket with nothing unread and nothing
 * unacknowledged is closed at once: nothing can be lost then. */
#include "closer.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fd.h"
#include "sockets.h"

#define DRAIN_TIME 2000000 /* microseconds */
#define DRAIN_BYTES (1024 * 1024)
#define LINGER_STEP 10000 /* microseconds between the first looks at what is unacknowledged; longer and longer after that, */
#define LINGER_SHARE 16   /* so that many that linger for long cost little: by this part of the time gone by */

enum stage { STAGE_FLUSH, STAGE_LINGER, STAGE_DRAIN };

struct closer {
    LIST_ENTRY(closer) link;
    struct sockets *sockets;
    struct identity *payer;
    size_t weight; /* charged as buffered */
    struct event *event;
    struct buffer out;
    int64_t deadline;
    size_t drained;
    closer_done *done;
    void *context;
    uint32_t linger; /* seconds */
    int fd;
    enum stage stage;
    bool is_socket;
};

static void closer_step(struct closer *closer);

static void reset_on_close(int fd)
{
    struct linger off = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof off);
}

static void closer_tell(struct closer *closer, bool sent)
{
    closer_done *done = closer->done;
    closer->done = NULL;
    if (done)
        done(closer->context, sent);
}

/* What is on its way out is there already, whatever the limit. */
static void charge(struct closer *closer, struct identity *payer)
{
    closer->payer = identity_ref(payer);
    closer->weight = buffer_capacity(&closer->out);
    account_add(&payer->account, QUOTA_DESCRIPTORS, 1);
    account_add(&payer->account, QUOTA_BUFFERED, (int64_t)closer->weight);
}

static void refund(struct closer *closer)
{
    account_refund(&closer->payer->account, QUOTA_DESCRIPTORS, 1);
    account_refund(&closer->payer->account, QUOTA_BUFFERED, (int64_t)closer->weight);
    closer->payer = identity_unref(closer->payer);
}

static void closer_end(struct closer *closer, bool reset)
{
    if (reset && closer->is_socket)
        reset_on_close(closer->fd);
    else
        fd_never_linger(closer->fd); /* others who have the socket may have changed that */
    close(closer->fd);
    refund(closer);
    LIST_REMOVE(closer, link);
    if (closer->event)
        event_free(closer->event);
    buffer_deinit(&closer->out);
    free(closer);
}

static void closer_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    closer_step(context);
}

/* Waits for the descriptor, or (what 0) for time alone; never beyond the deadline. False: that cannot be, and the closer is
 * gone. */
static bool closer_await(struct closer *closer, short what, int64_t longest)
{
    int64_t left = closer->deadline - clock_now();
    struct timeval time = clock_timeval(left < longest ? left : longest);
    if (closer->event)
        event_free(closer->event);
    closer->event = event_new(closer->sockets->base, closer->fd, what, closer_event, closer);
    if (closer->event && event_add(closer->event, &time) == 0)
        return true;
    closer_tell(closer, false);
    closer_end(closer, true);
    return false;
}

static int queued(int fd, unsigned long request)
{
    int bytes = 0;
    return ioctl(fd, request, &bytes) == 0 ? bytes : 0;
}

/* Throws away what comes. True when nothing more will. */
static bool drained(struct closer *closer)
{
    static char scrap[64 * 1024];
    ssize_t n;
    while ((n = recv(closer->fd, scrap, sizeof scrap, MSG_DONTWAIT)) > 0) {
        closer->drained += (size_t)n;
        if (closer->drained > DRAIN_BYTES)
            return true;
    }
    return n == 0 || errno != EAGAIN;
}

static void drain(struct closer *closer)
{
    if (clock_now() >= closer->deadline || drained(closer))
        closer_end(closer, false);
    else
        closer_await(closer, EV_READ, DRAIN_TIME);
}

/* Everything is the kernel's, and the peer is told the end. */
static void say_end(struct closer *closer)
{
    if (!closer->is_socket) {
        closer_tell(closer, true);
        closer_end(closer, false);
        return;
    }
    shutdown(closer->fd, SHUT_WR);
    closer->stage = closer->linger > 0 ? STAGE_LINGER : STAGE_DRAIN;
    closer->deadline = clock_now() + (closer->linger > 0 ? (int64_t)closer->linger * 1000000 : DRAIN_TIME);
    if (closer->linger == 0)
        closer_tell(closer, true);
    closer_step(closer);
}

static void flush(struct closer *closer)
{
    while (buffer_size(&closer->out) > 0) {
        size_t size = buffer_size(&closer->out);
        ssize_t n = closer->is_socket ? send(closer->fd, buffer_data(&closer->out), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                      : write(closer->fd, buffer_data(&closer->out), size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN && clock_now() < closer->deadline) {
            closer_await(closer, EV_WRITE, closer->deadline);
            return;
        }
        if (n < 0) {
            closer_tell(closer, false);
            closer_end(closer, true);
            return;
        }
        buffer_consume(&closer->out, (size_t)n);
    }
    say_end(closer);
}

/* How long to wait before the next look. */
static int64_t linger_step(const struct closer *closer)
{
    int64_t gone = clock_now() - (closer->deadline - (int64_t)closer->linger * 1000000);
    return LINGER_STEP + gone / LINGER_SHARE;
}

static void linger(struct closer *closer)
{
    bool over = clock_now() >= closer->deadline, sent = queued(closer->fd, SIOCOUTQ) == 0;
    if (!sent && !over) {
        closer_await(closer, 0, linger_step(closer));
        return;
    }
    closer_tell(closer, sent);
    if (!sent) {
        closer_end(closer, true);
        return;
    }
    closer->stage = STAGE_DRAIN;
    closer->deadline = clock_now() + DRAIN_TIME;
    drain(closer);
}

static void closer_step(struct closer *closer)
{
    static void (*const steps[])(struct closer *) = {[STAGE_FLUSH] = flush, [STAGE_LINGER] = linger, [STAGE_DRAIN] = drain};
    steps[closer->stage](closer);
}

struct closer *closer_start(struct sockets *sockets, struct identity *payer, int fd, bool is_socket, struct buffer *out,
                            const struct sockopt_state *options, closer_done *done, void *context)
{
    bool held = buffer_size(out) > 0, lingers = options && options->linger_on;
    if (!held && lingers && options->linger == 0 && is_socket)
        reset_on_close(fd);
    bool quiet = !is_socket || (queued(fd, SIOCINQ) == 0 && queued(fd, SIOCOUTQ) == 0);
    struct closer *closer = NULL;
    if (held || (!quiet && !(lingers && options->linger == 0)))
        closer = calloc(1, sizeof *closer);
    if (!closer) {
        close(fd);
        buffer_deinit(out);
        return NULL;
    }
    closer->sockets = sockets;
    closer->fd = fd;
    closer->is_socket = is_socket;
    closer->out = *out; /* consume */
    *out = (struct buffer){0};
    charge(closer, payer);
    closer->linger = lingers ? options->linger : 0;
    closer->deadline = clock_now() + sockets->flush_time;
    LIST_INSERT_HEAD(&sockets->closers, closer, link);
    if (!closer_await(closer, 0, 0))
        return NULL;
    closer->done = done;
    closer->context = context;
    return closer;
}

void closer_forget(struct closer *closer)
{
    if (closer)
        closer->done = NULL;
}

bool closer_pending(const struct sockets *sockets)
{
    const struct closer *closer;
    LIST_FOREACH (closer, &sockets->closers, link)
        if (closer->stage != STAGE_DRAIN)
            return true;
    return false;
}

void closer_cut_all(struct sockets *sockets)
{
    struct closer *closer, *next;
    for (closer = LIST_FIRST(&sockets->closers); closer; closer = next) {
        next = LIST_NEXT(closer, link);
        closer_end(closer, closer->stage != STAGE_DRAIN);
    }
}
