#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "log.h"

static int kept; /* the real standard error */

static void stderr_replace(int fd)
{
    kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

static void stderr_restore(void)
{
    dup2(kept, STDERR_FILENO);
    close(kept);
}

static size_t take(int fd, char *text, size_t size)
{
    ssize_t count = read(fd, text, size - 1);
    ck_assert_int_ge(count, 0);
    text[count] = 0;
    return (size_t)count;
}

START_TEST(line)
{
    int pipes[2];
    char text[8192];
    ck_assert_int_eq(pipe(pipes), 0);
    stderr_replace(pipes[1]);
    log_set_level(LOG_LEVEL_INFO);
    errno = ENOENT;
    log_info("session 4 (uid 1000)", "bad %s%s", "a\nb\033[31m\177\302\205\377\342\200", "\256\303\274");
    ck_assert_int_eq(errno, ENOENT);
    log_debug(NULL, "too quiet");
    log_error(NULL, "plain");
    stderr_restore();
    take(pipes[0], text, sizeof(text));
    ck_assert_str_eq(
        text, "info: session 4 (uid 1000): bad a\\x0ab\\x1b[31m\\x7f\\xc2\\x85\\xff\\xe2\\x80\\xae\303\274\nerror: plain\n");
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(long_line)
{
    int pipes[2];
    static char text[8192], word[6000];
    memset(word, 1, sizeof(word) - 1);
    ck_assert_int_eq(pipe(pipes), 0);
    stderr_replace(pipes[1]);
    log_error(word, "%s", word);
    stderr_restore();
    size_t size = take(pipes[0], text, sizeof(text));
    ck_assert_uint_gt(size, PIPE_BUF - 16);
    ck_assert_uint_le(size, PIPE_BUF);
    ck_assert_int_eq(text[size - 1], '\n');
    ck_assert_ptr_eq(strchr(text, '\n'), text + size - 1);
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

/* Fills the pipe, finds the lines lost and nobody waiting; then says how many were lost. The pipe's flags stay as they are. */
START_TEST(full_pipe)
{
    int pipes[2];
    static char text[1 << 20];
    ck_assert_int_eq(pipe(pipes), 0);
    fcntl(pipes[1], F_SETPIPE_SZ, 4096);
    stderr_replace(pipes[1]);
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    for (int i = 0; i < 10000; i++)
        log_error("pipe", "line %d", i);
    ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL), flags);
    unsigned long lost = log_dropped();
    ck_assert_uint_gt(lost, 0);
    size_t size = take(pipes[0], text, sizeof(text));
    unsigned long lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    ck_assert_uint_eq(lines + lost, 10000);
    ck_assert_int_eq(text[size - 1], '\n');

    log_error(NULL, "after");
    ck_assert_uint_eq(log_dropped(), 0);
    stderr_restore();
    take(pipes[0], text, sizeof(text));
    char expected[128];
    snprintf(expected, sizeof(expected), "warning: log: %lu lines could not be written and are lost\nerror: after\n", lost);
    ck_assert_str_eq(text, expected);
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(broken_pipe)
{
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    close(pipes[0]);
    signal(SIGPIPE, SIG_DFL);
    stderr_replace(pipes[1]);
    log_error(NULL, "nobody");
    stderr_restore();
    ck_assert_uint_eq(log_dropped(), 1);
    close(pipes[1]);
}
END_TEST

START_TEST(stream_socket)
{
    int pair[2];
    static char text[1 << 20];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    stderr_replace(pair[1]);
    signal(SIGPIPE, SIG_DFL);
    while (!log_dropped())
        log_error(NULL, "a line that fills the socket, %d", 17);
    take(pair[0], text, sizeof(text));
    log_error(NULL, "after");
    ck_assert_uint_eq(log_dropped(), 0);
    take(pair[0], text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "lost\nerror: after\n"));
    close(pair[0]);
    log_error(NULL, "nobody");
    ck_assert_uint_eq(log_dropped(), 1);
    stderr_restore();
    close(pair[1]);
}
END_TEST

START_TEST(no_stderr)
{
    int copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    close(STDERR_FILENO);
    log_error(NULL, "nowhere");
    ck_assert_int_eq(dup2(copy, STDERR_FILENO), STDERR_FILENO);
    close(copy);
    ck_assert_uint_eq(log_dropped(), 1);
}
END_TEST

START_TEST(regular_file)
{
    FILE *file = tmpfile();
    char text[256] = "";
    stderr_replace(fileno(file));
    log_error(NULL, "one");
    log_error(NULL, "two");
    stderr_restore();
    rewind(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    ck_assert_uint_eq(size, strlen("error: one\nerror: two\n"));
    ck_assert_str_eq(text, "error: one\nerror: two\n");
    fclose(file);
}
END_TEST

START_TEST(levels)
{
    ck_assert_int_eq(log_level_find("error"), LOG_LEVEL_ERROR);
    ck_assert_int_eq(log_level_find("debug"), LOG_LEVEL_DEBUG);
    ck_assert_int_eq(log_level_find("Debug"), -1);
    ck_assert_int_eq(log_level_find(""), -1);
    ck_assert(log_wants(LOG_LEVEL_WARNING));
    ck_assert(!log_wants(LOG_LEVEL_INFO));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tcase = fixture_case(suite, "log", 10);
    tcase_add_test(tcase, line);
    tcase_add_test(tcase, long_line);
    tcase_add_test(tcase, full_pipe);
    tcase_add_test(tcase, broken_pipe);
    tcase_add_test(tcase, stream_socket);
    tcase_add_test(tcase, no_stderr);
    tcase_add_test(tcase, regular_file);
    tcase_add_test(tcase, levels);
    return fixture_run(suite);
}
