#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dial.h"
#include "fake_names.h"
#include "fd.h"
#include "fixture.h"

static struct event_base *base;
static struct resolver *resolver;

struct outcome {
    struct dial_guard guard;
    bool done;
    int calls;
    struct dial_result result;
    const char *allowed; /* addresses that may be dialled, each followed by a blank; NULL: all */
    bool changed;        /* what was allowed no longer is */
    int asked, released;
};

static void on_done(void *context, const struct dial_result *result)
{
    struct outcome *outcome = context;
    outcome->done = true;
    outcome->calls++;
    outcome->result = *result;
}

static bool on_allow(struct dial_guard *guard, const union address *address)
{
    struct outcome *outcome = (struct outcome *)guard;
    char text[ADDRESS_TEXT + 1];
    outcome->asked++;
    address_text(address, text);
    strcat(text, " ");
    return !outcome->allowed || strstr(outcome->allowed, text);
}

static bool on_still(struct dial_guard *guard, const union address *address)
{
    (void)address;
    return !((struct outcome *)guard)->changed;
}

static void on_release(struct dial_guard *guard)
{
    ((struct outcome *)guard)->released++;
}

/* NULL: it ended at once. */
static struct dial *start(struct outcome *outcome, const char *host, int port)
{
    struct dial *dial = NULL;
    struct dial_result result;
    outcome->guard = (struct dial_guard){on_allow, on_still, on_release};
    const struct dial_order order = {host, strlen(host), port, NULL, &outcome->guard};
    int r = dial_start(base, resolver, &order, &dial, &result);
    ck_assert(!outcome->done);
    if (r == DIAL_RUNS) {
        dial_pass(dial, on_done, outcome);
        return dial;
    }
    ck_assert_int_eq(r, 0);
    ck_assert_int_eq(outcome->released, 1);
    on_done(outcome, &result);
    return NULL;
}

static const char *peer_text(const struct outcome *outcome)
{
    static char text[ADDRESS_TEXT];
    address_text(&outcome->result.peer, text);
    return text;
}

static void setup(void)
{
    base = event_base_new();
    resolver = resolver_new(base, 2);
}

static void teardown(void)
{
    resolver = resolver_free(resolver);
    event_base_free(base);
}

/* Listens there; port 0: any, stored. */
static int listen_at(const char *literal, int *port, int backlog)
{
    union address address;
    ck_assert(address_literal(&address, literal, strlen(literal), *port));
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    ck_assert_int_eq(bind(fd, &address.any, address_size(&address)), 0);
    ck_assert_int_eq(listen(fd, backlog), 0);
    socklen_t size = sizeof(address);
    getsockname(fd, &address.any, &size);
    *port = address_port(&address);
    return fd;
}

/* Some machines have no IPv6 at all; there is nothing to be reached by it then. */
static bool has_ipv6(void)
{
    union address address;
    address_literal(&address, "::1", 3, 0);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool has = fd >= 0 && bind(fd, &address.any, address_size(&address)) == 0;
    close(fd);
    return has;
}

/* Makes a listener that answers no more: its queue is full. fds gets what fills it. */
static int listen_full(const char *literal, int *port, int fds[4])
{
    union address address;
    int fd = listen_at(literal, port, 0);
    address_literal(&address, literal, strlen(literal), *port);
    for (int i = 0; i < 4; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fds[i], &address.any, address_size(&address));
    }
    return fd;
}

