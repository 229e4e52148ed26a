/* Explaining a decision, and what a profile that only reports would have denied. */
#include <stdio.h>
#include <stdlib.h>

#include "attack.h"

static const char config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/web.sock', 'mode': '0666', 'profile': 'web'},"
    "                 {'path': '$/admin.sock', 'mode': '0666', 'profile': 'admin'},"
    "                 {'path': '$/blind.sock', 'mode': '0666', 'profile': 'blind'},"
    "                 {'path': '$/trial.sock', 'mode': '0666', 'profile': 'trial'},"
    "                 {'path': '$/flood.sock', 'mode': '0666', 'profile': 'flood'} ],"
    "  'profiles': {"
    "    'web': { 'rights': ['resolve', 'connect', 'listen', 'io'],"
    "             'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']}, {'allow': '1.0.0.0/8'}, {'deny': '1.2.0.0/16'},"
    "                       {'allow': '*.invalid'}, {'deny': 'bad.invalid'} ],"
    "             'listen': [ {'allow': '127.0.0.1', 'ports': ['20000-60000']} ] },"
    "    'admin': { 'rights': ['admin'] },"
    "    'blind': { 'rights': ['io'] },"
    "    'trial': { 'mode': 'report' },"
    "    'flood': { 'mode': 'report', 'rights': ['connect'] } } }";

static const char *step_text(json_object *result, const char *step)
{
    char path[40];
    for (size_t i = 0; i < count_at(result, "steps"); i++) {
        snprintf(path, sizeof path, "steps.%zu.step", i);
        if (strcmp(text_at(result, path), step) == 0) {
            snprintf(path, sizeof path, "steps.%zu.text", i);
            return text_at(result, path);
        }
    }
    ck_abort_msg("no step %s in %s", step, json_at(result, ""));
}

/* ---- policy.check ---- */

START_TEST(a_decision_is_explained)
{
    struct client *c = client_open();
    json_object *result = call(c, "policy.check", "{'host': '10.0.0.1', 'port': 80, 'profile': 'web'}");
    expect_false(result, "allowed");
    expect_text(result, "reason", "floor");
    expect_text(result, "steps.0.step", "right");
    expect_text(result, "steps.0.profile", "web");
    expect_true(result, "steps.0.good");
    ck_assert_ptr_nonnull(strstr(step_text(result, "floor"), "private"));
    ck_assert_str_eq(step_text(result, "verdict"), "denied");
    result = call(c, "policy.check", "{'host': '::ffff:1.2.3.4', 'port': 443, 'profile': 'web'}");
    expect_text(result, "reason", "rule");
    ck_assert_ptr_nonnull(strstr(step_text(result, "canonical"), "1.2.3.4 port 443"));
    ck_assert_ptr_nonnull(strstr(step_text(result, "rules"), "deny 1.2.0.0/16"));
    result = call(c, "policy.check", "{'host': '1.1.1.1', 'port': 443, 'profile': 'web'}");
    expect_true(result, "allowed");
    expect_null(result, "reason");
    ck_assert_ptr_nonnull(strstr(step_text(result, "rules"), "allow 1.0.0.0/8"));
    result = call(c, "policy.check", "{'host': 'bad.invalid', 'port': 443, 'profile': 'web'}");
    expect_text(result, "reason", "name-denied");
    result = call(c, "policy.check", "{'host': 'localhost', 'port': 5000, 'profile': 'web'}");
    expect_true(result, "allowed");
    ck_assert_ptr_nonnull(strstr(step_text(result, "name"), "localhost"));
    result = call(c, "policy.check", "{'host': '1.1.1.1', 'port': 443, 'profile': 'blind'}");
    expect_text(result, "reason", "no-right");
    result = call(c, "policy.check", "{'host': '10.0.0.1', 'port': 80}");
    expect_true(result, "allowed");
    ck_assert_ptr_nonnull(strstr(step_text(result, "profile"), "everything"));
    result = call(c, "policy.check", "{'host': '10.0.0.1', 'port': 80, 'profile': 'flood'}");
    expect_true(result, "allowed");
    expect_text(result, "reason", "floor");
    ck_assert_ptr_nonnull(strstr(step_text(result, "mode"), "report"));
    result = call(c, "policy.check", "{'host': '127.0.0.1', 'port': 20000, 'profile': 'web', 'operation': 'listen'}");
    expect_true(result, "allowed");
    result = call(c, "policy.check", "{'host': '0.0.0.0', 'port': 20000, 'profile': 'web', 'operation': 'listen'}");
    expect_text(result, "reason", "wildcard");
    result = call(c, "policy.check", "{'host': 'localhost', 'port': 0, 'profile': 'web', 'operation': 'listen'}");
    expect_true(result, "allowed");
}
END_TEST

