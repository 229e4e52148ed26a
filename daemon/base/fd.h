/* Descriptors: small helpers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Closes a descriptor unless it is negative; errno stays as it was. Gives -1, to be stored where the descriptor stood. */
int fd_close(int fd);

/* Sees to it that closing a socket does not wait for its peer, as SO_LINGER has it. Harmless with other descriptors. */
void fd_never_linger(int fd);

/* Closes a descriptor that others have, or had: they may have prepared a socket so that whoever closes it last must wait. */
void fd_discard(int fd);
void fd_discard_all(const int *fds, size_t count);

/* For a variable that owns a descriptor until it is set to -1. */
void fd_cleanup(int *fd);
#define FD_CLEANUP __attribute__((cleanup(fd_cleanup)))

/* Sets or clears O_NONBLOCK. It belongs to what was opened, so everyone who shares it sees the change. 0, or -errno. */
int fd_set_nonblocking(int fd, bool on);

/* Gives a Unix socket room for so many bytes that its other end has not read yet, or for as many as the system allows. */
void fd_widen(int fd, int size);

/* 0, or -errno. */
int fd_set_cloexec(int fd, bool on);

/* The lowest of the last so many descriptors that this process may have. The kernel gives the lowest number that is free: one
 * from there on means that all below are taken. */
int64_t fd_last(int64_t count);

/* Raises the soft limit of open descriptors to the hard one. Gives the limit in force, or -errno. */
long fd_raise_limit(void);
