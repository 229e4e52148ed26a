/* Whatever a client makes is charged, to its session, to its user under a profile, and to everybody: one more than there is
 * room for is a clear error, what is given up is given back, and others do not feel it. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attack.h"

#define RULES "'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ], 'listen': [ {'allow': '127.0.0.1'} ]"
#define EVERYTHING "'rights': ['connect', 'listen', 'io', 'options', 'export', 'adopt', 'share']"

#define CONFIG(few)                                                                          \
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"                         \
    "                 {'path': '$/few.sock', 'mode': '0666', 'profile': 'few'},"             \
    "                 {'path': '$/own.sock', 'mode': '0666', 'profile': 'own'},"             \
    "                 {'path': '$/one.sock', 'mode': '0666', 'profile': 'one'},"             \
    "                 {'path': '$/many.sock', 'mode': '0666', 'profile': 'many'} ],"         \
    "  'profiles': {"                                                                        \
    "    'few': { " EVERYTHING ", " RULES ", 'limits': {" few "} },"                         \
    "    'own': { " EVERYTHING ", " RULES ", 'session': {'descriptors': 4, 'waiters': 2} }," \
    "    'one': { " EVERYTHING ", " RULES ", 'limits': {'handles': 1} },"                    \
    "    'many': { " EVERYTHING ", " RULES " } },"                                           \
    "  'limits': {'sessions': 48, 'accepted': 4096} }"

static const char config[] = CONFIG("'descriptors': 12, 'accepted': 20, 'waiters': 8, 'buffered': 3000000");

static void expect_limit(json_object *data, const char *name, int64_t value)
{
    expect_text(data, "limit", name);
    expect_int(data, "value", value);
}

static int64_t used(struct client *c, const char *what)
{
    char path[40];
    snprintf(path, sizeof path, "used.%s", what);
    return int_at(call(c, "session.info", NULL), path);
}

/* Waits until so much is charged to the session. */
static void expect_used(struct client *c, const char *what, int64_t amount)
{
    for (long end = now_ms() + 5000; used(c, what) != amount && now_ms() < end;)
        breathe();
    ck_assert_int_eq(used(c, what), amount);
}

