#include "request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "harness.h"

/* A request on its way: its method, and its reply once that has come. */
struct sent {
    struct sent *next;
    struct client *client;
    long id;
    char method[40];
    struct message *reply;
};

/* An event that has come and that no test has looked at yet. */
struct told {
    struct told *next;
    struct client *client;
    json_object *params;
};

static struct sent *all_sent;
static struct told *all_told, **last_told = &all_told;
static long last_id;

void request_forget_all(void)
{
    while (all_sent) {
        struct sent *sent = all_sent;
        all_sent = sent->next;
        free(sent);
    }
    while (all_told) {
        struct told *told = all_told;
        all_told = told->next;
        free(told);
    }
    last_told = &all_told;
}

static struct sent *sent_find(struct client *c, long id)
{
    for (struct sent *sent = all_sent; sent; sent = sent->next)
        if (sent->client == c && sent->id == id)
            return sent;
    return NULL;
}

static void sent_add(struct client *c, long id, const char *method)
{
    struct sent *sent = calloc(1, sizeof *sent);
    ck_assert_ptr_nonnull(sent);
    snprintf(sent->method, sizeof sent->method, "%s", method);
    sent->client = c;
    sent->id = id;
    sent->next = all_sent;
    all_sent = sent;
}

/* The formatted text, the format's ' made ". */
static char *format_text(const char *format, va_list values)
{
    char *json_format = strdup(format), *text;
    for (char *quote = json_format; (quote = strchr(quote, '\''));)
        *quote = '"';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    ck_assert_int_ge(vasprintf(&text, json_format, values), 0);
#pragma GCC diagnostic pop
    free(json_format);
    return text;
}

/* A request's line; id 0: a notification; extra: further members. */
static char *line_make(long id, const char *method, const char *extra, const char *params, va_list values)
{
    char *text = params ? format_text(params, values) : NULL, *line, number[40] = "";
    if (id)
        snprintf(number, sizeof number, ",\"id\":%ld", id);
    ck_assert_int_ge(asprintf(&line, "{\"jsonrpc\":\"2.0\"%s,\"method\":\"%s\"%s%s%s}\n", number, method, extra,
                              text ? ",\"params\":" : "", text ? text : ""),
                     0);
    free(text);
    return line;
}

/* The line of the next request, which is noted. */
static char *next_line(struct client *c, const char *method, const char *extra, const char *params, va_list values)
{
    char *line = line_make(++last_id, method, extra, params, values);
    sent_add(c, last_id, method);
    return line;
}

static long send_values(struct client *c, const char *method, const char *params, va_list values)
{
    char *line = next_line(c, method, "", params, values);
    client_write(c, line);
    free(line);
    return last_id;
}

long request(struct client *c, const char *method, const char *params, ...)
{
    va_list values;
    va_start(values, params);
    long id = send_values(c, method, params, values);
    va_end(values);
    return id;
}

long request_payload(struct client *c, const char *method, const void *payload, size_t size, const char *params, ...)
{
    va_list values;
    char extra[40];
    snprintf(extra, sizeof extra, ",\"payload\":%zu", size);
    va_start(values, params);
    char *line = next_line(c, method, extra, params, values);
    va_end(values);
    client_write(c, line);
    client_send(c, payload, size);
    free(line);
    return last_id;
}

long request_fds(struct client *c, const char *method, const int *fds, int count, const char *params, ...)
{
    va_list values;
    char extra[40];
    snprintf(extra, sizeof extra, ",\"fds\":%d", count);
    va_start(values, params);
    char *line = next_line(c, method, extra, params, values);
    va_end(values);
    client_send_fds(c, line, strlen(line), fds, count);
    free(line);
    return last_id;
}

void notify(struct client *c, const char *method, const char *params, ...)
{
    va_list values;
    va_start(values, params);
    char *line = line_make(0, method, "", params, values);
    va_end(values);
    client_write(c, line);
    free(line);
}

/* ---- replies ---- */

/* Puts a notification aside. False: the message is none. */
static bool take_event(struct client *c, const struct message *message)
{
    if (!has(message->json, "method"))
        return false;
    struct told *told = calloc(1, sizeof *told);
    ck_assert_ptr_nonnull(told);
    expect_text(message->json, "jsonrpc", "2.0");
    expect_text(message->json, "method", "event");
    ck_assert_msg(!has(message->json, "id"), "%s", message->line);
    *told = (struct told){NULL, c, value_at(message->json, "params")};
    *last_told = told;
    last_told = &told->next;
    return true;
}

