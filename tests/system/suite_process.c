/* The daemon as a process: its arguments, its socket file, its end. Each case starts its own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Runs it to its own end. */
static int run(struct daemon *d, const char *const *arguments)
{
    daemon_start(d, arguments);
    return daemon_wait(d);
}

static void expect_output(const char *path, const char *part)
{
    char text[20000];
    daemon_read(path, text, sizeof text);
    ck_assert_msg(strstr(text, part), "no %s in: %s", part, text);
}

static void expect_stop(struct daemon *d, int signal_number)
{
    const char *fault = daemon_stop(d, signal_number);
    ck_assert_msg(!fault, "%s", fault);
    daemon_clean(d);
}

static void start(struct daemon *d)
{
    char text[4000];
    daemon_start(d, NULL);
    ck_assert_msg(daemon_ready(d), "%s", daemon_read(d->errors, text, sizeof text));
}

START_TEST(version_and_help)
{
    struct daemon d = {0};
    ck_assert_int_eq(run(&d, ARGUMENTS("--version")), 0);
    expect_output(d.output, SOCKD_VERSION);
    ck_assert_int_eq(run(&d, ARGUMENTS("--help")), 0);
    static const char *const options[] = {"--socket", "--config", "--log-level", "--version", "--help", "--check-config"};
    for (int i = 0; i < COUNT(options); i++)
        expect_output(d.output, options[i]);
    daemon_clean(&d);
}
END_TEST

static const char *const wrong[][3] = {{"--nonsense"},  {"-z"},      {"--socket"}, {"surplus"}, {"--log-level", "shouting"},
                                       {"--log-level"}, {"--config"}};

START_TEST(wrong_arguments_are_a_usage_error)
{
    struct daemon d = {0};
    char text[4000];
    ck_assert_int_eq(run(&d, ARGUMENTS(wrong[_i][0], wrong[_i][1])), 2);
    ck_assert(*daemon_read(d.errors, text, sizeof text));
    ck_assert(!*daemon_read(d.output, text, sizeof text));
    daemon_clean(&d);
}
END_TEST

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static const struct {
    const char *text;
    int status;
} configurations[] = {
    {"{}", 0},
    {"{ \"limits\": {} }", 0},
    {"// a comment\n{ /* another */ }\n", 0},
    {"{ \"nonsense\": 1 }", 1},
    {"{", 1},
    {"", 1},
    {"[]", 1},
    {"{ \"limits\": { \"nonsense\": 1 } }", 1},
    {"{ \"limits\": 7 }", 1},
    {"{ \"limits\": { \"line\": \"big\" } }", 1},
    {"{ \"limits\": { \"line\": -1 } }", 1},
};

START_TEST(check_config_tells_what_is_wrong)
{
    struct daemon d = {0};
    char path[100], text[4000];
    daemon_prepare(&d);
    snprintf(path, sizeof path, "%s/sockd.json", d.directory);
    write_file(path, configurations[_i].text);
    int status = run(&d, ARGUMENTS("--check-config", "--socket", d.socket, "--config", path));
    ck_assert_msg((status == 0) == (configurations[_i].status == 0), "%s: status %d: %s", configurations[_i].text, status,
                  daemon_read(d.errors, text, sizeof text));
    if (status)
        expect_output(d.errors, path);
    ck_assert_int_ne(access(d.socket, F_OK), 0);
    daemon_clean(&d);
}
END_TEST

START_TEST(a_configuration_that_is_not_there)
{
    struct daemon d = {0};
    ck_assert_int_ne(run(&d, ARGUMENTS("--config", "/nonexistent/sockd.json")), 0);
    expect_output(d.errors, "/nonexistent/sockd.json");
    daemon_clean(&d);
}
END_TEST

START_TEST(the_socket_is_the_owners_alone_whatever_the_umask)
{
    static const mode_t masks[] = {0, 022, 0777};
    for (int i = 0; i < COUNT(masks); i++) {
        struct daemon d = {0};
        struct stat status;
        daemon_prepare(&d);
        mode_t before = umask(masks[i]);
        daemon_start(&d, NULL);
        umask(before);
        ck_assert(daemon_ready(&d));
        ck_assert_int_eq(stat(d.socket, &status), 0);
        ck_assert(S_ISSOCK(status.st_mode));
        ck_assert_int_eq(status.st_mode & 07777, 0600);
        expect_stop(&d, SIGTERM);
    }
}
END_TEST

