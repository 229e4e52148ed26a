/* The daemon that is measured, in a directory of its own, with limits that are in nobody's way. */
#pragma once

#include "child.h"

struct daemon {
    struct child child;
    char directory[64];
    char config[96];
    char socket[96];
};

/* Starts it where `placement` says. */
void daemon_start(struct daemon *daemon);
/* The same with users under profiles: each has a socket of its own, NAME.sock. profiles: NAME, and the profile as JSON, in
 * turn, up to a NULL. */
void daemon_start_for(struct daemon *daemon, const char *const *profiles);
void daemon_stop(struct daemon *daemon);

/* A session. */
int daemon_link(const struct daemon *daemon);
int daemon_link_by(const struct daemon *daemon, const char *name);

/* Makes one call (a method and its params as JSON) and gives the number that the result has under a name (NULL: none is
 * wanted). The program ends where the reply has none. */
long daemon_call(int link, const char *member, const char *method, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A stream that the daemon has connected to a port of this machine: its handle. other: the peer's end, from a listening socket.
 */
long daemon_stream(int link, int listener, const char *more, int *other);

/* The descriptor of a stream. detach: the handle ends. */
int daemon_descriptor(int link, long stream, const char *via, bool detach);

/* A connection that the daemon has made and handed out: by a request that is written once. */
#define DAEMON_REQUEST 160
void daemon_connection_request(char request[DAEMON_REQUEST], int port);
int daemon_connection(int link, const char *request);
