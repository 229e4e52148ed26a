/* socket-accept: what is taken, in which order, with which options. */
#include <stdio.h>

#include "harness.h"

struct server {
    struct client *client;
    handle server;
    int port;
};

static struct server server_new(void)
{
    struct client *c = client_open();
    json_object *made = call(c, "socket-server", "{'interface': '127.0.0.1', 'backlog': 16}");
    return (struct server){c, handle_at(made, "server"), (int)int_at(made, "port")};
}

static handle accept_next(struct server *s)
{
    return handle_at(call(s->client, "socket-accept", "{'server': %lu, 'timeout': 5}", s->server), "stream");
}

/* shows: accept-oldest */
START_TEST(accept_takes_the_oldest_first)
{
    struct server s = server_new();
    peer_write(peer_connect("127.0.0.1", s.port), "first\n");
    peer_write(peer_connect("127.0.0.1", s.port), "second\n");
    struct link l = {s.client, accept_next(&s), -1};
    link_expect_line(&l, "first");
    l.stream = accept_next(&s);
    link_expect_line(&l, "second");
}
END_TEST

/* shows: timeout-none, accept-waits */
START_TEST(accept_waits_for_a_client)
{
    struct server s = server_new();
    long id = request(s.client, "socket-accept", "{'server': %lu}", s.server);
    ck_assert(waits(s.client, id));
    int peer = peer_connect("127.0.0.1", s.port);
    handle stream = handle_at(result(s.client, id), "stream");
    call(s.client, "write-string", "{'stream': %lu, 'string': 'welcome'}", stream);
    peer_expect_text(peer, "welcome");
}
END_TEST

/* shows: accept-waits */
START_TEST(accepts_are_served_in_order)
{
    struct server s = server_new();
    long ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = request(s.client, "socket-accept", "{'server': %lu}", s.server);
    for (int i = 0; i < 3; i++) {
        int peer = peer_connect("127.0.0.1", s.port);
        char text[2] = {(char)('a' + i), '\0'};
        handle stream = handle_at(result(s.client, ids[i]), "stream");
        call(s.client, "write-string", "{'stream': %lu, 'string': '%s'}", stream, text);
        peer_expect_text(peer, text);
    }
}
END_TEST

static const char *const timeouts[] = {"0", "0.05", "[0, 50000]", "[0, 0]"};

/* shows: timeout-zero-polls, timeout-consumes-nothing, accept-timeout */
START_TEST(accept_ends_at_its_time)
{
    struct server s = server_new();
    json_object *data = refuse(s.client, "timeout", "socket-accept", "{'server': %lu, 'timeout': %s}", s.server, timeouts[_i]);
    ck_assert(*text_at(data, "operation"));
    ck_assert(number_at(data, "timeout") < 0.06);
    peer_connect("127.0.0.1", s.port);
    accept_next(&s);
}
END_TEST

START_TEST(a_cancelled_accept_takes_nobody)
{
    struct server s = server_new();
    long first = request(s.client, "socket-accept", "{'server': %lu}", s.server);
    long second = request(s.client, "socket-accept", "{'server': %lu}", s.server);
    cancel(s.client, first);
    peer_connect("127.0.0.1", s.port);
    handle_at(result(s.client, second), "stream");
}
END_TEST

/* shows: element-type-wrong, external-format-wrong, options-before-the-client */
START_TEST(a_bad_option_takes_nobody)
{
    struct server s = server_new();
    peer_connect("127.0.0.1", s.port);
    refuse(s.client, "invalid-params", "socket-accept", "{'server': %lu, 'element_type': 'unsigned-byte 9'}", s.server);
    refuse(s.client, "invalid-params", "socket-accept", "{'server': %lu, 'external_format': 'none'}", s.server);
    refuse(s.client, "invalid-params", "socket-accept", "{'server': %lu, 'timeout': -1}", s.server);
    call(s.client, "socket-accept", "{'server': %lu, 'timeout': 0}", s.server);
}
END_TEST

/* shows: element-type-default, external-format-default, accept-attributes, fresh-predicates */
START_TEST(an_accepted_stream_has_these_attributes)
{
    struct server s = server_new();
    peer_connect("127.0.0.1", s.port);
    handle stream = accept_next(&s);
    struct client *c = s.client;
    expect_text(call(c, "stream-element-type", "{'stream': %lu}", stream), "element_type", "character");
    expect_json(call(c, "stream-external-format", "{'stream': %lu}", stream), "external_format",
                "{'encoding': 'utf-8', 'line_terminator': 'unix', 'input_error': 'error', 'output_error': 'error'}");
    expect_true(call(c, "input-stream-p", "{'stream': %lu}", stream), "value");
    expect_true(call(c, "output-stream-p", "{'stream': %lu}", stream), "value");
    expect_true(call(c, "open-stream-p", "{'stream': %lu}", stream), "value");
    expect_json(
        call(c, "socket-options", "{'socket': %lu, 'options': ['so-reuseaddr', 'so-keepalive', 'so-acceptconn']}", stream),
        "values", "[true, false, false]");
    json_object *info = call(c, "handle.info", "{'handle': %lu}", stream);
    expect_json(info, "buffered", "'default'");
    expect_text(info, "lifetime", "session");
}
END_TEST

