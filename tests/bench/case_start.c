/* From exec to the first reply. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "daemon.h"
#include "load.h"
#include "machine.h"
#include "race.h"
#include "redis.h"

static struct cost start_sockd(void *context, long count)
{
    struct cost total = {0, 0};
    (void)context;
    while (count-- > 0) {
        struct daemon daemon;
        double begin = machine_now();
        daemon_start(&daemon);
        int link = daemon_link(&daemon);
        daemon_call(link, "protocol", "daemon.info", "{}");
        cost_add(&total, (struct cost){machine_now() - begin, child_cpu(&daemon.child)});
        close(link);
        daemon_stop(&daemon);
    }
    return total;
}

static struct cost start_redis(void *context, long count)
{
    struct cost total = {0, 0};
    char reply[64];
    (void)context;
    while (count-- > 0) {
        struct redis redis;
        double begin = machine_now();
        redis_start(&redis);
        int link = link_open(redis.socket);
        link_send(link, REDIS_PING, strlen(REDIS_PING));
        link_line(link, reply, sizeof reply);
        cost_add(&total, (struct cost){machine_now() - begin, child_cpu(&redis.child)});
        close(link);
        redis_stop(&redis);
    }
    return total;
}

static struct cost start_true(void *context, long count)
{
    struct watch watch = watch_start(NULL, NULL);
    const char *arguments[] = {"true", NULL};
    (void)context;
    while (count-- > 0) {
        struct child child;
        child_exec(&child, arguments, -1, NULL);
        child_wait(&child);
    }
    return watch_stop(&watch);
}

void case_start(void)
{
    const struct contender contenders[] = {
        {"sockd", NULL, NULL, start_sockd},
        {"redis-server", child_exists("redis-server") ? NULL : "redis-server is not installed", NULL, start_redis},
        {"/bin/true, to its end", NULL, NULL, start_true},
    };
    struct race race = {.figure = {.bench = "start", .name = "exec to first reply"}, .contenders = contenders, .count = 3};
    machine_place_self(ANYWHERE);
    race_run(&race);
    figure_claim(&race.figure, 0, 1, OF_VALUE, AT_MOST, 1);
    figure_print(&race.figure);
}