/* Every target twice: explained, and tried. */
static const struct {
    const char *host;
    int port; /* 0: one of the test's own */
} targets[] = {
    {"127.0.0.1", 0},      {"localhost", 0},     {"::1", 0},           {"0.0.0.0", 0},       {"127.0.0.2", 0},
    {"127.0.0.1", 80},     {"10.0.0.1", 80},     {"8.8.8.8", 53},      {"1.2.3.4", 80},      {"::ffff:1.2.3.4", 80},
    {"2002::1", 80},       {"no.such.name", 80}, {"bad.invalid", 80},  {"127.0.0.1", 65536}, {"169.254.169.254", 80},
    {"64:ff9b::a00:1", 9}, {"localhost.", 0},    {"good.invalid", 80},
};

START_TEST(what_is_explained_is_what_happens)
{
    int port;
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web"), *owner = client_open();
    char params[200];
    snprintf(params, sizeof params, "{\"host\": \"%s\", \"port\": %d}", targets[_i].host,
             targets[_i].port ? targets[_i].port : port);
    json_object *told = reply(c, request(c, "policy.check", "%s", params))->json;
    json_object *full = reply(owner, request(owner, "policy.check", "{'profile': 'web', %s", params + 1))->json;
    json_object *tried = reply(c, request(c, "socket-connect", "%s", params))->json;
    if (!has(told, "result")) {
        expect_text(tried, "error.data.kind", text_at(told, "error.data.kind"));
        expect_text(full, "error.data.kind", text_at(told, "error.data.kind"));
        return;
    }
    const char *kind = has(tried, "error") ? text_at(tried, "error.data.kind") : "";
    bool stopped = strcmp(kind, "denied") == 0 || strcmp(kind, "resolve") == 0;
    ck_assert_msg(bool_at(told, "result.allowed") == !stopped, "%s: %s", params, json_at(tried, ""));
    ck_assert(bool_at(full, "result.allowed") == !stopped);
}
END_TEST

/* The steps that went well, and the look-up that ends them. */
START_TEST(a_name_without_an_address)
{
    struct client *owner = client_open(), *c = client_open_by("web");
    json_object *result = call(owner, "policy.check", "{'host': 'good.invalid', 'port': 80, 'profile': 'web'}");
    static const char *const steps[] = {"right", "form", "name", "resolve"};
    char path[40];
    ck_assert_uint_eq(count_at(result, "steps"), COUNT(steps));
    for (int i = 0; i < COUNT(steps); i++) {
        snprintf(path, sizeof path, "steps.%d.step", i);
        expect_text(result, path, steps[i]);
        snprintf(path, sizeof path, "steps.%d.good", i);
        ck_assert(bool_at(result, path) == (i < COUNT(steps) - 1));
    }
    ck_assert_ptr_nonnull(strstr(step_text(result, "resolve"), "good.invalid: "));
    expect_false(result, "allowed");
    expect_null(result, "reason");
    result = call(c, "policy.check", "{'host': 'good.invalid', 'port': 80}");
    expect_false(result, "allowed");
    ck_assert_uint_eq(count_at(result, "steps"), 1);
    expect_text(result, "steps.0.step", "resolve");
}
END_TEST

/* Whether, and no more. */
START_TEST(a_client_learns_what_trying_tells)
{
    struct client *c = client_open_by("web");
    static const char *const own[] = {"{'host': '10.0.0.1', 'port': 80}", "{'host': '10.0.0.1', 'port': 80, 'profile': 'web'}"};
    for (int i = 0; i < COUNT(own); i++) {
        json_object *result = call(c, "policy.check", "%s", json_at(json_of(own[i]), ""));
        expect_json(result, "",
                    "{'allowed': false, 'reason': null, 'steps': [{'profile': 'web', 'step': 'verdict',"
                    " 'good': false, 'text': 'denied'}]}");
    }
    deny(c, "admin", "policy.check", "{'host': '1.1.1.1', 'port': 80, 'profile': 'owner'}");
    deny(c, "admin", "policy.check", "{'host': '1.1.1.1', 'port': 80, 'profile': 'no such'}");
    expect_false(call(client_open_by("blind"), "policy.check", "{'host': '1.1.1.1', 'port': 80}"), "allowed");
    call(c, "session.restrict", "{'rules': {'rights': ['connect', 'io'], 'dial': [{'allow': '1.1.1.1'}]}}");
    expect_true(call(c, "policy.check", "{'host': '1.1.1.1', 'port': 80, 'profile': 'web'}"), "allowed");
    expect_false(call(c, "policy.check", "{'host': '1.1.1.2', 'port': 80, 'profile': 'web'}"), "allowed");
}
END_TEST

