/* bind() gives the file the mode of the socket less the umask, so the mode is narrowed by fchmod before bind, and widened to
 * what is wanted only when the group is set. All of that happens under a temporary name in the same directory; rename() then
 * puts it in place, over a stale file where there is one.
 *
 * The lock file is removed by its holder before the lock is released. Whoever had opened it by then gets a lock on a file that
 * is no longer at its name; so after locking the name is looked at again, and the whole thing repeated if it is another file.
 */
#include "unix_listener.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fd.h"

#define TEMPORARY_SUFFIX "~"
#define LOCK_SUFFIX ".lock"
#define BACKLOG 4096

/* Where a reason goes. */
struct fault {
    char *text;
    size_t size;
};

/* Writes the reason; gives -error. */
static int __attribute__((format(printf, 3, 4))) fail(const struct fault *fault, int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->text, fault->size, format, arguments);
    va_end(arguments);
    return -error;
}

static int fail_errno(const struct fault *fault, const char *path, const char *what)
{
    int error = errno;
    return fail(fault, error, "%s: %s: %s", path, what, strerror(error));
}

/* ---- names ---- */

static int check_path(const char *path, const struct fault *fault)
{
    size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - sizeof(TEMPORARY_SUFFIX);
    size_t length = strlen(path);
    if (!length || path[length - 1] == '/')
        return fail(fault, EINVAL, "%s: is no path of a file", length ? path : "\"\"");
    if (length > most)
        return fail(fault, ENAMETOOLONG, "%s: the path has %zu bytes; a socket's has %zu at the most", path, length, most);
    return 0;
}

/* Opens the directory and sets the names; what a failure leaves is freed by unix_listener_close. */
static int open_directory(struct unix_listener *listener, const char *path, const struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char directory[sizeof(struct sockaddr_un)] = ".";
    if (slash)
        snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    listener->path = strdup(path);
    listener->name = strdup(name);
    if (!listener->path || !listener->name || asprintf(&listener->lock_name, "%s" LOCK_SUFFIX, name) < 0) {
        listener->lock_name = NULL;
        return fail(fault, ENOMEM, "%s: no memory", path);
    }
    listener->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (listener->directory >= 0)
        return 0;
    int error = errno;
    return fail(fault, error, "%s: the directory %s: %s", path, directory, strerror(error));
}

static int find_group(const char *group, gid_t *gid, const struct fault *fault)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(group, &end, 10);
    if (*group >= '0' && *group <= '9' && !*end && !errno && number < (gid_t)-1) {
        *gid = (gid_t)number;
        return 0;
    }
    char buffer[65536];
    struct group entry, *found = NULL;
    int error = getgrnam_r(group, &entry, buffer, sizeof(buffer), &found);
    if (error)
        return fail(fault, error, "group: cannot look up %s: %s", group, strerror(error));
    if (!found)
        return fail(fault, ENOENT, "group: there is no group %s", group);
    *gid = found->gr_gid;
    return 0;
}

/* ---- one daemon a path ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static int take_lock(struct unix_listener *listener, const struct fault *fault)
{
    for (;;) {
        int fd = openat(listener->directory, listener->lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return fail_errno(fault, listener->path, "cannot make its lock file");
        struct stat opened, named;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &opened) != 0) {
            int error = errno;
            fd_close(fd);
            if (error == EWOULDBLOCK)
                return fail(fault, EADDRINUSE, "%s: another daemon serves it", listener->path);
            return fail(fault, error, "%s: cannot lock its lock file: %s", listener->path, strerror(error));
        }
        if (fstatat(listener->directory, listener->lock_name, &named, AT_SYMLINK_NOFOLLOW) == 0 && same_file(&opened, &named)) {
            listener->lock = fd;
            return 0;
        }
        fd_close(fd); /* its holder removed it between our open and our lock */
    }
}

