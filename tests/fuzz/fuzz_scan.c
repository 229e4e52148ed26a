/* The scanner beside json-c: what ours lets through, the other must take too, and both must see the same values in it. */
#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "scan.h"
#include "utf8.h"

#define VALUES 4096

static struct token tokens[SCAN_TOKENS(VALUES)];
static uint32_t scratch[SCAN_TOKENS(VALUES)];

static char *copy(const void *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1);
    MUST(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    return text;
}

/* The tokens of a value fit each other and the text. The token behind it. */
static uint32_t check_tokens(const struct scan *scan, uint32_t index)
{
    const struct token *token = &scan->tokens[index];
    MUST(index < scan->count);
    MUST(token->start <= token->end && token->end <= scan->size);
    uint32_t next = index + 1;
    for (uint32_t i = 0; i < token->count; i++) {
        if (token->type == TOKEN_OBJECT) {
            MUST(next < scan->count && scan->tokens[next].type == TOKEN_STRING);
            next++;
        }
        next = check_tokens(scan, next);
    }
    MUST(token->type <= TOKEN_ARRAY || token->count == 0);
    MUST(next == token->next);
    return next;
}

static void compare_number(struct scan *scan, uint32_t index, json_object *other)
{
    struct sockd_integer integer;
    struct sockd_text raw = scan_raw(scan, index);
    if (json_object_is_type(other, json_type_double)) {
        char *text = strndup(raw.data, raw.size);
        double ours = strtod(text, NULL), theirs = json_object_get_double(other);
        MUST(memcmp(&ours, &theirs, sizeof ours) == 0 || (isinf(ours) && isinf(theirs)));
        MUST(!scan_integer(scan, index, &integer));
        free(text);
        return;
    }
    MUST(json_object_is_type(other, json_type_int));
    if (!scan_integer(scan, index, &integer))
        return; /* beyond 64 bits, where json-c takes the nearest that it has */
    if (!integer.negative)
        MUST(json_object_get_uint64(other) == integer.magnitude);
    else if (integer.magnitude <= UINT64_C(1) << 63)
        MUST((uint64_t)json_object_get_int64(other) == 0 - integer.magnitude);
}

static void compare_value(struct scan *scan, uint32_t index, json_object *other);

static void compare_object(struct scan *scan, uint32_t index, json_object *other)
{
    uint32_t name = index + 1, count = scan->tokens[index].count;
    MUST(json_object_is_type(other, json_type_object));
    MUST((uint32_t)json_object_object_length(other) == count);
    for (uint32_t i = 0; i < count; i++) {
        struct sockd_text text = scan_text(scan, name);
        char *key = strndup(text.data, text.size);
        json_object *member;
        MUST(strlen(key) == text.size);
        MUST(scan_is(scan, name, key));
        MUST(scan_member(scan, index, key) == name + 1);
        MUST(json_object_object_get_ex(other, key, &member));
        free(key);
        compare_value(scan, name + 1, member);
        name = scan->tokens[name + 1].next;
    }
}

static void compare_array(struct scan *scan, uint32_t index, json_object *other)
{
    uint32_t element = index + 1, count = scan->tokens[index].count;
    MUST(json_object_is_type(other, json_type_array));
    MUST(json_object_array_length(other) == count);
    for (uint32_t i = 0; i < count; i++) {
        compare_value(scan, element, json_object_array_get_idx(other, i));
        element = scan->tokens[element].next;
    }
}

static void compare_value(struct scan *scan, uint32_t index, json_object *other)
{
    struct sockd_text text;
    switch ((enum token_type)scan->tokens[index].type) {
    case TOKEN_OBJECT:
        compare_object(scan, index, other);
        break;
    case TOKEN_ARRAY:
        compare_array(scan, index, other);
        break;
    case TOKEN_STRING:
        text = scan_text(scan, index);
        MUST(json_object_is_type(other, json_type_string));
        MUST((size_t)json_object_get_string_len(other) == text.size);
        MUST(memcmp(json_object_get_string(other), text.data, text.size) == 0);
        break;
    case TOKEN_NUMBER:
        compare_number(scan, index, other);
        break;
    case TOKEN_TRUE:
    case TOKEN_FALSE:
        MUST(json_object_is_type(other, json_type_boolean));
        MUST(json_object_get_boolean(other) == (scan->tokens[index].type == TOKEN_TRUE));
        break;
    case TOKEN_NULL:
        MUST(other == NULL);
        break;
    case TOKEN_BYTES: /* is never scanned */
        MUST(false);
    }
}

/* Whether an escape in the text is one that json-c takes for half a pair: U+1D800 to U+1DFFF and the like of other planes. */
static bool json_c_errs(struct scan *scan)
{
    for (uint32_t i = 0; i < scan->count; i++) {
        if (!scan->tokens[i].escaped)
            continue;
        struct sockd_text text = scan_text(scan, i);
        int32_t ch;
        for (size_t at = 0; at < text.size; at += utf8_write(ch, (char[4]){0})) {
            MUST(utf8_read((const unsigned char *)text.data + at, text.size - at, &ch) > 0);
            if (ch > 0xFFFF && (ch & 0xF800) == 0xD800)
                return true;
        }
    }
    return false;
}

static void compare_texts(struct scan *scan, const uint8_t *data, size_t size)
{
    if (json_c_errs(scan))
        return;
    char *ended = malloc(size + 1); /* json-c sees the end of a number only in what follows it */
    MUST(ended != NULL);
    memcpy(ended, data, size);
    ended[size] = 0;
    json_tokener *tokener = json_tokener_new_ex(64);
    json_object *other = json_tokener_parse_ex(tokener, ended, (int)size + 1);
    MUST(json_tokener_get_error(tokener) == json_tokener_success);
    compare_value(scan, 0, other);
    json_object_put(other);
    json_tokener_free(tokener);
    free(ended);
}

/* Under narrow limits the tokens must be sound whatever comes of it. */
static void check_narrow(const uint8_t *data, size_t size)
{
    struct scan scanner = {.tokens = tokens, .scratch = scratch, .values = 12, .nesting = 3};
    char *text = copy(data, size);
    enum scan_result result = scan(&scanner, text, size);
    MUST(scanner.count <= SCAN_TOKENS(scanner.values));
    MUST((result == SCAN_SYNTAX) == (scanner.reason != NULL));
    if (result != SCAN_SYNTAX)
        MUST(check_tokens(&scanner, 0) == scanner.count);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan scanner = {.tokens = tokens, .scratch = scratch, .values = VALUES, .nesting = 16};
    char *text = copy(data, size);
    enum scan_result result = scan(&scanner, text, size);
    MUST(scanner.position <= size);
    if (result == SCAN_OK) {
        MUST(check_tokens(&scanner, 0) == scanner.count);
        compare_texts(&scanner, data, size);
    }
    free(text);
    check_narrow(data, size);
    return 0;
}
