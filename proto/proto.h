/* The method table as C sees it: a struct and a field table for each record, an enum and a row for each method and error.
 * All of it comes from methods.def; this header and proto.c are the only ones that give its macros a meaning, beside the
 * daemon's handler prototypes (daemon/methods/handlers.h). */
#pragma once

#include <sockd/values.h>

#define SOCKD_PROTOCOL 1
#define SOCKD_VERSION "0.1.0"

/* ---- words: enum direction { DIRECTION_INPUT, … } ---- */

/* clang-format off */
#define WORDS_BEGIN(type) enum type {
#define WORD(type, constant, word) constant,
#define WORDS_END(type) type##_COUNT };
/* clang-format on */
#include "methods.def"

/* ---- field types ---- */

enum field_type {
    TYPE_HANDLE,
    TYPE_INT, /* min to max; 0, 0: any; null: SOCKD_NULL */
    TYPE_BOOL,
    TYPE_TEXT, /* min to max bytes, no NUL among them; 0, 0: any */
    TYPE_CHAR,
    TYPE_WIDE,
    TYPE_TIMEOUT,
    TYPE_PERIOD, /* a timeout in an error: a number of seconds, null: not finite */
    TYPE_WORD,   /* field.words tells which */
    TYPE_FORMAT,
    TYPE_INTERFACE,
    TYPE_ITEMS,
    TYPE_STATUSES,
    TYPE_OPTIONS,
    TYPE_OPTION_VALUES,
    TYPE_BYTES, /* base64 */
    TYPE_TEXTS,
    TYPE_ID,   /* the JSON text of a string, number or null, as it came */
    TYPE_JSON, /* JSON text that stands for the whole object */
    TYPE_RECORD,
    TYPE_LIST,
};

/* the C type of each */
#define C_HANDLE sockd_handle
#define C_INT int64_t
#define C_BOOL bool
#define C_TEXT struct sockd_text
#define C_CHAR int32_t
#define C_WIDE struct sockd_integer
#define C_TIMEOUT struct sockd_timeout
#define C_PERIOD struct sockd_timeout
#define C_FORMAT struct sockd_format
#define C_INTERFACE struct sockd_interface
#define C_ITEMS struct sockd_items
#define C_STATUSES struct sockd_statuses
#define C_OPTIONS struct sockd_options
#define C_OPTION_VALUES struct sockd_option_values
#define C_BYTES struct sockd_bytes
#define C_TEXTS struct sockd_texts
#define C_ID struct sockd_text
#define C_JSON struct sockd_text
#define C_DIRECTION int
#define C_ELEMENT int
#define C_BUFFERED int
#define C_LIFETIME int
#define C_MODE int
#define C_TRANSFER int
#define C_VIA int
#define C_KIND int
#define C_STATE int
#define C_EVENT_KIND int
#define C_POLICY_OPERATION int

/* ---- records: struct socket_connect_params { … } ---- */

/* clang-format off */
#define RECORD_BEGIN(rec, doc) struct rec {
#define FIELD(type, name, flags, fallback, min, max, doc) C_##type name;
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc) C_##type name;
#define RECORD(rec, name, doc) struct rec name;
#define LIST(rec, name, doc) struct sockd_list name;
#define RECORD_END(rec) };
#define RECORD_EMPTY(rec, doc) struct rec { char unused; };
/* clang-format on */
#include "methods.def"

/* A set of words. boolean: "true" and "false" among them stand for the JSON booleans. */
struct words {
    const char *name;
    const char *const *items;
    const struct sockd_text *texts; /* the same as JSON strings, quotes included */
    int count;
};

enum field_flag { FIELD_NULLABLE = 1, FIELD_OMIT = 2 };

/* One member of a record. */
struct field {
    const char *name;
    struct sockd_text key; /* a comma, the name as a JSON string, a colon */
    enum field_type type;
    unsigned flags;
    const char *fallback; /* JSON text, FIELD_REQUIRED or FIELD_ABSENT */
    int64_t min, max;
    size_t offset;
    const struct words *words;   /* TYPE_WORD */
    const struct record *record; /* TYPE_RECORD, TYPE_LIST */
    const char *doc;
};

