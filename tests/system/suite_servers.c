/* socket-server and its accessors, socket-wait, socket-server-close. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static handle server_on(struct client *c, const char *interface, int *port)
{
    json_object *server = call(c, "socket-server", "{'interface': '%s'}", interface);
    *port = (int)int_at(server, "port");
    return handle_at(server, "server");
}

/* shows: server-port-chosen, server-interface-none */
START_TEST(a_server_listens_on_every_ipv4_interface_by_default)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", NULL);
    expect_text(server, "host", "0.0.0.0");
    ck_assert_int_gt(int_at(server, "port"), 0);
    peer_connect("127.0.0.1", (int)int_at(server, "port"));
    expect_true(call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", handle_at(server, "server")), "ready");
    json_object *explicit = call(c, "socket-server", "{'port': 0, 'interface': null, 'backlog': 5, 'lifetime': 'session'}");
    expect_text(explicit, "host", "0.0.0.0");
}
END_TEST

/* What an interface is bound as. */
static const struct {
    const char *interface, *host;
} interfaces[] = {{"127.0.0.1", "127.0.0.1"},
                  {"127.0.0.2", "127.0.0.2"},
                  {"0.0.0.0", "0.0.0.0"},
                  {"localhost", "127.0.0.1"},
                  {"::1", "::1"},
                  {"::", "::"},
                  {"LocalHost", "127.0.0.1"},
                  {"0:0:0:0:0:0:0:1", "::1"}};

/* shows: server-interface-address, server-host-and-port */
START_TEST(an_interface_is_an_address_or_a_name)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '%s'}", interfaces[_i].interface);
    expect_text(server, "host", interfaces[_i].host);
    handle s = handle_at(server, "server");
    expect_text(call(c, "socket-server-host", "{'server': %lu}", s), "host", interfaces[_i].host);
    expect_int(call(c, "socket-server-port", "{'server': %lu}", s), "port", int_at(server, "port"));
    bool v6 = strchr(interfaces[_i].host, ':');
    peer_connect(strcmp(interfaces[_i].host, "127.0.0.2") == 0 ? "127.0.0.2"
                 : v6                                          ? "::1"
                                                               : "127.0.0.1",
                 (int)int_at(server, "port"));
    expect_true(call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", s), "ready");
}
END_TEST

static const char *const no_interfaces[] = {"", "no.such.host.invalid", "127.0.0.1:80", "[::1]", "a b", "300.1.1.1"};

/* shows: server-interface-wrong */
START_TEST(an_interface_that_is_none_is_refused)
{
    struct client *c = client_open();
    struct message *message =
        exchange(c, "{'jsonrpc':'2.0','id':1,'method':'socket-server','params':{'interface':'%s'}}", no_interfaces[_i]);
    const char *kind = text_at(message->json, "error.data.kind");
    if (strcmp(kind, "invalid-params") == 0)
        expect_text(message->json, "error.data.param", "interface");
    else
        expect_text(fault_in(message->json, "resolve"), "host", no_interfaces[_i]);
}
END_TEST

/* Literals that only an old library function takes for addresses. */
static const char *const odd_literals[] = {"127.1",      "0x7f.1", "2130706433",   "0177.0.0.1", "127.0.1",
                                           "0x7f000001", "0",      "017700000001", "127.0.0.1.", "1.2.3.4.5"};

/* shows: server-interface-literals */
START_TEST(odd_literals_are_refused)
{
    struct client *c = client_open();
    expect_text(refuse(c, "invalid-params", "socket-server", "{'interface': '%s'}", odd_literals[_i]), "param", "interface");
    expect_text(refuse(c, "invalid-params", "socket-connect", "{'port': 9, 'host': '%s'}", odd_literals[_i]), "param", "host");
}
END_TEST

/* shows: server-interface-foreign */
START_TEST(an_address_of_another_machine_is_not_available)
{
    struct client *c = client_open();
    json_object *data = refuse(c, "os-error", "socket-server", "{'interface': '203.0.113.7'}");
    expect_text(data, "name", "EADDRNOTAVAIL");
    expect_text(data, "address", "203.0.113.7");
    expect_text(data, "operation", "bind");
    ck_assert_int_gt(int_at(data, "errno"), 0);
}
END_TEST

/* shows: server-port-in-use */
START_TEST(a_port_in_use_is_refused)
{
    struct client *c = client_open();
    int port;
    server_on(c, "127.0.0.1", &port);
    json_object *data = refuse(c, "os-error", "socket-server", "{'port': %d, 'interface': '127.0.0.1'}", port);
    expect_text(data, "name", "EADDRINUSE");
    expect_int(data, "port", port);
    expect_text(refuse(c, "os-error", "socket-server", "{'port': %d}", port), "name", "EADDRINUSE");
    expect_int(call(c, "socket-server", "{'port': %d, 'interface': '127.0.0.2'}", port), "port", port);
}
END_TEST

