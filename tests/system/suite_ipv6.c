/* IPv6 wherever IPv4 works: servers, interfaces, peers, names with both families, and addresses of one link with their scopes.
 * The suite has a network of its own, with a link that packets really cross, and a name server. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

#include "harness.h"
#include "names.h"
#include "network.h"

/* ---- servers and streams ---- */

struct server {
    handle handle;
    int port;
};

static struct server serve(struct client *c, const char *interface)
{
    json_object *made = call(c, "socket-server", "{'interface': '%s', 'backlog': 5}", interface);
    expect_text(made, "host", interface);
    return (struct server){handle_at(made, "server"), (int)int_at(made, "port")};
}

static struct link dial(struct client *c, const char *host, int port)
{
    return (struct link){
        c, handle_at(call(c, "socket-connect", "{'port': %d, 'host': '%s', 'timeout': 5}", port, host), "stream"), -1};
}

static struct link take(struct client *c, const struct server *server)
{
    return (struct link){c, handle_at(call(c, "socket-accept", "{'server': %lu, 'timeout': 5}", server->handle), "stream"), -1};
}

static const char *address_of(const struct link *l, const char *method)
{
    json_object *is = call(l->client, method, "{'stream': %lu, 'do_not_resolve': true}", l->stream);
    expect_text(is, "host", text_at(is, "address"));
    expect_null(is, "name");
    return text_at(is, "address");
}

static void expect_ends(const struct link *l, const char *local, const char *peer)
{
    ck_assert_str_eq(address_of(l, "socket-stream-local"), local);
    ck_assert_str_eq(address_of(l, "socket-stream-peer"), peer);
    json_object *info = call(l->client, "handle.info", "{'handle': %lu}", l->stream);
    expect_text(info, "local.address", local);
    expect_text(info, "peer.address", peer);
}

/* A line each way. */
static void expect_passage(const struct link *a, const struct link *b)
{
    const struct link *ends[] = {a, b, a};
    for (int i = 0; i < 2; i++) {
        call(ends[i]->client, "write-line", "{'stream': %lu, 'string': 'over IPv6'}", ends[i]->stream);
        link_expect_line(ends[i + 1], "over IPv6");
    }
}

static const struct {
    const char *interface, *host, *near[2], *far[2]; /* local and peer */
} routes[] = {
    {"::1", "::1", {"::1", "::1"}, {"::1", "::1"}},
    {"::", "::1", {"::1", "::1"}, {"::1", "::1"}},
    {"::", "127.0.0.1", {"127.0.0.1", "127.0.0.1"}, {"::ffff:127.0.0.1", "::ffff:127.0.0.1"}},
    {"::ffff:127.0.0.1", "127.0.0.1", {"127.0.0.1", "127.0.0.1"}, {"::ffff:127.0.0.1", "::ffff:127.0.0.1"}},
    {"127.0.0.1", "::ffff:127.0.0.1", {"::ffff:127.0.0.1", "::ffff:127.0.0.1"}, {"127.0.0.1", "127.0.0.1"}},
    {"0.0.0.0", "::ffff:127.0.0.1", {"::ffff:127.0.0.1", "::ffff:127.0.0.1"}, {"127.0.0.1", "127.0.0.1"}},
    {NETWORK_OWN, NETWORK_OWN, {NETWORK_OWN, NETWORK_OWN}, {NETWORK_OWN, NETWORK_OWN}},
    {"::", NETWORK_OWN, {NETWORK_OWN, NETWORK_OWN}, {NETWORK_OWN, NETWORK_OWN}},
};

/* shows: server-interface-address, connect-host, names-ipv6, server-host-and-port */
START_TEST(servers_and_peers)
{
    struct client *c = client_open();
    struct server server = serve(c, routes[_i].interface);
    struct link near = dial(c, routes[_i].host, server.port), far = take(c, &server);
    expect_ends(&near, routes[_i].near[0], routes[_i].near[1]);
    expect_ends(&far, routes[_i].far[0], routes[_i].far[1]);
    expect_text(call(c, "socket-stream-host", "{'stream': %lu}", near.stream), "host", routes[_i].host);
    expect_text(call(c, "socket-stream-host", "{'stream': %lu}", far.stream), "host", routes[_i].interface);
    expect_text(call(c, "socket-server-host", "{'server': %lu}", server.handle), "host", routes[_i].interface);
    expect_passage(&near, &far);
}
END_TEST

