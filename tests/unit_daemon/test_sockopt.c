/* Socket options: their table, their bounds, and what is the kernel's and what is kept. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sockopt.h"
#include "suite.h"

static int stream_fd, server_fd;
static struct sockopt_state state;
static int pending;

static void setup(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    server_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(server_fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(server_fd, 1), 0);
    ck_assert_int_eq(getsockname(server_fd, (struct sockaddr *)&address, &size), 0);
    stream_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(stream_fd, (struct sockaddr *)&address, size), 0);
    state = (struct sockopt_state){0};
    pending = 0;
}

static void teardown(void)
{
    close(stream_fd);
    close(server_fd);
}

static const struct sockopt *find(const char *name)
{
    const struct sockopt *option = sockopt_find((struct sockd_text){name, strlen(name)});
    ck_assert_msg(option != NULL, "%s", name);
    return option;
}

static struct sockd_option_value get(const char *name, int fd)
{
    struct sockd_option_value value = {0};
    ck_assert_msg(sockopt_get(find(name), fd, &state, &pending, &value) == 0, "%s", name);
    return value;
}

static const struct sockd_option_value null = {.kind = SOCKD_OPTION_NULL};

static struct sockd_option_value on(bool is_on)
{
    return (struct sockd_option_value){.kind = SOCKD_OPTION_SWITCH, .on = is_on};
}

static struct sockd_option_value integer(int64_t n)
{
    return (struct sockd_option_value){.kind = SOCKD_OPTION_INTEGER, .integer = n};
}

static struct sockd_option_value seconds(int64_t s, int64_t us)
{
    return (struct sockd_option_value){.kind = SOCKD_OPTION_SECONDS, .period = {s, us, true}};
}

static void set(const char *name, struct sockd_option_value value)
{
    const char *reason = NULL;
    ck_assert_msg(sockopt_check(find(name), &value, &reason), "%s: %s", name, reason);
    ck_assert_msg(sockopt_set(find(name), stream_fd, &state, &value) == 0, "%s", name);
}

static void expect_switch(const char *name, int fd, bool is_on)
{
    struct sockd_option_value value = get(name, fd);
    ck_assert_msg(value.kind == SOCKD_OPTION_SWITCH && value.on == is_on, "%s", name);
}

static void expect_integer(const char *name, int64_t n)
{
    struct sockd_option_value value = get(name, stream_fd);
    ck_assert_msg(value.kind == SOCKD_OPTION_INTEGER, "%s", name);
    ck_assert_int_eq(value.integer, n);
}

/* ---- the table ---- */

static const char *const documented[] = {"so-debug",     "so-acceptconn", "so-broadcast", "so-reuseaddr",
                                         "so-dontroute", "so-keepalive",  "so-error",     "so-linger",
                                         "so-oobinline", "so-type",       "so-rcvbuf",    "so-sndbuf",
                                         "so-rcvlowat",  "so-sndlowat",   "so-rcvtimeo",  "so-sndtimeo"};

static const char *const refused[] = {"",         "so-mark",        "so-bindtodevice", "so-reuseport",  "so-attach-filter",
                                      "tcp-ulp",  "tcp-repair",     "ip-transparent",  "SO-KEEPALIVE",  "so-keepalive ",
                                      "so-keepa", "so-rcvbufforce", "so-sndbufforce",  "tcp-congestion"};

/* shows: options-linux */
START_TEST(known_names)
{
    for (size_t i = 0; i < sizeof documented / sizeof *documented; i++)
        ck_assert_str_eq(sockopt_name((int)i), documented[i]);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_assert_msg(!sockopt_find((struct sockd_text){refused[i], strlen(refused[i])}), "%s", refused[i]);
    ck_assert_ptr_null(sockopt_find((struct sockd_text){"so-type\0", 8}));
    ck_assert_ptr_null(sockopt_name(-1));
    int count = 0;
    for (const char *name; (name = sockopt_name(count)); count++)
        ck_assert_ptr_eq(find(name), sockopt_find((struct sockd_text){name, strlen(name)}));
    ck_assert_int_gt(count, (int)(sizeof documented / sizeof *documented));
    ck_assert_ptr_null(sockopt_name(count));
}
END_TEST

/* ---- values ---- */