/* Asking about another profile is no way to look up what one may not. */
START_TEST(an_administrator_looks_up_what_is_his)
{
    struct client *c = client_open_by("admin");
    deny(c, "good.invalid", "policy.check", "{'host': 'good.invalid', 'port': 80, 'profile': 'web'}");
    expect_false(call(c, "policy.check", "{'host': 'bad.invalid', 'port': 80, 'profile': 'web'}"), "allowed");
    expect_true(call(c, "policy.check", "{'host': '1.1.1.1', 'port': 80, 'profile': 'web'}"), "allowed");
}
END_TEST

START_TEST(what_cannot_be_asked)
{
    struct client *c = client_open();
    expect_text(refuse(c, "invalid-params", "policy.check", "{'host': '127.1', 'port': 80}"), "param", "host");
    expect_text(refuse(c, "invalid-params", "policy.check", "{'host': 'a b', 'port': 80}"), "param", "host");
    refuse(c, "invalid-params", "policy.check", "{'host': '', 'port': 80}");
    refuse(c, "invalid-params", "policy.check", "{'host': '1.1.1.1', 'port': 65536}");
    refuse(c, "invalid-params", "policy.check", "{'host': '1.1.1.1', 'port': 80, 'operation': 'fly'}");
    expect_text(refuse(c, "invalid-params", "policy.check", "{'host': '1.1.1.1', 'port': 80, 'profile': 'no such'}"), "param",
                "profile");
    cancel_at_once(c, "policy.check", "{'host': 'localhost', 'port': 80}");
    call(c, "policy.check", "{'host': 'localhost', 'port': 80}");
}
END_TEST

/* ---- policy.report ---- */

/* The row of a report about that target. */
static json_object *row_of(json_object *report, const char *operation, const char *target, const char *reason)
{
    char path[40];
    for (size_t i = 0; i < count_at(report, "entries"); i++) {
        snprintf(path, sizeof path, "entries.%zu", i);
        json_object *row = value_at(report, path);
        if (strcmp(text_at(row, "operation"), operation) == 0 && strcmp(text_at(row, "target"), target) == 0 &&
            strcmp(text_at(row, "reason"), reason) == 0)
            return row;
    }
    ck_abort_msg("no %s %s %s in %s", operation, target, reason, json_at(report, ""));
}

START_TEST(a_report_has_what_would_have_been_denied)
{
    int port;
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("trial"), *owner = client_open();
    for (int i = 0; i < 3; i++)
        call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    call(c, "socket-connect", "{'host': 'localhost', 'port': %d}", port);
    call(c, "socket-server", "{'interface': '127.0.0.1'}");
    reply(c, request(c, "socket-connect", "{'host': 'no-such.invalid', 'port': 443, 'timeout': 0.05}"));
    json_object *report = call(owner, "policy.report", "{'profile': 'trial'}");
    json_object *row = row_of(report, "connect", "127.0.0.1", "floor");
    expect_int(row, "count", 3);
    expect_int(row, "port", port);
    expect_text(row, "address", "127.0.0.1");
    expect_text(row, "profile", "trial");
    expect_null(row, "rule");
    ck_assert_int_le(strcmp(text_at(row, "first"), text_at(row, "last")), 0);
    row = row_of(report, "connect", "localhost", "floor");
    expect_text(row, "address", "127.0.0.1");
    row_of(report, "socket-connect", "connect", "no-right");
    row_of(report, "connect", "resolve", "no-right");
    expect_int(row_of(report, "connect", "no-such.invalid", "name-not-allowed"), "port", 443);
    row = row_of(report, "listen", "127.0.0.1", "no-rule");
    expect_int(row, "port", 0);
    expect_int(report, "dropped", 0);
    ck_assert_uint_eq(count_at(call(owner, "policy.report", "{'profile': 'web'}"), "entries"), 0);
    ck_assert_uint_ge(count_at(call(owner, "policy.report", NULL), "entries"), count_at(report, "entries"));
}
END_TEST

