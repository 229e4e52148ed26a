/* Rights: the method table is walked as a profile with no right, as one with each right alone, and as the owner. */
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "attack.h"

#define LISTENER(name) "{'path': '$/" name ".sock', 'mode': '0666', 'profile': '" name "'}"
#define PROFILE(name) "'" name "': {'rights': ['" name "']}"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'}, " LISTENER("none") "," LISTENER("resolve") "," LISTENER("reverse") "," LISTENER(
        "connect") "," LISTENER("listen") "," LISTENER("io") "," LISTENER("options") "," LISTENER("export") "," LISTENER("adopt") "," LISTENER("share") "," LISTENER("pool") "," LISTENER("inspect") "," LISTENER("close") "," LISTENER("admin") "," LISTENER("seer") "," LISTENER("closer") " ],"
                                                                                                                                                                                                                                                                                             "  'profiles': { 'none': {}, " PROFILE("resolve") "," PROFILE("reverse") "," PROFILE("connect") "," PROFILE("listen") "," PROFILE(
                                                                                                                                                                                                                                                                                                 "io") "," PROFILE("options") "," PROFILE("export") "," PROFILE("adopt") "," PROFILE("share") "," PROFILE("pool") "," PROFILE("inspect") "," PROFILE("close") "," PROFILE("admin") ", 'seer': {'rights': ['inspect:all']}, 'closer': {'rights': ['close:all']} } }";

/* The message of a method under a profile: its parameters are wrong in any case, which is found only behind the right. */
static json_object *attempt(const char *profile, const struct method *method)
{
    struct client *c = profile ? client_open_by(profile) : client_open();
    json_object *json =
        exchange(c, "{'jsonrpc':'2.0','id':1,'method':'%s','params':{'no such parameter':0}}", method->name)->json;
    return json;
}

/* Whoever may use what is his may see and close it. */
static bool brings(int right, const struct method *method)
{
    return (int)method->right == right ||
           (right == RIGHT_IO && (method->right == RIGHT_INSPECT || method->right == RIGHT_CLOSE));
}

/* shows: options-right */
START_TEST(a_method_needs_its_right)
{
    const struct method *method = &methods[_i];
    for (int right = 0; right < RIGHT_COUNT; right++) {
        json_object *json = attempt(right_names[right], method);
        if (method->right == RIGHT_NONE || brings(right, method)) {
            fault_in(json, "invalid-params");
            continue;
        }
        json_object *data = fault_in(json, "denied");
        expect_text(data, "target", right_names[method->right]);
        expect_text(data, "profile", right_names[right]);
        expect_text(data, "operation", method->name);
    }
    fault_in(attempt(NULL, method), "invalid-params");
}
END_TEST

/* A batch and a notification are no way round. */
START_TEST(no_way_round_by_form)
{
    struct client *c = client_open_by("none");
    json_object *batch = exchange(c, "[{'jsonrpc':'2.0','id':1,'method':'socket-server'},"
                                     "{'jsonrpc':'2.0','id':2,'method':'socket-connect','params':[80,'127.0.0.1']}]")
                             ->json;
    fault_in(value_at(batch, "0"), "denied");
    fault_in(value_at(batch, "1"), "denied");
    int port;
    int listener = peer_listen("127.0.0.1", &port);
    notify(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    call(c, "daemon.info", NULL);
    ck_assert(peer_silent(listener, 50));
}
END_TEST

/* Nothing in a request says who one is. */
START_TEST(a_label_is_no_identity)
{
    struct client *c = client_open_by("none");
    call(c, "session.hello", "{'name': 'owner'}");
    expect_text(call(c, "session.info", NULL), "profile", "none");
    deny(c, "listen", "socket-server", NULL);
    refuse(c, "invalid-params", "session.hello", "{'profile': 'owner'}");
    expect_int(fault_in(exchange(c, "{'jsonrpc':'2.0','id':1,'method':'socket-server','uid':0}")->json, "invalid-request")
                   ? call(c, "session.info", NULL)
                   : NULL,
               "used.handles", 0);
}
END_TEST

START_TEST(descriptors_that_nobody_asked_for_are_closed)
{
    struct client *c = client_open_by("none");
    call(c, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon), fds[10];
    for (int i = 0; i < COUNT(fds); i++)
        fds[i] = dup(0);
    for (int round = 0; round < 50; round++)
        fault(c, request_fds(c, "make-stream", fds, COUNT(fds), "{}"), "denied");
    client_send_fds(c, " ", 1, fds, COUNT(fds));
    fault(c, request(c, "daemon.info", NULL), "invalid-request");
    call(c, "daemon.info", NULL);
    ck_assert_int_eq(daemon_settle(&the_daemon, before), before);
}
END_TEST

static int unread(struct client *c)
{
    int bytes = 0;
    ck_assert_int_eq(ioctl(client_fd(c), SIOCOUTQ, &bytes), 0);
    return bytes;
}

/* What cannot be adopted is not taken in, not even while its message is unfinished: closing a file may take for ever. */
START_TEST(descriptors_do_not_come_in)
{
    struct client *c = client_open_by(_i ? "adopt" : "none");
    call(c, "daemon.info", NULL);
    int before = daemon_descriptors(&the_daemon), fds[5];
    for (int i = 0; i < COUNT(fds); i++)
        fds[i] = dup(0);
    client_send_fds(c, "{", 1, fds, COUNT(fds));
    for (long end = now_ms() + 5000; unread(c) > 0 && now_ms() < end;)
        breathe();
    ck_assert_int_eq(daemon_descriptors(&the_daemon), before + (_i ? COUNT(fds) : 0));
}
END_TEST

/* Whoever may close everything needs no right to use anything. */
START_TEST(closing_for_others)
{
    struct client *owner = client_open(), *closer = client_open_by("closer"), *seer = client_open_by("seer");
    handle server = handle_at(call(owner, "socket-server", NULL), "server");
    call(seer, "handle.info", "{'handle': %lu}", server);
    deny(seer, "close", "close", "{'handle': %lu}", server);
    deny(closer, "inspect", "handle.info", "{'handle': %lu}", server);
    deny(closer, "io", "socket-server-close", "{'server': %lu}", server);
    call(closer, "close", "{'handle': %lu}", server);
    refuse(owner, "no-such-handle", "socket-server-port", "{'server': %lu}", server);
}
END_TEST

static const struct test_case cases[] = {
    {&a_method_needs_its_right, NULL, METHOD_COUNT},
    {&no_way_round_by_form, NULL, 0},
    {&a_label_is_no_identity, NULL, 0},
    {&descriptors_do_not_come_in, NULL, 2},
    {&closing_for_others, NULL, 0},
    {&descriptors_that_nobody_asked_for_are_closed, NULL, 0},
    {0},
};

const struct suite suite_attack_rights = {.name = "attack_rights", .cases = cases, .config = config};
