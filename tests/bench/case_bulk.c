/* Every way that bytes can take through sockd, beside a connection of one's own and beside programs that pass bytes on. */
#include <string.h>

#include "bench.h"
#include "daemon.h"
#include "machine.h"
#include "mover.h"
#include "path.h"
#include "peer.h"
#include "proxy.h"
#include "race.h"
#include "splicer.h"

#define KIB 1024
#define FRAMES(name, size, coding)              \
    {                                           \
        name, HOW_FRAMES, (size)*KIB, coding, 0 \
    }

enum {
    DIRECT,
    DESCRIPTOR,
    RELAY,
    PAYLOAD_64,
    PAYLOAD_256,
    PAYLOAD_1024,
    BASE64_64,
    BASE64_256,
    BASE64_1024,
    SPLICE,
    SOCAT,
    HAPROXY,
    DANTE,
    ROWS
};

static const struct kind {
    const char *name;
    enum { HOW_DIRECT, HOW_HANDED, HOW_FRAMES, HOW_SPLICE, HOW_PROXY } how;
    size_t frame;
    enum path_coding coding;
    enum proxy_kind proxy;
} kinds[ROWS] = {
    [DIRECT] = {"TCP by oneself", HOW_DIRECT, 0, 0, 0},
    [DESCRIPTOR] = {"sockd, descriptor handed out", HOW_HANDED, 0, 0, 0},
    [RELAY] = {"sockd, relay", HOW_HANDED, 0, 0, 0},
    [PAYLOAD_64] = FRAMES("sockd, payload, 64 KiB", 64, CODING_PAYLOAD),
    [PAYLOAD_256] = FRAMES("sockd, payload, 256 KiB", 256, CODING_PAYLOAD),
    [PAYLOAD_1024] = FRAMES("sockd, payload, 1 MiB", 1024, CODING_PAYLOAD),
    [BASE64_64] = FRAMES("sockd, base64, 64 KiB", 64, CODING_BASE64),
    [BASE64_256] = FRAMES("sockd, base64, 256 KiB", 256, CODING_BASE64),
    [BASE64_1024] = FRAMES("sockd, base64, 1 MiB", 1024, CODING_BASE64),
    [SPLICE] = {"splice(2) by hand", HOW_SPLICE, 0, 0, 0},
    [SOCAT] = {"socat -b 65536", HOW_PROXY, 0, 0, PROXY_SOCAT},
    [HAPROXY] = {"haproxy, splice", HOW_PROXY, 0, 0, PROXY_HAPROXY},
    [DANTE] = {"Dante, SOCKS5", HOW_PROXY, 0, 0, PROXY_DANTE},
};

struct stage {
    struct daemon daemon;
    struct mover mover;
    struct proxy proxies[3];
    struct child splicer;
    struct path paths[ROWS];
    const char *skipped[ROWS];
};

static long stream_to_mover(struct stage *stage, int link, int *connection)
{
    long stream = daemon_call(link, "stream", "socket-connect",
                              "{\"port\":%d,\"host\":\"127.0.0.1\",\"element_type\":\"unsigned-byte 8\"}", stage->mover.port);
    *connection = mover_accept(&stage->mover);
    return stream;
}

/* The link stays open as long as the path: the handle is its session's. */
static void open_handed(struct stage *stage, int row)
{
    static const char *const vias[] = {[DESCRIPTOR] = "direct", [RELAY] = "relay"};
    int connection, link = daemon_link(&stage->daemon);
    long stream = stream_to_mover(stage, link, &connection);
    int fd = daemon_descriptor(link, stream, vias[row], false);
    path_plain(&stage->paths[row], &stage->mover, connection, fd, &stage->daemon.child);
}

static void open_proxy(struct stage *stage, int row)
{
    struct proxy *proxy = &stage->proxies[kinds[row].proxy];
    proxy_start(proxy, kinds[row].proxy, stage->mover.port);
    int fd = proxy->missing ? -1 : proxy_connect(proxy);
    stage->skipped[row] = proxy->missing ? proxy->missing : fd < 0 ? "it does not connect" : NULL;
    if (stage->skipped[row])
        return;
    path_plain(&stage->paths[row], &stage->mover, mover_accept(&stage->mover), fd, &proxy->child);
    child_gather(&proxy->child);
}

static void open_path(struct stage *stage, int row)
{
    const struct kind *kind = &kinds[row];
    struct path *path = &stage->paths[row];
    if (row != DIRECT && settings.only && !strstr(kind->name, settings.only)) {
        stage->skipped[row] = "not asked for";
        return;
    }
    if (kind->how == HOW_DIRECT) {
        int fd = peer_connect(stage->mover.port);
        path_plain(path, &stage->mover, mover_accept(&stage->mover), fd, NULL);
    } else if (kind->how == HOW_SPLICE) {
        int connection = peer_connect(stage->mover.port), fd = splicer_start(&stage->splicer, connection);
        path_plain(path, &stage->mover, mover_accept(&stage->mover), fd, &stage->splicer);
    } else if (kind->how == HOW_HANDED) {
        open_handed(stage, row);
    } else if (kind->how == HOW_PROXY) {
        open_proxy(stage, row);
    } else {
        int connection, link = daemon_link(&stage->daemon);
        long stream = stream_to_mover(stage, link, &connection);
        path_frames(path, &stage->mover, connection, link, stream, kind->frame, kind->coding, &stage->daemon.child);
    }
}

