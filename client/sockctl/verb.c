/* The verbs. A method needs no row here: its own name is a verb. A row gives a shorter name, another order of its words, or
 * a way to run it that fits a shell better than one request and one reply. */
#include "verb.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FIELDS(array) (array), COUNT(array)
#define METHOD_ROW(id) &methods[METHOD_##id]

static const char *const kind_items[] = {"streams", "servers", "all"};
static const struct words words_ls = {.name = "ls", .items = kind_items, .count = COUNT(kind_items)};
static const char *const policy_items[] = {"ls", "show", "check", "suggest"};
static const struct words words_policy = {.name = "policy", .items = policy_items, .count = COUNT(policy_items)};
static const char *const shell_items[] = {"bash"};
static const struct words words_shell = {.name = "shell", .items = shell_items, .count = COUNT(shell_items)};

#define NUMBER(word, bits, json, low, high, line)                                                             \
    {                                                                                                         \
        .name = word, .type = TYPE_INT, .flags = bits, .fallback = json, .min = low, .max = high, .doc = line \
    }
#define TEXT(word, bits, json, line)                                                  \
    {                                                                                 \
        .name = word, .type = TYPE_TEXT, .flags = bits, .fallback = json, .doc = line \
    }
#define SWITCH(word, line)                                                \
    {                                                                     \
        .name = word, .type = TYPE_BOOL, .fallback = "false", .doc = line \
    }

static const struct field ls_fields[] = {
    {.name = "kind",
     .type = TYPE_WORD,
     .flags = FIELD_PLAIN,
     .fallback = "\"streams\"",
     .words = &words_ls,
     .doc = "what to list"},
    TEXT("filter", 0, FIELD_ABSENT, "terms FIELD=VALUE, !=, <, <=, >, >=, joined by commas; all must hold"),
    TEXT("sort", 0, FIELD_ABSENT, "the field to sort by, - before it for descending order"),
    NUMBER("limit", 0, FIELD_ABSENT, 1, INT32_MAX, "how many at the most"),
    NUMBER("after", 0, "0", 0, (int64_t)SOCKD_HANDLE_MAX, "handles above this one"),
};
static const struct field show_fields[] = {
    {.name = "handle", .type = TYPE_HANDLE, .flags = FIELD_REST, .fallback = FIELD_REQUIRED, .doc = "streams or servers"},
};
static const struct field cat_fields[] = {
    TEXT("target", 0, FIELD_REQUIRED, "the host to connect to, or the handle of a stream"),
    NUMBER("port", FIELD_PLAIN, FIELD_ABSENT, 0, 65535, "TCP port, where the target is a host"),
    {.name = "via",
     .type = TYPE_WORD,
     .fallback = FIELD_ABSENT,
     .words = &words_via,
     .doc = "how to hand the stream out; without it, the best allowed"},
    {.name = "timeout",
     .type = TYPE_TIMEOUT,
     .flags = FIELD_NULLABLE,
     .fallback = "null",
     .doc = "how long connecting may take"},
    SWITCH("calls", "every byte through the daemon's calls, no descriptor is asked for"),
    SWITCH("keep", "a stream given by its handle stays open"),
    SWITCH("raw", "control characters go to a terminal as they are"),
};
static const struct field watch_fields[] = {
    TEXT("filter", FIELD_PLAIN, FIELD_ABSENT, "terms FIELD=VALUE, !=, <, <=, >, >=, joined by commas, over an event's members"),
    NUMBER("count", 0, FIELD_ABSENT, 1, INT32_MAX, "how many events to wait for; without it, until interrupted"),
};
static const struct field policy_fields[] = {
    {.name = "action",
     .type = TYPE_WORD,
     .fallback = FIELD_REQUIRED,
     .words = &words_policy,
     .doc = "ls: the profiles; show: one of them; check: explains a decision; suggest: makes rules of what was reported"},
    TEXT("target", FIELD_PLAIN, FIELD_ABSENT, "the host to check, or the profile to show"),
    NUMBER("port", FIELD_PLAIN, FIELD_ABSENT, 0, 65535, "the port to check"),
    TEXT("profile", 0, FIELD_ABSENT, "whose decision to check; whose report to make rules of, else of every one"),
    {.name = "operation",
     .type = TYPE_WORD,
     .fallback = "\"dial\"",
     .words = &words_policy_operation,
     .doc = "what would be done there"},
    SWITCH("floor", "suggest: also what opens the floor or every address of this host, since a person has decided so"),
};
static const struct field raw_fields[] = {
    TEXT("method", 0, FIELD_REQUIRED, "the method's name, known to sockctl or not"),
    TEXT("params", FIELD_STDIN | FIELD_PLAIN, FIELD_ABSENT, "its parameters, a JSON object or array"),
};
static const struct field method_fields[] = {
    TEXT("method", FIELD_PLAIN, FIELD_ABSENT, "the method's name; all methods without it")};
