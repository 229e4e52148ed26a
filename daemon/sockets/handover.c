/* What can go wrong with a stranger's descriptor, and what is done about it:
 *
 * It blocks although it says that it does not. Its flags belong to whoever opened it, and may change at any moment. Pipes and
 * terminals are opened anew through /proc, so that the flags are ours; sockets cannot be, but know MSG_DONTWAIT. Where opening
 * anew is refused, or would be something else (/dev/tty is another terminal for each process, /dev/ptmx a new one for each
 * open), the flag is set on what is shared.
 *
 * Its file system is served by a process of the client's, which need never answer: even asking what it is could wait for
 * ever. So the kernel is asked without synchronising, and the file system is looked up by its device in the list of mounts.
 * What does not stand there belongs to another mount namespace, and could be anything, unless it stands beside the daemon's own
 * root directory, which a plain chroot takes out of the list. Files in memory are known by their seals.
 *
 * Writing to it does something that the kernel lets only the daemon do, as with files in /proc. Those are not in the list. */
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fd.h"

/* ---- file systems ---- */

/* By the name in the list of mounts, and by what statfs() calls it. */
static const struct {
    const char *name;
    uint32_t magic;
} local[] = {{"ext2", EXT2_SUPER_MAGIC},
             {"ext3", EXT3_SUPER_MAGIC},
             {"ext4", EXT4_SUPER_MAGIC},
             {"xfs", XFS_SUPER_MAGIC},
             {"btrfs", BTRFS_SUPER_MAGIC},
             {"f2fs", F2FS_SUPER_MAGIC},
             {"bcachefs", 0xca451a4e},
             {"zfs", 0x2fc12fc1},
             {"jfs", 0x3153464a},
             {"overlay", OVERLAYFS_SUPER_MAGIC},
             {"tmpfs", TMPFS_MAGIC},
             {"ramfs", RAMFS_MAGIC},
             {"rootfs", RAMFS_MAGIC},
             {"devtmpfs", TMPFS_MAGIC},
             {"devpts", DEVPTS_SUPER_MAGIC},
             {"vfat", MSDOS_SUPER_MAGIC},
             {"exfat", EXFAT_SUPER_MAGIC},
             {"squashfs", SQUASHFS_MAGIC},
             {"erofs", EROFS_SUPER_MAGIC_V1},
             {"iso9660", ISOFS_SUPER_MAGIC},
             {"udf", UDF_SUPER_MAGIC},
             {"ntfs3", 0x7366746e},
             {"hugetlbfs", HUGETLBFS_MAGIC}};

static bool is_local(const char *name, uint32_t magic)
{
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (name ? strcmp(local[i].name, name) == 0 : local[i].magic == magic)
            return true;
    return false;
}

/* A subvolume has a device of its own, but the mount's number. */
static bool is_mount_of(const struct statx *file, uint64_t mount, uint32_t major_number, uint32_t minor_number)
{
    return (file->stx_mask & STATX_MNT_ID && mount == file->stx_mnt_id) ||
           (major_number == file->stx_dev_major && minor_number == file->stx_dev_minor);
}

/* One line of the list of mounts: whether it is the one that the file stands in, and of a kind that is local. */
static bool line_matches(const char *line, const struct statx *file)
{
    unsigned long long mount;
    unsigned major_number, minor_number;
    char type[32];
    const char *dash = strstr(line, " - ");
    /* NOLINTNEXTLINE(cert-err34-c): the numbers are the kernel's own */
    if (!dash || sscanf(line, "%llu %*u %u:%u", &mount, &major_number, &minor_number) != 3 ||
        sscanf(dash, " - %31s", type) != 1)
        return false;
    return is_mount_of(file, mount, major_number, minor_number) && is_local(type, 0);
}

/* A root directory that is no mount has no line in the list, nor has any file beside it. What it stands on is asked only where
 * the file stands on the same. */
