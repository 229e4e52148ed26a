/* A name server in the attacker's hands: it gives other answers the second time, mixes inner addresses among the allowed ones,
 * and keeps silent. The daemon asks a server of this test, which sees every query. */
#include <stdio.h>

#include "attack.h"
#include "names.h"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/web.sock', 'mode': '0666', 'profile': 'web'},"
    "                 {'path': '$/slow.sock', 'mode': '0666', 'profile': 'slow'} ],"
    "  'profiles': {"
    "    'web': { 'rights': ['resolve', 'reverse', 'connect', 'listen', 'io'],"
    "             'dial': [ {'allow': '*.test.example'}, {'allow': '127.0.0.1', 'ports': ['1024-65535']},"
    "                       {'deny': '93.184.216.0/24'} ] },"
    "    'slow': { 'rights': ['resolve', 'connect', 'io'], 'dial': [ {'allow': '*'} ], 'limits': {'resolver_jobs': 20} } } }";

/* ---- attacks ---- */

START_TEST(a_name_that_is_rebound)
{
    int port, names = names_open();
    int listener = peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web");
    long id = request(c, "socket-connect", "{'host': 'a.test.example', 'port': %d}", port);
    ck_assert_int_eq(names_serve(names, c, "a.test.example", "127.0.0.1"), 2); /* once for each family */
    result(c, id);
    peer_accept(listener);
    static const char *const targets[] = {
        "127.0.0.2",       "169.254.169.254",    "10.0.0.1",         "0.0.0.0 ::",    "::1",
        "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fd00:ec2::254", "93.184.216.34"};
    for (int i = 0; i < COUNT(targets); i++) {
        int closed = i == 3 ? 80 : port; /* the unspecified addresses count as loopback, which is allowed from port 1024 */
        long mark = log_mark();
        id = request(c, "socket-connect", "{'host': 'a.test.example', 'port': %d}", closed);
        ck_assert_int_eq(names_serve(names, c, "a.test.example", targets[i]), 2);
        json_object *data = fault(c, id, "denied");
        expect_text(data, "target", "a.test.example");
        ck_assert(!has(data, "address"));
        ck_assert(logged(mark, "denied", "a.test.example", NULL));
    }
    ck_assert(peer_silent(listener, 20));
}
END_TEST

START_TEST(answers_of_both_kinds)
{
    int port, names = names_open();
    int listener = peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web"), *beside = client_open_by("web");
    long mark = log_mark();
    call(beside, "events.subscribe", NULL);
    long id = request(c, "socket-connect", "{'host': 'mixed.test.example', 'port': %d}", port);
    ck_assert_int_eq(names_serve(names, c, "mixed.test.example", "10.0.0.1 ::1 169.254.169.254 127.0.0.1 fe80::1 192.168.0.1"),
                     2);
    handle stream = handle_at(result(c, id), "stream");
    expect_text(call(c, "socket-stream-peer", "{'stream': %lu, 'do_not_resolve': true}", stream), "address", "127.0.0.1");
    peer_accept(listener);
    ck_assert(logged(mark, "denied", "mixed.test.example", "169.254.169.254", "floor", NULL));
    expect_text(event_next(beside), "event", "opened"); /* which addresses were denied is not told */
    ck_assert(events_none(beside));
}
END_TEST

/* Nothing of a name that no rule allows leaves this host: whoever may ask for any name may send data out with it. */
START_TEST(a_name_that_is_denied_is_never_asked_for)
{
    int names = names_open();
    struct client *c = client_open_by("web");
    struct query query;
    deny(c, "secret.evil.example", "socket-connect", "{'host': 'secret.evil.example', 'port': 443}");
    deny(c, "test.example", "socket-connect", "{'host': 'test.example', 'port': 443}");
    deny(c, NULL, "socket-server", "{'interface': 'secret.evil.example'}");
    ck_assert_msg(!names_next(names, &query, 100), "asked for %s", query.name);
}
END_TEST

START_TEST(a_timeout_of_zero_asks_the_policy_too)
{
    int port, names = names_open();
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web");
    long id = request(c, "socket-connect", "{'host': 'late.test.example', 'port': %d, 'timeout': 0}", port);
    struct query query[2];
    ck_assert(names_next(names, &query[0], 5000) && names_next(names, &query[1], 5000));
    handle stream = handle_at(result(c, id), "stream");
    names_answer(names, &query[0], "127.0.0.2 ::1");
    names_answer(names, &query[1], "127.0.0.2 ::1");
    struct message *message = reply(c, request(c, "read-line", "{'stream': %lu}", stream));
    ck_assert_msg(has(message->json, "error"), "%s", message->line);
    ck_assert_ptr_null(strstr(message->line, "127.0.0.2"));
}
END_TEST

/* One client waits for a name server that stalls, with as many lookups as it may have, and gives some up and asks again: others
 * have their names all the same. */
START_TEST(a_name_server_that_stalls)
{
    int port, names = names_open();
    peer_listen("127.0.0.1", &port);
    struct client *slow = client_open_by("slow"), *web = client_open_by("web"), *owner = client_open();
    long ids[20];
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(slow, "socket-connect", "{'host': 'n%d.stall.example', 'port': 80}", i);
    json_object *data = refuse(slow, "limit", "socket-connect", "{'host': 'more.stall.example', 'port': 80}");
    expect_text(data, "limit", "resolver_jobs");
    expect_int(data, "value", 20);
    static struct query stalled[64];
    int count = 0;
    while (count < COUNT(stalled) && names_next(names, &stalled[count], 200))
        ck_assert_ptr_nonnull(strstr(stalled[count++].name, ".stall.example"));
    ck_assert_int_gt(count, 0);
    for (int i = 0; i < COUNT(ids); i++)
        cancel(slow, ids[i]);
    int refused = 0; /* what was given up holds its threads still, and counts */
    for (int i = 0; i < COUNT(ids); i++)
        ids[i] = request(slow, "socket-connect", "{'host': 'm%d.stall.example', 'port': 80, 'timeout': 0.3}", i);
    for (int i = 0; i < COUNT(ids); i++)
        refused += strcmp(text_at(reply(slow, ids[i])->json, "error.data.kind"), "limit") == 0;
    ck_assert_int_eq(refused, 4);
    struct query more;
    ck_assert_msg(!names_next(names, &more, 200), "a thread more is held");
    struct client *others[] = {web, owner};
    for (int i = 0; i < COUNT(others); i++) {
        long begin = now_ms();
        long id = request(others[i], "socket-connect", "{'host': 'quick.test.example', 'port': %d}", port);
        names_serve(names, others[i], "quick.test.example", "127.0.0.1");
        result(others[i], id);
        ck_assert_int_lt(now_ms() - begin, 1000);
    }
    while (count > 0)
        names_answer(names, &stalled[--count], "");
}
END_TEST

static const struct test_case cases[] = {
    {&a_name_that_is_rebound, NULL, 0},
    {&answers_of_both_kinds, NULL, 0},
    {&a_name_that_is_denied_is_never_asked_for, NULL, 0},
    {&a_timeout_of_zero_asks_the_policy_too, NULL, 0},
    {&a_name_server_that_stalls, NULL, 0}, /* the last: threads stay with the stalled lookups */
    {0},
};

const struct suite suite_attack_names = {.name = "attack_names", .cases = cases, .config = config, .names = true};
