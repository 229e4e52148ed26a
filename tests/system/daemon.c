/* The parent's death kills the daemon, so that no test can leave one behind. */
#include "daemon.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SOCKD_PROGRAM
#define SOCKD_PROGRAM "sockd"
#endif

#define DEADLINE_MS 10000

long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void breathe(void)
{
    poll(NULL, 0, 2);
}

static void die(const char *what)
{
    perror(what);
    exit(99);
}

void daemon_prepare(struct daemon *d)
{
    const char *base = getenv("TMPDIR");
    snprintf(d->directory, sizeof d->directory, "%.40s/sockd-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(d->directory))
        die(d->directory);
    snprintf(d->socket, sizeof d->socket, "%s/sockd.sock", d->directory);
    snprintf(d->output, sizeof d->output, "%s/output", d->directory);
    snprintf(d->errors, sizeof d->errors, "%s/errors", d->directory);
}

static const char *write_file(const struct daemon *d, const char *name, const char *text)
{
    static char path[120];
    snprintf(path, sizeof path, "%s/%s", d->directory, name);
    FILE *file = fopen(path, "w");
    if (!file)
        die(path);
    for (; *text; text++)
        if (*text == '$')
            fputs(d->directory, file);
        else
            fputc(*text == '\'' ? '"' : *text, file);
    if (fclose(file) != 0)
        die(path);
    return path;
}

const char *daemon_configure(const struct daemon *d, const char *text)
{
    return write_file(d, "config", text);
}

/* Gives this process a view of the file system in which only the test's name server is known. */
static bool enter_names(const struct daemon *d)
{
    static const char *const files[] = {"resolv.conf", "nsswitch.conf"};
    char from[120], to[40];
    bool good = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    for (size_t i = 0; good && i < sizeof files / sizeof *files; i++) {
        snprintf(from, sizeof from, "%s/%s", d->directory, files[i]);
        snprintf(to, sizeof to, "/etc/%s", files[i]);
        good = mount(from, to, NULL, MS_BIND, NULL) == 0;
    }
    return good;
}

/* A socket at the name server's place: whether there can be one. */
static bool can_serve_names(const struct daemon *d)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, d->names, &address.sin_addr);
    bool can = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return can;
}

bool daemon_take_names(struct daemon *d)
{
    char text[80];
    int status;
    unsigned number = (unsigned)getpid();
    snprintf(d->names, sizeof d->names, "127.%u.%u.%u", 64 + (number >> 16 & 63), number >> 8 & 255, number & 255);
    snprintf(text, sizeof text, "nameserver %s\noptions timeout:30 attempts:1\n", d->names);
    write_file(d, "resolv.conf", text);
    write_file(d, "nsswitch.conf", "hosts: files dns\n");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(!enter_names(d));
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 && can_serve_names(d);
}

static void redirect(int descriptor, const char *path, int flags)
{
    int file = open(path, flags, 0600);
    if (file < 0 || dup2(file, descriptor) < 0)
        die(path);
    close(file);
}

static void run_program(const struct daemon *d, const char *const *arguments)
{
    const char *program = getenv("SOCKD_PROGRAM");
    program = program ? program : SOCKD_PROGRAM;
    const char *list[32] = {program, "--socket", d->socket, "--log-level", "warning", NULL};
    for (int i = 0; arguments; i++) {
        list[i + 1] = arguments[i];
        if (!arguments[i])
            break;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (d->names[0] && !enter_names(d))
        die("a name server of its own");
    redirect(0, "/dev/null", O_RDONLY);
    redirect(1, d->output, O_WRONLY | O_CREAT | O_TRUNC);
    redirect(2, d->errors, O_WRONLY | O_CREAT | O_TRUNC);
    close_range(3, ~0u, 0);
    signal(SIGPIPE, SIG_DFL);
    setenv("UBSAN_OPTIONS", "print_stacktrace=1", 0);
    execv(program, (char *const *)list);
    _exit(127);
}

void daemon_start(struct daemon *d, const char *const *arguments)
{
    if (!d->directory[0])
        daemon_prepare(d);
    fflush(NULL);
    d->pid = fork();
    if (d->pid < 0)
        die("fork");
    if (d->pid == 0)
        run_program(d, arguments);
}

static bool accepts(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool accepted = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return accepted;
}

bool daemon_ready(struct daemon *d)
{
    siginfo_t ended = {0};
    for (long end = now_ms() + DEADLINE_MS; now_ms() < end; breathe()) {
        if (accepts(d->socket))
            return true;
        if (waitid(P_PID, (id_t)d->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == d->pid)
            return false;
    }
    return false;
}

int daemon_wait(struct daemon *d)
{
    int status;
    for (long end = now_ms() + DEADLINE_MS; now_ms() < end; breathe())
        if (waitpid(d->pid, &status, WNOHANG) == d->pid) {
            d->pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    return -1;
}

const char *daemon_read(const char *path, char *text, int size)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, (size_t)size - 1, file) : 0;
    text[length] = '\0';
    if (file)
        fclose(file);
    return text;
}

const char *daemon_fault(char *text)
{
    static const char *const signs[] = {"Sanitizer", "runtime error", "ssertion", "[warn]", "[err]", "internal", "BUG"};
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
            if (strstr(line, signs[i])) {
                if (rest)
                    rest[-1] = '\n';
                return line;
            }
    return NULL;
}

const char *daemon_stop(struct daemon *d, int signal_number)
{
    static char text[20000], fault[20100];
    kill(d->pid, signal_number);
    pid_t pid = d->pid;
    int status = daemon_wait(d);
    if (status == -1) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        d->pid = 0;
        return "the daemon did not end within 10 s";
    }
    const char *line = daemon_fault((char *)daemon_read(d->errors, text, sizeof text));
    if (line)
        snprintf(fault, sizeof fault, "the daemon wrote: %s", line);
    else if (status != 0)
        snprintf(fault, sizeof fault, "the daemon ended with status %d: %s", status, daemon_read(d->errors, text, sizeof text));
    else if (access(d->socket, F_OK) == 0)
        snprintf(fault, sizeof fault, "the daemon left its socket file");
    else
        return NULL;
    return fault;
}

void daemon_clean(struct daemon *d)
{
    DIR *directory = opendir(d->directory);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        unlinkat(dirfd(directory), entry->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(d->directory);
    d->directory[0] = '\0';
}

int daemon_descriptors(const struct daemon *d)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)d->pid);
    DIR *directory = opendir(path);
    int count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    if (directory)
        closedir(directory);
    return count;
}

int daemon_settle(const struct daemon *d, int descriptors)
{
    int count = daemon_descriptors(d);
    for (long end = now_ms() + 3000; count != descriptors && now_ms() < end; count = daemon_descriptors(d))
        breathe();
    return count;
}
