/* A thousand sessions at once. */
#include <stdio.h>
#include <sys/resource.h>

#include "harness.h"

#define CROWD 1000

START_TEST(a_thousand_sessions)
{
    static struct client *clients[CROWD];
    static struct link links[CROWD];
    static long ids[CROWD];
    int port, listener = peer_listen("127.0.0.1", &port);
    for (int i = 0; i < CROWD; i++) {
        clients[i] = client_open();
        ids[i] = request(clients[i], "socket-connect", "{'port': %d, 'host': '127.0.0.1'}", port);
        int peer = peer_accept(listener);
        links[i] = (struct link){clients[i], handle_at(result(clients[i], ids[i]), "stream"), peer};
    }
    for (int i = 0; i < CROWD; i++)
        ids[i] = request(clients[i], "read-line", "{'stream': %lu}", links[i].stream);
    for (int i = CROWD - 1; i >= 0; i--) {
        char line[20];
        snprintf(line, sizeof line, "number %d\n", i);
        peer_write(links[i].peer, line);
    }
    for (int i = 0; i < CROWD; i++) {
        char line[20];
        snprintf(line, sizeof line, "number %d", i);
        expect_text(result(clients[i], ids[i]), "line", line);
    }
    json_object *info = call(clients[0], "session.info", NULL);
    ck_assert_int_ge(int_at(info, "used.sessions"), CROWD);
    json_object *list = call(clients[0], "handle.list", "{'fields': ['handle'], 'limit': 2000}");
    ck_assert_uint_ge(count_at(list, "handles"), CROWD);
}
END_TEST

/* shows: status-no-descriptor-limit */
START_TEST(one_session_with_many_handles)
{
    struct client *c = client_open();
    static handle servers[2000];
    for (int i = 0; i < 2000; i++)
        servers[i] = (handle)request(c, "socket-server", "{'interface': '127.0.0.1'}");
    for (int i = 0; i < 2000; i++)
        servers[i] = handle_at(result(c, (long)servers[i]), "server");
    static char items[40000];
    size_t size = 0;
    for (int i = 0; i < 2000; i++)
        size += (size_t)snprintf(items + size, sizeof items - size, "%s%lu", i ? "," : "", servers[i]);
    json_object *status = call(c, "socket-status", "{'sockets': [%s], 'timeout': 0}", items);
    ck_assert_uint_eq(count_at(status, "status"), 2000);
    expect_int(status, "count", 0);
    json_object *list = call(c, "handle.list", "{'fields': ['handle'], 'limit': 2000}");
    ck_assert_uint_eq(count_at(list, "handles"), 2000);
    for (int i = 0; i < 2000; i++)
        ck_assert_int_eq(int_at(list, "handles.0.handle") <= (int64_t)servers[i], 1);
    for (int i = 0; i < 2000; i++)
        notify(c, "close", "{'handle': %lu}", servers[i]);
    ck_assert_uint_eq(count_at(call(c, "handle.list", NULL), "handles"), 0);
}
END_TEST

static const struct test_case cases[] = {
    {&a_thousand_sessions, NULL, 0},
    {&one_session_with_many_handles, NULL, 0},
    {0},
};

const struct suite suite_crowd = {.name = "crowd", .cases = cases, .seconds = 60};
