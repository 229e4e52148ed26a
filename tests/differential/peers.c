/* Delivery. On the loopback interface a segment is in the receiver's queue when send returns, unless the kernel has put that
 * work off to a thread of its own. So after sending the bytes are awaited to be acknowledged, with a bound, since the receiver
 * may delay its acknowledgement, or have no room; after an end the state that shows it acknowledged is awaited. Nagle's
 * algorithm, which holds back bytes behind such a delay, is switched off. */
#include "peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BOUND_MS 20 /* until everything is sent, and an end acknowledged */
#define ACKNOWLEDGED_MS 4

static void die(const char *what)
{
    perror(what);
    exit(2);
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* host: NULL: over IPv4. */
static socklen_t loopback(union address *address, const char *host, int port)
{
    *address = (union address){0};
    if (host && strchr(host, ':') && !strchr(host, '.')) {
        address->v6 =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = in6addr_loopback};
        return sizeof address->v6;
    }
    address->v4 = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return sizeof address->v4;
}

static int port_of(int fd, bool local)
{
    union address address = {0};
    socklen_t size = sizeof address;
    if (local)
        getsockname(fd, &address.any, &size);
    else
        getpeername(fd, &address.any, &size);
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static int listen_at(const char *host, int backlog)
{
    union address address;
    socklen_t size = loopback(&address, host, 0);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, &address.any, size) == 0 && (backlog < 0 || listen(fd, backlog) == 0))
        return fd;
    if (!host)
        die("listen");
    close(fd);
    return -1;
}

void peers_open(struct side *side)
{
    static const char *const hosts[] = {NULL, "::1"};
    for (int i = 0; i < 2; i++) {
        side->listeners[i].fd = listen_at(hosts[i], 64);
        side->listeners[i].port = port_of(side->listeners[i].fd, true);
    }
    side->ports = json_object_new_object();
}

static struct peer *peer_add(struct side *side, const char *name, int fd)
{
    struct peer *peer = NULL;
    for (size_t i = 0; i < side->peer_count; i++)
        if (strcmp(side->peers[i].name, name) == 0 && side->peers[i].fd < 0)
            peer = &side->peers[i];
    if (!peer && side->peer_count == SIDE_PEERS) {
        fprintf(stderr, "more than %d peers in a case\n", SIDE_PEERS);
        exit(2);
    }
    if (!peer)
        peer = &side->peers[side->peer_count++];
    *peer = (struct peer){.fd = fd};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    snprintf(peer->name, sizeof peer->name, "%s", name);
    return peer;
}

static struct peer *peer_find(struct side *side, const char *name)
{
    for (size_t i = 0; i < side->peer_count; i++)
        if (strcmp(side->peers[i].name, name) == 0 && side->peers[i].fd >= 0)
            return &side->peers[i];
    return NULL;
}

static void reset(int fd)
{
    struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

void peers_reset(struct side *side)
{
    for (size_t i = 0; i < side->peer_count; i++)
        if (side->peers[i].fd >= 0)
            reset(side->peers[i].fd);
    side->peer_count = 0;
    json_object_put(side->ports);
    side->ports = json_object_new_object();
    for (int i = 0; i < 2; i++) {
        struct pollfd more = {side->listeners[i].fd, POLLIN, 0};
        while (poll(&more, 1, 0) == 1)
            reset(accept4(more.fd, NULL, NULL, SOCK_CLOEXEC));
    }
}

void peers_close(struct side *side)
{
    peers_reset(side);
    for (int i = 0; i < 2; i++)
        close(side->listeners[i].fd);
    json_object_put(side->ports);
}

static int connect_to(const char *host, int port)
{
    union address address;
    socklen_t size = loopback(&address, host, port);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, &address.any, size) == 0)
        return fd;
    close(fd);
    return -1;
}

int peers_port(struct side *side, const struct step *step)
{
    const char *to = step_text(step, "to", "listener");
    const char *host = step_text(step, "host", NULL);
    side->listener = &side->listeners[host && strchr(host, ':') && !strchr(host, '.')];
    side->connecting = side->listener->port;
    if (strcmp(to, "closed") == 0) {
        int fd = listen_at(NULL, -1);
        side->connecting = port_of(peer_add(side, "closed", fd)->fd, true);
    } else if (strcmp(to, "full") == 0) {
        int fd = listen_at(NULL, 0);
        side->connecting = port_of(peer_add(side, "full", fd)->fd, true);
        peer_add(side, "filler", connect_to(NULL, side->connecting));
    } else if (strcmp(to, "listener") != 0) {
        side->connecting = json_object_get_int(json_object_object_get(side->ports, to));
    }
    return side->connecting;
}

