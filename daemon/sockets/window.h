/* How far ahead of a relay the peer of a connection may send. */
#pragma once

#include <stdbool.h>

struct stream;

struct window {
    int before;  /* the receive buffer as the kernel had chosen it; 0: it has been left alone */
    int bounded; /* as it has been since */
};

/* Bounds the receive buffer of a connection over the loopback while it is relayed, unless somebody has chosen its size. The
 * loopback has no distance: a peer that may run ahead by as much as the kernel likes only has bytes leave the processor's
 * cache before they are passed on. */
struct window window_bound(const struct stream *stream);

/* Leaves its size to the kernel again, unless somebody has chosen one meanwhile. */
void window_release(const struct stream *stream, const struct window *window);
