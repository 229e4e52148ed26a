/* The types of the method table as people type them.
 *
 * What is refused here never reaches the daemon and ends as a usage error; what only the daemon can know (whether an option
 * or an encoding exists) is left to it. */
#include "value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_tokener.h>

#include "base64.h"
#include "utf8.h"

/* Short words that people type for the ones on the wire. */
static const struct {
    const struct words *words;
    const char *typed, *meant;
} shorthands[] = {
    {&words_direction, "in", "input"},
    {&words_direction, "out", "output"},
    {&words_element, "char", "character"},
    {&words_element, "byte", "unsigned-byte 8"},
    {&words_element, "unsigned-byte", "unsigned-byte 8"},
};

bool value_is_list(const struct field *field)
{
    return field->type == TYPE_ITEMS || field->type == TYPE_OPTIONS;
}

bool value_parse_json(const char *text, size_t size, json_object **out)
{
    struct json_tokener *tokener = json_tokener_new();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    *out = json_tokener_parse_ex(tokener, text, (int)size);
    size_t end = json_tokener_get_parse_end(tokener);
    if (json_tokener_get_error(tokener) == json_tokener_continue) /* a number may go on until something else follows */
        *out = json_tokener_parse_ex(tokener, "", 1);
    bool whole = json_tokener_get_error(tokener) == json_tokener_success && end == size;
    json_tokener_free(tokener);
    if (!whole) {
        json_object_put(*out);
        *out = NULL;
    }
    return whole;
}

static bool refuse(char *reason, size_t size, const char *text)
{
    snprintf(reason, size, "%s", text);
    return false;
}

static bool all_digits(const char *word)
{
    return *word != '\0' && strspn(word, "0123456789") == strlen(word);
}

static bool read_int(const struct field *field, const char *word, json_object **out, char *reason, size_t size)
{
    char *end = NULL;
    errno = 0;
    intmax_t number = strtoimax(word, &end, 10);
    bool whole = all_digits(word + (*word == '-')) && errno == 0 && *end == '\0';
    if (!whole || number < field->min || number > field->max) {
        snprintf(reason, size, "must be an integer from %" PRId64 " to %" PRId64, field->min, field->max);
        return false;
    }
    *out = json_object_new_int64(number);
    return true;
}

static bool read_handle(const char *word, json_object **out, char *reason, size_t size)
{
    errno = 0;
    uintmax_t number = strtoumax(word, NULL, 10);
    if (!all_digits(word) || errno != 0 || number == 0 || number > SOCKD_HANDLE_MAX)
        return refuse(reason, size, "must be a handle, a positive integer below 2^53");
    *out = json_object_new_uint64(number);
    return true;
}

static bool read_wide(const char *word, json_object **out, char *reason, size_t size)
{
    errno = 0;
    if (*word == '-' && all_digits(word + 1)) {
        intmax_t number = strtoimax(word, NULL, 10);
        *out = errno == 0 ? json_object_new_int64(number) : NULL;
    } else if (all_digits(word)) {
        uintmax_t number = strtoumax(word, NULL, 10);
        *out = errno == 0 ? json_object_new_uint64(number) : NULL;
    }
    return *out != NULL || refuse(reason, size, "must be an integer from -2^63 to 2^64-1");
}

static bool read_bool(const char *word, json_object **out, char *reason, size_t size)
{
    if (strcmp(word, "true") != 0 && strcmp(word, "false") != 0)
        return refuse(reason, size, "must be true or false");
    *out = json_object_new_boolean(*word == 't');
    return true;
}

static bool read_text(const struct field *field, const char *word, json_object **out, char *reason, size_t size)
{
    size_t length = strlen(word);
    if (utf8_valid(word, length) != length)
        return refuse(reason, size, "must be text in UTF-8");
    if (field->max != 0 && ((int64_t)length < field->min || (int64_t)length > field->max)) {
        snprintf(reason, size, "must have %" PRId64 " to %" PRId64 " bytes", field->min, field->max);
        return false;
    }
    *out = json_object_new_string_len(word, (int)length);
    return true;
}

