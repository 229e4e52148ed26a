/* Start: listener, loop, resolver, sockets, control, doors, signals, in that order; a part needs only those before it.
 *
 * SIGHUP reads the configuration again (reload.c).
 *
 * End: SIGTERM and SIGINT close the doors and tell every waiting call that the daemon is going away. Replies and held output
 * then have a bounded time to leave. */
#include "server.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "closer.h"
#include "dispatch.h"
#include "fd.h"
#include "log.h"
#include "server_parts.h"

#define SWEEP_PERIOD 10000000 /* microseconds at most between two looks for handles that are idle for too long */
#define STOP_STEP 20000       /* microseconds between two looks whether everything has left */

/* Everything has left, or the time is over. */
static void stop_look(evutil_socket_t fd, short what, void *context)
{
    struct server *server = context;
    struct timeval step = clock_timeval(STOP_STEP);
    (void)fd;
    (void)what;
    if (!control_pending(&server->control))
        sockets_close_all(&server->sockets);
    bool pending = control_pending(&server->control) || closer_pending(&server->sockets);
    if (!pending || clock_now() >= server->stop_deadline)
        event_base_loopbreak(server->base);
    else
        event_add(server->stopping, &step);
}

static void stop(evutil_socket_t signal_number, short what, void *context)
{
    struct server *server = context;
    (void)what;
    log_info(NULL, "signal %d: stopping", (int)signal_number);
    if (server->stop_deadline)
        return;
    server->stop_deadline = clock_now() + server->config->limits.flush_seconds * 1000000;
    for (size_t i = 0; i < server->entrance_count; i++)
        door_close(&server->entrances[i]->door);
    control_stop(&server->control);
    event_active(server->stopping, EV_TIMEOUT, 0);
}

/* Without idle_seconds there is none. */
static void set_sweep(struct server *server)
{
    int64_t idle = server->config->limits.idle_seconds * 1000000;
    if (idle > 0)
        timer_set(&server->sweep, clock_now() + (idle < SWEEP_PERIOD ? idle : SWEEP_PERIOD));
    else
        timer_clear(&server->sweep);
}

/* Handles that nobody's session ends, and that nobody has used for long. */
static void sweep(struct timer *timer)
{
    struct server *server = (struct server *)((char *)timer - offsetof(struct server, sweep));
    struct object *object, *next;
    int64_t oldest = clock_now() - server->config->limits.idle_seconds * 1000000;
    for (object = TAILQ_FIRST(&server->sockets.objects.order); object; object = next) {
        next = TAILQ_NEXT(object, order);
        if (object->lifetime == LIFETIME_DAEMON && object->moved < oldest)
            sockets_close(object, "idle");
    }
    set_sweep(server);
}

static struct message_limits message_limits(const struct config_limits *limits)
{
    return (struct message_limits){
        .line = (size_t)limits->line,
        .nesting = (size_t)limits->nesting,
        .values = (size_t)limits->values,
        .payload = (size_t)limits->payload,
        .batch = (size_t)limits->batch,
        .fds = (size_t)limits->fds,
        .calls = limits->calls,
        .line_time = limits->line_seconds * 1000000,
        .output_time = limits->reply_seconds * 1000000,
    };
}

static void daemon_limits(struct account *account, const struct config_quota *all)
{
    account->limit[QUOTA_SESSIONS] = all->sessions;
    account->limit[QUOTA_HANDLES] = all->handles;
    account->limit[QUOTA_CALLS] = INT64_MAX;
    account->limit[QUOTA_WAITERS] = all->waiters;
    account->limit[QUOTA_BUFFERED] = all->buffered;
    account->limit[QUOTA_DESCRIPTORS] = INT64_MAX;
    account->limit[QUOTA_RESOLVER_JOBS] = all->resolver_jobs;
    account->limit[QUOTA_ACCEPTED] = all->accepted;
}

/* A sixteenth of everything is left to the profile owner. */
static void apply_shares(struct control_options *options, const struct config_limits *limits)
{
    daemon_limits(&options->daemon, &limits->daemon);
    options->daemon.reserved = limits->descriptors_reserved;
    for (int i = 0; i < QUOTA_COUNT; i++) {
        int64_t limit = options->daemon.limit[i];
        options->others.limit[i] = limit == INT64_MAX ? limit : limit - limit / 16;
    }
}

