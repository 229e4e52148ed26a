/* host, port, peer and local of a stream. */
#include <stdio.h>
#include <unistd.h>

#include "harness.h"

static json_object *ask(const struct link *l, const char *method, bool numeric)
{
    return call(l->client, method, "{'stream': %lu, 'do_not_resolve': %s}", l->stream, numeric ? "true" : "false");
}

/* A client's stream and the accepted one, both of the daemon. */
struct pair {
    struct client *client;
    struct link near, far;
    int port;
};

static struct pair pair_new(const char *interface, const char *host)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '%s'}", interface);
    int port = (int)int_at(server, "port");
    handle near = handle_at(call(c, "socket-connect", "{'port': %d, 'host': '%s'}", port, host), "stream");
    handle far = handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", handle_at(server, "server")), "stream");
    return (struct pair){c, {c, near, -1}, {c, far, -1}, port};
}

static void expect_host_and_port(const struct link *l, const char *host, int port)
{
    expect_text(call(l->client, "socket-stream-host", "{'stream': %lu}", l->stream), "host", host);
    expect_int(call(l->client, "socket-stream-port", "{'stream': %lu}", l->stream), "port", port);
}

/* shows: names-as-made */
START_TEST(host_and_port_are_what_the_stream_was_made_with)
{
    struct pair p = pair_new("127.0.0.1", "localhost");
    expect_host_and_port(&p.near, "localhost", p.port);
    expect_host_and_port(&p.far, "127.0.0.1", p.port);
    struct pair any = pair_new("0.0.0.0", "127.0.0.1");
    expect_host_and_port(&any.near, "127.0.0.1", any.port);
    expect_host_and_port(&any.far, "0.0.0.0", any.port);
}
END_TEST

/* shows: names-do-not-resolve */
START_TEST(peer_and_local_ask_the_system)
{
    struct pair p = pair_new("127.0.0.1", "127.0.0.1");
    json_object *peer = ask(&p.near, "socket-stream-peer", true), *local = ask(&p.far, "socket-stream-local", true);
    expect_text(peer, "address", "127.0.0.1");
    expect_text(peer, "host", "127.0.0.1");
    expect_null(peer, "name");
    expect_int(peer, "port", p.port);
    expect_text(local, "host", "127.0.0.1");
    expect_null(local, "name");
    expect_int(local, "port", p.port);
    json_object *near_local = ask(&p.near, "socket-stream-local", true), *far_peer = ask(&p.far, "socket-stream-peer", true);
    ck_assert_int_eq(int_at(near_local, "port"), int_at(far_peer, "port"));
    ck_assert_int_ne(int_at(near_local, "port"), p.port);
}
END_TEST

/* shows: names-form, names-peer-name, names-local-name */
START_TEST(names_stand_behind_the_address)
{
    struct pair p = pair_new("127.0.0.1", "127.0.0.1");
    json_object *peer = ask(&p.near, "socket-stream-peer", false);
    expect_text(peer, "address", "127.0.0.1");
    expect_text(peer, "name", "localhost");
    expect_text(peer, "host", "127.0.0.1 (localhost)");
    char machine[256], want[300];
    ck_assert_int_eq(gethostname(machine, sizeof machine), 0);
    snprintf(want, sizeof want, "127.0.0.1 (%s)", machine);
    json_object *local = call(p.client, "socket-stream-local", "{'stream': %lu}", p.near.stream);
    expect_text(local, "name", machine);
    expect_text(local, "host", want);
}
END_TEST

/* shows: names-peer-name */
START_TEST(an_address_without_a_name_stands_alone)
{
    struct pair p = pair_new("127.0.0.99", "127.0.0.99");
    json_object *peer = ask(&p.near, "socket-stream-peer", false);
    expect_text(peer, "address", "127.0.0.99");
    if (null_at(peer, "name"))
        expect_text(peer, "host", "127.0.0.99");
}
END_TEST

