/* handle.info and handle.list: what is told, filters, fields, pages. */
#include <stdio.h>
#include <unistd.h>

#include "harness.h"

START_TEST(everything_known_about_a_stream)
{
    struct link l = link_new("'element_type': 'character', 'external_format': 'dos', 'buffered': true");
    call(l.client, "write-line", "{'stream': %lu, 'string': 'out'}", l.stream);
    call(l.client, "finish-output", "{'stream': %lu}", l.stream);
    peer_write(l.peer, "in\nmore");
    link_expect_line(&l, "in");
    json_object *info = call(l.client, "handle.info", "{'handle': %lu}", l.stream);
    expect_int(info, "handle", (int64_t)l.stream);
    expect_text(info, "kind", "stream");
    expect_text(info, "state", "open");
    expect_int(info, "owner.uid", getuid());
    expect_int(info, "owner.gid", getgid());
    expect_int(info, "owner.pid", getpid());
    expect_text(info, "owner.profile", "owner");
    ck_assert_int_gt(int_at(info, "owner.session"), 0);
    expect_null(info, "owner.label");
    expect_text(info, "local.address", "127.0.0.1");
    expect_text(info, "peer.address", "127.0.0.1");
    expect_int(info, "local.port",
               int_at(call(l.client, "socket-stream-local", "{'stream': %lu, 'do_not_resolve': true}", l.stream), "port"));
    expect_text(info, "host", "127.0.0.1");
    expect_text(info, "lifetime", "session");
    ck_assert(strchr(text_at(info, "created"), 'T'));
    ck_assert_int_ge(int_at(info, "age_ms"), int_at(info, "idle_ms"));
    expect_int(info, "bytes_in", 7);
    expect_int(info, "bytes_out", 5);
    expect_int(info, "buffered_in", 4);
    expect_int(info, "buffered_out", 0);
    expect_int(info, "waiting_in", 0);
    expect_text(info, "element_type", "character");
    expect_text(info, "external_format.line_terminator", "dos");
    expect_true(info, "buffered");
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    expect_int(call(l.client, "handle.info", "{'handle': %lu}", l.stream), "waiting_in", 1);
}
END_TEST

START_TEST(everything_known_about_a_server)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': '127.0.0.1'}");
    json_object *info = call(c, "handle.info", "{'handle': %lu}", handle_at(server, "server"));
    expect_text(info, "kind", "server");
    expect_text(info, "state", "listening");
    expect_text(info, "local.address", "127.0.0.1");
    expect_int(info, "local.port", int_at(server, "port"));
    expect_text(info, "peer.address", "");
    expect_int(info, "peer.port", 0);
    ck_assert(!has(info, "element_type") && !has(info, "external_format") && !has(info, "buffered"));
    refuse(c, "no-such-handle", "handle.info", "{'handle': %lu}", NOBODY);
}
END_TEST

/* Two streams and a server, in that order; the second stream has read ten bytes. */
struct scene {
    struct client *client;
    struct link quiet, busy;
    handle server;
};

static struct scene scene_new(void)
{
    struct client *c = client_open();
    struct scene s = {c, link_open(c, NULL), link_open(c, "'element_type': 'unsigned-byte 8'"), 0};
    s.server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    peer_write(s.busy.peer, "0123456789");
    call(c, "read-byte-sequence", "{'stream': %lu, 'length': 10, 'timeout': 5}", s.busy.stream);
    return s;
}

START_TEST(a_list_has_the_same_objects_in_rising_order)
{
    struct scene s = scene_new();
    json_object *list = call(s.client, "handle.list", NULL);
    ck_assert_uint_eq(count_at(list, "handles"), 3);
    expect_null(list, "next");
    expect_int(list, "handles.0.handle", (int64_t)s.quiet.stream);
    expect_int(list, "handles.1.handle", (int64_t)s.busy.stream);
    expect_int(list, "handles.2.handle", (int64_t)s.server);
    json_object *info = call(s.client, "handle.info", "{'handle': %lu}", s.busy.stream);
    struct json_object_iter member;
    json_object_object_foreachC(info, member)
    {
        char path[80];
        snprintf(path, sizeof path, "handles.1.%s", member.key);
        ck_assert_msg(has(list, path), "the list has no %s", member.key);
    }
}
END_TEST

