/* One link is served by blocking calls, many by epoll. The window slides: as many requests go out as replies came in. */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "machine.h"

#define ROOM (64 * 1024)
#define REPLY_MOST (4 * 1024 * 1024)
#define EVENTS 64

int link_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    for (double end = machine_now() + 10; machine_now() < end; usleep(100)) {
        int link = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (link < 0)
            machine_fail("socket");
        if (connect(link, (struct sockaddr *)&address, sizeof address) == 0)
            return link;
        close(link);
    }
    machine_fail(path);
}

void link_send(int link, const void *data, size_t size)
{
    for (const char *at = data; size > 0;) {
        ssize_t n = send(link, at, size, MSG_NOSIGNAL);
        if (n <= 0)
            machine_fail("send");
        at += n;
        size -= (size_t)n;
    }
}

static size_t receive(int link, char *data, size_t size)
{
    ssize_t n = recv(link, data, size, 0);
    if (n < 0)
        machine_fail("recv");
    if (n == 0)
        machine_wrong("a connection was closed while replies were due");
    return (size_t)n;
}

size_t link_line(int link, char *line, size_t size)
{
    size_t have = 0;
    for (;;) {
        if (have == size)
            machine_wrong("a reply has more than %zu bytes", size);
        have += receive(link, line + have, size - have);
        if (line[have - 1] == '\n')
            break;
    }
    line[have - 1] = '\0';
    return have - 1;
}

int link_descriptor(int link, char *line, size_t size)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec vector = {line, size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(link, &message, MSG_CMSG_CLOEXEC);
    if (n <= 0 || line[n - 1] != '\n')
        machine_fail("recvmsg");
    line[n - 1] = '\0';
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS)
        return -1;
    int fds[4];
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
    memcpy(fds, CMSG_DATA(header), count * sizeof *fds);
    for (size_t i = 1; i < count; i++)
        close(fds[i]);
    return fds[0];
}

void load_init(struct load *load, int *links, int link_count, int window, const char *request, const char *like)
{
    *load = (struct load){.links = links, .link_count = link_count, .window = window, .request = strlen(request)};
    load->requests = malloc((size_t)window * load->request);
    load->reply = malloc(REPLY_MOST);
    if (!load->requests || !load->reply)
        machine_fail("malloc");
    for (int i = 0; i < window; i++)
        memcpy(load->requests + (size_t)i * load->request, request, load->request);
    for (int i = 0; i < link_count; i++) {
        link_send(links[i], request, load->request);
        load->reply_size = link_line(links[i], load->reply, REPLY_MOST);
        if (strncmp(load->reply, like, strlen(like)) != 0)
            machine_wrong("%.200s was answered with %.200s", request, load->reply);
        load->reply[load->reply_size++] = '\n';
    }
}

void load_deinit(struct load *load)
{
    for (int i = 0; i < load->link_count; i++)
        close(load->links[i]);
    free(load->requests);
    free(load->reply);
}

/* The calls of one link: how many are still to be asked, how many replies are due, how much of one has come. */
struct flow {
    long unasked, due;
    size_t part;
};

static void flow_ask(const struct load *load, int link, struct flow *flow, long count)
{
    if (count > flow->unasked)
        count = flow->unasked;
    if (!load->apart && count > 0)
        link_send(link, load->requests, (size_t)count * load->request);
    for (long i = 0; load->apart && i < count; i++)
        link_send(link, load->requests, load->request);
    flow->unasked -= count;
}

static void check_last(const struct load *load, const char *data, size_t size)
{
    size_t n = size < load->reply_size ? size : load->reply_size;
    if (memcmp(data + size - n, load->reply + load->reply_size - n, n) != 0)
        machine_wrong("a reply differs: %.*s", (int)n, data + size - n);
}

static void flow_take(const struct load *load, int link, struct flow *flow)
{
    static char room[ROOM];
    size_t n = receive(link, room, sizeof room);
    size_t bytes = flow->part + n;
    long replies = (long)(bytes / load->reply_size);
    flow->part = bytes % load->reply_size;
    flow->due -= replies;
    if (flow->due == 0)
        check_last(load, room, n);
    flow_ask(load, link, flow, replies);
}

static void run_one(struct load *load, long count)
{
    struct flow flow = {count, count, 0};
    flow_ask(load, load->links[0], &flow, load->window);
    while (flow.due > 0)
        flow_take(load, load->links[0], &flow);
}

static void run_many(struct load *load, long count)
{
    struct flow *flows = calloc((size_t)load->link_count, sizeof *flows);
    struct epoll_event events[EVENTS];
    long each = (count + load->link_count - 1) / load->link_count;
    int open = load->link_count, set = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < open; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(set, EPOLL_CTL_ADD, load->links[i], &event);
        flows[i] = (struct flow){each, each, 0};
    }
    for (int i = 0; i < load->link_count; i++)
        flow_ask(load, load->links[i], &flows[i], load->window);
    while (open > 0) {
        int n = epoll_wait(set, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct flow *flow = &flows[events[i].data.u32];
            flow_take(load, load->links[events[i].data.u32], flow);
            open -= flow->due == 0;
        }
    }
    close(set);
    free(flows);
}

void load_run(struct load *load, long count)
{
    if (load->link_count == 1)
        run_one(load, count);
    else
        run_many(load, count);
}
