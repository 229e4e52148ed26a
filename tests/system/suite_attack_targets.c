/* Where a client may not go, in every spelling, and how little it learns by trying. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "attack.h"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/web.sock', 'mode': '0666', 'profile': 'web'},"
    "                 {'path': '$/any.sock', 'mode': '0666', 'profile': 'any'},"
    "                 {'path': '$/loop.sock', 'mode': '0666', 'profile': 'loop'},"
    "                 {'path': '$/blind.sock', 'mode': '0666', 'profile': 'blind'},"
    "                 {'path': '$/log.sock', 'mode': '0666', 'profile': 'log'},"
    "                 {'path': '$/report.sock', 'mode': '0666', 'profile': 'report'} ],"
    "  'profiles': {"
    "    'web': { 'rights': ['resolve', 'connect', 'listen', 'io'],"
    "             'dial': [ {'allow': '*.example.com', 'ports': [443], 'name': 'the shop'},"
    "                       {'allow': '127.0.0.1', 'ports': ['1024-65535']},"
    "                       {'deny': 'bad.example.com'}, {'deny': '10.0.0.0/8'} ],"
    "             'listen': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ] },"
    "    'any': { 'rights': ['resolve', 'reverse', 'connect', 'listen', 'io', 'options'], 'dial': [ {'allow': '*'} ],"
    "             'listen': [ {'allow': '*'} ] },"
    "    'loop': { 'rights': ['connect', 'listen', 'io'], 'dial': [ {'allow': '127.0.0.0/8', 'ports': ['1-65535']} ],"
    "              'listen': [ {'allow': '127.0.0.0/8'} ] },"
    "    'log': { 'rights': ['connect'] },"
    "    'blind': { 'rights': ['connect', 'io'], 'dial': [ {'allow': '*'} ] },"
    "    'report': { 'rights': [], 'mode': 'report' } } }";

/* Addresses that no profile here lifts the floor from; "any" allows every host. */
static const char *const floor_addresses[] = {
    "0.0.0.1",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "100.100.100.200",
    "fe80::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "100::1",
    /* other spellings of them */
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "0:0:0:0:0:ffff:10.0.0.1",
    "::ffff:127.0.0.2",
    "::ffff:7f00:2",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2002:7f00:1::",
    "2002:0a00:0001::1",
    "2001:0:a9fe:a9fe::1",
    "2001:0000:4136:e378:8000:63bf:3fff:fdd2",
    "::a9fe:a9fe",
    "::127.0.0.2",
    "::10.0.0.1",
    "fe80::5efe:a9fe:a9fe",
    "2001:db8::5efe:10.0.0.1",
};

START_TEST(the_floor_holds_in_every_spelling)
{
    const char *address = floor_addresses[_i];
    struct client *owner = client_open();
    call(owner, "events.subscribe", "{'filter': 'event=denied,owner.profile=any'}");
    long begin = now_ms();
    deny(client_open_by("any"), address, "socket-connect", "{'host': '%s', 'port': 80, 'timeout': 5}", address);
    deny(client_open_by("web"), address, "socket-connect", "{'host': '%s', 'port': 443, 'timeout': 0}", address);
    ck_assert_int_lt(now_ms() - begin, 1000);
    json_object *event = event_next(owner);
    expect_text(event, "operation", "connect");
    ck_assert_msg(strncmp(text_at(event, "target"), address, strlen(address)) == 0, "%s", json_at(event, ""));
}
END_TEST

/* This host by its other names: each reaches a server that listens on all of its addresses. */
static const char *const own_addresses[] = {"0.0.0.0",          "::",        "::ffff:0.0.0.0", "::1",       "0:0:0:0:0:0:0:1",
                                            "::ffff:127.0.0.1", "127.0.0.1", "localhost",      "LOCALHOST", "localhost."};

START_TEST(this_host_is_not_reached)
{
    int port, port6;
    int v4 = peer_listen("0.0.0.0", &port), v6 = peer_listen("::1", &port6);
    struct client *c = client_open_by("any");
    deny(c, own_addresses[_i], "socket-connect", "{'host': '%s', 'port': %d}", own_addresses[_i], port);
    deny(c, own_addresses[_i], "socket-connect", "{'host': '%s', 'port': %d}", own_addresses[_i], port6);
    ck_assert(peer_silent(v4, 20) && peer_silent(v6, 0));
}
END_TEST

START_TEST(addresses_of_this_host_are_not_reached)
{
    struct ifaddrs *all;
    int port;
    peer_listen("0.0.0.0", &port);
    struct client *c = client_open_by("any");
    ck_assert_int_eq(getifaddrs(&all), 0);
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        char text[INET6_ADDRSTRLEN];
        if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET)
            continue;
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr, text, sizeof text);
        deny(c, text, "socket-connect", "{'host': '%s', 'port': %d}", text, port);
        deny(c, NULL, "socket-connect", "{'host': '::ffff:%s', 'port': %d}", text, port);
    }
    freeifaddrs(all);
}
END_TEST

