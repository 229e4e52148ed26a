/* Which files are let in where the daemon's root directory is no mount, as in a plain chroot: the list of mounts says nothing
 * of it then. Each case is played by a child, which may change its root as root, or in a user namespace of its own. */
#include <check.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handover.h"
#include "suite.h"

enum { IN = 10, REFUSED, OTHERWISE, CANNOT }; /* how a child ends */

static char directory[] = "/tmp/sockd-handover-XXXXXX";

static int file_here(void)
{
    return openat(AT_FDCWD, directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static int file_of_the_kernel(void)
{
    return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

static int file_in_sysfs(void)
{
    return open("/sys/kernel/mm/transparent_hugepage/enabled", O_RDONLY | O_CLOEXEC);
}

static int file_in_memory(void)
{
    return memfd_create("test", MFD_CLOEXEC);
}

static int a_pipe(void)
{
    int fds[2];
    return pipe2(fds, O_CLOEXEC) < 0 ? -1 : fds[0];
}

static const struct {
    int (*open)(void);
    int end;
} files[] = {
    {file_here, IN}, {file_of_the_kernel, REFUSED}, {file_in_sysfs, REFUSED}, {file_in_memory, IN}, {a_pipe, IN},
};

#define FILES ((int)(sizeof files / sizeof *files))

/* with_proc: the list of mounts can be read there. */
static int enter(bool with_proc)
{
    char path[64];
    if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
        return -1;
    snprintf(path, sizeof path, "%s/proc", directory);
    mkdir(path, 0755);
    if (with_proc &&
        (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("/proc", path, NULL, MS_BIND | MS_REC, NULL) < 0))
        return -1;
    return chroot(directory) < 0 || chdir("/") < 0 ? -1 : 0;
}

static int play(int fd, bool with_proc)
{
    struct handover handover;
    struct trouble trouble = {0};
    if (fd < 0 || enter(with_proc) < 0)
        return CANNOT;
    if (access("/proc/self/mountinfo", R_OK) != (with_proc ? 0 : -1))
        return OTHERWISE;
    int r = handover_in(fd, DIRECTION_INPUT, &handover, &trouble);
    return r == 0 ? IN : r == ERROR_invalid_params ? REFUSED : OTHERWISE;
}

static int play_apart(int which, bool with_proc)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(play(files[which].open(), with_proc));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Odd: without /proc. */
START_TEST(in_a_chroot)
{
    int end = play_apart(_i / 2, _i % 2 == 0);
    if (end == CANNOT)
        fprintf(stderr, "nobody like us may change the root directory here: not tested\n");
    else
        ck_assert_int_eq(end, files[_i / 2].end);
}
END_TEST

/* The same files where all mounts are seen. */
START_TEST(in_the_open)
{
    struct handover handover;
    struct trouble trouble = {0};
    int fd = files[_i].open();
    ck_assert_int_ge(fd, 0);
    int r = handover_in(fd, DIRECTION_INPUT, &handover, &trouble);
    ck_assert_int_eq(r == 0 ? IN : REFUSED, files[_i].end);
    close(r == 0 ? handover.fd : fd);
}
END_TEST

static void make_directory(void)
{
    ck_assert(mkdtemp(directory));
}

static void remove_directory(void)
{
    char path[64];
    snprintf(path, sizeof path, "%s/proc", directory);
    rmdir(path);
    rmdir(directory);
}

int main(void)
{
    Suite *suite = suite_create("handover");
    TCase *tcase = tcase_create("handover");
    tcase_add_unchecked_fixture(tcase, make_directory, remove_directory);
    tcase_add_loop_test(tcase, in_the_open, 0, FILES);
    tcase_add_loop_test(tcase, in_a_chroot, 0, 2 * FILES);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
