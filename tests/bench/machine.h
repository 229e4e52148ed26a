/* The machine that is measured on: its cores, its clock, what it lets a process have. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum placement {
    TOGETHER, /* everybody on one core */
    APART,    /* we on one, whom we measure on another */
    ANYWHERE  /* on these two, as the kernel likes */
};

/* Reads what there is, and raises the limit of descriptors as far as it goes. */
void machine_init(void);

/* Moves us, and whom we start, into a network of our own, whose connections all use Reno. Where that may not be, everything
 * stays as it is, and uses what the machine's connections use. */
void machine_isolate(void);

/* The congestion control of every connection here. */
const char *machine_congestion(void);

/* How many cores we may use: two are enough for everything here. */
int machine_cores(void);

/* How many descriptors a process may have open. */
long machine_descriptors(void);

/* Puts ourselves, or whom we measure, where they belong. pid: 0 for ourselves. */
void machine_place_self(enum placement placement);
void machine_place(pid_t pid, enum placement placement);

/* Leaves to a process only the processor time that nobody else wants. */
void machine_yield(pid_t pid);

/* Removes a directory with the files in it. */
void machine_remove(const char *directory);

/* Seconds of a clock that only goes forward. */
double machine_now(void);

/* Says what went wrong, with errno's text, and ends the program. */
_Noreturn void machine_fail(const char *what);

/* Says what went wrong and ends the program. */
_Noreturn void machine_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