/* How the bytes are cut by those who are not cut into frames, and where everybody runs. */
static const struct manner {
    const char *names[2];
    size_t piece;
    enum placement placement;
} manners[] = {
    {{"to the peer", "from the peer"}, MOVER_PIECE, ANYWHERE},
    {{"to the peer, 1 MiB pieces", "from the peer, 1 MiB pieces"}, MOVER_MOST, ANYWHERE},
    {{"to the peer, one core", "from the peer, one core"}, MOVER_PIECE, TOGETHER},
};

static void claim(struct figure *figure, enum way way)
{
    figure_claim(figure, DESCRIPTOR, DIRECT, OF_VALUE, AT_LEAST, 0.98);
    figure_claim(figure, RELAY, DIRECT, OF_VALUE, AT_LEAST, way == OUT ? 0.65 : 0.9);
    figure_claim(figure, RELAY, SPLICE, OF_VALUE, AT_LEAST, 0.9);
    figure_claim(figure, RELAY, HAPROXY, OF_VALUE, AT_LEAST, 1);
    figure_claim(figure, RELAY, HAPROXY, OF_CPU, AT_MOST, 1);
    figure_claim(figure, RELAY, SOCAT, OF_VALUE, AT_LEAST, 1);
    figure_claim(figure, RELAY, SOCAT, OF_CPU, AT_MOST, 1);
    figure_claim(figure, PAYLOAD_256, DIRECT, OF_VALUE, AT_LEAST, way == OUT ? 0.55 : 0.65);
    figure_claim(figure, PAYLOAD_256, HAPROXY, OF_VALUE, AT_LEAST, 1);
    figure_claim(figure, PAYLOAD_64, DIRECT, OF_VALUE, AT_LEAST, 0.35);
    figure_claim(figure, PAYLOAD_64, DANTE, OF_VALUE, AT_LEAST, 1);
    figure_claim(figure, BASE64_64, DIRECT, OF_VALUE, AT_LEAST, 0.12);
}

static void place(const struct stage *stage, enum placement placement)
{
    machine_place_self(placement);
    child_place(&stage->daemon.child, placement);
    child_place(&stage->mover.child, placement);
    child_place(&stage->splicer, placement);
    for (int row = SOCAT; row <= DANTE; row++)
        child_place(&stage->proxies[kinds[row].proxy].child, placement);
}

/* Frames of other sizes have no part in a figure of large pieces. */
static const char *skipped(const struct stage *stage, int row, size_t piece)
{
    return kinds[row].frame && kinds[row].frame < piece ? "smaller pieces" : stage->skipped[row];
}

static void measure(struct stage *stage, const struct manner *manner, enum way way)
{
    struct contender contenders[ROWS];
    for (int i = 0; i < ROWS; i++)
        contenders[i] = (struct contender){kinds[i].name, skipped(stage, i, manner->piece), &stage->paths[i],
                                           way == OUT ? path_out : path_in};
    struct race race = {.figure = {.bench = "bulk", .name = manner->names[way]},
                        .value = RATE_BYTES,
                        .bytes = KIB * KIB,
                        .contenders = contenders,
                        .count = ROWS};
    race_run(&race);
    if (manner == manners) /* what is to be reached is said of these pieces, on all cores */
        claim(&race.figure, way);
    figure_print(&race.figure);
}

void case_bulk(void)
{
    static struct stage stage;
    machine_place_self(ANYWHERE);
    daemon_start(&stage.daemon);
    mover_start(&stage.mover);
    for (int i = 0; i < ROWS; i++)
        open_path(&stage, i);
    size_t count =
        settings.against ? 1 : sizeof manners / sizeof *manners; /* where ratios are compared, those that have some */
    for (size_t i = 0; i < count; i++) {
        stage.mover.piece = manners[i].piece;
        place(&stage, manners[i].placement);
        measure(&stage, &manners[i], OUT);
        measure(&stage, &manners[i], IN);
    }
    place(&stage, ANYWHERE);
    for (int i = 0; i < ROWS; i++)
        if (!stage.skipped[i])
            path_close(&stage.paths[i]);
    if (!stage.skipped[SPLICE])
        child_end(&stage.splicer);
    for (int i = 0; i < 3; i++)
        proxy_stop(&stage.proxies[i]);
    mover_stop(&stage.mover);
    daemon_stop(&stage.daemon);
}
