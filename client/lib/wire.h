/* The connection: bytes and descriptors out and in. It knows nothing of messages, except that descriptors ride on the first
 * byte of one. Never raises SIGPIPE; leaves the descriptor's own flags as they are, since others may share it. */
#pragma once

#include <stdint.h>

#include <sockd/values.h>

#include "buffer.h"

#define WIRE_DESCRIPTORS 253 /* that one message can carry */

/* Descriptors, first in, first out. */
struct descriptors {
    int *items;
    size_t count;
    size_t size;
};

/* Appends; false without memory, and then nothing is taken over. */
bool descriptors_append(struct descriptors *descriptors, const int *items, size_t count);

/* Takes the first count ones out. */
void descriptors_take(struct descriptors *descriptors, size_t count, int *items);

/* Closes all and frees the memory. */
void descriptors_deinit(struct descriptors *descriptors);

struct wire {
    int fd;       /* -1: none */
    bool sending; /* false once the other side takes nothing any more */

    struct buffer out;  /* what the kernel had no room for yet */
    struct mark *marks; /* where in it descriptors ride along */
    size_t mark_count, mark_size;
    struct descriptors out_descriptors; /* duplicates, in the order of the marks */

    struct buffer in;
    struct descriptors in_descriptors;
};

/* Takes the descriptor over. */
void wire_init(struct wire *wire, int fd);
void wire_deinit(struct wire *wire);

/* Sends a message, or keeps what the kernel does not take at once. 0, or a negative errno, after which nothing of the
 * message was sent. A connection that the other side has closed is no error here: the message is dropped, and reading will
 * tell. Does not wait. */
int wire_send(struct wire *wire, struct sockd_text line, struct sockd_bytes payload, const int *descriptors, size_t count);

static inline bool wire_pending(const struct wire *wire)
{
    return buffer_used(&wire->out) > 0;
}

/* Sends what was kept, as far as the kernel takes it. 0 or a negative errno. */
int wire_flush(struct wire *wire);

/* Receives into memory of the caller's first, if size > 0, and then into wire->in. Waits for the first byte if wait is set.
 * How many bytes went into the caller's memory is stored in *direct. Returns how many came in all, 0 at the end, or a
 * negative errno: -EAGAIN if nothing is there, -EINTR. */
int64_t wire_receive(struct wire *wire, void *data, size_t size, bool wait, size_t *direct);