static const struct {
    const char *name;
    int kind; /* of the value: N null, S switch, I integer, P seconds */
    int64_t a, b;
    bool fits;
} checks[] = {
    {"so-keepalive", 'S', 1, 0, true},
    {"so-keepalive", 'S', 0, 0, true},
    {"so-keepalive", 'N', 0, 0, false},
    {"so-keepalive", 'I', 1, 0, false},
    {"so-keepalive", 'P', 1, 500000, false},
    {"so-linger", 'N', 0, 0, true},
    {"so-linger", 'S', 1, 0, true},
    {"so-linger", 'S', 0, 0, false},
    {"so-linger", 'I', 0, 0, true},
    {"so-linger", 'I', 4294967295, 0, true},
    {"so-linger", 'I', 4294967296, 0, false},
    {"so-linger", 'I', -1, 0, false},
    {"so-linger", 'P', 1, 500000, false},
    {"so-rcvbuf", 'I', 0, 0, true},
    {"so-rcvbuf", 'I', 4294967295, 0, true},
    {"so-rcvbuf", 'I', 4294967296, 0, false},
    {"so-rcvbuf", 'I', -1, 0, false},
    {"so-rcvbuf", 'N', 0, 0, false},
    {"so-rcvbuf", 'S', 1, 0, false},
    {"so-rcvbuf", 'P', 1, 0, false},
    {"so-sndbuf", 'I', 8589934592, 0, false},
    {"so-rcvlowat", 'I', 0, 0, true},
    {"so-rcvlowat", 'I', 4294967295, 0, true},
    {"so-rcvlowat", 'I', 4294967296, 0, false},
    {"so-rcvlowat", 'I', -1, 0, false},
    {"so-rcvlowat", 'N', 0, 0, false},
    {"so-rcvtimeo", 'N', 0, 0, true},
    {"so-rcvtimeo", 'I', 0, 0, true},
    {"so-rcvtimeo", 'I', INT64_MAX, 0, true},
    {"so-rcvtimeo", 'I', -1, 0, false},
    {"so-rcvtimeo", 'P', 1, 500000, true},
    {"so-rcvtimeo", 'P', -1, 500000, false},
    {"so-rcvtimeo", 'S', 1, 0, false},
    {"so-sndtimeo", 'P', 0, 1, true},
    {"so-sndtimeo", 'S', 0, 0, false},
    {"so-type", 'S', 1, 0, true}, /* the refusal is the kernel's */
    {"so-error", 'I', 1, 0, true},
    {"so-acceptconn", 'N', 0, 0, true},
    {"tcp-keepidle", 'I', 0, 0, false},
    {"tcp-keepidle", 'I', 1, 0, true},
    {"tcp-keepidle", 'I', 32768, 0, false},
    {"tcp-keepcnt", 'I', 127, 0, true},
    {"tcp-keepcnt", 'I', 128, 0, false},
    {"so-priority", 'I', 6, 0, true},
    {"so-priority", 'I', 7, 0, false},
    {"ip-tos", 'I', 255, 0, true},
    {"ip-tos", 'I', 256, 0, false},
};

/* shows: options-unknown, options-switch-values */
START_TEST(check)
{
    int kind = checks[_i].kind;
    struct sockd_option_value value = kind == 'S'   ? on(checks[_i].a)
                                      : kind == 'I' ? integer(checks[_i].a)
                                      : kind == 'P' ? seconds(checks[_i].a, checks[_i].b)
                                                    : null;
    const char *reason = NULL;
    ck_assert_int_eq(sockopt_check(find(checks[_i].name), &value, &reason), checks[_i].fits);
    ck_assert_int_eq(reason != NULL, !checks[_i].fits);
    if (reason)
        ck_assert_msg(strncmp(reason, "must be ", 8) == 0, "%s", reason);
}
END_TEST

/* ---- the kernel's ---- */

static const char *const switches[] = {"so-debug",     "so-broadcast", "so-reuseaddr", "so-dontroute",
                                       "so-keepalive", "so-oobinline", "tcp-nodelay",  "tcp-cork"};

/* shows: options-switches */
START_TEST(switched)
{
    const char *name = switches[_i];
    struct sockd_option_value value = on(true);
    expect_switch(name, stream_fd, false);
    int error = sockopt_set(find(name), stream_fd, &state, &value);
    if (strcmp(name, "so-debug") == 0 && error == EACCES) /* needs a privilege */
        return;
    ck_assert_int_eq(error, 0);
    expect_switch(name, stream_fd, true);
    set(name, on(false));
    expect_switch(name, stream_fd, false);
}
END_TEST

