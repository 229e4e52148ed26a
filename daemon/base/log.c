/* Standard error may be a pipe that nobody reads, a terminal that was stopped or a socket of the journal, and it is shared
 * with other processes: its flags are not ours to change. So readiness is asked for first, and the write itself is one that
 * does not wait where the kernel has such a thing. A line has at most PIPE_BUF bytes, so that a pipe takes it whole. */
#include "log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "utf8.h"

#define LINE_MAX_BYTES PIPE_BUF
#define TEXT_MAX_BYTES 2048

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static _Atomic int log_limit = LOG_LEVEL_WARNING;
static _Atomic unsigned long log_lost;

struct line {
    char data[LINE_MAX_BYTES];
    size_t size;
};

int log_level_find(const char *name)
{
    for (int i = 0; i <= LOG_LEVEL_DEBUG; i++)
        if (strcmp(level_names[i], name) == 0)
            return i;
    return -1;
}

void log_set_level(enum log_level level)
{
    log_limit = (int)level;
}

bool log_wants(enum log_level level)
{
    return (int)level <= log_limit;
}

unsigned long log_dropped(void)
{
    return log_lost;
}

/* Appends text so that it is one line of plain characters; bytes of others, and what is not UTF-8, are written as numbers. */
static void line_add(struct line *line, const char *text)
{
    size_t size = strlen(text);
    while (size) {
        int32_t ch = 0;
        int used = utf8_read((const unsigned char *)text, size, &ch);
        bool plain = used > 0 && utf8_plain(ch);
        size_t count = used > 0 ? (size_t)used : 1;
        if (line->size + 4 * count + 4 > sizeof(line->data))
            return;
        if (plain) {
            memcpy(line->data + line->size, text, count);
            line->size += count;
        } else {
            for (size_t i = 0; i < count; i++)
                line->size += (size_t)sprintf(line->data + line->size, "\\x%02x", (unsigned char)text[i]);
        }
        text += count;
        size -= count;
    }
}

/* write() that neither waits nor raises SIGPIPE, on whatever standard error is. */
static ssize_t write_file(const void *data, size_t size)
{
    struct stat status;
    if (fstat(STDERR_FILENO, &status) != 0)
        return -1;
    if (S_ISREG(status.st_mode))
        return write(STDERR_FILENO, data, size);
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT) || ready.revents & (POLLERR | POLLNVAL))
        return -1;
    struct iovec part = {(void *)(uintptr_t)data, size};
    ssize_t written = pwritev2(STDERR_FILENO, &part, 1, -1, RWF_NOWAIT);
    if (written < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))
        written = write(STDERR_FILENO, data, size); /* an older kernel: poll() has said that there is room */
    return written;
}

static ssize_t write_quietly(const void *data, size_t size)
{
    ssize_t written = send(STDERR_FILENO, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written >= 0 || errno != ENOTSOCK)
        return written;

    sigset_t pipe_signal, before, waiting;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&waiting);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    written = write_file(data, size);
    if (!sigismember(&waiting, SIGPIPE))
        while (sigtimedwait(&pipe_signal, NULL, &(struct timespec){0, 0}) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return written;
}

/* What was cut off is made up for by an end of line, so that the next line starts on its own. */
static bool line_write(struct line *line)
{
    static _Atomic bool torn;
    if (torn && write_quietly("\n", 1) != 1)
        return false;
    line->data[line->size++] = '\n';
    ssize_t written = write_quietly(line->data, line->size);
    torn = written > 0 && (size_t)written < line->size;
    return written == (ssize_t)line->size;
}

void log_line(enum log_level level, const char *about, const char *format, ...)
{
    if (!log_wants(level))
        return;
    int before = errno;
    char text[TEXT_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);

    struct line line = {.size = 0};
    unsigned long lost = log_lost;
    if (lost) /* in the same write: a pipe that has room for one may have none for a second */
        line.size = (size_t)sprintf(line.data, "warning: log: %lu lines could not be written and are lost\n", lost);
    line_add(&line, level_names[level]);
    line_add(&line, ": ");
    if (about) {
        line_add(&line, about);
        line_add(&line, ": ");
    }
    line_add(&line, text);
    if (line_write(&line))
        log_lost -= lost;
    else
        log_lost++;
    errno = before;
}
