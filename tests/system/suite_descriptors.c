/* descriptor.connect: the daemon connects, and the connection is the client's. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attack.h"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/dial.sock', 'profile': 'dial'}, {'path': '$/broker.sock', 'profile': 'broker'} ],"
    "  'profiles': {"
    "    'dial': { 'rights': ['connect', 'io'], 'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ] },"
    "    'broker': { 'rights': ['connect', 'export'], 'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ] } } }";

/* The descriptor that came with the reply to a request. */
static int descriptor_of(struct client *c, long id)
{
    expect_int(result(c, id), "descriptor", 0);
    struct message *message = reply(c, id);
    ck_assert_uint_eq(message->fd_count, 1);
    return message->fds[0];
}

/* shows: descriptor-connect */
START_TEST(the_connection_itself_is_handed_out)
{
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port);
    int fd =
        descriptor_of(c, request(c, "descriptor.connect", "{'port': %d, 'host': '%s'}", port, _i ? "localhost" : "127.0.0.1"));
    int peer = peer_accept(listener);
    ck_assert(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
    peer_write(fd, "out");
    peer_expect_text(peer, "out");
    peer_write(peer, "in");
    peer_expect_text(fd, "in");
    expect_int(call(c, "session.info", NULL), "used.handles", 0);
    client_close(c);
    peer_write(fd, "still there");
    peer_expect_text(peer, "still there");
}
END_TEST

/* shows: descriptor-connect */
START_TEST(the_daemon_keeps_nothing_of_it)
{
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port);
    int64_t used = int_at(call(c, "session.info", NULL), "used.descriptors");
    int before = daemon_descriptors(&the_daemon);
    for (int i = 0; i < 20; i++) {
        int fd = descriptor_of(c, request(c, "descriptor.connect", "[%d, '127.0.0.1']", port)), peer = peer_accept(listener);
        shutdown(fd, SHUT_WR);
        peer_expect_end(peer);
    }
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
    expect_int(call(c, "session.info", NULL), "used.descriptors", used);
}
END_TEST

/* shows: descriptor-connect-fails */
START_TEST(a_connection_that_is_not_made_is_told)
{
    struct client *c = client_open();
    int port, full;
    close(peer_listen("127.0.0.1", &port));
    expect_text(refuse(c, "os-error", "descriptor.connect", "[%d, '127.0.0.1']", port), "name", "ECONNREFUSED");
    refuse(c, "invalid-params", "descriptor.connect", "[%d, '127.1']", port);
    peer_listen_full(&full);
    refuse(c, "timeout", "descriptor.connect", "[%d, '127.0.0.1', 0.1]", full);
    refuse(c, "timeout", "descriptor.connect", "[%d, '127.0.0.1', 0]", full);
    cancel(c, request(c, "descriptor.connect", "[%d, '127.0.0.1']", full));
    cancel(c, request(c, "descriptor.connect", "[%d, 'localhost', 5]", full));
}
END_TEST

/* The system asks again after a second, and finds room. */
/* shows: descriptor-connect */
START_TEST(a_connection_that_takes_time_is_waited_for)
{
    struct client *c = client_open();
    int port, listener = peer_listen_full(&port);
    long id = request(c, "descriptor.connect", "[%d, '127.0.0.1']", port);
    ck_assert(waits(c, id));
    peer_accept(listener);
    int fd = descriptor_of(c, id), peer = peer_accept(listener);
    ck_assert(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
    peer_write(fd, "at last");
    peer_expect_text(peer, "at last");
}
END_TEST

/* shows: descriptor-connect-rights */
START_TEST(both_rights_are_needed_and_the_rules_hold)
{
    struct client *dial = client_open_by("dial"), *broker = client_open_by("broker");
    int port, listener = peer_listen("127.0.0.1", &port);
    refuse(dial, "denied", "descriptor.connect", "[%d, '127.0.0.1']", port);
    refuse(broker, "denied", "descriptor.connect", "[%d, '127.0.0.2']", port);
    refuse(broker, "denied", "descriptor.connect", "[%d, 'localhost']", port);
    refuse(broker, "denied", "socket-connect", "[80, '127.0.0.1']");
    ck_assert(peer_silent(listener, 50));
    int fd = descriptor_of(broker, request(broker, "descriptor.connect", "[%d, '127.0.0.1']", port));
    peer_write(fd, "mine");
    peer_expect_text(peer_accept(listener), "mine");
}
END_TEST

/* shows: descriptor-connect-fails */
START_TEST(a_batch_carries_none)
{
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port);
    json_object *batch =
        exchange(c, "[{'jsonrpc':'2.0','id':1,'method':'descriptor.connect','params':[%d,'127.0.0.1']}]", port)->json;
    fault_in(value_at(batch, "0"), "invalid-params");
    notify(c, "descriptor.connect", "[%d, '127.0.0.1']", port);
    call(c, "daemon.info", NULL);
    peer_expect_end(peer_accept(listener));
    ck_assert(peer_silent(listener, 50));
}
END_TEST

static const struct test_case cases[] = {
    {&the_connection_itself_is_handed_out, COVERS({METHOD_descriptor_connect, SUCCESS}), 2},
    {&the_daemon_keeps_nothing_of_it, NULL, 0},
    {&a_connection_that_is_not_made_is_told,
     COVERS({METHOD_descriptor_connect, REFUSAL}, {METHOD_descriptor_connect, TIMEOUT}, {METHOD_descriptor_connect, CANCEL}),
     0},
    {&a_connection_that_takes_time_is_waited_for, NULL, 0},
    {&both_rights_are_needed_and_the_rules_hold, NULL, 0},
    {&a_batch_carries_none, NULL, 0},
    {0},
};

const struct suite suite_descriptors = {.name = "descriptors", .cases = cases, .config = config};
