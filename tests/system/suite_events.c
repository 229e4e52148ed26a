/* Events: who is told of what, in which words, and what becomes of those who do not listen. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "attack.h"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/web.sock', 'mode': '0666', 'profile': 'web'},"
    "                 {'path': '$/other.sock', 'mode': '0666', 'profile': 'other'},"
    "                 {'path': '$/noisy.sock', 'mode': '0666', 'profile': 'noisy'},"
    "                 {'path': '$/fickle.sock', 'mode': '0666', 'profile': 'fickle'},"
    "                 {'path': '$/few.sock', 'mode': '0666', 'profile': 'few'},"
    "                 {'path': '$/trial.sock', 'mode': '0666', 'profile': 'trial'},"
    "                 {'path': '$/tiny.sock', 'mode': '0666', 'profile': 'tiny'} ],"
    "  'profiles': {"
    "    'web': { 'rights': ['resolve', 'connect', 'listen', 'io', 'share'],"
    "             'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']}, {'deny': '8.8.4.4', 'name': 'not that one'} ],"
    "             'listen': [ {'allow': '127.0.0.1'} ], 'limits': {'handles': 3} },"
    "    'other': { 'rights': ['connect', 'listen', 'io'], 'listen': [ {'allow': '127.0.0.1'} ] },"
    "    'noisy': { 'rights': ['connect'] },"
    "    'fickle': { 'rights': ['connect'] },"
    "    'trial': { 'mode': 'report' },"
    "    'few': { 'limits': {'sessions': 1} },"
    "    'tiny': { 'rights': ['io'], 'limits': {'buffered': 1000} } } }";

static struct client *subscriber(const char *profile, const char *filter)
{
    struct client *c = profile ? client_open_by(profile) : client_open();
    call(c, "events.subscribe", "{'filter': %s}", filter ? quoted(filter) : "null");
    return c;
}

static handle server_open(struct client *c)
{
    return handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
}

/* The next event must be of that kind and about that handle. */
static json_object *expect_event(struct client *c, const char *kind, handle about)
{
    json_object *event = event_next(c);
    ck_assert_msg(strcmp(text_at(event, "event"), kind) == 0, "wanted %s: %s", kind, json_at(event, ""));
    if (about)
        ck_assert_msg(handle_at(event, "handle") == about, "wanted %s of %lu: %s", kind, about, json_at(event, ""));
    else
        expect_null(event, "handle");
    const char *time = text_at(event, "time");
    ck_assert_msg(strlen(time) == 24 && time[23] == 'Z', "%s", time);
    return event;
}

/* ---- what happens ---- */

START_TEST(streams_and_servers)
{
    struct client *c = subscriber(NULL, NULL);
    int64_t session = int_at(call(c, "handle.info", "{'handle': %lu}", server_open(c)), "owner.session");
    json_object *event = event_next(c);
    handle server = handle_at(event, "handle");
    expect_text(event, "event", "opened");
    expect_text(event, "kind", "server");
    expect_text(event, "local.address", "127.0.0.1");
    expect_int(event, "owner.session", session);
    expect_int(event, "owner.pid", getpid());
    expect_text(event, "owner.profile", "owner");
    expect_null(event, "reason");
    int port = (int)int_at(event, "local.port");
    handle stream = handle_at(call(c, "socket-connect", "{'host': 'localhost', 'port': %d}", port), "stream");
    event = expect_event(c, "opened", stream);
    expect_text(event, "kind", "stream");
    expect_text(event, "host", "localhost");
    expect_text(event, "peer.address", "127.0.0.1");
    expect_int(event, "peer.port", port);
    handle accepted = handle_at(call(c, "socket-accept", "{'server': %lu}", server), "stream");
    event = expect_event(c, "accepted", accepted);
    expect_int(event, "local.port", port);
    call(c, "write-line", "{'stream': %lu, 'string': 'four'}", stream);
    expect_text(call(c, "read-line", "{'stream': %lu}", accepted), "line", "four");
    call(c, "close", "{'handle': %lu}", accepted);
    event = expect_event(c, "closed", accepted);
    expect_text(event, "reason", "closed");
    expect_int(event, "bytes_in", 5);
    expect_int(event, "bytes_out", 0);
    expect_int(event, "local.port", port);
    call(c, "socket-server-close", "{'server': %lu}", server);
    event = expect_event(c, "closed", server);
    expect_int(event, "bytes_in", 1);
    struct message *message = reply(c, request(c, "stream-handles", "{'stream': %lu, 'detach': true}", stream));
    ck_assert_uint_eq(message->fd_count, 1);
    expect_text(expect_event(c, "closed", stream), "reason", "detached");
    ck_assert(events_none(c));
}
END_TEST

