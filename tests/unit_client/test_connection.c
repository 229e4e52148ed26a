/* The way to the daemon, and the end of it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake.h"

static char directory[64];
static int open_before;

static void setup(void)
{
    open_before = open_descriptors();
    strcpy(directory, "/tmp/sockd-client-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    unsetenv("SOCKD_SOCKET");
    unsetenv("XDG_RUNTIME_DIR");
}

static void teardown(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(open_descriptors(), open_before);
}

/* A listening socket at DIRECTORY/NAME, made from inside, so that the path may be long. */
static int listen_at(const char *folder, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ck_assert_int_eq(chdir(folder), 0);
    strcpy(address.sun_path, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 5), 0);
    ck_assert_int_eq(chdir("/"), 0);
    return fd;
}

static void expect_open(int listener, const char *address)
{
    sockd *client;
    int result = sockd_open(&client, address);
    ck_assert_msg(result == 0, "%s", sockd_error(client)->message);
    int fd = accept(listener, NULL, NULL);
    ck_assert_int_ge(fd, 0);
    sockd_close(client);
    ck_assert_int_eq(recv(fd, &result, sizeof result, 0), 0);
    close(fd);
}

static void expect_failure(const char *address, int code, int number, const char *message)
{
    sockd *client;
    ck_assert_int_eq(sockd_open(&client, address), -code);
    ck_assert_int_eq(sockd_error(client)->code, code);
    if (number)
        ck_assert_int_eq(sockd_error(client)->data.number, number);
    ck_assert_msg(strstr(sockd_error(client)->message, message) != NULL, "%s", sockd_error(client)->message);
    ck_assert_int_eq(sockd_terpri(client, 3, NULL), -code);
    ck_assert_int_eq(sockd_process(client), -code);
    ck_assert_int_eq(sockd_fd(client), -1);
    sockd_close(client);
}

START_TEST(the_order_of_addresses)
{
    char path[200];
    int named = listen_at(directory, "named"), environment = listen_at(directory, "environment");
    snprintf(path, sizeof path, "%s/sockd", directory);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    int runtime = listen_at(path, "sockd.sock");
    setenv("XDG_RUNTIME_DIR", directory, 1);
    expect_open(runtime, NULL);
    snprintf(path, sizeof path, "%s/environment", directory);
    setenv("SOCKD_SOCKET", path, 1);
    expect_open(environment, NULL);
    snprintf(path, sizeof path, "%s/named", directory);
    expect_open(named, path);
    setenv("SOCKD_SOCKET", "", 1);
    expect_open(runtime, NULL);
    close(named);
    close(environment);
    close(runtime);
}
END_TEST

START_TEST(a_path_longer_than_an_address)
{
    char path[300];
    strcpy(path, directory);
    for (int i = 0; i < 3; i++) {
        snprintf(path + strlen(path), sizeof path - strlen(path), "/%055d", i);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    int listener = listen_at(path, "s");
    strcat(path, "/s");
    ck_assert_uint_gt(strlen(path), sizeof((struct sockaddr_un){0}).sun_path);
    expect_open(listener, path);
    path[strlen(path) - 1] = 't';
    expect_failure(path, SOCKD_ERROR_SYSTEM, ENOENT, "cannot connect to sockd at /tmp/sockd-client-");
    path[30] = 'x';
    expect_failure(path, SOCKD_ERROR_SYSTEM, ENOENT, "cannot open the directory of ");
    close(listener);
}
END_TEST

START_TEST(no_way_there)
{
    char path[200], name[200];
    memset(name, 'n', 150);
    strcpy(name + 150, "");
    snprintf(path, sizeof path, "%s/none", directory);
    expect_failure(path, SOCKD_ERROR_SYSTEM, ENOENT, "No such file");
    close(listen_at(directory, "dead"));
    snprintf(path, sizeof path, "%s/dead", directory);
    expect_failure(path, SOCKD_ERROR_SYSTEM, ECONNREFUSED, path);
    expect_failure(name, SOCKD_ERROR_ARGUMENT, 0, "too long");
    expect_failure("", SOCKD_ERROR_ARGUMENT, 0, "empty");
    expect_failure("fd:", SOCKD_ERROR_ARGUMENT, 0, "does not name a descriptor");
    expect_failure("fd:-1", SOCKD_ERROR_ARGUMENT, 0, "does not name a descriptor");
    expect_failure("fd:3x", SOCKD_ERROR_ARGUMENT, 0, "does not name a descriptor");
    expect_failure("fd:99999999999999999999", SOCKD_ERROR_ARGUMENT, 0, "does not name a descriptor");
    expect_failure("fd:987", SOCKD_ERROR_SYSTEM, EBADF, "cannot use fd:987");
    expect_failure("fd:0", SOCKD_ERROR_SYSTEM, ENOTSOCK, "cannot use fd:0");
}
END_TEST

START_TEST(another_kind_of_socket)
{
    char address[32];
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address, sizeof address, "fd:%d", fd);
    expect_failure(address, SOCKD_ERROR_ARGUMENT, 0, "is not a Unix stream socket");
    close(fd);
}
END_TEST

