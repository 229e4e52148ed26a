#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "unix_listener.h"

static char directory[64], path[96];
static char reason[UNIX_LISTENER_REASON];

static void setup(void)
{
    scratch_make(directory);
    snprintf(path, sizeof(path), "%s/s.sock", directory);
}

static void teardown(void)
{
    scratch_remove(directory);
}

static int open_mode(struct unix_listener *listener, const char *at, mode_t mode)
{
    reason[0] = 0;
    return unix_listener_open(listener, &(struct unix_listener_options){at, mode, NULL}, reason, sizeof(reason));
}

static int connect_to(const char *at)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, at);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;
    close(fd);
    return result;
}

static bool exists(const char *suffix)
{
    char name[128];
    struct stat status;
    snprintf(name, sizeof(name), "%s%s", path, suffix);
    return lstat(name, &status) == 0;
}

/* The linker's --wrap calls the first of each pair instead of the function, and the second is the function. */
int __wrap_flock(int fd, int operation);
int __real_flock(int fd, int operation);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);

static bool lock_vanishes;
static mode_t mode_at_birth;

int __wrap_flock(int fd, int operation)
{
    char name[128];
    snprintf(name, sizeof(name), "%s.lock", path);
    if (lock_vanishes) {
        unlink(name);
        close(open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    }
    lock_vanishes = false;
    return __real_flock(fd, operation);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    struct stat status = {0};
    int result = __real_bind(fd, address, size);
    stat(address->sa_data, &status);
    mode_at_birth = status.st_mode;
    return result;
}

static const mode_t umasks[] = {0, 022, 077, 0777};

START_TEST(mode)
{
    struct unix_listener listener;
    struct stat status;
    umask(umasks[_i]);
    static const mode_t modes[] = {0600, 0660, 0666};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(open_mode(&listener, path, modes[i]), 0);
        ck_assert(S_ISSOCK(mode_at_birth) && !(mode_at_birth & 0177));
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_int_eq(status.st_mode & 07777, modes[i]);
        ck_assert_int_eq(connect_to(path), 0);
        ck_assert(fcntl(listener.fd, F_GETFL) & O_NONBLOCK);
        ck_assert(fcntl(listener.fd, F_GETFD) & FD_CLOEXEC);
        ck_assert_str_eq(listener.path, path);
        unix_listener_close(&listener);
        ck_assert(!exists("") && !exists(".lock") && !exists("~"));
        unix_listener_close(&listener);
    }
    umask(022);
}
END_TEST

START_TEST(live_is_not_stolen)
{
    struct unix_listener first, second;
    char expected[256];
    ck_assert_int_eq(open_mode(&first, path, 0600), 0);
    ck_assert_int_eq(open_mode(&second, path, 0600), -EADDRINUSE);
    snprintf(expected, sizeof(expected), "%s: another daemon serves it", path);
    ck_assert_str_eq(reason, expected);
    ck_assert_int_eq(second.fd, -1);
    ck_assert_int_eq(connect_to(path), 0);
    unix_listener_close(&first);
    ck_assert_int_eq(open_mode(&second, path, 0600), 0);
    unix_listener_close(&second);
}
END_TEST

/* A daemon without a lock file: connecting tells, whether its queue has room or not. */
START_TEST(foreign_is_not_stolen)
{
    struct unix_listener listener;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 0), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(open_mode(&listener, path, 0600), -EADDRINUSE);
    ck_assert(!exists(".lock"));
    ck_assert(exists(""));
    close(fd);
    ck_assert_int_eq(open_mode(&listener, path, 0600), 0);
    unix_listener_close(&listener);

    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(open_mode(&listener, path, 0600), -EADDRINUSE);
    ck_assert_ptr_nonnull(strstr(reason, "another type"));
    close(fd);
    unlink(path);
}
END_TEST