/* Not JSON texts, so that no default can be mistaken for them. Compare the first character. */
#define FIELD_REQUIRED "!"
#define FIELD_ABSENT "-"

/* A kind of object. */
struct record {
    const char *name;
    const struct field *(*fields)(void);
    size_t count;
    size_t size; /* of the C struct */
    const char *doc;
};

/* every record, as record_socket_connect_params */
#define RECORD_BEGIN(rec, doc) extern const struct record record_##rec;
#define FIELD(type, name, flags, fallback, min, max, doc)
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc)
#define RECORD(rec, name, doc)
#define LIST(rec, name, doc)
#define RECORD_END(rec)
#define RECORD_EMPTY(rec, doc) extern const struct record record_##rec;
#include "methods.def"

/* ---- rights, methods, errors ---- */

enum right {
    RIGHT_NONE,
    RIGHT_RESOLVE,
    RIGHT_REVERSE,
    RIGHT_CONNECT,
    RIGHT_LISTEN,
    RIGHT_IO,
    RIGHT_OPTIONS,
    RIGHT_EXPORT,
    RIGHT_ADOPT,
    RIGHT_SHARE,
    RIGHT_POOL,
    RIGHT_INSPECT,
    RIGHT_CLOSE,
    RIGHT_ADMIN,
    RIGHT_COUNT
};

extern const char *const right_names[RIGHT_COUNT];

enum method_flag {
    METHOD_WAITS = 1,
    METHOD_INPUT = 2,
    METHOD_OUTPUT = 4,
    METHOD_PAYLOAD_IN = 8,
    METHOD_PAYLOAD_OUT = 16,
    METHOD_FDS_IN = 32,
    METHOD_FDS_OUT = 64,
};

#define METHOD(id, wire, params, result, right, flags, doc) METHOD_##id,
enum method_id {
#include "methods.def"
    METHOD_COUNT
};

/* room for the parameters, or the result, of any method */
#define METHOD(id, wire, params, result, right, flags, doc) struct params id;
union method_params {
#include "methods.def"
};
#define METHOD(id, wire, params, result, right, flags, doc) struct result id;
union method_result {
#include "methods.def"
};

struct method {
    enum method_id id;
    const char *name;  /* on the wire */
    const char *ident; /* in C */
    const struct record *params, *result;
    enum right right;
    unsigned flags;
    const char *doc;
};

extern const struct method methods[METHOD_COUNT];

/* The method of that name, or NULL. */
const struct method *method_find(const char *name, size_t size);

/* What the daemon says without being asked. */
struct notification {
    const char *name;
    const struct record *params;
    const char *doc;
};

#define NOTIFICATION(id, wire, params, doc) NOTIFICATION_##id,
enum notification_id {
#include "methods.def"
    NOTIFICATION_COUNT
};

extern const struct notification notifications[NOTIFICATION_COUNT];

#define ERROR(id, code, kind, doc) ERROR_##id,
enum error_id {
    ERROR_none,
#include "methods.def"
    ERROR_COUNT
};

/* A documented outcome. Row 0 is empty, so that an error_id of 0 means success. */
struct error_kind {
    int code;
    const char *kind;
    const char *doc;
};

extern const struct error_kind errors[ERROR_COUNT];

/* Whether a name of the table is these bytes, which may have a NUL among them. */
static inline bool name_is(const char *name, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (name[i] == '\0' || name[i] != data[i])
            return false;
    return name[size] == '\0';
}

/* The index of a word, or -1. */
int words_find(const struct words *words, const char *data, size_t size);

extern const struct words words_direction, words_element, words_line_terminator, words_buffered, words_lifetime, words_mode,
    words_transfer, words_via, words_kind, words_status, words_state, words_event_kind, words_policy_operation;
