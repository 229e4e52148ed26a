/* Everything is said from the table's own texts, so that help, schema and daemon cannot disagree. */
#include "describe.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json_tokener.h>

/* ---- for people ---- */

static const char *const type_names[] = {
    [TYPE_HANDLE] = "handle",
    [TYPE_BOOL] = "true|false",
    [TYPE_TEXT] = "text",
    [TYPE_CHAR] = "one character",
    [TYPE_WIDE] = "integer of the element type",
    [TYPE_TIMEOUT] = "seconds (0.5), SECONDS,MICROSECONDS or none",
    [TYPE_PERIOD] = "seconds",
    [TYPE_FORMAT] = "unix|dos|mac, an encoding, or a JSON object with encoding, line_terminator, input_error, output_error",
    [TYPE_INTERFACE] = "address, name, or a stream's handle",
    [TYPE_ITEMS] = "handles, each with :input, :output or :io where one direction is meant",
    [TYPE_STATUSES] = "one status each",
    [TYPE_OPTIONS] = "NAME to ask, NAME=VALUE to set",
    [TYPE_OPTION_VALUES] = "one value each",
    [TYPE_BYTES] = "base64, or - for raw bytes from standard input",
    [TYPE_TEXTS] = "words joined by commas",
    [TYPE_ID] = "a JSON string, number or null",
    [TYPE_JSON] = "JSON",
    [TYPE_RECORD] = "object",
    [TYPE_LIST] = "list",
};

static bool have_spaces(const struct words *words)
{
    for (int i = 0; i < words->count; i++)
        if (strchr(words->items[i], ' ') != NULL)
            return true;
    return false;
}

void describe_type(const struct field *field, char *out, size_t size)
{
    if (field->type == TYPE_INT && (field->min != 0 || field->max != 0)) {
        snprintf(out, size, "integer from %" PRId64 " to %" PRId64, field->min, field->max);
    } else if (field->type == TYPE_WORD) {
        size_t used = 0;
        const char *between = have_spaces(field->words) ? ", " : "|";
        for (int i = 0; i < field->words->count && used < size; i++)
            used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : between, field->words->items[i]);
    } else {
        snprintf(out, size, "%s", field->type == TYPE_INT ? "integer" : type_names[field->type]);
    }
}

void describe_placeholder(const struct field *field, char *out, size_t size)
{
    if (field->type == TYPE_ITEMS) {
        snprintf(out, size, "HANDLE[:DIRECTION]...");
    } else if (field->type == TYPE_OPTIONS) {
        snprintf(out, size, "OPTION[=VALUE]...");
    } else {
        snprintf(out, size, "%s", field->name);
        for (char *c = out; *c != '\0'; c++)
            *c = (char)toupper((unsigned char)*c);
    }
}

const char *describe_default(const struct field *field, char *out, size_t size)
{
    size_t length = strlen(field->fallback);
    if (*field->fallback == *FIELD_REQUIRED || *field->fallback == *FIELD_ABSENT)
        return NULL;
    if (*field->fallback == '"')
        snprintf(out, size, "%.*s", (int)length - 2, field->fallback + 1);
    else
        snprintf(out, size, "%s", strcmp(field->fallback, "null") == 0 ? "none" : field->fallback);
    return out;
}

/* ---- JSON Schema ---- */

static json_object *parse(const char *text)
{
    return json_tokener_parse(text);
}

/* What a value of each type looks like on the wire; those that need more are made below. */
static const char *const schemas[] = {
    [TYPE_HANDLE] = "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9007199254740991}",
    [TYPE_BOOL] = "{\"type\":\"boolean\"}",
    [TYPE_TEXT] = "{\"type\":\"string\"}",
    [TYPE_CHAR] = "{\"type\":\"string\",\"minLength\":1,\"maxLength\":1}",
    [TYPE_WIDE] = "{\"type\":\"integer\",\"minimum\":-9223372036854775808,\"maximum\":18446744073709551615}",
    [TYPE_TIMEOUT] =
        "{\"anyOf\":[{\"type\":\"number\",\"minimum\":0},{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":0},"
        "\"minItems\":2,\"maxItems\":2}]}",
    [TYPE_PERIOD] = "{\"type\":\"number\",\"minimum\":0}",
    [TYPE_FORMAT] = "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"encoding\":{\"type\":\"string\"},"
                    "\"line_terminator\":{\"enum\":[\"unix\",\"dos\",\"mac\"]},\"input_error\":{\"type\":\"string\"},"
                    "\"output_error\":{\"type\":\"string\"}},\"additionalProperties\":false}]}",
    [TYPE_INTERFACE] = "{\"type\":[\"string\",\"integer\"]}",
    [TYPE_ITEMS] = "{\"type\":[\"integer\",\"object\",\"array\"]}",
    [TYPE_STATUSES] = "{\"type\":[\"null\",\"boolean\",\"string\",\"array\"]}",
    [TYPE_OPTIONS] = "{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"array\"]}}",
    [TYPE_OPTION_VALUES] = "{\"type\":\"array\",\"items\":{\"type\":[\"null\",\"boolean\",\"number\"]}}",
    [TYPE_BYTES] = "{\"type\":\"string\",\"contentEncoding\":\"base64\"}",
    [TYPE_TEXTS] = "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}",
    [TYPE_ID] = "{\"type\":[\"string\",\"number\"]}",
    [TYPE_JSON] = "{}",
};