START_TEST(the_end_of_a_session)
{
    struct client *c = subscriber(NULL, "event=closed"), *other = client_open();
    handle server = server_open(other);
    client_close(other);
    expect_text(expect_event(c, "closed", server), "reason", "session-ended");
}
END_TEST

START_TEST(a_handle_that_is_shared)
{
    struct client *owner = subscriber(NULL, NULL), *web = subscriber("web", NULL), *other = subscriber("other", NULL);
    handle server = server_open(web);
    const char *token = text_at(call(web, "handle.share", "{'handle': %lu}", server), "token");
    ck_assert(events_none(other));
    call(other, "handle.claim", "{'token': '%s'}", token);
    call(web, "close", "{'handle': %lu}", server);
    struct client *both[] = {owner, web};
    for (int i = 0; i < COUNT(both); i++) {
        expect_event(both[i], "opened", server);
        expect_text(expect_event(both[i], "shared", server), "reason", "offered");
        expect_text(expect_event(both[i], "shared", server), "reason", "claimed");
        expect_event(both[i], "closed", server);
    }
    expect_text(expect_event(other, "shared", server), "reason", "claimed");
    expect_event(other, "closed", server);
    ck_assert(events_none(other));
}
END_TEST

/* ---- who is told ---- */

START_TEST(handles_of_others_are_not_told_of)
{
    struct client *web = subscriber("web", NULL), *other = subscriber("other", NULL), *owner = subscriber(NULL, NULL);
    handle theirs = server_open(other), ours = server_open(client_open_by("web"));
    expect_event(web, "opened", ours);
    expect_event(other, "opened", theirs);
    ck_assert(events_none(web) && events_none(other));
    expect_event(owner, "opened", theirs);
    expect_event(owner, "opened", ours);
}
END_TEST

/* Members that tell more of a denial than its reply does. */
static const char *const inner_members[] = {"rule", "limit", "value", "host", "kind", "count", "mode"};

START_TEST(a_denial_tells_its_owner_what_the_reply_tells)
{
    struct client *owner = subscriber(NULL, "event=denied"), *web = subscriber("web", NULL), *other = subscriber("other", NULL);
    struct client *c = client_open_by("web");
    json_object *data = deny(c, "8.8.4.4", "socket-connect", "{'host': '8.8.4.4', 'port': 53}");
    json_object *event = expect_event(web, "denied", 0);
    expect_text(event, "operation", text_at(data, "operation"));
    expect_text(event, "target", text_at(data, "target"));
    expect_text(event, "owner.profile", text_at(data, "profile"));
    expect_null(event, "reason");
    for (int i = 0; i < COUNT(inner_members); i++)
        ck_assert_msg(!has(event, inner_members[i]), "%s", json_at(event, ""));
    expect_text(event, "peer.address", "");
    event = expect_event(owner, "denied", 0);
    expect_text(event, "operation", "connect");
    expect_text(event, "target", "8.8.4.4 port 53");
    expect_text(event, "reason", "rule");
    expect_text(event, "rule", "deny 8.8.4.4 (not that one)");
    expect_text(event, "mode", "enforce");
    ck_assert(events_none(other) && events_none(web) && events_none(owner));
}
END_TEST