/* Filters, and which of the three they let through: q(uiet), b(usy), s(erver). */
static const struct {
    const char *filter, *through;
} filters[] = {
    {"kind=stream", "qb"},
    {"kind=server", "s"},
    {"kind!=stream", "s"},
    {"kind=stream,bytes_in>0", "b"},
    {"bytes_in>9", "b"},
    {"bytes_in>=10", "b"},
    {"bytes_in>10", ""},
    {"bytes_in<10", "qs"},
    {"bytes_in<=10", "qbs"},
    {"bytes_in=10", "b"},
    {"bytes_in!=10", "qs"},
    {"state=open", "qb"},
    {"state=listening,kind=server", "s"},
    {"peer.address=127.0.0.1", "qb"},
    {"peer.address=127.0.0.0/8", "qb"},
    {"peer.address=10.0.0.0/8", ""},
    {"peer.address!=10.0.0.0/8,kind=stream", "qb"},
    {"local.address=127.0.0.0/8", "qbs"},
    {"local.address=0.0.0.0/0", "qbs"},
    {"local.address=::1", ""},
    {"owner.profile=owner", "qbs"},
    {"owner.uid=0,owner.uid!=0", ""},
    {"host=127.0.0.1,kind=stream", "qb"},
    {"lifetime=session", "qbs"},
    {"lifetime=daemon", ""},
    {"element_type=unsigned-byte 8", "b"},
    {"age_ms>=0", "qbs"},
    {"handle>0", "qbs"},
    {"local.port>0", "qbs"},
};

START_TEST(a_filter_lets_through_what_fits_all_its_terms)
{
    struct scene s = scene_new();
    json_object *list = call(s.client, "handle.list", "{'filter': '%s'}", filters[_i].filter);
    const char *want = filters[_i].through;
    ck_assert_msg(count_at(list, "handles") == strlen(want), "%s: %s", filters[_i].filter, json_at(list, ""));
    for (size_t i = 0; want[i]; i++) {
        char path[40];
        snprintf(path, sizeof path, "handles.%zu.handle", i);
        expect_int(list, path, (int64_t)(want[i] == 'q' ? s.quiet.stream : want[i] == 'b' ? s.busy.stream : s.server));
    }
}
END_TEST

static const char *const bad_filters[] = {"",
                                          "nonsense=1",
                                          "kind",
                                          "kind=",
                                          "=stream",
                                          "kind=stream,",
                                          ",kind=stream",
                                          "kind=stream,,state=open",
                                          "kind=horse",
                                          "bytes_in=x",
                                          "bytes_in=1.5",
                                          "bytes_in>",
                                          "kind>stream",
                                          "owner=1",
                                          "owner.none=1",
                                          "owner.uid=me",
                                          "peer.address=10.0.0.0/33",
                                          "peer.address=10/8",
                                          "peer.address=horse",
                                          "kind==stream",
                                          "kind~stream",
                                          "bytes_in=99999999999999999999",
                                          "peer=127.0.0.1",
                                          "handle=-1x"};

START_TEST(a_bad_filter_is_refused)
{
    struct client *c = client_open();
    struct message *message =
        exchange(c, "{'jsonrpc':'2.0','id':1,'method':'handle.list','params':{'filter':'%s'}}", bad_filters[_i]);
    ck_assert_msg(has(message->json, "error"), "%s: %s", bad_filters[_i], message->line);
    json_object *data = fault_in(message->json, "invalid-params");
    expect_text(data, "param", "filter");
    ck_assert(*text_at(data, "reason"));
}
END_TEST

