/* Clients that behave badly, and another one beside them that must not feel it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static void expect_quick(struct client *c)
{
    for (int i = 0; i < 20; i++) {
        long begin = now_ms();
        call(c, "daemon.info", NULL);
        ck_assert_int_lt(now_ms() - begin, 1000);
    }
}

START_TEST(silent_clients)
{
    for (int i = 0; i < 200; i++)
        client_open();
    expect_quick(client_open());
}
END_TEST

START_TEST(a_client_that_sends_byte_by_byte)
{
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}\n";
    struct client *slow = client_open(), *good = client_open();
    for (size_t i = 0; i + 1 < sizeof line; i++) {
        client_send(slow, line + i, 1);
        call(good, "daemon.info", NULL);
    }
    expect_text(client_receive(slow)->json, "result.name", "sockd");
}
END_TEST

/* Requests without end from a client that reads no reply: the daemon stops reading them before it holds much. */
START_TEST(a_client_that_never_reads_replies)
{
    struct client *deaf = client_open(), *good = client_open();
    char *requests = value_keep(malloc(70 * 1000)), *end = requests;
    for (int i = 0; i < 1000; i++)
        end += sprintf(end, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"rpc.discover\"}\n", i);
    size_t size = (size_t)(end - requests), sent = 0;
    for (int blocked = 0; blocked < 25;) {
        ssize_t part = send(client_fd(deaf), requests + sent % size, size - sent % size, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += part > 0 ? (size_t)part : 0;
        blocked = part > 0 ? 0 : blocked + 1;
        if (part < 0)
            breathe();
        ck_assert_msg(sent < 20u << 20, "the daemon took %zu bytes of requests", sent);
        if (part > 0)
            call(good, "daemon.info", NULL);
    }
    char status[4000], path[64];
    snprintf(path, sizeof path, "/proc/%d/status", (int)the_daemon.pid);
    const char *resident = strstr(daemon_read(path, status, sizeof status), "VmRSS:");
    ck_assert_ptr_nonnull(resident);
    ck_assert_int_lt(atol(resident + 6), 400000);
    expect_quick(good);
}
END_TEST

START_TEST(junk)
{
    struct client *good = client_open();
    for (int round = 0; round < 100; round++) {
        struct client *c = client_open();
        char data[2000];
        unsigned seed = (unsigned)round * 2654435761u + 1;
        for (size_t i = 0; i < sizeof data; i++)
            data[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
        send(client_fd(c), data, sizeof data, MSG_NOSIGNAL);
        client_close(c);
    }
    expect_quick(good);
}
END_TEST

/* A good request with one byte changed is answered, one way or another, and what follows it is in step. */
START_TEST(requests_with_a_wrong_byte)
{
    struct link l = link_new(NULL);
    char line[200], changed[200];
    int size = snprintf(
        line, sizeof line,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-string\",\"params\":{\"stream\":%lu,\"string\":\"\"}}\n", l.stream);
    unsigned seed = 1;
    for (int i = 0; i < size - 1; i++)
        for (int round = 0; round < 4; round++) {
            memcpy(changed, line, (size_t)size);
            do
                changed[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
            while (changed[i] == '\n');
            client_send(l.client, changed, (size_t)size);
        }
    client_write(l.client, "{\"jsonrpc\":\"2.0\",\"id\":\"last\",\"method\":\"daemon.info\"}\n");
    for (;;) {
        struct message *message = client_receive(l.client);
        ck_assert_ptr_nonnull(message);
        if (strcmp(json_at(message->json, "id"), "\"last\"") == 0)
            break;
    }
}
END_TEST

START_TEST(descriptors_nobody_asked_for)
{
    struct client *c = client_open(), *good = client_open();
    call(c, "daemon.info", NULL);
    call(good, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon), fds[100];
    for (int i = 0; i < 100; i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}\n";
    for (int i = 0; i < 20; i++)
        client_send_fds(c, line, sizeof line - 1, fds, 100);
    for (int i = 0; i < 20; i++)
        ck_assert_ptr_nonnull(client_receive(c));
    expect_quick(good);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
}
END_TEST

START_TEST(guessing_handles)
{
    struct link l = link_new(NULL);
    call(l.client, "close", "{'handle': %lu}", l.stream);
    long ids[500];
    for (unsigned long base = 1; base < 5000; base += 500) {
        for (unsigned long i = 0; i < 500; i++)
            ids[i] = request(l.client, "read-char", "{'stream': %lu, 'timeout': 0}", l.stream + base + i);
        for (unsigned long i = 0; i < 500; i++)
            fault(l.client, ids[i], "no-such-handle");
    }
}
END_TEST

START_TEST(a_line_of_a_megabyte_beside_others)
{
    struct client *big = client_open(), *good = client_open();
    char *line = value_keep(malloc(1000001));
    memset(line, ' ', 1000000);
    memcpy(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"", 46);
    strcpy(line + 999998, "}\n");
    for (int i = 0; i < 10; i++) {
        client_write(big, line);
        call(good, "daemon.info", NULL);
        expect_text(client_receive(big)->json, "result.name", "sockd");
    }
}
END_TEST

START_TEST(one_session_that_floods_does_not_starve_another)
{
    struct client *flood = client_open(), *good = client_open();
    char *requests = value_keep(malloc(70 * 2000)), *end = requests;
    for (int i = 0; i < 2000; i++)
        end += sprintf(end, "{\"jsonrpc\":\"2.0\",\"method\":\"session.info\"}\n");
    for (int i = 0; i < 20; i++) {
        client_send(flood, requests, (size_t)(end - requests));
        expect_quick(good);
    }
}
END_TEST

START_TEST(connections_that_come_and_go)
{
    for (int i = 0; i < 500; i++)
        client_close(client_open());
    expect_quick(client_open());
}
END_TEST

static const struct test_case cases[] = {
    {&silent_clients, NULL, 0},
    {&a_client_that_sends_byte_by_byte, NULL, 0},
    {&a_client_that_never_reads_replies, NULL, 0},
    {&junk, NULL, 0},
    {&requests_with_a_wrong_byte, NULL, 0},
    {&descriptors_nobody_asked_for, NULL, 0},
    {&guessing_handles, NULL, 0},
    {&a_line_of_a_megabyte_beside_others, NULL, 0},
    {&one_session_that_floods_does_not_starve_another, NULL, 0},
    {&connections_that_come_and_go, NULL, 0},
    {0},
};

const struct suite suite_hostile = {.name = "hostile", .cases = cases};
