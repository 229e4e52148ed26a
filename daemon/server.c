/* Start: listener, loop, resolver, sockets, control, doors, signals, in that order; a part needs only those before it.
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

#include "closer.h"
#include "config.h"
#include "dispatch.h"
#include "door.h"
#include "fd.h"
#include "log.h"
#include "unix_listener.h"

#define SWEEP_PERIOD 10000000 /* microseconds between two looks for handles that are idle for too long */
#define STOP_STEP 20000 /* microseconds between two looks whether everything has left */

/* A socket that clients come to. */
struct entrance {
    struct unix_listener listener;
    struct door door;
};

struct server {
    struct config *config;
    struct entrance *entrances;
    size_t entrance_count;
    struct event_base *base;
    struct resolver *resolver;
    struct sockets sockets;
    struct control control;
    struct event *terminate, *interrupt, *stopping, *sweep;
    int64_t stop_deadline;
    bool sockets_ready, control_ready;
};

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
        door_close(&server->entrances[i].door);
    control_stop(&server->control);
    event_active(server->stopping, EV_TIMEOUT, 0);
}

/* Handles that nobody's session ends, and that nobody has used for long. */
static void sweep(evutil_socket_t fd, short what, void *context)
{
    struct server *server = context;
    struct object *object, *next;
    int64_t oldest = clock_now() - server->config->limits.idle_seconds * 1000000;
    (void)fd;
    (void)what;
    for (object = TAILQ_FIRST(&server->sockets.objects.order); object; object = next) {
        next = TAILQ_NEXT(object, order);
        if (object->lifetime == LIFETIME_DAEMON && object->moved < oldest)
            sockets_close(object);
    }
}

static int start_sweep(struct server *server)
{
    struct timeval period = clock_timeval(SWEEP_PERIOD);
    if (server->config->limits.idle_seconds == 0)
        return 0;
    server->sweep = event_new(server->base, -1, EV_PERSIST, sweep, server);
    return server->sweep && event_add(server->sweep, &period) == 0 ? 0 : -ENOMEM;
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

static int start_control(struct server *server)
{
    const struct config_quota *all = &server->config->limits.daemon;
    struct control_options options = {
        .base = server->base,
        .sockets = &server->sockets,
        .limits = message_limits(&server->config->limits),
        .daemon.limit = {[QUOTA_SESSIONS] = all->sessions,
                         [QUOTA_HANDLES] = all->handles,
                         [QUOTA_CALLS] = INT64_MAX,
                         [QUOTA_WAITERS] = all->waiters,
                         [QUOTA_BUFFERED] = all->buffered,
                         [QUOTA_RESOLVER_JOBS] = all->resolver_jobs},
        .owner = server,
        .request = dispatch_request,
        .invoke = dispatch_invoke,
    };
    int r = control_init(&server->control, &options);
    server->control_ready = r == 0;
    return r;
}

static int start_signals(struct server *server)
{
    signal(SIGPIPE, SIG_IGN);
    server->terminate = evsignal_new(server->base, SIGTERM, stop, server);
    server->interrupt = evsignal_new(server->base, SIGINT, stop, server);
    server->stopping = event_new(server->base, -1, 0, stop_look, server);
    if (!server->terminate || !server->interrupt || !server->stopping)
        return -ENOMEM;
    return event_add(server->terminate, NULL) < 0 || event_add(server->interrupt, NULL) < 0 ? -ENOMEM : 0;
}

static int start_doors(struct server *server)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < server->entrance_count; i++) {
        const char *profile = server->config->listeners[i].profile;
        r = door_open(&server->entrances[i].door, &server->control, server->entrances[i].listener.fd,
                      config_profile_find(server->config, profile, strlen(profile)));
    }
    return r;
}

/* Signals come before the sockets: whoever can reach the daemon can also end it in order. */
static int start_loop(struct server *server)
{
    server->base = event_base_new();
    return server->base ? start_signals(server) : -ENOMEM;
}

static int start_parts(struct server *server)
{
    server->resolver = resolver_new(server->base, (int)server->config->resolver_threads);
    if (!server->resolver)
        return -ENOMEM;
    int r = sockets_init(&server->sockets, server->base, server->resolver, server->config->limits.flush_seconds);
    server->sockets_ready = r == 0;
    server->sockets.world.nat64 = server->config->nat64;
    server->sockets.world.nat64_count = server->config->nat64_count;
    if (r == 0)
        r = start_control(server);
    if (r == 0)
        r = start_doors(server);
    return r == 0 ? start_sweep(server) : r;
}

/* Whether another daemon lives there decides everything else. */
static int start_listeners(struct server *server, char *reason, size_t size)
{
    server->entrances = calloc(server->config->listener_count, sizeof *server->entrances);
    if (!server->entrances)
        return -ENOMEM;
    for (size_t i = 0; i < server->config->listener_count; i++) {
        const struct config_listener *listener = &server->config->listeners[i];
        struct unix_listener_options options = {.path = listener->path, .mode = (mode_t)listener->mode, .group = listener->group};
        struct entrance *entrance = &server->entrances[server->entrance_count++];
        entrance->listener = UNIX_LISTENER_CLOSED;
        int r = unix_listener_open(&entrance->listener, &options, reason, size);
        if (r < 0)
            return r;
        log_info(NULL, "serving %s", listener->path);
    }
    return 0;
}

/* Takes down what was set up, in the other order. */
static void server_end(struct server *server)
{
    struct event **events[] = {&server->terminate, &server->interrupt, &server->stopping, &server->sweep};
    for (size_t i = 0; i < server->entrance_count; i++)
        door_close(&server->entrances[i].door);
    if (server->control_ready)
        control_deinit(&server->control);
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
        unix_listener_close(&server->entrances[i].listener);
    free(server->entrances);
    config_free(server->config);
    libevent_global_shutdown();
}

/* PROTOCOL's places for the socket, behind an argument. */
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

static struct config *load(const struct server_options *options, char *reason, size_t size)
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
    struct config *config = load(options, reason, size);
    if (!config)
        return -EINVAL;
    config_free(config);
    return 0;
}

int server_run(const struct server_options *options, char *reason, size_t size)
{
    struct server server = {.config = load(options, reason, size)};
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