START_TEST(fields_choose_what_is_shown)
{
    struct scene s = scene_new();
    json_object *list = call(s.client, "handle.list", "{'fields': ['handle', 'owner.uid', 'peer'], 'filter': 'bytes_in=10'}");
    json_object *only = value_at(list, "handles.0");
    ck_assert_int_eq(json_object_object_length(only), 3);
    expect_int(only, "handle", (int64_t)s.busy.stream);
    expect_int(only, "owner.uid", getuid());
    ck_assert_int_eq(json_object_object_length(value_at(only, "owner")), 1);
    ck_assert_int_eq(json_object_object_length(value_at(only, "peer")), 2);
    expect_text(refuse(s.client, "invalid-params", "handle.list", "{'fields': ['handle', 'nonsense']}"), "param", "fields");
    expect_text(refuse(s.client, "invalid-params", "handle.list", "{'fields': ['owner.']}"), "param", "fields");
}
END_TEST

START_TEST(a_list_comes_in_pages)
{
    struct client *c = client_open();
    handle made[7];
    for (int i = 0; i < 7; i++)
        made[i] = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    int64_t after = 0;
    int seen = 0;
    for (int page = 0; page < 4; page++) {
        json_object *list = call(c, "handle.list", "{'after': %ld, 'limit': 2, 'fields': ['handle']}", (long)after);
        size_t count = count_at(list, "handles");
        ck_assert_uint_eq(count, page < 3 ? 2 : 1);
        for (size_t i = 0; i < count; i++) {
            char path[40];
            snprintf(path, sizeof path, "handles.%zu.handle", i);
            expect_int(list, path, (int64_t)made[seen++]);
        }
        if (page < 3)
            after = int_at(list, "next");
        else
            expect_null(list, "next");
    }
    ck_assert_int_eq(seen, 7);
    expect_null(call(c, "handle.list", "{'limit': 7}"), "next");
    ck_assert_uint_eq(count_at(call(c, "handle.list", "{'after': %ld}", (long)made[6]), "handles"), 0);
    ck_assert_uint_eq(count_at(call(c, "handle.list", "{'after': 9007199254740991}"), "handles"), 0);
}
END_TEST

START_TEST(pages_of_a_filter)
{
    struct scene s = scene_new();
    json_object *first = call(s.client, "handle.list", "{'filter': 'kind=stream', 'limit': 1}");
    expect_int(first, "handles.0.handle", (int64_t)s.quiet.stream);
    json_object *second =
        call(s.client, "handle.list", "{'filter': 'kind=stream', 'limit': 1, 'after': %ld}", (long)int_at(first, "next"));
    expect_int(second, "handles.0.handle", (int64_t)s.busy.stream);
}
END_TEST

START_TEST(a_label_and_a_host_are_shown_safely)
{
    struct client *c = client_open();
    call(c, "session.hello", "{'name': '<b>\\\"quoted\\\" \\\\ \xc3\xa9'}");
    struct link l = link_open(c, NULL);
    expect_text(call(c, "handle.info", "{'handle': %lu}", l.stream), "owner.label", "<b>\"quoted\" \\ \xc3\xa9");
}
END_TEST

static const struct test_case cases[] = {
    {&everything_known_about_a_stream, COVERS({METHOD_handle_info, SUCCESS}), 0},
    {&everything_known_about_a_server, COVERS({METHOD_handle_info, REFUSAL}), 0},
    {&a_list_has_the_same_objects_in_rising_order, COVERS({METHOD_handle_list, SUCCESS}), 0},
    {&a_filter_lets_through_what_fits_all_its_terms, NULL, COUNT(filters)},
    {&a_bad_filter_is_refused, NULL, COUNT(bad_filters)},
    {&fields_choose_what_is_shown, NULL, 0},
    {&a_list_comes_in_pages, NULL, 0},
    {&pages_of_a_filter, NULL, 0},
    {&a_label_and_a_host_are_shown_safely, NULL, 0},
    {0},
};

const struct suite suite_inspect = {.name = "inspect", .cases = cases};
