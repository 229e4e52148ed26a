/* The table with C's names.
 *
 * proto.h's tables know fields by their names on the wire, which is all that a codec needs. Here methods.def is read once
 * more for what C calls them, for the constants of words and for the headings between the methods. */
#include "docgen.h"

#include <ctype.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

void print_upper(FILE *out, const char *text)
{
    for (; *text; text++)
        fputc(isalnum((unsigned char)*text) ? toupper((unsigned char)*text) : '_', out);
}

/* ---- words ---- */

#define WORDS_BEGIN(type) static const char *const type##_constants[] = {
#define WORD(type, constant, word) #constant,
#define WORDS_END(type) \
    }                   \
    ;
#include "methods.def"

#define WORDS_BEGIN(type) &words_##type,
#define WORD(type, constant, word)
#define WORDS_END(type)
const struct words *const words_all[] = {
#include "methods.def"
};

#define WORDS_BEGIN(type) type##_constants,
#define WORD(type, constant, word)
#define WORDS_END(type)
static const char *const *const constants_all[] = {
#include "methods.def"
};

const size_t words_all_count = LENGTH(words_all);

const char *word_constant(const struct words *words, int index)
{
    for (size_t i = 0; i < words_all_count; i++)
        if (words_all[i] == words)
            return constants_all[i][index];
    return "?";
}

/* ---- records ---- */

#define RECORD_BEGIN(rec, doc) static const char *const rec##_members[] = {
#define FIELD(type, name, flags, fallback, min, max, doc) #name,
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc) #name,
#define RECORD(rec, name, doc) #name,
#define LIST(rec, name, doc) #name,
#define RECORD_END(rec) \
    }                   \
    ;
#define RECORD_EMPTY(rec, doc) static const char *const rec##_members[] = {NULL};
#include "methods.def"

#define RECORD_BEGIN(rec, doc) {&record_##rec, rec##_members},
#define FIELD(type, name, flags, fallback, min, max, doc)
#define FIELD_AS(type, name, wire, flags, fallback, min, max, doc)
#define RECORD(rec, name, doc)
#define LIST(rec, name, doc)
#define RECORD_END(rec)
#define RECORD_EMPTY(rec, doc) {&record_##rec, rec##_members},
static const struct {
    const struct record *record;
    const char *const *members;
} records[] = {
#include "methods.def"
};

const char *member_name(const struct record *record, size_t index)
{
    for (size_t i = 0; i < LENGTH(records); i++)
        if (records[i].record == record)
            return records[i].members[index];
    return "?";
}

static bool record_reaches(const struct record *from, const struct record *to)
{
    if (from == to)
        return true;
    for (size_t i = 0; i < from->count; i++)
        if (from->fields()[i].record && record_reaches(from->fields()[i].record, to))
            return true;
    return false;
}

static bool record_is_visible(const struct record *record)
{
    if (record->count == 0)
        return false;
    if (record == &record_fault)
        return true;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (record_reaches(methods[i].result, record))
            return true;
    for (size_t i = 0; i < NOTIFICATION_COUNT; i++)
        if (record_reaches(notifications[i].params, record))
            return true;
    return false;
}

/* The table has a record before those that contain it, so its order is the one wanted. */
const struct record *record_visible(size_t index)
{
    for (size_t i = 0; i < LENGTH(records); i++)
        if (record_is_visible(records[i].record) && index-- == 0)
            return records[i].record;
    return NULL;
}

/* ---- fields ---- */

static const char *const c_types[] = {
    [TYPE_HANDLE] = "sockd_handle ",
    [TYPE_INT] = "int64_t ",
    [TYPE_BOOL] = "bool ",
    [TYPE_TEXT] = "struct sockd_text ",
    [TYPE_CHAR] = "int32_t ",
    [TYPE_WIDE] = "struct sockd_integer ",
    [TYPE_TIMEOUT] = "struct sockd_timeout ",
    [TYPE_PERIOD] = "struct sockd_timeout ",
    [TYPE_WORD] = "int ",
    [TYPE_FORMAT] = "struct sockd_format ",
    [TYPE_INTERFACE] = "struct sockd_interface ",
    [TYPE_ITEMS] = "struct sockd_items ",
    [TYPE_STATUSES] = "struct sockd_statuses ",
    [TYPE_OPTIONS] = "struct sockd_options ",
    [TYPE_OPTION_VALUES] = "struct sockd_option_values ",
    [TYPE_BYTES] = "struct sockd_bytes ",
    [TYPE_TEXTS] = "struct sockd_texts ",
    [TYPE_ID] = "struct sockd_text ",
    [TYPE_JSON] = "struct sockd_text ",
    [TYPE_LIST] = "struct sockd_list ",
};

