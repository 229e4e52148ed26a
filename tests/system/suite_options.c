/* socket-options: each option asked for and set, and what goes wrong. */
#include <stdio.h>
#include <sys/socket.h>

#include "harness.h"

static json_object *options(const struct link *l, const char *list)
{
    return call(l->client, "socket-options", "{'socket': %lu, 'options': %s}", l->stream, json_at(json_of(list), ""));
}

static const char *const switches[] = {"so-broadcast", "so-reuseaddr", "so-dontroute",
                                       "so-keepalive", "so-oobinline", "so-debug"};

/* shows: options-old-value, options-switches */
START_TEST(a_switch_is_set_and_gives_its_old_value)
{
    struct link l = link_new(NULL);
    char list[200];
    snprintf(list, sizeof list, "[['%s', true], '%s', ['%s', false], '%s']", switches[_i], switches[_i], switches[_i],
             switches[_i]);
    expect_json(options(&l, list), "values", "[false, true, true, false]");
}
END_TEST

/* shows: options-so-acceptconn, options-so-type */
START_TEST(options_that_only_tell)
{
    struct link l = link_new(NULL);
    expect_json(options(&l, "['so-acceptconn', 'so-error', 'so-type']"), "values", "[false, false, true]");
    handle server = handle_at(call(l.client, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    struct link listening = {l.client, server, -1};
    expect_json(options(&listening, "['so-acceptconn', 'so-reuseaddr', 'so-error']"), "values", "[true, true, false]");
    static const char *const fixed[] = {"so-type", "so-error", "so-acceptconn"};
    for (int i = 0; i < COUNT(fixed); i++) {
        json_object *data =
            refuse(l.client, "os-error", "socket-options", "{'socket': %lu, 'options': [['%s', true]]}", l.stream, fixed[i]);
        expect_text(data, "name", "ENOPROTOOPT");
    }
}
END_TEST

/* shows: options-so-linger */
START_TEST(linger_has_three_forms)
{
    struct link l = link_new(NULL);
    expect_json(options(&l, "['so-linger', ['so-linger', true], 'so-linger']"), "values", "[null, null, 0]");
    expect_json(options(&l, "[['so-linger', 7], 'so-linger']"), "values", "[0, 7]");
    expect_json(options(&l, "[['so-linger', null], 'so-linger']"), "values", "[7, null]");
    expect_json(options(&l, "[['so-linger', true], 'so-linger', ['so-linger', null]]"), "values", "[null, 7, 7]");
    expect_json(options(&l, "[['so-linger', 0], ['so-linger', null]]"), "values", "[null, 0]");
}
END_TEST

/* shows: options-timeouts */
START_TEST(timeouts_keep_their_fractions)
{
    struct link l = link_new(NULL);
    expect_json(options(&l, "['so-rcvtimeo', 'so-sndtimeo']"), "values", "[0, 0]");
    json_object *set = options(
        &l,
        "[['so-rcvtimeo', 1.5], 'so-rcvtimeo', ['so-sndtimeo', 2.25], 'so-sndtimeo', ['so-rcvtimeo', null], 'so-rcvtimeo']");
    ck_assert_double_eq_tol(number_at(set, "values.1"), 1.5, 1e-6);
    ck_assert_double_eq_tol(number_at(set, "values.3"), 2.25, 1e-6);
    ck_assert_double_eq_tol(number_at(set, "values.4"), 1.5, 1e-6);
    ck_assert_double_eq(number_at(set, "values.5"), 0);
    set = options(
        &l, "[['so-rcvtimeo', 0.25], 'so-rcvtimeo', ['so-rcvtimeo', 3], 'so-rcvtimeo', ['so-rcvtimeo', 0], 'so-rcvtimeo']");
    ck_assert_double_eq_tol(number_at(set, "values.1"), 0.25, 1e-6);
    ck_assert_double_eq(number_at(set, "values.3"), 3);
    ck_assert_double_eq(number_at(set, "values.5"), 0);
}
END_TEST

/* shows: options-sizes, options-so-rcvlowat, options-so-sndlowat */
START_TEST(sizes_and_marks_are_integers)
{
    struct link l = link_new(NULL);
    json_object *set =
        options(&l, "[['so-rcvbuf', 20000], 'so-rcvbuf', ['so-sndbuf', 20000], 'so-sndbuf', 'so-rcvlowat', 'so-sndlowat']");
    expect_int(set, "values.1", 40000);
    expect_int(set, "values.3", 40000);
    expect_int(set, "values.4", 1);
    expect_int(set, "values.5", 1);
    expect_json(options(&l, "[['so-rcvlowat', 10], 'so-rcvlowat', ['so-rcvlowat', 0], 'so-rcvlowat']"), "values",
                "[1, 10, 10, 1]");
    json_object *data =
        refuse(l.client, "os-error", "socket-options", "{'socket': %lu, 'options': [['so-sndlowat', 5]]}", l.stream);
    expect_text(data, "name", "ENOPROTOOPT");
}
END_TEST

/* shows: status-low-water */
START_TEST(rcvlowat_counts_in_status)
{
    struct link l = link_new(NULL);
    options(&l, "[['so-rcvlowat', 4]]");
    peer_write(l.peer, "abc");
    ck_assert_str_eq(link_status(&l, "input"), "null");
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "d\n");
    expect_text(result(l.client, id), "status", "input");
    link_expect_line(&l, "abcd");
}
END_TEST

/* shows: status-low-water, options-so-rcvlowat */
START_TEST(rcvlowat_hides_neither_data_nor_the_end)
{
    struct link l = link_new(NULL);
    options(&l, "[['so-rcvlowat', 100]]");
    peer_write(l.peer, "abc");
    expect_text(call(l.client, "read-char", "{'stream': %lu, 'timeout': 5}", l.stream), "char", "a");
    peer_write(l.peer, "d\n");
    link_expect_line(&l, "bcd");
    peer_write(l.peer, "last\n");
    ck_assert_str_eq(link_status(&l, "input"), "null");
    long id = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    ck_assert(waits(l.client, id));
    peer_shut(l.peer); /* all that there will be */
    expect_text(result(l.client, id), "status", "input");
    expect_true(call(l.client, "listen", "{'stream': %lu}", l.stream), "ready");
    link_expect_line(&l, "last");
    ck_assert_str_eq(link_status(&l, "input"), "\"eof\"");
}
END_TEST

/* The first answer after the end, and those that follow. */
START_TEST(rcvlowat_hides_no_data_behind_an_end)
{
    bool reset = _i;
    struct link l = link_new(NULL);
    options(&l, "[['so-rcvlowat', 100]]");
    peer_write(l.peer, "last\n");
    if (reset)
        peer_reset(l.peer);
    else
        peer_shut(l.peer);
    for (int i = 0; i < 3; i++)
        ck_assert_str_eq(link_status(&l, "input"), "\"input\"");
    link_expect_line(&l, "last");
    ck_assert_str_eq(link_status(&l, "input"), reset ? "\"error\"" : "\"eof\"");
}
END_TEST

/* shows: options-in-order, options-unknown */
START_TEST(all_is_checked_before_anything_is_set)
{
    struct link l = link_new(NULL);
    expect_text(refuse(l.client, "invalid-params", "socket-options",
                       "{'socket': %lu, 'options': [['so-keepalive', true], 'so-nonsense']}", l.stream),
                "param", "options");
    refuse(l.client, "invalid-params", "socket-options",
           "{'socket': %lu, 'options': [['so-keepalive', true], ['so-rcvbuf', 'big']]}", l.stream);
    expect_json(options(&l, "['so-keepalive']"), "values", "[false]");
    refuse(l.client, "os-error", "socket-options",
           "{'socket': %lu, 'options': [['so-keepalive', true], ['so-type', true], ['so-oobinline', true]]}", l.stream);
    expect_json(options(&l, "['so-keepalive', 'so-oobinline']"), "values", "[true, false]");
}
END_TEST

/* shows: options-none */
START_TEST(no_options_no_values)
{
    struct link l = link_new(NULL);
    expect_json(options(&l, "[]"), "values", "[]");
    expect_json(options(&l, "['so-keepalive', 'so-keepalive']"), "values", "[false, false]");
}
END_TEST

/* shows: options-target */
START_TEST(what_is_no_socket_is_refused)
{
    struct client *c = client_open();
    expect_int(refuse(c, "no-such-handle", "socket-options", "{'socket': %lu, 'options': []}", NOBODY), "handle",
               (int64_t)NOBODY);
    struct link l = link_open(c, NULL);
    call(c, "close", "{'handle': %lu}", l.stream);
    refuse(c, "no-such-handle", "socket-options", "{'socket': %lu, 'options': ['so-keepalive']}", l.stream);
}
END_TEST

/* shows: options-so-linger-0 */
START_TEST(linger_0_makes_close_a_reset)
{
    struct link l = link_new(NULL);
    options(&l, "[['so-linger', 0]]");
    call(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_reset(l.peer);
}
END_TEST

/* shows: options-so-linger-waits */
START_TEST(a_positive_linger_delays_the_reply_never_the_loop)
{
    struct link l = link_new(NULL);
    link_fill(&l);
    options(&l, "[['so-linger', 1]]");
    long begin = now_ms(), id = request(l.client, "close", "{'handle': %lu}", l.stream);
    for (int i = 0; i < 20; i++)
        call(l.client, "daemon.info", NULL);
    ck_assert_int_lt(now_ms() - begin, 500);
    reply(l.client, id);
    ck_assert_int_le(now_ms() - begin, 3000);
}
END_TEST

/* How often the daemon has gone to sleep. */
static long sleeps(void)
{
    char path[40], line[128];
    long count = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)the_daemon.pid);
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    while (count < 0 && fgets(line, sizeof line, file))
        sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    fclose(file);
    ck_assert_int_ge(count, 0);
    return count;
}