/* What the C library would take for an address, and what is none in any form. All of it is refused before a query: no name of
 * these is in any log of a name server, and none of them takes the time of one. */
static const char *const odd_hosts[] = {
    "2130706433",
    "0x7f.1",
    "127.1",
    "0",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.0.1",
    "1.2.3.4.5",
    "256.0.0.1",
    "[::1]",
    "[127.0.0.1]",
    "127.0.0.1:80",
    "::1%lo0x",
    "fe80::1%%lo%%lo",
    "127.0.0.1 ",
    " 127.0.0.1",
    "127.0.0.1\\t",
    "127.0.0.1\\u0000",
    "localhost\\u0000.example.com",
    "a b",
    "a/b",
    "/run/docker.sock",
    "unix:/run/docker.sock",
    "@abstract",
    "a@b",
    "a..b",
    ".",
    "..",
    ".a",
    "-a",
    "a-",

    "\\u217b.example.com",
    "\\u3002",
    "ex\\u00e4mple.com",
    "127\\u30020\\u30020\\u30021",
    "%%31",
    "http://127.0.0.1",
    "127.0.0.1/8",
    "*",
    "*.example.com",
    "0x0",
    "0.0",
    "::ffff:127.1",

    "1::2::3",
    "a:80",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
};

START_TEST(odd_hosts_are_refused)
{
    static const char *const profiles[] = {"any", "web", "sockd"};
    char params[400];
    for (int i = 0; i < COUNT(profiles); i++) {
        struct client *c = client_open_by(profiles[i]);
        long begin = now_ms();
        snprintf(params, sizeof params, "{'host': '%s', 'port': 80, 'timeout': 5}", odd_hosts[_i]);
        struct message *message =
            exchange(c, "{'jsonrpc':'2.0','id':1,'method':'socket-connect','params':%s}", json_at(json_of(params), ""));
        ck_assert_msg(has(message->json, "error"), "%s as %s: %s", odd_hosts[_i], profiles[i], message->line);
        expect_text(fault_in(message->json, "invalid-params"), "param", "host");
        ck_assert_int_lt(now_ms() - begin, 1000);
    }
}
END_TEST

/* A suffix ends at a dot; a name in other letters or with a dot at the end is the same name; a denial beats. */
static const char *const foreign_names[] = {"evilexample.com", "example.com.evil.net", "xexample.com",     "example.com",
                                            "bad.example.com", "BAD.Example.COM",      "bad.example.com.", "www.example.org"};

START_TEST(names_are_denied_before_they_are_looked_up)
{
    struct client *owner = client_open();
    call(owner, "events.subscribe", "{'filter': 'event=denied'}");
    long begin = now_ms();
    deny(client_open_by("web"), foreign_names[_i], "socket-connect", "{'host': '%s', 'port': 443, 'timeout': 5}",
         foreign_names[_i]);
    ck_assert_int_lt(now_ms() - begin, 1000);
    ck_assert_ptr_nonnull(strstr(text_at(event_next(owner), "reason"), "name"));
}
END_TEST

START_TEST(an_allowed_name_at_another_port)
{
    long begin = now_ms();
    deny(client_open_by("web"), "www.example.com", "socket-connect", "{'host': 'www.example.com', 'port': 80, 'timeout': 5}");
    ck_assert_int_lt(now_ms() - begin, 1000);
}
END_TEST

START_TEST(names_need_the_right_to_resolve)
{
    struct client *c = client_open_by("blind");
    deny(c, "www.example.com", "socket-connect", "{'host': 'www.example.com', 'port': 80}");
    deny(c, "localhost", "socket-connect", "{'port': 80}");
    deny(client_open_by("loop"), "localhost", "socket-server", "{'interface': 'localhost'}");
}
END_TEST

START_TEST(ports_that_are_none)
{
    struct client *c = client_open_by("any");
    deny(c, "93.184.216.34", "socket-connect", "{'host': '93.184.216.34', 'port': 0}");
    refuse(c, "invalid-params", "socket-connect", "{'host': '93.184.216.34', 'port': 65536}");
    refuse(c, "invalid-params", "socket-connect", "{'host': '93.184.216.34', 'port': -1}");
}
END_TEST

