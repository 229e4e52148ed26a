#include "door.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "events.h"
#include "log.h"
#include "session.h"

#define PAUSE_TIME 100000 /* microseconds without accepting where descriptors are short */
#define CLIENTS_A_TURN 64

/* The process's name is for people to read: it decides nothing, since a number may have been taken by another since. */
static void read_name(struct identity *identity)
{
    char path[64], name[IDENTITY_NAME + 1];
    snprintf(path, sizeof path, "/proc/%ld/comm", (long)identity->pid);
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(name, 1, sizeof name, file) : 0;
    if (file)
        fclose(file);
    if (size > 0 && name[size - 1] == '\n')
        size--;
    identity_set_name(identity, name, size);
}

static void quota_limits(const struct config_quota *quota, int64_t limits[QUOTA_COUNT])
{
    limits[QUOTA_SESSIONS] = quota->sessions;
    limits[QUOTA_HANDLES] = quota->handles;
    limits[QUOTA_CALLS] = quota->calls;
    limits[QUOTA_WAITERS] = quota->waiters;
    limits[QUOTA_BUFFERED] = quota->buffered;
    limits[QUOTA_DESCRIPTORS] = quota->descriptors;
    limits[QUOTA_RESOLVER_JOBS] = quota->resolver_jobs;
    limits[QUOTA_ACCEPTED] = quota->accepted;
}

/* Gives an account a profile's limits; what it leaves open is as in the account above. */
static void limit_account(struct account *account, const struct config_quota *quota)
{
    int64_t limits[QUOTA_COUNT];
    quota_limits(quota, limits);
    for (int i = 0; i < QUOTA_COUNT; i++)
        account->limit[i] = limits[i] == CONFIG_UNSET ? account->parent->limit[i] : limits[i];
}

void door_narrow(struct identity *identity, const struct config_quota *quota)
{
    int64_t limits[QUOTA_COUNT];
    quota_limits(quota, limits);
    for (int i = 0; i < QUOTA_COUNT; i++)
        if (i != QUOTA_SESSIONS && limits[i] != CONFIG_UNSET && limits[i] < identity->account.limit[i])
            identity->account.limit[i] = limits[i];
}

void door_limit_principal(struct control *control, const struct config_profile *profile, struct principal *principal)
{
    principal->share.percent = profile->time;
    principal->account.parent = profile->policy->unrestricted ? &control->options.daemon : &control->options.others;
    limit_account(&principal->account, &profile->principal);
}

/* A session that has narrowed itself stays as narrow as it is. */
void door_limit_session(struct control *control, const struct config_profile *profile, struct identity *identity)
{
    struct account now = identity->account;
    now.parent = &identity->principal->account;
    limit_account(&now, &profile->session);
    if (profile->session.calls == CONFIG_UNSET && now.limit[QUOTA_CALLS] > control->options.limits.calls)
        now.limit[QUOTA_CALLS] = control->options.limits.calls;
    for (int i = 0; i < QUOTA_COUNT; i++)
        if (identity->layers.count <= 1 || now.limit[i] < identity->account.limit[i])
            identity->account.limit[i] = now.limit[i];
}

static struct identity *identify(struct door *door, int fd)
{
    struct control *control = door->control;
    const struct config_profile *profile = door->profile;
    struct ucred who;
    socklen_t size = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
        return NULL;
    struct account account = {.parent = &control->options.daemon};
    struct principal *principal = principal_get(&control->principals, who.uid, profile->name, &account);
    if (!principal)
        return NULL;
    door_limit_principal(control, profile, principal);
    struct identity *identity = identity_new(principal, &account);
    if (!identity)
        return NULL;
    policy_layers_add(&identity->layers, profile->policy);
    door_limit_session(control, profile, identity);
    identity->uid = who.uid;
    identity->gid = who.gid;
    identity->pid = who.pid;
    identity->privileged = who.uid == 0 || who.uid == geteuid();
    read_name(identity);
    return identity;
}

