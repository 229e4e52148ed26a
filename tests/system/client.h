/* A client of the daemon that knows lines, payloads and descriptors, and nothing of methods: what a test wants to send, it
 * sends, byte by byte if need be. Everything waits at most 10 s and then fails the case. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "value.h"

struct client;

/* A message from the daemon. It belongs to the client. */
struct message {
    struct message *next;
    char *line; /* without its LF */
    json_object *json;
    char *payload;
    size_t payload_size;
    int *fds; /* the case's to close, or left to the end of the case */
    size_t fd_count;
};

/* A session with the daemon that the suite has started, or with one on another socket. */
struct client *client_open(void);
struct client *client_open_at(const char *path);

/* A session with the suite's daemon on the socket NAME.sock in its directory. */
struct client *client_open_by(const char *name);

/* Closes the connection and frees what it holds, the messages too. client_close_all: every client of the case. */
void client_close(struct client *c);
void client_close_all(void);

/* Bytes as they are; a C string as it is, without a LF added; bytes with descriptors on the first of them. */
void client_send(struct client *c, const void *data, size_t size);
void client_write(struct client *c, const char *text);
void client_send_fds(struct client *c, const void *data, size_t size, const int *fds, int count);

/* Ends the client's side of the connection. */
void client_shut(struct client *c);

/* The next message, or NULL where the daemon has ended the session. */
struct message *client_receive(struct client *c);

/* Whether the daemon ends the session now, after no other message. */
bool client_ended(struct client *c);

/* Whether nothing arrives for that long. */
bool client_silent(struct client *c, int ms);

/* The connection itself. */
int client_fd(const struct client *c);