/* A server on "::" leaves no room for one on 0.0.0.0 at its port, and the reverse. */
/* shows: server-port-in-use */
START_TEST(one_port_for_both_families)
{
    static const char *const pairs[][2] = {{"::", "0.0.0.0"}, {"0.0.0.0", "::"}, {"::1", "::"}};
    struct client *c = client_open();
    for (int i = 0; i < COUNT(pairs); i++) {
        struct server first = serve(c, pairs[i][0]);
        expect_text(refuse(c, "os-error", "socket-server", "{'interface': '%s', 'port': %d}", pairs[i][1], first.port), "name",
                    "EADDRINUSE");
    }
    struct server v4 = serve(c, "127.0.0.1");
    call(c, "socket-server", "{'interface': '::1', 'port': %d}", v4.port);
}
END_TEST

/* An interface that is a stream: its local address, whatever the family and the scope. */
/* shows: server-interface-stream */
START_TEST(a_stream_as_interface)
{
    char left[80], right[80];
    snprintf(left, sizeof left, "%s%%%s", network_address(NETWORK_LEFT), NETWORK_LEFT);
    snprintf(right, sizeof right, "%s%%%s", network_address(NETWORK_RIGHT), NETWORK_LEFT);
    const char *const hosts[][2] = {{"::1", "::1"}, {"::ffff:127.0.0.1", "::ffff:127.0.0.1"}, {right, left}};
    struct client *c = client_open();
    for (int i = 0; i < COUNT(hosts); i++) {
        struct server any = serve(c, "::");
        struct link stream = dial(c, hosts[i][0], any.port);
        json_object *made = call(c, "socket-server", "{'interface': %lu}", stream.stream);
        expect_text(made, "host", hosts[i][1]);
        struct server beside = {handle_at(made, "server"), (int)int_at(made, "port")};
        struct link near = dial(c, hosts[i][1], beside.port), far = take(c, &beside);
        expect_passage(&near, &far);
    }
}
END_TEST

/* shows: options-linux */
START_TEST(options)
{
    struct client *c = client_open();
    struct server server = serve(c, "::");
    struct link l = dial(c, "::1", server.port);
    expect_json(call(c, "socket-options",
                     "{'socket': %lu, 'options': ['so-keepalive', ['ipv6-unicast-hops', 9], 'ipv6-unicast-hops', "
                     "['ipv6-tclass', 32], 'ipv6-tclass', 'so-domain']}",
                     l.stream),
                "values", "[false, 64, 9, 0, 32, 10]");
    expect_json(call(c, "socket-options", "{'socket': %lu, 'options': ['so-acceptconn', 'ipv6-v6only']}", server.handle),
                "values", "[true, false]");
}
END_TEST

/* ---- scopes ---- */

/* Across the link: each end prints the scope as it stands there, by the interface's name. */
/* shows: address-scopes */
START_TEST(addresses_of_a_link)
{
    char here[80], there[80], back[80], seen[80];
    snprintf(here, sizeof here, "%s%%%s", network_address(NETWORK_LEFT), NETWORK_LEFT);
    snprintf(there, sizeof there, "%s%%%s", network_address(NETWORK_RIGHT), NETWORK_LEFT);
    snprintf(back, sizeof back, "%s%%%s", network_address(NETWORK_RIGHT), NETWORK_RIGHT);
    snprintf(seen, sizeof seen, "%s%%%s", network_address(NETWORK_LEFT), NETWORK_RIGHT);
    struct client *c = client_open();
    struct server server = serve(c, back);
    struct link near = dial(c, there, server.port), far = take(c, &server);
    expect_ends(&near, here, there);
    expect_ends(&far, back, seen);
    expect_passage(&near, &far);

    /* by its number, too */
    char numbered[80];
    snprintf(numbered, sizeof numbered, "%s%%%u", network_address(NETWORK_RIGHT), if_nametoindex(NETWORK_LEFT));
    struct link again = dial(c, numbered, server.port);
    expect_text(call(c, "socket-stream-host", "{'stream': %lu}", again.stream), "host", numbered);
    ck_assert_str_eq(address_of(&again, "socket-stream-peer"), there);

    /* and a name looked up for it leaves the scope where it is */
    json_object *named = call(c, "socket-stream-local", "{'stream': %lu}", again.stream);
    expect_text(named, "address", here);
}
END_TEST