START_TEST(every_sort_of_denial)
{
    struct client *owner = subscriber(NULL, "owner.profile=web"), *c = client_open_by("web");
    static const struct {
        const char *method, *params, *target, *reason;
    } rows[] = {
        {"daemon.reload", "{}", "admin", "no-right"},
        {"socket-connect", "{\"host\": \"secret.example\", \"port\": 80}", "secret.example port 80", "name-not-allowed"},
        {"socket-connect", "{\"host\": \"10.1.1.1\", \"port\": 80}", "10.1.1.1 port 80", "floor"},
        {"socket-connect", "{\"host\": \"::ffff:10.1.1.1\", \"port\": 80}", "::ffff:10.1.1.1 port 80", "floor"},
        {"socket-connect", "{\"host\": \"2002:a01:101::\", \"port\": 80}", "2002:a01:101:: port 80", "tunnel"},
        {"socket-connect", "{\"host\": \"8.8.8.8\", \"port\": 80}", "8.8.8.8 port 80", "no-rule"},
        {"descriptor.connect", "{\"host\": \"127.0.0.1\", \"port\": 8080}", "export", "no-right"},
        {"socket-server", "{}", "0.0.0.0 port 0", "wildcard"},
        {"socket-server", "{\"interface\": \"127.0.0.2\"}", "127.0.0.2 port 0", "no-rule"},
        {"socket-server", "{\"interface\": \"inside.example\"}", "inside.example port 0", "name-not-allowed"},
    };
    for (int i = 0; i < COUNT(rows); i++) {
        deny(c, NULL, rows[i].method, "%s", rows[i].params);
        json_object *event = expect_event(owner, "denied", 0);
        expect_text(event, "target", rows[i].target);
        expect_text(event, "reason", rows[i].reason);
    }
    struct client *other = client_open_by("other");
    call(owner, "events.subscribe", "{'filter': 'owner.profile=other,event=denied'}");
    deny(other, "direct", "stream-handles", "{'stream': 1, 'via': 'direct'}");
    json_object *event = expect_event(owner, "denied", 0);
    expect_text(event, "operation", "stream-handles");
    expect_text(event, "target", "export");
    ck_assert(events_none(owner));
}
END_TEST

/* Of what goes ahead all the same, who asked is told nothing: he is not denied anything. */
START_TEST(what_would_be_denied)
{
    struct client *owner = subscriber(NULL, "owner.profile=trial,event=denied"), *trial = subscriber("trial", "event=denied"),
                  *c = client_open_by("trial");
    handle server = server_open(c);
    json_object *event = expect_event(owner, "denied", 0);
    expect_text(event, "operation", "socket-server");
    expect_text(event, "target", "listen");
    expect_text(event, "reason", "no-right");
    expect_text(event, "mode", "report");
    expect_text(event, "owner.profile", "trial");
    event = expect_event(owner, "denied", 0);
    expect_text(event, "target", "127.0.0.1 port 0");
    expect_text(event, "mode", "report");
    call(owner, "events.subscribe", "{'filter': 'owner.profile=trial,event=denied,mode=enforce'}");
    call(c, "socket-server-close", "{'server': %lu}", server);
    deny(c, "admin", "daemon.reload", NULL);
    event = expect_event(owner, "denied", 0);
    expect_text(event, "target", "admin");
    ck_assert(events_none(owner));
    expect_text(expect_event(trial, "denied", 0), "target", "admin");
    ck_assert(events_none(trial));
}
END_TEST

START_TEST(a_limit_that_is_met)
{
    struct client *owner = subscriber(NULL, "event=limit"), *web = subscriber("web", "event=limit"), *c = client_open_by("web");
    struct client *other = subscriber("other", NULL);
    for (int i = 0; i < 3; i++)
        server_open(c);
    refuse(c, "limit", "socket-server", "{'interface': '127.0.0.1'}");
    struct client *both[] = {owner, web};
    for (int i = 0; i < COUNT(both); i++) {
        json_object *event = expect_event(both[i], "limit", 0);
        expect_text(event, "limit", "handles");
        expect_int(event, "value", 3);
        expect_text(event, "owner.profile", "web");
    }
    struct client *first = client_open_by("few");
    call(first, "daemon.info", NULL);
    struct message *message = client_receive(client_open_by("few"));
    expect_text(fault_in(message->json, "limit"), "limit", "sessions");
    json_object *event = expect_event(owner, "limit", 0);
    expect_text(event, "limit", "sessions");
    expect_text(event, "owner.profile", "few");
    expect_null(event, "owner.session");
    ck_assert(events_none(other) && events_none(web));
}
END_TEST

/* ---- which ---- */

START_TEST(filters_are_those_of_lists)
{
    struct client *c = subscriber(NULL, "event!=opened,kind=server,local.address=127.0.0.0/8,owner.pid>1,time>2020");
    struct client *web = client_open_by("web");
    handle server = server_open(web);
    call(web, "close", "{'handle': %lu}", server);
    expect_event(c, "closed", server);
    handle another = server_open(web);
    char filter[60];
    snprintf(filter, sizeof filter, "handle=%lu", another);
    call(c, "events.subscribe", "{'filter': '%s'}", filter);
    server = server_open(web);
    call(web, "close", "{'handle': %lu}", server);
    call(web, "close", "{'handle': %lu}", another);
    expect_event(c, "closed", another);
    static const char *const wrong[] = {"zork=1", "event=born", "handle=x", "owner=1", "time=noon", "", "event=closed,"};
    for (int i = 0; i < COUNT(wrong); i++)
        expect_text(refuse(c, "invalid-params", "events.subscribe", "{'filter': '%s'}", wrong[i]), "param", "filter");
    call(web, "close", "{'handle': %lu}", server_open(web));
    ck_assert(events_none(c)); /* what it had asked for before stands */
}
END_TEST