/* Charges a session to its user, and its socket to itself. False: *name and *limit are what stands in the way. */
static bool charge(struct identity *identity, int fd, const char **name, int64_t *limit)
{
    *name = quota_names[QUOTA_DESCRIPTORS];
    if (!identity_charge_descriptors(identity, 1, fd, limit))
        return false;
    *name = quota_names[QUOTA_SESSIONS];
    if (account_charge(identity->account.parent, QUOTA_SESSIONS, 1, limit))
        return true;
    account_refund(&identity->account, QUOTA_DESCRIPTORS, 1);
    return false;
}

/* A client too many is told so, and gone. */
static void refuse(struct control *control, struct identity *identity, int fd, const char *name, int64_t limit)
{
    char line[512];
    struct print print = {line, sizeof line - 1, 0};
    int error = trouble_limit(&control->trouble, name, limit);
    events_limit(control, identity, &control->trouble);
    identity_unref(identity);
    rpc_print_error(&print, SOCKD_TEXT("null"), (enum error_id)error,
                    (struct sockd_text){control->trouble.message, strlen(control->trouble.message)}, &control->trouble.fault);
    print_literal(&print, "\n");
    if (print_fits(&print) && send(fd, line, print.used, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        log_debug("door", "a client too many was gone already");
    close(fd);
}

/* identity is consumed. */
static void let_in_as(struct door *door, int fd, struct identity *identity)
{
    const char *name;
    int64_t limit;
    if (charge(identity, fd, &name, &limit))
        session_new(door->control, fd, identity);
    else
        refuse(door->control, identity, fd, name, limit);
}

/* How long the next one has to wait: coming in takes the daemon's time, too, and is its user's. */
static int64_t let_in(struct door *door, int fd)
{
    struct control *control = door->control;
    int64_t began = clock_now(), wait = 0;
    struct identity *identity = identify(door, fd);
    if (!identity) {
        log_warning("door", "a client cannot be identified: %s", strerror(errno));
        close(fd);
        return 0;
    }
    struct principal *principal = principal_ref(identity->principal);
    let_in_as(door, fd, identity);
    if (control_shared(control)) {
        int64_t now = clock_now();
        fair_note(&control->fair, &principal->share, NULL, began, now);
        wait = fair_wait(&control->fair, &principal->share, now);
    }
    principal_unref(principal);
    return wait;
}

static void door_wait(struct door *door, int64_t wait)
{
    event_del(door->event);
    timer_set(&door->pause, clock_now() + wait);
}

static void pause_over(struct timer *timer)
{
    struct door *door = (struct door *)((char *)timer - offsetof(struct door, pause));
    event_add(door->event, NULL);
}

static void door_event(evutil_socket_t listener, short what, void *context)
{
    struct door *door = context;
    (void)what;
    int64_t wait = 0;
    for (int i = 0; i < CLIENTS_A_TURN && wait == 0; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            wait = let_in(door, fd);
        } else if (sockets_exhausted(errno)) { /* the client stays in the queue, and asking again at once would spin */
            log_warning("door", "accept: %s", strerror(errno));
            wait = PAUSE_TIME;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
    if (wait > 0)
        door_wait(door, wait);
}

int door_open(struct door *door, struct control *control, int fd, const struct config_profile *profile)
{
    struct event_base *base = control->options.base;
    *door = (struct door){.control = control, .profile = profile};
    door->event = event_new(base, fd, EV_READ | EV_PERSIST, door_event, door);
    int r = timer_open(&door->pause, &control->options.sockets->timers, pause_over);
    if (door->event && r == 0 && event_add(door->event, NULL) == 0)
        return 0;
    door_close(door);
    return -ENOMEM;
}

void door_close(struct door *door)
{
    if (door->event)
        event_free(door->event);
    door->event = NULL;
    timer_close(&door->pause);
}