/* Whether all has arrived can only be asked for: less and less often, so that many who linger for long cost little. */
START_TEST(who_lingers_is_looked_at_less_and_less_often)
{
    struct link l = link_new(NULL);
    link_fill(&l);
    options(&l, "[['so-linger', 1]]");
    long before = sleeps(), begin = now_ms();
    reply(l.client, request(l.client, "close", "{'handle': %lu}", l.stream));
    ck_assert_int_ge(now_ms() - begin, 900);
    ck_assert_int_lt(sleeps() - before, 100);
}
END_TEST

/* shows: options-urgent */
START_TEST(oobinline_puts_urgent_data_in_line)
{
    struct link l = link_new(NULL);
    options(&l, "[['so-oobinline', true]]");
    peer_write(l.peer, "a");
    peer_urgent(l.peer, 'b');
    peer_write(l.peer, "c\n");
    link_expect_line(&l, "abc");
}
END_TEST

/* shows: shutdown-leaves-attributes */
START_TEST(options_work_after_a_shutdown)
{
    struct link l = link_new("'buffered': false");
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'io'}", l.stream);
    expect_json(options(&l, "[['so-keepalive', true], 'so-keepalive']"), "values", "[false, true]");
}
END_TEST

/* Each is asked for, set, and asked for again; the kernel may have a value of its own for what was there before. */
static const struct {
    const char *name, *value;
} of_linux[] = {{"tcp-nodelay", "true"},     {"tcp-cork", "true"}, {"tcp-quickack", "false"}, {"tcp-keepidle", "77"},
                {"tcp-keepintvl", "7"},      {"tcp-keepcnt", "4"}, {"ip-tos", "16"},          {"tcp-user-timeout", "9000"},
                {"tcp-notsent-lowat", "64"}, {"ip-ttl", "33"},     {"so-priority", "3"}};

