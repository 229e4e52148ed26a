/* What is another's, what is everybody's, and what one client may use up. */
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>

#include "attack.h"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/a.sock', 'mode': '0666', 'profile': 'a'},"
    "                 {'path': '$/b.sock', 'mode': '0666', 'profile': 'b'},"
    "                 {'path': '$/spy.sock', 'mode': '0666', 'profile': 'spy'},"
    "                 {'path': '$/few.sock', 'mode': '0666', 'profile': 'few'} ],"
    "  'profiles': {"
    "    'a': { 'rights': ['connect', 'listen', 'io', 'options', 'export', 'inspect', 'close', 'share'],"
    "           'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ],"
    "           'listen': [ {'allow': '127.0.0.1', 'ports': ['29170-29172']}, {'deny': '127.0.0.1', 'ports': [29171]} ] },"
    "    'b': { 'rights': ['connect', 'listen', 'io', 'options', 'export', 'inspect', 'close', 'share'],"
    "           'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ],"
    "           'listen': [ {'allow': '127.0.0.0/8'}, {'allow': '::1'} ] },"
    "    'spy': { 'rights': ['io', 'inspect:all', 'close:all'] },"
    "    'few': { 'rights': ['connect', 'listen', 'io'],"
    "             'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ], 'listen': [ {'allow': '127.0.0.1'} ],"
    "             'limits': {'sessions': 4, 'handles': 6, 'calls': 20, 'buffered': 300000} } } }";

/* ---- handles ---- */

/* Every method that takes a handle answers for another's as for none: the same error, the same data. */
static const char *const uses[] = {
    "{'jsonrpc':'2.0','id':1,'method':'read-line','params':{'stream':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'write-line','params':{'stream':%lu,'string':'x'}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-status','params':{'sockets':%lu,'timeout':0}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-options','params':{'socket':%lu,'options':['so-keepalive']}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-stream-peer','params':{'stream':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-stream-local','params':{'stream':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-accept','params':{'server':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-wait','params':{'server':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-server-port','params':{'server':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-server-close','params':{'server':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'socket-server','params':{'interface':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'handle.info','params':{'handle':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'handle.lifetime','params':{'handle':%lu,'lifetime':'daemon'}}",
    "{'jsonrpc':'2.0','id':1,'method':'close','params':{'handle':%lu}}",
    "{'jsonrpc':'2.0','id':1,'method':'stream-handles','params':{'stream':%lu}}",
};

/* The error for a handle, with the handle's number taken out. */
static const char *answer(struct client *c, const char *use, handle number)
{
    char line[300];
    snprintf(line, sizeof line, use, number); /* NOLINT: one of the formats above */
    json_object *json = exchange(c, "%s", json_at(json_of(line), ""))->json;
    json_object *data = fault_in(json, "no-such-handle");
    ck_assert_uint_eq(handle_at(data, "handle"), number);
    json_object_object_del(data, "handle");
    json_object_object_del(value_at(json, "error"), "message");
    return json_at(json, "");
}

