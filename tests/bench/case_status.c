/* One call about many streams: sent in full, as a set that the daemon remembers, and the kernel's own poll() beside it. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "crowd.h"
#include "daemon.h"
#include "load.h"
#include "machine.h"
#include "race.h"

#define RESERVE 400 /* descriptors for everything else */

/* Calls of one kind, on a session of their own. */
struct caller {
    struct load load;
    int link;
    struct child *child;
    const char *missing;
};

static struct cost call(void *context, long count)
{
    struct caller *caller = context;
    struct watch watch = watch_start(caller->child, NULL);
    load_run(&caller->load, count);
    return watch_stop(&watch);
}

/* The request with every stream in it. more: further parameters. Must be freed. */
static char *full_request(const struct crowd *crowd, const char *more)
{
    char *request = malloc(256 + (size_t)crowd->count * 64), *at = request;
    if (!request)
        machine_fail("malloc");
    at += sprintf(at, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-status\",\"params\":{\"timeout\":0%s,\"sockets\":[",
                  more);
    for (int i = 0; i < crowd->count; i++)
        at += sprintf(at, "%s{\"handle\":%ld,\"direction\":\"input\"}", i ? "," : "", crowd->handles[i]);
    strcpy(at, "]}}\n");
    return request;
}

static void open_full(struct caller *caller, struct daemon *daemon, const struct crowd *crowd)
{
    char *request = full_request(crowd, "");
    *caller = (struct caller){.link = daemon_link(daemon), .child = &daemon->child};
    load_init(&caller->load, &caller->link, 1, 1, request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
    free(request);
}

/* The same streams by the name of their set. actionable: only those that have something are asked for. */
static void open_set(struct caller *caller, struct daemon *daemon, const struct crowd *crowd, bool actionable)
{
    static char reply[4 * 1024 * 1024];
    char again[256], *request = full_request(crowd, ",\"remember\":true");
    *caller = (struct caller){.link = daemon_link(daemon), .child = &daemon->child};
    link_send(caller->link, request, strlen(request));
    link_line(caller->link, reply, sizeof reply);
    free(request);
    const char *set = strstr(reply, "\"set\":");
    if (!set) {
        caller->missing = "this daemon remembers no sets";
        close(caller->link);
        return;
    }
    snprintf(
        again, sizeof again,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-status\",\"params\":{\"timeout\":0,\"sockets\":{\"set\":%ld}%s}}\n",
        strtol(set + strlen("\"set\":"), NULL, 10), actionable ? ",\"actionable\":true" : "");
    load_init(&caller->load, &caller->link, 1, 1, again, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
}

static void close_caller(struct caller *caller)
{
    if (!caller->missing)
        load_deinit(&caller->load);
}

/* poll() by whoever has the descriptors. */
struct poller {
    struct pollfd *polls;
    int count;
};

static struct cost poll_all(void *context, long count)
{
    struct poller *poller = context;
    struct child self = child_self();
    struct watch watch = watch_start(&self, NULL);
    while (count-- > 0)
        poll(poller->polls, (nfds_t)poller->count, 0);
    return watch_stop(&watch);
}

/* The peers' ends: as many of them answer as of the daemon's. */
static void open_poller(struct poller *poller, const struct crowd *crowd, int ready)
{
    *poller = (struct poller){calloc((size_t)crowd->count, sizeof *poller->polls), crowd->count};
    if (!poller->polls)
        machine_fail("calloc");
    for (int i = 0; i < crowd->count; i++)
        poller->polls[i] = (struct pollfd){crowd->others[i], i < ready ? POLLIN | POLLOUT : POLLIN, 0};
}

enum { FULL, SET, ACTIONABLE, POLL, ROWS };

static void run(struct daemon *daemon, const struct contender *contenders, int count, int ready, enum placement placement)
{
    char name[64];
    snprintf(name, sizeof name, "%d handles, %s ready, %s", count,
             ready == count ? "all"
             : ready        ? "one"
                            : "none",
             placement == TOGETHER ? "one core" : "two cores");
    struct race race = {.figure = {.bench = "status", .name = name}, .contenders = contenders, .count = ROWS};
    machine_place_self(placement);
    machine_place(daemon->child.pid, placement);
    race_run(&race);
    if (count >= 1000 && ready == 1 && placement == TOGETHER) {
        figure_claim(&race.figure, FULL, POLL, OF_CPU, AT_MOST, 3);
        for (int row = SET; row <= ACTIONABLE; row++)
            if (!contenders[row].skipped)
                figure_claim(&race.figure, row, -1, OF_CPU, AT_MOST, 50);
    }
    figure_print(&race.figure);
}

static void measure(struct daemon *daemon, const struct crowd *crowd, int ready)
{
    struct caller callers[POLL];
    struct poller poller;
    open_full(&callers[FULL], daemon, crowd);
    open_set(&callers[SET], daemon, crowd, false);
    open_set(&callers[ACTIONABLE], daemon, crowd, true);
    open_poller(&poller, crowd, ready);
    const struct contender contenders[ROWS] = {
        [FULL] = {"sockd, sent in full", NULL, &callers[FULL], call},
        [SET] = {"sockd, remembered set", callers[SET].missing, &callers[SET], call},
        [ACTIONABLE] = {"sockd, set, actionable only", callers[ACTIONABLE].missing, &callers[ACTIONABLE], call},
        [POLL] = {"poll() by oneself", NULL, &poller, poll_all},
    };
    run(daemon, contenders, crowd->count, ready, TOGETHER);
    if (!settings.against) /* none of its ratios is kept */
        run(daemon, contenders, crowd->count, ready, APART);
    for (int i = 0; i < POLL; i++)
        close_caller(&callers[i]);
    free(poller.polls);
}

static void make_ready(const struct crowd *crowd, int from, int to)
{
    for (int i = from; i < to; i++)
        link_send(crowd->others[i], "x", 1);
}

static void measure_crowd(struct daemon *daemon, int count)
{
    struct crowd crowd;
    int link = daemon_link(daemon);
    if (count + RESERVE > machine_descriptors()) {
        bench_say("status: %d handles skipped: a process may have %ld descriptors", count, machine_descriptors());
        return;
    }
    crowd_open(&crowd, link, count);
    measure(daemon, &crowd, 0);
    make_ready(&crowd, 0, 1);
    measure(daemon, &crowd, 1);
    make_ready(&crowd, 1, count);
    measure(daemon, &crowd, count);
    close(link);
    crowd_close(&crowd);
}

void case_status(void)
{
    struct daemon daemon;
    daemon_start(&daemon);
    measure_crowd(&daemon, 10);
    measure_crowd(&daemon, settings.quick ? 100 : 1000);
    if (!settings.quick)
        measure_crowd(&daemon, 10000);
    daemon_stop(&daemon);
}