/* shows: server-reuseaddr */
START_TEST(a_port_can_be_taken_again_at_once)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    peer_connect("127.0.0.1", port);
    handle stream = handle_at(call(c, "socket-accept", "{'server': %lu}", server), "stream");
    call(c, "socket-server-close", "{'server': %lu}", server);
    server = handle_at(call(c, "socket-server", "{'port': %d, 'interface': '127.0.0.1'}", port), "server");
    call(c, "close", "{'handle': %lu}", stream);
    call(c, "close", "{'handle': %lu}", server);
    expect_int(call(c, "socket-server", "{'port': %d, 'interface': '127.0.0.1'}", port), "port", port);
}
END_TEST

/* shows: server-interface-stream, server-interface-closed-stream, server-interface-server */
START_TEST(a_stream_as_interface_gives_its_local_address)
{
    struct client *c = client_open();
    int port;
    handle first = server_on(c, "127.0.0.3", &port);
    peer_connect("127.0.0.3", port);
    handle stream = handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", first), "stream");
    json_object *server = call(c, "socket-server", "{'interface': %lu}", stream);
    expect_text(server, "host", "127.0.0.3");
    ck_assert_int_ne(int_at(server, "port"), port);
    int explicit = peer_free_port();
    expect_int(call(c, "socket-server", "{'interface': %lu, 'port': %d}", stream, explicit), "port", explicit);
    expect_text(refuse(c, "wrong-kind", "socket-server", "{'interface': %lu}", first), "wanted", "stream");
    call(c, "close", "{'handle': %lu}", stream);
    expect_int(refuse(c, "no-such-handle", "socket-server", "{'interface': %lu}", stream), "handle", (int64_t)stream);
}
END_TEST

/* shows: server-interface-stream */
START_TEST(an_ipv6_stream_as_interface)
{
    struct client *c = client_open();
    int port;
    handle first = server_on(c, "::1", &port);
    peer_connect("::1", port);
    handle stream = handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", first), "stream");
    expect_text(call(c, "socket-server", "{'interface': %lu}", stream), "host", "::1");
}
END_TEST

static const char *const backlogs[] = {"0", "1", "-1", "3", "100000", "2147483647", "-2147483648"};

/* shows: server-backlog */
START_TEST(any_backlog_is_taken)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': %s}", backlogs[_i]);
    peer_connect("127.0.0.1", (int)int_at(server, "port"));
    call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", handle_at(server, "server"));
}
END_TEST

/* shows: server-backlog, server-backlog-bounds */
START_TEST(the_backlog_bounds_who_waits)
{
    struct client *c = client_open();
    int port = (int)int_at(call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': 0}"), "port");
    peer_connect("127.0.0.1", port);
    refuse(c, "timeout", "socket-connect", "{'host': '127.0.0.1', 'port': %d, 'timeout': 0.1}", port);
}
END_TEST

/* ---- wait ---- */

/* shows: wait-does-not-consume */
START_TEST(wait_polls_and_does_not_consume)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    expect_false(call(c, "socket-wait", "{'server': %lu, 'timeout': 0}", server), "ready");
    peer_connect("127.0.0.1", port);
    expect_true(call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", server), "ready");
    expect_true(call(c, "socket-wait", "{'server': %lu, 'timeout': 0}", server), "ready");
    call(c, "socket-accept", "{'server': %lu, 'timeout': 0}", server);
    expect_false(call(c, "socket-wait", "{'server': %lu, 'timeout': 0}", server), "ready");
}
END_TEST

/* shows: wait-does-not-consume */
START_TEST(wait_ends_when_a_client_comes)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    long first = request(c, "socket-wait", "{'server': %lu}", server),
         second = request(c, "socket-wait", "{'server': %lu}", server);
    ck_assert(waits(c, first) && waits(c, second));
    peer_connect("127.0.0.1", port);
    expect_true(result(c, first), "ready");
    expect_true(result(c, second), "ready");
}
END_TEST

/* shows: wait-runs-out */
START_TEST(wait_ends_at_its_time)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    long begin = now_ms();
    expect_false(call(c, "socket-wait", "{'server': %lu, 'timeout': 0.08}", server), "ready");
    ck_assert_int_ge(now_ms() - begin, 78);
    ck_assert_int_le(now_ms() - begin, 2000);
}
END_TEST

START_TEST(wait_can_be_cancelled)
{
    struct client *c = client_open();
    int port;
    cancel(c, request(c, "socket-wait", "{'server': %lu}", server_on(c, "127.0.0.1", &port)));
}
END_TEST

/* shows: wait-client-gone */
START_TEST(a_client_that_is_gone_still_counts)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    peer_close(peer_connect("127.0.0.1", port));
    expect_true(call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", server), "ready");
    handle stream = handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", server), "stream");
    expect_true(call(c, "read-line", "{'stream': %lu, 'timeout': 5}", stream), "eof");
}
END_TEST

/* ---- close ---- */

