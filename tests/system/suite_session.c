/* session.hello, session.info, daemon.info. */
#include <stdio.h>
#include <unistd.h>

#include "harness.h"

static void expect_limits(json_object *limits)
{
    static const char *const names[] = {"line", "nesting", "values",   "payload", "batch",
                                        "fds",  "calls",   "sessions", "handles", "buffered"};
    for (int i = 0; i < COUNT(names); i++)
        ck_assert_int_gt(int_at(limits, names[i]), 0);
}

START_TEST(daemon_info_tells_who_it_is)
{
    json_object *info = call(client_open(), "daemon.info", NULL);
    expect_text(info, "name", "sockd");
    ck_assert(*text_at(info, "version"));
    expect_int(info, "protocol", 1);
    expect_int(info, "pid", the_daemon.pid);
    int year, month, day, hour, minute, second, end = 0;
    const char *started = text_at(info, "started");
    ck_assert_msg(sscanf(started, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &end) == 6, "%s",
                  started);
    ck_assert_msg(strcmp(started + strlen(started) - 1, "Z") == 0, "%s", started);
    expect_limits(value_at(info, "limits"));
    count_at(info, "capabilities");
}
END_TEST

START_TEST(hello_is_optional_and_names_the_session)
{
    struct client *c = client_open();
    expect_null(call(c, "session.info", NULL), "name");
    json_object *hello = call(c, "session.hello", "{'protocol': 1, 'name': 'me & <you>'}");
    expect_text(hello, "name", "sockd");
    expect_int(hello, "protocol", 1);
    expect_limits(value_at(hello, "limits"));
    count_at(hello, "capabilities");
    expect_text(call(c, "session.info", NULL), "name", "me & <you>");
    struct link l = link_open(c, NULL);
    expect_text(call(c, "handle.info", "{'handle': %lu}", l.stream), "owner.label", "me & <you>");
    call(c, "session.hello", NULL);
}
END_TEST

START_TEST(another_protocol_is_refused)
{
    struct client *c = client_open();
    expect_text(refuse(c, "invalid-params", "session.hello", "{'protocol': 2}"), "param", "protocol");
    call(c, "session.hello", "{'protocol': 1}");
}
END_TEST

START_TEST(session_info_tells_who_one_is)
{
    struct client *c = client_open();
    json_object *info = call(c, "session.info", NULL);
    expect_int(info, "uid", getuid());
    expect_int(info, "gid", getgid());
    expect_int(info, "pid", getpid());
    expect_text(info, "profile", "owner");
    expect_limits(value_at(info, "limits"));
    ck_assert_int_ge(int_at(info, "used.sessions"), 1);
}
END_TEST

START_TEST(session_info_counts_what_is_used)
{
    struct client *c = client_open();
    json_object *before = call(c, "session.info", NULL);
    expect_int(before, "used.handles", 0);
    struct link l = link_open(c, NULL);
    call(c, "socket-server", "{'interface': '127.0.0.1'}");
    long id = request(c, "read-line", "{'stream': %lu}", l.stream);
    struct client *other = client_open();
    call(other, "daemon.info", NULL);
    json_object *now = call(c, "session.info", NULL);
    expect_int(now, "used.handles", 2);
    ck_assert_int_eq(int_at(now, "used.sessions"), int_at(before, "used.sessions") + 1);
    ck_assert_int_eq(int_at(now, "used.calls"), int_at(before, "used.calls") + 1);
    expect_int(call(other, "session.info", NULL), "used.handles", 0);
    cancel(c, id);
    call(c, "close", "{'handle': %lu}", l.stream);
    ck_assert_int_eq(int_at(call(c, "session.info", NULL), "used.calls"), int_at(before, "used.calls"));
    expect_int(call(c, "session.info", NULL), "used.handles", 1);
}
END_TEST

START_TEST(what_is_buffered_is_counted_and_given_back)
{
    struct link l = link_new("'buffered': true");
    call(l.client, "write-string", "{'stream': %lu, 'string': '12345678'}", l.stream);
    ck_assert_int_ge(int_at(call(l.client, "session.info", NULL), "used.buffered"), 8);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    ck_assert_int_eq(int_at(call(l.client, "session.info", NULL), "used.buffered"),
                     int_at(call(client_open(), "session.info", NULL), "used.buffered"));
}
END_TEST

static const struct test_case cases[] = {
    {&daemon_info_tells_who_it_is, COVERS({METHOD_daemon_info, SUCCESS}), 0},
    {&hello_is_optional_and_names_the_session, COVERS({METHOD_session_hello, SUCCESS}), 0},
    {&another_protocol_is_refused, NULL, 0},
    {&session_info_tells_who_one_is, COVERS({METHOD_session_info, SUCCESS}), 0},
    {&session_info_counts_what_is_used, NULL, 0},
    {&what_is_buffered_is_counted_and_given_back, NULL, 0},
    {0},
};

const struct suite suite_session = {.name = "session", .cases = cases};
