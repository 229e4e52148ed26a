/* A Unix socket that listens at a path, and the guarantee that only one daemon serves that path.
 *
 * The file appears at its path complete: listening, with its mode and group. A lock on PATH.lock beside it tells a live
 * daemon from a file that one left behind: a stale file is replaced, a live one never. A socket that somebody without a lock
 * serves counts as live too, and a file that is no socket is left alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct unix_listener_options {
    const char *path;
    mode_t mode;       /* of the socket file, whatever the umask is */
    const char *group; /* a name or a number; NULL: the process's own */
};

struct unix_listener {
    int fd; /* non-blocking, close-on-exec; -1: not open */
    char *path;

    int directory, lock;    /* -1 where the file is not ours */
    char *name, *lock_name; /* of the files in the directory */
    dev_t device;
    ino_t inode;
};

#define UNIX_LISTENER_CLOSED ((struct unix_listener){.fd = -1, .directory = -1, .lock = -1})

#define UNIX_LISTENER_REASON 512 /* room for any reason */

/* 0; or -errno, with one line in reason that begins with the path or the key at fault ("PATH: another daemon serves it"), and
 * nothing left open or behind. -EADDRINUSE: a live daemon has it. Blocks only as file systems and the group database do. */
int unix_listener_open(struct unix_listener *listener, const struct unix_listener_options *options, char *reason, size_t size);

/* Takes a descriptor that is listening already, from a service manager or an earlier image of this program. The file stays
 * its maker's: closing does not remove it. Consumes fd in any case. path is for messages; NULL: as the socket says. */
int unix_listener_adopt(struct unix_listener *listener, int fd, const char *path, char *reason, size_t size);

/* Stops listening, and removes the file and the lock file if the file at the path is still the one made here. May be called on
 * a closed one. */
void unix_listener_close(struct unix_listener *listener);