/* shows: names-ipv6 */
START_TEST(ipv6_has_names_too)
{
    struct pair p = pair_new("::1", "::1");
    expect_host_and_port(&p.near, "::1", p.port);
    expect_host_and_port(&p.far, "::1", p.port);
    expect_text(ask(&p.near, "socket-stream-peer", true), "host", "::1");
    expect_text(ask(&p.near, "socket-stream-local", true), "address", "::1");
    expect_text(ask(&p.near, "socket-stream-peer", false), "address", "::1");
}
END_TEST

/* shows: names-peer-gone */
START_TEST(a_peer_that_closed_keeps_its_name)
{
    struct link l = link_new(NULL);
    peer_close(l.peer);
    link_await(&l);
    expect_text(ask(&l, "socket-stream-peer", true), "address", "127.0.0.1");
    expect_text(ask(&l, "socket-stream-local", true), "address", "127.0.0.1");
}
END_TEST

/* shows: names-peer-gone */
START_TEST(a_peer_that_reset_is_not_connected)
{
    struct link l = link_new(NULL);
    peer_reset(l.peer);
    link_await(&l);
    json_object *data = refuse(l.client, "os-error", "socket-stream-peer", "{'stream': %lu, 'do_not_resolve': true}", l.stream);
    expect_text(data, "name", "ENOTCONN");
    expect_text(ask(&l, "socket-stream-local", true), "address", "127.0.0.1");
}
END_TEST

START_TEST(looking_up_a_name_can_be_cancelled)
{
    struct link l = link_new(NULL);
    cancel_at_once(l.client, "socket-stream-peer", "{'stream': %lu}", l.stream);
    expect_text(ask(&l, "socket-stream-peer", false), "name", "localhost");
}
END_TEST

START_TEST(looking_up_a_name_of_a_stream_that_is_closed_meanwhile)
{
    struct link l = link_new(NULL);
    long id = request(l.client, "socket-stream-peer", "{'stream': %lu}", l.stream);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    reply(l.client, id);
}
END_TEST

static const char *const accessors[] = {"socket-stream-host", "socket-stream-port", "socket-stream-peer",
                                        "socket-stream-local"};

/* shows: names-closed */
START_TEST(what_is_no_stream_has_no_names)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    struct link l = link_open(c, NULL);
    call(c, "close", "{'handle': %lu}", l.stream);
    for (int i = 0; i < COUNT(accessors); i++) {
        expect_text(refuse(c, "wrong-kind", accessors[i], "{'stream': %lu}", server), "wanted", "stream");
        refuse(c, "no-such-handle", accessors[i], "{'stream': %lu}", l.stream);
    }
}
END_TEST

static const struct test_case cases[] = {
    {&host_and_port_are_what_the_stream_was_made_with,
     COVERS({METHOD_socket_stream_host, SUCCESS}, {METHOD_socket_stream_port, SUCCESS}), 0},
    {&peer_and_local_ask_the_system, COVERS({METHOD_socket_stream_peer, SUCCESS}, {METHOD_socket_stream_local, SUCCESS}), 0},
    {&names_stand_behind_the_address, NULL, 0},
    {&an_address_without_a_name_stands_alone, NULL, 0},
    {&ipv6_has_names_too, NULL, 0},
    {&a_peer_that_closed_keeps_its_name, NULL, 0},
    {&a_peer_that_reset_is_not_connected, NULL, 0},
    {&looking_up_a_name_can_be_cancelled, COVERS({METHOD_socket_stream_peer, CANCEL}), 0},
    {&looking_up_a_name_of_a_stream_that_is_closed_meanwhile, NULL, 0},
    {&what_is_no_stream_has_no_names,
     COVERS({METHOD_socket_stream_host, REFUSAL}, {METHOD_socket_stream_port, REFUSAL}, {METHOD_socket_stream_peer, REFUSAL},
            {METHOD_socket_stream_local, REFUSAL}),
     0},
    {0},
};

const struct suite suite_names = {.name = "names", .cases = cases};
