#include "sample.h"

#include "fence.h"

static const struct sockd_item items[] = {{1, DIRECTION_IO}, {SOCKD_HANDLE_MAX, DIRECTION_INPUT}, {7, DIRECTION_OUTPUT}};
static const int statuses[] = {STATUS_INPUT, SOCKD_UNSET, STATUS_TRUE, STATUS_EOF, STATUS_APPEND, STATUS_ERROR, STATUS_IO};
static const struct sockd_text texts[] = {{"", 0}, {"one", 3}, {"\"\\\n\0\x7f\xC3\xA4\xF0\x9F\x98\x80", 11}};
static const struct sockd_option options[] = {
    {{"so-keepalive", 12}, false, {.kind = SOCKD_OPTION_NULL}},
    {{"so-linger", 9}, true, {.kind = SOCKD_OPTION_NULL}},
    {{"so-linger", 9}, true, {.kind = SOCKD_OPTION_SWITCH, .on = true}},
    {{"so-sndbuf", 9}, true, {.kind = SOCKD_OPTION_INTEGER, .integer = INT64_MIN}},
    {{"so-rcvtimeo", 11}, true, {.kind = SOCKD_OPTION_SECONDS, .period = {3, 250000, true}}},
};
static const struct sockd_option_value option_values[] = {
    {.kind = SOCKD_OPTION_NULL},
    {.kind = SOCKD_OPTION_SWITCH, .on = false},
    {.kind = SOCKD_OPTION_INTEGER, .integer = INT64_MAX},
    {.kind = SOCKD_OPTION_SECONDS, .period = {0, 1, true}},
};

static void fill_number(const struct field *field, bool high, void *out)
{
    bool bounded = field->min != 0 || field->max != 0;
    switch ((int)field->type) {
    case TYPE_HANDLE:
        *(sockd_handle *)out = high ? SOCKD_HANDLE_MAX : 1;
        break;
    case TYPE_INT:
        *(int64_t *)out = bounded ? (high ? field->max : field->min) : high ? INT64_MAX : SOCKD_NULL + 1;
        break;
    case TYPE_BOOL:
        *(bool *)out = high;
        break;
    case TYPE_CHAR:
        *(int32_t *)out = high ? 0x10FFFF : 0;
        break;
    case TYPE_WIDE:
        *(struct sockd_integer *)out =
            high ? (struct sockd_integer){UINT64_MAX, false, true} : (struct sockd_integer){UINT64_C(1) << 63, true, true};
        break;
    case TYPE_TIMEOUT:
    case TYPE_PERIOD:
        *(struct sockd_timeout *)out = high ? (struct sockd_timeout){INT64_MAX, 999999, true} : SOCKD_SECONDS(0);
        break;
    case TYPE_WORD:
        *(int *)out = high ? field->words->count - 1 : 0;
        break;
    default:
        ck_abort_msg("%s: a type without a sample", field->name);
    }
}

static struct sockd_text fill_text(const struct field *field, bool high)
{
    static char long_text[100000];
    for (size_t i = 0; i < sizeof long_text; i++)
        long_text[i] = (char)('a' + i % 26);
    if (field->min == 0 && field->max == 0)
        return texts[high ? 2 : 0];
    return (struct sockd_text){long_text, (size_t)(high ? field->max : field->min)};
}

static void fill_field(const struct field *field, enum sample sample, struct arena *arena, void *out)
{
    bool high = sample == SAMPLE_HIGH;
    switch (field->type) {
    case TYPE_TEXT:
        *(struct sockd_text *)out = fill_text(field, high);
        break;
    case TYPE_FORMAT:
        *(struct sockd_format *)out =
            high ? (struct sockd_format){{"utf-8", 5}, LINE_TERMINATOR_MAC, SOCKD_ACTION_IGNORE, 0x20AC}
                 : (struct sockd_format){{"x", 1}, LINE_TERMINATOR_UNIX, SOCKD_ACTION_ERROR, 0};
        break;
    case TYPE_INTERFACE:
        *(struct sockd_interface *)out =
            high ? (struct sockd_interface){{NULL, 0}, 5} : (struct sockd_interface){{"::1", 3}, 0};
        break;
    case TYPE_ITEMS:
        *(struct sockd_items *)out = (struct sockd_items){items, high ? COUNT(items) : 1, high, 0};
        break;
    case TYPE_STATUSES:
        *(struct sockd_statuses *)out = (struct sockd_statuses){statuses, high ? COUNT(statuses) : 1, high};
        break;
    case TYPE_OPTIONS:
        *(struct sockd_options *)out = (struct sockd_options){options, high ? COUNT(options) : 0};
        break;
    case TYPE_OPTION_VALUES:
        *(struct sockd_option_values *)out = (struct sockd_option_values){option_values, high ? COUNT(option_values) : 0};
        break;
    case TYPE_BYTES:
        *(struct sockd_bytes *)out = (struct sockd_bytes){(const unsigned char *)"\0\xFF\x80z", high ? 4 : 0};
        break;
    case TYPE_TEXTS:
        *(struct sockd_texts *)out = (struct sockd_texts){texts, high ? COUNT(texts) : 0};
        break;
    case TYPE_ID:
        *(struct sockd_text *)out = high ? SOCKD_TEXT("\"\\u0061\"") : SOCKD_TEXT("-1.50e+3");
        break;
    case TYPE_JSON:
        *(struct sockd_text *)out = high ? SOCKD_TEXT("{ \"a\" : [ 1, {} ] }") : SOCKD_TEXT("{}");
        break;
    case TYPE_RECORD:
        sample_fill(field->record, sample, arena, out);
        break;
    case TYPE_LIST: {
        size_t count = high ? 3 : 0;
        char *list = arena_take(arena, 3 * field->record->size);
        ck_assert_ptr_nonnull(list);
        for (size_t i = 0; i < count; i++)
            sample_fill(field->record, (enum sample)i, arena, list + i * field->record->size);
        *(struct sockd_list *)out = (struct sockd_list){list, count, 0};
        break;
    }
    default:
        fill_number(field, high, out);
        break;
    }
}