void peers_accept(struct side *side, const char *name)
{
    struct pollfd ready = {side->listener->fd, POLLIN, 0};
    if (side->connecting != side->listener->port)
        return;
    if (poll(&ready, 1, 2000) != 1)
        die("no connection arrived");
    int fd = accept4(side->listener->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        die("accept");
    peer_add(side, name, fd);
}

static void await_delivery(int fd)
{
    int left = 0, unsent = 0;
    for (long begun = side_now(); side_now() < begun + BOUND_MS; poll(NULL, 0, 1)) {
        if (ioctl(fd, SIOCOUTQ, &left) < 0 || ioctl(fd, SIOCOUTQNSD, &unsent) < 0 || left == 0)
            return;
        if (unsent == 0 && side_now() >= begun + ACKNOWLEDGED_MS)
            return;
    }
}

static void await_state(int fd, int state)
{
    struct tcp_info info = {0};
    for (long end = side_now() + BOUND_MS; side_now() < end; poll(NULL, 0, 1)) {
        socklen_t size = sizeof info;
        if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 || info.tcpi_state == state || info.tcpi_state == TCP_CLOSE)
            return;
    }
}

static json_object *done(void)
{
    json_object *result = json_object_new_object();
    json_object_object_add(result, "done", json_object_new_boolean(true));
    return result;
}

static json_object *os_error(void)
{
    json_object *result = side_error("os");
    json_object_object_add(result, "errno", json_object_new_string(strerrorname_np(errno)));
    return result;
}

static json_object *peer_sends(struct peer *peer, const struct step *step)
{
    size_t size;
    unsigned char *data = step_bytes(step, &size);
    ssize_t sent = send(peer->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    free(data);
    if (sent < 0)
        return os_error();
    await_delivery(peer->fd);
    return done();
}

/* Bytes that are not printable ASCII appear as \xNN, and a backslash doubled. */
static void print_bytes(char *out, const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] == '\\')
            out += sprintf(out, "\\\\");
        else if (data[i] >= 0x20 && data[i] < 0x7F)
            *out++ = (char)data[i];
        else
            out += sprintf(out, "\\x%02X", data[i]);
    *out = '\0';
}

static json_object *peer_receives(struct peer *peer)
{
    static unsigned char data[65536];
    static char text[sizeof data * 4 + 1];
    size_t size = 0;
    ssize_t n = -1;
    setsockopt(peer->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int)); /* small pieces wait for it on the other side */
    errno = EAGAIN;
    while (size < sizeof data && (n = recv(peer->fd, data + size, sizeof data - size, MSG_DONTWAIT)) > 0)
        size += (size_t)n;
    bool is_reset = n < 0 && errno == ECONNRESET;
    json_object *result = json_object_new_object();
    print_bytes(text, data, size);
    json_object_object_add(result, "data", json_object_new_string(text));
    if (is_reset || peer->reset)
        json_object_object_add(result, "reset", json_object_new_boolean(true));
    else if (n == 0)
        json_object_object_add(result, "end", json_object_new_boolean(true));
    peer->reset |= is_reset;
    return result;
}

static json_object *peer_shuts(struct peer *peer, const struct step *step)
{
    bool input = strcmp(step_text(step, "direction", "output"), "input") == 0;
    if (shutdown(peer->fd, input ? SHUT_RD : SHUT_WR) < 0)
        return os_error();
    if (!input)
        await_state(peer->fd, TCP_FIN_WAIT2);
    return done();
}

/* A close without unread bytes is an end like that of shutdown, which can be awaited. */
static json_object *peer_closes(struct peer *peer)
{
    int unread = 0;
    ioctl(peer->fd, FIONREAD, &unread);
    if (unread == 0 && shutdown(peer->fd, SHUT_WR) == 0)
        await_state(peer->fd, TCP_FIN_WAIT2);
    close(peer->fd);
    peer->fd = -1;
    return done();
}

static json_object *peer_connects(struct side *side, const struct step *step)
{
    json_object *port = json_object_object_get(side->ports, step_text(step, "server", "v"));
    if (!port)
        return side_error("no-object");
    int fd = connect_to(step_text(step, "address", NULL), json_object_get_int(port));
    if (fd < 0)
        return os_error();
    peer_add(side, step_text(step, "as", "p"), fd);
    return done();
}

json_object *peers_do(struct side *side, const struct step *step)
{
    const char *operation = step->operation->name;
    if (strcmp(operation, "peer-connect") == 0)
        return peer_connects(side, step);
    struct peer *peer = peer_find(side, step_text(step, "peer", "p"));
    if (!peer)
        return side_error("no-object");
    if (strcmp(operation, "peer-sends") == 0)
        return peer_sends(peer, step);
    if (strcmp(operation, "peer-receives") == 0)
        return peer_receives(peer);
    if (strcmp(operation, "peer-shuts") == 0)
        return peer_shuts(peer, step);
    if (strcmp(operation, "peer-closes") == 0)
        return peer_closes(peer);
    reset(peer->fd);
    peer->fd = -1;
    return done();
}

void peers_name_ports(struct side *side, json_object *result)
{
    json_object *member = json_object_object_get(result, "port");
    if (!member)
        return;
    int port = json_object_get_int(member);
    const char *name = port == side->connecting ? "listener" : "other";
    json_object_object_foreach(side->ports, server, number)
    {
        if (json_object_get_int(number) == port)
            name = server;
    }
    for (size_t i = 0; i < side->peer_count; i++)
        if (side->peers[i].fd >= 0 && port == port_of(side->peers[i].fd, true) && port != side->connecting)
            name = side->peers[i].name;
        else if (side->peers[i].fd >= 0 && port == port_of(side->peers[i].fd, false))
            name = "local";
    json_object_object_add(result, "port", json_object_new_string(name));
}
