/* socket-connect: refusals, time, names. */
#include <stdio.h>

#include "harness.h"

/* shows: connect-attributes */
START_TEST(connect_makes_a_stream)
{
    struct link l = link_new(NULL);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'hello'}", l.stream);
    peer_expect_text(l.peer, "hello\n");
    peer_write(l.peer, "and back\n");
    link_expect_line(&l, "and back");
}
END_TEST

/* shows: connect-host-default */
START_TEST(the_default_host_is_localhost)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    struct client *c = client_open();
    handle stream = handle_at(call(c, "socket-connect", "{'port': %d}", port), "stream");
    peer_write(peer_accept(listener), "hi\n");
    expect_text(call(c, "read-line", "{'stream': %lu, 'timeout': 5}", stream), "line", "hi");
    expect_text(call(c, "socket-stream-host", "{'stream': %lu}", stream), "host", "localhost");
}
END_TEST

static const char *const timeouts[] = {"null", "0", "5", "[5, 0]"};

/* shows: connect-refused */
START_TEST(refused_is_told_at_once_whatever_the_timeout)
{
    struct client *c = client_open();
    int port = peer_free_port();
    long begin = now_ms();
    json_object *data =
        refuse(c, "os-error", "socket-connect", "{'port': %d, 'host': '127.0.0.1', 'timeout': %s}", port, timeouts[_i]);
    expect_text(data, "name", "ECONNREFUSED");
    expect_int(data, "errno", 111);
    expect_text(data, "operation", "connect");
    expect_text(data, "address", "127.0.0.1");
    expect_int(data, "port", port);
    ck_assert_int_lt(now_ms() - begin, 1000);
}
END_TEST

/* shows: connect-port-0 */
START_TEST(port_0_is_refused)
{
    struct client *c = client_open();
    expect_text(refuse(c, "os-error", "socket-connect", "{'port': 0, 'host': '127.0.0.1'}"), "name", "ECONNREFUSED");
    expect_text(refuse(c, "os-error", "socket-connect", "{'port': 65535, 'host': '127.0.0.1'}"), "name", "ECONNREFUSED");
}
END_TEST

START_TEST(a_port_that_serves_ipv6_only_is_refused_on_ipv4)
{
    struct client *c = client_open();
    int port;
    peer_listen("::1", &port);
    expect_text(refuse(c, "os-error", "socket-connect", "{'port': %d, 'host': '127.0.0.1'}", port), "name", "ECONNREFUSED");
    call(c, "socket-connect", "{'port': %d, 'host': '::1'}", port);
}
END_TEST

/* shows: connect-no-answer */
START_TEST(no_answer_within_the_time_is_a_timeout)
{
    struct client *c = client_open();
    int port;
    peer_listen_full(&port);
    long begin = now_ms();
    json_object *data = refuse(c, "timeout", "socket-connect", "{'port': %d, 'host': '127.0.0.1', 'timeout': 0.1}", port);
    ck_assert(*text_at(data, "operation"));
    ck_assert(number_at(data, "timeout") > 0.099 && number_at(data, "timeout") < 0.101);
    ck_assert_int_ge(now_ms() - begin, 98);
}
END_TEST

