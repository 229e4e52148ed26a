/* The calls of a quiet user, one at a time, while another user under another profile uses up all that his profile lets him
 * have: first by what he holds, then by what he asks for without pause.
 *
 * What is measured is the daemon's service. Whatever the other one's processes do by themselves is not the daemon's doing: they
 * run only when nobody else wants their core (SCHED_IDLE). Each core is kept awake all the time by a process that asks the
 * daemon for nothing, the quiet one alone or not: waking a core takes longer than a call does, and anybody who asks for
 * anything changes how often it sleeps. With two cores the daemon has one to itself, so that the other's requests can always
 * come. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "daemon.h"
#include "figure.h"
#include "load.h"
#include "machine.h"

#define SAMPLE_SECONDS 0.15
#define MOST_CALLS 40000
#define HANDLES 1024
#define SESSIONS 16
#define PIPELINE 64

#define RULES                                                                                \
    "\"rights\": [\"connect\", \"listen\", \"io\", \"resolve\", \"options\"], "              \
    "\"dial\": [{\"allow\": \"*\"}, {\"allow\": \"127.0.0.1\", \"ports\": [\"1-65535\"]}], " \
    "\"listen\": [{\"allow\": \"127.0.0.1\"}]"

static const char *const profiles[] = {
    "quiet", "{" RULES "}", "busy",
    "{" RULES ", \"limits\": {\"handles\": 1024, \"waiters\": 1000, \"buffered\": 16777216, \"resolver_jobs\": 64}}", NULL};

/* Burns what is left of a core, so that it never sleeps. */
static void burn(void *context)
{
    (void)context;
    for (volatile unsigned i = 0;; i++)
        ;
}

struct stage {
    struct daemon daemon;
    struct load quiet;
    int quiet_link, told;
};

static void tell(const struct stage *stage)
{
    if (write(stage->told, "", 1) != 1)
        _exit(1);
}

/* ---- the other one ---- */

static int come(struct stage *stage)
{
    return daemon_link_by(&stage->daemon, "busy");
}

static long serve(int link)
{
    return daemon_call(link, "server", "socket-server", "{\"interface\":\"127.0.0.1\"}");
}

/* As many servers as he may have: their handles; the caller's. */
static long *serve_all(int link)
{
    int count = settings.quick ? 20 : HANDLES;
    long *handles = calloc(HANDLES, sizeof *handles);
    if (!handles)
        machine_fail("calloc");
    for (int i = 0; i < count; i++)
        handles[i] = serve(link);
    return handles;
}

static void hold_handles(void *context)
{
    struct stage *stage = context;
    free(serve_all(come(stage)));
    tell(stage);
    pause();
}

static void hold_waits(void *context)
{
    struct stage *stage = context;
    int link = come(stage);
    long server = serve(link);
    char request[200];
    for (int i = 0; i < (settings.quick ? 20 : 1000); i++) {
        int size =
            snprintf(request, sizeof request,
                     "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"socket-wait\",\"params\":{\"server\":%ld}}\n", i, server);
        link_send(link, request, (size_t)size);
    }
    tell(stage);
    pause();
}

/* Messages that do not end, as many bytes as he may have in the daemon, a piece more now and then. */
static void hold_bytes(void *context)
{
    static char piece[900 * 1000];
    struct stage *stage = context;
    memset(piece, ' ', sizeof piece);
    for (int i = 0; i < (settings.quick ? 2 : 12); i++)
        send(come(stage), piece, sizeof piece, MSG_NOSIGNAL);
    tell(stage);
    pause();
}

/* The same request from several sessions, each always with as many in flight. */
static void flood(struct stage *stage, int sessions, int window, const char *request)
{
    int links[SESSIONS];
    struct load load;
    for (int i = 0; i < sessions; i++)
        links[i] = come(stage);
    load_init(&load, links, sessions, window, request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":");
    tell(stage);
    for (;;)
        load_run(&load, 1000000);
}

#define HELLO "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\"}\n"

static void flood_calls(void *context)
{
    flood(context, 4, PIPELINE, HELLO);
}

static void flood_sessions(void *context)
{
    flood(context, SESSIONS, 1, HELLO);
}

static void flood_statuses(void *context)
{
    static char request[64 * HANDLES];
    struct stage *stage = context;
    long *handles = serve_all(come(stage));
    char *at = request + sprintf(request,
                                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-status\",\"params\":{\"timeout\":0,"
                                 "\"sockets\":[%ld",
                                 handles[0]);
    for (int i = 1; i < HANDLES && handles[i]; i++)
        at += sprintf(at, ",%ld", handles[i]);
    strcpy(at, "]}}\n");
    free(handles);
    flood(stage, 4, 4, request);
}

static void flood_lists(void *context)
{
    struct stage *stage = context;
    free(serve_all(come(stage)));
    flood(stage, 4, 1,
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"handle.list\",\"params\":{\"fields\":[\"handle\",\"state\"]}}\n");
}

