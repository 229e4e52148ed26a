/* Types with many elements, which live in the arena. What is refused names the element by its number, from 0. */
#include <inttypes.h>

#include "decode.h"

/* Room for an array's elements. An empty one has none, but is not NULL either, for that would be null. */
static void *elements_take(struct decode *decode, uint32_t token, size_t size)
{
    static max_align_t none;
    size_t count = token_at(decode, token)->count;
    return count == 0 ? &none : arena_take(decode->arena, count * size);
}

static bool item_read(struct decode *decode, uint32_t token, struct sockd_item *item)
{
    *item = (struct sockd_item){0, DIRECTION_IO};
    if (!decode_is(decode, token, TOKEN_OBJECT))
        return decode_handle_value(decode, token, &item->handle);
    uint32_t name = token + 1;
    for (uint32_t i = 0; i < token_at(decode, token)->count; i++) {
        if (scan_is(decode->scan, name, "handle")) {
            if (!decode_handle_value(decode, name + 1, &item->handle))
                return false;
        } else if (scan_is(decode->scan, name, "direction")) {
            item->direction = decode_word_of(decode, &words_direction, name + 1);
            if (item->direction < 0)
                return false;
        } else {
            return false;
        }
        name = token_at(decode, name + 1)->next;
    }
    return item->handle != 0;
}

/* {"set": 3}. */
static bool set_read(struct decode *decode, uint32_t token, int64_t *set)
{
    return decode_is(decode, token, TOKEN_OBJECT) && token_at(decode, token)->count == 1 &&
           scan_is(decode->scan, token + 1, "set") && decode_int64(decode, token + 2, set) && *set > 0;
}

enum record_result decode_items(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    bool list = decode_is(decode, token, TOKEN_ARRAY);
    uint32_t count = list ? token_at(decode, token)->count : 1, at = list ? token + 1 : token;
    int64_t set;
    if (count < field->min)
        return decode_refuse(decode, "must have one item at least");
    if (set_read(decode, token, &set)) {
        *(struct sockd_items *)out = (struct sockd_items){NULL, 0, true, set};
        return RECORD_OK;
    }
    struct sockd_item *items = list ? elements_take(decode, token, sizeof *items) : arena_take(decode->arena, sizeof *items);
    if (items == NULL)
        return RECORD_NO_ROOM;
    for (uint32_t i = 0; i < count; i++) {
        if (!item_read(decode, at, &items[i]))
            return decode_refuse(
                decode,
                "must be a handle, {\"handle\": 7, \"direction\": \"input\", \"output\" or \"io\"}, an array of those "
                "(item %" PRIu32 " is not), or {\"set\": 3}",
                i);
        at = token_at(decode, at)->next;
    }
    *(struct sockd_items *)out = (struct sockd_items){items, count, list, 0};
    return RECORD_OK;
}

enum record_result decode_statuses(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    bool list = decode_is(decode, token, TOKEN_ARRAY);
    uint32_t count = list ? token_at(decode, token)->count : 1, at = list ? token + 1 : token;
    int *items = arena_take(decode->arena, count * sizeof *items);
    if (items == NULL)
        return RECORD_NO_ROOM;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = decode_word_of(decode, &words_status, at);
        if (items[i] < 0 && !decode_is(decode, at, TOKEN_NULL))
            return decode_refuse_word(decode, "", &words_status);
        at = token_at(decode, at)->next;
    }
    *(struct sockd_statuses *)out = (struct sockd_statuses){items, count, list};
    return RECORD_OK;
}

static bool option_value_read(const struct decode *decode, uint32_t token, struct sockd_option_value *value)
{
    *value = (struct sockd_option_value){.kind = SOCKD_OPTION_NULL};
    switch (token_at(decode, token)->type) {
    case TOKEN_NULL:
        return true;
    case TOKEN_TRUE:
    case TOKEN_FALSE:
        value->kind = SOCKD_OPTION_SWITCH;
        value->on = decode_is(decode, token, TOKEN_TRUE);
        return true;
    case TOKEN_NUMBER:
        value->kind = SOCKD_OPTION_INTEGER;
        if (decode_int64(decode, token, &value->integer))
            return true;
        value->kind = SOCKD_OPTION_SECONDS;
        struct sockd_integer whole;
        return !scan_integer(decode->scan, token, &whole) && decode_seconds(decode, token, &value->period);
    default:
        return false;
    }
}

