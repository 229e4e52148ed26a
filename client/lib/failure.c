/* Two sources of one struct: what the library finds out itself, and the error objects that the daemon sends. The latter are
 * copied before they are decoded, because decoding unescapes in place and a caller of sockd_call_json wants them as they came.
 */
#include "failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "utf8.h"

/* ---- the scanner's memory ---- */

enum { FIRST_VALUES = 256, KEPT_VALUES = 64 * 1024 };

static bool scan_grow(struct scan *scan, size_t values)
{
    struct token *tokens = malloc(SCAN_TOKENS(values) * sizeof *tokens);
    uint32_t *scratch = malloc(SCAN_TOKENS(values) * sizeof *scratch);
    if (!tokens || !scratch) {
        free(tokens);
        free(scratch);
        return false;
    }
    free(scan->tokens);
    free(scan->scratch);
    scan->tokens = tokens;
    scan->scratch = scratch;
    scan->values = values;
    return true;
}

enum scan_result scan_all(struct scan *scan_state, char *text, size_t size)
{
    if (scan_state->values > KEPT_VALUES && size < KEPT_VALUES)
        scan_deinit(scan_state);
    if (scan_state->values == 0 && !scan_grow(scan_state, FIRST_VALUES))
        return SCAN_VALUES;
    scan_state->nesting = SCAN_NESTING_MAX;
    for (;;) {
        enum scan_result result = scan(scan_state, text, size);
        if (result != SCAN_VALUES)
            return result;
        if (!scan_grow(scan_state, scan_state->values * 4))
            return SCAN_VALUES;
    }
}

void scan_deinit(struct scan *scan)
{
    free(scan->tokens);
    free(scan->scratch);
    *scan = (struct scan){0};
}

/* ---- the library's own ---- */

static void copy_text(char *out, size_t size, const char *text, size_t length)
{
    if (length >= size)
        length = size - 1;
    memcpy(out, text, length);
    out[utf8_valid(out, length)] = '\0';
}

static const char *own_kind(int code)
{
    static const char *const kinds[] = {
        [SOCKD_ERROR_SYSTEM] = "system", [SOCKD_ERROR_MEMORY] = "memory",       [SOCKD_ERROR_ARGUMENT] = "argument",
        [SOCKD_ERROR_CLOSED] = "closed", [SOCKD_ERROR_MALFORMED] = "malformed", [SOCKD_ERROR_TOO_LARGE] = "too-large",
    };
    return code > 0 && code < (int)(sizeof kinds / sizeof *kinds) ? kinds[code] : "";
}

static void failure_begin(struct failure *failure, int code, const char *kind)
{
    copy_text(failure->kind, sizeof failure->kind, kind, strlen(kind));
    failure->error = (struct sockd_error){.code = code, .kind = failure->kind, .message = failure->message};
    record_clear(&record_fault, &failure->error.data);
    failure->error.data.kind = sockd_string(failure->kind);
}

int failure_set(struct failure *failure, int code, const char *format, ...)
{
    char message[sizeof failure->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    failure_begin(failure, code, own_kind(code));
    copy_text(failure->message, sizeof failure->message, message, strlen(message));
    return -code;
}

int failure_system(struct failure *failure, int number, const char *operation, const char *address, const char *format, ...)
{
    char message[sizeof failure->message / 2], reason[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (number == ENOMEM)
        return failure_set(failure, SOCKD_ERROR_MEMORY, "%s: no memory", message);
    failure_begin(failure, SOCKD_ERROR_SYSTEM, own_kind(SOCKD_ERROR_SYSTEM));
    snprintf(failure->message, sizeof failure->message, "%s: %s", message, strerror_r(number, reason, sizeof reason));
    struct sockd_fault *data = &failure->error.data;
    data->number = number;
    data->name = sockd_string(strerrorname_np(number));
    data->operation = sockd_string(operation);
    if (address) {
        copy_text(failure->detail, sizeof failure->detail, address, strlen(address));
        data->address = sockd_string(failure->detail);
    }
    return -SOCKD_ERROR_SYSTEM;
}

/* ---- the daemon's ---- */

/* Decodes the data of an error, with as much memory as it takes. */
static bool read_fault(struct failure *failure, struct scan *scan, uint32_t data)
{
    struct record_fault fault;
    for (size_t room = 1024;; room *= 2) {
        buffer_shrink(&failure->memory);
        if (!buffer_reserve(&failure->memory, room))
            return false;
        struct arena arena = {failure->memory.data, failure->memory.size, 0};
        enum record_result result = record_decode(&record_fault, scan, data, false, &arena, &failure->error.data, &fault);
        if (result != RECORD_NO_ROOM)
            return result == RECORD_OK;
    }
}

static void copy_member(char *out, size_t size, struct scan *scan, uint32_t token)
{
    out[0] = '\0';
    if (token == TOKEN_NONE || scan->tokens[token].type != TOKEN_STRING)
        return;
    struct sockd_text text = scan_text(scan, token);
    copy_text(out, size, text.data, text.size);
}

static int known_code(struct scan *scan, uint32_t token)
{
    struct sockd_integer code;
    if (token == TOKEN_NONE || !scan_integer(scan, token, &code) || !code.negative || code.magnitude > INT32_MAX)
        return SOCKD_ERROR_INTERNAL;
    return (int)code.magnitude;
}

int failure_read(struct failure *failure, struct scan *scan, struct sockd_text json)
{
    buffer_shrink(&failure->text);
    if (!buffer_append(&failure->text, json.data, json.size))
        return failure_set(failure, SOCKD_ERROR_MEMORY, "no memory for an error of the daemon");
    if (scan_all(scan, failure->text.data, json.size) != SCAN_OK || scan->tokens[0].type != TOKEN_OBJECT)
        return failure_set(failure, SOCKD_ERROR_MALFORMED, "the daemon's error is no object");
    int code = known_code(scan, scan_member(scan, 0, "code"));
    uint32_t data = scan_member(scan, 0, "data");
    failure_begin(failure, code, "");
    copy_member(failure->message, sizeof failure->message, scan, scan_member(scan, 0, "message"));
    if (data == TOKEN_NONE || scan->tokens[data].type != TOKEN_OBJECT || !read_fault(failure, scan, data)) {
        record_clear(&record_fault, &failure->error.data);
        failure->error.data.kind = sockd_string(failure->kind);
    }
    struct sockd_text kind = failure->error.data.kind;
    if (kind.data)
        copy_text(failure->kind, sizeof failure->kind, kind.data, kind.size);
    return -code;
}

void failure_deinit(struct failure *failure)
{
    buffer_deinit(&failure->text);
    buffer_deinit(&failure->memory);
}