static json_object *schema_words(const struct words *words)
{
    json_object *schema = json_object_new_object(), *items = json_object_new_array();
    for (int i = 0; i < words->count; i++) {
        bool boolean = words == &words_buffered && i != BUFFERED_DEFAULT;
        json_object_array_add(items,
                              boolean ? json_object_new_boolean(i == BUFFERED_TRUE) : json_object_new_string(words->items[i]));
    }
    json_object_object_add(schema, "enum", items);
    return schema;
}

static json_object *schema_int(const struct field *field)
{
    json_object *schema = json_object_new_object();
    json_object_object_add(schema, "type", json_object_new_string("integer"));
    if (field->min != 0 || field->max != 0) {
        json_object_object_add(schema, "minimum", json_object_new_int64(field->min));
        json_object_object_add(schema, "maximum", json_object_new_int64(field->max));
    }
    return schema;
}

static json_object *schema_of_type(const struct field *field)
{
    json_object *schema;
    switch (field->type) {
    case TYPE_INT:
        return schema_int(field);
    case TYPE_WORD:
        return schema_words(field->words);
    case TYPE_RECORD:
        return describe_record_schema(field->record);
    case TYPE_LIST:
        schema = json_object_new_object();
        json_object_object_add(schema, "type", json_object_new_string("array"));
        json_object_object_add(schema, "items", describe_record_schema(field->record));
        return schema;
    default:
        return parse(schemas[field->type]);
    }
}

/* What a number counts, told by the habits of the table: names that end in _ms, texts that begin with "bytes". */
static const char *unit_of(const struct field *field)
{
    size_t length = strlen(field->name);
    if (field->type == TYPE_TIMEOUT || field->type == TYPE_PERIOD)
        return "seconds";
    if (field->type != TYPE_INT)
        return NULL;
    if (length > 3 && strcmp(field->name + length - 3, "_ms") == 0)
        return "milliseconds";
    return strncmp(field->doc, "bytes", 5) == 0 ? "bytes" : NULL;
}

json_object *describe_field_schema(const struct field *field)
{
    json_object *schema = schema_of_type(field);
    if (field->flags & FIELD_NULLABLE) {
        json_object *either = json_object_new_array(), *outer = json_object_new_object();
        json_object_array_add(either, schema);
        json_object_array_add(either, parse("{\"type\":\"null\"}"));
        json_object_object_add(outer, "anyOf", either);
        schema = outer;
    }
    json_object_object_add(schema, "description", json_object_new_string(field->doc));
    if (unit_of(field) != NULL)
        json_object_object_add(schema, "unit", json_object_new_string(unit_of(field)));
    if (*field->fallback != *FIELD_REQUIRED && *field->fallback != *FIELD_ABSENT)
        json_object_object_add(schema, "default", parse(field->fallback));
    return schema;
}

json_object *describe_record_schema(const struct record *record)
{
    json_object *schema = json_object_new_object(), *members = json_object_new_object(), *required = json_object_new_array();
    json_object_object_add(schema, "type", json_object_new_string("object"));
    json_object_object_add(schema, "description", json_object_new_string(record->doc));
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        json_object_object_add(members, field->name, describe_field_schema(field));
        if (*field->fallback == *FIELD_REQUIRED && !(field->flags & FIELD_OMIT))
            json_object_array_add(required, json_object_new_string(field->name));
    }
    json_object_object_add(schema, "properties", members);
    json_object_object_add(schema, "required", required);
    return schema;
}

json_object *describe_method(const struct method *method)
{
    json_object *about = json_object_new_object();
    json_object_object_add(about, "name", json_object_new_string(method->name));
    json_object_object_add(about, "description", json_object_new_string(method->doc));
    json_object_object_add(about, "right", json_object_new_string(right_names[method->right]));
    json_object_object_add(about, "waits", json_object_new_boolean((method->flags & METHOD_WAITS) != 0));
    json_object_object_add(about, "params", describe_record_schema(method->params));
    json_object_object_add(about, "result", describe_record_schema(method->result));
    return about;
}
