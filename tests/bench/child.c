/* Each child leads a process group, so that what it starts itself is found, and ends with it. */
#include "child.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void add_process(struct child *child, pid_t pid)
{
    for (int i = 0; i < child->family_count; i++)
        if (child->family[i] == pid)
            return;
    if (child->family_count < CHILD_FAMILY && clock_getcpuclockid(pid, &child->clocks[child->family_count]) == 0)
        child->family[child->family_count++] = pid;
}

struct child child_self(void)
{
    return (struct child){.pid = getpid(), .family = {getpid()}, .clocks = {CLOCK_PROCESS_CPUTIME_ID}, .family_count = 1};
}

void child_gather(struct child *child)
{
    DIR *directory = opendir("/proc");
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? (pid_t)strtol(entry->d_name, NULL, 10) : 0;
        if (pid > 0 && pid != child->pid && getpgid(pid) == child->pid)
            add_process(child, pid);
    }
    if (directory)
        closedir(directory);
}

static void begin(struct child *child)
{
    fflush(NULL);
    child->pid = fork();
    if (child->pid < 0)
        machine_fail("fork");
    setpgid(child->pid, child->pid);
    child->family_count = 0;
    if (child->pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    else
        add_process(child, child->pid);
}

static void redirect(int descriptor, const char *path, int flags)
{
    int file = open(path, flags, 0600);
    if (file < 0 || dup2(file, descriptor) < 0)
        _exit(126);
    if (file != descriptor)
        close(file);
}

static void close_all_but(int keep)
{
    if (keep > 3)
        close_range(3, (unsigned)keep - 1, 0);
    close_range(keep > 2 ? (unsigned)keep + 1 : 3, ~0u, 0);
}

void child_exec(struct child *child, const char *const *arguments, int keep, const char *errors)
{
    begin(child);
    if (child->pid > 0)
        return;
    redirect(0, "/dev/null", O_RDONLY);
    redirect(1, "/dev/null", O_WRONLY);
    redirect(2, errors ? errors : "/dev/null", O_WRONLY | O_CREAT | O_APPEND);
    close_all_but(keep);
    if (keep > 2)
        fcntl(keep, F_SETFD, 0);
    execvp(arguments[0], (char *const *)arguments);
    _exit(127);
}

void child_run(struct child *child, void (*run)(void *context), void *context)
{
    begin(child);
    if (child->pid > 0)
        return;
    run(context);
    _exit(0);
}

bool child_exists(const char *program)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "/usr/bin:/bin"), *rest = copy, full[4096];
    bool found = false;
    for (const char *folder; !found && (folder = strsep(&rest, ":"));) {
        snprintf(full, sizeof full, "%s/%s", folder, program);
        found = access(full, X_OK) == 0;
    }
    free(copy);
    return found;
}

void child_place(const struct child *child, enum placement placement)
{
    for (int i = 0; i < child->family_count; i++)
        machine_place(child->family[i], placement);
}

double child_cpu(struct child *child)
{
    struct timespec used;
    double seconds = 0;
    for (int i = 0; i < child->family_count; i++) {
        if (clock_gettime(child->clocks[i], &used) == 0)
            child->used[i] = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
        seconds += child->used[i];
    }
    return seconds;
}

double child_memory(const struct child *child)
{
    char path[64], line[256];
    long kilobytes = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)child->pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Private_Dirty: %ld kB", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    if (kilobytes < 0)
        machine_fail(path);
    return (double)kilobytes * 1024;
}

void child_end(struct child *child)
{
    if (child->pid <= 0)
        return;
    kill(-child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    child->pid = 0;
}

void child_wait(struct child *child)
{
    waitpid(child->pid, NULL, 0);
    child->pid = 0;
}
