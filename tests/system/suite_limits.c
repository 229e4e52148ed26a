/* Every limit of the transport: one step below it all is well, one above it is the error limit with its name and value. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

static void expect_limit(json_object *message, const char *name, int64_t value)
{
    json_object *data = fault_in(message, "limit");
    expect_text(data, "limit", name);
    expect_int(data, "value", value);
}

/* A request of exactly that many bytes, its LF not counted. */
static char *line_of(size_t size)
{
    static const char head[] = "{\"jsonrpc\":\"2.0\",", tail[] = "\"id\":7,\"method\":\"daemon.info\"}";
    char *line = value_keep(malloc(size + 2));
    memset(line, ' ', size);
    memcpy(line, head, sizeof head - 1);
    memcpy(line + size - (sizeof tail - 1), tail, sizeof tail - 1);
    line[size] = '\n';
    line[size + 1] = '\0';
    return line;
}

START_TEST(a_line_of_1_mib)
{
    struct client *c = client_open();
    client_write(c, line_of((1 << 20) - 1));
    expect_text(client_receive(c)->json, "result.name", "sockd");
    client_write(c, line_of((1 << 20) + 1));
    struct message *message = client_receive(c);
    expect_limit(message->json, "line", 1 << 20);
    expect_null(message->json, "id");
    ck_assert(client_ended(c));
}
END_TEST

START_TEST(a_line_without_end_is_cut_off_at_the_limit)
{
    struct client *c = client_open();
    size_t size = (1 << 20) + 1; /* with a byte more the daemon might have ended the session before it is sent */
    char *line = value_keep(malloc(size));
    memset(line, 'x', size);
    client_send(c, line, size);
    expect_limit(client_receive(c)->json, "line", 1 << 20);
    ck_assert(client_ended(c));
}
END_TEST

START_TEST(many_full_lines_in_a_row)
{
    struct client *c = client_open();
    char *line = line_of(1000000);
    for (int i = 0; i < 5; i++)
        client_write(c, line);
    for (int i = 0; i < 5; i++)
        expect_int(client_receive(c)->json, "id", 7);
}
END_TEST

/* An unknown parameter that nests so deep that the message has that many open objects and arrays. */
static struct message *nested(struct client *c, int depth)
{
    char open[200] = "", shut[200] = "";
    memset(open, '[', (size_t)depth - 2);
    memset(shut, ']', (size_t)depth - 2);
    return exchange(c, "{'jsonrpc':'2.0','id':7,'method':'daemon.info','params':{'x':%s%s}}", open, shut);
}

START_TEST(nesting_of_16)
{
    struct client *c = client_open();
    expect_text(fault_in(nested(c, 16)->json, "invalid-params"), "param", "x");
    struct message *message = nested(c, 17);
    expect_limit(message->json, "nesting", 16);
    expect_int(message->json, "id", 7);
    expect_limit(nested(c, 190)->json, "nesting", 16);
    call(c, "daemon.info", NULL);
}
END_TEST

START_TEST(nesting_of_a_whole_line)
{
    struct client *c = client_open();
    char *line = value_keep(malloc(1000002));
    memset(line, '[', 1000000);
    memcpy(line + 1000000, "\n", 2);
    client_write(c, line);
    expect_limit(client_receive(c)->json, "nesting", 16);
    call(c, "daemon.info", NULL);
}
END_TEST

/* A request whose message has that many values: itself, four members and the elements of its params. */
static struct message *valued(struct client *c, int values)
{
    static char text[20000];
    text[0] = '\0';
    char *end = text;
    for (int i = 5; i < values; i++)
        end += sprintf(end, "%s0", i > 5 ? "," : "");
    return exchange(c, "{'jsonrpc':'2.0','id':7,'method':'handle.list','params':[%s]}", text);
}

START_TEST(values_4096)
{
    struct client *c = client_open();
    fault_in(valued(c, 4096)->json, "invalid-params");
    struct message *message = valued(c, 4097);
    expect_limit(message->json, "values", 4096);
    expect_int(message->json, "id", 7);
    expect_limit(valued(c, 9000)->json, "values", 4096);
    call(c, "daemon.info", NULL);
}
END_TEST

START_TEST(names_are_no_values)
{
    struct client *c = client_open();
    char *text = value_keep(malloc(60000)), *end = text;
    for (int i = 0; i < 4091; i++)
        end += sprintf(end, "%s\"m%d\":0", i ? "," : "", i);
    fault_in(exchange(c, "{'jsonrpc':'2.0','id':7,'method':'daemon.info','params':{%s}}", text)->json, "invalid-params");
    struct message *over = exchange(c, "{'jsonrpc':'2.0','id':7,'method':'daemon.info','params':{%s,'last':0}}", text);
    expect_limit(over->json, "values", 4096);
}
END_TEST

START_TEST(an_object_of_thousands_of_members_is_quick)
{
    struct client *c = client_open();
    char *text = value_keep(malloc(60000)), *end = text;
    for (int i = 0; i < 4000; i++)
        end += sprintf(end, "%s\"m%d\":0", i ? "," : "", i);
    long begin = now_ms();
    for (int i = 0; i < 20; i++)
        fault_in(exchange(c, "{'jsonrpc':'2.0','id':7,'method':'daemon.info','params':{%s}}", text)->json, "invalid-params");
    ck_assert_int_lt(now_ms() - begin, 2000);
}
END_TEST

