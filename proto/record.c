/* The walk over a record's fields. Defaults are decoded from the table's own text each time they are needed: no second
 * description of them exists, and nothing has to be prepared. */
#include "record.h"

#include <string.h>

#include "decode.h"

static const struct field *fields_of(const struct record *record)
{
    return record->count > 0 ? record->fields() : NULL;
}

static void *member_at(const struct field *field, void *record)
{
    return (char *)record + field->offset;
}

/* ---- null ---- */

static bool has_null(const struct field *field)
{
    return field->flags != 0 || field->fallback[0] == FIELD_ABSENT[0];
}

void field_clear(const struct field *field, void *out)
{
    switch (field->type) {
    case TYPE_HANDLE:
        *(sockd_handle *)out = 0;
        break;
    case TYPE_INT:
        *(int64_t *)out = has_null(field) ? SOCKD_NULL : 0;
        break;
    case TYPE_BOOL:
        *(bool *)out = false;
        break;
    case TYPE_CHAR:
        *(int32_t *)out = has_null(field) ? SOCKD_UNSET : 0;
        break;
    case TYPE_WORD:
        *(int *)out = has_null(field) ? SOCKD_UNSET : 0;
        break;
    case TYPE_WIDE:
        *(struct sockd_integer *)out = (struct sockd_integer){0, false, false};
        break;
    case TYPE_TIMEOUT:
    case TYPE_PERIOD:
        *(struct sockd_timeout *)out = SOCKD_FOREVER;
        break;
    case TYPE_FORMAT:
        *(struct sockd_format *)out = SOCKD_FORMAT_UNSET;
        break;
    case TYPE_INTERFACE:
        *(struct sockd_interface *)out = (struct sockd_interface){{NULL, 0}, 0};
        break;
    case TYPE_ITEMS:
        *(struct sockd_items *)out = (struct sockd_items){NULL, 0, false, 0};
        break;
    case TYPE_STATUSES:
        *(struct sockd_statuses *)out = (struct sockd_statuses){NULL, 0, false};
        break;
    case TYPE_OPTIONS:
        *(struct sockd_options *)out = (struct sockd_options){NULL, 0};
        break;
    case TYPE_OPTION_VALUES:
        *(struct sockd_option_values *)out = (struct sockd_option_values){NULL, 0};
        break;
    case TYPE_BYTES:
        *(struct sockd_bytes *)out = (struct sockd_bytes){NULL, 0};
        break;
    case TYPE_TEXTS:
        *(struct sockd_texts *)out = (struct sockd_texts){NULL, 0};
        break;
    case TYPE_TEXT:
    case TYPE_ID:
    case TYPE_JSON:
        *(struct sockd_text *)out = (struct sockd_text){NULL, 0};
        break;
    case TYPE_RECORD:
        record_clear(field->record, out);
        break;
    case TYPE_LIST:
        *(struct sockd_list *)out = (struct sockd_list){NULL, 0, 0};
        break;
    }
}

void record_clear(const struct record *record, void *value)
{
    const struct field *fields = fields_of(record);
    for (size_t i = 0; i < record->count; i++)
        field_clear(&fields[i], member_at(&fields[i], value));
}

/* ---- leaves ---- */

static unsigned field_leaves(const struct field *field)
{
    return field->type == TYPE_RECORD ? record_leaves(field->record) : 1;
}

unsigned record_leaves(const struct record *record)
{
    const struct field *fields = fields_of(record);
    unsigned leaves = 0;
    for (size_t i = 0; i < record->count; i++)
        leaves += field_leaves(&fields[i]);
    return leaves;
}

const struct field *record_path(const struct record *record, const char *path, size_t size, size_t *offset, uint64_t *leaves)
{
    *offset = 0;
    unsigned leaf = 0;
    while (record != NULL) {
        const char *dot = size > 0 ? memchr(path, '.', size) : NULL;
        size_t name = dot ? (size_t)(dot - path) : size;
        const struct field *fields = fields_of(record), *found = NULL;
        for (size_t i = 0; i < record->count && found == NULL; i++) {
            if (name_is(fields[i].name, path, name))
                found = &fields[i];
            else
                leaf += field_leaves(&fields[i]);
        }
        if (found == NULL)
            return NULL;
        *offset += found->offset;
        if (dot == NULL) {
            *leaves = (UINT64_MAX >> (64 - field_leaves(found))) << leaf;
            return found;
        }
        path += name + 1;
        size -= name + 1;
        record = found->type == TYPE_RECORD ? found->record : NULL;
    }
    return NULL;
}

/* ---- decoding ---- */

/* Where in the table a decoding stands: members mostly come in its order. */
struct place {
    size_t index;
    unsigned leaf;
};

/* Its key has the name and its size: behind a comma and a quote, before a quote and a colon. */
static bool field_is(const struct field *field, struct sockd_text name)
{
    return field->key.size == name.size + 4 && memcmp(field->key.data + 2, name.data, name.size) == 0;
}

/* The field of that name, looked for from a place on and round; NULL if there is none. */
static const struct field *field_find(const struct record *record, const struct field *fields, struct sockd_text name,
                                      size_t from)
{
    for (size_t i = from; i < record->count; i++)
        if (field_is(&fields[i], name))
            return &fields[i];
    for (size_t i = 0; i < from && i < record->count; i++)
        if (field_is(&fields[i], name))
            return &fields[i];
    return NULL;
}

static void place_move(struct place *place, const struct field *fields, size_t index, unsigned first)
{
    if (index < place->index)
        *place = (struct place){0, first};
    for (; place->index < index; place->index++)
        place->leaf += field_leaves(&fields[place->index]);
}

