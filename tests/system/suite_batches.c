/* Batches as JSON-RPC 2.0 has them: one array of replies once all are there, nothing for notifications. */
#include <stdio.h>

#include "harness.h"

#define INFO(id) "{'jsonrpc':'2.0','id':" #id ",'method':'daemon.info'}"

/* The reply with that id among those of a batch. */
static json_object *entry(const struct message *message, const char *id)
{
    for (size_t i = 0; i < count_at(message->json, ""); i++) {
        char path[32];
        snprintf(path, sizeof path, "%zu", i);
        json_object *found = value_at(message->json, path);
        if (strcmp(json_at(found, "id"), id) == 0)
            return found;
    }
    ck_abort_msg("no reply %s in %s", id, message->line);
}

START_TEST(a_batch_is_answered_by_one_array)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[" INFO(1) "," INFO('two') ",{'jsonrpc':'2.0','id':null,'method':'no.such'}]");
    ck_assert_uint_eq(count_at(message->json, ""), 3);
    expect_text(entry(message, "1"), "result.name", "sockd");
    expect_text(entry(message, "\"two\""), "result.name", "sockd");
    fault_in(entry(message, "null"), "no-such-method");
}
END_TEST

START_TEST(a_batch_of_one_is_answered_by_an_array)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[" INFO(1) "]");
    ck_assert_uint_eq(count_at(message->json, ""), 1);
}
END_TEST

START_TEST(an_empty_batch_is_one_invalid_request)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[]");
    fault_in(message->json, "invalid-request");
    expect_null(message->json, "id");
}
END_TEST

START_TEST(junk_in_a_batch_is_answered_one_by_one)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[1,null,'x',{},[],[" INFO(3) "]," INFO(9) "]");
    ck_assert_uint_eq(count_at(message->json, ""), 7);
    fault_in(value_at(message->json, "0"), "invalid-request");
    expect_text(entry(message, "9"), "result.name", "sockd");
    struct message *one = exchange(c, "[1]");
    ck_assert_uint_eq(count_at(one->json, ""), 1);
    fault_in(value_at(one->json, "0"), "invalid-request");
}
END_TEST

START_TEST(a_batch_of_notifications_is_not_answered)
{
    struct client *c = client_open();
    client_write(c, "[{\"jsonrpc\":\"2.0\",\"method\":\"daemon.info\"},{\"jsonrpc\":\"2.0\",\"method\":\"no.such\"}]\n");
    call(c, "daemon.info", NULL);
    ck_assert(client_silent(c, 50));
}
END_TEST

START_TEST(notifications_in_a_batch_are_left_out)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[{'jsonrpc':'2.0','method':'no.such'}," INFO(4) "]");
    ck_assert_uint_eq(count_at(message->json, ""), 1);
    expect_int(message->json, "0.id", 4);
}
END_TEST

START_TEST(a_batch_waits_for_its_slowest_and_holds_up_nobody)
{
    struct link l = link_new(NULL);
    char text[300];
    snprintf(text, sizeof text,
             "[{\"jsonrpc\":\"2.0\",\"id\":\"slow\",\"method\":\"read-line\",\"params\":{\"stream\":%lu}},"
             "{\"jsonrpc\":\"2.0\",\"id\":\"quick\",\"method\":\"daemon.info\"}]\n",
             l.stream);
    client_write(l.client, text);
    call(l.client, "daemon.info", NULL);
    ck_assert(client_silent(l.client, 50));
    peer_write(l.peer, "at last\n");
    struct message *message = client_receive(l.client);
    ck_assert_uint_eq(count_at(message->json, ""), 2);
    expect_text(entry(message, "\"slow\""), "result.line", "at last");
    expect_text(entry(message, "\"quick\""), "result.name", "sockd");
}
END_TEST

