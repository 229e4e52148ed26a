/* One message at a time: JSON, the envelope, ids, notifications, line ends. */
#include "harness.h"

#define INFO "\"jsonrpc\":\"2.0\",\"method\":\"daemon.info\""

static void expect_alive(struct client *c)
{
    expect_text(call(c, "daemon.info", NULL), "name", "sockd");
}

/* Not RFC 8259, or strictly forbidden: each is a parse error with the id null, and the session goes on. */
static const char *const not_json[] = {
    "{",
    "}",
    "nul",
    "{\"jsonrpc\"}",
    "{'jsonrpc':'2.0'}",
    "{\"id\":1,}",
    "[1,]",
    "[1 2]",
    "{\"id\" 1}",
    "{\"id\":01," INFO "}",
    "{\"id\":+1," INFO "}",
    "{\"id\":.5," INFO "}",
    "{\"id\":1.," INFO "}",
    "{\"id\":-," INFO "}",
    "{\"id\":1e," INFO "}",
    "{\"id\":0x10," INFO "}",
    "{\"id\":NaN," INFO "}",
    "{\"id\":Infinity," INFO "}",
    "{\"id\":-Infinity," INFO "}",
    "{\"id\":True," INFO "}",
    "{\"id\":\"\\x41\"," INFO "}",
    "{\"id\":\"\\u12\"," INFO "}",
    "{\"id\":\"\\ud800\"," INFO "}",
    "{\"id\":\"\\udc00\\ud800\"," INFO "}",
    "{\"id\":\"a\tb\"," INFO "}",
    "{\"id\":\"a," INFO "}",
    "{\"id\":\"\xff\"," INFO "}",
    "{\"id\":\"\xc0\xaf\"," INFO "}",
    "{\"id\":\"\xed\xa0\x80\"," INFO "}",
    "{\"id\":\"\xf4\x90\x80\x80\"," INFO "}",
    "{\"id\":\"\xe2\x82\"," INFO "}",
    "\xef\xbb\xbf{\"id\":1," INFO "}",
    "{\"id\":1," INFO "} x",
    "{\"id\":1," INFO "}{}",
    "{\"id\":1," INFO "},",
    "{\"id\":1," INFO "} // no",
    "{/* no */\"id\":1," INFO "}",
    "{\"id\":1,\"id\":2," INFO "}",
    "{\"id\":1," INFO ",\"method\":\"session.info\"}",
    "{\"id\":1," INFO ",\"m\\u0065thod\":\"session.info\"}",
    "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"handle.list\",\"params\":{\"after\":1,\"after\":1}}",
    "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"handle.list\",\"params\":{\"x\":{\"a\":1,\"\\u0061\":1}}}",
    "{\"id\":1,\"a\\u0000b\":1," INFO "}",
    "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"handle.list\",\"params\":{\"after\\u0000\":1}}",
};

START_TEST(what_is_not_json_is_a_parse_error)
{
    struct client *c = client_open();
    client_write(c, not_json[_i]);
    client_write(c, "\n");
    struct message *message = client_receive(c);
    ck_assert_ptr_nonnull(message);
    fault_in(message->json, "parse");
    expect_null(message->json, "id");
    expect_alive(c);
}
END_TEST

START_TEST(a_nul_in_a_line_is_a_parse_error)
{
    static const char line[] = "{\"id\":1,\0" INFO "}\n";
    struct client *c = client_open();
    client_send(c, line, sizeof line - 1);
    fault_in(client_receive(c)->json, "parse");
    expect_alive(c);
}
END_TEST

