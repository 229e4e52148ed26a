#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "namespace.h"

#define CORES 2

static struct {
    size_t core[CORES];
    int cores;
    long descriptors;
} machine;

static void find_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        machine_fail("sched_getaffinity");
    for (size_t i = 0; i < CPU_SETSIZE && machine.cores < CORES; i++)
        if (CPU_ISSET(i, &set))
            machine.core[machine.cores++] = i;
}

void machine_init(void)
{
    struct rlimit limit;
    find_cores();
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        machine_fail("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    machine.descriptors = limit.rlim_cur > 1000000 ? 1000000 : (long)limit.rlim_cur;
}

#define CONGESTION "/proc/sys/net/ipv4/tcp_congestion_control"

void machine_isolate(void)
{
    if (namespace_enter())
        namespace_set(CONGESTION, "reno");
}

const char *machine_congestion(void)
{
    static char name[32];
    FILE *file = fopen(CONGESTION, "r");
    if (!file || !fgets(name, sizeof name, file))
        snprintf(name, sizeof name, "unknown");
    name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
    return name;
}

int machine_cores(void)
{
    return machine.cores;
}

long machine_descriptors(void)
{
    return machine.descriptors;
}

/* others: where those belong that are measured. */
static void place(pid_t pid, enum placement placement, bool others)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int last = machine.cores - 1;
    if (placement != APART || !others)
        CPU_SET(machine.core[0], &set);
    if (placement == ANYWHERE || (placement == APART && others))
        CPU_SET(machine.core[last], &set);
    if (sched_setaffinity(pid, sizeof set, &set) < 0 && errno != ESRCH)
        machine_fail("sched_setaffinity");
}

void machine_place_self(enum placement placement)
{
    place(0, placement, false);
}

void machine_place(pid_t pid, enum placement placement)
{
    place(pid, placement, true);
}

void machine_yield(pid_t pid)
{
    const struct sched_param none = {0};
    if (sched_setscheduler(pid, SCHED_IDLE, &none) < 0 && errno != ESRCH)
        machine_fail("sched_setscheduler");
}

void machine_remove(const char *directory)
{
    DIR *files = opendir(directory);
    for (struct dirent *entry; files && (entry = readdir(files));)
        unlinkat(dirfd(files), entry->d_name, 0);
    if (files)
        closedir(files);
    rmdir(directory);
}

double machine_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void machine_fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

void machine_wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}