static bool read_char(const char *word, json_object **out, char *reason, size_t size)
{
    int32_t ch = 0;
    size_t length = strlen(word);
    if (length == 0 || utf8_read((const unsigned char *)word, length, &ch) != (int)length)
        return refuse(reason, size, "must be one character");
    *out = json_object_new_string(word);
    return true;
}

/* A number of seconds, its text kept as it was typed but for leading zeros, which JSON does not have. */
static bool read_seconds(const char *word, json_object **out)
{
    size_t digits = strspn(word, "0123456789");
    bool fraction = word[digits] == '.';
    if (digits == 0 || strlen(word) > 60 || (fraction ? !all_digits(word + digits + 1) : word[digits] != '\0'))
        return false;
    while (word[0] == '0' && isdigit((unsigned char)word[1]))
        word++;
    double seconds = strtod(word, NULL);
    if (!(seconds < 9223372036854775808.0))
        return false;
    *out = fraction ? json_object_new_double_s(seconds, word) : json_object_new_uint64(strtoull(word, NULL, 10));
    return true;
}

/* 0.5, 1,500000 (seconds and microseconds), none. */
static bool read_timeout(const char *word, json_object **out, char *reason, size_t size)
{
    const char *comma = strchr(word, ',');
    if (strcmp(word, "none") == 0 || strcmp(word, "null") == 0)
        return true;
    if (comma == NULL && read_seconds(word, out))
        return true;
    if (comma != NULL && all_digits(comma + 1) && strspn(word, "0123456789") == (size_t)(comma - word) && comma > word) {
        errno = 0;
        intmax_t seconds = strtoimax(word, NULL, 10), microseconds = strtoimax(comma + 1, NULL, 10);
        if (errno == 0) {
            *out = json_object_new_array_ext(2);
            json_object_array_add(*out, json_object_new_int64(seconds));
            json_object_array_add(*out, json_object_new_int64(microseconds));
            return true;
        }
    }
    return refuse(reason, size, "must be seconds (0.5), SECONDS,MICROSECONDS (1,500000) or none");
}

static bool read_word(const struct words *words, const char *word, json_object **out, char *reason, size_t size)
{
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++)
        if (shorthands[i].words == words && strcmp(shorthands[i].typed, word) == 0)
            word = shorthands[i].meant;
    if (words_find(words, word, strlen(word)) < 0) {
        size_t used = (size_t)snprintf(reason, size, "must be");
        for (int i = 0; i < words->count && used < size; i++)
            used += (size_t)snprintf(reason + used, size - used, "%s %s",
                                     i == 0                  ? ""
                                     : i + 1 == words->count ? " or"
                                                             : ",",
                                     words->items[i]);
        return false;
    }
    if (words == &words_buffered && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0))
        *out = json_object_new_boolean(*word == 't');
    else
        *out = json_object_new_string(word);
    return true;
}

static bool read_format(const char *word, json_object **out, char *reason, size_t size)
{
    if (*word != '{') {
        *out = json_object_new_string(word);
        return *word != '\0' || refuse(reason, size, "must be an encoding, a line terminator or a JSON object");
    }
    return value_parse_json(word, strlen(word), out) || refuse(reason, size, "is not a JSON object");
}

static bool read_interface(const char *word, json_object **out, char *reason, size_t size)
{
    static const struct field host = {.type = TYPE_TEXT};
    if (strcmp(word, "null") == 0)
        return true;
    return all_digits(word) ? read_handle(word, out, reason, size) : read_text(&host, word, out, reason, size);
}

static bool read_bytes(const char *word, json_object **out, char *reason, size_t size)
{
    size_t length = strlen(word);
    unsigned char *scratch = malloc(length + 1);
    bool canonical = scratch != NULL && base64_read(word, length, scratch) >= 0;
    free(scratch);
    if (!canonical)
        return refuse(reason, size, "must be base64 (- takes raw bytes from standard input)");
    *out = json_object_new_string(word);
    return true;
}

