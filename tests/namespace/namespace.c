#include "namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool namespace_set(const char *path, const char *text)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text);
    if (file >= 0)
        close(file);
    return written;
}

bool namespace_raise(const char *interface)
{
    struct ifreq request = {.ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    bool raised = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (fd >= 0)
        close(fd);
    return raised;
}

static bool leave(void)
{
    char uids[64], gids[64];
    snprintf(uids, sizeof uids, "%u %u 1", getuid(), getuid());
    snprintf(gids, sizeof gids, "%u %u 1", getgid(), getgid());
    if (unshare(CLONE_NEWNET) == 0)
        return true;
    return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && namespace_set("/proc/self/uid_map", uids) &&
           namespace_set("/proc/self/setgroups", "deny") && namespace_set("/proc/self/gid_map", gids);
}

bool namespace_enter(void)
{
    return leave() && namespace_raise("lo");
}