START_TEST(anothers_handle_is_none)
{
    struct client *a = client_open_by("a"), *b = client_open_by("b");
    int port;
    peer_listen("127.0.0.1", &port);
    handle stream = handle_at(call(a, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    handle server = handle_at(call(a, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    const char *none = answer(b, uses[_i], NOBODY);
    ck_assert_str_eq(answer(b, uses[_i], stream), none);
    ck_assert_str_eq(answer(b, uses[_i], server), none);
    expect_false(call(b, "open-stream-p", "{'stream': %lu}", stream), "value");
    expect_true(call(a, "open-stream-p", "{'stream': %lu}", stream), "value");
    call(a, "socket-server-port", "{'server': %lu}", server);
}
END_TEST

START_TEST(guessing_every_handle)
{
    struct client *a = client_open_by("a"), *b = client_open_by("b");
    int port;
    peer_listen("127.0.0.1", &port);
    handle stream = handle_at(call(a, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    ck_assert_uint_lt(stream, 100000);
    for (handle next = 1; next <= 100000;) {
        long ids[500];
        handle first = next;
        for (int i = 0; i < COUNT(ids); i++)
            ids[i] = request(b, "read-line", "{'stream': %lu, 'timeout': 0}", next++);
        for (int i = 0; i < COUNT(ids); i++)
            ck_assert_uint_eq(handle_at(fault(b, ids[i], "no-such-handle"), "handle"), first + (handle)i);
        request_forget_all();
    }
    expect_true(call(a, "open-stream-p", "{'stream': %lu}", stream), "value");
    ck_assert_uint_eq(count_at(call(b, "handle.list", NULL), "handles"), 0);
}
END_TEST

START_TEST(cancelling_what_is_anothers)
{
    struct client *a = client_open_by("a"), *b = client_open_by("b");
    handle server = handle_at(call(a, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    long id = request(a, "socket-wait", "{'server': %lu}", server);
    ck_assert(waits(a, id));
    expect_false(call(b, "rpc.cancel", "{'id': %ld}", id), "cancelled");
    ck_assert(waits(a, id));
    cancel(a, id);
}
END_TEST

START_TEST(seeing_and_closing_all_takes_a_right)
{
    struct client *a = client_open_by("a"), *spy = client_open_by("spy"), *b = client_open_by("b");
    handle server = handle_at(call(a, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    ck_assert_uint_eq(count_at(call(b, "handle.list", NULL), "handles"), 0);
    expect_text(call(spy, "handle.info", "{'handle': %lu}", server), "owner.profile", "a");
    refuse(spy, "no-such-handle", "socket-accept", "{'server': %lu, 'timeout': 0}", server);
    refuse(spy, "no-such-handle", "handle.lifetime", "{'handle': %lu, 'lifetime': 'daemon'}", server);
    call(spy, "close", "{'handle': %lu}", server);
    refuse(a, "no-such-handle", "socket-accept", "{'server': %lu, 'timeout': 0}", server);
}
END_TEST

/* ---- listening ---- */

START_TEST(a_port_is_held_by_one)
{
    struct client *a = client_open_by("a"), *b = client_open_by("b");
    expect_int(call(a, "socket-server", "{'interface': '127.0.0.1', 'port': 29170}"), "port", 29170);
    expect_text(refuse(b, "os-error", "socket-server", "{'interface': '127.0.0.1', 'port': 29170}"), "name", "EADDRINUSE");
    expect_text(refuse(a, "os-error", "socket-server", "{'interface': '127.0.0.1', 'port': 29170}"), "name", "EADDRINUSE");
}
END_TEST

START_TEST(listening_where_no_rule_allows_it)
{
    struct client *a = client_open_by("a"), *b = client_open_by("b");
    long mark = log_mark();
    deny(b, "*", "socket-server", NULL);
    ck_assert(logged(mark, "denied", "listen", "0.0.0.0", "wildcard", "profile b", NULL));
    deny(b, "0.0.0.0", "socket-server", "{'interface': '0.0.0.0', 'port': 29190}");
    deny(b, "::", "socket-server", "{'interface': '::', 'port': 29190}");
    deny(b, "::ffff:0.0.0.0", "socket-server", "{'interface': '::ffff:0.0.0.0', 'port': 29190}");
    deny(b, "127.0.0.1", "socket-server", "{'interface': '127.0.0.1', 'port': 80}");
    deny(b, "::1", "socket-server", "{'interface': '::1', 'port': 1023}");
    deny(b, "10.0.0.1", "socket-server", "{'interface': '10.0.0.1'}");
    deny(a, "127.0.0.2", "socket-server", "{'interface': '127.0.0.2', 'port': 29170}");
    deny(a, "127.0.0.1", "socket-server", "{'interface': '127.0.0.1', 'port': 29171}");
    deny(a, "127.0.0.1", "socket-server", "{'interface': '127.0.0.1', 'port': 29169}");
    deny(a, "127.0.0.1", "socket-server", "{'interface': '127.0.0.1', 'port': 29173}");
    expect_int(call(a, "session.info", NULL), "used.handles", 0);
}
END_TEST

START_TEST(a_port_left_open_comes_from_the_range)
{
    struct client *a = client_open_by("a");
    expect_int(call(a, "socket-server", "{'interface': '127.0.0.1'}"), "port", 29170);
    expect_int(call(a, "socket-server", "{'interface': '127.0.0.1'}"), "port", 29172);
    expect_text(refuse(a, "os-error", "socket-server", "{'interface': '127.0.0.1'}"), "name", "EADDRINUSE");
    expect_int(call(a, "session.info", NULL), "used.handles", 2);
}
END_TEST

/* ---- quotas ---- */

static void expect_limit(json_object *data, const char *name, int64_t value)
{
    expect_text(data, "limit", name);
    expect_int(data, "value", value);
}

START_TEST(a_session_too_many_is_told_so_and_closed)
{
    struct client *some[4];
    for (int i = 0; i < COUNT(some); i++)
        call(some[i] = client_open_by("few"), "session.info", NULL);
    for (int i = 0; i < 50; i++) {
        struct client *more = client_open_by("few");
        expect_limit(fault_in(client_receive(more)->json, "limit"), "sessions", 4);
        ck_assert(client_ended(more));
    }
    call(client_open_by("a"), "session.info", NULL);
    client_close(some[0]);
    for (long end = now_ms() + 5000;; breathe()) {
        struct client *again = client_open_by("few");
        client_write(again, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.info\"}\n");
        struct message *message = client_receive(again);
        if (has(message->json, "result"))
            break;
        ck_assert_msg(now_ms() < end, "a session that ended is still counted");
    }
}
END_TEST

START_TEST(handles_of_a_principal)
{
    struct client *one = client_open_by("few"), *two = client_open_by("few");
    for (int i = 0; i < 3; i++) {
        call(one, "socket-server", "{'interface': '127.0.0.1'}");
        call(two, "socket-server", "{'interface': '127.0.0.1', 'lifetime': 'daemon'}");
    }
    int before = daemon_descriptors(&the_daemon);
    for (int i = 0; i < 50; i++)
        expect_limit(refuse(_i ? one : two, "limit", "socket-server", "{'interface': '127.0.0.1'}"), "handles", 6);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
    call(client_open_by("b"), "socket-server", "{'interface': '127.0.0.1'}");
    json_object *list = call(one, "handle.list", NULL);
    for (size_t i = 0; i < count_at(list, "handles"); i++) {
        char path[40];
        snprintf(path, sizeof path, "handles.%zu.handle", i);
        call(one, "close", "{'handle': %lu}", handle_at(list, path));
    }
    call(two, "socket-server", "{'interface': '127.0.0.1'}");
}
END_TEST

START_TEST(calls_of_a_principal)
{
    struct client *one = client_open_by("few"), *two = client_open_by("few");
    handle server = handle_at(call(one, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    long ids[19];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(i % 2 ? one : two, "socket-wait", "{'server': %lu}", server);
    ck_assert(waits(one, ids[1]));
    ck_assert(waits(two, ids[0]));
    request(two, "socket-wait", "{'server': %lu}", server);
    expect_limit(refuse(two, "limit", "daemon.info", NULL), "calls", 20);
    expect_limit(refuse(one, "limit", "daemon.info", NULL), "calls", 20);
    call(client_open_by("a"), "daemon.info", NULL);
    client_close(two);
    for (long end = now_ms() + 5000; now_ms() < end; breathe())
        if (has(reply(one, request(one, "daemon.info", NULL))->json, "result"))
            break;
    call(one, "daemon.info", NULL);
}
END_TEST

START_TEST(bytes_of_a_principal)
{
    struct client *one = client_open_by("few"), *two = client_open_by("few");
    static char text[200001];
    memset(text, 'x', sizeof text - 1);
    client_write(one, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\",\"params\":\"");
    client_write(one, text);
    for (int i = 0; i < 50; i++) /* the other's bytes are read between these */
        call(two, "daemon.info", NULL);
    client_write(two, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\",\"params\":\"");
    client_write(two, text);
    struct pollfd polls[] = {{client_fd(one), POLLIN, 0}, {client_fd(two), POLLIN, 0}};
    ck_assert_int_gt(poll(polls, 2, 10000), 0); /* who is told depends on the pieces in which the bytes were read */
    struct client *told = polls[1].revents ? two : one;
    expect_limit(fault_in(client_receive(told)->json, "limit"), "buffered", 300000);
    ck_assert(client_ended(told));
    call(client_open_by("a"), "daemon.info", NULL);
}
END_TEST

/* A limit of descriptors that one client uses up: what is reserved stays for the administrator. */
START_TEST(descriptors_are_reserved_for_the_owner)
{
    struct rlimit before, few;
    struct client *b = client_open_by("b");
    call(b, "daemon.info", NULL);
    ck_assert_int_eq(prlimit(the_daemon.pid, RLIMIT_NOFILE, NULL, &before), 0);
    few = (struct rlimit){160, before.rlim_max};
    ck_assert_int_eq(prlimit(the_daemon.pid, RLIMIT_NOFILE, &few, NULL), 0);
    struct message *message;
    int made = 0;
    do
        message = reply(b, request(b, "socket-server", "{'interface': '127.0.0.1'}"));
    while (has(message->json, "result") && ++made < 160);
    expect_limit(fault_in(message->json, "limit"), "descriptors", 96);
    ck_assert_int_ge(made, 50);
    struct client *more = client_open_by("a");
    expect_limit(fault_in(client_receive(more)->json, "limit"), "descriptors", 96);
    struct client *owner = client_open();
    call(owner, "socket-server", NULL);
    ck_assert_int_ge((int)count_at(call(owner, "handle.list", NULL), "handles"), made);
    ck_assert_int_eq(prlimit(the_daemon.pid, RLIMIT_NOFILE, &before, NULL), 0);
}
END_TEST

static const struct test_case cases[] = {
    {&anothers_handle_is_none, NULL, COUNT(uses)},
    {&guessing_every_handle, NULL, 0},
    {&cancelling_what_is_anothers, NULL, 0},
    {&seeing_and_closing_all_takes_a_right, NULL, 0},
    {&a_port_is_held_by_one, NULL, 0},
    {&listening_where_no_rule_allows_it, NULL, 0},
    {&a_port_left_open_comes_from_the_range, NULL, 0},
    {&a_session_too_many_is_told_so_and_closed, NULL, 0},
    {&handles_of_a_principal, NULL, 2},
    {&calls_of_a_principal, NULL, 0},
    {&bytes_of_a_principal, NULL, 0},
    {&descriptors_are_reserved_for_the_owner, NULL, 0},
    {0},
};

const struct suite suite_attack_handles = {.name = "attack_handles", .cases = cases, .config = config, .seconds = 60};
