/* Clients that mean harm, under a policy: what they send, what they leave unsent and unread, what they have others do. Beside
 * each of them is another one, which must not feel it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attack.h"
#include "mute_file.h"

static void expect_limit(json_object *data, const char *name, int64_t value)
{
    expect_text(data, "limit", name);
    expect_int(data, "value", value);
}

static void expect_quick(struct client *c)
{
    long begin = now_ms();
    for (int i = 0; i < 20; i++)
        call(c, "daemon.info", NULL);
    ck_assert_int_lt(now_ms() - begin, 1000);
}

/* ---- descriptors ---- */

/* Descriptors by the ten thousand: the daemon holds few of them at any time, and none in the end. */
START_TEST(seventy_thousand_descriptors)
{
    static const char line[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}\n";
    struct client *c = client_open_by("box"), *good = client_open_by("other");
    call(c, "daemon.info", NULL);
    call(good, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon), fds[253], most = 0;
    for (int i = 0; i < COUNT(fds); i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int sent = 0; sent < 70000; sent += COUNT(fds)) {
        client_send_fds(c, line, sizeof line - 1, fds, COUNT(fds));
        if (sent % (20 * COUNT(fds)) == 0) {
            int now = daemon_descriptors(&the_daemon);
            most = now > most ? now : most;
            call(good, "daemon.info", NULL);
        }
        fault_in(client_receive(c)->json, "invalid-request");
    }
    ck_assert_int_le(most, before + 8 * COUNT(fds));
    call(c, "daemon.info", NULL);
    expect_quick(good);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
}
END_TEST

/* What the kernel could not deliver, for want of descriptors, is an error of that message, and what it did deliver is closed.
 */