void server_apply_limits(struct server *server)
{
    const struct config *config = server->config;
    struct control_options *options = &server->control.options;
    size_t values = options->limits.values;
    options->limits = message_limits(&config->limits);
    options->limits.values = values; /* room was made for so many */
    server->control.scan.nesting = options->limits.nesting;
    apply_shares(options, &config->limits);
    server->sockets.pipes.reserved = config->limits.descriptors_reserved;
    server->sockets.flush_time = config->limits.flush_seconds * 1000000;
    server->sockets.world.nat64 = config->nat64;
    server->sockets.world.nat64_count = config->nat64_count;
    set_sweep(server);
}

static const struct config_profile *find_profile(void *owner, struct sockd_text name)
{
    const struct server *server = owner;
    return config_profile_find(server->config, name.data, name.size);
}

static const struct config_profile *profile_at(void *owner, size_t index)
{
    const struct config *config = ((const struct server *)owner)->config;
    return index < config->profile_count ? &config->profiles[index] : NULL;
}

static int reload_asked(void *owner, char *reason, size_t size)
{
    return server_reload(owner, reason, size);
}

static int start_control(struct server *server)
{
    struct control_options options = {
        .base = server->base,
        .sockets = &server->sockets,
        .limits = message_limits(&server->config->limits),
        .owner = server,
        .request = dispatch_request,
        .profile = find_profile,
        .profile_at = profile_at,
        .reload = reload_asked,
        .invoke = dispatch_invoke,
    };
    int r = control_init(&server->control, &options);
    server->control_ready = r == 0;
    return r;
}

static void hang_up(evutil_socket_t signal_number, short what, void *context)
{
    char reason[SERVER_REASON];
    (void)signal_number;
    (void)what;
    if (server_reload(context, reason, sizeof reason) < 0)
        log_error(NULL, "the configuration stays as it was: %s", reason);
}

static int start_signals(struct server *server)
{
    signal(SIGPIPE, SIG_IGN);
    server->terminate = evsignal_new(server->base, SIGTERM, stop, server);
    server->interrupt = evsignal_new(server->base, SIGINT, stop, server);
    server->hangup = evsignal_new(server->base, SIGHUP, hang_up, server);
    server->stopping = event_new(server->base, -1, 0, stop_look, server);
    if (!server->terminate || !server->interrupt || !server->hangup || !server->stopping)
        return -ENOMEM;
    bool added = event_add(server->terminate, NULL) == 0 && event_add(server->interrupt, NULL) == 0;
    return added && event_add(server->hangup, NULL) == 0 ? 0 : -ENOMEM;
}

static int start_doors(struct server *server)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < server->entrance_count; i++) {
        const char *profile = server->config->listeners[i].profile;
        r = door_open(&server->entrances[i]->door, &server->control, server->entrances[i]->listener.fd,
                      config_profile_find(server->config, profile, strlen(profile)));
    }
    return r;
}

/* Signals come before the sockets: whoever can reach the daemon can also end it in order. */
static int start_loop(struct server *server)
{
    struct event_config *config = event_config_new();
    if (config && event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME) == 0) /* a round without timers needs none */
        server->base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    return server->base ? start_signals(server) : -ENOMEM;
}

static int start_parts(struct server *server)
{
    server->resolver = resolver_new(server->base, (int)server->config->resolver_threads);
    if (!server->resolver)
        return -ENOMEM;
    int r = sockets_init(&server->sockets, server->base, server->resolver, server->config->limits.flush_seconds);
    server->sockets_ready = r == 0;
    if (r == 0)
        r = start_control(server);
    if (r == 0)
        r = timer_open(&server->sweep, &server->sockets.timers, sweep);
    if (r == 0)
        server_apply_limits(server);
    return r == 0 ? start_doors(server) : r;
}

/* Says where in the file it stands that cannot be. */
static void tell_place(const struct config *config, size_t index, char *reason, size_t size)
{
    char what[SERVER_REASON];
    if (!config->listeners[index].line)
        return;
    snprintf(what, sizeof what, "%s", reason);
    snprintf(reason, size, "%s:%d: listeners[%zu]: %s", config->file, config->listeners[index].line, index, what);
}

