#include "splicer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

#define SIZE (1024 * 1024)

struct flow {
    int from, to, pipe[2];
    size_t held;
};

struct ends {
    int pair, connection;
};

static struct flow flow_new(int from, int to)
{
    struct flow flow = {.from = from, .to = to};
    if (pipe2(flow.pipe, O_NONBLOCK | O_CLOEXEC) < 0)
        machine_fail("pipe2");
    fcntl(flow.pipe[0], F_SETPIPE_SZ, SIZE);
    return flow;
}

/* Until one of its ends would block. */
static void flow_move(struct flow *flow)
{
    for (;;) {
        ssize_t n = flow->held ? 1 : splice(flow->from, NULL, flow->pipe[1], NULL, SIZE, SPLICE_F_NONBLOCK);
        if (n <= 0)
            return;
        flow->held += flow->held ? 0 : (size_t)n;
        n = splice(flow->pipe[0], NULL, flow->to, NULL, flow->held, SPLICE_F_NONBLOCK);
        if (n <= 0)
            return;
        flow->held -= (size_t)n;
    }
}

static void watch(int set, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static void relay(void *context)
{
    const struct ends *ends = context;
    struct flow flows[] = {flow_new(ends->pair, ends->connection), flow_new(ends->connection, ends->pair)};
    struct epoll_event events[2];
    int set = epoll_create1(EPOLL_CLOEXEC);
    watch(set, ends->pair);
    watch(set, ends->connection);
    while (epoll_wait(set, events, 2, -1) >= 0 || errno == EINTR) {
        flow_move(&flows[0]);
        flow_move(&flows[1]);
    }
}

int splicer_start(struct child *child, int connection)
{
    int pair[2], size = SIZE;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        machine_fail("socketpair");
    for (int i = 0; i < 2; i++)
        setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    struct ends ends = {pair[0], connection};
    child_run(child, relay, &ends);
    close(pair[0]);
    close(connection);
    return pair[1];
}
