/* rpc.cancel: which request is meant, and what is left behind. */
#include <stdio.h>

#include "harness.h"

static void start_with_id(const struct link *l, const char *id)
{
    char line[300];
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"read-line\",\"params\":{\"stream\":%lu}}\n", id,
             l->stream);
    client_write(l->client, line);
}

/* What rpc.cancel answers to that id, and the request's own error if it was given up. */
static bool cancel_id(struct client *c, const char *id, struct message **error)
{
    char line[300];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":\"the cancel\",\"method\":\"rpc.cancel\",\"params\":{\"id\":%s}}\n", id);
    client_write(c, line);
    struct message *first = client_receive(c);
    bool answer_first = !has(first->json, "error");
    struct message *answer = answer_first ? first : client_receive(c);
    expect_text(answer->json, "id", "the cancel");
    bool cancelled = bool_at(answer->json, "result.cancelled");
    *error = !cancelled ? NULL : answer_first ? client_receive(c) : first;
    return cancelled;
}

static const struct {
    const char *sent, *asked;
    bool same;
} pairs[] = {
    {"5", "5", true},
    {"5", "\"5\"", false},
    {"\"5\"", "5", false},
    {"\"a\"", "\"a\"", true},
    {"\"a\"", "\"A\"", false},
    {"\"a\"", "\"\\u0061\"", true},
    {"null", "null", true},
    {"5", "null", false},
    {"-1", "-1", true},
    {"1.5", "1.5", true},
    {"9007199254740993", "9007199254740993", true},
    {"9007199254740993", "9007199254740992", false},
    {"5", "6", false},
    {"123456789012345678901234567890", "123456789012345678901234567891", false},
    {"123456789012345678901234567890", "123456789012345678901234567890", true},
};

START_TEST(the_id_must_be_the_same_in_type_and_value)
{
    struct link l = link_new(NULL);
    struct message *error;
    start_with_id(&l, pairs[_i].sent);
    ck_assert_int_eq(cancel_id(l.client, pairs[_i].asked, &error), pairs[_i].same);
    if (pairs[_i].same) {
        fault_in(error->json, "cancelled");
        ck_assert(strstr(error->line, pairs[_i].sent));
        ck_assert(!cancel_id(l.client, pairs[_i].asked, &error));
    }
    peer_write(l.peer, "line\n");
    ck_assert(pairs[_i].same || has(client_receive(l.client)->json, "result.line"));
}
END_TEST

START_TEST(there_is_nothing_to_cancel)
{
    struct link l = link_new(NULL);
    expect_false(call(l.client, "rpc.cancel", "{'id': 'nobody'}"), "cancelled");
    long done = request(l.client, "daemon.info", NULL);
    result(l.client, done);
    expect_false(call(l.client, "rpc.cancel", "{'id': %ld}", done), "cancelled");
}
END_TEST

START_TEST(another_sessions_request_is_not_ones_own)
{
    struct link l = link_new(NULL);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    expect_false(call(client_open(), "rpc.cancel", "{'id': %ld}", id), "cancelled");
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
}
END_TEST

START_TEST(a_cancel_cannot_cancel_itself)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "{'jsonrpc':'2.0','id':7,'method':'rpc.cancel','params':{'id':7}}");
    expect_false(message->json, "result.cancelled");
}
END_TEST

START_TEST(a_notified_cancel_is_done)
{
    struct link l = link_new(NULL);
    long id = request(l.client, "read-line", "{'stream': %lu}", l.stream);
    notify(l.client, "rpc.cancel", "{'id': %ld}", id);
    fault(l.client, id, "cancelled");
}
END_TEST

START_TEST(cancels_of_a_thousand)
{
    struct link l = link_new(NULL);
    long ids[1000];
    for (int i = 0; i < 1000; i++)
        ids[i] = request(l.client, "read-char", "{'stream': %lu}", l.stream);
    for (int i = 0; i < 1000; i++)
        notify(l.client, "rpc.cancel", "{'id': %ld}", ids[(i * 7) % 1000]);
    for (int i = 0; i < 1000; i++)
        fault(l.client, ids[i], "cancelled");
    peer_write(l.peer, "untouched\n");
    link_expect_line(&l, "untouched");
}
END_TEST

START_TEST(a_cancel_in_the_same_packet)
{
    struct link l = link_new(NULL);
    char text[400];
    for (int i = 0; i < 50; i++) {
        snprintf(text, sizeof text,
                 "{\"jsonrpc\":\"2.0\",\"id\":\"r\",\"method\":\"read-line\",\"params\":{\"stream\":%lu}}\n"
                 "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.cancel\",\"params\":{\"id\":\"r\"}}\n",
                 l.stream);
        client_write(l.client, text);
        fault_in(client_receive(l.client)->json, "cancelled");
    }
    peer_write(l.peer, "whole\n");
    link_expect_line(&l, "whole");
}
END_TEST

static const struct test_case cases[] = {
    {&the_id_must_be_the_same_in_type_and_value, NULL, COUNT(pairs)},
    {&there_is_nothing_to_cancel, COVERS({METHOD_rpc_cancel, SUCCESS}), 0},
    {&another_sessions_request_is_not_ones_own, NULL, 0},
    {&a_cancel_cannot_cancel_itself, NULL, 0},
    {&a_notified_cancel_is_done, NULL, 0},
    {&cancels_of_a_thousand, NULL, 0},
    {&a_cancel_in_the_same_packet, NULL, 0},
    {0},
};

const struct suite suite_cancel = {.name = "cancel", .cases = cases};
