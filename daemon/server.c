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
#include "dispatch.h"
#include "door.h"
#include "fd.h"
#include "log.h"
#include "unix_listener.h"

#define RESOLVER_THREADS 4
#define FLUSH_SECONDS 5
#define STOP_STEP 20000 /* microseconds between two looks whether everything has left */

struct server {
    struct unix_listener listener;
    struct event_base *base;
    struct resolver *resolver;
    struct sockets sockets;
    struct control control;
    struct door door;
    struct event *terminate, *interrupt, *stopping;
    int64_t stop_deadline;
    bool sockets_ready, control_ready;
};

static const struct message_limits default_limits = {
    .line = 1024 * 1024,
    .nesting = 16,
    .values = 4096,
    .payload = 16 * 1024 * 1024,
    .batch = 64,
    .fds = 253,
    .line_time = 10 * 1000000,
    .output_time = 30 * 1000000,
};

static const struct account default_account = {
    .limit = {[QUOTA_SESSIONS] = 4096, [QUOTA_HANDLES] = 16384, [QUOTA_CALLS] = 65536, [QUOTA_BUFFERED] = INT64_C(1) << 30},
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
    server->stop_deadline = clock_now() + FLUSH_SECONDS * 1000000;
    door_close(&server->door);
    control_stop(&server->control);
    event_active(server->stopping, EV_TIMEOUT, 0);
}

static int start_control(struct server *server)
{
    struct control_options options = {
        .base = server->base,
        .sockets = &server->sockets,
        .limits = default_limits,
        .daemon = default_account,
        .principal = default_account,
        .session = default_account,
        .owner = server,
        .request = dispatch_request,
        .invoke = dispatch_invoke,
    };
    options.session.limit[QUOTA_CALLS] = 1024;
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

static int start_parts(struct server *server)
{
    server->base = event_base_new();
    server->resolver = server->base ? resolver_new(server->base, RESOLVER_THREADS) : NULL;
    if (!server->resolver)
        return -ENOMEM;
    int r = sockets_init(&server->sockets, server->base, server->resolver, FLUSH_SECONDS);
    server->sockets_ready = r == 0;
    if (r == 0)
        r = start_control(server);
    if (r == 0)
        r = door_open(&server->door, &server->control, server->listener.fd, "owner", UINT32_MAX);
    return r == 0 ? start_signals(server) : r;
}

/* Takes down what was set up, in the other order. */
static void server_end(struct server *server)
{
    struct event **events[] = {&server->terminate, &server->interrupt, &server->stopping};
    door_close(&server->door);
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
    unix_listener_close(&server->listener);
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

int server_run(const struct server_options *options, char *reason, size_t size)
{
    struct server *server = calloc(1, sizeof *server);
    char path[4096];
    if (!server)
        return -ENOMEM;
    server->listener = UNIX_LISTENER_CLOSED;
    int r = options->socket ? 0 : usual_path(path, sizeof path);
    struct unix_listener_options listen = {.path = options->socket ? options->socket : path, .mode = 0600};
    fd_raise_limit();
    if (r == 0)
        r = unix_listener_open(&server->listener, &listen, reason, size);
    else
        snprintf(reason, size, "the path of the socket is too long");
    if (r == 0) {
        r = start_parts(server);
        if (r < 0)
            snprintf(reason, size, "cannot start: %s", strerror(-r));
    }
    if (r == 0) {
        log_info(NULL, "serving %s", listen.path);
        event_base_dispatch(server->base);
    }
    server_end(server);
    free(server);
    return r;
}

int server_check(const struct server_options *options, char *reason, size_t size)
{
    (void)options;
    snprintf(reason, size, "%s", "");
    return 0;
}
