/* sockd, through libsockd: a session for each case. A call that need not wait has the timeout 0, so that it waits for nothing
 * and tells so. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sockd/sockd.h>

#include "base64.h"
#include "daemon.h"
#include "peers.h"

#define OBJECTS 32

struct object {
    char name[16];
    sockd_handle handle;
    char element[20];
};

struct session {
    struct daemon daemon;
    sockd *client;
    sockd_call call;
    const struct step *step;
    struct object objects[OBJECTS];
    size_t count;
    bool missing; /* the step names an object that is not there */
};

static void fatal(struct session *s, const char *what)
{
    char text[4000];
    fprintf(stderr, "%s: %s\n", what, daemon_read(s->daemon.errors, text, sizeof text));
    exit(2);
}

static void sockd_begin_daemon(struct side *side)
{
    struct session *s = side->state = calloc(1, sizeof *s);
    daemon_start(&s->daemon, NULL);
    if (!daemon_ready(&s->daemon))
        fatal(s, "sockd did not start");
}

static void sockd_begin_case(struct side *side)
{
    struct session *s = side->state;
    if (sockd_open(&s->client, s->daemon.socket) < 0)
        fatal(s, sockd_error(s->client)->message);
    s->count = 0;
}

/* ---- objects ---- */

static struct object *object_find(struct session *s, const char *name)
{
    for (size_t i = s->count; i-- > 0;)
        if (strcmp(s->objects[i].name, name) == 0)
            return &s->objects[i];
    return NULL;
}

static void object_add(struct session *s, const char *name, json_object *handle)
{
    if (!handle || s->count == OBJECTS)
        return;
    struct object *object = &s->objects[s->count++];
    snprintf(object->name, sizeof object->name, "%s", name);
    snprintf(object->element, sizeof object->element, "%s", step_text(s->step, "element_type", "character"));
    object->handle = json_object_get_uint64(handle);
}

static json_object *handle_of(struct session *s, const char *name)
{
    struct object *object = object_find(s, name);
    s->missing |= !object;
    return json_object_new_uint64(object ? object->handle : 1);
}

/* An item of a status call. */
static json_object *item_of(struct session *s, json_object *source, const char *direction)
{
    if (json_object_is_type(source, json_type_object)) {
        direction = json_object_get_string(json_object_object_get(source, "direction"));
        source = json_object_object_get(source, "of");
    }
    json_object *handle = handle_of(s, source ? json_object_get_string(source) : "s");
    if (!direction)
        return handle;
    json_object *item = json_object_new_object();
    json_object_object_add(item, "handle", handle);
    json_object_object_add(item, "direction", json_object_new_string(direction));
    return item;
}

static json_object *items_of(struct session *s, const struct step *step)
{
    json_object *of = step_argument(step, "of");
    if (!json_object_is_type(of, json_type_array))
        return item_of(s, of, step_text(step, "direction", NULL));
    json_object *items = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(of); i++)
        json_object_array_add(items, item_of(s, json_object_array_get_idx(of, i), NULL));
    return items;
}

/* ---- elements ---- */

static size_t width_of(const char *element)
{
    const char *bits = strchr(element, ' ');
    return bits ? (size_t)atoi(bits) / 8 : 1;
}

static json_object *data_of(const struct object *object, json_object *elements)
{
    size_t width = width_of(object ? object->element : ""), count = json_object_array_length(elements);
    unsigned char *bytes = malloc(count * width + 1);
    char *text = malloc(BASE64_SIZE(count * width) + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < width; k++)
            bytes[i * width + k] =
                (unsigned char)((uint64_t)json_object_get_int64(json_object_array_get_idx(elements, i)) >> (8 * k));
    json_object *data = json_object_new_string_len(text, (int)base64_write(bytes, count * width, text));
    free(bytes);
    free(text);
    return data;
}