/* Good JSON that is no request: the id comes back if it is a valid one. */
static const struct {
    const char *line, *id;
} not_requests[] = {
    {"1", "null"},
    {"null", "null"},
    {"true", "null"},
    {"'x'", "null"},
    {"{}", "null"},
    {"{'id':7}", "7"},
    {"{'id':7,'method':'daemon.info'}", "7"},
    {"{'id':7,'jsonrpc':'1.0','method':'daemon.info'}", "7"},
    {"{'id':7,'jsonrpc':'2.00','method':'daemon.info'}", "7"},
    {"{'id':7,'jsonrpc':2.0,'method':'daemon.info'}", "7"},
    {"{'id':7,'jsonrpc':null,'method':'daemon.info'}", "7"},
    {"{'id':7,'jsonrpc':'2.0'}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':null}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':['daemon.info']}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','params':1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','params':'x'}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','params':null}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','params':true}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','extra':1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','Params':{}}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','result':{}}", "7"},
    {"{'id':7,'jsonrpc':'2.0','result':{}}", "7"},
    {"{'id':{},'jsonrpc':'2.0','method':'daemon.info'}", "null"},
    {"{'id':[1],'jsonrpc':'2.0','method':'daemon.info'}", "null"},
    {"{'id':true,'jsonrpc':'2.0','method':'daemon.info'}", "null"},
    {"{'id':false,'jsonrpc':'2.0','method':'daemon.info'}", "null"},
    {"{'jsonrpc':'1.0','method':'daemon.info'}", "null"},
    {"{'jsonrpc':'2.0','method':1}", "null"},
    {"{'jsonrpc':'2.0','method':'daemon.info','params':'bar'}", "null"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':-1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':1.5}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':4.0}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':1e1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':'4'}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':null}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':true}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','payload':[1]}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','fds':-1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','fds':1.0}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','fds':'1'}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','fds':null}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','fds':1}", "7"},
    {"{'id':7,'jsonrpc':'2.0','method':'daemon.info','fds':253}", "7"},
};

START_TEST(a_wrong_envelope_is_an_invalid_request)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "%s", json_at(json_of(not_requests[_i].line), ""));
    fault_in(message->json, "invalid-request");
    ck_assert_str_eq(json_at(message->json, "id"), not_requests[_i].id);
    expect_alive(c);
}
END_TEST

/* Texts of ids that must come back byte for byte. */
static const char *const ids[] = {
    "1",
    "0",
    "-1",
    "-0",
    "1.5",
    "1.0",
    "1e3",
    "1E+2",
    "-1.25e-7",
    "9007199254740993",
    "12345678901234567890123456789",
    "1e400",
    "\"\"",
    "\"a\"",
    "\"a b\"",
    "\"\\u0041\"",
    "\"\\\"\"",
    "\"\\\\\"",
    "\"\\/\"",
    "\"/\"",
    "\"\\n\\t\\b\"",
    "\"\\u0000\"",
    "\"\\u000A\"",
    "\"\\u00e9\"",
    "\"\xc3\xa9\"",
    "\"\\ud83d\\uDE00\"",
    "\"\xf0\x9f\x98\x80\"",
    "\"\xc2\x85\"",
    "\"\x7f\"",
    "\"null\"",
    "null",
};

static void expect_id(const struct message *message, const char *id)
{
    const char *found = strstr(message->line, "\"id\":");
    ck_assert_msg(found, "no id in %s", message->line);
    found += strlen("\"id\":");
    found += strspn(found, " ");
    ck_assert_msg(strncmp(found, id, strlen(id)) == 0 && strchr(",} ", found[strlen(id)]), "%s came back in %s", id,
                  message->line);
}

START_TEST(an_id_comes_back_byte_for_byte)
{
    struct client *c = client_open();
    struct message *good = exchange(c, "{'jsonrpc':'2.0','id':%s,'method':'daemon.info'}", ids[_i]);
    ck_assert(has(good->json, "result"));
    expect_id(good, ids[_i]);
    struct message *bad = exchange(c, "{'jsonrpc':'2.0','id':%s,'method':'no.such'}", ids[_i]);
    fault_in(bad->json, "no-such-method");
    expect_id(bad, ids[_i]);
    struct message *wrong = exchange(c, "{'jsonrpc':'2.0','id':%s,'method':'daemon.info','x':0}", ids[_i]);
    fault_in(wrong->json, "invalid-request");
    expect_id(wrong, ids[_i]);
}
END_TEST

START_TEST(a_long_id_comes_back)
{
    struct client *c = client_open();
    char id[100003];
    memset(id, 'i', sizeof id);
    id[0] = id[sizeof id - 2] = '"';
    id[sizeof id - 1] = '\0';
    expect_id(exchange(c, "{'jsonrpc':'2.0','id':%s,'method':'daemon.info'}", id), id);
    memset(id, '7', sizeof id - 1);
    expect_id(exchange(c, "{'jsonrpc':'2.0','id':%s,'method':'daemon.info'}", id), id);
}
END_TEST

START_TEST(members_may_come_in_any_order_and_escaped)
{
    struct client *c = client_open();
    struct message *message =
        exchange(c, " { 'params' : { } , 'm\\u0065thod' : 'daemon\\u002einfo' ,\t'id' : 5 , '\\u006asonrpc' : '\\u0032.0' } ");
    expect_text(message->json, "result.name", "sockd");
    expect_int(message->json, "id", 5);
}
END_TEST