START_TEST(no_more_of_them)
{
    struct client *c = client_open();
    call(c, "events.unsubscribe", NULL);
    int64_t before = int_at(call(c, "session.info", NULL), "used.buffered");
    call(c, "events.subscribe", NULL);
    ck_assert_int_gt(int_at(call(c, "session.info", NULL), "used.buffered"), before);
    expect_event(c, "opened", server_open(c));
    call(c, "events.unsubscribe", NULL);
    expect_int(call(c, "session.info", NULL), "used.buffered", before);
    server_open(c);
    ck_assert(events_none(c));
    refuse(c, "invalid-params", "events.unsubscribe", "{'filter': 7}");
    call(c, "events.subscribe", "{'filter': 'event=opened'}");
    call(c, "events.unsubscribe", "{'filter': 'event=closed'}"); /* another one's */
    expect_event(c, "opened", server_open(c));
    call(c, "events.unsubscribe", "{'filter': 'event=opened'}");
    server_open(c);
    ck_assert(events_none(c));
}
END_TEST

/* ---- who does not listen ---- */

START_TEST(one_that_does_not_read_loses_the_oldest)
{
    enum { MANY = 6000 };
    struct client *c = subscriber(NULL, NULL), *other = client_open();
    for (int i = 0; i < MANY / 2; i++)
        call(other, "close", "{'handle': %lu}", server_open(other));
    json_object *used = call(other, "daemon.info", NULL); /* others are served as ever */
    ck_assert(has(used, "version"));
    int64_t seen = 0, lost = 0;
    handle last = 0;
    while (seen + lost < MANY) {
        json_object *event = event_next(c);
        if (strcmp(text_at(event, "event"), "lost") == 0) {
            ck_assert_int_gt(int_at(event, "count"), 0);
            lost += int_at(event, "count");
            expect_null(event, "handle");
            continue;
        }
        handle about = handle_at(event, "handle");
        ck_assert_uint_ge(about, last);
        last = about;
        seen++;
    }
    ck_assert_int_eq(seen + lost, MANY);
    ck_assert_int_gt(lost, 0);
    ck_assert_int_ge(seen, 256);
    ck_assert(events_none(c));
    json_object *stats = call(other, "daemon.stats", NULL);
    expect_int(stats, "events_lost", lost);
    expect_int(stats, "subscribers", 1);
    call(c, "events.unsubscribe", NULL);
    expect_int(call(c, "session.info", NULL), "used.buffered", 0);
    expect_int(call(other, "daemon.stats", NULL), "subscribers", 0);
}
END_TEST

START_TEST(what_waits_is_charged)
{
    struct client *tiny = client_open_by("tiny");
    expect_text(refuse(tiny, "limit", "events.subscribe", NULL), "limit", "buffered");
    expect_int(call(tiny, "session.info", NULL), "used.buffered", 0);
}
END_TEST

START_TEST(a_subscriber_that_is_gone)
{
    struct client *c = client_open();
    for (int i = 0; i < 20; i++)
        client_close(subscriber(NULL, NULL));
    handle server = server_open(c);
    call(c, "close", "{'handle': %lu}", server);
}
END_TEST

/* ---- the log ---- */

/* Lines behind a place in the log that have this; *left_out: what they say was left out. */
static int lines(long mark, const char *with, long *left_out)
{
    char line[4096];
    int count = 0;
    FILE *file = fopen(the_daemon.errors, "r");
    ck_assert_ptr_nonnull(file);
    fseek(file, mark, SEEK_SET);
    while (fgets(line, sizeof line, file)) {
        const char *more = strstr(line, "; ");
        bool mine = strstr(line, with);
        count += mine;
        if (mine && more && strstr(more, "were left out"))
            *left_out += strtol(more + 2, NULL, 10);
    }
    fclose(file);
    return count;
}

