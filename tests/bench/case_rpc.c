/* A small call: socket-status of one idle stream, beside the least that any server must do and beside servers that people use.
 */
#include <sockd/sockd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "daemon.h"
#include "dbus.h"
#include "echo.h"
#include "load.h"
#include "machine.h"
#include "peer.h"
#include "race.h"
#include "redis.h"

#define LINKS 50

/* Whom the calls go to. */
struct server {
    struct load load;
    int links[LINKS];
    struct child *child, *also;
};

static struct cost call_many(void *context, long count)
{
    struct server *server = context;
    struct watch watch = watch_start(server->child, server->also);
    load_run(&server->load, count);
    return watch_stop(&watch);
}

/* Everything that takes part. */
struct stage {
    struct daemon daemon;
    struct redis redis;
    struct dbus dbus;
    int listener;
    sockd *client; /* through libsockd */
    sockd_handle handle;
    struct server sockd, ping, ping_54, raw;
    struct echo echo;
};

static struct cost call_libsockd(void *context, long count)
{
    struct stage *stage = context;
    const struct sockd_item item = {stage->handle, SOCKD_DIRECTION_IO};
    const struct sockd_socket_status_options options = {.timeout = SOCKD_SECONDS(0)};
    struct sockd_socket_status_result result;
    struct watch watch = watch_start(&stage->daemon.child, NULL);
    while (count-- > 0)
        if (sockd_socket_status(stage->client, (struct sockd_items){&item, 1, false, 0}, &options, &result) < 0)
            machine_wrong("libsockd: a call has failed");
    return watch_stop(&watch);
}

static void open_sockd(struct stage *stage, int links, int window)
{
    struct server *server = &stage->sockd;
    char request[160];
    int other, owner = daemon_link(&stage->daemon);
    long handle = daemon_stream(owner, stage->listener, ",\"lifetime\":\"daemon\"", &other);
    stage->handle = (sockd_handle)handle;
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-status\",\"params\":{\"sockets\":%ld,\"timeout\":0}}\n",
             handle);
    server->child = &stage->daemon.child;
    for (int i = 0; i < links; i++)
        server->links[i] = daemon_link(&stage->daemon);
    load_init(&server->load, server->links, links, window, request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
    close(owner);
}

static void open_redis(struct server *server, struct redis *redis, int links, int window, const char *request, const char *like)
{
    server->child = &redis->child;
    for (int i = 0; i < links; i++)
        server->links[i] = link_open(redis->socket);
    load_init(&server->load, server->links, links, window, request, like);
}

/* As long as sockd's request and reply are. */
static void open_echo(struct stage *stage, int window)
{
    const struct load *as = &stage->sockd.load;
    struct server *server = &stage->raw;
    char request[160];
    echo_start(&stage->echo, as->request, as->reply_size);
    snprintf(request, sizeof request, "%.*s", (int)as->request, as->requests);
    server->child = &stage->echo.child;
    server->links[0] = stage->echo.link;
    load_init(&server->load, server->links, 1, window, request, "x");
}

/* How the calls of a figure are made. */
struct manner {
    const char *name;
    enum placement placement;
    int links, window;
    bool apart;
};

static const struct manner manners[] = {
    {"one in flight, one core", TOGETHER, 1, 1, false},
    {"one in flight, two cores", APART, 1, 1, false},
    {"16 in flight, one core", TOGETHER, 1, 16, false},
    {"16 in flight, two cores", APART, 1, 16, false},
    {"64 in flight, one core", TOGETHER, 1, 64, false},
    {"64 in flight, each sent by itself, one core", TOGETHER, 1, 64, true},
    {"64 in flight, two cores", APART, 1, 64, false},
    {"50 sessions x 16 in flight, one core", TOGETHER, LINKS, 16, false},
    {"50 sessions x 16 in flight, each sent by itself, one core", TOGETHER, LINKS, 16, true},
    {"50 sessions x 16 in flight, two cores", APART, LINKS, 16, false},
};