static json_object *elements_of(const struct object *object, json_object *data)
{
    size_t width = width_of(object->element), size = (size_t)json_object_get_string_len(data);
    bool is_signed = object->element[0] == 's';
    unsigned char *bytes = malloc(size + 1);
    ptrdiff_t count = base64_read(json_object_get_string(data), size, bytes);
    json_object *elements = json_object_new_array();
    for (ptrdiff_t i = 0; i + (ptrdiff_t)width <= count; i += (ptrdiff_t)width) {
        uint64_t value = is_signed && bytes[i + (ptrdiff_t)width - 1] & 0x80 ? UINT64_MAX : 0;
        for (size_t k = width; k-- > 0;)
            value = value << 8 | bytes[i + (ptrdiff_t)k];
        json_object_array_add(elements, is_signed ? json_object_new_int64((int64_t)value) : json_object_new_uint64(value));
    }
    free(bytes);
    return elements;
}

/* ---- requests ---- */

/* What a step's argument is called in the protocol; NULL: it is the harness's own. */
static const char *parameter_of(const struct step *step, const char *key)
{
    static const char *const own[] = {"as",     "peer", "to",        "later",        "stream",
                                      "server", "of",   "direction", "interface_of", "elements"};
    bool names_object = strcmp(key, "direction") != 0 || strcmp(step->operation->name, "status") == 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(key, own[i]) == 0)
            return names_object ? NULL : key;
    return key;
}

static void add_objects(struct session *s, const struct step *step, json_object *params)
{
    const char *name = step->operation->name;
    if (strcmp(name, "connect") == 0 || strcmp(name, "server") == 0)
        return;
    if (strcmp(name, "status") == 0)
        json_object_object_add(params, "sockets", items_of(s, step));
    else if (strcmp(name, "options") == 0)
        json_object_object_add(params, "socket", handle_of(s, step_text(step, "of", "s")));
    else if (strcmp(name, "close") == 0)
        json_object_object_add(params, "handle", handle_of(s, step_text(step, "of", "s")));
    else if (strcmp(name, "wait") == 0 || strcmp(name, "accept") == 0 || strncmp(name, "server-", 7) == 0)
        json_object_object_add(params, "server", handle_of(s, step_text(step, "server", "v")));
    else
        json_object_object_add(params, "stream", handle_of(s, step_text(step, "stream", "s")));
}

static json_object *params_of(struct side *side, const struct step *step, const char *buffered)
{
    struct session *s = side->state;
    json_object *params = json_object_new_object();
    const char *name = step->operation->name;
    s->missing = false;
    add_objects(s, step, params);
    json_object_object_foreach(step->arguments, key, value)
    {
        const char *parameter = parameter_of(step, key);
        if (parameter)
            json_object_object_add(params, parameter, json_object_get(value));
    }
    if (strcmp(name, "handles") == 0)
        json_object_object_add(params, "via", json_object_new_string("direct"));
    if (strcmp(name, "connect") == 0)
        json_object_object_add(params, "port", json_object_new_int(peers_port(side, step)));
    if (strcmp(name, "connect") == 0 && !step_argument(step, "host"))
        json_object_object_add(params, "host", json_object_new_string("127.0.0.1"));
    if (strcmp(name, "server") == 0 && step_argument(step, "interface_of"))
        json_object_object_add(params, "interface", handle_of(s, step_text(step, "interface_of", "s")));
    else if (strcmp(name, "server") == 0 && !json_object_object_get_ex(step->arguments, "interface", NULL))
        json_object_object_add(params, "interface", json_object_new_string("127.0.0.1"));
    if (step_argument(step, "elements"))
        json_object_object_add(params, "data",
                               data_of(object_find(s, step_text(step, "stream", "s")), step_argument(step, "elements")));
    if (buffered && (strcmp(name, "connect") == 0 || strcmp(name, "accept") == 0) && !step_argument(step, "buffered"))
        json_object_object_add(params, "buffered", json_tokener_parse(buffered));
    bool told = json_object_object_get_ex(step->arguments, "timeout", NULL);
    if (step->operation->waits && !told && strcmp(name, "connect") == 0)
        json_object_object_add(params, "timeout", json_object_new_int(5));
    else if (step->operation->waits && !told && !step_flag(step, "later") && strcmp(name, "close") != 0)
        json_object_object_add(params, "timeout", json_object_new_int(0));
    return params;
}

