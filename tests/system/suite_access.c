/* What a session may do changes: it narrows itself, the configuration is read again, and a handle is handed on. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "attack.h"

#define LISTENERS                                                                  \
    "'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"                 \
    "               {'path': '$/web.sock', 'mode': '0666', 'profile': 'web'},"     \
    "               {'path': '$/other.sock', 'mode': '0666', 'profile': 'other'}," \
    "               {'path': '$/fickle.sock', 'mode': '0666', 'profile': 'fickle'} "

#define PROFILES(dial, listen, revoke)                                                                                     \
    "'profiles': { 'web': { 'rights': ['resolve', 'connect', 'listen', 'io', 'share'],"                                    \
    "                       'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ],"                                  \
    "                       'listen': [ {'allow': '127.0.0.1'} ] },"                                                       \
    "              'other': { 'rights': ['connect', 'io'], 'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ] }," \
    "              'fickle': { 'rights': ['connect', 'listen', 'io'], 'dial': [" dial "], 'listen': [" listen              \
    "], 'revoke': '" revoke "' },"

#define OPEN "{'allow': '127.0.0.1', 'ports': ['1024-65535']}"
#define NARROW "'narrow': { 'rights': ['io', 'admin'], 'limits': {'handles': 2} } }"

static const char config[] = "{ " LISTENERS "], " PROFILES(OPEN, OPEN, "keep") NARROW " }";

/* ---- narrowing ---- */