START_TEST(what_is_allowed_is_reached)
{
    int port;
    int listener = peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web");
    json_object *stream = call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    peer_write(peer_accept(listener), "in\n");
    expect_text(call(c, "read-line", "{'stream': %lu}", handle_at(stream, "stream")), "line", "in");
    call(c, "socket-connect", "{'host': '::ffff:127.0.0.1', 'port': %d}", port);
    deny(c, "localhost", "socket-connect", "{'host': 'localhost', 'port': 80}");
}
END_TEST

/* A rule for a whole class lifts the floor there, yet not from the ports at which the daemon itself serves. */
START_TEST(the_daemons_own_servers)
{
    struct client *owner = client_open(), *c = client_open_by("loop");
    int port = (int)int_at(call(owner, "socket-server", "{'interface': '127.0.0.1'}"), "port");
    long mark = log_mark();
    deny(c, "127.0.0.1", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    deny(c, "127.0.0.5", "socket-connect", "{'host': '127.0.0.5', 'port': %d}", port);
    ck_assert(logged(mark, "own-port", NULL));
    int wild = (int)int_at(call(owner, "socket-server", NULL), "port");
    deny(c, "127.0.0.1", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", wild);
    int free_port;
    peer_listen("127.0.0.1", &free_port);
    call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", free_port);
}
END_TEST

/* All refusals look the same: whether somebody listens behind the wall is not to be seen. */
START_TEST(a_denial_is_no_map_of_the_inside)
{
    int port;
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("any");
    json_object *open = deny(c, "127.0.0.1", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    json_object *shut = deny(c, "127.0.0.1", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", peer_free_port());
    ck_assert(json_object_equal(open, shut));
    json_object *name = deny(c, "localhost", "socket-connect", "{'host': 'localhost', 'port': %d}", port);
    ck_assert_ptr_null(strstr(json_at(name, ""), "127."));
}
END_TEST

START_TEST(a_report_lets_pass_and_tells)
{
    int port;
    int listener = peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("report");
    long mark = log_mark();
    call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    peer_accept(listener);
    ck_assert(logged(mark, "would be denied", "connect", "127.0.0.1", "profile report", NULL));
    mark = log_mark();
    call(c, "socket-server", "{'interface': '127.0.0.1'}");
    ck_assert(logged(mark, "would be denied", "listen", "127.0.0.1", "profile report", NULL));
}
END_TEST

START_TEST(a_denial_is_a_line_of_the_log)
{
    struct client *c = client_open_by("log");
    char uid[40], pid[40];
    snprintf(uid, sizeof uid, "uid %u", getuid());
    snprintf(pid, sizeof pid, "pid %d", (int)getpid());
    long mark = log_mark();
    deny(c, "10.1.2.3", "socket-connect", "{'host': '10.1.2.3', 'port': 22}");
    ck_assert(logged(mark, "session ", uid, pid, "denied", "connect", "10.1.2.3", "port 22", "floor", "profile log", NULL));
    mark = log_mark();
    deny(c, "8.8.8.8", "socket-connect", "{'host': '8.8.8.8', 'port': 53}");
    ck_assert(logged(mark, "8.8.8.8", "no-rule", NULL));
    mark = log_mark();
    deny(c, "options", "socket-options", "{'socket': 1, 'options': ['so-keepalive']}");
    ck_assert(logged(mark, "session ", uid, "denied", "socket-options", "no-right", "profile log", NULL));
}
END_TEST

START_TEST(a_reverse_lookup_needs_its_right)
{
    int port;
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web");
    handle stream = handle_at(call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    json_object *peer = call(c, "socket-stream-peer", "{'stream': %lu}", stream);
    expect_null(peer, "name");
    expect_text(peer, "address", "127.0.0.1");
}
END_TEST

static const struct test_case cases[] = {
    {&the_floor_holds_in_every_spelling, NULL, COUNT(floor_addresses)},
    {&this_host_is_not_reached, NULL, COUNT(own_addresses)},
    {&addresses_of_this_host_are_not_reached, NULL, 0},
    {&odd_hosts_are_refused, NULL, COUNT(odd_hosts)},
    {&names_are_denied_before_they_are_looked_up, NULL, COUNT(foreign_names)},
    {&an_allowed_name_at_another_port, NULL, 0},
    {&names_need_the_right_to_resolve, NULL, 0},
    {&ports_that_are_none, NULL, 0},
    {&what_is_allowed_is_reached, NULL, 0},
    {&the_daemons_own_servers, NULL, 0},
    {&a_denial_is_no_map_of_the_inside, NULL, 0},
    {&a_report_lets_pass_and_tells, NULL, 0},
    {&a_denial_is_a_line_of_the_log, NULL, 0},
    {&a_reverse_lookup_needs_its_right, NULL, 0},
    {0},
};

const struct suite suite_attack_targets = {.name = "attack_targets", .cases = cases, .config = config};