/* A right without which a method does less is reported, too; one who is held to his rights is not denied anything by that. */
START_TEST(a_report_has_the_right_to_a_name)
{
    int port;
    peer_listen("127.0.0.1", &port);
    struct client *trial = client_open_by("trial"), *web = client_open_by("web"), *owner = client_open();
    int64_t before = int_at(call(owner, "daemon.stats", NULL), "denied");
    struct client *both[] = {trial, web};
    for (int i = 0; i < COUNT(both); i++) {
        handle stream = handle_at(call(both[i], "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port), "stream");
        call(both[i], "socket-stream-peer", "{'stream': %lu, 'do_not_resolve': true}", stream);
        for (int times = 0; times < 2; times++)
            call(both[i], "socket-stream-peer", "{'stream': %lu}", stream);
    }
    json_object *report = call(owner, "policy.report", "{'profile': 'trial'}");
    expect_int(row_of(report, "socket-stream-peer", "reverse", "no-right"), "count", 2);
    expect_int(call(owner, "daemon.stats", NULL), "denied", before);
}
END_TEST

/* What a session puts upon itself says nothing about its profile. */
START_TEST(a_report_is_of_the_profile)
{
    int port;
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("web"), *owner = client_open();
    call(c, "session.restrict", "{'rules': {'mode': 'report'}}");
    call(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", port);
    ck_assert_uint_eq(count_at(call(owner, "policy.report", "{'profile': 'web'}"), "entries"), 0);
}
END_TEST

START_TEST(a_report_is_bounded)
{
    enum { MANY = 1100, ROOM = 1024 };
    struct client *c = client_open_by("flood"), *owner = client_open();
    int port = peer_free_port();
    for (int i = 0; i < MANY; i++)
        refuse(c, "os-error", "socket-connect", "{'host': '127.1.%d.%d', 'port': %d}", i / 250, i % 250 + 1, port);
    json_object *report = call(owner, "policy.report", "{'profile': 'flood'}");
    ck_assert_uint_eq(count_at(report, "entries"), ROOM);
    expect_int(report, "dropped", MANY - ROOM);
    expect_text(report, "entries.0.target", "127.1.0.77");
    expect_text(report, "entries.1023.target", "127.1.4.100");
}
END_TEST

START_TEST(reports_are_for_administrators)
{
    deny(client_open_by("web"), "admin", "policy.report", NULL);
    deny(client_open_by("web"), "admin", "policy.list", NULL);
    struct client *owner = client_open();
    expect_text(refuse(owner, "invalid-params", "policy.report", "{'profile': 'no such'}"), "param", "profile");
    refuse(owner, "invalid-params", "policy.list", "{'profile': 'web'}");
}
END_TEST

START_TEST(the_profiles)
{
    json_object *result = call(client_open(), "policy.list", NULL);
    bool found = false;
    char path[60];
    for (size_t i = 0; i < count_at(result, "profiles"); i++) {
        snprintf(path, sizeof path, "profiles.%zu", i);
        json_object *profile = value_at(result, path);
        if (strcmp(text_at(profile, "profile"), "web") != 0)
            continue;
        found = true;
        expect_text(profile, "mode", "enforce");
        expect_false(profile, "unrestricted");
        expect_json(profile, "rights", "['resolve', 'connect', 'listen', 'io', 'inspect', 'close']");
        expect_text(profile, "dial.2", "deny 1.2.0.0/16");
        expect_text(profile, "listen.0", "allow 127.0.0.1 20000-60000");
    }
    ck_assert(found);
}
END_TEST

static const struct test_case cases[] = {
    {&a_decision_is_explained, COVERS({METHOD_policy_check, SUCCESS}), 0},
    {&what_is_explained_is_what_happens, NULL, COUNT(targets)},
    {&a_name_without_an_address, NULL, 0},
    {&a_client_learns_what_trying_tells, COVERS({METHOD_policy_check, REFUSAL}), 0},
    {&an_administrator_looks_up_what_is_his, NULL, 0},
    {&what_cannot_be_asked, COVERS({METHOD_policy_check, BAD_PARAMS | CANCEL}), 0},
    {&a_report_has_what_would_have_been_denied, COVERS({METHOD_policy_report, SUCCESS}), 0},
    {&a_report_has_the_right_to_a_name, NULL, 0},
    {&a_report_is_of_the_profile, NULL, 0},
    {&a_report_is_bounded, NULL, 0},
    {&reports_are_for_administrators, COVERS({METHOD_policy_report, BAD_PARAMS}, {METHOD_policy_list, BAD_PARAMS}), 0},
    {&the_profiles, COVERS({METHOD_policy_list, SUCCESS}), 0},
    {0},
};

const struct suite suite_policy = {.name = "policy", .cases = cases, .config = config};
