/* A decoder for each type of field, found by a table. Each tells the whole rule when it refuses, so that one error is enough to
 * mend a call. */
#include "decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "decimal.h"
#include "utf8.h"

enum record_result decode_refuse(struct decode *decode, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(decode->fault->reason, sizeof decode->fault->reason, format, arguments);
    va_end(arguments);
    return RECORD_INVALID;
}

/* ---- numbers ---- */

bool decode_int64(const struct decode *decode, uint32_t token, int64_t *out)
{
    struct sockd_integer integer;
    if (!scan_integer(decode->scan, token, &integer))
        return false;
    if (integer.magnitude > (uint64_t)INT64_MAX + integer.negative)
        return false;
    *out = integer.negative ? (int64_t)(0 - integer.magnitude) : (int64_t)integer.magnitude;
    return true;
}

bool decode_handle_value(const struct decode *decode, uint32_t token, sockd_handle *out)
{
    int64_t value;
    if (!decode_int64(decode, token, &value) || value < 1 || (uint64_t)value > SOCKD_HANDLE_MAX)
        return false;
    *out = (sockd_handle)value;
    return true;
}

static enum record_result decode_handle(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    if (decode_handle_value(decode, token, out))
        return RECORD_OK;
    return decode_refuse(decode, "must be a handle, an integer from 1 to %" PRIu64, (uint64_t)SOCKD_HANDLE_MAX);
}

static enum record_result decode_int(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    bool bounded = field->min != 0 || field->max != 0;
    int64_t min = bounded ? field->min : SOCKD_NULL + 1, max = bounded ? field->max : INT64_MAX;
    int64_t *value = out;
    if (decode_int64(decode, token, value) && *value >= min && *value <= max)
        return RECORD_OK;
    return decode_refuse(decode, "must be an integer from %" PRId64 " to %" PRId64, min, max);
}

static enum record_result decode_wide(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    struct sockd_integer *value = out;
    if (scan_integer(decode->scan, token, value) && (!value->negative || value->magnitude <= UINT64_C(1) << 63))
        return RECORD_OK;
    return decode_refuse(decode, "must be an integer from -2^63 to 2^64-1");
}

bool decode_seconds(const struct decode *decode, uint32_t token, struct sockd_timeout *out)
{
    if (!decode_is(decode, token, TOKEN_NUMBER))
        return false;
    struct sockd_text text = scan_raw(decode->scan, token);
    struct decimal number = decimal_read(text.data, text.size);
    return decimal_period(&number, out);
}

static enum record_result decode_timeout(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    struct sockd_timeout *timeout = out;
    if (decode_seconds(decode, token, timeout))
        return RECORD_OK;
    if (decode_is(decode, token, TOKEN_ARRAY) && token_at(decode, token)->count == 2) {
        *timeout = (struct sockd_timeout){0, 0, true};
        if (decode_int64(decode, token + 1, &timeout->seconds) && decode_int64(decode, token + 2, &timeout->microseconds) &&
            timeout->seconds >= 0 && timeout->microseconds >= 0)
            return RECORD_OK;
    }
    return decode_refuse(decode, "must be %sseconds from 0 to below 2^63, or [seconds, microseconds], both integers from 0",
                         field->flags & FIELD_NULLABLE ? "null, " : "");
}

static enum record_result decode_period(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    return decode_seconds(decode, token, out) ? RECORD_OK : decode_refuse(decode, "must be seconds from 0 to below 2^63");
}

static enum record_result decode_bool(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    bool *value = out;
    *value = decode_is(decode, token, TOKEN_TRUE);
    if (*value || decode_is(decode, token, TOKEN_FALSE))
        return RECORD_OK;
    return decode_refuse(decode, "must be true or false");
}

/* ---- texts ---- */

bool decode_has_nul(struct sockd_text text)
{
    return memchr(text.data, 0, text.size) != NULL;
}

static enum record_result decode_text(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    struct sockd_text *text = out;
    bool bounded = field->min != 0 || field->max != 0;
    if (!decode_is(decode, token, TOKEN_STRING))
        return decode_refuse(decode, "must be a string");
    *text = scan_text(decode->scan, token);
    if (!bounded)
        return RECORD_OK;
    if (text->size < (uint64_t)field->min || text->size > (uint64_t)field->max)
        return decode_refuse(decode, "must be a string of %" PRId64 " to %" PRId64 " bytes", field->min, field->max);
    return decode_has_nul(*text) ? decode_refuse(decode, "must be a string without a NUL") : RECORD_OK;
}

int32_t decode_character(struct decode *decode, uint32_t token)
{
    if (!decode_is(decode, token, TOKEN_STRING))
        return -1;
    struct sockd_text text = scan_text(decode->scan, token);
    int32_t ch;
    if (text.size == 0 || utf8_read((const unsigned char *)text.data, text.size, &ch) != (int)text.size)
        return -1;
    return ch;
}

