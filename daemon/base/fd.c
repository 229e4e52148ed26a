/* close() is not repeated after EINTR: on Linux the descriptor is gone by then, and may already be another's. */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int fd_close(int fd)
{
    int before = errno;
    if (fd >= 0)
        close(fd);
    errno = before;
    return -1;
}

void fd_never_linger(int fd)
{
    static const struct linger off = {0, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof off);
}

void fd_discard(int fd)
{
    if (fd < 0)
        return;
    fd_never_linger(fd);
    close(fd);
}

void fd_discard_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fd_discard(fds[i]);
}

void fd_cleanup(int *fd)
{
    *fd = fd_close(*fd);
}

int fd_set_nonblocking(int fd, bool on)
{
    int wanted = on;
    return ioctl(fd, FIONBIO, &wanted) != 0 ? -errno : 0;
}

void fd_widen(int fd, int size)
{
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

int fd_set_cloexec(int fd, bool on)
{
    return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) != 0 ? -errno : 0;
}

int64_t fd_last(int64_t count)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur == RLIM_INFINITY)
        return INT64_MAX;
    return (int64_t)most.rlim_cur - count;
}

long fd_raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -errno;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
            return -errno;
    }
    return limit.rlim_cur > LONG_MAX ? LONG_MAX : (long)limit.rlim_cur;
}