START_TEST(descriptors_cut_off_by_the_kernel)
{
    struct rlimit before, few;
    struct client *c = client_open(), *good = client_open_by("other");
    call(c, "daemon.info", NULL);
    call(good, "daemon.info", NULL);
    int descriptors = daemon_descriptors(&the_daemon), fds[100];
    for (int i = 0; i < COUNT(fds); i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(prlimit(the_daemon.pid, RLIMIT_NOFILE, NULL, &before), 0);
    few = (struct rlimit){(rlim_t)descriptors + 10, before.rlim_max};
    ck_assert_int_eq(prlimit(the_daemon.pid, RLIMIT_NOFILE, &few, NULL), 0);
    for (int i = 0; i < 5; i++)
        fault(c, request_fds(c, "make-stream", fds, COUNT(fds), "{}"), "invalid-request");
    expect_quick(good);
    ck_assert_int_eq(prlimit(the_daemon.pid, RLIMIT_NOFILE, &before, NULL), 0);
    call(c, "daemon.info", NULL);
    ck_assert_int_eq(daemon_settle(&the_daemon, descriptors), descriptors);
}
END_TEST

/* ---- what is sent and what is not ---- */

/* A byte now and then does not keep a message alive. */
START_TEST(a_message_byte_by_byte)
{
    struct client *c = client_open_by("box"), *good = client_open_by("other");
    long begin = now_ms();
    while (now_ms() - begin < 5000 && client_silent(c, 50)) {
        client_write(c, " ");
        call(good, "daemon.info", NULL);
    }
    ck_assert_int_ge(now_ms() - begin, 900);
    expect_null(client_receive(c)->json, "id");
    ck_assert(client_ended(c));
    ck_assert_int_lt(now_ms() - begin, 4000);
}
END_TEST

/* Whoever says nothing at all may stay. */
START_TEST(silence_is_allowed)
{
    struct client *silent[100], *good = client_open_by("other");
    for (int i = 0; i < COUNT(silent); i++)
        silent[i] = client_open_by("box");
    for (long end = now_ms() + 1500; now_ms() < end; breathe())
        call(good, "daemon.info", NULL);
    for (int i = 0; i < COUNT(silent); i++)
        call(silent[i], "daemon.info", NULL);
}
END_TEST

/* Replies that stay unread for too long end the session. */
START_TEST(replies_that_are_never_read)
{
    struct client *deaf = client_open_by("box"), *good = client_open_by("other");
    call(deaf, "daemon.info", NULL);
    call(good, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon);
    char requests[100 * 60] = "", *last = requests;
    for (int i = 0; i < 100; i++)
        last += sprintf(last, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"rpc.discover\"}\n", i);
    client_write(deaf, requests);
    for (long end = now_ms() + 8000; daemon_descriptors(&the_daemon) == before && now_ms() < end; breathe())
        call(good, "daemon.info", NULL);
    ck_assert_int_eq(daemon_descriptors(&the_daemon), before - 1);
}
END_TEST

/* The bytes of a payload are no requests, whatever they look like, and a payload that says more than comes is given up. */
START_TEST(a_payload_that_lies)
{
    struct client *c = client_open_by("box");
    static const char inside[] = "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"socket-server\"}\n";
    result(c, request_payload(c, "daemon.info", inside, sizeof inside - 1, NULL));
    expect_int(call(c, "session.info", NULL), "used.handles", 0);
    client_write(
        c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"payload\":1000000,\"params\":{\"stream\":1}}\n");
    client_write(c, inside);
    struct message *message = client_receive(c);
    expect_null(message->json, "id");
    fault_in(message->json, "timeout");
    ck_assert(client_ended(c));
}
END_TEST

/* ---- work ---- */

/* Batches of the largest size, of calls that wait, from several sessions. */
START_TEST(batches_of_calls_that_wait)
{
    struct client *flood[4], *good = client_open_by("other");
    char *text = value_keep(malloc(64 * 200));
    for (int k = 0; k < COUNT(flood); k++) {
        flood[k] = client_open_by("box");
        handle server = handle_at(call(flood[k], "socket-server", "{'interface': '127.0.0.1'}"), "server");
        char *end = text;
        for (int i = 0; i < 64; i++)
            end += sprintf(end, "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"socket-wait\",\"params\":{\"server\":%lu}}",
                           i ? "," : "[", i, server);
        strcpy(end, "]\n");
        for (int i = 0; i < 20; i++)
            client_write(flood[k], text);
    }
    expect_quick(good);
    for (int k = 0; k < COUNT(flood); k++)
        client_close(flood[k]);
    expect_quick(good);
}
END_TEST

/* A filter is compared, never searched for: as many terms as there may be, over many handles, again and again. */
START_TEST(filters_that_burn_time)
{
    struct client *c = client_open_by("box"), *good = client_open_by("other");
    char filter[4000] = "", *end = filter;
    for (int i = 0; i < 1000; i++)
        request(c, "socket-server", "{'interface': '127.0.0.1'}");
    call(c, "daemon.info", NULL);
    for (int i = 0; i < 32; i++)
        end += sprintf(end, "%sowner.name!=%0*d", i ? "," : "", 60, i);
    long ids[20];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(c, "handle.list", "{'filter': '%s', 'fields': ['handle']}", filter);
    expect_quick(good);
    for (int i = 0; i < COUNT(ids); i++)
        ck_assert_uint_eq(count_at(result(c, ids[i]), "handles"), 1000);
    strcpy(end, ",kind=server");
    refuse(c, "invalid-params", "handle.list", "{'filter': '%s'}", filter);
    static const char *const hostile[] = {"((((((((((a*)*)*)*)*)*",  "kind=", "=", ",", "kind~.*",
                                          "peer.address=0.0.0.0/-1", "x=1"};
    for (int i = 0; i < COUNT(hostile); i++)
        refuse(c, "invalid-params", "handle.list", "{'filter': '%s'}", hostile[i]);
}
END_TEST

/* Whoever comes and goes without end waits at the door, but is let in all the same. */
START_TEST(sessions_that_come_and_go)
{
    struct client *good = client_open_by("other");
    for (int i = 0; i < 400; i++) {
        client_close(client_open_by("box"));
        if (i % 8 == 0)
            call(good, "daemon.info", NULL);
    }
    expect_quick(good);
    expect_quick(client_open_by("box"));
}
END_TEST

/* A status over as many handles as a line can hold, many times over. */
START_TEST(statuses_over_a_thousand_handles)
{
    struct client *c = client_open_by("box"), *good = client_open_by("other");
    static char list[40000];
    char *end = list;
    for (int i = 0; i < 1024; i++)
        end += sprintf(end, "%s%lu", i ? "," : "", handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server"));
    long ids[100];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(c, "socket-status", "{'sockets': [%s], 'timeout': 0}", list);
    expect_quick(good);
    for (int i = 0; i < COUNT(ids); i++)
        expect_int(result(c, ids[i]), "count", 0);
    for (int i = 0; i < 4000; i++)
        end += sprintf(end, ",1");
    expect_limit(refuse(c, "limit", "socket-status", "{'sockets': [%s], 'timeout': 0}", list), "values", 4096);
}
END_TEST

/* Opening until it is refused, and again after that. */
START_TEST(handles_until_refused)
{
    struct client *c = client_open_by("box"), *good = client_open_by("other");
    call(c, "session.restrict",
         "{'rules': {'rights': ['listen', 'io'], 'listen': [{'allow': '127.0.0.1'}], "
         "'limits': {'handles': 100}}}");
    int made = 0;
    long ids[300];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(c, "socket-server", "{'interface': '127.0.0.1'}");
    for (int i = 0; i < COUNT(ids); i++) {
        struct message *message = reply(c, ids[i]);
        if (has(message->json, "result"))
            made++;
        else
            expect_limit(fault_in(message->json, "limit"), "handles", 100);
    }
    ck_assert_int_eq(made, 100);
    call(good, "socket-server", "{'interface': '127.0.0.1'}");
    expect_quick(good);
}
END_TEST

/* Whoever is gone before its replies are there costs nobody anything. */
START_TEST(replies_to_who_is_gone)
{
    struct client *good = client_open_by("other");
    call(good, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon);
    for (int i = 0; i < 100; i++) {
        struct client *c = client_open_by("box");
        for (int k = 0; k < 10; k++)
            client_write(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n");
        client_close(c);
    }
    expect_quick(good);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
}
END_TEST

/* Files that nobody can close: the client runs their file system. He soon gets no more of them in, and nobody waits for him. */
START_TEST(files_that_cannot_be_closed)
{
    struct client *c = client_open_by(_i ? "other" : "box"), *beside = client_open_by("box");
    pid_t server;
    int fd = mute_file(&server), null = open("/dev/null", O_RDWR | O_CLOEXEC), lots = 0;
    if (fd < 0) {
        fprintf(stderr, "no file system in user space: skipped\n");
        return;
    }
    for (int round = 0; round < 12; round++) {
        struct message *message = reply(c, request_fds(c, "make-stream", &fd, 1, "{}"));
        const char *kind = text_at(message->json, "error.data.kind");
        lots += strcmp(kind, "invalid-params") == 0;
        call(beside, "daemon.info", NULL);
    }
    ck_assert_int_eq(lots, _i ? 0 : 4);
    if (_i == 0)
        expect_text(fault(c, request_fds(c, "make-stream", &null, 1, "{}"), "limit"), "limit", "descriptors");
    mute_file_end(server);
    for (long end = now_ms() + 5000; _i == 0; breathe()) {
        struct message *message = reply(c, request_fds(c, "make-stream", &null, 1, "{}"));
        if (has(message->json, "result"))
            break;
        ck_assert_int_lt(now_ms(), end);
    }
    close(fd);
}
END_TEST

static const struct test_case cases[] = {
    {&files_that_cannot_be_closed, NULL, 2},
    {&seventy_thousand_descriptors, NULL, 0},
    {&descriptors_cut_off_by_the_kernel, NULL, 0},
    {&a_message_byte_by_byte, NULL, 0},
    {&silence_is_allowed, NULL, 0},
    {&replies_that_are_never_read, NULL, 0},
    {&a_payload_that_lies, NULL, 0},
    {&batches_of_calls_that_wait, NULL, 0},
    {&sessions_that_come_and_go, NULL, 0},
    {&filters_that_burn_time, NULL, 0},
    {&statuses_over_a_thousand_handles, NULL, 0},
    {&handles_until_refused, NULL, 0},
    {&replies_to_who_is_gone, NULL, 0},
    {0},
};

const struct suite suite_attack_clients = {.name = "attack_clients", .cases = cases, .config = attack_config, .seconds = 60};