static const char *const elements[] = {"character",        "unsigned-byte 8",  "unsigned-byte 16",
                                       "unsigned-byte 32", "unsigned-byte 64", "signed-byte 8",
                                       "signed-byte 16",   "signed-byte 32",   "signed-byte 64"};
static const char *const modes[] = {"true", "false", "\"default\""};

/* shows: element-types, buffered-modes, accept-options */
START_TEST(each_element_type_works_in_each_mode)
{
    struct server s = server_new();
    const char *element = elements[_i % COUNT(elements)], *mode = modes[_i / COUNT(elements)];
    peer_connect("127.0.0.1", s.port);
    json_object *accepted =
        call(s.client, "socket-accept", "{'server': %lu, 'element_type': '%s', 'buffered': %s, 'timeout': 5}", s.server,
             element, mode);
    handle stream = handle_at(accepted, "stream");
    expect_text(call(s.client, "stream-element-type", "{'stream': %lu}", stream), "element_type", element);
    expect_json(call(s.client, "handle.info", "{'handle': %lu}", stream), "buffered", mode);
}
END_TEST

/* shows: accept-data-before */
START_TEST(what_was_sent_before_is_there)
{
    struct server s = server_new();
    int peer = peer_connect("127.0.0.1", s.port);
    peer_write(peer, "early\n");
    peer_shut(peer);
    struct link l = {s.client, accept_next(&s), peer};
    link_expect_line(&l, "early");
    expect_true(call(s.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
}
END_TEST

/* shows: wait-client-gone */
START_TEST(a_reset_client_is_accepted_and_tells_at_the_first_read)
{
    struct server s = server_new();
    peer_reset(peer_connect("127.0.0.1", s.port));
    handle stream = accept_next(&s);
    expect_text(refuse(s.client, "os-error", "read-line", "{'stream': %lu, 'timeout': 5}", stream), "name", "ECONNRESET");
    expect_true(call(s.client, "read-line", "{'stream': %lu, 'timeout': 5}", stream), "eof");
}
END_TEST

/* shows: accept-rcvtimeo */
START_TEST(rcvtimeo_of_a_server_bounds_an_accept_without_timeout)
{
    struct server s = server_new();
    call(s.client, "socket-options", "{'socket': %lu, 'options': [['so-rcvtimeo', 0.05]]}", s.server);
    expect_text(refuse(s.client, "os-error", "socket-accept", "{'server': %lu}", s.server), "name", "EAGAIN");
    refuse(s.client, "timeout", "socket-accept", "{'server': %lu, 'timeout': 0.01}", s.server);
    peer_connect("127.0.0.1", s.port);
    accept_next(&s);
}
END_TEST

/* shows: accept-v4-on-v6, names-ipv6 */
START_TEST(an_ipv4_client_of_an_ipv6_server)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '::'}");
    peer_connect("127.0.0.1", (int)int_at(server, "port"));
    handle stream = handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", handle_at(server, "server")), "stream");
    expect_text(call(c, "socket-stream-peer", "{'stream': %lu, 'do_not_resolve': true}", stream), "address",
                "::ffff:127.0.0.1");
}
END_TEST

START_TEST(two_sessions_share_a_server)
{
    struct server s = server_new();
    struct client *other = client_open();
    long here = request(s.client, "socket-accept", "{'server': %lu}", s.server);
    ck_assert(waits(s.client, here));
    long there = request(other, "socket-accept", "{'server': %lu}", s.server);
    ck_assert(waits(other, there));
    peer_connect("127.0.0.1", s.port);
    result(s.client, here);
    ck_assert(waits(other, there));
    peer_connect("127.0.0.1", s.port);
    result(other, there);
}
END_TEST

static const struct test_case cases[] = {
    {&accept_takes_the_oldest_first, COVERS({METHOD_socket_accept, SUCCESS}), 0},
    {&accept_waits_for_a_client, NULL, 0},
    {&accepts_are_served_in_order, NULL, 0},
    {&accept_ends_at_its_time, COVERS({METHOD_socket_accept, TIMEOUT}), COUNT(timeouts)},
    {&a_cancelled_accept_takes_nobody, COVERS({METHOD_socket_accept, CANCEL}), 0},
    {&a_bad_option_takes_nobody, NULL, 0},
    {&an_accepted_stream_has_these_attributes,
     COVERS({METHOD_stream_element_type, SUCCESS}, {METHOD_stream_external_format, SUCCESS}, {METHOD_input_stream_p, SUCCESS},
            {METHOD_output_stream_p, SUCCESS}, {METHOD_open_stream_p, SUCCESS}, {METHOD_socket_options, SUCCESS},
            {METHOD_handle_info, SUCCESS}),
     0},
    {&each_element_type_works_in_each_mode, NULL, COUNT(elements) * COUNT(modes)},
    {&what_was_sent_before_is_there, NULL, 0},
    {&a_reset_client_is_accepted_and_tells_at_the_first_read, NULL, 0},
    {&rcvtimeo_of_a_server_bounds_an_accept_without_timeout, NULL, 0},
    {&an_ipv4_client_of_an_ipv6_server, NULL, 0},
    {&two_sessions_share_a_server, NULL, 0},
    {0},
};

const struct suite suite_accept = {.name = "accept", .cases = cases};