const char *field_c_type(const struct field *field)
{
    static char nested[128];
    if (field->type != TYPE_RECORD)
        return c_types[field->type];
    snprintf(nested, sizeof nested, "struct sockd_%s ", field->record->name);
    return nested;
}

bool field_is_required(const struct field *field)
{
    return field->fallback[0] == FIELD_REQUIRED[0];
}

static const char *field_null(const struct field *field)
{
    switch (field->type) {
    case TYPE_HANDLE:
        return "0";
    case TYPE_INT:
        return "SOCKD_NULL";
    case TYPE_BOOL:
        return "false";
    case TYPE_CHAR:
    case TYPE_WORD:
        return "SOCKD_UNSET";
    case TYPE_WIDE:
        return "{0, false, false}";
    case TYPE_TIMEOUT:
    case TYPE_PERIOD:
        return "{0, 0, false}";
    case TYPE_FORMAT:
        return "{{NULL, 0}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET}";
    case TYPE_INTERFACE:
        return "{{NULL, 0}, 0}";
    default:
        return "{NULL, 0}";
    }
}

/* A default that is a JSON string; none of them has an escape in it. */
static void print_string_initialiser(FILE *out, const struct field *field)
{
    int size = (int)strlen(field->fallback) - 2;
    const char *text = field->fallback + 1;
    if (field->type == TYPE_TEXT) {
        fprintf(out, "{\"%.*s\", %d}", size, text, size);
    } else if (field->type == TYPE_FORMAT) {
        fprintf(out, "{{\"%.*s\", %d}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET}", size, text, size);
    } else {
        fprintf(out, "SOCKD_%s", word_constant(field->words, words_find(field->words, text, (size_t)size)));
    }
}

void field_print_initialiser(FILE *out, const struct field *field)
{
    const char *fallback = field->fallback;
    if (fallback[0] == FIELD_ABSENT[0] && !isdigit((unsigned char)fallback[1]))
        fputs(field_null(field), out);
    else if (strcmp(fallback, "null") == 0)
        fputs(field_null(field), out);
    else if (fallback[0] == '"')
        print_string_initialiser(out, field);
    else
        fputs(fallback, out);
}

/* ---- methods ---- */

#define GROUP(title) {title, NULL},
#define METHOD(id, wire, params, result, right, flags, doc) {NULL, &methods[METHOD_##id]},
static const struct entry entries[] = {
#include "methods.def"
};

bool table_entry(size_t index, struct entry *entry)
{
    if (index >= LENGTH(entries))
        return false;
    *entry = entries[index];
    return true;
}

/* Bytes that a method takes are an argument, whatever the table says of their absence: in C they always travel as the
 * payload. So do bytes that it gives, which settles how they are encoded. */
enum role param_role(const struct method *method, size_t index)
{
    const struct field *field = &method->params->fields()[index];
    if ((method->flags & METHOD_PAYLOAD_OUT) && field->words == &words_transfer)
        return ROLE_LIBRARY;
    if (field_is_required(field) || ((method->flags & METHOD_PAYLOAD_IN) && field->type == TYPE_BYTES))
        return ROLE_ARGUMENT;
    return ROLE_OPTION;
}

bool method_has_options(const struct method *method)
{
    for (size_t i = 0; i < method->params->count; i++)
        if (param_role(method, i) == ROLE_OPTION)
            return true;
    return false;
}

/* sockd_close ends the client. */
const char *method_c_name(const struct method *method)
{
    return method->id == METHOD_close ? "close_handle" : method->ident;
}

void method_print_parameters(FILE *out, const struct method *method)
{
    fputs("sockd *client", out);
    for (size_t i = 0; i < method->params->count; i++)
        if (param_role(method, i) == ROLE_ARGUMENT)
            fprintf(out, ", %s%s", field_c_type(&method->params->fields()[i]), member_name(method->params, i));
    if (method->flags & METHOD_FDS_IN)
        fputs(", const int *descriptors, size_t descriptor_count", out);
    if (method_has_options(method))
        fprintf(out, ", const struct sockd_%s_options *options", method_c_name(method));
}