START_TEST(a_call_of_a_batch_can_be_cancelled)
{
    struct link l = link_new(NULL);
    char text[300];
    snprintf(text, sizeof text,
             "[{\"jsonrpc\":\"2.0\",\"id\":\"slow\",\"method\":\"read-line\",\"params\":{\"stream\":%lu}}]\n", l.stream);
    client_write(l.client, text);
    long id = request(l.client, "rpc.cancel", "{'id': 'slow'}");
    struct message *first = client_receive(l.client), *second = client_receive(l.client);
    struct message *batch = json_object_is_type(first->json, json_type_array) ? first : second;
    struct message *answer = batch == first ? second : first;
    fault_in(entry(batch, "\"slow\""), "cancelled");
    expect_int(answer->json, "id", id);
    expect_true(answer->json, "result.cancelled");
}
END_TEST

START_TEST(a_batch_keeps_the_order_of_a_stream)
{
    struct link l = link_new(NULL);
    peer_write(l.peer, "one\ntwo\nthree\n");
    struct message *message = exchange(l.client,
                                       "[{'jsonrpc':'2.0','id':1,'method':'read-line','params':[%lu]},"
                                       "{'jsonrpc':'2.0','id':2,'method':'read-line','params':[%lu]},"
                                       "{'jsonrpc':'2.0','id':3,'method':'read-line','params':[%lu]}]",
                                       l.stream, l.stream, l.stream);
    expect_text(entry(message, "1"), "result.line", "one");
    expect_text(entry(message, "2"), "result.line", "two");
    expect_text(entry(message, "3"), "result.line", "three");
}
END_TEST

static const char *const riders[] = {"\"payload\":0", "\"payload\":3", "\"fds\":0", "\"fds\":1"};

START_TEST(nothing_rides_along_inside_a_batch)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[{'jsonrpc':'2.0','id':1,'method':'daemon.info',%s}," INFO(2) "]", riders[_i]);
    fault_in(entry(message, "1"), "invalid-request");
    expect_text(entry(message, "2"), "result.name", "sockd");
    call(c, "daemon.info", NULL);
}
END_TEST

START_TEST(a_duplicate_anywhere_spoils_the_batch)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "[" INFO(1) ",{'jsonrpc':'2.0','id':2,'id':3,'method':'daemon.info'}]");
    fault_in(message->json, "parse");
    expect_null(message->json, "id");
}
END_TEST

START_TEST(a_binary_result_in_a_batch_does_not_break_the_framing)
{
    struct link l = link_bytes();
    peer_write(l.peer, "abc");
    link_await(&l);
    struct message *message = exchange(
        l.client,
        "[{'jsonrpc':'2.0','id':1,'method':'read-byte-sequence','params':{'stream':%lu,'length':3,'encoding':'payload'}}]",
        l.stream);
    ck_assert(!has(entry(message, "1"), "payload"));
    ck_assert(has(entry(message, "1"), "error") || strcmp(text_at(entry(message, "1"), "result.data"), "YWJj") == 0);
    call(l.client, "daemon.info", NULL);
}
END_TEST

START_TEST(batches_many_at_once)
{
    struct client *c = client_open();
    for (int i = 0; i < 200; i++)
        client_write(
            c,
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"},{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"session.info\"}]\n");
    for (int i = 0; i < 200; i++)
        ck_assert_uint_eq(count_at(client_receive(c)->json, ""), 2);
}
END_TEST

static const struct test_case cases[] = {
    {&a_batch_is_answered_by_one_array, NULL, 0},
    {&a_batch_of_one_is_answered_by_an_array, NULL, 0},
    {&an_empty_batch_is_one_invalid_request, NULL, 0},
    {&junk_in_a_batch_is_answered_one_by_one, NULL, 0},
    {&a_batch_of_notifications_is_not_answered, NULL, 0},
    {&notifications_in_a_batch_are_left_out, NULL, 0},
    {&a_batch_waits_for_its_slowest_and_holds_up_nobody, NULL, 0},
    {&a_call_of_a_batch_can_be_cancelled, NULL, 0},
    {&a_batch_keeps_the_order_of_a_stream, NULL, 0},
    {&nothing_rides_along_inside_a_batch, NULL, COUNT(riders)},
    {&a_duplicate_anywhere_spoils_the_batch, NULL, 0},
    {&a_binary_result_in_a_batch_does_not_break_the_framing, NULL, 0},
    {&batches_many_at_once, NULL, 0},
    {0},
};

const struct suite suite_batches = {.name = "batches", .cases = cases};