START_TEST(a_session_narrows_itself_by_rules)
{
    struct client *c = client_open(), *beside = client_open();
    int port, other;
    peer_listen("127.0.0.1", &port);
    peer_listen("127.0.0.1", &other);
    call(c, "session.restrict", "{'rules': {'rights': ['connect', 'io'], 'dial': [{'allow': '127.0.0.1', 'ports': [%d]}]}}",
         port);
    call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    deny(c, "127.0.0.1", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", other);
    deny(c, "localhost", "socket-connect", "{'port': %d}", port);
    deny(c, "listen", "socket-server", NULL);
    deny(c, "admin", "daemon.reload", NULL);
    call(beside, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", other);
}
END_TEST

/* The line for a person says who does not allow what, as the client named it. */
START_TEST(a_denial_says_what_is_not_allowed)
{
    struct client *c = client_open_by("web");
    static const struct {
        const char *method, *params, *message;
    } rows[] = {
        {"socket-connect", "{\"host\": \"10.1.2.3\", \"port\": 80}", "connect: profile web does not allow 10.1.2.3"},
        {"daemon.reload", "{}", "daemon.reload: profile web does not allow admin"},
        {"socket-server", "{\"interface\": \"::\"}", "listen: profile web does not allow ::"},
    };
    for (int i = 0; i < COUNT(rows); i++)
        expect_text(reply(c, request(c, rows[i].method, "%s", rows[i].params))->json, "error.message", rows[i].message);
}
END_TEST

START_TEST(nothing_widens_a_session_again)
{
    struct client *c = client_open();
    int port;
    peer_listen("127.0.0.1", &port);
    call(c, "session.restrict", "{'profile': 'narrow'}");
    static const char *const attempts[] = {
        "{'profile': 'owner'}", "{'profile': 'web'}", "{'rules': {'mode': 'report'}}",
        "{'rules': {'rights': ['connect', 'listen', 'io', 'admin'], 'dial': [{'allow': '*'}], 'limits': {'handles': 1000}}}"};
    for (int i = 0; i < COUNT(attempts); i++) {
        call(c, "session.restrict", "%s", json_at(json_of(attempts[i]), ""));
        deny(c, "connect", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
        deny(c, "listen", "socket-server", NULL);
        expect_int(call(c, "session.info", NULL), "limits.handles", 2);
    }
    if (_i)
        call(client_open(), "daemon.reload", NULL);
    deny(c, "connect", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    expect_int(call(c, "session.info", NULL), "limits.handles", 2);
    for (int i = 0; i < 20; i++) {
        struct message *message = reply(c, request(c, "session.restrict", "{'rules': {}}"));
        if (has(message->json, "error"))
            break;
        ck_assert_int_lt(i, 19);
    }
}
END_TEST

START_TEST(restrictions_that_are_wrong_change_nothing)
{
    struct client *c = client_open();
    refuse(c, "invalid-params", "session.restrict", NULL);
    refuse(c, "invalid-params", "session.restrict", "{'profile': 'nobody'}");
    refuse(c, "invalid-params", "session.restrict", "{'profile': 'web', 'rules': {}}");
    refuse(c, "invalid-params", "session.restrict", "{'rules': {'rights': ['fly']}}");
    refuse(c, "invalid-params", "session.restrict", "{'rules': {'dial': [{'allow': '127.1'}]}}");
    call(c, "socket-server", NULL);
}
END_TEST

/* ---- reading the configuration again ---- */

static void configure(const char *text)
{
    daemon_configure(&the_daemon, text);
}

START_TEST(an_error_changes_nothing)
{
    struct client *owner = client_open();
    configure("{ " LISTENERS
              ", {'path': '$/new.sock', 'profile': 'web'} ], " PROFILES("", "", "close") "'bad': {'rights': ['fly']} } }");
    const char *reason = text_at(refuse(owner, "invalid-params", "daemon.reload", NULL), "reason");
    ck_assert_msg(strstr(reason, "config:1:") && strstr(reason, "rights"), "%s", reason);
    configure("{ " LISTENERS "], 'profiles': { 'a_profile_with_a_name_as_long_as_it_may_be_which_is_64_character': "
              "{'rights': ['a-right-that-there-is-not-and-never']} } }");
    reason = text_at(refuse(owner, "invalid-params", "daemon.reload", NULL), "reason");
    ck_assert_msg(strlen(reason) > 255 && strcmp(reason + strlen(reason) - 10, " close:all") == 0, "%s", reason);
    configure("{ " LISTENERS
              ", {'path': '$/new.sock', 'profile': 'web'}, {'path': '$/no/such/place.sock', 'profile': 'web'} ], " PROFILES(
                  "", "", "close") NARROW " }");
    reason = text_at(refuse(owner, "invalid-params", "daemon.reload", NULL), "reason");
    ck_assert_msg(strstr(reason, "config:1: listeners[5]: ") && strstr(reason, "no/such"), "%s", reason);
    char path[128];
    snprintf(path, sizeof path, "%s/new.sock", the_daemon.directory);
    ck_assert_int_ne(access(path, F_OK), 0);
    long mark = log_mark();
    kill(the_daemon.pid, SIGHUP);
    ck_assert(logged(mark, "stays as it was", "no/such", NULL));
    int port;
    peer_listen("127.0.0.1", &port);
    call(client_open_by("fickle"), "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    configure(config);
    call(owner, "daemon.reload", NULL);
}
END_TEST

START_TEST(listeners_come_and_go)
{
    struct client *owner = client_open();
    char path[128];
    snprintf(path, sizeof path, "%s/new.sock", the_daemon.directory);
    configure("{ " LISTENERS ", {'path': '$/new.sock', 'profile': 'web'} ], " PROFILES(OPEN, OPEN, "keep") NARROW " }");
    kill(the_daemon.pid, SIGHUP);
    for (long end = now_ms() + 5000; access(path, F_OK) != 0 && now_ms() < end; breathe())
        ;
    struct client *c = client_open_by("new");
    expect_text(call(c, "session.info", NULL), "profile", "web");
    configure(config);
    call(owner, "daemon.reload", NULL);
    ck_assert_int_ne(access(path, F_OK), 0);
    expect_text(call(c, "session.info", NULL), "profile", "web");
    expect_text(call(client_open_by("web"), "session.info", NULL), "profile", "web");
}
END_TEST

START_TEST(open_sessions_follow_their_profile)
{
    struct client *owner = client_open(), *c = client_open_by("fickle");
    int port;
    int listener = peer_listen("127.0.0.1", &port);
    handle stream = handle_at(call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    int peer = peer_accept(listener);
    configure(_i ? "{ " LISTENERS "], " PROFILES("", "", "close") NARROW " }"
                 : "{ " LISTENERS "], " PROFILES("", "", "keep") NARROW " }");
    call(owner, "daemon.reload", NULL);
    deny(c, "127.0.0.1", "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    deny(c, "127.0.0.1", "socket-server", "{'interface': '127.0.0.1'}");
    if (_i) {
        refuse(c, "no-such-handle", "socket-server-port", "{'server': %lu}", server);
        refuse(c, "no-such-handle", "read-line", "{'stream': %lu}", stream);
        peer_expect_end(peer);
    } else {
        call(c, "socket-server-port", "{'server': %lu}", server);
        peer_write(peer, "still\n");
        expect_text(call(c, "read-line", "{'stream': %lu}", stream), "line", "still");
    }
    configure(config);
    call(owner, "daemon.reload", NULL);
    call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
}
END_TEST

/* A connection that is being made when its target is forbidden comes too late. */
START_TEST(connections_being_made_are_forbidden_too)
{
    struct client *owner = client_open(), *c = client_open_by("fickle");
    int port, full = peer_listen_full(&port);
    long id = request(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    for (long end = now_ms() + 5000; int_at(call(c, "session.info", NULL), "used.waiters") != 1 && now_ms() < end;)
        breathe();
    configure("{ " LISTENERS "], " PROFILES("", "", "close") NARROW " }");
    call(owner, "daemon.reload", NULL);
    for (int i = 0; i < 16 && !peer_silent(full, 0); i++)
        close(peer_accept(full));
    expect_text(fault(c, id, "denied"), "target", "127.0.0.1");
    expect_int(call(c, "session.info", NULL), "used.handles", 0);
    close(full);
    configure(config);
    call(owner, "daemon.reload", NULL);
}
END_TEST

START_TEST(a_session_whose_profile_is_gone_ends)
{
    struct client *owner = client_open();
    configure("{ " LISTENERS ", {'path': '$/new.sock', 'profile': 'narrow'} ], " PROFILES(OPEN, OPEN, "keep") NARROW " }");
    call(owner, "daemon.reload", NULL);
    struct client *c = client_open_by("new");
    call(c, "session.info", NULL);
    configure("{ " LISTENERS "], " PROFILES(OPEN, OPEN, "keep") "'x': {} } }");
    call(owner, "daemon.reload", NULL);
    ck_assert(client_ended(c));
    configure(config);
    call(owner, "daemon.reload", NULL);
}
END_TEST

/* ---- sharing ---- */

START_TEST(a_handle_is_shared_by_a_token)
{
    struct client *web = client_open_by("web"), *other = client_open_by("other");
    int port;
    int listener = peer_listen("127.0.0.1", &port);
    handle stream = handle_at(call(web, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    int peer = peer_accept(listener);
    refuse(other, "no-such-handle", "read-line", "{'stream': %lu}", stream);
    const char *token = text_at(call(web, "handle.share", "{'handle': %lu}", stream), "token");
    ck_assert_uint_eq(strlen(token), 22);
    ck_assert_uint_eq(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 22);
    ck_assert_uint_eq(handle_at(call(other, "handle.claim", "{'token': '%s'}", token), "handle"), stream);
    peer_write(peer, "for the other\n");
    expect_text(call(other, "read-line", "{'stream': %lu}", stream), "line", "for the other");
    expect_true(call(web, "open-stream-p", "{'stream': %lu}", stream), "value");
    expect_text(call(other, "handle.info", "{'handle': %lu}", stream), "owner.profile", "web");
    refuse(other, "invalid-params", "handle.claim", "{'token': '%s'}", token);
    refuse(web, "invalid-params", "handle.claim", "{'token': '%s'}", token);
    client_close(web);
    for (long end = now_ms() + 5000;
         bool_at(call(other, "open-stream-p", "{'stream': %lu}", stream), "value") && now_ms() < end;)
        breathe();
    refuse(other, "no-such-handle", "read-line", "{'stream': %lu}", stream);
}
END_TEST

START_TEST(sharing_what_one_may_not)
{
    struct client *web = client_open_by("web"), *other = client_open_by("other"), *owner = client_open();
    int port;
    peer_listen("127.0.0.1", &port);
    handle mine = handle_at(call(web, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    handle theirs = handle_at(call(owner, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
    refuse(web, "no-such-handle", "handle.share", "{'handle': %lu}", theirs);
    deny(other, "share", "handle.share", "{'handle': %lu}", mine);
    refuse(web, "invalid-params", "handle.share", "{'handle': %lu, 'expires': 0}", mine);
    refuse(other, "invalid-params", "handle.claim", "{'token': ''}");
    refuse(other, "invalid-params", "handle.claim", "{'token': 'AAAAAAAAAAAAAAAAAAAAAA'}");
    for (int i = 0; i < 64; i++)
        call(web, "handle.share", "{'handle': %lu, 'expires': 1}", mine);
    expect_text(refuse(web, "limit", "handle.share", "{'handle': %lu}", mine), "limit", "shares");
}
END_TEST

START_TEST(a_token_expires)
{
    struct client *owner = client_open(), *other = client_open_by("other");
    handle server = handle_at(call(owner, "socket-server", NULL), "server");
    const char *token = text_at(call(owner, "handle.share", "{'handle': %lu, 'expires': 1}", server), "token");
    const char *dead = text_at(call(owner, "handle.share", "{'handle': %lu}", server), "token");
    for (long end = now_ms() + 1100; now_ms() < end;)
        breathe();
    refuse(other, "invalid-params", "handle.claim", "{'token': '%s'}", token);
    call(owner, "close", "{'handle': %lu}", server);
    refuse(other, "invalid-params", "handle.claim", "{'token': '%s'}", dead);
}
END_TEST

static const struct test_case cases[] = {
    {&a_session_narrows_itself_by_rules, COVERS({METHOD_session_restrict, SUCCESS}, {METHOD_daemon_reload, REFUSAL}), 0},
    {&a_denial_says_what_is_not_allowed, NULL, 0},
    {&nothing_widens_a_session_again, NULL, 2},
    {&restrictions_that_are_wrong_change_nothing, COVERS({METHOD_session_restrict, BAD_PARAMS}), 0},
    {&an_error_changes_nothing, COVERS({METHOD_daemon_reload, SUCCESS | BAD_PARAMS}), 0},
    {&listeners_come_and_go, NULL, 0},
    {&open_sessions_follow_their_profile, NULL, 2},
    {&connections_being_made_are_forbidden_too, NULL, 0},
    {&a_session_whose_profile_is_gone_ends, NULL, 0},
    {&a_handle_is_shared_by_a_token, COVERS({METHOD_handle_share, SUCCESS}, {METHOD_handle_claim, SUCCESS}), 0},
    {&sharing_what_one_may_not, COVERS({METHOD_handle_share, REFUSAL | BAD_PARAMS}, {METHOD_handle_claim, BAD_PARAMS}), 0},
    {&a_token_expires, NULL, 0},
    {0},
};

const struct suite suite_access = {.name = "access", .cases = cases, .config = config};
