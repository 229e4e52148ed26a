/* The tables that methods.def stands for.
 *
 * Defaults: a field's default is JSON text, decoded by the same decoder as what a client sends, so that no second
 * description of it exists. */
#include "proto.h"

#include <string.h>

#define TEXT_OF(literal)              \
    {                                 \
        literal, sizeof(literal) - 1, \
    }

/* ---- words ---- */

/* clang-format off */
#define WORDS_BEGIN(type) static const char *const type##_items[] = {
#define WORD(type, constant, word) word,
#define WORDS_END(type) };
#include "methods.def"

#define WORDS_BEGIN(type) static const struct sockd_text type##_texts[] = {
#define WORD(type, constant, word) TEXT_OF("\"" word "\""),
#define WORDS_END(type) \
    };                  \
    const struct words words_##type = {#type, type##_items, type##_texts, type##_COUNT};
/* clang-format on */
#include "methods.def"

int words_find(const struct words *words, const char *data, size_t size)
{
    for (int i = 0; i < words->count; i++)
        if (name_is(words->items[i], data, size))
            return i;
    return -1;
}

/* ---- fields and records ---- */

#define REQUIRED FIELD_REQUIRED
#define ABSENT FIELD_ABSENT
#define NULLABLE FIELD_NULLABLE
#define OMIT FIELD_OMIT

/* the type of a field, and the words it takes */
#define T_HANDLE TYPE_HANDLE, NULL
#define T_INT TYPE_INT, NULL
#define T_BOOL TYPE_BOOL, NULL
#define T_TEXT TYPE_TEXT, NULL
#define T_CHAR TYPE_CHAR, NULL
#define T_WIDE TYPE_WIDE, NULL
#define T_TIMEOUT TYPE_TIMEOUT, NULL
#define T_PERIOD TYPE_PERIOD, NULL
#define T_FORMAT TYPE_FORMAT, NULL
#define T_INTERFACE TYPE_INTERFACE, NULL
#define T_ITEMS TYPE_ITEMS, NULL
#define T_STATUSES TYPE_STATUSES, NULL
#define T_OPTIONS TYPE_OPTIONS, NULL
#define T_OPTION_VALUES TYPE_OPTION_VALUES, NULL
#define T_BYTES TYPE_BYTES, NULL
#define T_TEXTS TYPE_TEXTS, NULL
#define T_ID TYPE_ID, NULL
#define T_JSON TYPE_JSON, NULL
#define T_DIRECTION TYPE_WORD, &words_direction
#define T_ELEMENT TYPE_WORD, &words_element
#define T_BUFFERED TYPE_WORD, &words_buffered
#define T_LIFETIME TYPE_WORD, &words_lifetime
#define T_MODE TYPE_WORD, &words_mode
#define T_TRANSFER TYPE_WORD, &words_transfer
#define T_VIA TYPE_WORD, &words_via
#define T_KIND TYPE_WORD, &words_kind
#define T_STATE TYPE_WORD, &words_state
#define T_EVENT_KIND TYPE_WORD, &words_event_kind
#define T_POLICY_OPERATION TYPE_WORD, &words_policy_operation

#define FIRST(a, b) a
#define SECOND(a, b) b
#define KEY(wire) TEXT_OF(",\"" wire "\":")
#define TYPE_OF(...) FIRST(__VA_ARGS__)
#define WORDS_OF(...) SECOND(__VA_ARGS__)

/* clang-format off */

/* how many fields each record has */
#define RECORD_BEGIN(rec, doc) enum { count_##rec = 0
#define FIELD(type, name, flags, fallback, min, max, doc) +1
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc) +1
#define RECORD(rec, name, doc) +1
#define LIST(rec, name, doc) +1
#define RECORD_END(rec) };
#define RECORD_EMPTY(rec, doc) enum { count_##rec = 0 };
#include "methods.def"

/* A field's row needs the offset inside its record, and the lines of methods.def do not repeat the record's name: so each
 * table stands inside a function, where a local typedef knows it. */
#define RECORD_BEGIN(rec, doc)                    \
    static const struct field *fields_##rec(void) \
    {                                             \
        typedef struct rec self;                  \
        static const struct field items[count_##rec] = {
#define FIELD(type, name, flags, fallback, min, max, doc) FIELD_AS(type, name, #name, flags, fallback, min, max, doc)
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc) \
    {wire, KEY(wire), TYPE_OF(T_##type), flags, fallback, min, max, offsetof(self, name), WORDS_OF(T_##type), NULL, doc},
#define RECORD(rec, name, doc) {#name, KEY(#name), TYPE_RECORD, 0, REQUIRED, 0, 0, offsetof(self, name), NULL, &record_##rec, doc},
#define LIST(rec, name, doc) {#name, KEY(#name), TYPE_LIST, 0, REQUIRED, 0, 0, offsetof(self, name), NULL, &record_##rec, doc},
#define RECORD_END(rec) \
        };              \
        return items;   \
    }
#define RECORD_EMPTY(rec, doc)                    \
    static const struct field *fields_##rec(void) \
    {                                             \
        return NULL;                              \
    }
#include "methods.def"

#define RECORD_BEGIN(rec, doc) RECORD_EMPTY(rec, doc)
#define FIELD(type, name, flags, fallback, min, max, doc)
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc)
#define RECORD(rec, name, doc)
#define LIST(rec, name, doc)
#define RECORD_END(rec)
#define RECORD_EMPTY(rec, doc) \
    const struct record record_##rec = {#rec, fields_##rec, count_##rec, sizeof(struct rec), doc};
#include "methods.def"

/* clang-format on */

/* ---- rights, methods, errors ---- */

const char *const right_names[RIGHT_COUNT] = {"none",   "resolve", "reverse", "connect", "listen",  "io",    "options",
                                              "export", "adopt",   "share",   "pool",    "inspect", "close", "admin"};

#define WAITS METHOD_WAITS
#define INPUT METHOD_INPUT
#define OUTPUT METHOD_OUTPUT
#define PAYLOAD_IN METHOD_PAYLOAD_IN
#define PAYLOAD_OUT METHOD_PAYLOAD_OUT
#define FDS_IN METHOD_FDS_IN
#define FDS_OUT METHOD_FDS_OUT

#define METHOD(id, wire, params, result, right, flags, doc) \
    [METHOD_##id] = {METHOD_##id, wire, #id, &record_##params, &record_##result, RIGHT_##right, flags, doc},
const struct method methods[METHOD_COUNT] = {
#include "methods.def"
};

#define NOTIFICATION(id, wire, params, doc) [NOTIFICATION_##id] = {wire, &record_##params, doc},
const struct notification notifications[NOTIFICATION_COUNT] = {
#include "methods.def"
};

#define ERROR(id, code, kind, doc) [ERROR_##id] = {code, kind, doc},
const struct error_kind errors[ERROR_COUNT] = {
#include "methods.def"
};

/* Literals are compared by as many words as they have, so that the whole row of comparisons costs less than a search. */
const struct method *method_find(const char *name, size_t size)
{
#define METHOD(id, wire, params, result, right, flags, doc)                    \
    if (size == sizeof(wire) - 1 && memcmp(name, wire, sizeof(wire) - 1) == 0) \
        return &methods[METHOD_##id];
#include "methods.def"
    return NULL;
}