/* ---- the end ---- */

START_TEST(closed_by_the_daemon)
{
    struct fake fake;
    fake_init(&fake);
    signal(SIGPIPE, SIG_DFL);
    fake_close(&fake);
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_CLOSED);
    ck_assert_str_eq(sockd_error(fake.client)->message, "the daemon has closed the connection");
    ck_assert_int_eq(sockd_start_terpri(fake.client, 3, NULL), -SOCKD_ERROR_CLOSED);
    ck_assert_int_eq(sockd_process(fake.client), -SOCKD_ERROR_CLOSED);
    ck_assert_int_eq(sockd_wait(fake.client, 0, -1), -SOCKD_ERROR_CLOSED);
    fake_deinit(&fake);
}
END_TEST

START_TEST(closed_in_the_middle_of_a_reply)
{
    static const char *const parts[] = {"{\"jsonrpc\":", "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":5,\"result\":{}}\nabc"};
    struct fake fake;
    fake_init(&fake);
    fake_send(&fake, parts[_i]);
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
    shutdown(fake.fd, SHUT_WR);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), -SOCKD_ERROR_CLOSED);
    ck_assert_str_eq(sockd_error(fake.client)->message, "the daemon has closed the connection in the middle of a reply");
    fake_deinit(&fake);
}
END_TEST

/* what the daemon says before it goes is what its client gets to know */
START_TEST(an_error_of_the_whole_session)
{
    struct fake fake;
    fake_init(&fake);
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL), second = sockd_start_terpri(fake.client, 3, NULL);
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32009,\"message\":\"too \\\"long\\\"\",\"data\":"
                     "{\"kind\":\"limit\",\"limit\":\"line\",\"value\":1048576}}}\n");
    fake_close(&fake);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), -SOCKD_ERROR_LIMIT);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, second), -SOCKD_ERROR_LIMIT);
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), -SOCKD_ERROR_LIMIT);
    assert_text(sockd_error(fake.client)->data.limit, "line");
    ck_assert_str_eq(sockd_error(fake.client)->message, "too \"long\"");
    fake_deinit(&fake);
}
END_TEST

START_TEST(closed_by_the_client_with_calls_in_flight)
{
    struct fake fake;
    fake_init(&fake);
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":50,\"result\":{}}\nabc");
    for (int i = 0; i < 40; i++)
        ck_assert_int_gt(sockd_start_terpri(fake.client, 3, NULL), 0);
    ck_assert_int_eq(sockd_process(fake.client), 0);
    fake_deinit(&fake);
}
END_TEST

TCase *case_connection(void)
{
    TCase *connection = tcase_create("connection");
    tcase_add_checked_fixture(connection, setup, teardown);
    tcase_add_test(connection, the_order_of_addresses);
    tcase_add_test(connection, a_path_longer_than_an_address);
    tcase_add_test(connection, no_way_there);
    tcase_add_test(connection, another_kind_of_socket);
    tcase_add_test(connection, closed_by_the_daemon);
    tcase_add_loop_test(connection, closed_in_the_middle_of_a_reply, 0, 2);
    tcase_add_test(connection, an_error_of_the_whole_session);
    tcase_add_test(connection, closed_by_the_client_with_calls_in_flight);
    return connection;
}