static enum record_result refuse_field(struct decode *decode, const char *name, size_t size, const char *reason)
{
    decode->fault->param = (struct sockd_text){name, size};
    return decode_refuse(decode, "%s", reason);
}

static enum record_result decode_field(struct decode *decode, const struct field *field, uint32_t token, unsigned leaf,
                                       void *record)
{
    void *out = member_at(field, record);
    if (field->type == TYPE_RECORD) {
        if (decode->scan->tokens[token].type != TOKEN_OBJECT)
            return refuse_field(decode, field->name, strlen(field->name), "must be an object");
        return decode_object(decode, field->record, token, leaf, out);
    }
    decode->fault->param.data = NULL;
    enum record_result result = decode_value(decode, field, token, out);
    if (result == RECORD_INVALID && decode->fault->param.data == NULL)
        decode->fault->param = (struct sockd_text){field->name, strlen(field->name)};
    if (decode->partial)
        decode->leaves |= UINT64_C(1) << leaf;
    return result;
}

/* A default, scanned where it stands in the table: defaults have no escapes, so nothing writes to them. */
static enum record_result decode_default(struct decode *decode, const struct field *field, void *out)
{
    struct token tokens[SCAN_TOKENS(2)];
    uint32_t scratch[SCAN_TOKENS(2)];
    struct scan scanner = {.tokens = tokens, .scratch = scratch, .values = 2, .nesting = 1};
    scan(&scanner, (char *)(uintptr_t)field->fallback, strlen(field->fallback));
    struct decode inner = {.scan = &scanner, .arena = decode->arena, .fault = decode->fault, .strict = true};
    return decode_value(&inner, field, 0, out);
}

/* A member that is not there. */
static enum record_result decode_missing(struct decode *decode, const struct field *field, void *record)
{
    void *out = member_at(field, record);
    const char *fallback = field->fallback;
    bool null = fallback[0] == 'n' || fallback[0] == FIELD_ABSENT[0] || decode->partial || (field->flags & FIELD_OMIT);
    bool zero = field->flags == 0 && (strcmp(fallback, "0") == 0 || fallback[0] == 'f');
    if (null || zero) {
        field_clear(field, out);
        return RECORD_OK;
    }
    if (fallback[0] == FIELD_REQUIRED[0])
        return refuse_field(decode, field->name, strlen(field->name), "is missing");
    return decode_default(decode, field, out);
}

static enum record_result decode_rest(struct decode *decode, const struct record *record, uint64_t seen, void *out)
{
    const struct field *fields = fields_of(record);
    for (size_t i = 0; i < record->count; i++) {
        if (seen >> i & 1)
            continue;
        enum record_result result = decode_missing(decode, &fields[i], out);
        if (result != RECORD_OK)
            return result;
    }
    return RECORD_OK;
}

enum record_result decode_object(struct decode *decode, const struct record *record, uint32_t token, unsigned leaf, void *out)
{
    const struct field *fields = fields_of(record);
    const struct token *tokens = decode->scan->tokens;
    if (tokens[token].type != TOKEN_OBJECT)
        return decode_refuse(decode, "must be an array of objects");
    uint64_t seen = 0;
    struct place place = {0, leaf};
    size_t next = 0;
    uint32_t name = token + 1;
    for (uint32_t i = 0; i < tokens[token].count; i++, name = tokens[name + 1].next) {
        struct sockd_text text = scan_text(decode->scan, name);
        const struct field *field = field_find(record, fields, text, next);
        if (field == NULL) {
            if (!decode->strict)
                continue;
            return refuse_field(decode, text.data, text.size, "is unknown");
        }
        size_t index = (size_t)(field - fields);
        if (decode->partial)
            place_move(&place, fields, index, leaf);
        enum record_result result = decode_field(decode, field, name + 1, place.leaf, out);
        if (result != RECORD_OK)
            return result;
        seen |= UINT64_C(1) << index;
        next = index + 1;
    }
    return decode_rest(decode, record, seen, out);
}

static enum record_result decode_array(struct decode *decode, const struct record *record, uint32_t token, void *out)
{
    const struct field *fields = fields_of(record);
    const struct token *tokens = decode->scan->tokens;
    if (tokens[token].count > record->count) {
        decode->fault->param = SOCKD_TEXT("params");
        return decode_refuse(decode, "must have no more than %zu element%s", record->count, record->count == 1 ? "" : "s");
    }
    uint64_t seen = 0;
    uint32_t element = token + 1;
    for (uint32_t i = 0; i < tokens[token].count; i++, element = tokens[element].next) {
        enum record_result result = decode_field(decode, &fields[i], element, 0, out);
        if (result != RECORD_OK)
            return result;
        seen |= UINT64_C(1) << i;
    }
    return decode_rest(decode, record, seen, out);
}

enum record_result record_decode(const struct record *record, struct scan *scan, uint32_t token, bool strict,
                                 struct arena *arena, void *out, struct record_fault *fault)
{
    struct decode decode = {.scan = scan, .arena = arena, .fault = fault, .strict = strict};
    if (token == TOKEN_NONE)
        return decode_rest(&decode, record, 0, out);
    enum token_type type = scan->tokens[token].type;
    if (record->count == 1 && fields_of(record)->type == TYPE_JSON) {
        if (type != TOKEN_OBJECT)
            return refuse_field(&decode, "params", 6, "must be an object");
        return decode_field(&decode, fields_of(record), token, 0, out);
    }
    if (type == TOKEN_OBJECT)
        return decode_object(&decode, record, token, 0, out);
    if (type == TOKEN_ARRAY)
        return decode_array(&decode, record, token, out);
    return refuse_field(&decode, "params", 6, "must be an object or an array");
}