#define PAYLOAD (16 << 20)

START_TEST(a_payload_of_16_mib)
{
    struct client *c = client_open();
    char *data = value_keep(calloc(1, PAYLOAD));
    expect_text(result(c, request_payload(c, "daemon.info", data, PAYLOAD, NULL)), "name", "sockd");
    call(c, "daemon.info", NULL);
    struct message *message = exchange(c, "{'jsonrpc':'2.0','id':7,'method':'daemon.info','payload':%d}", PAYLOAD + 1);
    expect_limit(message->json, "payload", PAYLOAD);
    expect_int(message->json, "id", 7);
}
END_TEST

static const char *const huge_payloads[] = {"4294967296",          "9007199254740993",     "9223372036854775807",
                                            "9223372036854775808", "18446744073709551616", "99999999999999999999999999"};

START_TEST(a_huge_payload_is_over_the_limit)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "{'jsonrpc':'2.0','id':7,'method':'daemon.info','payload':%s}", huge_payloads[_i]);
    expect_limit(message->json, "payload", PAYLOAD);
}
END_TEST

static struct message *batch_of(struct client *c, int requests)
{
    static char text[8000];
    char *end = text;
    for (int i = 0; i < requests; i++)
        end += sprintf(end, "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"daemon.info\"}", i ? "," : "", i);
    return exchange(c, "[%s]", text);
}

START_TEST(a_batch_of_64)
{
    struct client *c = client_open();
    ck_assert_uint_eq(count_at(batch_of(c, 64)->json, ""), 64);
    struct message *message = batch_of(c, 65);
    expect_limit(message->json, "batch", 64);
    expect_null(message->json, "id");
    call(c, "daemon.info", NULL);
}
END_TEST

START_TEST(descriptors_253_of_a_message)
{
    struct client *c = client_open();
    int fds[253];
    for (int i = 0; i < 253; i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    fault(c, request_fds(c, "make-stream", fds, 253, "{}"), "invalid-params");
    call(c, "daemon.info", NULL);
}
END_TEST

/* The kernel carries 253 at a time: more of them ride on later bytes of the line, which is wrong in itself. */
START_TEST(more_descriptors_than_253_are_refused_and_closed)
{
    struct client *c = client_open();
    int fds[253];
    for (int i = 0; i < 253; i++)
        fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    client_send_fds(c, "{\"jsonrpc\":\"2.0\",", 17, fds, 253);
    client_send_fds(c, "\"id\":7,\"method\":\"make-stream\",", 30, fds, 253);
    client_write(c, "\"fds\":506}\n");
    struct message *message = client_receive(c);
    ck_assert_ptr_nonnull(message);
    const char *kind = text_at(message->json, "error.data.kind");
    ck_assert_msg(strcmp(kind, "limit") == 0 || strcmp(kind, "invalid-request") == 0, "%s", message->line);
}
END_TEST

START_TEST(calls_1024_in_flight)
{
    struct link l = link_new(NULL);
    long ids[1024];
    for (int i = 0; i < 1024; i++)
        ids[i] = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    long over = request(l.client, "socket-status", "{'sockets': {'handle': %lu, 'direction': 'input'}}", l.stream);
    json_object *data = fault(l.client, over, "limit");
    expect_text(data, "limit", "calls");
    expect_int(data, "value", 1024);
    peer_write(l.peer, "go");
    for (int i = 0; i < 1024; i++)
        expect_text(result(l.client, ids[i]), "status", "input");
    call(l.client, "daemon.info", NULL);
}
END_TEST

START_TEST(limits_are_told)
{
    struct client *c = client_open();
    json_object *limits = value_at(call(c, "daemon.info", NULL), "limits");
    expect_int(limits, "line", 1 << 20);
    expect_int(limits, "nesting", 16);
    expect_int(limits, "values", 4096);
    expect_int(limits, "payload", PAYLOAD);
    expect_int(limits, "batch", 64);
    expect_int(limits, "fds", 253);
    expect_int(limits, "calls", 1024);
}
END_TEST

static const struct test_case cases[] = {
    {&a_line_of_1_mib, NULL, 0},
    {&a_line_without_end_is_cut_off_at_the_limit, NULL, 0},
    {&many_full_lines_in_a_row, NULL, 0},
    {&nesting_of_16, NULL, 0},
    {&nesting_of_a_whole_line, NULL, 0},
    {&values_4096, NULL, 0},
    {&names_are_no_values, NULL, 0},
    {&an_object_of_thousands_of_members_is_quick, NULL, 0},
    {&a_payload_of_16_mib, NULL, 0},
    {&a_huge_payload_is_over_the_limit, NULL, COUNT(huge_payloads)},
    {&a_batch_of_64, NULL, 0},
    {&descriptors_253_of_a_message, NULL, 0},
    {&more_descriptors_than_253_are_refused_and_closed, NULL, 0},
    {&calls_1024_in_flight, NULL, 0},
    {&limits_are_told, NULL, 0},
    {0},
};

const struct suite suite_limits = {.name = "limits", .cases = cases};
