/* Every parameter of every method, wrong in every way that its type allows: the error names the parameter and a reason,
 * and the session goes on. The method table says what there is to walk. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"
#include "wrong.h"

/* ---- a good value for each parameter ---- */

static struct link link;
static handle listening;

static void open_link(void)
{
    link = link_new(NULL);
    listening = handle_at(call(link.client, "socket-server", "{'interface': '127.0.0.1'}"), "server");
}

static const char *good_value(const struct method *method, const struct field *field)
{
    static char text[40];
    switch (field->type) {
    case TYPE_HANDLE:
    case TYPE_ITEMS:
        snprintf(text, sizeof text, "%lu", strcmp(field->name, "server") == 0 ? listening : link.stream);
        return text;
    case TYPE_INT:
        snprintf(text, sizeof text, "%ld", field->min > 0 ? (long)field->min : 1L);
        return text;
    case TYPE_BOOL:
        return "false";
    case TYPE_TEXT:
        return strcmp(field->name, "filter") == 0 ? "\"kind=stream\"" : "\"localhost\"";
    case TYPE_CHAR:
        return "\"c\"";
    case TYPE_WIDE:
        return "7";
    case TYPE_TIMEOUT:
        return "0";
    case TYPE_WORD:
        return strcmp(field->words->items[0], "true") == 0 ? "true" : quoted(field->words->items[0]);
    case TYPE_FORMAT:
        return "\"dos\"";
    case TYPE_INTERFACE:
        return "\"127.0.0.1\"";
    case TYPE_OPTIONS:
        return "[\"so-keepalive\"]";
    case TYPE_BYTES:
        return "\"YWJj\"";
    case TYPE_TEXTS:
        return "[\"kind\"]";
    case TYPE_ID:
        return "\"nobody\"";
    case TYPE_JSON:
        return "{}";
    default:
        ck_abort_msg("%s has a parameter %s of a type that is not known here", method->name, field->name);
    }
}

/* ---- the walk ---- */

/* Params by name, all good but for one: value is its JSON, NULL leaves it out. extra: further members. */
static json_object *refused(const struct method *method, const struct field *odd, const char *value, const char *extra)
{
    const struct field *fields = method->params->count ? method->params->fields() : NULL;
    char *text = value_keep(malloc(70000)), *end = text;
    *end = '\0';
    for (size_t i = 0; i < method->params->count; i++) {
        const char *json = &fields[i] == odd ? value : good_value(method, &fields[i]);
        if (json)
            end += sprintf(end, "%s\"%s\":%s", end > text ? "," : "", fields[i].name, json);
    }
    sprintf(end, "%s%s", extra && end > text ? "," : "", extra ? extra : "");
    return refuse(link.client, "invalid-params", method->name, "{%s}", text);
}

static void expect_param(json_object *data, const struct method *method, const char *param, const char *value)
{
    ck_assert_msg(strcmp(text_at(data, "param"), param) == 0, "%s, %s = %s: %s", method->name, param, value, json_at(data, ""));
    ck_assert_msg(*text_at(data, "reason"), "%s, %s = %s: no reason", method->name, param, value);
}

static void try_value(const struct method *method, const struct field *field, const char *value)
{
    expect_param(refused(method, field, value, NULL), method, field->name, value ? value : "(missing)");
}

static void try_bounds(const struct method *method, const struct field *field)
{
    char text[40];
    if (field->type == TYPE_INT) {
        snprintf(text, sizeof text, "%ld", (long)field->min - 1);
        try_value(method, field, text);
        snprintf(text, sizeof text, "%ld", (long)field->max + 1);
        try_value(method, field, text);
    }
    if (field->type == TYPE_TEXT && field->min > 0)
        try_value(method, field, "\"\"");
    if (field->type == TYPE_TEXT && field->max > 0) {
        char *longer = value_keep(malloc((size_t)field->max + 4));
        memset(longer, 'n', (size_t)field->max + 3);
        longer[0] = longer[field->max + 2] = '"';
        longer[field->max + 3] = '\0';
        try_value(method, field, longer);
    }
}

