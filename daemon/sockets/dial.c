/* A dial goes from look-up through attempts to its end, all of it on the loop. The dial is freed before its callback runs; what
 * the callback gets is a copy. A literal needs no look-up, and an address of this machine answers before connect() returns,
 * although a socket that does not block says then that it is under way: the same connect() again tells how it is getting on,
 * so that such a dial ends where it began, without a word to the loop.
 *
 * The unspecified addresses reach this host's loopback on Linux. They are written as the loopback address before the guard sees
 * them: what is checked is what is dialled, and the peer can be compared with it. */
#include "dial.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"

static const struct timeval stagger = {0, 250000};

struct attempt {
    int fd;
    bool active;
    struct event event;
    struct dial *dial;
};

struct dial {
    struct event_base *base;
    struct resolver_job *job;
    struct identity *payer;   /* NULL: nobody */
    struct dial_guard *guard; /* NULL: every address is allowed */
    dial_done *done;
    void *context;
    struct event timer; /* the next attempt */
    union address addresses[RESOLVER_ANSWERS];
    size_t count, next, running;
    struct attempt attempts[RESOLVER_ANSWERS]; /* of the address with the same index */
    struct dial_result result;                 /* so far */
};

/* ---- which error says most ---- */

static const struct {
    int error, rank;
} ranks[] = {
    {ECONNREFUSED, 6}, {ECONNRESET, 5}, {EACCES, 4},    {EPERM, 4},         {EHOSTUNREACH, 3}, {ENETUNREACH, 3},
    {ENETDOWN, 3},     {EHOSTDOWN, 3},  {ETIMEDOUT, 2}, {EADDRNOTAVAIL, 1}, {EINVAL, 1},       {EAFNOSUPPORT, 1},
};

static int error_rank(int error)
{
    for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++)
        if (ranks[i].error == error)
            return ranks[i].rank;
    return error ? 4 : 0;
}

static void note_failure(struct dial *dial, size_t index, int error)
{
    if (error_rank(error) <= error_rank(dial->result.error))
        return;
    dial->result.error = error;
    dial->result.peer = dial->addresses[index];
}

/* ---- the end ---- */

static bool guard_allows(struct dial_guard *guard, const union address *address)
{
    return !guard || guard->allow(guard, address);
}

static void guard_release(struct dial_guard *guard)
{
    if (guard)
        guard->release(guard);
}

/* A socket becomes an attempt's, and is paid for. */
static void attempt_own(struct attempt *attempt, int fd)
{
    attempt->fd = fd; /* consume */
    if (fd >= 0 && attempt->dial->payer)
        account_add(&attempt->dial->payer->account, QUOTA_DESCRIPTORS, 1);
}

/* Gives it up again, to whoever is next to own it. */
static int attempt_release(struct attempt *attempt)
{
    int fd = attempt->fd;
    attempt->fd = -1;
    if (fd >= 0 && attempt->dial->payer)
        account_refund(&attempt->dial->payer->account, QUOTA_DESCRIPTORS, 1);
    return fd;
}

static void dial_free(struct dial *dial)
{
    guard_release(dial->guard);
    resolver_cancel(dial->job);
    event_del(&dial->timer);
    for (size_t i = 0; i < dial->count; i++) {
        if (dial->attempts[i].active)
            event_del(&dial->attempts[i].event);
        fd_close(attempt_release(&dial->attempts[i]));
    }
    identity_unref(dial->payer);
    free(dial);
}

static void dial_end(struct dial *dial)
{
    struct dial_result result = dial->result;
    dial_done *done = dial->done;
    void *context = dial->context;
    dial_free(dial);
    done(context, &result);
}

/* ---- attempts ---- */

/* 0 where a socket that is connected is so to that address, and not to itself; else an errno. The kernel connects to the
 * address that it was given: the peer is asked for only where somebody has checked that address. */
static int check_ends(int fd, const union address *wanted, bool checked)
{
    union address local = {0}, peer = {0};
    socklen_t local_size = sizeof(local), peer_size = sizeof(peer);
    if (getsockname(fd, &local.any, &local_size) != 0)
        return errno;
    if (address_equal(&local, wanted))
        return ECONNREFUSED;
    if (!checked)
        return 0;
    if (getpeername(fd, &peer.any, &peer_size) != 0)
        return errno;
    return address_equal(&peer, wanted) ? 0 : ECONNABORTED;
}

/* Connects, or asks how that is getting on. 0: connected; EINPROGRESS: under way; else why not. */
static int attempt_connect(int fd, const union address *address, bool checked)
{
    if (connect(fd, &address->any, address_size(address)) == 0)
        return check_ends(fd, address, checked);
    return errno == EALREADY || errno == EINTR ? EINPROGRESS : errno;
}

