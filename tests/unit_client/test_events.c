/* Events: told to a callback in their order, between replies and behind them. */
#include <stdlib.h>

#include "fake.h"

static struct fake fake;

static void setup(void)
{
    fake_init(&fake);
}

static void teardown(void)
{
    fake_deinit(&fake);
}

/* What the callback has seen. */
struct seen {
    int count, unknown;
    sockd_handle handles[600];
    int kind;
    char json[400];
    sockd_call call; /* started by the callback */
};

static void take(sockd *client, const struct sockd_event_info *event, struct sockd_text json, void *data)
{
    struct seen *seen = data;
    ck_assert_ptr_eq(client, fake.client);
    ck_assert_uint_lt(json.size, sizeof seen->json);
    memcpy(seen->json, json.data, json.size);
    seen->json[json.size] = '\0';
    if (event) {
        seen->kind = event->event;
        seen->handles[seen->count] = event->handle;
    } else {
        seen->unknown++;
    }
    seen->count++;
}

#define OWNER                                                                                                     \
    "\"owner\":{\"uid\":0,\"gid\":0,\"pid\":1,\"name\":\"a\\u0001\\\"b\",\"profile\":\"owner\",\"session\":null," \
    "\"label\":null}"
#define ENDS "\"local\":{\"address\":\"\",\"port\":0},\"peer\":{\"address\":\"\",\"port\":0}"
#define TIME "\"time\":\"2026-11-22T19:00:00.000Z\""

static void send_event(const char *event, int handle)
{
    char line[1000];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"event\":\"%s\"," TIME
             ",\"handle\":%d,\"reason\":null," OWNER "," ENDS "}}\n",
             event, handle);
    fake_send(&fake, line);
}

START_TEST(a_wait_tells)
{
    struct seen seen = {0};
    ck_assert_int_eq(sockd_on_event(fake.client, take, &seen), 0);
    send_event("opened", 7);
    send_event("closed", 8);
    ck_assert_int_eq(sockd_wait(fake.client, 0, 200), 0); /* no reply has come */
    ck_assert_int_eq(seen.count, 2);
    ck_assert_uint_eq(seen.handles[0], 7);
    ck_assert_uint_eq(seen.handles[1], 8);
    ck_assert_int_eq(seen.kind, SOCKD_EVENT_KIND_CLOSED);
    ck_assert_str_eq(seen.json, "{\"event\":\"closed\"," TIME ",\"handle\":8,\"reason\":null," OWNER "," ENDS "}");
}
END_TEST

/* Whatever stands beside them, replies and their payloads come as they were. */
START_TEST(between_replies)
{
    struct seen seen = {0};
    struct sockd_read_line_result line;
    struct sockd_port_result port;
    sockd_on_event(fake.client, take, &seen);
    sockd_call first = sockd_start_read_line(fake.client, 3, NULL), second = sockd_start_socket_server_port(fake.client, 4);
    send_event("opened", 1);
    fake_result(&fake, second, "{\"port\":80}");
    send_event("opened", 2);
    fake_result(&fake, first, "{\"line\":\"caf\\u00e9\",\"missing_newline\":false,\"eof\":false}");
    send_event("opened", 3);
    ck_assert_int_eq(sockd_finish_read_line(fake.client, first, &line), 0);
    assert_text(line.line, "caf\xc3\xa9");
    ck_assert_int_eq(sockd_finish_socket_server_port(fake.client, second, &port), 0);
    ck_assert_int_eq(port.port, 80);
    while (seen.count < 3)
        ck_assert_int_ge(sockd_process(fake.client), 0);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(seen.handles[i], (sockd_handle)i + 1);
}
END_TEST

START_TEST(a_flood)
{
    struct seen seen = {0};
    sockd_on_event(fake.client, take, &seen);
    for (int i = 1; i <= 500; i++) {
        send_event("opened", i);
        if (i % 50 == 0)
            ck_assert_int_eq(sockd_process(fake.client), 0);
    }
    while (seen.count < 500)
        ck_assert_int_ge(sockd_process(fake.client), 0);
    for (int i = 0; i < 500; i++)
        ck_assert_uint_eq(seen.handles[i], (sockd_handle)i + 1);
}
END_TEST

/* A newer daemon may know more: what this library cannot read is given as it came. */
START_TEST(kinds_that_nobody_knows)
{
    struct seen seen = {0};
    sockd_on_event(fake.client, take, &seen);
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"event\":\"born\"}}\n");
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"method\":\"other\",\"params\":{\"event\":\"opened\"}}\n");
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"method\":\"event\"}\n");
    fake_result(&fake, 1, "{}");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), 0);
    ck_assert_int_eq(seen.count, 1);
    ck_assert_int_eq(seen.unknown, 1);
    ck_assert_str_eq(seen.json, "{\"event\":\"born\"}");
}
END_TEST

static void unsubscribe(sockd *client, const struct sockd_event_info *event, struct sockd_text json, void *data)
{
    struct seen *seen = data;
    (void)event;
    (void)json;
    seen->call = sockd_start_events_unsubscribe(client, NULL);
    sockd_on_event(client, NULL, NULL);
}

START_TEST(a_callback_that_calls)
{
    struct seen seen = {0};
    sockd_on_event(fake.client, unsubscribe, &seen);
    send_event("opened", 1);
    send_event("opened", 2); /* passed over: nobody is to be told any more */
    ck_assert_int_eq(sockd_wait(fake.client, 0, 100), 0);
    ck_assert_int_eq(seen.call, 1);
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"events.unsubscribe\",\"params\":{\"filter\":null}}");
    fake_result(&fake, 1, "{}");
    ck_assert_int_eq(sockd_wait(fake.client, 0, -1), 1);
    ck_assert_int_eq(sockd_finish_events_unsubscribe(fake.client, seen.call), 0);
}
END_TEST

/* Events that came before the end are told, and those nobody asked for leave nothing behind. */
START_TEST(the_end_of_the_connection)
{
    struct seen seen = {0};
    if (_i)
        sockd_on_event(fake.client, take, &seen);
    send_event("opened", 1);
    fake_close(&fake);
    ck_assert_int_eq(sockd_wait(fake.client, 0, -1), -SOCKD_ERROR_CLOSED);
    ck_assert_int_eq(seen.count, _i);
    ck_assert_int_eq(sockd_on_event(NULL, take, &seen), -SOCKD_ERROR_ARGUMENT);
}
END_TEST

TCase *case_events(void)
{
    TCase *events = tcase_create("events");
    tcase_add_checked_fixture(events, setup, teardown);
    tcase_set_timeout(events, 30);
    tcase_add_test(events, a_wait_tells);
    tcase_add_test(events, between_replies);
    tcase_add_test(events, a_flood);
    tcase_add_test(events, kinds_that_nobody_knows);
    tcase_add_test(events, a_callback_that_calls);
    tcase_add_loop_test(events, the_end_of_the_connection, 0, 2);
    return events;
}