void sample_fill(const struct record *record, enum sample sample, struct arena *arena, void *value)
{
    const struct field *fields = record->count > 0 ? record->fields() : NULL;
    for (size_t i = 0; i < record->count; i++) {
        bool nullable = fields[i].flags != 0 || fields[i].fallback[0] == FIELD_ABSENT[0];
        if (sample != SAMPLE_NULLS || !nullable)
            fill_field(&fields[i], sample == SAMPLE_NULLS ? SAMPLE_HIGH : sample, arena, (char *)value + fields[i].offset);
    }
}

const struct record *sample_record(size_t i)
{
    if (i < 2 * METHOD_COUNT)
        return i % 2 == 0 ? methods[i / 2].params : methods[i / 2].result;
    return i == 2 * METHOD_COUNT ? &record_fault : NULL;
}

/* What is wrong for each type, beside what is wrong for every type that is not among them. */
static const char *const wrong[][16] = {
    [TYPE_HANDLE] = {"0", "-1", "9007199254740992", "1.0", "1e0", "\"1\"", "true", "[1]", "{}", "18446744073709551617"},
    [TYPE_INT] = {"1.0", "1e1", "0.0", "\"1\"", "true", "[1]", "{}", "18446744073709551616", "-9223372036854775808",
                  "9223372036854775808"},
    [TYPE_BOOL] = {"0", "1", "\"true\"", "[]", "{}", "[true]"},
    [TYPE_TEXT] = {"0", "true", "[]", "{}", "[\"a\"]"},
    [TYPE_CHAR] = {"\"\"", "\"ab\"", "\"\\u00e4\\u0300\"", "97", "true", "[\"a\"]", "{}", "\"\\r\\n\""},
    [TYPE_WIDE] = {"1.0", "1e1", "\"1\"", "true", "[1]", "{}", "18446744073709551616", "-9223372036854775809"},
    [TYPE_TIMEOUT] = {"-1", "-0.5", "\"1\"", "true", "false", "{}", "[]", "[1]", "[1,2,3]", "[1.0,0]", "[1,0.5]", "[null,0]",
                      "[-1,0]", "[0,-1]", "1e400", "[9223372036854775808,0]"},
    [TYPE_PERIOD] = {"-1", "\"1\"", "true", "[1,2]", "{}", "1e400", "9223372036854775808"},
    [TYPE_WORD] = {"0", "\"\"", "\"no such word\"", "\"Input\"", "\"ALL\"", "\"input\\u0000\"", "[]", "{}", "[true]",
                   "\"true\"", "\"false\""},
    [TYPE_FORMAT] = {"0", "true", "[]", "[\"utf-8\"]", "\"\"", "\"utf\\u0000\"", "{\"encoding\":\"\"}", "{\"encoding\":null}",
                     "{\"line_terminator\":\"DOS\"}", "{\"line_terminator\":null}", "{\"input_error\":\"\"}",
                     "{\"input_error\":\"ab\"}", "{\"output_error\":null}", "{\"output_error\":0}", "{\"unknown\":1}"},
    [TYPE_INTERFACE] = {"0", "-1", "1.5", "true", "[]", "{}", "\"a\\u0000\"", "9007199254740992"},
    [TYPE_ITEMS] = {"0", "\"7\"", "true", "{}", "{\"direction\":\"io\"}", "{\"handle\":7,\"direction\":null}",
                    "{\"handle\":7,\"direction\":\"up\"}", "{\"handle\":7,\"x\":1}", "[7,null]", "[[7]]", "[7.0]",
                    "{\"handle\":\"7\"}", "{\"set\":0}", "{\"set\":1.5}", "{\"set\":1,\"x\":1}", "[{\"set\":1}]"},
    [TYPE_STATUSES] = {"0", "false", "\"true\"", "\"up\"", "{}", "[\"input\",1]", "[[]]"},
    [TYPE_OPTIONS] = {"\"so-type\"", "{}", "0", "[0]", "[null]", "[[]]", "[[\"a\"]]", "[[\"a\",1,2]]", "[[1,\"a\"]]",
                      "[[\"a\",\"b\"]]", "[[\"a\",[]]]", "[[\"a\",{}]]", "[[\"a\",9223372036854775808]]", "[[\"a\",-0.5]]",
                      "[[\"a\",1e19]]", "true"},
    [TYPE_OPTION_VALUES] = {"0", "null", "{}", "[\"a\"]", "[[]]", "[{}]"},
    [TYPE_BYTES] = {"0", "true", "[]", "{}", "\"A\"", "\"AA\"", "\"AA=\"", "\"AB==\"", "\"A-==\"", "\"AAA=\\n\""},
    [TYPE_TEXTS] = {"0", "\"a\"", "true", "{}", "[1]", "[null]", "[\"a\",[]]"},
    [TYPE_ID] = {"true", "false", "[]", "{}"},
    [TYPE_RECORD] = {"0", "\"\"", "null", "true", "[]"},
    [TYPE_LIST] = {"0", "null", "{}", "[0]", "[null]", "[[]]"},
};

const char *sample_wrong(const struct field *field, size_t i)
{
    ck_assert(field->type == TYPE_JSON || (field->type < COUNT(wrong) && wrong[field->type][0] != NULL));
    return field->type < COUNT(wrong) && i < COUNT(wrong[0]) ? wrong[field->type][i] : NULL;
}