static void sockd_begin_step(struct side *side, const struct step *step, const char *buffered)
{
    struct session *s = side->state;
    s->step = step;
    json_object *params = params_of(side, step, buffered);
    struct sockd_json_request request = {.method = step->operation->method,
                                         .params =
                                             sockd_string(json_object_to_json_string_ext(params, JSON_C_TO_STRING_PLAIN))};
    s->call = s->missing ? 0 : sockd_start_json(s->client, &request);
    json_object_put(params);
}

/* ---- results ---- */

/* The JSON that a text of the library holds; NULL for a null one. */
static json_object *parsed(struct sockd_text text)
{
    struct json_tokener *tokener = json_tokener_new();
    json_object *value = text.data ? json_tokener_parse_ex(tokener, text.data, (int)text.size) : NULL;
    json_tokener_free(tokener);
    return value;
}

static json_object *truth(const char *name)
{
    json_object *result = json_object_new_object();
    json_object_object_add(result, name, json_object_new_boolean(true));
    return result;
}

static json_object *failure(struct session *s, const struct sockd_json_reply *reply)
{
    static const struct {
        const char *kind, *neutral;
    } kinds[] = {{"os-error", "os"},
                 {"timeout", "timeout"},
                 {"encoding", "encoding"},
                 {"resolve", "os"},
                 {"end-of-file", "end-of-file"},
                 {"limit", "limit"},
                 {"wrong-kind", "refused"},
                 {"not-open", "refused"},
                 {"no-such-handle", "refused"},
                 {"invalid-params", "refused"}};
    const struct sockd_error *error = sockd_error(s->client);
    if (strcmp(error->kind, "timeout") == 0 && !json_object_object_get_ex(s->step->arguments, "timeout", NULL) &&
        strcmp(s->step->operation->name, "connect") != 0)
        return truth("waits");
    const char *neutral = error->kind;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(error->kind, kinds[i].kind) == 0)
            neutral = kinds[i].neutral;
    json_object *result = side_error(neutral), *told = parsed(reply->error), *data;
    if (strcmp(neutral, "os") == 0 && json_object_object_get_ex(told, "data", &data))
        json_object_object_add(result, "errno", json_object_get(json_object_object_get(data, "name")));
    json_object_object_add(result, "detail", json_object_new_string(error->kind));
    json_object_put(told);
    return result;
}

/* What a read gives: the value by its name, or the end. */
static json_object *value_or_end(json_object *result, const char *name)
{
    json_object *value = json_object_object_get(result, name);
    if (!value && json_object_get_boolean(json_object_object_get(result, "eof"))) {
        json_object_put(result);
        return truth("end");
    }
    json_object *neutral = json_object_new_object();
    json_object_object_add(neutral, name, json_object_get(value));
    if (json_object_object_get_ex(result, "missing_newline", &value))
        json_object_object_add(neutral, "missing_newline", json_object_get(value));
    json_object_put(result);
    return neutral;
}

/* A member under the name that the neutral form has for it. */
static json_object *renamed(json_object *result, const char *from, const char *to)
{
    json_object *neutral = json_object_new_object();
    json_object_object_add(neutral, to, json_object_get(json_object_object_get(result, from)));
    json_object_put(result);
    return neutral;
}

static json_object *elements_result(struct session *s, json_object *result)
{
    json_object *neutral = json_object_new_object();
    const struct object *object = object_find(s, step_text(s->step, "stream", "s"));
    json_object_object_add(neutral, "elements", elements_of(object, json_object_object_get(result, "data")));
    json_object_put(result);
    return neutral;
}

