/* watch, and the way from a profile that only reports to one that enforces. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "program.h"
#include "suites.h"

/* The trial profile as it stands now: %s. */
#define LISTENERS                                                    \
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'}," \
    "                 {'path': '$/trial.sock', 'mode': '0666', 'profile': 'trial'} ],"

static const char config[] = LISTENERS "'profiles': { 'trial': { 'rights': ['io'], 'mode': 'report',"
                                       "  'dial': [ {'allow': '127.0.0.9', 'ports': ['1-65535']},"
                                       "            {'deny': '127.0.0.9'} ] } } }";

/* ---- watch ---- */

START_TEST(a_line_an_event)
{
    struct running watch = program_start("sockctl watch --count 3");
    struct client *owner = client_open();
    while (int_at(call(owner, "daemon.stats", NULL), "subscribers") == 0)
        breathe();
    unsigned long server = sockctl_number("listen-on 0 127.0.0.1");
    char want[60];
    const char *line = running_line(&watch);
    snprintf(want, sizeof want, "Z  opened %lu  sockctl/", server);
    ck_assert_msg(line && strstr(line, want) && strstr(line, "  127.0.0.1:"), "%s", line);
    sockctl_text("close %lu", server);
    line = running_line(&watch);
    snprintf(want, sizeof want, "Z  closed %lu  sockctl/", server);
    ck_assert_msg(line && strstr(line, want) && strstr(line, "  closed"), "%s", line);
    sockctl_text("close %lu", sockctl_number("listen-on"));
    ck_assert_ptr_nonnull(running_line(&watch));
    ck_assert_int_eq(running_wait(&watch), 0);
}
END_TEST

START_TEST(objects_for_programs)
{
    struct running watch = program_start("sockctl watch event=closed -o ndjson --count 1");
    struct client *owner = client_open();
    while (int_at(call(owner, "daemon.stats", NULL), "subscribers") == 0)
        breathe();
    unsigned long server = sockctl_number("listen-on");
    sockctl_text("close %lu", server);
    json_object *event = value_keep_json(json_tokener_parse(running_line(&watch)));
    expect_text(event, "event", "closed");
    expect_int(event, "handle", (int64_t)server);
    ck_assert_int_eq(running_wait(&watch), 0);
    sockctl_refused(1, "filter", "watch zork=1");
    sockctl_refused(2, "ndjson", "watch -j");
}
END_TEST

START_TEST(a_watcher_ends)
{
    struct running watch = program_start("sockctl watch");
    struct client *owner = client_open();
    while (int_at(call(owner, "daemon.stats", NULL), "subscribers") == 0)
        breathe();
    kill(watch.pid, SIGINT);
    ck_assert_int_eq(running_wait(&watch), 130);
    for (long end = now_ms() + 5000; int_at(call(owner, "daemon.stats", NULL), "subscribers") > 0 && now_ms() < end;)
        breathe();
    expect_int(call(owner, "daemon.stats", NULL), "subscribers", 0);
}
END_TEST

/* ---- policy ---- */

START_TEST(decisions_step_by_step)
{
    const char *text = sockctl_text("policy check 10.0.0.1 80 --profile trial");
    static const char *const wanted[] = {"no   trial: right: connect: not given\n", "yes  trial: mode: report",
                                         "no   trial: floor: the class private", "yes  verdict: allowed, and reported"};
    for (int i = 0; i < COUNT(wanted); i++)
        ck_assert_msg(strstr(text, wanted[i]), "%s", text);
    json_object *result =
        value_keep_json(json_tokener_parse(sockctl_text("-j policy check 10.0.0.1 80 --profile trial --operation listen")));
    expect_true(result, "allowed");
    expect_text(result, "reason", "no-right");
    const struct ended *ended = sockctl("policy check does-not-exist.invalid 80 --profile trial");
    ck_assert_int_eq(ended->status, 1);
    ck_assert_msg(strstr(ended->out, "\nno   resolve: does-not-exist.invalid: "), "%s", ended->out);
    sockctl_refused(1, "no profile of that name", "policy check 10.0.0.1 80 --profile nobody");
    sockctl_refused(2, "a host and a port", "policy check 10.0.0.1");
    sockctl_refused(2, "action: must be ls, show, check or suggest", "policy sing");
}
END_TEST

START_TEST(the_profiles)
{
    ck_assert_str_eq(sockctl_text("policy ls"),
                     "PROFILE  MODE     RIGHTS              DIAL                                     LISTEN\n"
                     "trial    report   io, inspect, close  allow 127.0.0.9 1-65535, deny 127.0.0.9  -\n"
                     "owner    enforce  everything          everything                               everything");
    const char *text = sockctl_text("policy show trial");
    ck_assert_msg(strstr(text, "mode    report\n") && strstr(text, "right   io\n") && strstr(text, "dial    deny 127.0.0.9"),
                  "%s", text);
    sockctl_refused(3, "no profile", "policy show nobody");
    sockctl_refused(2, "the name of a profile", "policy show");
}
END_TEST

