/* A process that is measured: the daemon, a reference, a peer. It dies with us. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "machine.h"

#define CHILD_FAMILY 32

struct child {
    pid_t pid;
    pid_t family[CHILD_FAMILY]; /* itself, and what it has started */
    clockid_t clocks[CHILD_FAMILY];
    double used[CHILD_FAMILY]; /* the processor time of each, all threads together; the last known one of what has ended */
    int family_count;
};

/* Starts a program. keep: a descriptor that it inherits as it is, or -1; everything else is closed for it. What it writes goes
 * to the file errors, or nowhere. */
void child_exec(struct child *child, const char *const *arguments, int keep, const char *errors);

/* Runs a function in a process of its own, which ends with it. */
void child_run(struct child *child, void (*run)(void *context), void *context);

/* Whether a program is to be had. */
bool child_exists(const char *program);

/* We ourselves, to be measured. */
struct child child_self(void);

/* Takes in the processes that it has started itself. */
void child_gather(struct child *child);

/* Puts all of them where they belong. */
void child_place(const struct child *child, enum placement placement);

/* The processor seconds that it has used. */
double child_cpu(struct child *child);

/* The private memory that it has written to, in bytes. */
double child_memory(const struct child *child);

/* Ends it, and waits for that. */
void child_end(struct child *child);

/* Waits until it has ended by itself. */
void child_wait(struct child *child);
