/* Whatever can be told of a wrong message is told: a request is read to its end even after its first fault, since its id, which
 * the error goes by, may stand behind that. */
#include "rpc.h"

#include <string.h>

#include "decimal.h"
#include "escape.h"
#include "utf8.h"

static const struct sockd_text null_id = {"null", 4};

/* ---- members of the envelope ---- */

enum member { MEMBER_JSONRPC, MEMBER_ID, MEMBER_METHOD, MEMBER_PARAMS, MEMBER_PAYLOAD, MEMBER_FDS, MEMBER_COUNT };

static enum member member_find(const struct scan *scan, uint32_t name)
{
    if (scan_is(scan, name, "jsonrpc"))
        return MEMBER_JSONRPC;
    if (scan_is(scan, name, "id"))
        return MEMBER_ID;
    if (scan_is(scan, name, "method"))
        return MEMBER_METHOD;
    if (scan_is(scan, name, "params"))
        return MEMBER_PARAMS;
    if (scan_is(scan, name, "payload"))
        return MEMBER_PAYLOAD;
    return scan_is(scan, name, "fds") ? MEMBER_FDS : MEMBER_COUNT;
}

static bool is_type(const struct scan *scan, uint32_t token, enum token_type type)
{
    return scan->tokens[token].type == type;
}

/* The text of an id; null data if it is no string, number or null. */
static struct sockd_text id_read(const struct scan *scan, uint32_t token)
{
    if (!is_type(scan, token, TOKEN_STRING) && !is_type(scan, token, TOKEN_NUMBER) && !is_type(scan, token, TOKEN_NULL))
        return (struct sockd_text){NULL, 0};
    return scan_raw(scan, token);
}