static handle connect_to(struct client *c, int port)
{
    return handle_at(call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
}

static handle serve(struct client *c)
{
    return handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
}

/* ---- descriptors ---- */

START_TEST(each_descriptor_counts)
{
    struct client *c = client_open_by("many");
    int port, pipes[2][2], listener = peer_listen("127.0.0.1", &port);
    expect_used(c, "descriptors", 1);
    handle server = serve(c), stream = connect_to(c, port);
    expect_used(c, "descriptors", 3);
    ck_assert_int_eq(pipe(pipes[0]), 0);
    ck_assert_int_eq(pipe(pipes[1]), 0);
    handle both = handle_at(result(c, request_fds(c, "make-stream", (int[]){pipes[0][0], pipes[1][1]}, 2, "{}")), "stream");
    expect_used(c, "descriptors", 5);
    long id = request(c, "stream-handles", "{'stream': %lu, 'via': 'relay'}", stream);
    result(c, id);
    ck_assert_int_ge(used(c, "descriptors"), 6); /* its end of the relay, and pipes */
    int peer = peer_accept(listener), end = reply(c, id)->fds[0];
    peer_write(peer, "x");
    peer_expect_text(end, "x");
    ck_assert_int_ge(used(c, "descriptors"), 8); /* with a pipe for what comes in at least */
    close(end);
    peer_close(peer);
    expect_used(c, "descriptors", 5);
    call(c, "close", "{'handle': %lu}", stream);
    call(c, "close", "{'handle': %lu}", both);
    call(c, "socket-server-close", "{'server': %lu}", server);
    expect_used(c, "descriptors", 1);
}
END_TEST

START_TEST(descriptors_of_a_principal)
{
    struct client *one = client_open_by("few"), *two = client_open_by("few");
    call(two, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon);
    handle last = 0;
    for (int i = 0; i < 10; i++)
        last = serve(i % 2 ? one : two);
    int port, listener = peer_listen("127.0.0.1", &port), pipes[2];
    expect_limit(refuse(one, "limit", "socket-server", "{'interface': '127.0.0.1'}"), "descriptors", 12);
    expect_limit(refuse(two, "limit", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "descriptors", 12);
    ck_assert_int_eq(pipe(pipes), 0);
    expect_limit(fault(one, request_fds(one, "make-stream", pipes, 1, "{'direction': 'input'}"), "limit"), "descriptors", 12);
    struct client *more = client_open_by("few");
    expect_limit(fault_in(client_receive(more)->json, "limit"), "descriptors", 12);
    ck_assert(client_ended(more));
    ck_assert(peer_silent(listener, 20));
    ck_assert_int_eq(daemon_settle(&the_daemon, before + 10), before + 10);
    serve(client_open_by("many"));
    call(one, "close", "{'handle': %lu}", last);
    connect_to(one, port);
}
END_TEST

START_TEST(descriptors_of_a_session)
{
    struct client *one = client_open_by("own"), *two = client_open_by("own");
    for (int i = 0; i < 3; i++)
        serve(one);
    expect_limit(refuse(one, "limit", "socket-server", "{'interface': '127.0.0.1'}"), "descriptors", 4);
    expect_int(call(one, "session.info", NULL), "limits.descriptors", 4);
    serve(two);
}
END_TEST

/* What has been sent and not been claimed is held, and counts; over the limit it is closed at once. */
START_TEST(descriptors_that_come_with_requests)
{
    struct client *c = client_open_by("few");
    call(c, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon), fds[20];
    for (int i = 0; i < COUNT(fds); i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    expect_limit(fault(c, request_fds(c, "make-stream", fds, 20, "{}"), "limit"), "descriptors", 12);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
    fault(c, request_fds(c, "make-stream", fds, 10, "{}"), "invalid-params");
    client_send_fds(c, "{", 1, fds, 11); /* a line that is not finished yet */
    for (long end = now_ms() + 5000; daemon_descriptors(&the_daemon) < before + 11 && now_ms() < end;)
        breathe();
    struct client *other = client_open_by("few");
    expect_limit(fault_in(client_receive(other)->json, "limit"), "descriptors", 12);
    client_write(c, "}\n");
    client_receive(c);
    expect_used(c, "descriptors", 1);
}
END_TEST

START_TEST(descriptors_on_their_way_to_a_client)
{
    struct client *c = client_open_by("few");
    int port, listener = peer_listen("127.0.0.1", &port), given = 0;
    handle stream = connect_to(c, port);
    peer_accept(listener);
    for (int i = 0; i < 5; i++) /* more than the kernel holds for a client that does not read */
        request(c, "rpc.discover", NULL);
    long ids[20];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(c, "stream-handles", "{'stream': %lu, 'via': 'direct'}", stream);
    for (int i = 0; i < COUNT(ids); i++) {
        struct message *message = reply(c, ids[i]);
        if (has(message->json, "error"))
            expect_limit(fault_in(message->json, "limit"), "descriptors", 12);
        else
            given++;
    }
    ck_assert_int_eq(given, 9); /* with the session and the stream 11, and a call might need two more */
    expect_used(c, "descriptors", 2);
}
END_TEST

/* A socket that is closed and still has something to say is there until it has said it. */
START_TEST(descriptors_that_are_leaving)
{
    struct client *c = client_open_by("many");
    struct link l = link_open(c, "'element_type': 'unsigned-byte 8'");
    expect_used(c, "descriptors", 2);
    static char unread[300000];
    peer_send(l.peer, unread, sizeof unread);
    call(c, "close", "{'handle': %lu}", l.stream);
    expect_used(c, "handles", 0);
    ck_assert_int_eq(used(c, "descriptors"), 2);
    peer_close(l.peer);
    expect_used(c, "descriptors", 1);
}
END_TEST

START_TEST(descriptors_of_connections_being_made)
{
    struct client *c = client_open_by("few");
    int port;
    peer_listen_full(&port);
    long ids[6];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    expect_used(c, "descriptors", 7);
    for (int i = 0; i < 5; i++)
        serve(c);
    expect_limit(refuse(c, "limit", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "descriptors", 12);
    for (int i = 0; i < COUNT(ids); i++)
        cancel(c, ids[i]);
    expect_used(c, "descriptors", 6);
}
END_TEST

/* ---- connections that nobody has accepted yet ---- */

START_TEST(connections_that_may_wait)
{
    struct client *c = client_open_by("few");
    handle servers[16];
    int count = 0;
    servers[count++] = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': 3}"), "server");
    expect_used(c, "accepted", 4);
    servers[count++] = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': -1}"), "server");
    expect_used(c, "accepted", 12); /* half of what was left */
    while (count < 10 && used(c, "accepted") < 20)
        servers[count++] = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': 100}"), "server");
    expect_limit(refuse(c, "limit", "socket-server", "{'interface': '127.0.0.1', 'backlog': 0}"), "accepted", 20);
    serve(client_open_by("many"));
    while (count > 0)
        call(c, "close", "{'handle': %lu}", servers[--count]);
    expect_used(c, "accepted", 0);
}
END_TEST

/* Whoever floods a server meets the kernel's queue: the daemon accepts nothing that nobody has asked for. */
START_TEST(a_flood_of_connections)
{
    struct client *c = client_open_by("many"), *beside = client_open_by("many");
    json_object *server = call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': 16}");
    int port = (int)int_at(server, "port"), descriptors = daemon_descriptors(&the_daemon);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    for (int i = 0; i < 500; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fd, (struct sockaddr *)&address, sizeof address);
        if (i % 25 == 0)
            call(beside, "daemon.info", NULL);
    }
    ck_assert_int_eq(daemon_descriptors(&the_daemon), descriptors);
    for (int i = 0; i < 17; i++)
        call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", handle_at(server, "server"));
    expect_used(c, "handles", 18);
}
END_TEST

/* ---- calls and bytes ---- */

START_TEST(calls_that_wait)
{
    struct client *one = client_open_by("few"), *two = client_open_by("few"), *own = client_open_by("own");
    handle server = serve(one);
    long first = request(one, "socket-wait", "{'server': %lu}", server);
    for (int i = 1; i < 8; i++)
        request(i % 2 ? one : two, "socket-wait", "{'server': %lu}", server);
    call(one, "daemon.info", NULL);
    call(two, "daemon.info", NULL);
    expect_limit(refuse(two, "limit", "socket-wait", "{'server': %lu}", server), "waiters", 8);
    expect_false(call(two, "socket-wait", "{'server': %lu, 'timeout': 0}", server), "ready");
    cancel(one, first);
    ck_assert(waits(two, request(two, "socket-wait", "{'server': %lu}", server)));
    server = serve(own);
    request(own, "socket-wait", "{'server': %lu}", server);
    request(own, "socket-wait", "{'server': %lu}", server);
    expect_limit(refuse(own, "limit", "socket-wait", "{'server': %lu}", server), "waiters", 2);
}
END_TEST

/* A write that waits keeps its bytes. */
START_TEST(bytes_of_calls_that_wait)
{
    static char data[600000];
    struct client *c = client_open_by("few");
    int port, listener = peer_listen("127.0.0.1", &port), count = 0;
    struct link l = {c, connect_to(c, port), peer_accept(listener)};
    link_fill(&l);
    int64_t before = used(c, "buffered");
    call(c, "stream-element-type", "{'stream': %lu, 'set': 'unsigned-byte 8'}", l.stream);
    long ids[5];
    do
        ids[count] = request_payload(c, "write-byte-sequence", data, sizeof data, "{'stream': %lu}", l.stream);
    while (waits(c, ids[count]) && ++count < COUNT(ids));
    ck_assert_int_ge(count, 2);
    ck_assert_int_lt(count, COUNT(ids));
    expect_limit(fault(c, ids[count], "limit"), "buffered", 3000000);
    ck_assert_int_ge(used(c, "buffered"), count * (int64_t)sizeof data);
    while (count > 0)
        cancel(c, ids[--count]);
    expect_used(c, "buffered", before);
}
END_TEST

/* An id is kept as it came, whatever its length. */
START_TEST(ids_of_calls_that_wait)
{
    static char line[1 << 20];
    struct client *c = client_open_by("few");
    handle server = serve(c);
    for (int i = 0; i < 2; i++) {
        int size = snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"method\":\"socket-wait\",\"params\":[%lu],\"id\":%d",
                            server, i + 1);
        memset(line + size, '0', 300000);
        snprintf(line + size + 300000, 4, "}\n");
        client_write(c, line);
        expect_used(c, "waiters", i + 1);
        ck_assert_int_ge(used(c, "buffered"), (i + 1) * 300000);
    }
}
END_TEST

/* Sends as much as goes within a while. */
static void push(int fd, const char *data, size_t size)
{
    for (size_t sent = 0, blocked = 0; sent < size && blocked < 100;) {
        ssize_t n = send(fd, data + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
        blocked = n > 0 ? 0 : blocked + 1;
        if (n < 0)
            breathe();
    }
}

/* Replies that nobody reads are held, too: whoever leaves too many of them unread gets no more to hold. */
START_TEST(bytes_of_replies)
{
    static char data[1 << 20];
    struct client *deaf = client_open_by("few"), *beside = client_open_by("few"), *many = client_open_by("many");
    struct link probe = link_open(beside, NULL), other = link_open(many, NULL);
    peer_write(probe.peer, "probe\n");
    peer_write(other.peer, "other\n");
    int ends[6];
    for (int i = 0; i < COUNT(ends); i++) {
        int pair[2];
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        ends[i] = pair[0];
        long id = request_fds(deaf, "make-stream", &pair[1], 1, "{'element_type': 'unsigned-byte 8'}");
        handle stream = handle_at(result(deaf, id), "stream");
        close(pair[1]);
        request(deaf, "read-byte-sequence", "{'stream': %lu, 'length': %zu, 'encoding': 'payload'}", stream, sizeof data);
    }
    call(deaf, "daemon.info", NULL); /* all of them wait; from here on it reads no reply */
    for (int i = 0; i < COUNT(ends); i++)
        push(ends[i], data, sizeof data);
    for (long end = now_ms() + 5000;; breathe()) {
        struct message *message = reply(beside, request(beside, "peek-char", "{'stream': %lu}", probe.stream));
        if (has(message->json, "error")) {
            expect_limit(fault_in(message->json, "limit"), "buffered", 3000000);
            break;
        }
        ck_assert_msg(now_ms() < end, "more is held than may be");
    }
    link_expect_line(&other, "other");
    client_close(deaf);
    for (long end = now_ms() + 5000; now_ms() < end; breathe())
        if (has(reply(beside, request(beside, "peek-char", "{'stream': %lu}", probe.stream))->json, "result"))
            break;
    link_expect_line(&probe, "probe");
}
END_TEST

/* ---- what is shared ---- */

/* Whoever claims a handle has one more; it ends with its owner's session, and is given back then. */
START_TEST(a_handle_that_was_claimed)
{
    struct client *owner = client_open_by("many"), *guest = client_open_by("one");
    handle server = serve(owner), second = serve(owner);
    call(guest, "handle.claim", "{'token': '%s'}", text_at(call(owner, "handle.share", "{'handle': %lu}", server), "token"));
    const char *token = text_at(call(owner, "handle.share", "{'handle': %lu}", second), "token");
    for (int i = 0; i < 2; i++) /* the offer stands */
        expect_limit(refuse(guest, "limit", "handle.claim", "{'token': '%s'}", token), "handles", 1);
    call(client_open_by("few"), "handle.claim", "{'token': '%s'}", token);
    refuse(guest, "invalid-params", "handle.claim", "{'token': '%s'}", token);
    expect_limit(refuse(guest, "limit", "socket-server", "{'interface': '127.0.0.1'}"), "handles", 1);
    long id = request(guest, "socket-accept", "{'server': %lu}", server);
    ck_assert(waits(guest, id));
    client_close(owner);
    expect_int(fault(guest, id, "no-such-handle"), "handle", (int64_t)server);
    refuse(guest, "no-such-handle", "socket-server-port", "{'server': %lu}", server);
    serve(guest);
}
END_TEST

/* ---- everybody ---- */

/* A sixteenth of 48 is left to whoever runs the daemon. */
START_TEST(an_administrator_always_gets_in)
{
    for (int i = 0; i < 45; i++)
        call(client_open_by("many"), "session.info", NULL);
    struct client *more = client_open_by("many");
    expect_limit(fault_in(client_receive(more)->json, "limit"), "sessions", 45);
    ck_assert(client_ended(more));
    struct client *owner = client_open();
    serve(owner);
    ck_assert_uint_eq(count_at(call(owner, "handle.list", NULL), "handles"), 1);
}
END_TEST

static void reload(const char *text)
{
    daemon_configure(&the_daemon, text);
    call(client_open(), "daemon.reload", NULL);
}

START_TEST(a_reload_changes_limits)
{
    struct client *c = client_open_by("few");
    serve(c);
    reload(CONFIG("'descriptors': 2, 'accepted': 7, 'waiters': 1, 'buffered': 5000"));
    json_object *limits = value_at(call(c, "session.info", NULL), "limits");
    expect_int(limits, "descriptors", 2);
    expect_int(limits, "accepted", 7);
    expect_int(limits, "waiters", 1);
    expect_int(limits, "buffered", 5000);
    expect_limit(refuse(c, "limit", "socket-server", "{'interface': '127.0.0.1'}"), "descriptors", 2);
    expect_int(value_at(call(c, "daemon.info", NULL), "limits"), "descriptors", 2);
    reload(config);
    expect_int(call(c, "session.info", NULL), "limits.descriptors", 12);
    serve(c);
}
END_TEST

/* ---- rules ---- */

/* Rules of about a hundred bytes each. */
static json_object *many_rules(int count)
{
    char rule[200];
    json_object *rules = json_object_new_array();
    for (int i = 0; i < count; i++) {
        snprintf(rule, sizeof rule, "%060d.example.org", i);
        json_object *one = json_object_new_object();
        json_object_object_add(one, "allow", json_object_new_string(rule));
        json_object_array_add(rules, one);
    }
    return rules;
}

/* What a session puts upon itself is kept for it. It counts until the session is gone, and all that it has opened. */
START_TEST(rules_of_a_session)
{
    struct client *one = client_open_by("few"), *other = client_open_by("few");
    json_object *rules = many_rules(2000);
    const char *text = json_at(rules, "");
    for (int layers = 0; layers < 15; layers++) {
        long id = request(one, "session.restrict", "{'rules': {'rights': ['listen', 'io'], 'dial': %s}}", text);
        struct message *message = reply(one, id);
        if (has(message->json, "error")) {
            ck_assert_int_ge(layers, 2);
            expect_limit(fault(one, id, "limit"), "buffered", 3000000);
            break;
        }
        ck_assert_int_ge(used(one, "buffered"), (layers + 1) * 2000 * 100);
        ck_assert_int_lt(layers, 14);
    }
    refuse(other, "limit", "session.restrict", "{'rules': {'dial': %s}}", text);
    client_close(one);
    for (long end = now_ms() + 5000; now_ms() < end; breathe()) {
        long id = request(other, "session.restrict", "{'rules': {'dial': %s}}", text);
        if (!has(reply(other, id)->json, "error"))
            break;
    }
    ck_assert_int_ge(used(other, "buffered"), 2000 * 100);
    json_object_put(rules);
}
END_TEST

static const struct test_case cases[] = {
    {&each_descriptor_counts, NULL, 0},
    {&descriptors_of_a_principal, NULL, 0},
    {&descriptors_of_a_session, NULL, 0},
    {&descriptors_that_come_with_requests, NULL, 0},
    {&descriptors_on_their_way_to_a_client, NULL, 0},
    {&descriptors_that_are_leaving, NULL, 0},
    {&descriptors_of_connections_being_made, NULL, 0},
    {&connections_that_may_wait, NULL, 0},
    {&a_flood_of_connections, NULL, 0},
    {&calls_that_wait, NULL, 0},
    {&bytes_of_calls_that_wait, NULL, 0},
    {&ids_of_calls_that_wait, NULL, 0},
    {&bytes_of_replies, NULL, 0},
    {&rules_of_a_session, NULL, 0},
    {&a_handle_that_was_claimed, NULL, 0},
    {&an_administrator_always_gets_in, NULL, 0},
    {&a_reload_changes_limits, NULL, 0},
    {0},
};

const struct suite suite_quotas = {.name = "quotas", .cases = cases, .config = config};
