#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct operation operations[] = {
    {"server", "socket-server", "port", false},
    {"server-close", "socket-server-close", "server", false},
    {"server-host", "socket-server-host", "server", false},
    {"server-port", "socket-server-port", "server", false},
    {"wait", "socket-wait", "timeout", true},
    {"accept", "socket-accept", "buffered", true},
    {"connect", "socket-connect", "buffered", true},
    {"status", "socket-status", "direction", true},
    {"host", "socket-stream-host", "stream", false},
    {"port", "socket-stream-port", "stream", false},
    {"peer", "socket-stream-peer", "do_not_resolve", false},
    {"local", "socket-stream-local", "do_not_resolve", false},
    {"shutdown", "socket-stream-shutdown", "direction", false},
    {"options", "socket-options", "options", false},
    {"read-line", "read-line", "stream", true},
    {"read-char", "read-char", "stream", true},
    {"peek-char", "peek-char", "stream", true},
    {"read-char-no-hang", "read-char-no-hang", "stream", false},
    {"unread-char", "unread-char", "char", false},
    {"read-char-sequence", "read-char-sequence", "length", true},
    {"read-byte", "read-byte", "stream", true},
    {"read-byte-no-hang", "read-byte-no-hang", "stream", false},
    {"read-byte-sequence", "read-byte-sequence", "length", true},
    {"listen", "listen", "stream", false},
    {"clear-input", "clear-input", "stream", false},
    {"write-char", "write-char", "char", true},
    {"write-string", "write-string", "string", true},
    {"write-line", "write-line", "string", true},
    {"terpri", "terpri", "stream", true},
    {"fresh-line", "fresh-line", "stream", true},
    {"write-byte", "write-byte", "byte", true},
    {"write-byte-sequence", "write-byte-sequence", "elements", true},
    {"force-output", "force-output", "stream", false},
    {"finish-output", "finish-output", "stream", true},
    {"clear-output", "clear-output", "stream", false},
    {"element-type", "stream-element-type", "set", false},
    {"external-format", "stream-external-format", "set", false},
    {"input-stream-p", "input-stream-p", "stream", false},
    {"output-stream-p", "output-stream-p", "stream", false},
    {"open-stream-p", "open-stream-p", "stream", false},
    {"handles", "stream-handles", "stream", false},
    {"close", "close", "of", true},
    {"peer-connect", NULL, "server", false},
    {"peer-sends", NULL, "data", false},
    {"peer-receives", NULL, "peer", false},
    {"peer-shuts", NULL, "direction", false},
    {"peer-closes", NULL, "peer", false},
    {"peer-resets", NULL, "peer", false},
    {"collect", NULL, "of", false},
};

const struct operation *operation_find(const char *name)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}

const struct operation *operation_at(size_t index)
{
    return index < sizeof operations / sizeof *operations ? &operations[index] : NULL;
}

static bool names_one(json_object *item)
{
    return json_object_is_type(item, json_type_string) ||
           (json_object_is_type(item, json_type_object) &&
            json_object_is_type(json_object_object_get(item, "of"), json_type_string));
}

static bool names_some(json_object *of)
{
    if (!json_object_is_type(of, json_type_array))
        return names_one(of);
    size_t count = json_object_array_length(of), good = 0;
    while (good < count && names_one(json_object_array_get_idx(of, good)))
        good++;
    return good == count && count > 0;
}

