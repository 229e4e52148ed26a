/* A printer for each type of field, and the walk over a record's fields. Nothing here checks: what the table does not allow is
 * printed as it is, and the other side refuses it. */
#include <string.h>

#include "decode.h"
#include "print.h"
#include "utf8.h"

static void print_char(struct print *print, int32_t ch)
{
    char bytes[4];
    print_text(print, (struct sockd_text){bytes, utf8_write(ch, bytes)});
}

static void print_bool(struct print *print, bool value)
{
    print_literal(print, value ? "true" : "false");
}

/* JSON text as it is. */
static void print_json(struct print *print, struct sockd_text text)
{
    if (text.data == NULL)
        print_literal(print, "null");
    else
        print_raw(print, text.data, text.size);
}

/* A word; the booleans among them stand for themselves. */
static void print_word(struct print *print, const struct words *words, int word)
{
    if (word < 0) {
        print_literal(print, "null");
        return;
    }
    struct sockd_text text = words->texts[word];
    bool boolean = text.data[1] == 't' || text.data[1] == 'f';
    if (boolean && (strcmp(text.data, "\"true\"") == 0 || strcmp(text.data, "\"false\"") == 0))
        print_raw(print, text.data + 1, text.size - 2);
    else
        print_raw(print, text.data, text.size);
}

/* ---- times ---- */

/* Seconds as a number, whole or with up to six decimals. */
static void print_period(struct print *print, struct sockd_timeout period)
{
    print_unsigned(print, (uint64_t)period.seconds + (uint64_t)period.microseconds / 1000000);
    uint64_t fraction = (uint64_t)period.microseconds % 1000000;
    if (fraction == 0)
        return;
    char digits[7] = {'.'};
    for (int i = 6; i > 0; i--, fraction /= 10)
        digits[i] = (char)('0' + fraction % 10);
    size_t size = sizeof digits;
    while (digits[size - 1] == '0')
        size--;
    print_raw(print, digits, size);
}

/* As a pair where a number of seconds would not be it, or not be one that the other side takes. */
static void print_timeout(struct print *print, struct sockd_timeout timeout)
{
    if (!timeout.finite) {
        print_literal(print, "null");
    } else if (timeout.seconds >= 0 && timeout.microseconds >= 0 &&
               timeout.seconds < INT64_MAX - timeout.microseconds / 1000000) {
        print_period(print, timeout);
    } else {
        print_byte(print, '[');
        print_integer(print, timeout.seconds);
        print_byte(print, ',');
        print_integer(print, timeout.microseconds);
        print_byte(print, ']');
    }
}

/* ---- values of several parts ---- */

/* What comes before a member's value. key: with a comma in front, which the first one goes without. */
static void print_key(struct print *print, bool *first, struct sockd_text key)
{
    print_raw(print, key.data + *first, key.size - *first);
    *first = false;
}

static void print_action(struct print *print, int32_t action)
{
    if (action >= 0)
        print_char(print, action);
    else
        print_literal(print, action == SOCKD_ACTION_IGNORE ? "\"ignore\"" : "\"error\"");
}

static void print_format(struct print *print, const struct sockd_format *format)
{
    bool first = true;
    print_byte(print, '{');
    if (format->encoding.data != NULL) {
        print_key(print, &first, SOCKD_TEXT(",\"encoding\":"));
        print_text(print, format->encoding);
    }
    if (format->line_terminator != SOCKD_UNSET) {
        print_key(print, &first, SOCKD_TEXT(",\"line_terminator\":"));
        print_word(print, &words_line_terminator, format->line_terminator);
    }
    if (format->input_error != SOCKD_ACTION_UNSET) {
        print_key(print, &first, SOCKD_TEXT(",\"input_error\":"));
        print_action(print, format->input_error);
    }
    if (format->output_error != SOCKD_ACTION_UNSET) {
        print_key(print, &first, SOCKD_TEXT(",\"output_error\":"));
        print_action(print, format->output_error);
    }
    print_byte(print, '}');
}

static void print_interface(struct print *print, const struct sockd_interface *interface)
{
    if (interface->stream != 0)
        print_unsigned(print, interface->stream);
    else
        print_text(print, interface->host);
}

static void print_item(struct print *print, const struct sockd_item *item)
{
    if (item->direction == DIRECTION_IO) {
        print_unsigned(print, item->handle);
        return;
    }
    print_literal(print, "{\"handle\":");
    print_unsigned(print, item->handle);
    print_literal(print, ",\"direction\":");
    print_word(print, &words_direction, item->direction);
    print_byte(print, '}');
}