/* shows: server-close-resets-who-waits */
START_TEST(close_resets_who_was_not_accepted)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    int accepted = peer_connect("127.0.0.1", port);
    handle stream = handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", server), "stream");
    int pending = peer_connect("127.0.0.1", port);
    call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", server);
    call(c, "socket-server-close", "{'server': %lu}", server);
    peer_expect_reset(pending);
    call(c, "write-line", "{'stream': %lu, 'string': 'still here'}", stream);
    peer_expect_text(accepted, "still here\n");
}
END_TEST

static const char *const server_methods[] = {"socket-server-close", "socket-server-host", "socket-server-port", "socket-wait",
                                             "socket-accept"};

/* shows: server-closed */
START_TEST(a_closed_server_is_no_handle)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    call(c, "socket-server-close", "{'server': %lu}", server);
    for (int i = 0; i < COUNT(server_methods); i++) {
        expect_int(refuse(c, "no-such-handle", server_methods[i], "{'server': %lu}", server), "handle", (int64_t)server);
        refuse(c, "no-such-handle", server_methods[i], "{'server': %lu}", NOBODY);
    }
}
END_TEST

/* shows: server-is-no-stream */
START_TEST(a_stream_is_no_server)
{
    struct link l = link_new(NULL);
    for (int i = 0; i < COUNT(server_methods); i++) {
        json_object *data = refuse(l.client, "wrong-kind", server_methods[i], "{'server': %lu}", l.stream);
        expect_int(data, "handle", (int64_t)l.stream);
        expect_text(data, "is", "stream");
        expect_text(data, "wanted", "server");
    }
}
END_TEST

/* shows: server-close-ends-waits */
START_TEST(closing_a_server_ends_those_who_wait_on_it)
{
    struct client *c = client_open();
    int port;
    handle server = server_on(c, "127.0.0.1", &port);
    long wait = request(c, "socket-wait", "{'server': %lu}", server),
         accept = request(c, "socket-accept", "{'server': %lu}", server);
    long status = request(c, "socket-status", "{'sockets': %lu}", server);
    call(c, "socket-server-close", "{'server': %lu}", server);
    fault(c, wait, "no-such-handle");
    fault(c, accept, "no-such-handle");
    fault(c, status, "no-such-handle");
}
END_TEST

START_TEST(a_name_is_looked_up_without_holding_up_others)
{
    struct client *c = client_open();
    long server = request(c, "socket-server", "{'interface': 'localhost'}");
    cancel_at_once(c, "socket-server", "{'interface': 'localhost'}");
    expect_text(result(c, server), "host", "127.0.0.1");
}
END_TEST

static const struct test_case cases[] = {
    {&a_server_listens_on_every_ipv4_interface_by_default, COVERS({METHOD_socket_server, SUCCESS}), 0},
    {&an_interface_is_an_address_or_a_name, COVERS({METHOD_socket_server_host, SUCCESS}, {METHOD_socket_server_port, SUCCESS}),
     COUNT(interfaces)},
    {&an_interface_that_is_none_is_refused, NULL, COUNT(no_interfaces)},
    {&odd_literals_are_refused, NULL, COUNT(odd_literals)},
    {&an_address_of_another_machine_is_not_available, COVERS({METHOD_socket_server, REFUSAL}), 0},
    {&a_port_in_use_is_refused, NULL, 0},
    {&a_port_can_be_taken_again_at_once, NULL, 0},
    {&a_stream_as_interface_gives_its_local_address, NULL, 0},
    {&an_ipv6_stream_as_interface, NULL, 0},
    {&any_backlog_is_taken, NULL, COUNT(backlogs)},
    {&the_backlog_bounds_who_waits, NULL, 0},
    {&wait_polls_and_does_not_consume, COVERS({METHOD_socket_wait, SUCCESS}), 0},
    {&wait_ends_when_a_client_comes, NULL, 0},
    {&wait_ends_at_its_time, COVERS({METHOD_socket_wait, TIMEOUT}), 0},
    {&wait_can_be_cancelled, COVERS({METHOD_socket_wait, CANCEL}), 0},
    {&a_client_that_is_gone_still_counts, NULL, 0},
    {&close_resets_who_was_not_accepted, COVERS({METHOD_socket_server_close, SUCCESS}), 0},
    {&a_closed_server_is_no_handle,
     COVERS({METHOD_socket_server_close, REFUSAL}, {METHOD_socket_server_host, REFUSAL}, {METHOD_socket_server_port, REFUSAL},
            {METHOD_socket_wait, REFUSAL}, {METHOD_socket_accept, REFUSAL}),
     0},
    {&a_stream_is_no_server, NULL, 0},
    {&closing_a_server_ends_those_who_wait_on_it, NULL, 0},
    {&a_name_is_looked_up_without_holding_up_others, COVERS({METHOD_socket_server, CANCEL}), 0},
    {0},
};

const struct suite suite_servers = {.name = "servers", .cases = cases};
