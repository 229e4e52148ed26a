#include "link.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "output.h"
#include "value.h"

/* Kinds whose status is not EXIT_FAULT. */
static const struct {
    const char *kind;
    int status;
} statuses[] = {
    {"no-such-handle", EXIT_NOTHING}, {"denied", EXIT_DENIED},       {"timeout", EXIT_TIMEOUT},
    {"closed", EXIT_UNREACHED},       {"malformed", EXIT_UNREACHED}, {"argument", EXIT_USAGE},
};

int link_status(const char *kind)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(statuses[i].kind, kind) == 0)
            return statuses[i].status;
    return EXIT_FAULT;
}

/* ---- telling errors ---- */

/* {"error":{"code","name","message","data"}} on standard error. Takes code and data over. */
static void tell_json(const struct command *command, json_object *code, const char *name, const char *message,
                      json_object *data)
{
    json_object *outer = json_object_new_object(), *error = json_object_new_object();
    json_object_object_add(error, "code", code);
    json_object_object_add(error, "name", json_object_new_string(name));
    json_object_object_add(error, "message", json_object_new_string(message));
    json_object_object_add(error, "data", data);
    json_object_object_add(outer, "error", error);
    struct options options = command->options;
    options.layout = LAYOUT_SHORT;
    output_json(&options, stderr, outer);
    json_object_put(outer);
}

static bool begins_with(const char *message, const char *word)
{
    size_t length = strlen(word);
    return strncmp(message, word, length) == 0 && (message[length] == ':' || message[length] == ' ');
}

/* sockctl: VERB: MESSAGE (KIND); a message that begins with the verb, or the method's name, says that much already. */
static void tell_text(const struct command *command, const char *name, const char *message)
{
    const char *verb = command->verb.name, *method = command->verb.method == NULL ? verb : command->verb.method->name;
    fputs("sockctl: ", stderr);
    if (verb != NULL && !begins_with(message, verb) && !begins_with(message, method))
        fprintf(stderr, "%s: ", verb);
    output_escaped(stderr, message, strlen(message), false);
    fprintf(stderr, name == NULL ? "\n" : " (%s)\n", name);
}

int link_complain(const struct command *command, int status, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const char *name = status == EXIT_USAGE     ? "usage"
                       : status == EXIT_TIMEOUT ? "timeout"
                       : status == EXIT_NOTHING ? "nothing"
                                                : "local";
    if (options_json(&command->options))
        tell_json(command, NULL, name, message, NULL);
    else
        tell_text(command, NULL, message);
    return status;
}

/* An error object that the daemon answered. */
static int tell_answered(const struct command *command, json_object *error)
{
    json_object *data = json_object_object_get(error, "data");
    const char *kind = json_object_get_string(json_object_object_get(data, "kind"));
    const char *message = json_object_get_string(json_object_object_get(error, "message"));
    kind = kind == NULL ? "unknown" : kind;
    if (options_json(&command->options))
        tell_json(command, json_object_get(json_object_object_get(error, "code")), kind, message == NULL ? kind : message,
                  json_object_get(data));
    else
        tell_text(command, kind, message == NULL ? kind : message);
    return link_status(kind);
}

int link_fault(const struct command *command)
{
    const struct sockd_error *error = sockd_error(command->client);
    if (options_json(&command->options))
        tell_json(command, json_object_new_int(error->code), error->kind, error->message, NULL);
    else
        tell_text(command, error->kind, error->message);
    return link_status(error->kind);
}

/* ---- calls ---- */

int link_open(struct command *command)
{
    int result = sockd_open(&command->client, command->options.socket);
    if (result >= 0)
        return EXIT_DONE;
    link_fault(command);
    return EXIT_UNREACHED;
}

/* --timeout in milliseconds where the daemon is not told of it; -1: for ever. */
static int patience(const struct command *command)
{
    static const struct field field = {.name = "timeout", .type = TYPE_TIMEOUT};
    char reason[100];
    json_object *value = NULL;
    if (command->options.timeout == NULL || arguments_field(&command->syntax, field.name, strlen(field.name)) != NULL ||
        !value_read(&field, command->options.timeout, &value, reason, sizeof reason) || value == NULL)
        return -1;
    double seconds = json_object_get_double(value);
    if (json_object_is_type(value, json_type_array))
        seconds = json_object_get_double(json_object_array_get_idx(value, 0)) +
                  json_object_get_double(json_object_array_get_idx(value, 1)) / 1e6;
    json_object_put(value);
    return seconds > 1e6 ? 1000000000 : (int)(seconds * 1000);
}

int link_request(struct command *command, struct sockd_json_request *request, json_object *params, struct answer *answer)
{
    struct sockd_json_reply reply;
    int milliseconds = patience(command), result;
    *answer = (struct answer){0};
    if (params != NULL)
        request->params = sockd_string(json_object_to_json_string_ext(params, JSON_C_TO_STRING_NOSLASHESCAPE));
    sockd_call call = sockd_start_json(command->client, request);
    if (milliseconds >= 0 && (result = sockd_wait(command->client, call, milliseconds)) == 0)
        return link_complain(command, EXIT_TIMEOUT, "no reply within %s seconds", command->options.timeout);
    result = sockd_finish_json(command->client, call, &reply);
    answer->payload = reply.payload;
    answer->descriptors = reply.descriptors;
    answer->descriptor_count = reply.descriptor_count;
    if (result >= 0 && value_parse_json(reply.result.data, reply.result.size, &answer->result))
        return EXIT_DONE;
    if (reply.error.data == NULL)
        return link_fault(command);
    json_object *error = NULL;
    value_parse_json(reply.error.data, reply.error.size, &error);
    int status = tell_answered(command, error);
    json_object_put(error);
    return status;
}

int link_call(struct command *command, const char *method, json_object *params, struct answer *answer)
{
    struct sockd_json_request request = {.method = method};
    return link_request(command, &request, params, answer);
}
