/* A connection made and closed, one after the other: by handle, as a stream that is handed out, handed out at once, by oneself,
 * and through Dante.
 * The far end closes last and hard, so that no port stays in TIME_WAIT. */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "daemon.h"
#include "load.h"
#include "machine.h"
#include "peer.h"
#include "proxy.h"
#include "race.h"

struct stage {
    struct daemon daemon;
    struct child peer;
    struct proxy dante;
    int listener, port, link;
};

static void take_and_close(void *context)
{
    const struct linger hard = {1, 0};
    const int *listener = context;
    for (char byte;;) {
        int fd = peer_accept(*listener);
        while (recv(fd, &byte, 1, 0) > 0)
            ;
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
}

static long connect_by_call(const struct stage *stage)
{
    return daemon_call(stage->link, "stream", "socket-connect", "{\"port\":%d,\"host\":\"127.0.0.1\"}", stage->port);
}

static struct cost by_handle(void *context, long count)
{
    struct stage *stage = context;
    struct watch watch = watch_start(&stage->daemon.child, NULL);
    while (count-- > 0)
        daemon_call(stage->link, NULL, "close", "{\"handle\":%ld}", connect_by_call(stage));
    return watch_stop(&watch);
}

static struct cost by_descriptor(void *context, long count)
{
    struct stage *stage = context;
    struct watch watch = watch_start(&stage->daemon.child, NULL);
    while (count-- > 0)
        close(daemon_descriptor(stage->link, connect_by_call(stage), "direct", true));
    return watch_stop(&watch);
}

static struct cost by_connection(void *context, long count)
{
    struct stage *stage = context;
    char request[DAEMON_REQUEST];
    daemon_connection_request(request, stage->port);
    struct watch watch = watch_start(&stage->daemon.child, NULL);
    while (count-- > 0)
        close(daemon_connection(stage->link, request));
    return watch_stop(&watch);
}

static struct cost by_oneself(void *context, long count)
{
    struct stage *stage = context;
    struct watch watch = watch_start(NULL, NULL);
    while (count-- > 0)
        close(peer_connect(stage->port));
    return watch_stop(&watch);
}

static struct cost by_dante(void *context, long count)
{
    struct stage *stage = context;
    child_gather(&stage->dante.child);
    struct watch watch = watch_start(&stage->dante.child, NULL);
    while (count-- > 0)
        close(proxy_connect(&stage->dante));
    return watch_stop(&watch);
}

enum { HANDLE, STREAM, DESCRIPTOR, ONESELF, DANTE, ROWS };

static void measure(struct stage *stage, const char *name, enum placement placement)
{
    const struct contender contenders[ROWS] = {
        [HANDLE] = {"sockd, connect and close", NULL, stage, by_handle},
        [STREAM] = {"sockd, stream handed out", NULL, stage, by_descriptor},
        [DESCRIPTOR] = {"sockd, connection handed out", NULL, stage, by_connection},
        [ONESELF] = {"by oneself", NULL, stage, by_oneself},
        [DANTE] = {"Dante, SOCKS5", stage->dante.missing, stage, by_dante},
    };
    struct race race = {
        .figure = {.bench = "connect", .name = name}, .value = RATE_EACH, .contenders = contenders, .count = ROWS};
    machine_place_self(placement);
    machine_place(stage->daemon.child.pid, placement);
    machine_place(stage->peer.pid, placement);
    if (!stage->dante.missing)
        child_place(&stage->dante.child, placement);
    race_run(&race);
    if (placement == TOGETHER) {
        figure_claim(&race.figure, HANDLE, ONESELF, OF_VALUE, AT_LEAST, 0.45);
        figure_claim(&race.figure, DESCRIPTOR, ONESELF, OF_VALUE, AT_LEAST, 0.6);
        figure_claim(&race.figure, HANDLE, DANTE, OF_VALUE, AT_LEAST, 5);
        figure_claim(&race.figure, DESCRIPTOR, DANTE, OF_VALUE, AT_LEAST, 5);
    }
    figure_print(&race.figure);
}

void case_connect(void)
{
    struct stage stage = {.listener = peer_listen()};
    stage.port = peer_port(stage.listener);
    daemon_start(&stage.daemon);
    child_run(&stage.peer, take_and_close, &stage.listener);
    proxy_start(&stage.dante, PROXY_DANTE, stage.port);
    stage.link = daemon_link(&stage.daemon);
    int fd = stage.dante.missing ? -1 : proxy_connect(&stage.dante);
    if (!stage.dante.missing && fd < 0)
        stage.dante.missing = "it does not connect";
    close(fd);
    child_gather(&stage.dante.child);
    measure(&stage, "one core", TOGETHER);
    if (machine_cores() > 1)
        measure(&stage, "two cores", APART);
    close(stage.link);
    proxy_stop(&stage.dante);
    child_end(&stage.peer);
    close(stage.listener);
    daemon_stop(&stage.daemon);
}