/* What a client of the trial profile does; denied: whether that ends its connections. */
struct work {
    int port, other; /* on which somebody listens */
};

static json_object *work_try(struct client *c, const char *host, int port)
{
    return reply(c, request(c, "socket-connect", "{'host': '%s', 'port': %d}", host, port))->json;
}

static bool is_denied(json_object *reply)
{
    return has(reply, "error") && strcmp(text_at(reply, "error.data.kind"), "denied") == 0;
}

static void work_do(const struct work *work, struct client *c, bool allowed)
{
    ck_assert(is_denied(work_try(c, "127.0.0.1", work->port)) == !allowed);
    ck_assert(is_denied(work_try(c, "localhost", work->other)) == !allowed);
    struct message *server = reply(c, request(c, "socket-server", "{'interface': '127.0.0.1'}"));
    ck_assert(is_denied(server->json) == !allowed);
}

/* The configuration with the rules in place of the trial profile's. */
static void enforce(const char *rules)
{
    char *text;
    ck_assert_int_ge(asprintf(&text, LISTENERS "'profiles': { 'trial': %s } }", rules), 0);
    daemon_configure(&the_daemon, value_keep(text));
    call(client_open(), "daemon.reload", NULL);
}

/* The rules that a suggestion makes, with what the profile had. */
static const char *rules_of(json_object *suggested)
{
    char *text;
    json_object_array_add(value_at(suggested, "rights"), json_object_new_string("io"));
    text = value_keep(strdup(json_object_to_json_string_ext(suggested, JSON_C_TO_STRING_PLAIN)));
    return text;
}

START_TEST(from_a_report_to_rules)
{
    struct work work;
    int port;
    peer_listen("127.0.0.1", &work.port);
    peer_listen("127.0.0.1", &work.other);
    peer_listen("127.0.0.1", &port);
    struct client *c = client_open_by("trial");
    work_do(&work, c, true);
    ck_assert(!is_denied(work_try(c, "127.0.0.9", port)));

    /* the floor is not opened unless a person has decided so */
    const struct ended *ended = sockctl("policy suggest --profile trial");
    ck_assert_int_eq(ended->status, 0);
    ck_assert_msg(strstr(ended->err, "decided by a person"), "%s", ended->err);
    ck_assert_msg(strstr(ended->err, "127.0.0.9") && strstr(ended->err, "stays denied"), "%s", ended->err);
    json_object *suggested = value_keep_json(json_tokener_parse(ended->out));
    expect_json(suggested, "dial", "[]");
    expect_json(suggested, "listen", "[{'allow': '127.0.0.1'}]");
    enforce(rules_of(suggested));
    ck_assert(is_denied(work_try(c, "127.0.0.1", work.port)));

    suggested = value_keep_json(json_tokener_parse(sockctl_text("policy suggest --profile trial --floor -q")));
    ck_assert_uint_ge(count_at(suggested, "dial"), 1); /* localhost may have an address of the other family, too */
    expect_text(suggested, "dial.0.allow", "127.0.0.1");
    expect_text(suggested, "dial.0.name", "decided: floor");
    ck_assert_uint_eq(count_at(suggested, "dial.0.ports"), 2);
    enforce(rules_of(suggested));
    work_do(&work, c, true);
    ck_assert(is_denied(work_try(c, "127.0.0.1", port)));
    ck_assert(is_denied(work_try(c, "127.0.0.9", port)));
    ck_assert(is_denied(work_try(c, "8.8.8.8", 53)));

    json_object *all = value_keep_json(json_tokener_parse(sockctl_text("policy suggest --floor -q")));
    expect_json(all, "profiles.trial.listen", "[{'allow': '127.0.0.1'}]");
    daemon_configure(&the_daemon, config);
    call(client_open(), "daemon.reload", NULL);
}
END_TEST

/* A denial that did not take place does not look like one. This adds to the report, so it comes last. */
START_TEST(what_is_only_reported)
{
    struct running watch = program_start("sockctl watch event=denied --count 1");
    struct client *owner = client_open();
    while (int_at(call(owner, "daemon.stats", NULL), "subscribers") == 0)
        breathe();
    struct client *c = client_open_by("trial");
    reply(c, request(c, "socket-connect", "{'host': '127.0.0.1', 'port': %d}", peer_free_port()));
    const char *line = running_line(&watch);
    ck_assert_msg(strstr(line, "  denied, reported  ") && strstr(line, " trial  socket-connect connect  no-right"), "%s", line);
    ck_assert_int_eq(running_wait(&watch), 0);
}
END_TEST

static const struct test_case cases[] = {
    {&a_line_an_event, NULL, 0},       {&objects_for_programs, NULL, 0},
    {&a_watcher_ends, NULL, 0},        {&decisions_step_by_step, NULL, 0},
    {&the_profiles, NULL, 0},          {&from_a_report_to_rules, NULL, 0},
    {&what_is_only_reported, NULL, 0}, {0},
};

const struct suite suite_policy = {.name = "policy", .cases = cases, .config = config};