struct entrance *entrance_open(const struct config *config, size_t index, int *error, char *reason, size_t size)
{
    const struct config_listener *listener = &config->listeners[index];
    struct unix_listener_options options = {.path = listener->path, .mode = (mode_t)listener->mode, .group = listener->group};
    struct entrance *entrance = calloc(1, sizeof *entrance);
    *error = -ENOMEM;
    if (!entrance)
        return NULL;
    entrance->listener = UNIX_LISTENER_CLOSED;
    *error = unix_listener_open(&entrance->listener, &options, reason, size);
    if (*error < 0) {
        tell_place(config, index, reason, size);
        free(entrance);
        return NULL;
    }
    log_info(NULL, "serving %s", listener->path);
    return entrance;
}

void entrance_close(struct entrance *entrance)
{
    door_close(&entrance->door);
    unix_listener_close(&entrance->listener);
    free(entrance);
}

/* Whether another daemon lives there decides everything else. */
static int start_listeners(struct server *server, char *reason, size_t size)
{
    int r = 0;
    server->entrances = calloc(server->config->listener_count, sizeof *server->entrances);
    if (!server->entrances)
        return -ENOMEM;
    for (size_t i = 0; i < server->config->listener_count; i++) {
        struct entrance *entrance = entrance_open(server->config, i, &r, reason, size);
        if (!entrance)
            return r;
        server->entrances[server->entrance_count++] = entrance;
    }
    return 0;
}

/* Takes down what was set up, in the other order. */
static void server_end(struct server *server)
{
    struct event **events[] = {&server->terminate, &server->interrupt, &server->hangup, &server->stopping};
    for (size_t i = 0; i < server->entrance_count; i++)
        door_close(&server->entrances[i]->door);
    if (server->control_ready)
        control_deinit(&server->control);
    timer_close(&server->sweep);
    if (server->sockets_ready) {
        sockets_close_all(&server->sockets);
        sockets_deinit(&server->sockets);
    }
    resolver_free(server->resolver);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (*events[i])
            event_free(*events[i]);
    if (server->base)
        event_base_free(server->base);
    for (size_t i = 0; i < server->entrance_count; i++)
        entrance_close(server->entrances[i]);
    free(server->entrances);
    config_free(server->config);
    libevent_global_shutdown();
}

/* Where clients look for the socket when nobody names it. */
static int usual_path(char *path, size_t size)
{
    const char *set = getenv("SOCKD_SOCKET"), *runtime = getenv("XDG_RUNTIME_DIR");
    int n;
    if (set && *set)
        n = snprintf(path, size, "%s", set);
    else if (runtime && *runtime)
        n = snprintf(path, size, "%s/sockd/sockd.sock", runtime);
    else
        n = snprintf(path, size, "/run/sockd/sockd.sock");
    return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

struct config *server_load(const struct server_options *options, char *reason, size_t size)
{
    char path[4096];
    const char *socket = options->socket;
    if (!socket && !options->config) {
        if (usual_path(path, sizeof path) < 0) {
            snprintf(reason, size, "the path of the socket is too long");
            return NULL;
        }
        socket = path;
    }
    return config_load(options->config, socket, reason, size);
}

int server_check(const struct server_options *options, char *reason, size_t size)
{
    struct config *config = server_load(options, reason, size);
    if (!config)
        return -EINVAL;
    config_free(config);
    return 0;
}

int server_run(const struct server_options *options, char *reason, size_t size)
{
    struct server server = {.options = options, .config = server_load(options, reason, size)};
    reason[0] = server.config ? '\0' : reason[0];
    if (!server.config)
        return -EINVAL;
    fd_raise_limit();
    int r = start_loop(&server);
    if (r == 0)
        r = start_listeners(&server, reason, size);
    if (r == 0)
        r = start_parts(&server);
    if (r < 0 && !reason[0])
        snprintf(reason, size, "cannot start: %s", strerror(-r));
    if (r == 0)
        event_base_dispatch(server.base);
    server_end(&server);
    return r;
}
