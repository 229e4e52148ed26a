/* A line or payload that does not end: 10 s from its first byte for each MiB begun, then one error and the end. The waits
 * run side by side in one case. */
#include <stdlib.h>

#include "harness.h"

static const char *const beginnings[] = {
    "{",
    "x",
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.info\"}",
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.info\",\"payload\":5}\nab",
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.info\",\"payload\":5}\n",
};

static void expect_timeout_and_end(struct client *c)
{
    struct message *message = client_receive(c);
    /* a call that has no use for its payload may be answered before that has come */
    if (message && has(message->json, "result"))
        message = client_receive(c);
    ck_assert_ptr_nonnull(message);
    json_object *data = fault_in(message->json, "timeout");
    expect_null(message->json, "id");
    ck_assert(has(data, "operation") && has(data, "timeout"));
    ck_assert(client_ended(c));
}

START_TEST(what_stays_unfinished_is_given_up_after_10_s)
{
    struct client *stuck[COUNT(beginnings)], *idle = client_open(), *blank = client_open(), *done = client_open(),
                                             *dripping = client_open();
    struct client *bulky = client_open();
    char *mib = value_keep(calloc(1, (1 << 20) + 1));
    for (int i = 0; i < COUNT(beginnings); i++)
        client_write(stuck[i] = client_open(), beginnings[i]);
    client_write(blank, "\n\n");
    client_write(done, "{\"jsonrpc\":\"2.0\",\"id\":7,\"me");
    client_write(bulky, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"daemon.info\",\"payload\":1048580}\n");
    client_send(bulky, mib, (1 << 20) + 1);
    long begin = now_ms();
    while (now_ms() - begin < 9000) {
        client_write(dripping, " ");
        ck_assert(client_silent(dripping, 300));
    }
    client_write(done, "thod\":\"daemon.info\"}\n");
    expect_text(client_receive(done)->json, "result.name", "sockd");
    for (int i = 0; i < COUNT(beginnings); i++)
        expect_timeout_and_end(stuck[i]);
    expect_timeout_and_end(dripping);
    ck_assert_int_ge(now_ms() - begin, 9800);
    ck_assert_int_le(now_ms() - begin, 12000);
    call(idle, "daemon.info", NULL);
    call(blank, "daemon.info", NULL);
    call(done, "daemon.info", NULL);
    client_write(bulky, "end");
    expect_text(client_receive(bulky)->json, "result.name", "sockd");
}
END_TEST

static const struct test_case cases[] = {{&what_stays_unfinished_is_given_up_after_10_s, NULL, 0}, {0}};

const struct suite suite_unfinished = {.name = "unfinished", .cases = cases, .seconds = 40};
