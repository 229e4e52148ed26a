/* Requests by the many over Unix sockets: prepared bytes out, replies counted by their size. As lean as a client can be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One exchange, repeated. Every reply has the bytes of `reply`, which is checked. */
struct load {
    int *links; /* connected descriptors */
    int link_count;
    int window;     /* requests in flight on each */
    bool apart;     /* each request is sent by itself, as callers do who know nothing of each other */
    char *requests; /* `window` times the request */
    size_t request; /* the size of one */
    char *reply;    /* what it is answered with */
    size_t reply_size;
};

/* A connection to a Unix socket; waits up to 10 s for somebody to listen there. */
int link_open(const char *path);

/* Sends all of it; ends the program if that fails. */
void link_send(int link, const void *data, size_t size);

/* Reads until a LF, which is replaced by a NUL. The size without it. */
size_t link_line(int link, char *line, size_t size);

/* The same with a reply that carries a descriptor: it. Negative: it carried none. Others are closed. */
int link_descriptor(int link, char *line, size_t size);

/* Prepares a load on links that it takes over; asks once to learn the reply, which must begin with `like` and end with LF. */
void load_init(struct load *load, int *links, int link_count, int window, const char *request, const char *like);
void load_deinit(struct load *load);

/* Makes count calls, in flight together as far as the window goes, and waits for every reply. */
void load_run(struct load *load, long count);