/* A socket at the path is stale if connecting to it is refused. */
static int check_stale(const struct unix_listener *listener, const struct fault *fault)
{
    struct stat status;
    if (fstatat(listener->directory, listener->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : fail_errno(fault, listener->path, "cannot look at it");
    if (!S_ISSOCK(status.st_mode))
        return fail(fault, EEXIST, "%s: exists and is no socket", listener->path);
    FD_CLEANUP int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return fail_errno(fault, listener->path, "cannot make a socket");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, listener->path, strlen(listener->path) + 1);
    if (connect(probe, (struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN)
        return fail(fault, EADDRINUSE, "%s: another daemon serves it", listener->path);
    if (errno == ECONNREFUSED || errno == ENOENT)
        return 0;
    if (errno == EPROTOTYPE)
        return fail(fault, EADDRINUSE, "%s: a socket of another type is there", listener->path);
    return fail_errno(fault, listener->path, "cannot tell whether a daemon serves it");
}

/* ---- making it ---- */

static int bind_temporary(int fd, const char *temporary)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, temporary, strlen(temporary) + 1);
    struct stat left;
    /* the lock is ours: a socket under the temporary name was left by a daemon that was killed right here */
    if (lstat(temporary, &left) == 0 && S_ISSOCK(left.st_mode))
        unlink(temporary);
    if (fchmod(fd, 0600) != 0)
        return -1;
    return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

/* Binds under the temporary name; from there on the file has to be renamed or removed. */
static int dress_file(struct unix_listener *listener, const char *temporary, gid_t gid,
                      const struct unix_listener_options *options, const struct fault *fault)
{
    struct stat status;
    if (gid != (gid_t)-1 && fchownat(listener->directory, temporary, (uid_t)-1, gid, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_errno(fault, listener->path, "cannot give it its group");
    if (fchmodat(listener->directory, temporary, options->mode & 07777, 0) != 0)
        return fail_errno(fault, listener->path, "cannot give it its mode");
    if (fstatat(listener->directory, temporary, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_errno(fault, listener->path, "cannot look at it");
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    if (listen(listener->fd, BACKLOG) != 0)
        return fail_errno(fault, listener->path, "cannot listen");
    if (renameat(listener->directory, temporary, listener->directory, listener->name) != 0)
        return fail_errno(fault, listener->path, "cannot put it in place");
    return 0;
}

static int make_socket(struct unix_listener *listener, gid_t gid, const struct unix_listener_options *options,
                       const struct fault *fault)
{
    char temporary[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    snprintf(temporary, sizeof(temporary), "%s" TEMPORARY_SUFFIX, listener->path);
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return fail_errno(fault, listener->path, "cannot make a socket");
    if (bind_temporary(listener->fd, temporary) != 0)
        return fail_errno(fault, listener->path, "cannot bind");
    int result = dress_file(listener, strrchr(temporary, '/') ? strrchr(temporary, '/') + 1 : temporary, gid, options, fault);
    if (result != 0)
        unlink(temporary);
    return result;
}

int unix_listener_open(struct unix_listener *listener, const struct unix_listener_options *options, char *reason, size_t size)
{
    const struct fault fault = {reason, size};
    *listener = UNIX_LISTENER_CLOSED;
    gid_t gid = (gid_t)-1;
    int result = check_path(options->path, &fault);
    if (result == 0 && options->group)
        result = find_group(options->group, &gid, &fault);
    if (result == 0)
        result = open_directory(listener, options->path, &fault);
    if (result == 0)
        result = take_lock(listener, &fault);
    if (result == 0)
        result = check_stale(listener, &fault);
    if (result == 0)
        result = make_socket(listener, gid, options, &fault);
    if (result != 0)
        unix_listener_close(listener);
    return result;
}

/* ---- one that is there already ---- */

static char *socket_path(const struct sockaddr_un *address, socklen_t size)
{
    size_t offset = offsetof(struct sockaddr_un, sun_path);
    size_t room = size > offset ? size - offset : 0;
    if (!room || !address->sun_path[0])
        return strdup("(no path)");
    return strndup(address->sun_path, room < sizeof(address->sun_path) ? room : sizeof(address->sun_path));
}

int unix_listener_adopt(struct unix_listener *listener, int fd, const char *path, char *reason, size_t size)
{
    const struct fault fault = {reason, size};
    *listener = UNIX_LISTENER_CLOSED;
    FD_CLEANUP int owned = fd;
    struct sockaddr_un address = {0};
    socklen_t length = sizeof(address), number = sizeof(int);
    int type = 0, listening = 0;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &number) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &number) != 0) {
        int error = errno;
        return fail(&fault, error, "descriptor %d: %s", fd, strerror(error));
    }
    if (address.sun_family != AF_UNIX || type != SOCK_STREAM || !listening)
        return fail(&fault, EINVAL, "descriptor %d: is no listening Unix stream socket", fd);
    int error = fd_set_nonblocking(fd, true);
    if (error == 0)
        error = fd_set_cloexec(fd, true);
    if (error != 0)
        return fail(&fault, -error, "descriptor %d: %s", fd, strerror(-error));
    listener->path = path ? strdup(path) : socket_path(&address, length);
    if (!listener->path)
        return fail(&fault, ENOMEM, "descriptor %d: no memory", fd);
    listener->fd = owned;
    owned = -1;
    return 0;
}

void unix_listener_close(struct unix_listener *listener)
{
    struct stat status;
    if (listener->lock >= 0) {
        if (listener->inode && fstatat(listener->directory, listener->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            status.st_dev == listener->device && status.st_ino == listener->inode)
            unlinkat(listener->directory, listener->name, 0);
        unlinkat(listener->directory, listener->lock_name, 0);
    }
    fd_close(listener->fd);
    fd_close(listener->lock);
    fd_close(listener->directory);
    free(listener->path);
    free(listener->name);
    free(listener->lock_name);
    *listener = UNIX_LISTENER_CLOSED;
}