/* The system asks again after a second, and finds room. */
/* shows: connect-waits */
START_TEST(a_connect_that_waits_succeeds_when_there_is_room)
{
    struct client *c = client_open();
    int port, listener = peer_listen_full(&port);
    long id = request(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1'}", port);
    ck_assert(waits(c, id));
    peer_accept(listener);
    struct link l = {c, handle_at(result(c, id), "stream"), peer_accept(listener)};
    peer_write(l.peer, "hello\n");
    link_expect_line(&l, "hello");
}
END_TEST

/* shows: connect-waits */
START_TEST(connect_can_be_cancelled)
{
    struct client *c = client_open();
    int port;
    peer_listen_full(&port);
    cancel(c, request(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1'}", port));
    cancel(c, request(c, "socket-connect", "{'port': %d, 'host': 'localhost', 'timeout': 5}", port));
}
END_TEST

/* shows: connect-at-once, connect-connecting-status */
START_TEST(timeout_0_gives_a_stream_that_is_still_connecting)
{
    struct client *c = client_open();
    int port, listener = peer_listen_full(&port);
    handle stream = handle_at(call(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1', 'timeout': 0}", port), "stream");
    struct link l = {c, stream, -1};
    ck_assert_str_eq(link_status(&l, "io"), "null");
    ck_assert_str_eq(link_status(&l, "input"), "null");
    ck_assert_str_eq(link_status(&l, "output"), "null");
    expect_text(call(c, "handle.info", "{'handle': %lu}", stream), "state", "connecting");
    long write = request(c, "write-line", "{'stream': %lu, 'string': 'at last'}", stream);
    long read = request(c, "read-line", "{'stream': %lu}", stream);
    ck_assert(waits(c, write) && waits(c, read));
    refuse(c, "timeout", "read-char", "{'stream': %lu, 'timeout': 0}", stream);
    peer_accept(listener);
    int peer = peer_accept(listener);
    peer_expect_text(peer, "at last\n");
    result(c, write);
    peer_write(peer, "finally\n");
    expect_text(result(c, read), "line", "finally");
}
END_TEST

START_TEST(a_connecting_stream_can_be_closed)
{
    struct client *c = client_open();
    int port;
    peer_listen_full(&port);
    handle stream = handle_at(call(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1', 'timeout': 0}", port), "stream");
    long read = request(c, "read-line", "{'stream': %lu}", stream);
    call(c, "close", "{'handle': %lu}", stream);
    fault(c, read, "no-such-handle");
    expect_false(call(c, "open-stream-p", "{'stream': %lu}", stream), "value");
}
END_TEST

/* shows: connect-at-once */
START_TEST(timeout_0_gives_an_established_stream_where_it_can)
{
    struct link l = link_new("'timeout': 0");
    ck_assert_str_eq(link_status(&l, "output"), "\"output\"");
    l = link_open(l.client, "'timeout': 5");
    ck_assert_str_eq(link_status(&l, "io"), "\"output\"");
}
END_TEST

static const char *const unresolvable[] = {"no.such.host.invalid", "invalid", "does-not-exist.invalid."};

/* shows: connect-host-unknown */
START_TEST(an_unresolvable_host_is_resolve)
{
    struct client *c = client_open();
    json_object *data = refuse(c, "resolve", "socket-connect", "{'port': 80, 'host': '%s', 'timeout': 9}", unresolvable[_i]);
    expect_text(data, "host", unresolvable[_i]);
    ck_assert(strncmp(text_at(data, "name"), "EAI_", 4) == 0);
}
END_TEST

static const char *const no_hosts[] = {"",
                                       " ",
                                       "a b",
                                       "127.0.0.1:80",
                                       "[::1]",
                                       "host/path",
                                       "http://localhost",
                                       "local\\u0000host",
                                       "a..b",
                                       "-",
                                       "\\u00e9.example",
                                       "localhost\\n",
                                       ".",
                                       "*.example.com",
                                       "user@localhost",
                                       "::1%",
                                       "1:2"};

/* shows: connect-host-wrong */
START_TEST(a_host_that_cannot_be_one_is_an_invalid_parameter)
{
    struct client *c = client_open();
    expect_text(refuse(c, "invalid-params", "socket-connect", "{'port': 9, 'host': '%s'}", no_hosts[_i]), "param", "host");
}
END_TEST

START_TEST(a_label_of_64_letters_is_none)
{
    struct client *c = client_open();
    refuse(c, "invalid-params", "socket-connect", "{'port': 9, 'host': '%s.example'}",
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}
END_TEST

/* shows: connect-host */
START_TEST(names_are_of_any_case_and_may_end_in_a_dot)
{
    struct client *c = client_open();
    int port;
    peer_listen("127.0.0.1", &port);
    call(c, "socket-connect", "{'port': %d, 'host': 'LOCALHOST'}", port);
    call(c, "socket-connect", "{'port': %d, 'host': 'localhost.', 'timeout': 5}", port);
}
END_TEST

/* shows: connect-host */
START_TEST(ipv6_literals_work)
{
    struct client *c = client_open();
    int port, listener = peer_listen("::1", &port);
    handle stream = handle_at(call(c, "socket-connect", "{'port': %d, 'host': '::1'}", port), "stream");
    peer_write(peer_accept(listener), "six\n");
    expect_text(call(c, "read-line", "{'stream': %lu, 'timeout': 5}", stream), "line", "six");
    call(c, "socket-connect", "{'port': %d, 'host': '0:0:0:0:0:0:0:1'}", port);
}
END_TEST

/* shows: connect-attributes */
START_TEST(options_are_taken)
{
    struct link l = link_new(
        "'element_type': 'signed-byte 32', 'buffered': false, 'lifetime': 'session', "
        "'external_format': {'encoding': 'ISO-8859-1', 'line_terminator': 'mac', 'input_error': '?', 'output_error': 'ignore'}");
    json_object *info = call(l.client, "handle.info", "{'handle': %lu}", l.stream);
    expect_text(info, "element_type", "signed-byte 32");
    expect_false(info, "buffered");
    expect_json(info, "external_format",
                "{'encoding': 'iso-8859-1', 'line_terminator': 'mac', 'input_error': '?', 'output_error': 'ignore'}");
}
END_TEST

START_TEST(a_connection_to_oneself_is_refused_or_never_made)
{
    struct client *c = client_open();
    for (int port = 40000; port < 40050; port++) {
        long id = request(c, "socket-connect", "{'port': %d, 'host': '127.0.0.1'}", port);
        struct message *message = reply(c, id);
        if (has(message->json, "result"))
            call(c, "close", "{'handle': %lu, 'abort': true}", handle_at(message->json, "result.stream"));
        else
            fault_in(message->json, "os-error");
    }
}
END_TEST

START_TEST(many_connects_at_once)
{
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port);
    long ids[100];
    for (int i = 0; i < 100; i++) {
        ids[i] = request(c, "socket-connect", "{'port': %d, 'host': '%s'}", port, i % 2 ? "127.0.0.1" : "localhost");
        peer_accept(listener);
    }
    handle last = 0;
    for (int i = 0; i < 100; i++) {
        handle stream = handle_at(result(c, ids[i]), "stream");
        ck_assert_uint_ne(stream, last);
        last = stream;
    }
}
END_TEST

static const struct test_case cases[] = {
    {&connect_makes_a_stream, COVERS({METHOD_socket_connect, SUCCESS}), 0},
    {&the_default_host_is_localhost, NULL, 0},
    {&refused_is_told_at_once_whatever_the_timeout, COVERS({METHOD_socket_connect, REFUSAL}), COUNT(timeouts)},
    {&port_0_is_refused, NULL, 0},
    {&a_port_that_serves_ipv6_only_is_refused_on_ipv4, NULL, 0},
    {&no_answer_within_the_time_is_a_timeout, COVERS({METHOD_socket_connect, TIMEOUT}), 0},
    {&a_connect_that_waits_succeeds_when_there_is_room, NULL, 0},
    {&connect_can_be_cancelled, COVERS({METHOD_socket_connect, CANCEL}), 0},
    {&timeout_0_gives_a_stream_that_is_still_connecting, NULL, 0},
    {&a_connecting_stream_can_be_closed, NULL, 0},
    {&timeout_0_gives_an_established_stream_where_it_can, NULL, 0},
    {&an_unresolvable_host_is_resolve, NULL, COUNT(unresolvable)},
    {&a_host_that_cannot_be_one_is_an_invalid_parameter, NULL, COUNT(no_hosts)},
    {&a_label_of_64_letters_is_none, NULL, 0},
    {&names_are_of_any_case_and_may_end_in_a_dot, NULL, 0},
    {&ipv6_literals_work, NULL, 0},
    {&options_are_taken, NULL, 0},
    {&a_connection_to_oneself_is_refused_or_never_made, NULL, 0},
    {&many_connects_at_once, NULL, 0},
    {0},
};

const struct suite suite_connect = {.name = "connect", .cases = cases};