static void stage_open(struct stage *stage, const struct manner *manner)
{
    open_sockd(stage, manner->links, manner->window);
    if (!stage->redis.missing) {
        open_redis(&stage->ping, &stage->redis, manner->links, manner->window, REDIS_PING, "+PONG");
        open_redis(&stage->ping_54, &stage->redis, manner->links, manner->window, REDIS_PING_54, "$54");
        machine_place(stage->redis.child.pid, manner->placement);
    }
    if (manner->links == 1) {
        open_echo(stage, manner->window);
        machine_place(stage->echo.child.pid, manner->placement);
    }
    if (!stage->dbus.missing) {
        machine_place(stage->dbus.broker.pid, manner->placement);
        machine_place(stage->dbus.service.pid, manner->placement);
    }
    machine_place(stage->daemon.child.pid, manner->placement);
    machine_place_self(manner->placement);
    stage->sockd.load.apart = stage->ping.load.apart = stage->ping_54.load.apart = stage->raw.load.apart = manner->apart;
}

static void stage_close(struct stage *stage, int links)
{
    load_deinit(&stage->sockd.load);
    if (!stage->redis.missing) {
        load_deinit(&stage->ping.load);
        load_deinit(&stage->ping_54.load);
    }
    if (links == 1) {
        load_deinit(&stage->raw.load);
        child_end(&stage->echo.child);
    }
}

enum { SOCKD, PING, PING_54, RAW, DBUS, LIBSOCKD, ROWS };

static void claim(struct figure *figure, const struct manner *manner)
{
    if (manner->placement != TOGETHER)
        return;
    if (manner->window == 1) {
        figure_claim(figure, SOCKD, RAW, OF_VALUE, AT_MOST, 1.35);
        figure_claim(figure, SOCKD, PING, OF_VALUE, AT_MOST, 1);
        figure_claim(figure, SOCKD, PING_54, OF_VALUE, AT_MOST, 1);
        figure_claim(figure, SOCKD, DBUS, OF_VALUE, AT_MOST, 0.25);
        figure_claim(figure, LIBSOCKD, SOCKD, OF_VALUE, AT_MOST, 1.25);
    } else {
        if (manner->window == 64 || manner->links > 1)
            figure_claim(figure, SOCKD, -1, OF_CPU, AT_MOST, manner->links == 1 ? 1.2 : 0.9);
        figure_claim(figure, SOCKD, PING, OF_CPU, AT_MOST, 1);
        figure_claim(figure, SOCKD, PING_54, OF_CPU, AT_MOST, 1);
    }
}

/* The last contenders know only one link, or only one call at a time. */
static int contenders_of(const struct manner *manner)
{
    return manner->links > 1 ? RAW : manner->window > 1 ? DBUS : ROWS;
}

static void measure(struct stage *stage, const struct manner *manner)
{
    const struct contender contenders[] = {
        [SOCKD] = {"sockd, socket-status", NULL, &stage->sockd, call_many},
        [PING] = {"redis, PING", stage->redis.missing, &stage->ping, call_many},
        [PING_54] = {"redis, PING with 54 bytes", stage->redis.missing, &stage->ping_54, call_many},
        [RAW] = {"raw blocking echo", NULL, &stage->raw, call_many},
        [DBUS] = {"D-Bus through dbus-broker", stage->dbus.missing, &stage->dbus, dbus_call},
        [LIBSOCKD] = {"sockd, through libsockd", NULL, stage, call_libsockd},
    };
    struct race race = {
        .figure = {.bench = "rpc", .name = manner->name}, .contenders = contenders, .count = contenders_of(manner)};
    if (manner->placement == APART && machine_cores() == 1)
        return;
    stage_open(stage, manner);
    race_run(&race);
    claim(&race.figure, manner);
    figure_print(&race.figure);
    stage_close(stage, manner->links);
}

void case_rpc(void)
{
    static struct stage stage;
    daemon_start(&stage.daemon);
    redis_start(&stage.redis);
    dbus_start(&stage.dbus);
    stage.listener = peer_listen();
    close(daemon_link(&stage.daemon)); /* which waits until it listens */
    if (sockd_open(&stage.client, stage.daemon.socket) < 0)
        machine_wrong("libsockd does not connect");
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++)
        measure(&stage, &manners[i]);
    close(stage.listener);
    sockd_close(stage.client);
    dbus_stop(&stage.dbus);
    redis_stop(&stage.redis);
    daemon_stop(&stage.daemon);
}
