#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"
#include "peer.h"

static const char *const programs[] = {[PROXY_SOCAT] = "socat", [PROXY_HAPROXY] = "haproxy", [PROXY_DANTE] = "danted"};
static const char *const absent[] = {[PROXY_SOCAT] = "socat is not installed",
                                     [PROXY_HAPROXY] = "haproxy is not installed",
                                     [PROXY_DANTE] = "danted is not installed"};

#define HAPROXY_CONFIG           \
    "global\n"                   \
    "  maxconn 1000\n"           \
    "defaults\n"                 \
    "  mode tcp\n"               \
    "  timeout connect 10s\n"    \
    "  timeout client 1h\n"      \
    "  timeout server 1h\n"      \
    "  option splice-auto\n"     \
    "  option splice-request\n"  \
    "  option splice-response\n" \
    "listen through\n"           \
    "  bind 127.0.0.1:%d\n"      \
    "  server target 127.0.0.1:%d\n"

#define DANTE_CONFIG                                      \
    "logoutput: /dev/null\n"                              \
    "internal: 127.0.0.1 port = %d\n"                     \
    "external: 127.0.0.1\n"                               \
    "clientmethod: none\n"                                \
    "socksmethod: none\n"                                 \
    "client pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }\n" \
    "socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }\n"

static void write_config(struct proxy *proxy)
{
    snprintf(proxy->config, sizeof proxy->config, "/tmp/sockd-bench-XXXXXX");
    int fd = mkstemp(proxy->config);
    if (fd < 0)
        machine_fail(proxy->config);
    if (proxy->kind == PROXY_HAPROXY)
        dprintf(fd, HAPROXY_CONFIG, proxy->port, proxy->target);
    else
        dprintf(fd, DANTE_CONFIG, proxy->port);
    close(fd);
}

static void start_program(struct proxy *proxy)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "TCP-LISTEN:%d,bind=127.0.0.1,reuseaddr,fork", proxy->port);
    snprintf(to, sizeof to, "TCP:127.0.0.1:%d", proxy->target);
    const char *socat[] = {"socat", "-b", "65536", from, to, NULL};
    const char *haproxy[] = {"haproxy", "-db", "-q", "-f", proxy->config, NULL};
    const char *dante[] = {"danted", "-f", proxy->config, NULL};
    const char *const *arguments[] = {[PROXY_SOCAT] = socat, [PROXY_HAPROXY] = haproxy, [PROXY_DANTE] = dante};
    child_exec(&proxy->child, arguments[proxy->kind], -1, NULL);
}

/* The SOCKS5 greeting without a password, and the wish to be connected. */
static bool ask_dante(int fd, int port)
{
    const unsigned char hello[] = {5, 1, 0},
                        wish[] = {5, 1, 0, 1, 127, 0, 0, 1, (unsigned char)(port >> 8), (unsigned char)port};
    unsigned char answer[10];
    return send(fd, hello, sizeof hello, 0) == (ssize_t)sizeof hello && recv(fd, answer, 2, MSG_WAITALL) == 2 &&
           answer[1] == 0 && send(fd, wish, sizeof wish, 0) == (ssize_t)sizeof wish &&
           recv(fd, answer, sizeof answer, MSG_WAITALL) == (ssize_t)sizeof answer && answer[1] == 0;
}

int proxy_connect(struct proxy *proxy)
{
    int fd = peer_connect(proxy->port);
    if (fd >= 0 && proxy->kind == PROXY_DANTE && !ask_dante(fd, proxy->target)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void proxy_start(struct proxy *proxy, enum proxy_kind kind, int target)
{
    *proxy = (struct proxy){.kind = kind, .target = target, .port = peer_free_port()};
    if (!child_exists(programs[kind])) {
        proxy->missing = absent[kind];
        return;
    }
    if (kind != PROXY_SOCAT)
        write_config(proxy);
    start_program(proxy);
}

void proxy_stop(struct proxy *proxy)
{
    if (proxy->missing || proxy->port == 0) /* never started */
        return;
    child_end(&proxy->child);
    if (proxy->config[0])
        unlink(proxy->config);
}