static void try_field(const struct method *method, const struct field *field)
{
    const char *value;
    for (int i = 0; (value = wrong_value(field->type, i)); i++)
        try_value(method, field, value);
    if (!(field->flags & FIELD_NULLABLE))
        try_value(method, field, "null");
    if (*field->fallback == *FIELD_REQUIRED)
        try_value(method, field, NULL);
    try_bounds(method, field);
}

/* shows: timeout-pair-has-two, timeout-wrong, element-type-wrong, external-format-wrong, buffered-modes, server-port-range,
 * server-null, server-interface-type, server-backlog-wrong, connect-port-required, connect-host-wrong, status-forms-wrong,
 * shutdown-directions, options-switch-values, bytes-sequence-nothing, output-types */
START_TEST(each_parameter_is_checked)
{
    const struct method *method = &methods[_i];
    open_link();
    for (size_t i = 0; i < method->params->count; i++)
        try_field(method, &method->params->fields()[i]);
    call(link.client, "daemon.info", NULL);
}
END_TEST

START_TEST(unknown_parameters_are_refused)
{
    const struct method *method = &methods[_i];
    open_link();
    expect_param(refused(method, NULL, NULL, "\"unknown\":1"), method, "unknown", "1");
    expect_param(refused(method, NULL, NULL, "\"\":null"), method, "", "null");
    expect_param(refused(method, NULL, NULL, "\"Stream\":1"), method, "Stream", "1");
    expect_param(refused(method, NULL, NULL, "\"a\\\"\\u00e9\":1"), method, "a\"\xc3\xa9", "1");
}
END_TEST

/* Good values by position, from the first, as many as are asked for, then the rest. */
static long by_position(const struct method *method, size_t count, const char *rest)
{
    char text[2000] = "", *end = text;
    for (size_t i = 0; i < count && i < method->params->count; i++)
        end += sprintf(end, "%s%s", i ? "," : "", good_value(method, &method->params->fields()[i]));
    sprintf(end, "%s%s", *rest && end > text ? "," : "", rest);
    return request(link.client, method->name, "[%s]", text);
}

START_TEST(too_many_positions_are_refused)
{
    open_link();
    json_object *data = fault(link.client, by_position(&methods[_i], methods[_i].params->count, "1"), "invalid-params");
    ck_assert(*text_at(data, "reason"));
    by_position(&methods[_i], methods[_i].params->count, "null");
    call(link.client, "daemon.info", NULL);
}
END_TEST

START_TEST(each_position_is_checked)
{
    const struct method *method = &methods[_i];
    open_link();
    for (size_t i = 0; i < method->params->count; i++) {
        const struct field *field = &method->params->fields()[i];
        const char *wrong = wrong_value(field->type, 0);
        expect_param(fault(link.client, by_position(method, i, wrong), "invalid-params"), method, field->name, wrong);
        if (*field->fallback == *FIELD_REQUIRED)
            expect_param(fault(link.client, by_position(method, i, ""), "invalid-params"), method, field->name, "(missing)");
    }
}
END_TEST

/* shows: connect-port-required */
START_TEST(missing_params_are_missing_parameters)
{
    const struct method *method = &methods[_i];
    struct client *c = client_open();
    for (size_t i = 0; i < method->params->count; i++)
        if (*method->params->fields()[i].fallback == *FIELD_REQUIRED) {
            expect_param(refuse(c, "invalid-params", method->name, NULL), method, method->params->fields()[i].name, "");
            expect_param(refuse(c, "invalid-params", method->name, "{}"), method, method->params->fields()[i].name, "");
            expect_param(refuse(c, "invalid-params", method->name, "[]"), method, method->params->fields()[i].name, "");
            break;
        }
}
END_TEST

/* Good values, but for a handle that names nothing and one wrong parameter. */
/* shows: timeout-before-the-object */
START_TEST(a_wrong_parameter_is_told_before_the_handle)
{
    struct client *c = client_open();
    expect_text(refuse(c, "invalid-params", "socket-wait", "{'server': %lu, 'timeout': -1}", NOBODY), "param", "timeout");
    expect_text(refuse(c, "invalid-params", "socket-status", "{'sockets': %lu, 'timeout': '1'}", NOBODY), "param", "timeout");
    expect_text(refuse(c, "invalid-params", "socket-accept", "{'server': %lu, 'buffered': 1}", NOBODY), "param", "buffered");
    expect_text(refuse(c, "invalid-params", "socket-stream-shutdown", "{'stream': %lu, 'direction': 'up'}", NOBODY), "param",
                "direction");
    refuse(c, "no-such-handle", "socket-wait", "{'server': %lu, 'timeout': 0}", NOBODY);
}
END_TEST