static bool beside_root(const struct statx *file)
{
    struct statx root;
    struct statfs system;
    return statx(AT_FDCWD, "/", AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MNT_ID, &root) == 0 &&
           is_mount_of(file, root.stx_mnt_id, root.stx_dev_major, root.stx_dev_minor) && statfs("/", &system) == 0 &&
           is_local(NULL, (uint32_t)system.f_type);
}

static bool on_local_file_system(const struct statx *file)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    while (mounts && !found && getline(&line, &size, mounts) > 0)
        found = line_matches(line, file);
    free(line);
    if (mounts)
        fclose(mounts);
    return found || beside_root(file);
}

/* Anonymous pipes have a file system of their own, which is mounted nowhere. */
static bool is_anonymous_pipe(const struct statx *file)
{
    struct statx own;
    int pipe[2];
    if (pipe2(pipe, O_CLOEXEC) < 0)
        return false;
    bool same = statx(pipe[0], "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &own) == 0 &&
                own.stx_dev_major == file->stx_dev_major && own.stx_dev_minor == file->stx_dev_minor;
    close(pipe[0]);
    close(pipe[1]);
    return same;
}

/* ---- kinds ---- */

static int refuse(struct trouble *trouble, const char *reason)
{
    return trouble_param(trouble, "fds", reason);
}

static int option_of(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

static int check_socket(int fd, struct trouble *trouble)
{
    int domain = option_of(fd, SO_DOMAIN);
    if (domain != AF_UNIX && domain != AF_INET && domain != AF_INET6)
        return refuse(trouble, "a socket must be of the Internet or a Unix socket");
    if (option_of(fd, SO_TYPE) != SOCK_STREAM)
        return refuse(trouble, "a socket must be a stream socket");
    if (option_of(fd, SO_ACCEPTCONN) != 0)
        return refuse(trouble, "a socket that listens is no stream");
    return 0;
}

/* Terminals by their drivers' numbers, and of the memory devices those that do no harm. */
static bool is_known_device(const struct statx *file)
{
    switch (file->stx_rdev_major) {
    case 1: /* null, zero, full, random, urandom */
        return file->stx_rdev_minor == 3 || file->stx_rdev_minor == 5 ||
               (file->stx_rdev_minor >= 7 && file->stx_rdev_minor <= 9);
    case 4:   /* consoles and serial lines */
    case 5:   /* /dev/tty, /dev/console, /dev/ptmx */
    case 166: /* serial lines behind USB, the next one, too */
    case 188:
    case 229: /* a hypervisor's console */
        return true;
    default:
        return file->stx_rdev_major >= 136 && file->stx_rdev_major <= 143; /* pseudo-terminals */
    }
}

/* Opens a pipe or device anew. Without success the flag is set on what is shared. */
static int make_own(struct handover *handover, const struct statx *file, int flags)
{
    char path[40];
    bool same_again = S_ISFIFO(file->stx_mode) ? is_anonymous_pipe(file) : file->stx_rdev_major != 5;
    if (same_again || (S_ISFIFO(file->stx_mode) && on_local_file_system(file))) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", handover->fd);
        int fd = open(path, (flags & O_ACCMODE) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0) {
            close(handover->fd);
            handover->fd = fd;
            return 0;
        }
    }
    handover->shared = true;
    return fd_set_nonblocking(handover->fd, true);
}

static int check_kind(struct handover *handover, const struct statx *file, int flags, struct trouble *trouble)
{
    switch (file->stx_mode & S_IFMT) {
    case S_IFSOCK:
        handover->shared = true;
        return check_socket(handover->fd, trouble);
    case S_IFIFO:
        return make_own(handover, file, flags);
    case S_IFCHR:
        if (!is_known_device(file))
            return refuse(trouble, "a device must be a terminal, or /dev/null, zero, full, random or urandom");
        return make_own(handover, file, flags);
    case S_IFREG:
        if (fcntl(handover->fd, F_GET_SEALS) < 0 && !on_local_file_system(file))
            return refuse(trouble,
                          "a file must be on a file system of this machine that the daemon sees, and not of the kernel's own");
        return 0;
    default:
        return refuse(trouble, "must be a stream socket, a pipe, a terminal or a file");
    }
}

static int check_access(int flags, int direction, struct trouble *trouble)
{
    int access = flags & O_ACCMODE;
    if (direction != DIRECTION_OUTPUT && access != O_RDONLY && access != O_RDWR)
        return trouble_param(trouble, "direction", "the descriptor is not open for input");
    if (direction != DIRECTION_INPUT && access != O_WRONLY && access != O_RDWR)
        return trouble_param(trouble, "direction", "the descriptor is not open for output");
    return 0;
}

int handover_in(int fd, int direction, struct handover *handover, struct trouble *trouble)
{
    struct statx file;
    int flags = fcntl(fd, F_GETFL);
    *handover = (struct handover){.fd = fd};
    if (flags < 0)
        return -errno;
    if (flags & O_PATH)
        return refuse(trouble, "is open as a path only");
    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MNT_ID, &file) < 0)
        return -errno;
    int r = check_access(flags, direction, trouble);
    return r == 0 ? check_kind(handover, &file, flags, trouble) : r;
}