/* A client cannot fill the log, and coming back for each attempt is no way round. */
START_TEST(denials_are_logged_within_measure)
{
    enum { MANY = 300 };
    const char *profile = _i ? "fickle" : "noisy";
    char with[40];
    long mark = log_mark(), left_out = 0, begin = now_ms();
    struct client *c = client_open_by(profile);
    snprintf(with, sizeof with, "profile %s)", profile);
    for (int i = 0; i < MANY; i++) {
        deny(c, "10.0.0.1", "socket-connect", "{'host': '10.0.0.1', 'port': 80}");
        if (_i) {
            client_close(c);
            c = client_open_by(profile);
        }
    }
    int most = 20 + (int)((now_ms() - begin) * 5 / 1000) + 1, count = lines(mark, with, &left_out), extra = 0;
    ck_assert_msg(count >= 20 && count <= most, "%d lines, at most %d wanted", count, most);
    for (long end = now_ms() + 5000; count + left_out < MANY + extra && now_ms() < end; breathe()) {
        left_out = 0;
        if (now_ms() - begin > 250L * extra) {
            deny(c, "10.0.0.1", "socket-connect", "{'host': '10.0.0.1', 'port': 80}");
            extra++;
        }
        count = lines(mark, with, &left_out);
    }
    ck_assert_int_eq(count + left_out, MANY + extra);
    json_object *stats = call(client_open(), "daemon.stats", NULL);
    ck_assert_int_ge(int_at(stats, "denials_unlogged"), left_out);
    ck_assert_int_ge(int_at(stats, "denied"), MANY);
}
END_TEST

/* A limit that somebody sets for a call of its own is no business of others. */
START_TEST(a_limit_of_ones_own_is_no_event)
{
    struct link l = link_new(NULL);
    struct client *c = subscriber(NULL, "event=limit");
    peer_write(l.peer, "a line of some length\n");
    refuse(l.client, "limit", "read-line", "{'stream': %lu, 'limit': 5}", l.stream);
    ck_assert(events_none(c));
}
END_TEST

START_TEST(counters)
{
    struct client *c = client_open();
    json_object *before = call(c, "daemon.stats", NULL);
    handle server = server_open(c);
    json_object *after = call(c, "daemon.stats", NULL);
    ck_assert_int_eq(int_at(after, "handles"), int_at(before, "handles") + 1);
    ck_assert_int_eq(int_at(after, "handles_total"), int_at(before, "handles_total") + 1);
    expect_int(after, "handles_total", (int64_t)server);
    expect_int(after, "calls", 1);
    ck_assert_int_ge(int_at(after, "uptime_ms"), int_at(before, "uptime_ms"));
    ck_assert_int_ge(int_at(after, "sessions_total"), int_at(after, "sessions"));
    deny(client_open_by("web"), "admin", "daemon.stats", NULL);
    refuse(c, "invalid-params", "daemon.stats", "{'since': 0}");
}
END_TEST

START_TEST(a_limit_is_a_line_too)
{
    struct client *c = client_open_by("tiny");
    long mark = log_mark();
    refuse(c, "limit", "events.subscribe", NULL);
    ck_assert(logged(mark, "session ", "limit", "buffered", "profile tiny", NULL));
}
END_TEST

static const struct test_case cases[] = {
    {&streams_and_servers, COVERS({METHOD_events_subscribe, SUCCESS}), 0},
    {&the_end_of_a_session, NULL, 0},
    {&a_handle_that_is_shared, NULL, 0},
    {&handles_of_others_are_not_told_of, NULL, 0},
    {&a_denial_tells_its_owner_what_the_reply_tells, NULL, 0},
    {&every_sort_of_denial, NULL, 0},
    {&what_would_be_denied, NULL, 0},
    {&a_limit_that_is_met, NULL, 0},
    {&filters_are_those_of_lists, COVERS({METHOD_events_subscribe, BAD_PARAMS}), 0},
    {&no_more_of_them, COVERS({METHOD_events_unsubscribe, SUCCESS | BAD_PARAMS}), 0},
    {&one_that_does_not_read_loses_the_oldest, NULL, 0},
    {&what_waits_is_charged, NULL, 0},
    {&a_subscriber_that_is_gone, NULL, 0},
    {&denials_are_logged_within_measure, NULL, 2},
    {&a_limit_of_ones_own_is_no_event, NULL, 0},
    {&a_limit_is_a_line_too, NULL, 0},
    {&counters, COVERS({METHOD_daemon_stats, SUCCESS | BAD_PARAMS}), 0},
    {0},
};

const struct suite suite_events = {.name = "events", .cases = cases, .config = config};