START_TEST(a_stale_socket_file_is_taken_over)
{
    struct daemon d = {0};
    daemon_prepare(&d);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", d.socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    start(&d);
    call(client_open_at(d.socket), "daemon.info", NULL);
    expect_stop(&d, SIGTERM);
}
END_TEST

START_TEST(a_killed_daemons_socket_is_taken_over)
{
    struct daemon d = {0};
    start(&d);
    kill(d.pid, SIGKILL);
    ck_assert_int_eq(daemon_wait(&d), 128 + SIGKILL);
    ck_assert_int_eq(access(d.socket, F_OK), 0);
    start(&d);
    call(client_open_at(d.socket), "daemon.info", NULL);
    expect_stop(&d, SIGTERM);
}
END_TEST

START_TEST(a_live_socket_is_not_stolen)
{
    struct daemon first = {0}, second = {0};
    start(&first);
    struct client *c = client_open_at(first.socket);
    call(c, "daemon.info", NULL);
    daemon_prepare(&second);
    ck_assert_int_ne(run(&second, ARGUMENTS("--socket", first.socket)), 0);
    expect_output(second.errors, first.socket);
    daemon_clean(&second);
    expect_int(call(c, "daemon.info", NULL), "pid", first.pid);
    expect_int(call(client_open_at(first.socket), "daemon.info", NULL), "pid", first.pid);
    expect_stop(&first, SIGTERM);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
    struct daemon d = {0};
    char text[100];
    daemon_prepare(&d);
    write_file(d.socket, "precious");
    ck_assert_int_ne(run(&d, NULL), 0);
    ck_assert_str_eq(daemon_read(d.socket, text, sizeof text), "precious");
    expect_output(d.errors, d.socket);
    daemon_clean(&d);
}
END_TEST

START_TEST(a_path_that_is_too_long_or_not_there)
{
    struct daemon d = {0};
    char path[200];
    daemon_prepare(&d);
    snprintf(path, sizeof path, "%s/%0120d", d.directory, 0);
    ck_assert_int_ne(run(&d, ARGUMENTS("--socket", path)), 0);
    expect_output(d.errors, path);
    ck_assert_int_ne(run(&d, ARGUMENTS("--socket", "/nonexistent/directory/sockd.sock")), 0);
    expect_output(d.errors, "/nonexistent/directory/sockd.sock");
    daemon_clean(&d);
}
END_TEST

/* ---- the end ---- */

static const int signals[] = {SIGTERM, SIGINT};

START_TEST(a_signal_ends_it_while_clients_wait)
{
    struct daemon d = {0};
    start(&d);
    struct client *c = client_open_at(d.socket), *idle = client_open_at(d.socket);
    struct link l = link_open(c, "'buffered': true"), kept = link_open(c, "'lifetime': 'daemon', 'buffered': true");
    call(c, "write-string", "{'stream': %lu, 'string': 'flushed'}", l.stream);
    call(c, "write-string", "{'stream': %lu, 'string': 'this too'}", kept.stream);
    long read = request(c, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(c, read));
    expect_stop(&d, signals[_i]);
    struct message *message = client_receive(c);
    if (message) {
        fault_in(message->json, "going-away");
        ck_assert(client_ended(c));
    }
    ck_assert(client_ended(idle));
    peer_expect_text(l.peer, "flushed");
    peer_expect_end(l.peer);
    peer_expect_text(kept.peer, "this too");
    peer_expect_end(kept.peer);
}
END_TEST

START_TEST(a_peer_that_does_not_read_delays_the_end_by_a_bound)
{
    struct daemon d = {0};
    start(&d);
    struct client *c = client_open_at(d.socket);
    struct link l = link_open(c, NULL);
    link_fill(&l);
    request(c, "write-string", "{'stream': %lu, 'string': 'never'}", l.stream);
    long begin = now_ms();
    expect_stop(&d, SIGTERM);
    ck_assert_int_lt(now_ms() - begin, 9000);
}
END_TEST