static bool is_digits(struct sockd_text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

/* A whole number from 0, cut to what fits: it is over any limit then. False, and 0, if it is none. */
static bool size_read(const struct scan *scan, uint32_t token, int64_t *out)
{
    struct sockd_integer integer;
    *out = 0;
    if (!scan_integer(scan, token, &integer)) {
        bool large = is_type(scan, token, TOKEN_NUMBER) && is_digits(scan_raw(scan, token));
        *out = large ? INT64_MAX : 0;
        return large;
    }
    if (integer.negative)
        return false;
    *out = integer.magnitude <= INT64_MAX ? (int64_t)integer.magnitude : INT64_MAX;
    return true;
}

/* ---- messages ---- */

/* What a top object says of itself, whether it is a good request or not. */
static void message_read(const struct scan *scan, struct rpc_message *message, struct rpc_request *request)
{
    uint32_t name = 1;
    for (uint32_t i = 0; i < scan->tokens[0].count; i++, name = scan->tokens[name + 1].next) {
        enum member member = member_find(scan, name);
        if (member == MEMBER_ID)
            request->id = id_read(scan, name + 1);
        else if (member == MEMBER_PAYLOAD)
            size_read(scan, name + 1, &message->payload);
        else if (member == MEMBER_FDS)
            size_read(scan, name + 1, &message->fds);
    }
    if (request->id.data == NULL)
        request->id = null_id;
}

static enum error_id message_fail(struct rpc_request *request, enum error_id error, const char *reason)
{
    request->error = error;
    request->reason = reason;
    return error;
}

static enum error_id message_limit(struct rpc_request *request, const char *name, const char **limit)
{
    *limit = name;
    return message_fail(request, ERROR_limit, NULL);
}

/* ---- requests ---- */

/* Notes a fault, the first of which counts. */
static void request_fail(struct rpc_request *request, const char *reason)
{
    if (request->error == ERROR_none) {
        request->error = ERROR_invalid_request;
        request->reason = reason;
    }
}

/* A member's value into the request, or in method where it is the method's token. */
static void request_member(const struct scan *scan, enum member member, uint32_t value, bool batch, struct rpc_request *request,
                           uint32_t *method)
{
    switch (member) {
    case MEMBER_JSONRPC:
        if (!is_type(scan, value, TOKEN_STRING) || !scan_is(scan, value, "2.0"))
            request_fail(request, "jsonrpc must be \"2.0\"");
        break;
    case MEMBER_ID:
        request->id = id_read(scan, value);
        if (request->id.data == NULL)
            request_fail(request, "id must be a string, a number or null");
        break;
    case MEMBER_METHOD:
        *method = value;
        if (!is_type(scan, value, TOKEN_STRING))
            request_fail(request, "method must be a string");
        break;
    case MEMBER_PARAMS:
        request->params = value;
        if (!is_type(scan, value, TOKEN_OBJECT) && !is_type(scan, value, TOKEN_ARRAY))
            request_fail(request, "params must be an object or an array");
        break;
    case MEMBER_PAYLOAD:
        if (batch || !size_read(scan, value, &request->payload))
            request_fail(request, batch ? "payload cannot be in a batch" : "payload must be an integer from 0");
        break;
    case MEMBER_FDS:
        if (batch || !size_read(scan, value, &request->fds))
            request_fail(request, batch ? "fds cannot be in a batch" : "fds must be an integer from 0");
        break;
    case MEMBER_COUNT:
        request_fail(request, "a member other than jsonrpc, id, method, params, payload and fds");
        break;
    }
}

/* The method that a string names. The text stays as it is, so that a message which waits for its payload can be read again. */
static const struct method *method_of(const struct scan *scan, uint32_t token)
{
    const struct token *name = &scan->tokens[token];
    if (!name->escaped)
        return method_find(scan->text + name->start, name->end - name->start);
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (scan_is(scan, token, methods[i].name))
            return &methods[i];
    return NULL;
}

static void request_read(const struct scan *scan, uint32_t token, bool batch, struct rpc_request *request)
{
    if (!is_type(scan, token, TOKEN_OBJECT)) {
        request_fail(request, "a request must be an object");
        return;
    }
    uint32_t name = token + 1, method = TOKEN_NONE;
    bool version = false;
    for (uint32_t i = 0; i < scan->tokens[token].count; i++, name = scan->tokens[name + 1].next) {
        enum member member = member_find(scan, name);
        version |= member == MEMBER_JSONRPC;
        request_member(scan, member, name + 1, batch, request, &method);
    }
    if (!version)
        request_fail(request, "jsonrpc is missing");
    if (method == TOKEN_NONE)
        request_fail(request, "method is missing");
    if (request->error != ERROR_none)
        return;
    request->method = method_of(scan, method);
    if (request->method == NULL) {
        request->error = ERROR_no_such_method;
        request->reason = errors[ERROR_no_such_method].doc;
    }
}

/* A message that is one request is read at once, rpc_next only hands it out. */
static enum error_id lone_read(const struct scan *scan, struct rpc_message *message)
{
    message->lone = (struct rpc_request){.params = TOKEN_NONE};
    request_read(scan, 0, false, &message->lone);
    message->payload = message->lone.payload;
    message->fds = message->lone.fds;
    return ERROR_none;
}

enum error_id rpc_open(struct scan *scan, enum scan_result result, size_t batch_limit, struct rpc_message *message,
                       struct rpc_request *request, const char **limit)
{
    message->batch = false;
    message->count = 1;
    message->payload = message->fds = 0;
    message->token = 0;
    *request = (struct rpc_request){.id = null_id, .params = TOKEN_NONE};
    *limit = NULL;
    if (result == SCAN_SYNTAX)
        return message_fail(request, ERROR_parse, scan->reason);
    if (result == SCAN_OK && is_type(scan, 0, TOKEN_OBJECT))
        return lone_read(scan, message);
    if (scan->count > 0 && is_type(scan, 0, TOKEN_OBJECT))
        message_read(scan, message, request);
    if (result != SCAN_OK)
        return message_limit(request, result == SCAN_NESTING ? "nesting" : "values", limit);
    if (!is_type(scan, 0, TOKEN_ARRAY))
        return message_fail(request, ERROR_invalid_request, "a message must be an object or an array");
    message->batch = true;
    message->count = scan->tokens[0].count;
    message->token = 1;
    if (message->count == 0)
        return message_fail(request, ERROR_invalid_request, "a batch must have one request at least");
    return message->count > batch_limit ? message_limit(request, "batch", limit) : ERROR_none;
}

bool rpc_next(struct scan *scan, struct rpc_message *message, struct rpc_request *request)
{
    if (message->count == 0)
        return false;
    uint32_t token = message->token;
    message->count--;
    message->token = scan->tokens[token].next;
    if (message->batch) {
        *request = (struct rpc_request){.params = TOKEN_NONE};
        request_read(scan, token, true, request);
    } else {
        *request = message->lone;
    }
    if (request->error == ERROR_invalid_request && request->id.data == NULL)
        request->id = null_id;
    return true;
}

/* ---- ids ---- */

bool rpc_id_equal(struct sockd_text a, struct sockd_text b)
{
    if (a.size == b.size && memcmp(a.data, b.data, a.size) == 0)
        return true;
    bool string = a.data[0] == '"';
    if (string != (b.data[0] == '"') || a.data[0] == 'n' || b.data[0] == 'n')
        return false;
    if (string)
        return escape_compare(a.data + 1, a.size - 2, b.data + 1, b.size - 2) == 0;
    struct decimal left = decimal_read(a.data, a.size), right = decimal_read(b.data, b.size);
    return decimal_equal(&left, &right);
}

static uint32_t hash_byte(uint32_t hash, unsigned char byte)
{
    return (hash ^ byte) * 16777619u;
}

/* Escapes count as the characters that they stand for. */
static uint32_t hash_string(uint32_t hash, const char *data, size_t size)
{
    char bytes[4];
    for (size_t at = 0; at < size;) {
        int32_t ch;
        size_t n = data[at] == '\\' ? escape_read(data + at, size - at, &ch) : 0;
        if (n == 0) {
            hash = hash_byte(hash, (unsigned char)data[at++]);
            continue;
        }
        at += n;
        n = utf8_write(ch, bytes);
        for (size_t i = 0; i < n; i++)
            hash = hash_byte(hash, (unsigned char)bytes[i]);
    }
    return hash;
}

/* Of a number the digits alone, without the zeros around them: numbers that are the same have them in common. */
static uint32_t hash_number(uint32_t hash, const struct decimal *number)
{
    for (size_t i = 0; i < number->size; i++)
        if (number->digits[i] != '.')
            hash = hash_byte(hash, (unsigned char)number->digits[i]);
    return hash;
}

uint32_t rpc_id_hash(struct sockd_text id)
{
    uint32_t hash = hash_byte(2166136261u, id.data[0] == '"' || id.data[0] == 'n' ? (unsigned char)id.data[0] : '0');
    if (id.data[0] == '"')
        return hash_string(hash, id.data + 1, id.size - 2);
    if (id.data[0] == 'n')
        return hash;
    struct decimal number = decimal_read(id.data, id.size);
    return hash_number(hash, &number);
}

/* ---- replies ---- */

static bool reply_error(struct scan *scan, struct rpc_reply *reply)
{
    if (!is_type(scan, reply->error, TOKEN_OBJECT))
        return false;
    uint32_t code = scan_member(scan, reply->error, "code"), message = scan_member(scan, reply->error, "message");
    struct sockd_integer integer;
    if (code == TOKEN_NONE || !scan_integer(scan, code, &integer) || integer.magnitude > INT64_MAX)
        return false;
    if (message == TOKEN_NONE || !is_type(scan, message, TOKEN_STRING))
        return false;
    reply->code = integer.negative ? -(int64_t)integer.magnitude : (int64_t)integer.magnitude;
    reply->message = scan_text(scan, message);
    reply->data = scan_member(scan, reply->error, "data");
    return true;
}

bool rpc_read_reply(struct scan *scan, uint32_t token, struct rpc_reply *reply)
{
    *reply = (struct rpc_reply){.result = TOKEN_NONE, .error = TOKEN_NONE, .data = TOKEN_NONE};
    if (!is_type(scan, token, TOKEN_OBJECT))
        return false;
    uint32_t version = scan_member(scan, token, "jsonrpc"), id = scan_member(scan, token, "id");
    uint32_t payload = scan_member(scan, token, "payload"), fds = scan_member(scan, token, "fds");
    if (version == TOKEN_NONE || !is_type(scan, version, TOKEN_STRING) || !scan_is(scan, version, "2.0") || id == TOKEN_NONE)
        return false;
    reply->id = id_read(scan, id);
    if (reply->id.data == NULL)
        return false;
    if (payload != TOKEN_NONE && !size_read(scan, payload, &reply->payload))
        return false;
    if (fds != TOKEN_NONE && !size_read(scan, fds, &reply->fds))
        return false;
    reply->result = scan_member(scan, token, "result");
    reply->error = scan_member(scan, token, "error");
    if ((reply->result == TOKEN_NONE) == (reply->error == TOKEN_NONE))
        return false;
    return reply->error == TOKEN_NONE || reply_error(scan, reply);
}

/* ---- printing ---- */

#define PRINT_WORDS(print, words) print_raw(print, words, sizeof(words) - 1)

static void print_head(struct print *print, struct sockd_text id)
{
    if (id.data == NULL) {
        PRINT_WORDS(print, "{\"jsonrpc\":\"2.0\"");
        return;
    }
    PRINT_WORDS(print, "{\"jsonrpc\":\"2.0\",\"id\":");
    print_raw(print, id.data, id.size);
}

/* What rides along stands before the bulk of a message, where it is still told if that goes over a limit. */
static void print_riders(struct print *print, int64_t payload, int64_t fds)
{
    if (payload > 0) {
        PRINT_WORDS(print, ",\"payload\":");
        print_integer(print, payload);
    }
    if (fds > 0) {
        PRINT_WORDS(print, ",\"fds\":");
        print_integer(print, fds);
    }
}

void rpc_print_result(struct print *print, struct sockd_text id, const struct record *record, const void *value,
                      int64_t payload, int64_t fds)
{
    print_head(print, id);
    print_riders(print, payload, fds);
    PRINT_WORDS(print, ",\"result\":");
    print_record(print, record, value, 0);
    PRINT_WORDS(print, "}");
}

void rpc_print_error(struct print *print, struct sockd_text id, enum error_id error, struct sockd_text message,
                     const struct fault *fault)
{
    const struct error_kind *row = &errors[error];
    struct fault data;
    if (fault != NULL)
        data = *fault;
    else
        record_clear(&record_fault, &data);
    data.kind = (struct sockd_text){row->kind, strlen(row->kind)};
    if (message.data == NULL)
        message = (struct sockd_text){row->doc, strlen(row->doc)};

    print_head(print, id.data ? id : null_id);
    PRINT_WORDS(print, ",\"error\":{\"code\":");
    print_integer(print, row->code);
    PRINT_WORDS(print, ",\"message\":");
    print_text(print, message);
    PRINT_WORDS(print, ",\"data\":");
    print_record(print, &record_fault, &data, 0);
    PRINT_WORDS(print, "}}");
}

void rpc_print_notification(struct print *print, const struct notification *notification, const void *params)
{
    print_head(print, (struct sockd_text){NULL, 0});
    PRINT_WORDS(print, ",\"method\":\"");
    print_literal(print, notification->name);
    PRINT_WORDS(print, "\",\"params\":");
    print_record(print, notification->params, params, 0);
    PRINT_WORDS(print, "}");
}

void rpc_print_request(struct print *print, struct sockd_text id, const struct method *method, const void *params,
                       int64_t payload, int64_t fds)
{
    print_head(print, id);
    PRINT_WORDS(print, ",\"method\":\"");
    print_literal(print, method->name);
    PRINT_WORDS(print, "\"");
    print_riders(print, payload, fds);
    if (params != NULL) {
        PRINT_WORDS(print, ",\"params\":");
        print_record(print, method->params, params, 0);
    }
    PRINT_WORDS(print, "}");
}