static void print_option_value(struct print *print, const struct sockd_option_value *value)
{
    switch (value->kind) {
    case SOCKD_OPTION_NULL:
        print_literal(print, "null");
        break;
    case SOCKD_OPTION_SWITCH:
        print_bool(print, value->on);
        break;
    case SOCKD_OPTION_INTEGER:
        print_integer(print, value->integer);
        break;
    case SOCKD_OPTION_SECONDS:
        print_period(print, value->period);
        break;
    }
}

static void print_option(struct print *print, const struct sockd_option *option)
{
    if (option->set)
        print_byte(print, '[');
    print_text(print, option->name);
    if (option->set) {
        print_byte(print, ',');
        print_option_value(print, &option->value);
        print_byte(print, ']');
    }
}

/* ---- arrays ---- */

/* An array of count elements, each size bytes and printed by one. */
#define PRINT_ARRAY(print, array, statement)          \
    do {                                              \
        print_byte(print, '[');                       \
        for (size_t i = 0; i < (array)->count; i++) { \
            if (i > 0)                                \
                print_byte(print, ',');               \
            statement;                                \
        }                                             \
        print_byte(print, ']');                       \
    } while (0)

static void print_set(struct print *print, int64_t set)
{
    print_literal(print, "{\"set\":");
    print_integer(print, set);
    print_byte(print, '}');
}

static void print_items(struct print *print, const struct sockd_items *array)
{
    if (array->set > 0)
        print_set(print, array->set);
    else if (array->list)
        PRINT_ARRAY(print, array, print_item(print, &array->items[i]));
    else if (array->count > 0)
        print_item(print, &array->items[0]);
    else
        print_literal(print, "null");
}

/* Thousands of statuses, nearly all of them null, are common: each is one piece with its comma. */
static void print_more_statuses(struct print *print, const int *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i] < 0) {
            print_raw(print, ",null", 5);
            continue;
        }
        print_byte(print, ',');
        print_word(print, &words_status, items[i]);
    }
}

static void print_statuses(struct print *print, const struct sockd_statuses *array)
{
    if (array->list)
        print_byte(print, '[');
    if (array->count > 0 || !array->list)
        print_word(print, &words_status, array->count > 0 ? array->items[0] : SOCKD_UNSET);
    if (array->list && array->count > 1)
        print_more_statuses(print, array->items + 1, array->count - 1);
    if (array->list)
        print_byte(print, ']');
}

static void print_texts(struct print *print, const struct sockd_texts *array)
{
    if (array->items != NULL)
        PRINT_ARRAY(print, array, print_text(print, array->items[i]));
    else
        print_literal(print, "null");
}

static void print_options(struct print *print, const struct sockd_options *array)
{
    PRINT_ARRAY(print, array, print_option(print, &array->items[i]));
}

static void print_option_values(struct print *print, const struct sockd_option_values *array)
{
    PRINT_ARRAY(print, array, print_option_value(print, &array->items[i]));
}

static void print_list(struct print *print, const struct record *record, const struct sockd_list *array)
{
    PRINT_ARRAY(print, array, print_record(print, record, (const char *)array->items + i * record->size, array->fields));
}

/* ---- records ---- */

static bool is_null(const struct field *field, const void *value)
{
    switch (field->type) {
    case TYPE_HANDLE:
        return *(const sockd_handle *)value == 0;
    case TYPE_INT:
        return *(const int64_t *)value == SOCKD_NULL;
    case TYPE_CHAR:
        return *(const int32_t *)value == SOCKD_UNSET;
    case TYPE_WORD:
        return *(const int *)value == SOCKD_UNSET;
    case TYPE_WIDE:
        return !((const struct sockd_integer *)value)->present;
    case TYPE_TIMEOUT:
    case TYPE_PERIOD:
        return !((const struct sockd_timeout *)value)->finite;
    case TYPE_TEXT:
    case TYPE_ID:
    case TYPE_JSON:
        return ((const struct sockd_text *)value)->data == NULL;
    case TYPE_BYTES:
        return ((const struct sockd_bytes *)value)->data == NULL;
    case TYPE_ITEMS:
        return ((const struct sockd_items *)value)->items == NULL && ((const struct sockd_items *)value)->set == 0 &&
               !((const struct sockd_items *)value)->list;
    case TYPE_TEXTS:
        return ((const struct sockd_texts *)value)->items == NULL;
    case TYPE_INTERFACE:
        return ((const struct sockd_interface *)value)->host.data == NULL &&
               ((const struct sockd_interface *)value)->stream == 0;
    case TYPE_FORMAT: {
        const struct sockd_format *format = value;
        return format->encoding.data == NULL && format->line_terminator == SOCKD_UNSET &&
               format->input_error == SOCKD_ACTION_UNSET && format->output_error == SOCKD_ACTION_UNSET;
    }
    case TYPE_BOOL:
    case TYPE_STATUSES:
    case TYPE_OPTIONS:
    case TYPE_OPTION_VALUES:
    case TYPE_RECORD:
    case TYPE_LIST:
        break;
    }
    return false;
}