static void close_all(const int *fds, int count)
{
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static void check_connected(const struct outcome *outcome, const char *peer, int port)
{
    ck_assert_int_eq(outcome->calls, 1);
    ck_assert_int_ge(outcome->result.fd, 0);
    ck_assert_int_eq(outcome->result.error, 0);
    ck_assert_int_eq(outcome->result.resolve_error, 0);
    ck_assert_str_eq(peer_text(outcome), peer);
    ck_assert_int_eq(address_port(&outcome->result.peer), port);
    ck_assert(fcntl(outcome->result.fd, F_GETFL) & O_NONBLOCK);
    ck_assert(fcntl(outcome->result.fd, F_GETFD) & FD_CLOEXEC);
    union address actual = {0};
    socklen_t size = sizeof(actual);
    ck_assert_int_eq(getpeername(outcome->result.fd, &actual.any, &size), 0);
    ck_assert(address_equal(&actual, &outcome->result.peer));
    close(outcome->result.fd);
}

static const struct {
    const char *listen, *host, *peer;
} reachable[] = {
    {"127.0.0.1", "127.0.0.1", "127.0.0.1"},
    {"127.0.0.1", "0.0.0.0", "127.0.0.1"},
    {"127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.1"},
    {"127.0.0.1", "::ffff:0.0.0.0", "::ffff:127.0.0.1"},
    {"127.0.0.1", "localhost", "127.0.0.1"},
    {"::1", "::1", "::1"},
    {"::1", "::", "::1"},
    {"127.0.0.7", "127.0.0.7", "127.0.0.7"},
};

START_TEST(reach)
{
    struct outcome outcome = {0};
    int port = 0;
    if (strchr(reachable[_i].host, ':') && !has_ipv6())
        return;
    int listener = listen_at(reachable[_i].listen, &port, 5);
    start(&outcome, reachable[_i].host, port);
    loop_until(base, &outcome.done);
    check_connected(&outcome, reachable[_i].peer, port);
    close(listener);
}
END_TEST

START_TEST(refused)
{
    struct outcome outcome = {0}, zero = {0};
    int port = 0;
    close(listen_at("127.0.0.1", &port, 5));
    start(&outcome, "127.0.0.1", port);
    loop_until(base, &outcome.done);
    ck_assert_int_eq(outcome.result.fd, -1);
    ck_assert_int_eq(outcome.result.error, ECONNREFUSED);
    ck_assert_str_eq(peer_text(&outcome), "127.0.0.1");
    ck_assert(!outcome.result.denied);
    start(&zero, "127.0.0.1", 0);
    loop_until(base, &zero.done);
    ck_assert_int_eq(zero.result.error, ECONNREFUSED);
}
END_TEST

START_TEST(unresolvable)
{
    struct outcome outcome = {0};
    fake_name("nothing.test", "");
    start(&outcome, "nothing.test", 80);
    loop_until(base, &outcome.done);
    ck_assert_int_eq(outcome.result.fd, -1);
    ck_assert_int_eq(outcome.result.resolve_error, EAI_NONAME);
    ck_assert_int_eq(outcome.result.error, 0);
    ck_assert(!outcome.result.denied);
    ck_assert_int_eq(outcome.result.peer.any.sa_family, 0);
}
END_TEST

/* A refusal is no reason to wait for the stagger. */
/* shows: connect-every-address */
START_TEST(next_after_refusal)
{
    struct outcome outcome = {0};
    int port = 0, listener = listen_at("127.0.0.1", &port, 5);
    fake_name("mixed.test", "::1 127.0.0.5 127.0.0.1");
    long begin = now_ms();
    start(&outcome, "mixed.test", port);
    loop_until(base, &outcome.done);
    ck_assert_int_lt(now_ms() - begin, 200);
    check_connected(&outcome, "127.0.0.1", port);
    close(listener);
}
END_TEST

/* The first address does not answer: the second is tried after 250 ms and wins. */
/* shows: connect-every-address */
START_TEST(stagger)
{
    struct outcome outcome = {0};
    int port = 0, fds[4], full = listen_full("127.0.0.2", &port, fds), listener = listen_at("127.0.0.3", &port, 5);
    fake_name("slow.test", "127.0.0.2 127.0.0.3");
    long begin = now_ms();
    start(&outcome, "slow.test", port);
    loop_until(base, &outcome.done);
    ck_assert_int_ge(now_ms() - begin, 240);
    ck_assert_int_lt(now_ms() - begin, 900);
    check_connected(&outcome, "127.0.0.3", port);
    close(full);
    close(listener);
    close_all(fds, 4);
}
END_TEST

/* The other family is second in line, however many addresses the first one has. */
/* shows: connect-every-address */
START_TEST(families_alternate)
{
    struct outcome outcome = {0};
    if (!has_ipv6())
        return;
    int port = 0, fds[4], more[4], full = listen_full("127.0.0.2", &port, fds), other = listen_full("127.0.0.4", &port, more);
    int listener = listen_at("::1", &port, 5);
    fake_name("alternate.test", "127.0.0.2 127.0.0.4 ::1");
    long begin = now_ms();
    start(&outcome, "alternate.test", port);
    loop_until(base, &outcome.done);
    ck_assert_int_ge(now_ms() - begin, 240);
    ck_assert_int_lt(now_ms() - begin, 480);
    check_connected(&outcome, "::1", port);
    close(full);
    close(other);
    close(listener);
    close_all(fds, 4);
    close_all(more, 4);
}
END_TEST

/* Of several failures the one that says most is told. */
/* shows: connect-every-address */
START_TEST(best_error)
{
    struct outcome outcome = {0};
    int port = 0;
    close(listen_at("127.0.0.1", &port, 5));
    fake_name("bad.test", "255.255.255.255 127.0.0.1 240.0.0.1");
    start(&outcome, "bad.test", port);
    loop_until(base, &outcome.done);
    ck_assert_int_eq(outcome.result.error, ECONNREFUSED);
    ck_assert_str_eq(peer_text(&outcome), "127.0.0.1");
}
END_TEST

/* Only allowed addresses are dialled, and 0.0.0.0 is asked for as what it reaches. */
START_TEST(allow)
{
    struct outcome some = {.allowed = "127.0.0.1 "}, none = {.allowed = ""}, unspecified = {.allowed = "0.0.0.0 "};
    int port = 0, listener = listen_at("127.0.0.1", &port, 5);
    fake_name("rules.test", "::1 127.0.0.9 127.0.0.1 0.0.0.0");
    start(&some, "rules.test", port);
    loop_until(base, &some.done);
    check_connected(&some, "127.0.0.1", port);

    start(&none, "rules.test", port);
    loop_until(base, &none.done);
    ck_assert_int_eq(none.result.fd, -1);
    ck_assert(none.result.denied);
    ck_assert_int_eq(none.result.error, 0);
    ck_assert_int_eq(none.result.peer.any.sa_family, 0);

    start(&unspecified, "0.0.0.0", port);
    loop_until(base, &unspecified.done);
    ck_assert(unspecified.result.denied);
    ck_assert_int_eq(unspecified.asked, 1);
    close(listener);
}
END_TEST

/* One that has answered too late. */
START_TEST(no_longer_allowed)
{
    struct outcome outcome = {.changed = true};
    int port = 0, fds[4], full = listen_full("127.0.0.2", &port, fds);
    start(&outcome, "127.0.0.2", port);
    loop_once(base);
    close_all(fds, 4);
    close(accept(full, NULL, NULL));
    loop_until(base, &outcome.done);
    ck_assert_int_eq(outcome.result.fd, -1);
    ck_assert(outcome.result.denied);
    ck_assert_int_eq(outcome.asked, 1);
    close(full);
}
END_TEST

static int wanted_port;

static void bind_to_target(int fd, struct sockaddr_in *address)
{
    fake_connect = NULL;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
}

static void divert(int fd, struct sockaddr_in *address)
{
    (void)fd;
    address->sin_port = htons((uint16_t)wanted_port);
}

/* Nobody listens, and the kernel happens to choose the target as the source: TCP connects the socket to itself. */
START_TEST(self_connection)
{
    struct outcome outcome = {0};
    int port = 0;
    close(listen_at("127.0.0.1", &port, 5));
    fake_connect = bind_to_target;
    start(&outcome, "127.0.0.1", port);
    loop_until(base, &outcome.done);
    ck_assert_int_eq(outcome.result.fd, -1);
    ck_assert_int_eq(outcome.result.error, ECONNREFUSED);
}
END_TEST

START_TEST(other_peer)
{
    struct outcome outcome = {0};
    int port = 0, listener = listen_at("127.0.0.1", &wanted_port, 5);
    close(listen_at("127.0.0.1", &port, 5));
    fake_connect = divert;
    start(&outcome, "127.0.0.1", port);
    loop_until(base, &outcome.done);
    ck_assert_int_eq(outcome.result.fd, -1);
    ck_assert_int_eq(outcome.result.error, ECONNABORTED);
    close(listener);
}
END_TEST

START_TEST(no_descriptors)
{
    struct outcome outcome = {0};
    int fds[64], count = 0, port = 0, listener = listen_at("127.0.0.1", &port, 5);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 64;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while ((fds[count] = dup(listener)) >= 0)
        count++;
    start(&outcome, "127.0.0.1", port);
    loop_until(base, &outcome.done);
    close_all(fds, count);
    close(listener);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_int_eq(outcome.result.error, EMFILE);
}
END_TEST

/* Cancelled while the name is looked up, while it connects, and when it is connected but nobody knows. */
START_TEST(cancel)
{
    struct outcome outcome = {0};
    int port = 0, fds[4], full = listen_full("127.0.0.2", &port, fds), listener = listen_at("127.0.0.3", &port, 5);
    ck_assert_ptr_null(dial_cancel(NULL));
    dial_cancel(start(&outcome, "localhost", port));
    struct dial *connecting = start(&outcome, "127.0.0.2", port);
    loop_once(base);
    dial_cancel(connecting);
    fake_name("slow.test", "127.0.0.2 127.0.0.2 127.0.0.3");
    struct dial *staggered = start(&outcome, "slow.test", port);
    loop_for(base, 300);
    if (!outcome.done)
        dial_cancel(staggered);
    else
        check_connected(&outcome, "127.0.0.3", port);
    outcome.done = false;
    loop_for(base, 50);
    ck_assert(!outcome.done);
    close(full);
    close(listener);
    close_all(fds, 4);
}
END_TEST

START_TEST(pass)
{
    struct outcome first = {0}, second = {0};
    int port = 0, listener = listen_at("127.0.0.1", &port, 5);
    fake_name("pass.test", "127.0.0.1");
    dial_pass(start(&first, "pass.test", port), on_done, &second);
    loop_until(base, &second.done);
    ck_assert(!first.done);
    check_connected(&second, "127.0.0.1", port);
    close(listener);
}
END_TEST

/* A literal of this machine is decided within the call: connected, refused or denied. */
START_TEST(at_once)
{
    struct outcome there = {0}, closed = {0}, denied = {.allowed = ""};
    int port = 0, nobody = 0, listener = listen_at("127.0.0.1", &port, 5);
    close(listen_at("127.0.0.1", &nobody, 5));
    ck_assert_ptr_null(start(&there, "127.0.0.1", port));
    check_connected(&there, "127.0.0.1", port);
    ck_assert_ptr_null(start(&closed, "127.0.0.1", nobody));
    ck_assert_int_eq(closed.result.error, ECONNREFUSED);
    ck_assert_int_eq(closed.result.fd, -1);
    ck_assert_ptr_null(start(&denied, "127.0.0.1", port));
    ck_assert(denied.result.denied);
    ck_assert_int_eq(denied.result.fd, -1);
    close(listener);
}
END_TEST

/* A literal that does not answer at once is waited for: the first that queued gives way, and the kernel asks again. */
START_TEST(in_time)
{
    struct outcome outcome = {0};
    int port = 0, fds[4], full = listen_full("127.0.0.2", &port, fds);
    ck_assert_ptr_nonnull(start(&outcome, "127.0.0.2", port));
    for (int i = 0; i < 50 && !outcome.done; i++) {
        fd_close(accept4(full, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
        loop_for(base, 100);
    }
    check_connected(&outcome, "127.0.0.2", port);
    close(full);
    close_all(fds, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dial");
    TCase *tcase = fixture_case(suite, "dial", 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, reach, 0, sizeof(reachable) / sizeof(reachable[0]));
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, unresolvable);
    tcase_add_test(tcase, next_after_refusal);
    tcase_add_test(tcase, stagger);
    tcase_add_test(tcase, families_alternate);
    tcase_add_test(tcase, best_error);
    tcase_add_test(tcase, allow);
    tcase_add_test(tcase, no_longer_allowed);
    tcase_add_test(tcase, self_connection);
    tcase_add_test(tcase, other_peer);
    tcase_add_test(tcase, no_descriptors);
    tcase_add_test(tcase, cancel);
    tcase_add_test(tcase, pass);
    tcase_add_test(tcase, at_once);
    tcase_add_test(tcase, in_time);
    return fixture_run(suite);
}
