/* A real HTTP server: nginx with WebDAV's PUT, in a directory of its own on a port of its own. */
#pragma once

struct nginx {
    int pid;
    int port;
    char directory[80]; /* what it serves is in www inside */
};

/* Starts it and waits until it accepts connections. */
struct nginx nginx_start(void);
void nginx_stop(struct nginx *nginx);

/* The path of a file that it serves, static memory. */
const char *nginx_path(const struct nginx *nginx, const char *name);
