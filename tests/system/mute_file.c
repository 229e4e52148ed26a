/* The file system's process has a mount namespace of its own. It opens the file in a process more, since it must answer while
 * that is done. */
#include "mute_file.h"

#include <check.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "namespace.h"

#define PLACE "/tmp"
#define THE_FILE 2 /* its node; the root is 1 */

static void answer(int fuse, uint64_t unique, int error, const void *data, size_t size)
{
    char room[sizeof(struct fuse_out_header) + 256];
    struct fuse_out_header header = {(uint32_t)(sizeof header + size), error, unique};
    memcpy(room, &header, sizeof header);
    if (size > 0)
        memcpy(room + sizeof header, data, size);
    if (write(fuse, room, header.len) < 0)
        _exit(1);
}

static struct fuse_attr attributes(uint64_t node)
{
    return (struct fuse_attr){.ino = node, .mode = node == THE_FILE ? S_IFREG | 0666 : S_IFDIR | 0777, .nlink = 1};
}

static void serve_one(int fuse, const struct fuse_in_header *in)
{
    struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 65536};
    struct fuse_entry_out entry = {.nodeid = THE_FILE, .entry_valid = 1000, .attr_valid = 1000, .attr = attributes(THE_FILE)};
    struct fuse_attr_out attr = {.attr_valid = 1000, .attr = attributes(in->nodeid)};
    struct fuse_open_out open = {.fh = 1};
    switch (in->opcode) {
    case FUSE_INIT:
        answer(fuse, in->unique, 0, &init, sizeof init);
        break;
    case FUSE_LOOKUP:
        answer(fuse, in->unique, 0, &entry, sizeof entry);
        break;
    case FUSE_GETATTR:
        answer(fuse, in->unique, 0, &attr, sizeof attr);
        break;
    case FUSE_OPEN:
        answer(fuse, in->unique, 0, &open, sizeof open);
        break;
    case FUSE_FLUSH: /* that is the point */
    case FUSE_FORGET:
        break;
    default:
        answer(fuse, in->unique, -38, NULL, 0);
    }
}

static void send_file(int to, int fd)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec vector = {"f", 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    sendmsg(to, &message, 0);
}

/* A mount namespace; who is no root becomes one in a namespace of users. */
static bool enter(void)
{
    char map[64];
    uid_t user = geteuid();
    if (user == 0)
        return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    snprintf(map, sizeof map, "0 %u 1", (unsigned)user);
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && namespace_set("/proc/self/uid_map", map) &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void run(int to)
{
    char options[96], room[65536 + 4096];
    int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
    if (fuse < 0 || !enter() || mount("mute", PLACE, "fuse", 0, options) < 0) {
        send_file(to, -1);
        _exit(0);
    }
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(fuse);
        send_file(to, open(PLACE "/file", O_RDWR | O_CLOEXEC));
        pause();
        _exit(0);
    }
    close(to);
    while (read(fuse, room, sizeof room) > 0)
        serve_one(fuse, (const struct fuse_in_header *)(const void *)room);
    _exit(0);
}

static int receive_file(int from)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    char byte;
    int fd = -1;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&message))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

int mute_file(pid_t *server)
{
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    *server = fork();
    ck_assert_int_ge(*server, 0);
    if (*server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pair[0]);
        run(pair[1]);
    }
    close(pair[1]);
    int fd = receive_file(pair[0]);
    close(pair[0]);
    if (fd < 0)
        mute_file_end(*server);
    return fd;
}

void mute_file_end(pid_t server)
{
    kill(server, SIGKILL);
    ck_assert_int_eq(waitpid(server, NULL, 0), server);
}