/* Every reply is an object of version 2.0 with an id and either a result or an error. */
static void check_shape(const struct message *message)
{
    expect_text(message->json, "jsonrpc", "2.0");
    ck_assert_msg(has(message->json, "id"), "%s has no id", message->line);
    ck_assert_msg(has(message->json, "result") != has(message->json, "error"), "%s", message->line);
}

static bool receive_one(struct client *c)
{
    struct message *message = client_receive(c);
    if (!message)
        return false;
    if (take_event(c, message))
        return true;
    check_shape(message);
    struct sent *sent = null_at(message->json, "id") ? NULL : sent_find(c, int_at(message->json, "id"));
    ck_assert_msg(sent && !sent->reply, "a reply to nothing: %s", message->line);
    sent->reply = message;
    cover_note(sent->method, message->json);
    return true;
}

struct message *reply(struct client *c, long id)
{
    struct sent *sent = sent_find(c, id);
    while (!sent->reply)
        ck_assert_msg(receive_one(c), "the session ended before the reply to %s", sent->method);
    return sent->reply;
}

static struct told **told_find(const struct client *c)
{
    struct told **link = &all_told;
    while (*link && (*link)->client != c)
        link = &(*link)->next;
    return link;
}

json_object *event_next(struct client *c)
{
    struct told **link;
    while (!*(link = told_find(c)))
        ck_assert_msg(receive_one(c), "the session ended before an event");
    struct told *told = *link;
    json_object *params = told->params;
    if (!(*link = told->next))
        last_told = link;
    free(told);
    return params;
}

bool events_none(struct client *c)
{
    call(c, "daemon.info", NULL);
    struct told *told = *told_find(c);
    if (told)
        fprintf(stderr, "an event: %s\n", json_at(told->params, ""));
    return !told;
}

json_object *result(struct client *c, long id)
{
    struct message *message = reply(c, id);
    ck_assert_msg(has(message->json, "result"), "%s failed: %s", sent_find(c, id)->method, message->line);
    return value_at(message->json, "result");
}

json_object *fault_in(json_object *message, const char *kind)
{
    int code = 0;
    for (int i = 1; i < ERROR_COUNT; i++)
        if (strcmp(errors[i].kind, kind) == 0)
            code = errors[i].code;
    ck_assert_msg(has(message, "error.data.kind"), "no error %s: %s", kind, json_at(message, ""));
    ck_assert_msg(strcmp(text_at(message, "error.data.kind"), kind) == 0, "wanted %s: %s", kind, json_at(message, ""));
    expect_int(message, "error.code", code);
    const char *text = text_at(message, "error.message");
    ck_assert_msg(*text && !strpbrk(text, "\r\n"), "the message is not one line: %s", json_at(message, ""));
    return value_at(message, "error.data");
}

json_object *fault(struct client *c, long id, const char *kind)
{
    struct message *message = reply(c, id);
    if (!has(message->json, "error"))
        ck_abort_msg("%s succeeded, wanted %s: %s", sent_find(c, id)->method, kind, message->line);
    return fault_in(message->json, kind);
}

json_object *call(struct client *c, const char *method, const char *params, ...)
{
    va_list values;
    va_start(values, params);
    long id = send_values(c, method, params, values);
    va_end(values);
    return result(c, id);
}

json_object *refuse(struct client *c, const char *kind, const char *method, const char *params, ...)
{
    va_list values;
    va_start(values, params);
    long id = send_values(c, method, params, values);
    va_end(values);
    return fault(c, id, kind);
}

bool waits(struct client *c, long id)
{
    call(c, "daemon.info", NULL);
    return sent_find(c, id)->reply == NULL;
}

void cancel(struct client *c, long id)
{
    expect_true(call(c, "rpc.cancel", "{'id': %ld}", id), "cancelled");
    fault(c, id, "cancelled");
}

void cancel_at_once(struct client *c, const char *method, const char *params, ...)
{
    va_list values;
    char *both;
    long id = ++last_id, give_up = ++last_id;
    va_start(values, params);
    char *line = line_make(id, method, "", params, values);
    va_end(values);
    sent_add(c, id, method);
    sent_add(c, give_up, "rpc.cancel");
    ck_assert_int_ge(
        asprintf(&both, "%s{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"rpc.cancel\",\"params\":[%ld]}\n", line, give_up, id),
        0);
    client_write(c, both);
    free(line);
    free(both);
    expect_true(result(c, give_up), "cancelled");
    fault(c, id, "cancelled");
}

struct message *exchange(struct client *c, const char *line, ...)
{
    va_list values;
    va_start(values, line);
    char *text = format_text(line, values);
    va_end(values);
    client_write(c, text);
    client_write(c, "\n");
    free(text);
    struct message *message = client_receive(c);
    ck_assert_msg(message, "the session ended before a reply");
    return message;
}
