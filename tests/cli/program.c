/* Standard input and output of a program that is run to its end are files in memory: whatever it reads or writes first, no
 * pipe can fill up and stop it. */
#include "program.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#ifndef PROGRAMS
#define PROGRAMS "."
#endif

enum { WORDS = 40, LINE = 4000, DEADLINE_MS = 10000 };

/* ---- starting ---- */

static void split(char *line, char *words[WORDS])
{
    int count = 0;
    while (*line == ' ')
        line++;
    while (*line != '\0' && count < WORDS - 1) {
        bool quoted = *line == '\'';
        words[count++] = line += quoted;
        line += strcspn(line, quoted ? "'" : " ");
        if (*line != '\0')
            *line++ = '\0';
        line += strspn(line, " ");
    }
    words[count] = NULL;
}

static void become(char *line, int in, int out, int err)
{
    char *words[WORDS], path[LINE];
    const char *programs = getenv("SOCKD_PROGRAMS");
    split(line, words);
    snprintf(path, sizeof path, "%s%s%s",
             strchr(words[0], '/') ? ""
             : programs            ? programs
                                   : PROGRAMS,
             strchr(words[0], '/') ? "" : "/", words[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    close_range(3, ~0u, 0);
    signal(SIGPIPE, SIG_DFL);
    setenv("SOCKD_SOCKET", the_daemon.socket, 1);
    execv(path, words);
    perror(path);
    _exit(127);
}

static pid_t start(const char *line, va_list values, int in, int out, int err)
{
    char text[LINE];
    ck_assert_int_lt(vsnprintf(text, sizeof text, line, values), (int)sizeof text);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        become(text, in, out, err);
    return pid;
}

/* Waits for a process, at most until the deadline. */
static int end_of(pid_t pid, long deadline)
{
    int status = 0;
    pid_t found;
    while ((found = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < deadline)
        breathe();
    if (found == 0)
        kill(pid, SIGKILL);
    ck_assert_msg(found == pid, "the program does not end");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- to the end ---- */

static int memory_file(const void *data, size_t size)
{
    int fd = memfd_create("program", MFD_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(size == 0 ? 0 : write(fd, data, size), (ssize_t)size);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static char *contents(int fd, size_t *size)
{
    off_t length = lseek(fd, 0, SEEK_END);
    char *text = value_keep(malloc((size_t)length + 1));
    *size = (size_t)pread(fd, text, (size_t)length, 0);
    ck_assert_int_eq((off_t)*size, length);
    text[length] = '\0';
    close(fd);
    return text;
}

static const struct ended *run(const void *input, size_t size, const char *line, va_list values)
{
    int in = memory_file(input, size), out = memory_file("", 0), err = memory_file("", 0);
    struct ended *ended = value_keep(calloc(1, sizeof *ended));
    pid_t pid = start(line, values, in, out, err);
    ended->status = end_of(pid, now_ms() + 6 * DEADLINE_MS);
    ended->out = contents(out, &ended->out_size);
    ended->err = contents(err, &ended->err_size);
    close(in);
    return ended;
}

/* Puts the program's name before a line of its words. */
static const char *with_name(const char *line)
{
    static char text[LINE];
    snprintf(text, sizeof text, "sockctl %s", line);
    return text;
}

const struct ended *program_run(const char *line, ...)
{
    va_list values;
    va_start(values, line);
    const struct ended *ended = run("", 0, line, values);
    va_end(values);
    return ended;
}

const struct ended *sockctl(const char *line, ...)
{
    va_list values;
    va_start(values, line);
    const struct ended *ended = run("", 0, with_name(line), values);
    va_end(values);
    return ended;
}

const struct ended *sockctl_fed(const void *input, size_t size, const char *line, ...)
{
    va_list values;
    va_start(values, line);
    const struct ended *ended = run(input, size, with_name(line), values);
    va_end(values);
    return ended;
}

static const char *text_of(const struct ended *ended, const char *line)
{
    ck_assert_msg(ended->status == 0, "sockctl %s: status %d: %s", line, ended->status, ended->err);
    if (ended->out_size > 0 && ended->out[ended->out_size - 1] == '\n')
        ended->out[ended->out_size - 1] = '\0';
    return ended->out;
}

const char *sockctl_text(const char *line, ...)
{
    va_list values;
    va_start(values, line);
    const struct ended *ended = run("", 0, with_name(line), values);
    va_end(values);
    return text_of(ended, line);
}

unsigned long sockctl_number(const char *line, ...)
{
    va_list values;
    va_start(values, line);
    const char *text = text_of(run("", 0, with_name(line), values), line);
    va_end(values);
    ck_assert_msg(*text != '\0' && strspn(text, "0123456789") == strlen(text), "sockctl %s: \"%s\" is no number", line, text);
    return strtoul(text, NULL, 10);
}

void sockctl_refused(int status, const char *says, const char *line, ...)
{
    va_list values;
    va_start(values, line);
    const struct ended *ended = run("", 0, with_name(line), values);
    va_end(values);
    ck_assert_msg(ended->status == status, "sockctl %s: status %d: %s", line, ended->status, ended->err);
    ck_assert_msg(strstr(ended->err, says) != NULL, "sockctl %s says %s", line, ended->err);
    ck_assert_str_eq(ended->out, "");
}

const char *sockctl_screen(const char *line, ...)
{
    static char screen[LINE];
    int terminal, side;
    size_t used = 0;
    va_list values;
    ck_assert_int_eq(openpty(&terminal, &side, NULL, NULL, NULL), 0);
    va_start(values, line);
    pid_t pid = start(with_name(line), values, side, side, side);
    va_end(values);
    close(side);
    /* a terminal whose other side has gone gives EIO */
    for (ssize_t count; (count = read(terminal, screen + used, sizeof screen - 1 - used)) > 0;)
        used += (size_t)count;
    screen[used] = '\0';
    close(terminal);
    ck_assert_msg(end_of(pid, now_ms() + DEADLINE_MS) == 0, "%s", screen);
    return screen;
}

/* ---- beside the test ---- */

struct running program_start(const char *line, ...)
{
    int in[2], out[2], err[2];
    va_list values;
    ck_assert_int_eq(pipe(in) | pipe(out) | pipe(err), 0);
    va_start(values, line);
    struct running program = {start(line, values, in[0], out[1], err[1]), in[1], out[0], err[0]};
    va_end(values);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    return program;
}

const char *running_line(const struct running *program)
{
    static char line[LINE];
    size_t size = 0;
    long deadline = now_ms() + DEADLINE_MS;
    while (size < sizeof line - 1) {
        struct pollfd output = {.fd = program->out, .events = POLLIN};
        int ready = poll(&output, 1, (int)(deadline - now_ms()));
        ck_assert_msg(ready > 0 || (ready < 0 && errno == EINTR), "the program says nothing");
        ssize_t count = read(program->out, line + size, 1);
        if (count == 0 && size == 0)
            return NULL;
        if (count <= 0 || line[size] == '\n')
            break;
        size++;
    }
    line[size] = '\0';
    return line;
}

int running_wait(const struct running *program)
{
    return end_of(program->pid, now_ms() + DEADLINE_MS);
}