#define MANUAL(method, operation, lambda, form) {operation, lambda, form, METHOD_##method},
static const struct manual manuals[] = {
#include "manual.def"
};

const struct manual *manual_at(size_t index)
{
    return index < LENGTH(manuals) ? &manuals[index] : NULL;
}

#define LISPS(operations, instead) {operations, instead},
static const struct lisps lisps[] = {
#include "manual.def"
};

const struct lisps *lisps_at(size_t index)
{
    return index < LENGTH(lisps) ? &lisps[index] : NULL;
}

const char *method_manual_name(const struct method *method)
{
    for (size_t i = 0; i < LENGTH(manuals); i++)
        if (manuals[i].method == method->id)
            return manuals[i].operation;
    return NULL;
}

const char *error_c_name(enum error_id error)
{
#define ERROR(id, code, kind, doc) [ERROR_##id] = #id,
    static const char *const names[ERROR_COUNT] = {
#include "methods.def"
    };
    return names[error];
}

/* ---- which errors a method can end with ---- */

static bool record_has(const struct record *record, enum field_type type)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields()[i].type == type)
            return true;
    return false;
}

bool method_has_timeout(const struct method *method)
{
    return record_has(method->params, TYPE_TIMEOUT);
}

static bool takes_handle(const struct method *method)
{
    const struct record *params = method->params;
    return record_has(params, TYPE_HANDLE) || record_has(params, TYPE_ITEMS) || record_has(params, TYPE_INTERFACE);
}

/* A parameter that takes streams and servers alike is called handle, socket or sockets. */
static bool takes_kind(const struct method *method)
{
    const struct record *params = method->params;
    for (size_t i = 0; i < params->count; i++)
        if (params->fields()[i].type == TYPE_HANDLE &&
            (strcmp(params->fields()[i].name, "stream") == 0 || strcmp(params->fields()[i].name, "server") == 0))
            return true;
    return record_has(params, TYPE_INTERFACE);
}

static bool moves_text(const struct method *method)
{
    if (!(method->flags & (METHOD_INPUT | METHOD_OUTPUT)))
        return false;
    return record_has(method->params, TYPE_TEXT) || record_has(method->params, TYPE_CHAR) ||
           record_has(method->result, TYPE_TEXT) || record_has(method->result, TYPE_CHAR);
}

static bool reads_elements(const struct method *method)
{
    return (method->flags & METHOD_INPUT) && (record_has(method->result, TYPE_WIDE) || record_has(method->result, TYPE_BYTES));
}

/* Whether it makes a system call whose failure it tells. Status and predicates answer, whatever the system says. */
static bool calls_system(const struct method *method)
{
    switch (method->id) {
    case METHOD_listen:
    case METHOD_socket_status:
    case METHOD_socket_wait:
        return false;
    default:
        return (method->flags & (METHOD_INPUT | METHOD_OUTPUT | METHOD_FDS_OUT)) || method->right == RIGHT_OPTIONS ||
               method->right == RIGHT_ADOPT || (method->right != RIGHT_NONE && (method->flags & METHOD_WAITS));
    }
}

bool method_may_fail(const struct method *method, enum error_id error)
{
    switch (error) {
    case ERROR_invalid_params:
    case ERROR_internal:
    case ERROR_limit:
    case ERROR_going_away:
        return true;
    case ERROR_denied:
        return method->right != RIGHT_NONE || method->id == METHOD_policy_check;
    case ERROR_os_error:
        return calls_system(method);
    case ERROR_timeout:
        return method_has_timeout(method) && method->id != METHOD_socket_status && method->id != METHOD_socket_wait;
    case ERROR_cancelled:
        return (method->flags & METHOD_WAITS) != 0;
    case ERROR_no_such_handle:
        return takes_handle(method) && method->id != METHOD_open_stream_p;
    case ERROR_wrong_kind:
        return takes_kind(method);
    case ERROR_not_open:
        return (method->flags & (METHOD_INPUT | METHOD_OUTPUT)) != 0;
    case ERROR_end_of_file:
        return reads_elements(method);
    case ERROR_encoding:
        return moves_text(method);
    case ERROR_resolve:
        return method->right == RIGHT_CONNECT || method->right == RIGHT_LISTEN || method->id == METHOD_policy_check;
    case ERROR_busy:
        return (method->flags & METHOD_FDS_OUT) || method->right == RIGHT_OPTIONS;
    default: /* of the message rather than of the method */
        return false;
    }
}