static void remember(struct session *s, json_object *result)
{
    json_object *type = json_object_object_get(result, "element_type");
    struct object *object = object_find(s, step_text(s->step, "stream", "s"));
    object_add(s, step_text(s->step, "as", "s"), json_object_object_get(result, "stream"));
    object_add(s, step_text(s->step, "as", "v"), json_object_object_get(result, "server"));
    if (type && object)
        snprintf(object->element, sizeof object->element, "%s", json_object_get_string(type));
}

/* Descriptors came, and go. What had been read and not used comes with them, so that the stream has it no more. */
static json_object *handles_result(json_object *result, const struct sockd_json_reply *reply)
{
    json_object *neutral = json_object_new_object();
    bool pending = json_object_get_string_len(json_object_object_get(result, "pending")) > 0;
    json_object_object_add(neutral, "input", json_object_new_boolean(json_object_object_get(result, "input") != NULL));
    json_object_object_add(neutral, "output", json_object_new_boolean(json_object_object_get(result, "output") != NULL));
    if (pending)
        json_object_object_add(neutral, "pending", json_object_new_boolean(true));
    for (size_t i = 0; i < reply->descriptor_count; i++)
        close(reply->descriptors[i]);
    json_object_put(result);
    return neutral;
}

static json_object *neutral_result(struct session *s, json_object *result)
{
    static const char *const dropped[] = {"server", "address", "name", "eof"};
    static const struct {
        const char *from, *to;
    } names[] = {{"ready", "value"}, {"value", "value"}, {"values", "values"}};
    const char *operation = s->step->operation->name;
    remember(s, result);
    if (strcmp(operation, "read-line") == 0)
        return value_or_end(result, "line");
    if (json_object_object_get_ex(result, "char", NULL))
        return value_or_end(result, "char");
    if (json_object_object_get_ex(result, "byte", NULL))
        return value_or_end(result, "byte");
    if (json_object_object_get_ex(result, "data", NULL))
        return elements_result(s, result);
    if (strcmp(operation, "fresh-line") == 0)
        return renamed(result, "written", "value");
    json_object *format = json_object_object_get(result, "external_format");
    if (format) {
        json_object *terminator = renamed(json_object_get(format), "line_terminator", "line_terminator");
        json_object_put(result);
        return terminator;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_object_get_ex(result, names[i].from, NULL))
            return renamed(result, names[i].from, names[i].to);
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        json_object_object_del(result, dropped[i]);
    if (json_object_object_length(result) > 0 && !json_object_object_get_ex(result, "stream", NULL))
        return result;
    json_object_put(result);
    return truth("done");
}

static json_object *sockd_finish_step(struct side *side, int patience_ms)
{
    struct session *s = side->state;
    struct sockd_json_reply reply;
    if (s->missing)
        return side_error("no-object");
    if (sockd_wait(s->client, s->call, patience_ms) == 0)
        return truth("waits");
    if (sockd_finish_json(s->client, s->call, &reply) < 0) {
        if (strcmp(sockd_error(s->client)->kind, "closed") == 0)
            fatal(s, "sockd ended the session");
        return failure(s, &reply);
    }
    json_object *result = parsed(reply.result);
    return strcmp(s->step->operation->name, "handles") == 0 ? handles_result(result, &reply) : neutral_result(s, result);
}

static void sockd_end_case(struct side *side)
{
    struct session *s = side->state;
    sockd_close(s->client);
}

static void sockd_end_daemon(struct side *side)
{
    struct session *s = side->state;
    const char *fault = daemon_stop(&s->daemon, SIGTERM);
    if (fault) {
        fprintf(stderr, "%s\n", fault);
        exit(2);
    }
    daemon_clean(&s->daemon);
    free(s);
}

const struct runner sockd_runner = {"sockd",           sockd_begin_daemon, sockd_begin_case, sockd_begin_step,
                                    sockd_finish_step, sockd_end_case,     sockd_end_daemon};