/* A socket that the payer may keep: 0, or an errno, and *limit where that is EMFILE for the payer alone. */
static int attempt_socket(struct identity *payer, int family, int *fd, int64_t *limit)
{
    *fd = -1;
    if (payer && account_room(&payer->account, QUOTA_DESCRIPTORS, limit) == 0)
        return EMFILE;
    *limit = 0;
    *fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (*fd < 0)
        return errno;
    if (!payer || identity_may_keep(payer, *fd, limit))
        return 0;
    *fd = fd_close(*fd);
    return EMFILE;
}

/* The same with a socket of its own, which stays *fd whatever comes of it: -1 where there is none. */
static int attempt_begin(struct identity *payer, const union address *address, bool checked, int *fd, int64_t *limit)
{
    int none = attempt_socket(payer, address->any.sa_family, fd, limit);
    if (none)
        return none;
    int error = attempt_connect(*fd, address, checked);
    return error == EINPROGRESS ? attempt_connect(*fd, address, checked) : error;
}

static void attempt_stop(struct attempt *attempt)
{
    if (attempt->active) {
        event_del(&attempt->event);
        attempt->active = false;
        attempt->dial->running--;
    }
}

/* Takes in how an attempt went; true: the dial is over, and gone. */
static bool attempt_finish(struct dial *dial, size_t index, int error)
{
    struct attempt *attempt = &dial->attempts[index];
    attempt_stop(attempt);
    if (error) {
        fd_close(attempt_release(attempt));
        note_failure(dial, index, error);
        return false;
    }
    dial->result = (struct dial_result){.fd = attempt_release(attempt), .peer = dial->addresses[index]};
    dial_end(dial);
    return true;
}

static void dial_go_on(struct dial *dial);

static void on_connected(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct attempt *attempt = context;
    struct dial *dial = attempt->dial;
    size_t index = (size_t)(attempt - dial->attempts);
    int error = attempt_connect(fd, &dial->addresses[index], dial->guard != NULL);
    if (error == 0 && dial->guard && !dial->guard->still(dial->guard, &dial->addresses[index])) {
        dial->result.denied = true;
        error = EACCES;
    }
    if (error != EINPROGRESS && !attempt_finish(dial, index, error))
        dial_go_on(dial);
}

/* Asks the loop for the end of an attempt. EINPROGRESS, or ENOMEM. */
static int attempt_watch(struct dial *dial, size_t index)
{
    struct attempt *attempt = &dial->attempts[index];
    if (event_assign(&attempt->event, dial->base, attempt->fd, EV_WRITE | EV_PERSIST, on_connected, attempt) != 0 ||
        event_add(&attempt->event, NULL) != 0)
        return ENOMEM;
    attempt->active = true;
    dial->running++;
    return EINPROGRESS;
}

/* Starts what is to be tried now, and ends the dial where nothing is left. */
static void dial_go_on(struct dial *dial)
{
    while (dial->next < dial->count) {
        size_t index = dial->next++;
        int fd, error = attempt_begin(dial->payer, &dial->addresses[index], dial->guard != NULL, &fd, &dial->result.limit);
        attempt_own(&dial->attempts[index], fd);
        if (error == EINPROGRESS)
            error = attempt_watch(dial, index);
        if (error == EINPROGRESS) {
            if (dial->next < dial->count)
                event_add(&dial->timer, &stagger);
            return;
        }
        if (attempt_finish(dial, index, error))
            return;
    }
    event_del(&dial->timer);
    if (!dial->running)
        dial_end(dial);
}

/* ---- addresses ---- */

void dial_target(union address *address)
{
    if (address->any.sa_family == AF_INET) {
        if (address->v4.sin_addr.s_addr == htonl(INADDR_ANY))
            address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return;
    }
    struct in6_addr *bytes = &address->v6.sin6_addr;
    if (IN6_IS_ADDR_UNSPECIFIED(bytes))
        *bytes = in6addr_loopback;
    else if (IN6_IS_ADDR_V4MAPPED(bytes) && memcmp(&bytes->s6_addr[12], "\0\0\0\0", 4) == 0)
        memcpy(&bytes->s6_addr[12], "\x7f\0\0\1", 4);
}

static bool address_known(const struct dial *dial, const union address *address)
{
    for (size_t i = 0; i < dial->count; i++)
        if (address_equal(&dial->addresses[i], address))
            return true;
    return false;
}

static void dial_add(struct dial *dial, const union address *address)
{
    dial->attempts[dial->count].fd = -1;
    dial->attempts[dial->count].dial = dial;
    dial->addresses[dial->count++] = *address;
}