static enum record_result decode_char(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    int32_t ch = decode_character(decode, token);
    if (ch < 0)
        return decode_refuse(decode, "must be a string of exactly one character");
    *(int32_t *)out = ch;
    return RECORD_OK;
}

static enum record_result decode_bytes(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    struct token *string = &decode->scan->tokens[token];
    if (string->type != TOKEN_STRING && string->type != TOKEN_BYTES)
        return decode_refuse(decode, "must be a string in base64");
    if (string->type == TOKEN_STRING) {
        struct sockd_text text = scan_text(decode->scan, token);
        unsigned char *data = (unsigned char *)decode->scan->text + string->start;
        ptrdiff_t size = base64_read(text.data, text.size, data);
        if (size < 0)
            return decode_refuse(decode, "must be a string in base64, with its padding");
        string->end = string->start + (uint32_t)size;
        string->type = TOKEN_BYTES;
    }
    *(struct sockd_bytes *)out =
        (struct sockd_bytes){(const unsigned char *)decode->scan->text + string->start, string->end - string->start};
    return RECORD_OK;
}

static enum record_result decode_id(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    if (!decode_is(decode, token, TOKEN_STRING) && !decode_is(decode, token, TOKEN_NUMBER) &&
        !decode_is(decode, token, TOKEN_NULL))
        return decode_refuse(decode, "must be the id of a request: a string, a number or null");
    *(struct sockd_text *)out = scan_raw(decode->scan, token);
    return RECORD_OK;
}

static enum record_result decode_json(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    *(struct sockd_text *)out = scan_raw(decode->scan, token);
    return RECORD_OK;
}

/* ---- words ---- */

static bool is_boolean_word(const char *word)
{
    return strcmp(word, "true") == 0 || strcmp(word, "false") == 0;
}

int decode_word_of(struct decode *decode, const struct words *words, uint32_t token)
{
    if (decode_is(decode, token, TOKEN_TRUE))
        return words_find(words, "true", 4);
    if (decode_is(decode, token, TOKEN_FALSE))
        return words_find(words, "false", 5);
    if (!decode_is(decode, token, TOKEN_STRING))
        return -1;
    struct sockd_text text = scan_text(decode->scan, token);
    int index = words_find(words, text.data, text.size);
    return index >= 0 && is_boolean_word(words->items[index]) ? -1 : index;
}

enum record_result decode_refuse_word(struct decode *decode, const char *subject, const struct words *words)
{
    char list[sizeof decode->fault->reason];
    size_t used = 0;
    for (int i = 0; i < words->count && used < sizeof list; i++) {
        const char *quote = is_boolean_word(words->items[i]) ? "" : "\"";
        const char *before = i == 0 ? "" : i == words->count - 1 ? " or " : ", ";
        int size = snprintf(list + used, sizeof list - used, "%s%s%s%s", before, quote, words->items[i], quote);
        used += size > 0 ? (size_t)size : 0;
    }
    return decode_refuse(decode, "%smust be %s", subject, list);
}

static enum record_result decode_word(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    int word = decode_word_of(decode, field->words, token);
    if (word < 0)
        return decode_refuse_word(decode, "", field->words);
    *(int *)out = word;
    return RECORD_OK;
}

/* ---- the table ---- */

static const struct {
    decode_fn *decode;
    bool null; /* has a null of its own, whatever the field's flags */
} decoders[] = {
    [TYPE_HANDLE] = {decode_handle, false},
    [TYPE_INT] = {decode_int, false},
    [TYPE_BOOL] = {decode_bool, false},
    [TYPE_TEXT] = {decode_text, false},
    [TYPE_CHAR] = {decode_char, false},
    [TYPE_WIDE] = {decode_wide, false},
    [TYPE_TIMEOUT] = {decode_timeout, false},
    [TYPE_PERIOD] = {decode_period, false},
    [TYPE_WORD] = {decode_word, false},
    [TYPE_FORMAT] = {decode_format, false},
    [TYPE_INTERFACE] = {decode_interface, false},
    [TYPE_ITEMS] = {decode_items, false},
    [TYPE_STATUSES] = {decode_statuses, true},
    [TYPE_OPTIONS] = {decode_options, false},
    [TYPE_OPTION_VALUES] = {decode_option_values, false},
    [TYPE_BYTES] = {decode_bytes, false},
    [TYPE_TEXTS] = {decode_texts, false},
    [TYPE_ID] = {decode_id, true},
    [TYPE_JSON] = {decode_json, true},
    [TYPE_LIST] = {decode_list, false},
};

enum record_result decode_value(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    bool nullable = field->flags & FIELD_NULLABLE || decode->partial;
    if (nullable && decode_is(decode, token, TOKEN_NULL) && !decoders[field->type].null) {
        field_clear(field, out);
        return RECORD_OK;
    }
    return decoders[field->type].decode(decode, field, token, out);
}