static const struct field help_fields[] = {TEXT("verb", FIELD_PLAIN, FIELD_ABSENT, "the verb")};
static const struct field schema_fields[] = {
    TEXT("what", FIELD_PLAIN, "\"streams\"", "streams, servers, all, or a method for its result")};
static const struct field completion_fields[] = {
    {.name = "shell",
     .type = TYPE_WORD,
     .flags = FIELD_PLAIN,
     .fallback = "\"bash\"",
     .words = &words_shell,
     .doc = "the shell"},
};
static const struct field adopt_fields[] = {
    {.name = "fds",
     .type = TYPE_TEXTS,
     .fallback = "\"0\"",
     .doc = "numbers of one or two open descriptors, joined by commas: input and output"},
};
static const struct field export_fields[] = {
    TEXT("program", FIELD_REST, FIELD_ABSENT, "a program, after --, that gets the stream as standard input and output"),
};
static const struct field connect_fields[] = {
    TEXT("program", FIELD_REST, FIELD_ABSENT, "a program, after --, that gets the connection as standard input and output"),
};

#define TALK "Streams and servers"
#define LOOK "Looking"
#define RAW "Methods"

const struct verb verbs[] = {
    {"connect", METHOD_ROW(socket_connect), "host port", NULL, NULL, 0, TALK, NULL},
    {"listen-on", METHOD_ROW(socket_server), NULL, NULL, NULL, 0, TALK, NULL},
    {"wait", METHOD_ROW(socket_wait), NULL, NULL, NULL, 0, TALK, NULL},
    {"accept", METHOD_ROW(socket_accept), NULL, NULL, NULL, 0, TALK, NULL},
    {"status", METHOD_ROW(socket_status), NULL, NULL, NULL, 0, TALK, NULL},
    {"peer", METHOD_ROW(socket_stream_peer), NULL, NULL, NULL, 0, TALK, NULL},
    {"local", METHOD_ROW(socket_stream_local), NULL, NULL, NULL, 0, TALK, NULL},
    {"options", METHOD_ROW(socket_options), NULL, NULL, NULL, 0, TALK, NULL},
    {"shutdown", METHOD_ROW(socket_stream_shutdown), NULL, NULL, NULL, 0, TALK, NULL},
    {"cat", NULL, NULL, "Joins standard input and output to a stream until the peer ends, then closes the stream.",
     FIELDS(cat_fields), TALK, cat_run},
    {"handles", METHOD_ROW(stream_handles), NULL, NULL, FIELDS(export_fields), TALK, export_run},
    {"lifetime", METHOD_ROW(handle_lifetime), NULL, NULL, NULL, 0, TALK, NULL},
    {"ls", NULL, NULL, "Lists the handles that the caller may see.", FIELDS(ls_fields), LOOK, ls_run},
    {"show", NULL, NULL, "Shows everything known about some handles.", FIELDS(show_fields), LOOK, show_run},
    {"watch", NULL, NULL, "Shows what happens as it happens, a line an event.", FIELDS(watch_fields), LOOK, watch_run},
    {"policy", NULL, NULL, "Tells what profiles allow, and why.", FIELDS(policy_fields), LOOK, policy_run},
    {"info", METHOD_ROW(daemon_info), NULL, NULL, NULL, 0, LOOK, NULL},
    {"session", METHOD_ROW(session_info), NULL, NULL, NULL, 0, LOOK, NULL},
    {"ping", NULL, NULL, "Asks the daemon for its version and tells how long that took.", NULL, 0, LOOK, ping_run},
    {"call", NULL, NULL, "Calls any method with parameters in JSON.", FIELDS(raw_fields), RAW, raw_run},
    {"methods", NULL, NULL, "Lists the methods.", NULL, 0, RAW, methods_run},
    {"introspect", NULL, NULL, "Describes a method: parameters, result, right.", FIELDS(method_fields), RAW, introspect_run},
    {"schema", NULL, NULL, "Prints the JSON Schema of a list or of a method's result.", FIELDS(schema_fields), RAW, schema_run},
    {"help", NULL, NULL, "Tells what a verb does and takes.", FIELDS(help_fields), RAW, help_run},
    {"completion", NULL, NULL, "Prints what makes a shell complete verbs and options.", FIELDS(completion_fields), RAW,
     completion_run},
    /* methods that run in a way of their own */
    {"read-byte-sequence", METHOD_ROW(read_byte_sequence), NULL, NULL, NULL, 0, NULL, read_bytes_run},
    {"write-string", METHOD_ROW(write_string), NULL, NULL, NULL, 0, NULL, write_text_run},
    {"write-line", METHOD_ROW(write_line), NULL, NULL, NULL, 0, NULL, write_text_run},
    {"write-byte-sequence", METHOD_ROW(write_byte_sequence), NULL, NULL, NULL, 0, NULL, write_bytes_run},
    {"make-stream", METHOD_ROW(make_stream), NULL, NULL, FIELDS(adopt_fields), NULL, adopt_run},
    {"stream-handles", METHOD_ROW(stream_handles), NULL, NULL, FIELDS(export_fields), NULL, export_run},
    {"descriptor.connect", METHOD_ROW(descriptor_connect), NULL, NULL, FIELDS(connect_fields), NULL, connect_run},
};
const size_t verb_count = COUNT(verbs);

