/* SO_BUF_LOCK tells whether a buffer's size has been set, and takes that back. A system that does not know it keeps what it
 * has. The kernel answers twice what it was told. */
#include "window.h"

#include <arpa/inet.h>
#include <linux/socket.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "stream.h"

#define WINDOW (512 * 1024)

static int option_get(int fd, int option)
{
    int value;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

static bool option_set(int fd, int option, int value)
{
    return setsockopt(fd, SOL_SOCKET, option, &value, sizeof value) == 0;
}

static bool over_loopback(const struct stream *stream)
{
    union address peer;
    if (stream_address(stream, true, &peer) != 0)
        return false;
    if (peer.any.sa_family == AF_INET)
        return ntohl(peer.v4.sin_addr.s_addr) >> 24 == 127;
    const struct in6_addr *v6 = &peer.v6.sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

struct window window_bound(const struct stream *stream)
{
    int fd = stream->fd[SIDE_IN], locked = stream->is_socket[SIDE_IN] ? option_get(fd, SO_BUF_LOCK) : -1;
    if (locked < 0 || locked & SOCK_RCVBUF_LOCK || !over_loopback(stream))
        return (struct window){0};
    struct window window = {.before = option_get(fd, SO_RCVBUF)};
    if (window.before < 0 || !option_set(fd, SO_RCVBUF, WINDOW))
        return (struct window){0};
    window.bounded = option_get(fd, SO_RCVBUF);
    return window;
}

void window_release(const struct stream *stream, const struct window *window)
{
    int fd = stream->fd[SIDE_IN];
    int locked = window->before ? option_get(fd, SO_BUF_LOCK) : -1;
    if (locked < 0 || option_get(fd, SO_RCVBUF) != window->bounded)
        return;
    option_set(fd, SO_RCVBUF, window->before / 2);
    option_set(fd, SO_BUF_LOCK, locked & ~SOCK_RCVBUF_LOCK);
}
