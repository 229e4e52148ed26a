/* A stream as a descriptor where the daemon hands none out: a local pair of sockets, one end carried by calls. */
#pragma once

#include <sockd/sockd.h>

struct bridge {
    sockd *client;
    sockd_handle stream;
    int end;               /* our end of the pair, -1 before bridge_init */
    sockd_call read, shut; /* in flight, 0: none */
    sockd_call writes[4];  /* in flight, in their order from first */
    unsigned first, count;
    unsigned char *out; /* came from the stream and waits for room in the pair */
    size_t out_size;
    unsigned char *in;        /* room for what goes to the stream */
    bool in_ended, out_ended; /* the pair's end was read; the stream's end was passed on */
};

/* Makes the pair, and gives the other end. Sets the stream's element type to bytes. 0, or the library's negative code. */
int bridge_init(struct bridge *bridge, sockd *client, sockd_handle stream, int *other);
void bridge_deinit(struct bridge *bridge);

/* Carries what can be carried without waiting. 0, or the library's negative code: the stream is at its end. */
int bridge_step(struct bridge *bridge);

/* Whether nothing that was taken from the pair is still on its way to the stream. */
bool bridge_quiet(const struct bridge *bridge);

/* What to poll the pair's end for. */
short bridge_events(const struct bridge *bridge);