/* Both ways to say the same give the same answer. */
/* shows: external-format-members, external-format-short */
START_TEST(positions_follow_the_table)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "[0, '127.0.0.1', 3, 'daemon']");
    handle s = handle_at(server, "server");
    expect_text(call(c, "handle.info", "[%lu]", s), "lifetime", "daemon");
    json_object *connected = call(c, "socket-connect", "[%ld, '127.0.0.1', 'unsigned-byte 16', 'dos', true, 5, 'session']",
                                  (long)int_at(server, "port"));
    json_object *info = call(c, "handle.info", "[%lu]", handle_at(connected, "stream"));
    expect_text(info, "element_type", "unsigned-byte 16");
    expect_text(info, "external_format.line_terminator", "dos");
    expect_true(info, "buffered");
    json_object *accepted = call(c, "socket-accept", "[%lu, 'character', 'iso-8859-1', false, [1, 500000], 'session']", s);
    info = call(c, "handle.info", "[%lu]", handle_at(accepted, "stream"));
    expect_text(info, "external_format.encoding", "iso-8859-1");
    expect_false(info, "buffered");
    call(c, "close", "[%lu, true, 1]", s);
}
END_TEST

/* A timeout may be told in each of its forms. */
static const char *const good_timeouts[] = {"0",     "0.0",       "0.01",     "1e-2",     "5e-324",
                                            "[0,0]", "[0,10000]", "[0,1500]", "0.000001", "[0,5]"};

/* shows: timeout-seconds, timeout-pair */
START_TEST(timeouts_have_these_forms)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    expect_false(call(c, "socket-wait", "{'server': %lu, 'timeout': %s}", server, good_timeouts[_i]), "ready");
    json_object *data = refuse(c, "timeout", "socket-accept", "{'server': %lu, 'timeout': %s}", server, good_timeouts[_i]);
    ck_assert(has(data, "operation"));
    number_at(data, "timeout");
}
END_TEST

static const char *const endless_timeouts[] = {"null",
                                               "9223372036854775807",
                                               "9.2e18",
                                               "[9223372036854775807,0]",
                                               "[0,9223372036854775807]",
                                               "[9223372036854775807,9223372036854775807]",
                                               "4611686018427387904",
                                               "1e10"};

/* shows: timeout-huge */
START_TEST(huge_timeouts_wait)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    long id = request(c, "socket-wait", "{'server': %lu, 'timeout': %s}", server, endless_timeouts[_i]);
    ck_assert(client_silent(c, 30));
    cancel(c, id);
}
END_TEST

/* shows: timeout-microseconds-above-a-million */
START_TEST(microseconds_may_exceed_a_million)
{
    struct client *c = client_open();
    handle server = handle_at(call(c, "socket-server", "{'interface': '127.0.0.1'}"), "server");
    long begin = now_ms();
    expect_false(call(c, "socket-wait", "{'server': %lu, 'timeout': [0, 1100000]}", server), "ready");
    ck_assert_int_ge(now_ms() - begin, 1095);
    ck_assert_int_le(now_ms() - begin, 3000);
}
END_TEST

static const struct test_case cases[] = {
    {&each_parameter_is_checked, NULL, METHOD_COUNT},
    {&unknown_parameters_are_refused, NULL, METHOD_COUNT},
    {&too_many_positions_are_refused, NULL, METHOD_COUNT},
    {&each_position_is_checked, NULL, METHOD_COUNT},
    {&missing_params_are_missing_parameters, NULL, METHOD_COUNT},
    {&positions_follow_the_table, NULL, 0},
    {&a_wrong_parameter_is_told_before_the_handle, NULL, 0},
    {&timeouts_have_these_forms, NULL, COUNT(good_timeouts)},
    {&huge_timeouts_wait, NULL, COUNT(endless_timeouts)},
    {&microseconds_may_exceed_a_million, NULL, 0},
    {0},
};

const struct suite suite_params = {.name = "params", .cases = cases, .covers_all = BAD_PARAMS};
