/* The round trip of a quiet session: by itself, and while other sessions push bulk, list handles, connect and close; and, to
 * tell the daemon's share from that of the cores, while others push bulk over a plain TCP connection. It has a core and the
 * daemon another one; those others take what they get of both. Each round is many calls, of which the median and the 99th
 * percentile count. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "crowd.h"
#include "daemon.h"
#include "figure.h"
#include "load.h"
#include "machine.h"
#include "mover.h"
#include "path.h"
#include "peer.h"

#define CALLS 4000
#define LISTED 1000
#define MIB_A_TIME 16

struct stage {
    struct daemon daemon;
    struct load quiet;
    int quiet_link, crowd_link, told;
    struct crowd crowd;
};

/* Says once that the work has begun. */
static void tell(const struct stage *stage)
{
    if (write(stage->told, "", 1) != 1)
        _exit(1);
}

/* The same work for both cores, and none of it the daemon's. */
static void push_elsewhere(void *context)
{
    struct mover mover;
    struct path path;
    mover_start(&mover);
    int fd = peer_connect(mover.port);
    path_plain(&path, &mover, mover_accept(&mover), fd, NULL);
    tell(context);
    for (;;)
        path_out(&path, MIB_A_TIME);
}

static void push_bulk(void *context)
{
    struct stage *stage = context;
    struct mover mover;
    struct path path;
    mover_start(&mover);
    int link = daemon_link(&stage->daemon);
    long stream = daemon_call(link, "stream", "socket-connect",
                              "{\"port\":%d,\"host\":\"127.0.0.1\",\"element_type\":\"unsigned-byte 8\"}", mover.port);
    path_frames(&path, &mover, mover_accept(&mover), link, stream, 256 * 1024, CODING_PAYLOAD, NULL);
    tell(stage);
    for (;;)
        path_out(&path, MIB_A_TIME);
}

static void list_handles(void *context)
{
    struct stage *stage = context;
    struct load load;
    int link = daemon_link(&stage->daemon);
    load_init(&load, &link, 1, 4,
              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"handle.list\",\"params\":{\"fields\":[\"handle\",\"state\"]}}\n",
              "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
    tell(stage);
    for (;;)
        load_run(&load, 1000);
}

static void churn(void *context)
{
    struct stage *stage = context;
    int link = daemon_link(&stage->daemon), listener = peer_listen(), other;
    const struct linger hard = {1, 0};
    tell(stage);
    for (;;) {
        long handle = daemon_stream(link, listener, "", &other);
        daemon_call(link, NULL, "close", "{\"handle\":%ld}", handle);
        setsockopt(other, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(other);
    }
}

static const struct disturbance {
    const char *name;
    void (*run)(void *context);
} disturbances[] = {
    {"by itself", NULL},
    {"beside bulk, 256 KiB payloads", push_bulk},
    {"beside bulk that is not sockd's", push_elsewhere},
    {"beside lists of 1000 handles", list_handles},
    {"beside connect and close", churn},
};
#define DISTURBANCES ((int)(sizeof disturbances / sizeof *disturbances))

static void disturb(struct stage *stage, const struct disturbance *disturbance, struct child *child)
{
    int ends[2];
    char told;
    if (pipe(ends) < 0)
        machine_fail("pipe");
    stage->told = ends[1];
    child_run(child, disturbance->run, stage);
    machine_place(child->pid, ANYWHERE);
    close(ends[1]);
    if (read(ends[0], &told, 1) != 1)
        machine_wrong("nothing is there %s", disturbance->name);
    close(ends[0]);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One round of calls: their median and 99th percentile, in microseconds. */
static void ask(struct stage *stage, double *median, double *late)
{
    static double trips[CALLS];
    int count = settings.quick ? 20 : CALLS;
    for (int i = 0; i < count; i++) {
        double begin = machine_now();
        load_run(&stage->quiet, 1);
        trips[i] = (machine_now() - begin) * 1e6;
    }
    qsort(trips, (size_t)count, sizeof *trips, compare);
    *median = trips[count / 2];
    *late = trips[count * 99 / 100];
}

static void measure(struct stage *stage)
{
    struct figure medians = {.bench = "latency", .name = "median of the round trips", .unit = "us"};
    struct figure lates = {.bench = "latency", .name = "99th percentile of the round trips", .unit = "us"};
    for (int i = 0; i < DISTURBANCES; i++) {
        figure_row(&medians, disturbances[i].name, NULL);
        figure_row(&lates, disturbances[i].name, NULL);
    }
    for (int round = -1; round < settings.rounds; round++) /* the first one warms up */
        for (int i = 0; i < DISTURBANCES; i++) {
            struct child child = {0};
            double median, late;
            if (disturbances[i].run)
                disturb(stage, &disturbances[i], &child);
            ask(stage, &median, &late);
            child_end(&child);
            if (round < 0)
                continue;
            figure_add(&medians, i, (struct sample){median, NAN});
            figure_add(&lates, i, (struct sample){late, NAN});
        }
    for (int i = 1; i < DISTURBANCES; i++)
        if (disturbances[i].run != push_elsewhere)
            figure_claim(&lates, i, 0, OF_VALUE, AT_MOST, 5);
    figure_print(&medians);
    figure_print(&lates);
}

void case_latency(void)
{
    static struct stage stage;
    char request[160];
    daemon_start(&stage.daemon);
    machine_place_self(APART);
    machine_place(stage.daemon.child.pid, APART);
    stage.crowd_link = daemon_link(&stage.daemon);
    crowd_open(&stage.crowd, stage.crowd_link, settings.quick ? 20 : LISTED);
    stage.quiet_link = daemon_link(&stage.daemon);
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-status\",\"params\":{\"sockets\":%ld,\"timeout\":0}}\n",
             stage.crowd.handles[0]);
    load_init(&stage.quiet, &stage.quiet_link, 1, 1, request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
    measure(&stage);
    load_deinit(&stage.quiet);
    close(stage.crowd_link);
    crowd_close(&stage.crowd);
    daemon_stop(&stage.daemon);
}