static const char *const no_methods[] = {"",
                                         " ",
                                         "x",
                                         "daemon",
                                         "daemon.",
                                         "Daemon.info",
                                         "daemon.info ",
                                         "daemon.info\\u0000",
                                         "daemon_info",
                                         "socket_server",
                                         "SOCKET-SERVER",
                                         "rpc.nope",
                                         "read-line\\n"};

START_TEST(an_unknown_method_is_no_such_method)
{
    struct client *c = client_open();
    struct message *message = exchange(c, "{'jsonrpc':'2.0','id':1,'method':'%s','params':{'a':1}}", no_methods[_i]);
    fault_in(message->json, "no-such-method");
    expect_int(message->json, "id", 1);
    expect_alive(c);
}
END_TEST

START_TEST(a_huge_method_name_is_no_such_method)
{
    struct client *c = client_open();
    char name[200001];
    memset(name, 'm', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    fault_in(exchange(c, "{'jsonrpc':'2.0','id':1,'method':'%s'}", name)->json, "no-such-method");
    expect_alive(c);
}
END_TEST

START_TEST(a_notification_is_never_answered)
{
    struct client *c = client_open();
    notify(c, "daemon.info", NULL);
    notify(c, "no.such.method", "{'a': 1}");
    notify(c, "read-line", "{'stream': 'wrong'}");
    notify(c, "read-line", "{'stream': %lu}", NOBODY);
    notify(c, "daemon.info", "{'unknown': 1}");
    expect_alive(c);
    ck_assert(client_silent(c, 50));
}
END_TEST

START_TEST(a_notification_is_done)
{
    struct link l = link_new(NULL);
    notify(l.client, "write-line", "{'stream': %lu, 'string': 'quietly'}", l.stream);
    peer_expect_text(l.peer, "quietly\n");
    notify(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_end(l.peer);
    expect_alive(l.client);
}
END_TEST

START_TEST(cr_before_lf_and_blank_lines_are_ignored)
{
    struct client *c = client_open();
    client_write(c, "\n\r\n\n{\"id\":1," INFO "}\r\n\n\r\n{\"id\":2," INFO "}\n");
    expect_int(client_receive(c)->json, "id", 1);
    expect_int(client_receive(c)->json, "id", 2);
    ck_assert(client_silent(c, 50));
}
END_TEST

START_TEST(a_client_that_shuts_down_writing_gets_its_replies)
{
    struct link l = link_new(NULL);
    long slow = request(l.client, "read-line", "{'stream': %lu, 'timeout': 0.1}", l.stream);
    long quick = request(l.client, "daemon.info", NULL);
    client_shut(l.client);
    result(l.client, quick);
    fault(l.client, slow, "timeout");
    ck_assert(client_ended(l.client));
    peer_expect_end(l.peer);
}
END_TEST

START_TEST(a_client_that_ends_inside_a_line_ends)
{
    struct client *c = client_open();
    long id = request(c, "daemon.info", NULL);
    client_write(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"meth");
    client_shut(c);
    result(c, id);
    struct message *message = client_receive(c);
    ck_assert(!message || (has(message->json, "error") && client_ended(c)));
}
END_TEST

static const struct test_case cases[] = {
    {&what_is_not_json_is_a_parse_error, NULL, COUNT(not_json)},
    {&a_nul_in_a_line_is_a_parse_error, NULL, 0},
    {&a_wrong_envelope_is_an_invalid_request, NULL, COUNT(not_requests)},
    {&an_id_comes_back_byte_for_byte, NULL, COUNT(ids)},
    {&a_long_id_comes_back, NULL, 0},
    {&members_may_come_in_any_order_and_escaped, NULL, 0},
    {&an_unknown_method_is_no_such_method, NULL, COUNT(no_methods)},
    {&a_huge_method_name_is_no_such_method, NULL, 0},
    {&a_notification_is_never_answered, COVERS({METHOD_daemon_info, SUCCESS}), 0},
    {&a_notification_is_done, NULL, 0},
    {&cr_before_lf_and_blank_lines_are_ignored, NULL, 0},
    {&a_client_that_shuts_down_writing_gets_its_replies, NULL, 0},
    {&a_client_that_ends_inside_a_line_ends, NULL, 0},
    {0},
};

const struct suite suite_envelope = {.name = "envelope", .cases = cases};