static void leave_stale(void)
{
    pid_t child = fork();
    if (child == 0) {
        struct unix_listener listener;
        _exit(open_mode(&listener, path, 0600) == 0 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert(exists("") && exists(".lock"));
}

START_TEST(stale_is_replaced)
{
    struct unix_listener listener;
    leave_stale();
    ck_assert_int_eq(connect_to(path), -ECONNREFUSED);
    ck_assert_int_eq(open_mode(&listener, path, 0600), 0);
    ck_assert_int_eq(connect_to(path), 0);
    unix_listener_close(&listener);
    ck_assert(!exists("") && !exists(".lock"));
}
END_TEST

/* Killed between bind and rename: a socket under the temporary name is in nobody's way. */
START_TEST(stale_temporary)
{
    struct unix_listener listener;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    strcat(address.sun_path, "~");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    ck_assert_int_eq(open_mode(&listener, path, 0600), 0);
    ck_assert(!exists("~"));
    unix_listener_close(&listener);
}
END_TEST

START_TEST(other_files_are_left_alone)
{
    struct unix_listener listener;
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ck_assert_int_eq(open_mode(&listener, path, 0600), -EEXIST);
    ck_assert_ptr_nonnull(strstr(reason, "exists and is no socket"));
    ck_assert(exists(""));
    unlink(path);

    ck_assert_int_eq(symlink("/nonexistent", path), 0);
    ck_assert_int_eq(open_mode(&listener, path, 0600), -EEXIST);
    ck_assert(exists(""));
    unlink(path);

    ck_assert_int_eq(open_mode(&listener, path, 0600), 0);
    unlink(path);
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    unix_listener_close(&listener);
    ck_assert(exists("") && !exists(".lock"));
}
END_TEST

START_TEST(bad_paths)
{
    struct unix_listener listener;
    char at[400];
    ck_assert_int_eq(open_mode(&listener, "", 0600), -EINVAL);
    ck_assert_ptr_nonnull(strstr(reason, "no path"));
    ck_assert_int_eq(open_mode(&listener, "/", 0600), -EINVAL);
    ck_assert_int_eq(open_mode(&listener, "/tmp/", 0600), -EINVAL);

    snprintf(at, sizeof(at), "%s/none/s.sock", directory);
    ck_assert_int_eq(open_mode(&listener, at, 0600), -ENOENT);
    ck_assert_ptr_nonnull(strstr(reason, "/none: No such file or directory"));
    snprintf(at, sizeof(at), "%s/file", directory);
    close(open(at, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    strcat(at, "/s.sock");
    ck_assert_int_eq(open_mode(&listener, at, 0600), -ENOTDIR);

    size_t used = (size_t)snprintf(at, sizeof(at), "%s/", directory);
    memset(at + used, 'x', sizeof(at) - used);
    for (size_t length = 105; length <= 300; length += length < 110 ? 1 : 50) {
        char whole = at[length];
        at[length] = 0;
        int result = open_mode(&listener, at, 0600);
        ck_assert_int_eq(result, length <= 106 ? 0 : -ENAMETOOLONG);
        if (result == 0)
            ck_assert_int_eq(connect_to(at), 0);
        else
            ck_assert_ptr_nonnull(strstr(reason, "106 at the most"));
        unix_listener_close(&listener);
        at[length] = whole;
    }
}
END_TEST

START_TEST(relative_path)
{
    struct unix_listener listener;
    ck_assert_int_eq(chdir(directory), 0);
    ck_assert_int_eq(open_mode(&listener, "s.sock", 0600), 0);
    ck_assert_int_eq(connect_to("s.sock"), 0);
    ck_assert_int_eq(chdir("/"), 0);
    unix_listener_close(&listener);
    ck_assert(!exists("") && !exists(".lock"));
}
END_TEST

START_TEST(groups)
{
    struct unix_listener listener;
    struct stat status;
    char number[16];
    snprintf(number, sizeof(number), "%u", getegid());
    struct unix_listener_options options = {path, 0660, "no-such-group-here"};
    ck_assert_int_eq(unix_listener_open(&listener, &options, reason, sizeof(reason)), -ENOENT);
    ck_assert_str_eq(reason, "group: there is no group no-such-group-here");
    options.group = number;
    ck_assert_int_eq(unix_listener_open(&listener, &options, reason, sizeof(reason)), 0);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_gid, getegid());
    ck_assert_int_eq(status.st_mode & 07777, 0660);
    unix_listener_close(&listener);
    if (geteuid() == 0) {
        options.group = "daemon";
        ck_assert_int_eq(unix_listener_open(&listener, &options, reason, sizeof(reason)), 0);
        ck_assert_int_eq(stat(path, &status), 0);
        ck_assert_uint_ne(status.st_gid, getegid());
        unix_listener_close(&listener);
    }
}
END_TEST

/* The daemon before removes its lock file just between our open and our lock, and somebody else makes a new one: what we
 * locked then keeps nobody out. */
START_TEST(lock_is_the_one_at_the_path)
{
    struct unix_listener first, second;
    lock_vanishes = true;
    ck_assert_int_eq(open_mode(&first, path, 0600), 0);
    ck_assert(!lock_vanishes);
    ck_assert(exists(".lock"));
    unlink(path); /* so that the lock alone decides */
    ck_assert_int_eq(open_mode(&second, path, 0600), -EADDRINUSE);
    unix_listener_close(&first);
}
END_TEST

/* Another process looks all the time, with the widest umask in force: it never sees another mode, nor a wider one under the
 * temporary name. */
START_TEST(no_umask_race)
{
    atomic_int *stop = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char temporary[128];
    snprintf(temporary, sizeof(temporary), "%s~", path);
    umask(0);
    pid_t child = fork();
    if (child == 0) {
        struct stat status;
        while (!*stop)
            if ((stat(path, &status) == 0 && (status.st_mode & 0777) != 0640) ||
                (stat(temporary, &status) == 0 && status.st_mode & 0777 & ~0640u))
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < 1000; i++) {
        struct unix_listener listener;
        ck_assert_int_eq(open_mode(&listener, path, 0640), 0);
        unix_listener_close(&listener);
    }
    *stop = 1;
    int status;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    munmap(stop, 4096);
}
END_TEST

#define RIVALS 6

struct arena_of_rivals {
    atomic_int holders, wins, faults;
};

/* Wins the path so many times. dies: with it in hand, so that its file stays. */
static void rival(struct arena_of_rivals *shared, int wins, bool dies)
{
    while (wins > 0) {
        struct unix_listener listener;
        int result = open_mode(&listener, path, 0600);
        if (result == -EADDRINUSE) {
            sched_yield();
            continue;
        }
        if (result != 0) {
            fprintf(stderr, "%s\n", reason);
            shared->faults++;
            _exit(1);
        }
        if (atomic_fetch_add(&shared->holders, 1) != 0 || connect_to(path) != 0)
            shared->faults++;
        shared->wins++;
        wins--;
        atomic_fetch_sub(&shared->holders, 1);
        if (dies)
            _exit(0);
        unix_listener_close(&listener);
    }
    _exit(0);
}

/* Many processes open and close the same path, some die with it in hand: never do two of them have it. */
START_TEST(rivals)
{
    struct arena_of_rivals *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        if (child == 0)
            rival(shared, i % 3 == 0 ? 1 : 3, i % 3 == 0);
        if (i >= RIVALS)
            wait(NULL);
    }
    while (wait(NULL) > 0)
        ;
    ck_assert_int_eq(shared->faults, 0);
    ck_assert_int_eq(shared->wins, 67 + 133 * 3);
    struct unix_listener listener;
    ck_assert_int_eq(open_mode(&listener, path, 0600), 0);
    unix_listener_close(&listener);
    ck_assert(!exists("") && !exists(".lock") && !exists("~"));
    munmap(shared, 4096);
}
END_TEST

START_TEST(adopt)
{
    struct unix_listener made, taken;
    ck_assert_int_eq(open_mode(&made, path, 0600), 0);
    ck_assert_int_eq(unix_listener_adopt(&taken, dup(made.fd), NULL, reason, sizeof(reason)), 0);
    ck_assert(strncmp(taken.path, path, strlen(path)) == 0);
    ck_assert(fcntl(taken.fd, F_GETFD) & FD_CLOEXEC);
    unix_listener_close(&taken);
    ck_assert(exists("") && exists(".lock"));
    ck_assert_int_eq(connect_to(path), 0);
    ck_assert_int_eq(unix_listener_adopt(&taken, dup(made.fd), path, reason, sizeof(reason)), 0);
    ck_assert_str_eq(taken.path, path);
    unix_listener_close(&taken);
    unix_listener_close(&made);
}
END_TEST

START_TEST(adopt_others)
{
    struct unix_listener taken;
    int fds[] = {
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), /* not listening */
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0),
        open("/dev/null", O_RDONLY | O_CLOEXEC),
    };
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        ck_assert_int_lt(unix_listener_adopt(&taken, fds[i], NULL, reason, sizeof(reason)), 0);
        ck_assert_int_eq(strncmp(reason, "descriptor ", 11), 0);
        ck_assert_int_eq(fcntl(fds[i], F_GETFD), -1); /* consumed */
        ck_assert_int_eq(taken.fd, -1);
    }
    ck_assert_int_eq(unix_listener_adopt(&taken, -1, NULL, reason, sizeof(reason)), -EBADF);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("unix_listener");
    TCase *tcase = fixture_case(suite, "unix_listener", 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, mode, 0, sizeof(umasks) / sizeof(umasks[0]));
    tcase_add_test(tcase, live_is_not_stolen);
    tcase_add_test(tcase, foreign_is_not_stolen);
    tcase_add_test(tcase, stale_is_replaced);
    tcase_add_test(tcase, stale_temporary);
    tcase_add_test(tcase, other_files_are_left_alone);
    tcase_add_test(tcase, bad_paths);
    tcase_add_test(tcase, relative_path);
    tcase_add_test(tcase, groups);
    tcase_add_test(tcase, lock_is_the_one_at_the_path);
    tcase_add_test(tcase, no_umask_race);
    tcase_add_test(tcase, rivals);
    tcase_add_test(tcase, adopt);
    tcase_add_test(tcase, adopt_others);
    return fixture_run(suite);
}