/* Names that nobody knows: an error each, whose size stays the same. */
static void flood_names(void *context)
{
    struct stage *stage = context;
    int link = come(stage);
    char line[4096];
    static const char request[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":80,\"host\":"
        "\"nobody.invalid\"}}\n";
    for (int i = 0; i < 32; i++)
        link_send(link, request, sizeof request - 1);
    tell(stage);
    for (;;) {
        ssize_t n = recv(link, line, sizeof line, 0);
        for (ssize_t i = 0; i < n; i++)
            if (line[i] == '\n')
                link_send(link, request, sizeof request - 1);
    }
}

static void churn(void *context)
{
    struct stage *stage = context;
    tell(stage);
    for (;;) {
        int link = come(stage);
        serve(link);
        close(link);
    }
}

static const struct neighbour {
    const char *name;
    void (*run)(void *context);
} neighbours[] = {
    {"by himself", NULL},
    {"beside 1024 handles", hold_handles},
    {"beside 1000 calls that wait", hold_waits},
    {"beside all bytes held", hold_bytes},
    {"beside 4 full pipelines of 64", flood_calls},
    {"beside 16 sessions, a call each", flood_sessions},
    {"beside statuses over 1024", flood_statuses},
    {"beside lists of 1000", flood_lists},
    {"beside names being looked up", flood_names},
    {"beside sessions that come and go", churn},
};
#define NEIGHBOURS ((int)(sizeof neighbours / sizeof *neighbours))

/* ---- the quiet one ---- */

static void move_in(struct stage *stage, const struct neighbour *neighbour, struct child *child)
{
    int ends[2];
    char told;
    if (pipe(ends) < 0)
        machine_fail("pipe");
    stage->told = ends[1];
    child_run(child, neighbour->run, stage);
    machine_yield(child->pid);
    close(ends[1]);
    if (read(ends[0], &told, 1) != 1)
        machine_wrong("nothing is there %s", neighbour->name);
    close(ends[0]);
}

/* Waits until nothing is left of him. */
static void move_out(struct stage *stage, struct child *child)
{
    static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"handle.list\",\"params\":{\"limit\":1}}\n";
    char reply[4096] = "";
    child_end(child);
    int link = come(stage);
    while (!strstr(reply, "\"handles\":[]")) {
        link_send(link, request, sizeof request - 1);
        link_line(link, reply, sizeof reply);
        if (strstr(reply, "\"error\""))
            machine_wrong("the daemon says %.200s", reply);
    }
    close(link);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Calls for a while: how many a second, and the median and the 99th percentile of their round trips in microseconds. */
static void ask(struct stage *stage, double *rate, double *median, double *late)
{
    static double trips[MOST_CALLS];
    int count = 0;
    double begin = machine_now(), now = begin;
    while (count < (settings.quick ? 20 : MOST_CALLS) && now - begin < SAMPLE_SECONDS) {
        double last = now;
        load_run(&stage->quiet, 1);
        now = machine_now();
        trips[count++] = (now - last) * 1e6;
    }
    qsort(trips, (size_t)count, sizeof *trips, compare);
    *rate = count / (now - begin);
    *median = trips[count / 2];
    *late = trips[count * 99 / 100];
}

static void measure(struct stage *stage, enum placement placement)
{
    static const char *const cores[] = {[TOGETHER] = "one core", [APART] = "two cores"};
    char names[3][64];
    struct figure rates = {.bench = "neighbours", .name = names[0], .unit = "a second"};
    struct figure medians = {.bench = "neighbours", .name = names[1], .unit = "us"};
    struct figure lates = {.bench = "neighbours", .name = names[2], .unit = "us"};
    snprintf(names[0], sizeof names[0], "calls one at a time, %s", cores[placement]);
    snprintf(names[1], sizeof names[1], "median of the round trips, %s", cores[placement]);
    snprintf(names[2], sizeof names[2], "99th percentile of them, %s", cores[placement]);
    for (int i = 0; i < NEIGHBOURS; i++) {
        figure_row(&rates, neighbours[i].name, NULL);
        figure_row(&medians, neighbours[i].name, NULL);
        figure_row(&lates, neighbours[i].name, NULL);
    }
    for (int round = -1; round < settings.rounds; round++) /* the first one warms up */
        for (int k = 0; k < NEIGHBOURS; k++) {
            int i = (k + round + 1) % NEIGHBOURS; /* nobody always comes after the same one */
            struct child child = {0};
            double rate, median, late;
            if (neighbours[i].run)
                move_in(stage, &neighbours[i], &child);
            ask(stage, &rate, &median, &late);
            if (neighbours[i].run)
                move_out(stage, &child);
            if (round < 0)
                continue;
            figure_add(&rates, i, (struct sample){rate, NAN});
            figure_add(&medians, i, (struct sample){median, NAN});
            figure_add(&lates, i, (struct sample){late, NAN});
        }
    for (int i = 1; i < NEIGHBOURS; i++) {
        figure_claim(&rates, i, 0, OF_VALUE, AT_LEAST, 1 / 1.1);
        figure_claim(&medians, i, 0, OF_VALUE, AT_MOST, 1.1);
    }
    figure_print(&rates);
    figure_print(&medians);
    figure_print(&lates);
}

void case_neighbours(void)
{
    static const enum placement placements[] = {APART, TOGETHER};
    for (size_t i = 0; i < sizeof placements / sizeof *placements; i++) {
        static struct stage stage;
        daemon_start_for(&stage.daemon, profiles);
        machine_place_self(placements[i]);
        machine_place(stage.daemon.child.pid, placements[i]);
        stage.quiet_link = daemon_link_by(&stage.daemon, "quiet");
        load_init(&stage.quiet, &stage.quiet_link, 1, 1, HELLO, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
        struct child burners[2]; /* on the core that is ours, and on the daemon's */
        for (int k = 0; k < 2; k++) {
            child_run(&burners[k], burn, NULL);
            machine_yield(burners[k].pid);
        }
        machine_place(burners[1].pid, placements[i]);
        measure(&stage, placements[i]);
        for (int k = 0; k < 2; k++)
            child_end(&burners[k]);
        load_deinit(&stage.quiet);
        daemon_stop(&stage.daemon);
    }
}