/* A list can ask for one link's addresses, or for those of all links. */
START_TEST(filters_know_scopes)
{
    char there[80];
    snprintf(there, sizeof there, "%s%%%s", network_address(NETWORK_RIGHT), NETWORK_LEFT);
    struct client *c = client_open();
    struct server server = serve(c, "::");
    struct link near = dial(c, there, server.port);
    static const struct {
        const char *scope;
        int64_t found;
    } filters[] = {{"", 1}, {"%" NETWORK_LEFT, 1}, {"%" NETWORK_RIGHT, 0}, {"/64", 1}};
    for (int i = 0; i < COUNT(filters); i++) {
        json_object *list = call(c, "handle.list", "{'filter': 'peer.address=%s%s,handle=%lu'}", network_address(NETWORK_RIGHT),
                                 filters[i].scope, near.stream);
        ck_assert_msg((int64_t)count_at(list, "handles") == filters[i].found, "%s: %s", filters[i].scope, json_at(list, ""));
    }
}
END_TEST

/* What is no scoped address is refused before anything is dialled; one without a scope is the system's to refuse. */
/* shows: address-scopes */
START_TEST(scopes_are_read_strictly)
{
    static const char *const wrong[] = {"::1%lo",         "2001:db8::1%left", "fe80::1%",        "fe80::1%0",
                                        "fe80::1%nosuch", "fe80::1%left%",    "fe80::1%left:80", "[fe80::1%left]",
                                        "fe80::1% left",  "127.0.0.1%lo"};
    struct client *c = client_open();
    for (int i = 0; i < COUNT(wrong); i++) {
        expect_text(refuse(c, "invalid-params", "socket-connect", "{'port': 9, 'host': '%s'}", wrong[i]), "param", "host");
        expect_text(refuse(c, "invalid-params", "socket-server", "{'interface': '%s'}", wrong[i]), "param", "interface");
    }
    expect_text(refuse(c, "os-error", "socket-connect", "{'port': 9, 'host': 'fe80::1'}"), "name", "EINVAL");
    expect_text(refuse(c, "os-error", "socket-server", "{'interface': 'fe80::1'}"), "name", "EINVAL");
    expect_text(refuse(c, "os-error", "socket-server", "{'interface': 'fe80::1%%left'}"), "name", "EADDRNOTAVAIL");
}
END_TEST

/* ---- names with both families ---- */

/* Connects by a name: how long that took, and to what. */
static long dial_name(struct client *c, int names, const char *addresses, int port, const char *peer)
{
    long begun = now_ms();
    long id = request(c, "socket-connect", "{'port': %d, 'host': 'both.example', 'timeout': 10}", port);
    ck_assert_int_eq(names_serve(names, c, "both.example", addresses), 2);
    struct link l = {c, handle_at(result(c, id), "stream"), -1};
    long took = now_ms() - begun;
    ck_assert_str_eq(address_of(&l, "socket-stream-peer"), peer);
    expect_text(call(c, "socket-stream-host", "{'stream': %lu}", l.stream), "host", "both.example");
    return took;
}

/* shows: connect-every-address */
START_TEST(the_first_family_that_answers)
{
    int port, names = names_open(), v6 = peer_listen("::1", &port);
    struct client *c = client_open();
    long took = dial_name(c, names, "127.0.0.1 ::1", port, "::1");
    ck_assert_int_lt(took, 200);
    ck_assert(peer_silent(v6, 0) == false);
}
END_TEST

