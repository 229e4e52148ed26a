/* ls and show: every format, filters, order, pages, and what others can put into them. */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "program.h"
#include "suites.h"

enum { SERVERS = 3 };

struct set {
    unsigned long servers[SERVERS], stream;
    int port;
};

static struct set set_open(void)
{
    struct set set;
    int listener = peer_listen("127.0.0.1", &set.port);
    for (int i = 0; i < SERVERS; i++)
        set.servers[i] = sockctl_number("listen-on");
    set.stream = sockctl_number("connect 127.0.0.1 %d", set.port);
    peer_accept(listener);
    return set;
}

static void set_close(const struct set *set)
{
    for (int i = 0; i < SERVERS; i++)
        sockctl_text("close %lu", set->servers[i]);
    sockctl_text("close %lu", set->stream);
}

START_TEST(nothing_is_a_list_too)
{
    ck_assert_str_eq(sockctl_text("ls"), "ID  STATE  OWNER  LOCAL  PEER  AGE  RX  TX");
    ck_assert_str_eq(sockctl_text("ls -H"), "");
    json_object *list = value_keep_json(json_tokener_parse(sockctl_text("ls -j")));
    expect_text(list, "schema", "sockd.streams/1");
    ck_assert_uint_eq(count_at(list, "items"), 0);
    expect_null(list, "next");
}
END_TEST

START_TEST(formats)
{
    struct set set = set_open();
    char want[200];
    const char *table = sockctl_text("ls");
    snprintf(want, sizeof want, "\n%lu ", set.stream);
    ck_assert_ptr_nonnull(strstr(table, want));
    snprintf(want, sizeof want, "  127.0.0.1:%d  ", set.port);
    ck_assert_msg(strstr(table, want) != NULL, "%s", table);
    ck_assert_ptr_nonnull(strstr(table, " sockctl/"));
    snprintf(want, sizeof want, "%lu", set.stream);
    ck_assert_str_eq(sockctl_text("ls -q"), want);
    ck_assert_str_eq(sockctl_text("ls -o name"), want);
    snprintf(want, sizeof want, "handle,peer.port,owner.uid\n%lu,%d,%d", set.stream, set.port, (int)getuid());
    ck_assert_str_eq(sockctl_text("ls -o csv --columns handle,peer.port,owner.uid"), want);
    snprintf(want, sizeof want, "{\"handle\":%lu,\"peer\":{\"port\":%d}}", set.stream, set.port);
    ck_assert_str_eq(sockctl_text("ls -o ndjson --columns handle,peer.port"), want);
    json_object *list = value_keep_json(json_tokener_parse(sockctl_text("ls all -j")));
    expect_text(list, "schema", "sockd.handles/1");
    ck_assert_uint_eq(count_at(list, "items"), SERVERS + 1);
    expect_text(list, "items.0.kind", "server");
    expect_text(list, "items.0.state", "listening");
    ck_assert_ptr_nonnull(strstr(sockctl_text("ls -o wide"), "PROFILE"));
    set_close(&set);
}
END_TEST

START_TEST(filter_order_and_pages)
{
    struct set set = set_open();
    char want[200];
    snprintf(want, sizeof want, "%lu\n%lu\n%lu", set.servers[2], set.servers[1], set.servers[0]);
    ck_assert_str_eq(sockctl_text("ls servers -q --sort -handle"), want);
    snprintf(want, sizeof want, "%lu", set.servers[1]);
    ck_assert_str_eq(sockctl_text("ls servers -q --limit 1 --after %lu", set.servers[0]), want);
    ck_assert_str_eq(sockctl_text("ls servers -q -f handle=%lu", set.servers[1]), want);
    json_object *page = value_keep_json(json_tokener_parse(sockctl_text("ls servers -j --limit 2")));
    ck_assert_uint_eq(count_at(page, "items"), 2);
    expect_int(page, "next", (int64_t)set.servers[1]);
    ck_assert_str_eq(sockctl_text("ls -q -f peer.port=%d,state=open", set.port), sockctl_text("ls -q"));
    ck_assert_str_eq(sockctl_text("ls -q -f peer.port!=%d", set.port), "");
    sockctl_refused(1, "zork", "ls -f zork=1");
    sockctl_refused(1, "invalid-params", "ls -f handle=x");
    set_close(&set);
}
END_TEST

START_TEST(more_than_a_page)
{
    enum { MANY = 1100 };
    struct client *c = client_open();
    for (int i = 0; i < MANY; i++)
        call(c, "socket-server", "{'interface': '127.0.0.1'}");
    int lines = 0;
    for (const char *at = sockctl_text("ls servers -q"); at; at = strchr(at + 1, '\n'))
        lines++;
    ck_assert_int_eq(lines, MANY);
    json_object *list = value_keep_json(json_tokener_parse(sockctl_text("ls servers -j")));
    ck_assert_uint_eq(count_at(list, "items"), MANY);
    expect_null(list, "next");
    client_close(c);
}
END_TEST

START_TEST(show_tells_all_and_goes_on)
{
    struct set set = set_open();
    const char *text = sockctl_text("show %lu", set.stream);
    for (size_t i = 0; i < record_handle_info.count; i++)
        ck_assert_msg(strstr(text, record_handle_info.fields()[i].name) != NULL, "%s", text);
    const struct ended *ended = sockctl("show -q %lu %lu %lu", set.servers[0], NOBODY, set.stream);
    ck_assert_int_eq(ended->status, 3);
    char want[100];
    snprintf(want, sizeof want, "%lu\n%lu\n", set.servers[0], set.stream);
    ck_assert_str_eq(ended->out, want);
    set_close(&set);
}
END_TEST

START_TEST(names_cannot_draw)
{
    prctl(PR_SET_NAME, "\x1b[2Jab\xc2\x9b");
    struct client *c = client_open();
    call(c, "socket-server", NULL);
    const char *table = sockctl_text("ls servers");
    ck_assert_msg(strstr(table, " ?[2Jab?/") != NULL, "%s", table);
    ck_assert_ptr_nonnull(strstr(sockctl_text("ls servers --json=short"), "\"?[2Jab?\""));
    client_close(c);
}
END_TEST

static const struct test_case cases[] = {
    {&nothing_is_a_list_too, NULL, 0},
    {&formats, NULL, 0},
    {&filter_order_and_pages, NULL, 0},
    {&more_than_a_page, NULL, 0},
    {&show_tells_all_and_goes_on, NULL, 0},
    {&names_cannot_draw, NULL, 0},
    {0},
};

const struct suite suite_lists = {.name = "lists", .cases = cases};