/* shows: options-linux */
START_TEST(what_linux_has_beyond_the_manual)
{
    struct link l = link_new(NULL);
    char list[200], set[40];
    snprintf(list, sizeof list, "['%s', ['%s', %s], '%s']", of_linux[_i].name, of_linux[_i].name, of_linux[_i].value,
             of_linux[_i].name);
    json_object *values = options(&l, list);
    snprintf(set, sizeof set, "%s", json_at(values, "values.2"));
    ck_assert_str_eq(set, of_linux[_i].value);
    ck_assert_str_eq(json_at(values, "values.0"), json_at(values, "values.1"));
}
END_TEST

/* shows: options-linux */
START_TEST(what_linux_only_tells)
{
    struct link l = link_new(NULL);
    expect_json(options(&l, "['so-domain', 'so-protocol']"), "values", "[2, 6]");
    ck_assert_int_gt(int_at(options(&l, "['tcp-maxseg']"), "values.0"), 0);
    refuse(l.client, "os-error", "socket-options", "{'socket': %lu, 'options': [['so-domain', 2]]}", l.stream);
    handle server = handle_at(call(l.client, "socket-server", "{'interface': '::1'}"), "server");
    struct link six = {l.client, server, -1};
    expect_json(
        options(&six, "['ipv6-v6only', ['ipv6-tclass', 32], 'ipv6-tclass', ['ipv6-unicast-hops', 9], 'ipv6-unicast-hops']"),
        "values.2", "32");
    expect_int(options(&six, "['ipv6-unicast-hops']"), "values.0", 9);
}
END_TEST

static const struct test_case cases[] = {
    {&a_switch_is_set_and_gives_its_old_value, COVERS({METHOD_socket_options, SUCCESS}), COUNT(switches)},
    {&options_that_only_tell, NULL, 0},
    {&linger_has_three_forms, NULL, 0},
    {&timeouts_keep_their_fractions, NULL, 0},
    {&sizes_and_marks_are_integers, NULL, 0},
    {&rcvlowat_counts_in_status, NULL, 0},
    {&rcvlowat_hides_neither_data_nor_the_end, NULL, 0},
    {&rcvlowat_hides_no_data_behind_an_end, NULL, 2},
    {&all_is_checked_before_anything_is_set, COVERS({METHOD_socket_options, REFUSAL | BAD_PARAMS}), 0},
    {&no_options_no_values, NULL, 0},
    {&what_is_no_socket_is_refused, NULL, 0},
    {&linger_0_makes_close_a_reset, NULL, 0},
    {&a_positive_linger_delays_the_reply_never_the_loop, NULL, 0},
    {&who_lingers_is_looked_at_less_and_less_often, NULL, 0},
    {&oobinline_puts_urgent_data_in_line, NULL, 0},
    {&options_work_after_a_shutdown, NULL, 0},
    {&what_linux_has_beyond_the_manual, NULL, COUNT(of_linux)},
    {&what_linux_only_tells, NULL, 0},
    {0},
};

const struct suite suite_options = {.name = "options", .cases = cases};