/* A refusal is no reason to wait. */
/* shows: connect-every-address */
START_TEST(the_other_family_after_a_refusal)
{
    int port, names = names_open();
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open();
    ck_assert_int_lt(dial_name(c, names, "127.0.0.1 ::1", port, "127.0.0.1"), 200);
}
END_TEST

/* An address that says nothing: the other family 250 ms later, and what comes first counts. */
/* shows: connect-every-address */
START_TEST(the_other_family_after_a_silence)
{
    int port, names = names_open();
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open();
    long took = dial_name(c, names, "127.0.0.1 " NETWORK_SILENT, port, "127.0.0.1");
    ck_assert_int_ge(took, 240);
    ck_assert_int_lt(took, 1000);
}
END_TEST

/* Silent ones of one family do not keep the other waiting for all of them. */
/* shows: connect-every-address */
START_TEST(families_take_turns)
{
    int port, names = names_open();
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open();
    long took = dial_name(c, names, NETWORK_SILENT " 2001:db8::bad 2001:db8::beef 127.0.0.1", port, "127.0.0.1");
    ck_assert_int_ge(took, 240);
    ck_assert_int_lt(took, 480);
}
END_TEST

/* A name of which only one family is known. */
/* shows: connect-every-address */
START_TEST(one_family_alone)
{
    int port, names = names_open();
    peer_listen("::1", &port);
    struct client *c = client_open();
    dial_name(c, names, "::1", port, "::1");
    int other;
    peer_listen("127.0.0.1", &other);
    dial_name(c, names, "127.0.0.1", other, "127.0.0.1");
}
END_TEST

/* While a connection is under way the session and the others go on; giving up ends all attempts. */
START_TEST(a_race_holds_up_nobody)
{
    int port, names = names_open(), listener = peer_listen_full(&port);
    (void)listener;
    struct client *c = client_open();
    long id = request(c, "socket-connect", "{'port': %d, 'host': 'both.example'}", port);
    struct query query[2];
    ck_assert(names_next(names, &query[0], 5000) && names_next(names, &query[1], 5000));
    names_answer(names, &query[0], "127.0.0.1 " NETWORK_SILENT);
    names_answer(names, &query[1], "127.0.0.1 " NETWORK_SILENT);
    for (long begun = now_ms(); now_ms() - begun < 400; breathe()) {
        long asked = now_ms();
        call(c, "daemon.info", NULL);
        ck_assert_int_lt(now_ms() - asked, 100);
    }
    ck_assert(waits(c, id));
    cancel(c, id);
}
END_TEST

/* A server's interface by a name is the first address that the system gives. */
/* shows: server-interface-address */
START_TEST(a_name_as_interface)
{
    int names = names_open();
    struct client *c = client_open();
    long id = request(c, "socket-server", "{'interface': 'both.example'}");
    names_serve(names, c, "both.example", "127.0.0.1 ::1");
    json_object *made = result(c, id);
    expect_text(made, "host", "::1");
    peer_connect("::1", (int)int_at(made, "port"));
    expect_true(call(c, "socket-wait", "{'server': %lu, 'timeout': 5}", handle_at(made, "server")), "ready");
}
END_TEST

static const struct test_case cases[] = {
    {&servers_and_peers, NULL, COUNT(routes)},
    {&one_port_for_both_families, NULL, 0},
    {&a_stream_as_interface, NULL, 0},
    {&options, NULL, 0},
    {&addresses_of_a_link, NULL, 0},
    {&filters_know_scopes, NULL, 0},
    {&scopes_are_read_strictly, NULL, 0},
    {&the_first_family_that_answers, NULL, 0},
    {&the_other_family_after_a_refusal, NULL, 0},
    {&the_other_family_after_a_silence, NULL, 0},
    {&families_take_turns, NULL, 0},
    {&one_family_alone, NULL, 0},
    {&a_race_holds_up_nobody, NULL, 0},
    {&a_name_as_interface, NULL, 0},
    {0},
};

const struct suite suite_ipv6 = {.name = "ipv6", .cases = cases, .names = true, .network = true};