static const struct {
    const char *name;
    int level, option, value, read;
} numbers[] = {
    {"tcp-keepidle", IPPROTO_TCP, TCP_KEEPIDLE, 77, 77},
    {"tcp-keepintvl", IPPROTO_TCP, TCP_KEEPINTVL, 11, 11},
    {"tcp-keepcnt", IPPROTO_TCP, TCP_KEEPCNT, 3, 3},
    {"tcp-user-timeout", IPPROTO_TCP, TCP_USER_TIMEOUT, 1234, 1234},
    {"tcp-notsent-lowat", IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384, 16384},
    {"ip-tos", IPPROTO_IP, IP_TOS, 16, 16},
    {"ip-ttl", IPPROTO_IP, IP_TTL, 33, 33},
    {"so-priority", SOL_SOCKET, SO_PRIORITY, 2, 2},
    {"so-rcvbuf", SOL_SOCKET, SO_RCVBUF, 50000, 100000}, /* doubled by the system */
    {"so-sndbuf", SOL_SOCKET, SO_SNDBUF, 40000, 80000},
};

/* shows: options-linux */
START_TEST(numbered)
{
    int kernel;
    socklen_t size = sizeof kernel;
    set(numbers[_i].name, integer(numbers[_i].value));
    expect_integer(numbers[_i].name, numbers[_i].read);
    ck_assert_int_eq(getsockopt(stream_fd, numbers[_i].level, numbers[_i].option, &kernel, &size), 0);
    ck_assert_int_eq(kernel, numbers[_i].read);
}
END_TEST

/* shows: options-sizes */
START_TEST(buffer_sizes)
{
    set("so-rcvbuf", integer(0)); /* raised to the least there is */
    ck_assert_int_gt(get("so-rcvbuf", stream_fd).integer, 0);
    set("so-sndbuf", integer(4294967295)); /* cut to the most that is allowed */
    ck_assert_int_gt(get("so-sndbuf", stream_fd).integer, 0);
}
END_TEST

/* shows: options-linux */
START_TEST(read_only)
{
    static const char *const constant[] = {"so-type", "so-error", "so-acceptconn", "so-domain", "so-protocol", "ipv6-v6only"};
    for (size_t i = 0; i < sizeof constant / sizeof *constant; i++) {
        struct sockd_option_value value = on(true);
        ck_assert_int_eq(sockopt_set(find(constant[i]), stream_fd, &state, &value), ENOPROTOOPT);
    }
    struct sockd_option_value ten = integer(10);
    ck_assert_int_eq(sockopt_set(find("so-sndlowat"), stream_fd, &state, &ten), ENOPROTOOPT);
    expect_integer("so-sndlowat", 1);
    expect_switch("so-type", stream_fd, true);
    expect_switch("so-type", server_fd, true);
    expect_switch("so-acceptconn", stream_fd, false);
    expect_switch("so-acceptconn", server_fd, true);
    expect_integer("so-domain", AF_INET);
    expect_integer("so-protocol", IPPROTO_TCP);
}
END_TEST