static bool option_read(struct decode *decode, uint32_t token, struct sockd_option *option)
{
    *option = (struct sockd_option){.set = decode_is(decode, token, TOKEN_ARRAY)};
    uint32_t name = option->set ? token + 1 : token;
    if (option->set && token_at(decode, token)->count != 2)
        return false;
    if (!decode_is(decode, name, TOKEN_STRING))
        return false;
    option->name = scan_text(decode->scan, name);
    return !option->set || option_value_read(decode, name + 1, &option->value);
}

enum record_result decode_options(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    if (!decode_is(decode, token, TOKEN_ARRAY))
        return decode_refuse(decode, "must be an array of options");
    uint32_t count = token_at(decode, token)->count, at = token + 1;
    struct sockd_option *items = elements_take(decode, token, sizeof *items);
    if (items == NULL)
        return RECORD_NO_ROOM;
    for (uint32_t i = 0; i < count; i++) {
        if (!option_read(decode, at, &items[i]))
            return decode_refuse(decode,
                                 "must be an array of names and of [name, value] with a value that is null, true, false or a "
                                 "number (element %" PRIu32 " is not)",
                                 i);
        at = token_at(decode, at)->next;
    }
    *(struct sockd_options *)out = (struct sockd_options){items, count};
    return RECORD_OK;
}

enum record_result decode_option_values(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    if (!decode_is(decode, token, TOKEN_ARRAY))
        return decode_refuse(decode, "must be an array of values");
    uint32_t count = token_at(decode, token)->count, at = token + 1;
    struct sockd_option_value *items = elements_take(decode, token, sizeof *items);
    if (items == NULL)
        return RECORD_NO_ROOM;
    for (uint32_t i = 0; i < count; i++) {
        if (!option_value_read(decode, at, &items[i]))
            return decode_refuse(decode, "must be an array of null, true, false and numbers (element %" PRIu32 " is none)", i);
        at = token_at(decode, at)->next;
    }
    *(struct sockd_option_values *)out = (struct sockd_option_values){items, count};
    return RECORD_OK;
}

enum record_result decode_texts(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    (void)field;
    if (!decode_is(decode, token, TOKEN_ARRAY))
        return decode_refuse(decode, "must be an array of strings");
    uint32_t count = token_at(decode, token)->count, at = token + 1;
    struct sockd_text *items = elements_take(decode, token, sizeof *items);
    if (items == NULL)
        return RECORD_NO_ROOM;
    for (uint32_t i = 0; i < count; i++) {
        if (!decode_is(decode, at, TOKEN_STRING))
            return decode_refuse(decode, "must be an array of strings (element %" PRIu32 " is none)", i);
        items[i] = scan_text(decode->scan, at);
        at = token_at(decode, at)->next;
    }
    *(struct sockd_texts *)out = (struct sockd_texts){items, count};
    return RECORD_OK;
}

enum record_result decode_list(struct decode *decode, const struct field *field, uint32_t token, void *out)
{
    if (!decode_is(decode, token, TOKEN_ARRAY))
        return decode_refuse(decode, "must be an array of objects");
    uint32_t count = token_at(decode, token)->count, at = token + 1;
    char *items = elements_take(decode, token, field->record->size);
    if (items == NULL)
        return RECORD_NO_ROOM;
    decode->partial = true;
    for (uint32_t i = 0; i < count; i++) {
        enum record_result result = decode_object(decode, field->record, at, 0, items + i * field->record->size);
        if (result != RECORD_OK)
            return result;
        at = token_at(decode, at)->next;
    }
    decode->partial = false;
    *(struct sockd_list *)out = (struct sockd_list){items, count, decode->leaves};
    return RECORD_OK;
}
