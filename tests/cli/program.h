/* Programs of the project, run as a shell would run them but without one. Everything that is started ends with the case. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* A program that has ended: its exit status (128 + n for a signal), and what it wrote, each ended by a NUL. Lives as long
 * as the case. */
struct ended {
    int status;
    char *out, *err;
    size_t out_size, err_size;
};

/* Runs sockctl against the suite's daemon. The line is printf-style and split at spaces; 'a b' is one word. With input, that
 * is its standard input; else it has none. */
const struct ended *sockctl(const char *line, ...) __attribute__((format(printf, 1, 2)));
const struct ended *sockctl_fed(const void *input, size_t size, const char *line, ...) __attribute__((format(printf, 3, 4)));

/* Runs any program that is built beside the tests, or a path. */
const struct ended *program_run(const char *line, ...) __attribute__((format(printf, 1, 2)));

/* The output of sockctl, which must exit 0, without its last newline; as a number. */
const char *sockctl_text(const char *line, ...) __attribute__((format(printf, 1, 2)));
unsigned long sockctl_number(const char *line, ...) __attribute__((format(printf, 1, 2)));

/* The line must end with that status, and what it says on standard error must contain this. */
void sockctl_refused(int status, const char *says, const char *line, ...) __attribute__((format(printf, 3, 4)));

/* What sockctl shows on a terminal, static memory. */
const char *sockctl_screen(const char *line, ...) __attribute__((format(printf, 1, 2)));

/* A program that runs beside the test. in and out are its standard input and output. */
struct running {
    pid_t pid;
    int in, out, err;
};

struct running program_start(const char *line, ...) __attribute__((format(printf, 1, 2)));

/* Reads a line of its output, without the newline; static memory. NULL at the end. Waits at most 10 s. */
const char *running_line(const struct running *program);

/* Waits for its end, at most 10 s: its status as in struct ended. */
int running_wait(const struct running *program);