bool value_read_item(const char *word, json_object **out, char *reason, size_t size)
{
    if (*word == '{')
        return value_parse_json(word, strlen(word), out) || refuse(reason, size, "is not a JSON object");
    const char *colon = strchr(word, ':');
    if (colon == NULL)
        return read_handle(word, out, reason, size) || refuse(reason, size, "must be a handle, or HANDLE:DIRECTION (7:input)");
    char handle[24];
    json_object *number = NULL, *direction = NULL;
    snprintf(handle, sizeof handle, "%.*s", (int)(colon - word), word);
    if (!read_handle(handle, &number, reason, size) || !read_word(&words_direction, colon + 1, &direction, reason, size)) {
        json_object_put(number);
        return refuse(reason, size, "must be HANDLE:DIRECTION, a positive integer with input, output or io");
    }
    *out = json_object_new_object();
    json_object_object_add(*out, "handle", number);
    json_object_object_add(*out, "direction", direction);
    return true;
}

/* The value of an option: a switch, a number, or null for off. */
static bool read_option_value(const char *word, json_object **out, char *reason, size_t size)
{
    if (strcmp(word, "null") == 0 || strcmp(word, "none") == 0 || strcmp(word, "off") == 0)
        return true;
    if (read_bool(word, out, reason, size) || read_seconds(word, out) || read_wide(word, out, reason, size))
        return true;
    return refuse(reason, size, "must be NAME or NAME=VALUE with a value of true, false, null or a number");
}

bool value_read_option(const char *word, json_object **out, char *reason, size_t size)
{
    const char *equals = strchr(word, '=');
    size_t length = equals == NULL ? strlen(word) : (size_t)(equals - word);
    json_object *value = NULL;
    if (length == 0 || utf8_valid(word, length) != length)
        return refuse(reason, size, "must be NAME or NAME=VALUE");
    if (equals != NULL && !read_option_value(equals + 1, &value, reason, size))
        return false;
    *out = json_object_new_string_len(word, (int)length);
    if (equals == NULL)
        return true;
    json_object *pair = json_object_new_array_ext(2);
    json_object_array_add(pair, *out);
    json_object_array_add(pair, value);
    *out = pair;
    return true;
}

static bool read_texts(const char *word, json_object **out)
{
    *out = json_object_new_array();
    for (const char *comma; (comma = strchr(word, ',')) != NULL; word = comma + 1)
        json_object_array_add(*out, json_object_new_string_len(word, (int)(comma - word)));
    json_object_array_add(*out, json_object_new_string(word));
    return true;
}

/* A number, null or a quoted string as it is; any other word is a string. */
static bool read_id(const char *word, json_object **out)
{
    bool literal = all_digits(word) || *word == '"' || strcmp(word, "null") == 0;
    if (!literal || !value_parse_json(word, strlen(word), out))
        *out = json_object_new_string(word);
    return true;
}

bool value_read(const struct field *field, const char *word, json_object **out, char *reason, size_t size)
{
    *out = NULL;
    switch (field->type) {
    case TYPE_HANDLE:
        return read_handle(word, out, reason, size);
    case TYPE_INT:
        return read_int(field, word, out, reason, size);
    case TYPE_BOOL:
        return read_bool(word, out, reason, size);
    case TYPE_TEXT:
        return read_text(field, word, out, reason, size);
    case TYPE_CHAR:
        return read_char(word, out, reason, size);
    case TYPE_WIDE:
        return read_wide(word, out, reason, size);
    case TYPE_TIMEOUT:
        return read_timeout(word, out, reason, size);
    case TYPE_WORD:
        return read_word(field->words, word, out, reason, size);
    case TYPE_FORMAT:
        return read_format(word, out, reason, size);
    case TYPE_INTERFACE:
        return read_interface(word, out, reason, size);
    case TYPE_ITEMS:
        return value_read_item(word, out, reason, size);
    case TYPE_OPTIONS:
        return value_read_option(word, out, reason, size);
    case TYPE_BYTES:
        return read_bytes(word, out, reason, size);
    case TYPE_TEXTS:
        return read_texts(word, out);
    case TYPE_ID:
        return read_id(word, out);
    case TYPE_JSON:
        *out = json_tokener_parse(word);
        return *out || refuse(reason, size, "wants JSON");
    default:
        return refuse(reason, size, "cannot be given on the command line; use call");
    }
}