bool step_read(struct step *step, json_object *source, const char **fault)
{
    static char text[200];
    *fault = text;
    const char *name = json_object_is_type(source, json_type_array) && json_object_array_length(source) > 0
                           ? json_object_get_string(json_object_array_get_idx(source, 0))
                           : NULL;
    step->operation = name ? operation_find(name) : NULL;
    if (!step->operation || json_object_array_length(source) > 2) {
        snprintf(text, sizeof text, "this is no step: %.150s", json_object_to_json_string(source));
        return false;
    }
    json_object *argument = json_object_array_get_idx(source, 1);
    if (json_object_array_length(source) == 2 && !json_object_is_type(argument, json_type_object)) {
        step->arguments = json_object_new_object();
        json_object_object_add(step->arguments, step->operation->main, json_object_get(argument));
        json_object_array_put_idx(source, 1, step->arguments);
    } else {
        step->arguments = argument ? argument : json_object_new_object();
        if (!argument)
            json_object_array_put_idx(source, 1, step->arguments);
    }
    json_object *of = NULL;
    if (!json_object_object_get_ex(step->arguments, "of", &of) || names_some(of))
        return true;
    snprintf(text, sizeof text, "%s: \"of\" must be a name, {\"of\": NAME, ...}, or an array of those that is not empty", name);
    return false;
}

bool script_read(struct script *script, json_object *source, const char **fault)
{
    json_object *steps = json_object_object_get(source, "steps");
    const char *name = json_object_get_string(json_object_object_get(source, "name"));
    *script = (struct script){0};
    if (name)
        snprintf(script->name, sizeof script->name, "%s", name);
    *fault = "a case has a name and an array of steps, at most 64";
    if (!name || !json_object_is_type(steps, json_type_array) || json_object_array_length(steps) > SCRIPT_STEPS)
        return false;
    script->count = json_object_array_length(steps);
    for (size_t i = 0; i < script->count; i++)
        if (!step_read(&script->steps[i], json_object_array_get_idx(steps, i), fault))
            return false;
    return true;
}

json_object *script_print(const struct script *script)
{
    json_object *steps = json_object_new_array(), *whole = json_object_new_object();
    for (size_t i = 0; i < script->count; i++) {
        json_object *step = json_object_new_array();
        json_object_array_add(step, json_object_new_string(script->steps[i].operation->name));
        if (json_object_object_length(script->steps[i].arguments) > 0)
            json_object_array_add(step, json_object_get(script->steps[i].arguments));
        json_object_array_add(steps, step);
    }
    json_object_object_add(whole, "name", json_object_new_string(script->name));
    json_object_object_add(whole, "steps", steps);
    return whole;
}

json_object *step_argument(const struct step *step, const char *name)
{
    return json_object_object_get(step->arguments, name);
}

const char *step_text(const struct step *step, const char *name, const char *otherwise)
{
    json_object *value = step_argument(step, name);
    return value ? json_object_get_string(value) : otherwise;
}

unsigned char *step_bytes(const struct step *step, size_t *size)
{
    const char *hex = step_text(step, "hex", NULL), *text = step_text(step, "data", "");
    size_t fill = (size_t)json_object_get_int64(step_argument(step, "fill"));
    *size = hex ? 0 : strlen(text);
    unsigned char *data = calloc(1, (hex ? strlen(hex) : *size) + fill + 1);
    memcpy(data, text, *size);
    for (int skip; hex && sscanf(hex, "%2hhx%n", data + *size, &skip) == 1; ++*size)
        for (hex += skip; *hex == ' ';)
            hex++;
    for (size_t i = 0; i < fill; i++)
        data[(*size)++] = (unsigned char)('a' + i % 26);
    return data;
}

static bool option_is_fixed(const char *name)
{
    static const char *const fixed[] = {"so-type", "so-error", "so-acceptconn", "so-sndlowat"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(name, fixed[i]) == 0)
            return true;
    return false;
}

json_object *step_option(const struct step *step, const char *name)
{
    json_object *options = step_argument(step, "options"), *value = NULL;
    for (size_t i = 0; options && i < json_object_array_length(options); i++) {
        json_object *pair = json_object_array_get_idx(options, i);
        if (!json_object_is_type(pair, json_type_array))
            continue;
        const char *set = json_object_get_string(json_object_array_get_idx(pair, 0));
        if (option_is_fixed(set))
            break;
        if (strcmp(set, name) == 0)
            value = json_object_array_get_idx(pair, 1);
    }
    return value;
}

bool step_flag(const struct step *step, const char *name)
{
    return json_object_get_boolean(step_argument(step, name));
}
