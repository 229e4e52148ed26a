/* Lines of 60 bytes, 64 calls in flight. What is measured is the calls alone: before each part of a sample the lines to be read
 * are put where the daemon finds them, after it those that were written are taken away. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "daemon.h"
#include "load.h"
#include "machine.h"
#include "peer.h"
#include "race.h"

#define LINE "The quick brown fox jumps over the lazy dog, then it sleeps" /* 59, and its newline */
#define LINE_SIZE 60
#define PART 512 /* lines that surely fit between two sockets */
#define WINDOW 64

struct lines {
    struct load load;
    int link, other;
    struct child *child;
    bool reads, writes;
};

static char text[PART * LINE_SIZE];

static void prepare_text(void)
{
    for (size_t i = 0; i < PART; i++) {
        memcpy(text + i * LINE_SIZE, LINE, LINE_SIZE - 1);
        text[(i + 1) * LINE_SIZE - 1] = '\n';
    }
}

static void take_away(int fd, size_t size)
{
    static char room[sizeof text];
    while (size > 0) {
        ssize_t n = recv(fd, room, size < sizeof room ? size : sizeof room, 0);
        if (n <= 0)
            machine_fail("recv");
        size -= (size_t)n;
    }
}

static struct cost call_lines(void *context, long count)
{
    struct lines *lines = context;
    struct cost total = {0, 0};
    for (long n; count > 0; count -= n) {
        n = count < PART ? count : PART;
        if (lines->reads)
            link_send(lines->other, text, (size_t)n * LINE_SIZE);
        struct watch watch = watch_start(lines->child, NULL);
        load_run(&lines->load, n);
        cost_add(&total, watch_stop(&watch));
        if (lines->writes)
            take_away(lines->other, (size_t)n * LINE_SIZE);
    }
    return total;
}

/* What reading the lines costs whoever has the socket: received into a large buffer, scanned. */
struct oneself {
    int ours, other;
};

static struct cost read_oneself(void *context, long count)
{
    static char room[4096];
    struct oneself *oneself = context;
    struct child self = child_self();
    struct cost total = {0, 0};
    for (long n; count > 0; count -= n) {
        n = count < PART ? count : PART;
        link_send(oneself->other, text, (size_t)n * LINE_SIZE);
        struct watch watch = watch_start(&self, NULL);
        for (long lines = 0; lines < n;) {
            ssize_t size = recv(oneself->ours, room, sizeof room, 0);
            if (size <= 0)
                machine_fail("recv");
            for (char *at = room; (at = memchr(at, '\n', (size_t)(room + size - at))); at++)
                lines++;
        }
        cost_add(&total, watch_stop(&watch));
    }
    return total;
}

static void open_lines(struct lines *lines, struct daemon *daemon, int listener, const char *method, const char *more)
{
    char request[256];
    lines->child = &daemon->child;
    lines->link = daemon_link(daemon);
    long handle = daemon_stream(lines->link, listener, "", &lines->other);
    lines->reads = strcmp(method, "read-line") == 0;
    lines->writes = strcmp(method, "write-line") == 0;
    snprintf(request, sizeof request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"%s\":%ld%s}}\n", method,
             lines->reads || lines->writes ? "stream" : "sockets", handle, more);
    if (lines->reads)
        link_send(lines->other, text, LINE_SIZE);
    load_init(&lines->load, &lines->link, 1, WINDOW, request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{");
    if (lines->writes)
        take_away(lines->other, LINE_SIZE);
}

enum { READ, WRITE, STATUS, ONESELF, ROWS };

static void measure(struct daemon *daemon, const char *name, enum placement placement)
{
    static struct lines lines[ONESELF];
    int listener = peer_listen();
    struct oneself oneself = {peer_connect(peer_port(listener)), peer_accept(listener)};
    open_lines(&lines[READ], daemon, listener, "read-line", "");
    open_lines(&lines[WRITE], daemon, listener, "write-line", ",\"string\":\"" LINE "\"");
    open_lines(&lines[STATUS], daemon, listener, "socket-status", ",\"timeout\":0");
    machine_place_self(placement);
    machine_place(daemon->child.pid, placement);
    const struct contender contenders[ROWS] = {
        [READ] = {"sockd, read-line", NULL, &lines[READ], call_lines},
        [WRITE] = {"sockd, write-line", NULL, &lines[WRITE], call_lines},
        [STATUS] = {"sockd, socket-status", NULL, &lines[STATUS], call_lines},
        [ONESELF] = {"recv of 4 KiB by oneself", NULL, &oneself, read_oneself},
    };
    struct race race = {.figure = {.bench = "lines", .name = name}, .contenders = contenders, .count = ROWS};
    race_run(&race);
    figure_claim(&race.figure, READ, STATUS, OF_CPU, AT_MOST, 1.5);
    figure_print(&race.figure);
    for (int i = 0; i < ONESELF; i++) {
        load_deinit(&lines[i].load);
        close(lines[i].other);
    }
    close(oneself.ours);
    close(oneself.other);
    close(listener);
}

void case_lines(void)
{
    struct daemon daemon;
    prepare_text();
    daemon_start(&daemon);
    measure(&daemon, "64 in flight, one core", TOGETHER);
    if (machine_cores() > 1)
        measure(&daemon, "64 in flight, two cores", APART);
    daemon_stop(&daemon);
}
