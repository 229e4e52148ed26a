/* What an idle connection costs in the memory of whoever holds it: private memory that was written to, before and after. The
 * kernel's own share is the same for all and not in it. */
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
#include "nginx.h"
#include "peer.h"
#include "pgbouncer.h"
#include "redis.h"

#define WARM 16 /* connections that are there before the first look */
#define RESERVE 400
#define MOST_ROUNDS 3
#define PGBOUNCER_AHEAD 5000

static double held_by_sockd(int count)
{
    struct daemon daemon;
    struct crowd few, many;
    daemon_start(&daemon);
    int link = daemon_link(&daemon);
    crowd_open(&few, link, WARM);
    double before = child_memory(&daemon.child);
    crowd_open(&many, link, count);
    double after = child_memory(&daemon.child);
    crowd_close(&few);
    crowd_close(&many);
    close(link);
    daemon_stop(&daemon);
    return (after - before) / count;
}

/* Opens connections, the last of which has had an answer, so that those before it are in the server's hands. */
static double held_by_server(const struct child *child, int (*open_one)(void *context, bool last), void *context, int count)
{
    int *fds = calloc((size_t)count + WARM, sizeof *fds);
    double before = 0;
    if (!fds)
        machine_fail("calloc");
    for (int i = 0; i < WARM + count; i++) {
        if (i == WARM)
            before = child_memory(child);
        fds[i] = open_one(context, i == WARM - 1 || i == WARM + count - 1);
    }
    double after = child_memory(child);
    for (int i = 0; i < WARM + count; i++)
        close(fds[i]);
    free(fds);
    return (after - before) / count;
}

/* The connections have asked for nothing yet: one that has is given 16 KiB for a while. */
static int open_redis(void *context, bool last)
{
    const struct redis *redis = context;
    char reply[64];
    int fd = link_open(redis->socket);
    if (last) {
        link_send(fd, REDIS_PING, strlen(REDIS_PING));
        link_line(fd, reply, sizeof reply);
    }
    return fd;
}

static double held_by_redis(int count)
{
    struct redis redis;
    redis_start(&redis);
    double each = redis.missing ? NAN : held_by_server(&redis.child, open_redis, &redis, count);
    redis_stop(&redis);
    return each;
}

/* Each has had an answer: before that nginx waits for a request, and not for long. */
static int open_nginx(void *context, bool last)
{
    const struct nginx *nginx = context;
    char reply[1024];
    int fd = peer_connect(nginx->port);
    (void)last;
    if (fd < 0)
        machine_wrong("nginx does not answer");
    link_send(fd, NGINX_REQUEST, strlen(NGINX_REQUEST));
    link_line(fd, reply, sizeof reply);
    return fd;
}

static double held_by_nginx(int count)
{
    struct nginx nginx;
    nginx_start(&nginx);
    double each = nginx.missing ? NAN : held_by_server(&nginx.child, open_nginx, &nginx, count);
    nginx_stop(&nginx);
    return each;
}

static int open_pgbouncer(void *context, bool last)
{
    return pgbouncer_connect(context, last);
}

static double held_by_pgbouncer(int count)
{
    struct pgbouncer pgbouncer;
    pgbouncer_start(&pgbouncer);
    double each = pgbouncer.missing ? NAN : held_by_server(&pgbouncer.child, open_pgbouncer, &pgbouncer, count);
    pgbouncer_stop(&pgbouncer);
    return each;
}

static const char *why_no_pgbouncer(int count)
{
    if (!child_exists("pgbouncer"))
        return "pgbouncer is not installed";
    return count > PGBOUNCER_AHEAD ? NULL : "what it takes at its start is enough for so few";
}

enum { SOCKD, REDIS, NGINX, PGBOUNCER };

static void measure(int count)
{
    char name[64];
    if (count + RESERVE > machine_descriptors()) {
        bench_say("idle: %d connections skipped: a process may have %ld descriptors", count, machine_descriptors());
        return;
    }
    snprintf(name, sizeof name, "%d connections", count);
    struct figure figure = {.bench = "idle", .name = name, .unit = "bytes each"};
    figure_row(&figure, "sockd, stream", NULL);
    figure_row(&figure, "redis, connection", child_exists("redis-server") ? NULL : "redis-server is not installed");
    figure_row(&figure, "nginx, kept alive", child_exists("nginx") ? NULL : "nginx is not installed");
    const char *no_pgbouncer = why_no_pgbouncer(count);
    figure_row(&figure, "pgbouncer, before the login", no_pgbouncer);
    for (int round = 0; round < settings.rounds && round < MOST_ROUNDS; round++) {
        figure_add(&figure, SOCKD, (struct sample){held_by_sockd(count), NAN});
        figure_add(&figure, REDIS, (struct sample){held_by_redis(count), NAN});
        figure_add(&figure, NGINX, (struct sample){held_by_nginx(count), NAN});
        figure_add(&figure, PGBOUNCER, (struct sample){no_pgbouncer ? NAN : held_by_pgbouncer(count), NAN});
    }
    figure_claim(&figure, SOCKD, -1, OF_VALUE, AT_MOST, 400);
    figure_claim(&figure, SOCKD, REDIS, OF_VALUE, AT_MOST, 1);
    figure_claim(&figure, SOCKD, NGINX, OF_VALUE, AT_MOST, 1);
    figure_claim(&figure, SOCKD, PGBOUNCER, OF_VALUE, AT_MOST, 1);
    figure_print(&figure);
}

void case_idle(void)
{
    machine_place_self(ANYWHERE);
    if (settings.quick) {
        measure(100);
        return;
    }
    measure(1000);
    measure(15000);
}
