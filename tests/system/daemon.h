/* The real daemon as an object with verbs: a process on a private socket in a temporary directory. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct daemon {
    pid_t pid;
    char directory[64];
    char socket[96]; /* inside the directory */
    char output[96]; /* files with what it wrote */
    char errors[96];
    char names[32]; /* address of the name server that its process asks; empty: the machine's own */
};

/* Starts the daemon on d->socket (arguments: NULL), or with exactly these arguments, ended by a NULL. Its program is
 * $SOCKD_PROGRAM, else the one built beside the tests. Makes the directory if there is none yet. */
void daemon_start(struct daemon *d, const char *const *arguments);

/* A directory for a daemon that is yet to be started. */
void daemon_prepare(struct daemon *d);

/* Writes a configuration, ' standing for " and $ for the directory, for daemon_start to be given: its path, in static memory.
 */
const char *daemon_configure(const struct daemon *d, const char *text);

/* Lets the next daemon ask no name server but a test's own, at port 53 of an address of this host's. False: this system lets
 * nobody like us do that. */
bool daemon_take_names(struct daemon *d);

/* Waits until the socket accepts a connection. False: the process ended before that, or 10 s passed. */
bool daemon_ready(struct daemon *d);

/* Waits for the process to end by itself: its exit status, 128 + n for a signal, or -1 after 10 s. */
int daemon_wait(struct daemon *d);

/* Ends it by a signal and looks at what it left: NULL, or what was wrong, in static memory. */
const char *daemon_stop(struct daemon *d, int signal_number);

/* Removes the directory. */
void daemon_clean(struct daemon *d);

/* How many descriptors it has open. */
int daemon_descriptors(const struct daemon *d);

/* Waits until it has that many, for 3 s at most: how many it has then. */
int daemon_settle(const struct daemon *d, int descriptors);

/* What it wrote to a file of it, at most size - 1 bytes. */
const char *daemon_read(const char *path, char *text, int size);

/* The line of a log that tells of a fault, or NULL. Changes the text. */
const char *daemon_fault(char *text);

/* Milliseconds of a clock that only goes forward. */
long now_ms(void);

/* Lets 2 ms pass between two looks at something that is awaited with a deadline. */
void breathe(void);
