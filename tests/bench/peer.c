#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

#define BACKLOG 4096

static int open_tcp(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        machine_fail("socket");
    return fd;
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int peer_listen(void)
{
    struct sockaddr_in address = loopback(0);
    int fd = open_tcp();
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, BACKLOG) < 0)
        machine_fail("listen");
    return fd;
}

int peer_port(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        machine_fail("getsockname");
    return ntohs(address.sin_port);
}

int peer_accept(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        machine_fail("accept");
    return fd;
}

int peer_connect(int port)
{
    struct sockaddr_in address = loopback(port);
    for (double end = machine_now() + 10; machine_now() < end; usleep(100)) {
        int fd = open_tcp();
        if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
            return fd;
        close(fd);
    }
    return -1;
}

int peer_free_port(void)
{
    int listener = peer_listen(), port = peer_port(listener);
    close(listener);
    return port;
}
