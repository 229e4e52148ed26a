/* The daemon: creates its parts, wires them, runs them, and takes them down. */
#pragma once

#include <stddef.h>

struct server_options {
    const char *socket; /* NULL: the usual place */
    const char *config; /* NULL: none */
};

#define SERVER_REASON 1024

/* Whether what the options name can be used. 0, or -errno with one line in reason. */
int server_check(const struct server_options *options, char *reason, size_t size);

/* Serves until SIGTERM or SIGINT. 0, or -errno with one line in reason where it cannot start. */
int server_run(const struct server_options *options, char *reason, size_t size);
