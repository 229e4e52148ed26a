/* The daemon's parts, for those who wire them: server.c and reload.c. */
#pragma once

#include "config.h"
#include "control.h"
#include "door.h"
#include "sockets.h"
#include "unix_listener.h"

struct server_options;

/* A socket that clients come to. */
struct entrance {
    struct unix_listener listener;
    struct door door;
};

struct server {
    const struct server_options *options;
    struct config *config;
    struct entrance **entrances;
    size_t entrance_count;
    struct event_base *base;
    struct resolver *resolver;
    struct sockets sockets;
    struct control control;
    struct event *terminate, *interrupt, *hangup, *stopping;
    struct timer sweep;
    int64_t stop_deadline;
    bool sockets_ready, control_ready;
};

/* The configuration that the options name, or NULL with one line in reason. */
struct config *server_load(const struct server_options *options, char *reason, size_t size);

/* What the configuration says of messages, of everything together, and of idle handles. */
void server_apply_limits(struct server *server);

/* Opens one of the configuration's sockets; clients are let in by door_open. NULL: *error and reason say why, and where in the
 * file. */
struct entrance *entrance_open(const struct config *config, size_t index, int *error, char *reason, size_t size);
void entrance_close(struct entrance *entrance);

/* Reads the configuration again (reload.c): 0, or -errno with one line in reason, and nothing has changed. */
int server_reload(struct server *server, char *reason, size_t size);