START_TEST(a_second_signal_is_no_worse)
{
    struct daemon d = {0};
    start(&d);
    kill(d.pid, SIGTERM);
    expect_stop(&d, SIGINT);
}
END_TEST

START_TEST(a_closed_terminal_or_pipe_does_not_end_it)
{
    struct daemon d = {0};
    start(&d);
    kill(d.pid, SIGPIPE);
    call(client_open_at(d.socket), "daemon.info", NULL);
    expect_stop(&d, SIGTERM);
}
END_TEST

START_TEST(handles_go_on_counting_up_after_a_restart)
{
    struct daemon d = {0};
    start(&d);
    struct client *c = client_open_at(d.socket);
    ck_assert_uint_gt(handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server"), 0);
    ck_assert(!daemon_stop(&d, SIGTERM));
    start(&d);
    call(client_open_at(d.socket), "daemon.info", NULL);
    expect_stop(&d, SIGTERM);
}
END_TEST

START_TEST(its_sockets_are_not_left_open_in_a_deleted_directory)
{
    struct daemon d = {0};
    start(&d);
    unlink(d.socket);
    const char *fault = daemon_stop(&d, SIGTERM);
    ck_assert_msg(!fault, "%s", fault);
    daemon_clean(&d);
}
END_TEST

START_TEST(a_file_that_took_the_sockets_place_is_left_alone)
{
    struct daemon d = {0};
    char text[100];
    start(&d);
    unlink(d.socket);
    write_file(d.socket, "precious");
    kill(d.pid, SIGTERM);
    ck_assert_int_eq(daemon_wait(&d), 0);
    ck_assert_str_eq(daemon_read(d.socket, text, sizeof text), "precious");
    daemon_clean(&d);
}
END_TEST

START_TEST(a_handle_that_nobody_uses_is_closed)
{
    struct daemon d = {0};
    daemon_prepare(&d);
    daemon_start(&d, ARGUMENTS("--socket", d.socket, "--config", daemon_configure(&d, "{'limits': {'idle_seconds': 1}}")));
    ck_assert(daemon_ready(&d));
    struct client *c = client_open_at(d.socket);
    struct link own = link_open(c, NULL), kept = link_open(c, "'lifetime': 'daemon'");
    call(c, "events.subscribe", "{'filter': null}");
    json_object *event = event_next(c);
    expect_text(event, "event", "closed");
    expect_text(event, "reason", "idle");
    ck_assert_uint_eq(handle_at(event, "handle"), kept.stream);
    peer_expect_end(kept.peer);
    call(c, "handle.info", "{'handle': %lu}", own.stream);
    expect_stop(&d, SIGTERM);
}
END_TEST

static const struct test_case cases[] = {
    {&version_and_help, NULL, 0},
    {&wrong_arguments_are_a_usage_error, NULL, COUNT(wrong)},
    {&check_config_tells_what_is_wrong, NULL, COUNT(configurations)},
    {&a_configuration_that_is_not_there, NULL, 0},
    {&the_socket_is_the_owners_alone_whatever_the_umask, NULL, 0},
    {&a_stale_socket_file_is_taken_over, NULL, 0},
    {&a_killed_daemons_socket_is_taken_over, NULL, 0},
    {&a_live_socket_is_not_stolen, NULL, 0},
    {&a_file_that_is_no_socket_is_left_alone, NULL, 0},
    {&a_path_that_is_too_long_or_not_there, NULL, 0},
    {&a_signal_ends_it_while_clients_wait, NULL, COUNT(signals)},
    {&a_peer_that_does_not_read_delays_the_end_by_a_bound, NULL, 0},
    {&a_second_signal_is_no_worse, NULL, 0},
    {&a_closed_terminal_or_pipe_does_not_end_it, NULL, 0},
    {&handles_go_on_counting_up_after_a_restart, NULL, 0},
    {&its_sockets_are_not_left_open_in_a_deleted_directory, NULL, 0},
    {&a_file_that_took_the_sockets_place_is_left_alone, NULL, 0},
    {&a_handle_that_nobody_uses_is_closed, NULL, 0},
    {0},
};

const struct suite suite_process = {.name = "process", .cases = cases, .alone = true};
