/* Where the daemon is, and the way there.
 *
 * A socket address holds 107 bytes of path. Longer paths are reached through a descriptor of their directory, under
 * /proc/self/fd. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"

/* ---- inherited descriptors ---- */

static int use_descriptor(struct failure *failure, const char *address)
{
    char *end;
    errno = 0;
    long number = strtol(address + 3, &end, 10);
    if (address[3] < '0' || address[3] > '9' || *end != '\0' || errno || number > INT32_MAX)
        return failure_set(failure, SOCKD_ERROR_ARGUMENT, "the address %s does not name a descriptor", address);
    int domain = 0, type = 0;
    socklen_t size = sizeof domain;
    if (getsockopt((int)number, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ||
        getsockopt((int)number, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
        return failure_system(failure, errno, "getsockopt", address, "cannot use %s", address);
    if (domain != AF_UNIX || type != SOCK_STREAM)
        return failure_set(failure, SOCKD_ERROR_ARGUMENT, "%s is not a Unix stream socket", address);
    int flags = fcntl((int)number, F_GETFD);
    if (flags < 0 || fcntl((int)number, F_SETFD, flags | FD_CLOEXEC) < 0)
        return failure_system(failure, errno, "fcntl", address, "cannot use %s", address);
    return (int)number;
}

/* ---- paths ---- */

/* Fills a socket address. *directory is a descriptor that must stay open until the connection is made, or -1. */
static int fill_address(struct failure *failure, struct sockaddr_un *out, const char *path, int *directory)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    *directory = -1;
    size_t length = strlen(path);
    if (length < sizeof out->sun_path) {
        memcpy(out->sun_path, path, length + 1);
        return 0;
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *parent = slash ? strndup(path, slash > path ? (size_t)(slash - path) : 1) : strdup(".");
    if (!parent)
        return failure_set(failure, SOCKD_ERROR_MEMORY, "no memory");
    *directory = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = errno;
    free(parent);
    if (*directory < 0)
        return failure_system(failure, error, "open", path, "cannot open the directory of %s", path);
    int size = snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", *directory, name);
    if (size < (int)sizeof out->sun_path)
        return 0;
    close(*directory);
    *directory = -1;
    return failure_set(failure, SOCKD_ERROR_ARGUMENT, "the name of the socket %s is too long", path);
}

static int connect_path(struct failure *failure, const char *path)
{
    struct sockaddr_un address;
    int directory;
    int result = fill_address(failure, &address, path, &directory);
    if (result < 0)
        return result;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        result = failure_system(failure, errno, "socket", path, "cannot make a socket to reach sockd at %s", path);
    } else {
        do {
            result = connect(fd, (struct sockaddr *)&address, sizeof address);
        } while (result < 0 && errno == EINTR);
        if (result < 0) {
            result = failure_system(failure, errno, "connect", path, "cannot connect to sockd at %s", path);
            close(fd);
        }
    }
    if (directory >= 0)
        close(directory);
    return result < 0 ? result : fd;
}

/* ---- which one ---- */

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static int connect_to(struct failure *failure, const char *address)
{
    if (*address == '\0')
        return failure_set(failure, SOCKD_ERROR_ARGUMENT, "the address is empty");
    return strncmp(address, "fd:", 3) == 0 ? use_descriptor(failure, address) : connect_path(failure, address);
}

int address_connect(struct failure *failure, const char *address)
{
    if (!address)
        address = environment("SOCKD_SOCKET");
    if (address)
        return connect_to(failure, address);
    const char *directory = environment("XDG_RUNTIME_DIR");
    if (!directory)
        return connect_to(failure, "/run/sockd/sockd.sock");
    char *path;
    if (asprintf(&path, "%s/sockd/sockd.sock", directory) < 0)
        return failure_set(failure, SOCKD_ERROR_MEMORY, "no memory");
    int fd = connect_to(failure, path);
    free(path);
    return fd;
}
