/* What a sandboxed client says of itself, names, sets and writes: each form that means more than it should is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

/* ---- who one is ---- */

/* The user is the one who connected, and another user under the same profile is another principal. */
START_TEST(another_user_is_another_principal)
{
    struct client *c = client_open_by("box");
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    if (geteuid() != 0)
        return; /* nobody else can be had */
    chmod(the_daemon.directory, 0755);
    pid_t child = fork();
    if (child == 0) {
        if (setuid(65534) != 0)
            _exit(2);
        struct client *stranger = client_open_by("box");
        json_object *info = call(stranger, "session.info", NULL);
        bool good = int_at(info, "uid") == 65534 && int_at(info, "used.handles") == 0 &&
                    count_at(call(stranger, "handle.list", NULL), "handles") == 0;
        refuse(stranger, "no-such-handle", "socket-server-port", "{'server': %lu}", server);
        _exit(good ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    call(c, "socket-server-port", "{'server': %lu}", server);
}
END_TEST

/* A descriptor that goes to another user takes along who opened it: whoever writes is not asked. */
START_TEST(a_connection_belongs_to_who_made_it)
{
    struct client *c = client_open_by("box");
    call(c, "daemon.info", NULL);
    if (geteuid() != 0)
        return;
    pid_t child = fork();
    if (child == 0)
        _exit(setuid(65534) == 0 && int_at(call(c, "session.info", NULL), "uid") == 0 ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* Names that would draw on a terminal are refused where they can be, and otherwise mended before anybody sees them. */
START_TEST(names_that_draw)
{
    static const char *const labels[] = {"\\u001b[2Jgone", "a\\nb", "\\u0000", "\\u007f",   "\\u0085x",
                                         "\\u009b2J",      "\\r",   "\\u202e", "x\\u2028y", "\\u2066"};
    struct client *c = client_open_by("box");
    for (int i = 0; i < COUNT(labels); i++)
        refuse(c, "invalid-params", "session.hello", "{'name': '%s'}", labels[i]);
    expect_null(call(c, "session.info", NULL), "name");
    static const unsigned char drawn[16] = {'\033', '[', '2', 'J', '\n', 0xC2, 0x9B, '1', 'm', 0xFF, 0xE2, 0x80, 0xAE, '.'};
    char before[16];
    prctl(PR_GET_NAME, before);
    prctl(PR_SET_NAME, drawn);
    struct client *drawing = client_open_by("box");
    handle server = handle_at(call(drawing, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    prctl(PR_SET_NAME, before);
    expect_text(call(drawing, "handle.info", "{'handle': %lu}", server), "owner.name",
                "?[2J?"
                "?1m??.");
}
END_TEST

/* ---- what one may reach ---- */

static const char *const paths[] = {"/run/docker.sock",
                                    "/var/run/docker.sock",
                                    "unix:/run/docker.sock",
                                    "unix:///run/x",
                                    "./x.sock",
                                    "@abstract",
                                    "\\u0000abstract",
                                    "file:///etc/passwd",
                                    "vsock:2:1",
                                    "127.0.0.1/../x",
                                    "$/sockd.sock",
                                    "fd:3"};

/* There is no way to dial a Unix socket: neither for a sandbox nor for the owner. */
START_TEST(paths_are_no_hosts)
{
    struct client *clients[] = {client_open_by("box"), client_open()};
    for (int i = 0; i < COUNT(clients); i++) {
        refuse(clients[i], "invalid-params", "socket-connect", "{'host': '%s', 'port': 1024}", paths[_i]);
        refuse(clients[i], "invalid-params", "socket-server", "{'interface': '%s'}", paths[_i]);
    }
}
END_TEST

static const char *const forbidden[] = {"so-mark",
                                        "so-bindtodevice",
                                        "so-bindtoifindex",
                                        "so-reuseport",
                                        "so-attach-filter",
                                        "so-attach-bpf",
                                        "so-lock-filter",
                                        "so-rcvbufforce",
                                        "so-sndbufforce",
                                        "so-passcred",
                                        "so-passsec",
                                        "so-peek-off",
                                        "so-busy-poll",
                                        "so-incoming-cpu",
                                        "so-zerocopy",
                                        "so-txtime",
                                        "so-netns-cookie",
                                        "so-timestamp",
                                        "so-max-pacing-rate",
                                        "ip-transparent",
                                        "ip-freebind",
                                        "ip-options",
                                        "ip-hdrincl",
                                        "ip-pktinfo",
                                        "ip-bind-address-no-port",
                                        "ipv6-transparent",
                                        "ipv6-rthdr",
                                        "ipv6-hopopts",
                                        "tcp-repair",
                                        "tcp-repair-queue",
                                        "tcp-ulp",
                                        "tcp-md5sig",
                                        "tcp-congestion",
                                        "tcp-fastopen",
                                        "tcp-defer-accept",
                                        "tcp-ao-add-key",
                                        "tcp-zerocopy-receive",
                                        "tcp-save-syn",
                                        "SO_MARK",
                                        "so_mark",
                                        "36",
                                        ""};

/* What is not in the list of options cannot be asked for, cannot be set, and keeps what stands beside it from being set. */
START_TEST(options_that_reach_past_the_socket)
{
    struct link l = link_open(client_open_by("box"), NULL);
    static const char *const forms[] = {"'%s'", "['%s', 1]", "['%s', true]", "['%s', null]"};
    for (int i = 0; i < COUNT(forms); i++) {
        char element[100];
        snprintf(element, sizeof element, forms[i], forbidden[_i]); /* NOLINT: one of the formats above */
        for (char *quote = element; (quote = strchr(quote, '\''));)
            *quote = '"';
        refuse(l.client, "invalid-params", "socket-options", "{'socket': %lu, 'options': [['so-keepalive', true], %s]}",
               l.stream, element);
    }
    expect_json(call(l.client, "socket-options", "{'socket': %lu, 'options': ['so-keepalive']}", l.stream), "values",
                "[false]");
}
END_TEST

static const char *const wrong_values[] = {
    "'so-priority', 7",     "'so-priority', -1",      "'so-rcvbuf', -1",       "'so-rcvbuf', 4294967296",
    "'so-sndbuf', 1e9",     "'so-sndbuf', true",      "'ip-ttl', 0",           "'ip-ttl', 256",
    "'ip-tos', 256",        "'tcp-keepidle', 0",      "'tcp-keepidle', 32768", "'tcp-keepcnt', 128",
    "'tcp-maxseg', 1",      "'tcp-user-timeout', -1", "'so-linger', -1",       "'so-linger', 4294967296",
    "'so-linger', '1'",     "'so-rcvtimeo', -1",      "'so-rcvtimeo', 'x'",    "'so-keepalive', 1",
    "'so-keepalive', null", "'so-rcvlowat', -1",      "'tcp-nodelay', 'true'", "'so-rcvbuf', 18446744073709551616"};

START_TEST(values_out_of_their_range)
{
    struct link l = link_open(client_open_by("box"), NULL);
    char pair[100];
    snprintf(pair, sizeof pair, "%s", wrong_values[_i]);
    for (char *quote = pair; (quote = strchr(quote, '\''));)
        *quote = '"';
    refuse(l.client, "invalid-params", "socket-options", "{'socket': %lu, 'options': [[%s]]}", l.stream, pair);
}
END_TEST

static long system_maximum(const char *file)
{
    char path[64], text[32];
    snprintf(path, sizeof path, "/proc/sys/net/core/%s", file);
    return atol(daemon_read(path, text, sizeof text));
}

/* Nobody gets more of the kernel's memory than any process of this system could ask for. */
START_TEST(buffers_have_the_systems_bound)
{
    struct link l = link_open(client_open_by("box"), NULL);
    json_object *set = call(l.client, "socket-options",
                            "{'socket': %lu, 'options': [['so-rcvbuf', 2147483647], 'so-rcvbuf', ['so-sndbuf', 2147483647], "
                            "'so-sndbuf']}",
                            l.stream);
    long receive = system_maximum("rmem_max"), send = system_maximum("wmem_max");
    if (receive > 0)
        ck_assert_int_le(int_at(set, "values.1"), 2 * receive);
    if (send > 0)
        ck_assert_int_le(int_at(set, "values.3"), 2 * send);
}
END_TEST

/* The socket itself goes only to who may have it: it could be aimed anew. */
START_TEST(a_socket_is_not_handed_out)
{
    struct link l = link_open(client_open_by("box"), NULL);
    deny(l.client, "direct", "stream-handles", "{'stream': %lu, 'via': 'direct'}", l.stream);
    deny(l.client, "direct", "stream-handles", "{'stream': %lu, 'detach': true}", l.stream);
    long id = request(l.client, "stream-handles", "{'stream': %lu}", l.stream);
    expect_text(result(l.client, id), "via", "relay");
    int fd = reply(l.client, id)->fds[0], domain = 0;
    socklen_t size = sizeof domain;
    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size), 0);
    ck_assert_int_eq(domain, AF_UNIX);
}
END_TEST

/* ---- texts that other readers let through ---- */

static const struct {
    const char *line, *kind;
} odd[] = {
    {"{'jsonrpc':'2.0','id':1,'method':'daemon.info'}", "parse"}, /* in single quotes: sent as it stands */
    {"{\"jsonrpc\":\"2.0\",\"id\":NaN,\"method\":\"daemon.info\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":Infinity,\"method\":\"daemon.info\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":0x10,\"method\":\"daemon.info\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":01,\"method\":\"daemon.info\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\",}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}{}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"} // x", "parse"},
    {"\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\",\"method\":\"socket-server\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\",\"\\u006dethod\":\"socket-server\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\\u0000x\":\"daemon.info\"}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":80,\"port\":22}}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"host\":\"a\\ud800\",\"port\":80}}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"host\":\"\xc0\xaf\",\"port\":80}}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"host\":\"\xed\xa0\x80\",\"port\":80}}",
     "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"host\":\"a\tb\",\"port\":80}}", "parse"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\\u0000\"}", "no-such-method"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"host\":\"127.0.0.1\\u0000.example.com\",\"port\":80}}",
     "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":\"80\"}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":80.0}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":8e1}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":4294967376}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":18446744073709551696}}",
     "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":-65456}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":true}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":null}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":[80]}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":1e400}}", "invalid-params"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":80,\"Host\":\"x\"}}", "invalid-params"},
};

START_TEST(texts_that_others_let_through)
{
    struct client *c = client_open_by("box");
    client_write(c, odd[_i].line);
    client_write(c, "\n");
    fault_in(client_receive(c)->json, odd[_i].kind);
    call(c, "daemon.info", NULL);
}
END_TEST

static const struct test_case cases[] = {
    {&another_user_is_another_principal, NULL, 0},
    {&a_connection_belongs_to_who_made_it, NULL, 0},
    {&names_that_draw, NULL, 0},
    {&paths_are_no_hosts, NULL, COUNT(paths)},
    {&options_that_reach_past_the_socket, NULL, COUNT(forbidden)},
    {&values_out_of_their_range, NULL, COUNT(wrong_values)},
    {&buffers_have_the_systems_bound, NULL, 0},
    {&a_socket_is_not_handed_out, NULL, 0},
    {&texts_that_others_let_through, NULL, COUNT(odd)},
    {0},
};

const struct suite suite_attack_forms = {.name = "attack_forms", .cases = cases, .config = attack_config};