bool verb_find(const char *name, struct verb *out)
{
    const struct method *method = method_find(name, strlen(name));
    for (size_t i = 0; i < verb_count; i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            *out = verbs[i];
            out->run = out->run == NULL ? call_run : out->run;
            return true;
        }
    }
    if (method != NULL)
        *out = (struct verb){.name = method->name, .method = method, .run = call_run};
    return method != NULL;
}

const char *verb_doc(const struct verb *verb)
{
    return verb->doc != NULL ? verb->doc : verb->method->doc;
}

static bool named(const struct field *field, const char *name, size_t size)
{
    return strlen(field->name) == size && strncmp(field->name, name, size) == 0;
}

static bool in_order(const char *order, const struct field *field)
{
    for (size_t size; order != NULL && *order != '\0'; order += size + (order[size] == ' '))
        if (size = strcspn(order, " "), named(field, order, size))
            return true;
    return false;
}

static void add(struct syntax *syntax, const struct verb *verb, const struct field *field)
{
    struct field *copy = &syntax->fields[syntax->count++];
    bool text = field->type == TYPE_TEXT || field->type == TYPE_BYTES;
    *copy = *field;
    if (in_order(verb->order, field))
        copy->fallback = FIELD_REQUIRED;
    if (verb->method != NULL && (verb->method->flags & METHOD_OUTPUT) && text)
        copy->flags |= FIELD_STDIN;
    if (field->type == TYPE_ITEMS || field->type == TYPE_OPTIONS)
        copy->flags |= FIELD_REST;
}

/* The method's own parameters: those that the verb puts first, then what is required, then the rest. */
static void add_method(struct syntax *syntax, const struct verb *verb)
{
    const struct record *params = verb->method->params;
    const char *order = verb->order;
    for (size_t size; order != NULL && *order != '\0'; order += size + (order[size] == ' ')) {
        size = strcspn(order, " ");
        for (size_t i = 0; i < params->count; i++)
            if (named(&params->fields()[i], order, size))
                add(syntax, verb, &params->fields()[i]);
    }
    for (int required = 1; required >= 0; required--)
        for (size_t i = 0; i < params->count; i++) {
            const struct field *field = &params->fields()[i];
            if ((*field->fallback == *FIELD_REQUIRED) == required && !in_order(verb->order, field))
                add(syntax, verb, field);
        }
}

void verb_syntax(const struct verb *verb, struct syntax *out)
{
    out->count = 0;
    if (verb->method != NULL)
        add_method(out, verb);
    for (size_t i = 0; i < verb->field_count; i++)
        add(out, verb, &verb->fields[i]);
    out->own = verb->field_count;
}
