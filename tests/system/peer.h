/* The other side of a connection: plain TCP, without the daemon. Descriptors that a test leaves open are closed at its end.
 * Everything waits at most 10 s and then fails the case. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A listening socket on an address ("127.0.0.1", "::1"), on a port that the system chooses and *port tells. */
int peer_listen(const char *address, int *port);

/* One that has accept queue full, so that a connect to it neither succeeds nor fails. */
int peer_listen_full(int *port);

int peer_accept(int listener);
int peer_connect(const char *text, int port);

/* The port on this side of a connection. */
int peer_port(int fd);

/* A port on 127.0.0.1 that nobody listens on. */
int peer_free_port(void);

void peer_send(int fd, const void *data, size_t size);
void peer_write(int fd, const char *text);
void peer_urgent(int fd, char byte);

/* These fail the case unless exactly that arrives next. */
void peer_expect(int fd, const void *data, size_t size);
void peer_expect_text(int fd, const char *text);
void peer_expect_end(int fd);
void peer_expect_reset(int fd);

/* Reads size bytes and drops them. */
void peer_drain(int fd, size_t size);

bool peer_silent(int fd, int ms);

/* Ends the sending side; closes, which is a reset if bytes are unread; resets. */
void peer_shut(int fd);
void peer_close(int fd);
void peer_reset(int fd);