/* ---- options ---- */

static struct sockd_timeout period_of(int fd, int option)
{
    struct timeval time = {0, 0};
    socklen_t size = sizeof time;
    getsockopt(fd, SOL_SOCKET, option, &time, &size);
    return (struct sockd_timeout){time.tv_sec, time.tv_usec, time.tv_sec > 0 || time.tv_usec > 0};
}

int handover_take_options(struct stream *stream)
{
    static const struct linger off = {0, 0};
    static const int one = 1;
    int in = stream->fd[SIDE_IN], out = stream->fd[SIDE_OUT];
    bool receives = in >= 0 && stream->is_socket[SIDE_IN], sends = out >= 0 && stream->is_socket[SIDE_OUT];
    struct sockopt_state *options = receives || sends ? stream_options_state(stream) : NULL;
    if (!options)
        return receives || sends ? -ENOMEM : 0;
    if (sends) {
        struct linger linger = off;
        socklen_t size = sizeof linger;
        getsockopt(out, SOL_SOCKET, SO_LINGER, &linger, &size);
        setsockopt(out, SOL_SOCKET, SO_LINGER, &off, sizeof off);
        options->linger_on = linger.l_onoff != 0;
        options->linger = (uint32_t)linger.l_linger;
        options->send = period_of(out, SO_SNDTIMEO);
    }
    if (receives) {
        int low_water = option_of(in, SO_RCVLOWAT);
        setsockopt(in, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
        options->low_water = low_water > 1 ? (uint32_t)low_water : 0;
        options->receive = period_of(in, SO_RCVTIMEO);
    }
    return 0;
}

static void give_period(int fd, int option, const struct sockd_timeout *period)
{
    struct timeval time = clock_timeval(clock_wait(period));
    if (period->finite)
        setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}

void handover_give_options(int fd, const struct sockopt_state *options)
{
    fd_set_nonblocking(fd, false);
    if (!options)
        return;
    struct linger linger = {options->linger_on, options->linger > INT32_MAX ? INT32_MAX : (int)options->linger};
    int low_water = options->low_water > INT32_MAX ? INT32_MAX : (int)options->low_water;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    if (low_water > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
    give_period(fd, SO_RCVTIMEO, &options->receive);
    give_period(fd, SO_SNDTIMEO, &options->send);
}

int handover_share(struct stream *stream, enum side side)
{
    int fd = fcntl(stream->fd[side], F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (stream->is_socket[side])
        fd_set_nonblocking(fd, false);
    readiness_forget(stream);
    stream->shared = true;
    return fd;
}