/* Takes the address in question, unless it is refused or there already. */
static void dial_take(struct dial *dial, const union address *answer)
{
    union address address = *answer;
    dial_target(&address);
    if (!address_known(dial, &address) && guard_allows(dial->guard, &address))
        dial_add(dial, &address);
}

/* Lets the families alternate, beginning with the first address; within a family the order stays. */
static void dial_interleave(struct dial *dial)
{
    union address sorted[RESOLVER_ANSWERS];
    bool taken[RESOLVER_ANSWERS] = {false};
    sa_family_t wanted = dial->count ? dial->addresses[0].any.sa_family : AF_UNSPEC;
    for (size_t out = 0; out < dial->count; out++) {
        size_t pick = dial->count;
        for (size_t i = dial->count; i-- > 0;)
            if (!taken[i] && (pick == dial->count || dial->addresses[i].any.sa_family == wanted ||
                              dial->addresses[pick].any.sa_family != wanted))
                pick = i;
        taken[pick] = true;
        sorted[out] = dial->addresses[pick];
        wanted = sorted[out].any.sa_family == AF_INET ? AF_INET6 : AF_INET;
    }
    memcpy(dial->addresses, sorted, dial->count * sizeof(sorted[0]));
}

static void on_addresses(void *context, int error, int system_error, const union address *addresses, size_t count)
{
    struct dial *dial = context;
    dial->job = NULL;
    for (size_t i = 0; i < count; i++)
        dial_take(dial, &addresses[i]);
    dial->result.resolve_error = error;
    dial->result.error = error == EAI_SYSTEM ? system_error : 0;
    dial->result.denied = count && !dial->count;
    dial_interleave(dial);
    dial_go_on(dial);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    dial_go_on(context);
}

/* ---- for the caller ---- */

static struct dial *dial_new(struct event_base *base, const struct dial_order *order)
{
    struct dial *dial = calloc(1, sizeof(*dial));
    if (!dial) {
        guard_release(order->guard);
        return NULL;
    }
    dial->base = base;
    dial->guard = order->guard; /* consume */
    dial->payer = order->payer ? identity_ref(order->payer) : NULL;
    dial->result.fd = -1;
    evtimer_assign(&dial->timer, base, on_timer, dial);
    return dial;
}

static int start_name(struct event_base *base, struct resolver *resolver, const struct dial_order *order, struct dial **result)
{
    struct dial *dial = dial_new(base, order);
    if (!dial)
        return -ENOMEM;
    dial->job = resolver_lookup(resolver, order->payer, order->host, order->size, AF_UNSPEC, order->port, on_addresses, dial);
    if (!dial->job) {
        dial_free(dial);
        return -ENOMEM;
    }
    *result = dial;
    return DIAL_RUNS;
}

/* An attempt that is not over yet becomes a dial. */
static int attempt_keep(struct event_base *base, const struct dial_order *order, const union address *address, int fd,
                        struct dial **result)
{
    struct dial *dial = dial_new(base, order);
    if (!dial) {
        close(fd);
        return -ENOMEM;
    }
    dial_add(dial, address);
    attempt_own(&dial->attempts[dial->next], fd);
    if (attempt_watch(dial, dial->next++) != EINPROGRESS) {
        dial_free(dial);
        return -ENOMEM;
    }
    *result = dial;
    return DIAL_RUNS;
}

static int start_literal(struct event_base *base, const struct dial_order *order, union address *address, struct dial **dial,
                         struct dial_result *result)
{
    int fd = -1, error = 0;
    int64_t limit = 0;
    dial_target(address);
    *result = (struct dial_result){.fd = -1, .denied = !guard_allows(order->guard, address)};
    if (!result->denied) {
        error = attempt_begin(order->payer, address, order->guard != NULL, &fd, &limit);
        if (error == EINPROGRESS)
            return attempt_keep(base, order, address, fd, dial);
        *result = (struct dial_result){.fd = error ? fd_close(fd) : fd, .peer = *address, .error = error, .limit = limit};
    }
    guard_release(order->guard);
    return 0;
}

int dial_start(struct event_base *base, struct resolver *resolver, const struct dial_order *order, struct dial **dial,
               struct dial_result *result)
{
    union address literal;
    return address_literal(&literal, order->host, order->size, order->port) ? start_literal(base, order, &literal, dial, result)
                                                                            : start_name(base, resolver, order, dial);
}

void dial_pass(struct dial *dial, dial_done *done, void *context)
{
    dial->done = done;
    dial->context = context;
}

struct dial *dial_cancel(struct dial *dial)
{
    if (dial)
        dial_free(dial);
    return NULL;
}
