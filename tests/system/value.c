#include "value.h"

#include <stdlib.h>
#include <string.h>

struct kept {
    struct kept *next;
    void *memory;
    json_object *json;
};

static struct kept *kept;

static void keep(void *memory, json_object *json)
{
    struct kept *entry = malloc(sizeof *entry);
    ck_assert_ptr_nonnull(entry);
    *entry = (struct kept){kept, memory, json};
    kept = entry;
}

void *value_keep(void *memory)
{
    keep(memory, NULL);
    return memory;
}

json_object *value_keep_json(json_object *json)
{
    keep(NULL, json);
    return json;
}

void value_free_all(void)
{
    while (kept) {
        struct kept *entry = kept;
        kept = entry->next;
        free(entry->memory);
        json_object_put(entry->json);
        free(entry);
    }
}

/* One step of a path: a member, or an element by its number. */
static bool step(json_object **json, const char *name)
{
    if (json_object_is_type(*json, json_type_object))
        return json_object_object_get_ex(*json, name, json);
    size_t index = strtoul(name, NULL, 10);
    if (!json_object_is_type(*json, json_type_array) || index >= json_object_array_length(*json))
        return false;
    *json = json_object_array_get_idx(*json, index);
    return true;
}

static bool find(json_object *json, const char *path, json_object **found)
{
    char copy[200], *rest = copy, *name;
    ck_assert_uint_lt(strlen(path), sizeof copy);
    strcpy(copy, path);
    while ((name = strsep(&rest, ".")) && *name)
        if (!step(&json, name))
            return false;
    *found = json;
    return true;
}

json_object *value_at(json_object *json, const char *path)
{
    json_object *found = NULL;
    if (!find(json, path, &found))
        ck_abort_msg("no %s in %s", path, json_object_to_json_string(json));
    return found;
}

bool has(json_object *json, const char *path)
{
    json_object *found;
    return find(json, path, &found);
}

bool null_at(json_object *json, const char *path)
{
    return value_at(json, path) == NULL;
}

static json_object *typed_at(json_object *json, const char *path, enum json_type type)
{
    json_object *value = value_at(json, path);
    if (!json_object_is_type(value, type))
        ck_abort_msg("%s is no %s in %s", path, json_type_to_name(type), json_object_to_json_string(json));
    return value;
}

bool bool_at(json_object *json, const char *path)
{
    return json_object_get_boolean(typed_at(json, path, json_type_boolean));
}

int64_t int_at(json_object *json, const char *path)
{
    return json_object_get_int64(typed_at(json, path, json_type_int));
}

handle handle_at(json_object *json, const char *path)
{
    int64_t value = int_at(json, path);
    ck_assert_msg(value > 0 && value < (INT64_C(1) << 53), "%s is no handle in %s", path, json_object_to_json_string(json));
    return (handle)value;
}

double number_at(json_object *json, const char *path)
{
    json_object *value = value_at(json, path);
    ck_assert(json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double));
    return json_object_get_double(value);
}

const char *text_at(json_object *json, const char *path)
{
    return json_object_get_string(typed_at(json, path, json_type_string));
}

size_t count_at(json_object *json, const char *path)
{
    return json_object_array_length(typed_at(json, path, json_type_array));
}

const char *json_at(json_object *json, const char *path)
{
    return json_object_to_json_string_ext(value_at(json, path), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

json_object *json_of(const char *text)
{
    char *copy = value_keep(strdup(text));
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    enum json_tokener_error error;
    json_object *json = json_tokener_parse_verbose(copy, &error);
    ck_assert_msg(error == json_tokener_success, "the test's own JSON is wrong: %s", text);
    return value_keep_json(json);
}

const char *quoted(const char *text)
{
    json_object *json = value_keep_json(json_object_new_string(text));
    return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
}

const char *base64(const void *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = data;
    char *text = value_keep(malloc((size + 2) / 3 * 4 + 1)), *out = text;
    for (size_t i = 0; i < size; i += 3) {
        unsigned group = (unsigned)in[i] << 16;
        group |= i + 1 < size ? (unsigned)in[i + 1] << 8 : 0;
        group |= i + 2 < size ? in[i + 2] : 0;
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = i + 1 < size ? digits[group >> 6 & 63] : '=';
        *out++ = i + 2 < size ? digits[group & 63] : '=';
    }
    *out = '\0';
    return text;
}