/* shows: make-stream-no-socket */
START_TEST(no_socket)
{
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    struct sockd_option_value value = on(true);
    ck_assert_int_eq(sockopt_get(find("so-type"), pipes[0], &state, &pending, &value), ENOTSOCK);
    ck_assert_int_eq(sockopt_get(find("ip-tos"), pipes[0], &state, &pending, &value), ENOTSOCK);
    ck_assert_int_eq(sockopt_set(find("so-keepalive"), pipes[0], &state, &value), ENOTSOCK);
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

/* ---- errors ---- */

static void reset_by_peer(void)
{
    struct linger at_once = {1, 0};
    int peer = accept4(server_fd, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(peer, 0);
    ck_assert_int_eq(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(peer);
}

/* shows: options-so-error */
START_TEST(pending_error)
{
    expect_switch("so-error", stream_fd, false);
    reset_by_peer();
    expect_switch("so-error", stream_fd, true);
    expect_switch("so-error", stream_fd, false);
    pending = ECONNRESET; /* taken by the daemon, and told nobody */
    expect_switch("so-error", stream_fd, true);
    ck_assert_int_eq(pending, 0);
    expect_switch("so-error", stream_fd, false);
    pending = ECONNRESET;
    expect_switch("so-keepalive", stream_fd, false);
    ck_assert_int_eq(pending, ECONNRESET);
}
END_TEST

/* ---- sockd's own ---- */

static void expect_null(const char *name)
{
    ck_assert_msg(get(name, stream_fd).kind == SOCKD_OPTION_NULL, "%s", name);
}

/* shows: options-so-linger */
START_TEST(linger)
{
    struct linger kernel;
    socklen_t size = sizeof kernel;
    expect_null("so-linger");
    set("so-linger", on(true)); /* the time stored last, which is none yet */
    expect_integer("so-linger", 0);
    ck_assert(state.linger_on);
    set("so-linger", integer(7));
    expect_integer("so-linger", 7);
    set("so-linger", null);
    expect_null("so-linger");
    ck_assert(!state.linger_on);
    set("so-linger", on(true));
    expect_integer("so-linger", 7);
    set("so-linger", integer(4294967295));
    expect_integer("so-linger", 4294967295);
    ck_assert_int_eq(getsockopt(stream_fd, SOL_SOCKET, SO_LINGER, &kernel, &size), 0);
    ck_assert_int_eq(kernel.l_onoff, 0); /* it would block a close */
}
END_TEST

/* shows: options-so-rcvlowat */
START_TEST(low_water)
{
    int kernel;
    socklen_t size = sizeof kernel;
    expect_integer("so-rcvlowat", 1);
    set("so-rcvlowat", integer(10));
    expect_integer("so-rcvlowat", 10);
    set("so-rcvlowat", integer(0));
    expect_integer("so-rcvlowat", 1);
    set("so-rcvlowat", integer(10));
    ck_assert_int_eq(getsockopt(stream_fd, SOL_SOCKET, SO_RCVLOWAT, &kernel, &size), 0);
    ck_assert_int_eq(kernel, 1); /* it would hide what has arrived */
}
END_TEST

static void expect_seconds(const char *name, int64_t whole, int64_t microseconds)
{
    struct sockd_option_value value = get(name, stream_fd);
    ck_assert_int_eq(value.kind, SOCKD_OPTION_SECONDS);
    ck_assert_int_eq(value.period.seconds, whole);
    ck_assert_int_eq(value.period.microseconds, microseconds);
    ck_assert(value.period.finite);
}

/* shows: options-timeouts */
START_TEST(periods)
{
    static const char *const names[] = {"so-rcvtimeo", "so-sndtimeo"};
    const char *name = names[_i];
    const struct sockd_timeout *kept = _i ? &state.send : &state.receive, *other = _i ? &state.receive : &state.send;
    expect_integer(name, 0);
    set(name, integer(3));
    expect_integer(name, 3);
    ck_assert(kept->finite && kept->seconds == 3 && kept->microseconds == 0);
    set(name, seconds(1, 500000));
    expect_seconds(name, 1, 500000);
    set(name, seconds(0, 1));
    expect_seconds(name, 0, 1);
    set(name, seconds(2, 3250000));
    expect_seconds(name, 5, 250000);
    set(name, seconds(4, 0));
    expect_integer(name, 4);
    set(name, seconds(INT64_MAX, 2000000));
    ck_assert(kept->finite && kept->seconds == INT64_MAX && kept->microseconds == 0);
    set(name, null);
    expect_integer(name, 0);
    ck_assert(!kept->finite);
    set(name, integer(1));
    set(name, integer(0)); /* none, as for the kernel */
    expect_integer(name, 0);
    ck_assert(!kept->finite);
    ck_assert(!other->finite);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sockopt");
    TCase *tcase = tcase_create("sockopt");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, known_names);
    tcase_add_loop_test(tcase, check, 0, sizeof checks / sizeof *checks);
    tcase_add_loop_test(tcase, switched, 0, sizeof switches / sizeof *switches);
    tcase_add_loop_test(tcase, numbered, 0, sizeof numbers / sizeof *numbers);
    tcase_add_test(tcase, buffer_sizes);
    tcase_add_test(tcase, read_only);
    tcase_add_test(tcase, no_socket);
    tcase_add_test(tcase, pending_error);
    tcase_add_test(tcase, linger);
    tcase_add_test(tcase, low_water);
    tcase_add_loop_test(tcase, periods, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
