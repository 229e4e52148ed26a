/* What ends a handle: its session, or the daemon. */
#include <stdio.h>

#include "harness.h"

/* shows: session-end-closes */
START_TEST(a_session_takes_its_handles_along)
{
    struct client *c = client_open();
    struct link l = link_open(c, NULL);
    json_object *server = call(c, "socket-server", "{'interface': '127.0.0.1'}");
    handle s = handle_at(server, "server");
    int pending = peer_connect("127.0.0.1", (int)int_at(server, "port"));
    call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", s);
    client_close(c);
    peer_expect_end(l.peer);
    peer_expect_reset(pending);
    struct client *other = client_open();
    refuse(other, "no-such-handle", "read-line", "{'stream': %lu}", l.stream);
    refuse(other, "no-such-handle", "socket-accept", "{'server': %lu}", s);
}
END_TEST

START_TEST(a_handle_of_the_daemon_lives_on)
{
    struct client *first = client_open();
    struct link l = link_open(first, "'lifetime': 'daemon', 'buffered': true");
    json_object *server = call(first, "socket-server", "{'interface': '127.0.0.1', 'lifetime': 'daemon'}");
    handle s = handle_at(server, "server");
    int port = (int)int_at(server, "port");
    call(first, "write-string", "{'stream': %lu, 'string': 'held'}", l.stream);
    peer_write(l.peer, "one\ntwo\n");
    link_expect_line(&l, "one");
    client_close(first);
    l.client = client_open();
    link_expect_line(&l, "two");
    json_object *info = call(l.client, "handle.info", "{'handle': %lu}", l.stream);
    expect_text(info, "lifetime", "daemon");
    expect_null(info, "owner.session");
    peer_connect("127.0.0.1", port);
    call(l.client, "socket-accept", "{'server': %lu, 'timeout': 5}", s);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    call(l.client, "close", "{'handle': %lu}", s);
    peer_expect_text(l.peer, "held");
    peer_expect_end(l.peer);
}
END_TEST

START_TEST(a_lifetime_can_be_changed)
{
    struct client *c = client_open();
    struct link saved = link_open(c, NULL), dropped = link_open(c, "'lifetime': 'daemon'");
    call(c, "handle.lifetime", "{'handle': %lu, 'lifetime': 'daemon'}", saved.stream);
    expect_text(call(c, "handle.info", "{'handle': %lu}", saved.stream), "lifetime", "daemon");
    call(c, "handle.lifetime", "{'handle': %lu, 'lifetime': 'session'}", dropped.stream);
    client_close(c);
    peer_expect_end(dropped.peer);
    c = client_open();
    saved.client = c;
    peer_write(saved.peer, "alive\n");
    link_expect_line(&saved, "alive");
    call(c, "close", "{'handle': %lu}", saved.stream);
}
END_TEST

START_TEST(another_session_can_take_a_handle_over)
{
    struct client *first = client_open(), *second = client_open();
    struct link l = link_open(first, "'lifetime': 'daemon'");
    call(second, "handle.lifetime", "{'handle': %lu, 'lifetime': 'session'}", l.stream);
    client_close(first);
    l.client = second;
    peer_write(l.peer, "still\n");
    link_expect_line(&l, "still");
    client_close(second);
    peer_expect_end(l.peer);
}
END_TEST

START_TEST(what_is_no_handle_has_no_lifetime)
{
    refuse(client_open(), "no-such-handle", "handle.lifetime", "{'handle': %lu, 'lifetime': 'daemon'}", NOBODY);
}
END_TEST

START_TEST(a_daemons_accepted_stream_lives_on)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '127.0.0.1'}");
    int peer = peer_connect("127.0.0.1", (int)int_at(server, "port"));
    json_object *accepted =
        call(c, "socket-accept", "{'server': %lu, 'timeout': 5, 'lifetime': 'daemon'}", handle_at(server, "server"));
    handle stream = handle_at(accepted, "stream");
    client_close(c);
    struct link l = {client_open(), stream, peer};
    peer_write(l.peer, "mine\n");
    link_expect_line(&l, "mine");
    call(l.client, "close", "{'handle': %lu}", l.stream);
}
END_TEST

static const struct test_case cases[] = {
    {&a_session_takes_its_handles_along, NULL, 0},
    {&a_handle_of_the_daemon_lives_on, NULL, 0},
    {&a_lifetime_can_be_changed, COVERS({METHOD_handle_lifetime, SUCCESS}), 0},
    {&another_session_can_take_a_handle_over, NULL, 0},
    {&what_is_no_handle_has_no_lifetime, COVERS({METHOD_handle_lifetime, REFUSAL}), 0},
    {&a_daemons_accepted_stream_lives_on, NULL, 0},
    {0},
};

const struct suite suite_lifetime = {.name = "lifetime", .cases = cases};