static void print_wide(struct print *print, const struct sockd_integer *value)
{
    if (value->negative)
        print_byte(print, '-');
    print_unsigned(print, value->magnitude);
}

/* A value that is not null. */
static void print_value(struct print *print, const struct field *field, const void *value)
{
    switch (field->type) {
    case TYPE_HANDLE:
        print_unsigned(print, *(const sockd_handle *)value);
        break;
    case TYPE_INT:
        print_integer(print, *(const int64_t *)value);
        break;
    case TYPE_BOOL:
        print_bool(print, *(const bool *)value);
        break;
    case TYPE_TEXT:
        print_text(print, *(const struct sockd_text *)value);
        break;
    case TYPE_CHAR:
        print_char(print, *(const int32_t *)value);
        break;
    case TYPE_WIDE:
        print_wide(print, value);
        break;
    case TYPE_TIMEOUT:
        print_timeout(print, *(const struct sockd_timeout *)value);
        break;
    case TYPE_PERIOD:
        print_period(print, *(const struct sockd_timeout *)value);
        break;
    case TYPE_WORD:
        print_word(print, field->words, *(const int *)value);
        break;
    case TYPE_FORMAT:
        print_format(print, value);
        break;
    case TYPE_INTERFACE:
        print_interface(print, value);
        break;
    case TYPE_ITEMS:
        print_items(print, value);
        break;
    case TYPE_STATUSES:
        print_statuses(print, value);
        break;
    case TYPE_OPTIONS:
        print_options(print, value);
        break;
    case TYPE_OPTION_VALUES:
        print_option_values(print, value);
        break;
    case TYPE_BYTES:
        print_base64(print, *(const struct sockd_bytes *)value);
        break;
    case TYPE_TEXTS:
        print_texts(print, value);
        break;
    case TYPE_ID:
    case TYPE_JSON:
        print_json(print, *(const struct sockd_text *)value);
        break;
    case TYPE_RECORD:
        break;
    case TYPE_LIST:
        print_list(print, field->record, value);
        break;
    }
}

/* One object: the leaves of it that mask has, the first of them being bit 0 of it. */
static void print_object(struct print *print, const struct record *record, const void *value, uint64_t mask)
{
    const struct field *fields = record->count > 0 ? record->fields() : NULL;
    bool first = true;
    print_byte(print, '{');
    for (size_t i = 0; i < record->count && mask != 0; i++) {
        const struct field *field = &fields[i];
        const void *member = (const char *)value + field->offset;
        if (field->type == TYPE_RECORD) {
            unsigned leaves = record_leaves(field->record);
            uint64_t inner = mask & UINT64_MAX >> (64 - leaves);
            if (inner != 0) {
                print_key(print, &first, field->key);
                print_object(print, field->record, member, inner);
            }
            mask >>= leaves;
            continue;
        }
        bool shown = mask & 1;
        mask >>= 1;
        if (!shown)
            continue;
        bool null = is_null(field, member);
        if (null && (field->flags & FIELD_OMIT || field->fallback[0] == FIELD_ABSENT[0]))
            continue;
        print_key(print, &first, field->key);
        if (null && field->type != TYPE_FORMAT) /* a format that says nothing is still one */
            print_literal(print, "null");
        else
            print_value(print, field, member);
    }
    print_byte(print, '}');
}

void print_record(struct print *print, const struct record *record, const void *value, uint64_t leaves)
{
    const struct field *fields = record->count > 0 ? record->fields() : NULL;
    if (record->count == 1 && fields[0].type == TYPE_JSON)
        print_json(print, *(const struct sockd_text *)((const char *)value + fields[0].offset));
    else
        print_object(print, record, value, leaves == 0 ? UINT64_MAX : leaves);
}
