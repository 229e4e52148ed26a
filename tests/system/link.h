/* A stream of the daemon and the peer at its other end. */
#pragma once

#include "peer.h"
#include "request.h"

struct link {
    struct client *client;
    handle stream;
    int peer;
};

/* Connects the daemon to a listener of the test. options: further members of socket-connect's params, ' for ", or NULL:
 * link_open(c, "'buffered': true, 'element_type': 'unsigned-byte 8'"). The second form also opens the client. */
struct link link_open(struct client *c, const char *options);
struct link link_new(const char *options);

/* A byte stream of unsigned-byte 8, with a client of its own. */
struct link link_bytes(void);

/* Waits until the daemon sees input or its end. */
void link_await(const struct link *l);

/* Writes to the stream until it would block: how many bytes the peer has to read before it goes on. Afterwards the
 * connection holds as much as it can, and the peer has read nothing. */
size_t link_fill(const struct link *l);

/* A stream whose connection holds as much as it can from the start, although the daemon has written nothing: made of one
 * end of a socket pair that the test has filled. */
struct link link_full(const char *options, size_t *filled);

/* The same, buffered: the daemon holds "tail", which cannot leave. */
struct link link_full_with_tail(size_t *filled);

/* The next line, which must be this one. */
void link_expect_line(const struct link *l, const char *line);

/* The status of the stream in a direction, asked without waiting, as JSON text ("\"input\"", "null"). */
const char *link_status(const struct link *l, const char *direction);
