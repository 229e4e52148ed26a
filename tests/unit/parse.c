#include "parse.h"

#include <string.h>

#include "fence.h"

#define VALUES 300000

static struct token tokens[SCAN_TOKENS(VALUES)];
static uint32_t scratch[SCAN_TOKENS(VALUES)];
static struct scan scanner = {.tokens = tokens, .scratch = scratch};

struct scan *parse_within(const char *text, size_t size, size_t values, size_t nesting, enum scan_result *result)
{
    scanner.values = values;
    scanner.nesting = nesting;
    *result = scan(&scanner, fence_copy(0, text, size), size);
    return &scanner;
}

struct scan *parse(const char *text, size_t size, enum scan_result *result)
{
    return parse_within(text, size, VALUES, 16, result);
}

struct scan *parse_good(const char *text)
{
    enum scan_result result;
    struct scan *parsed = parse(text, strlen(text), &result);
    ck_assert_msg(result == SCAN_OK, "%s: %s at %zu", text, parsed->reason, parsed->position);
    return parsed;
}

static char shape[100000];
static size_t shape_size;

static void shape_add(const char *data, size_t size)
{
    ck_assert_uint_lt(shape_size + size, sizeof shape);
    memcpy(shape + shape_size, data, size);
    shape_size += size;
    shape[shape_size] = 0;
}

static void shape_string(const struct scan *scan, uint32_t index, const char *quote)
{
    const struct token *token = &scan->tokens[index];
    if (token->escaped)
        shape_add("ESCAPED", 7);
    shape_add(quote, strlen(quote));
    shape_add(scan->text + token->start, token->end - token->start);
    shape_add(quote, strlen(quote));
}

static void shape_value(const struct scan *scan, uint32_t index)
{
    const struct token *token = &scan->tokens[index];
    ck_assert_uint_lt(index, scan->count);
    ck_assert_uint_le(token->start, token->end);
    ck_assert_uint_le(token->end, scan->size);
    bool object = token->type == TOKEN_OBJECT;
    if (!object && token->type != TOKEN_ARRAY) {
        ck_assert_uint_eq(token->next, index + 1);
        if (token->type == TOKEN_STRING)
            shape_string(scan, index, "'");
        else
            shape_add(scan->text + token->start, token->end - token->start);
        return;
    }
    uint32_t child = index + 1;
    shape_add(object ? "{" : "[", 1);
    for (uint32_t i = 0; i < token->count; i++) {
        if (i > 0)
            shape_add(",", 1);
        if (object) {
            ck_assert_int_eq(scan->tokens[child].type, TOKEN_STRING);
            shape_string(scan, child++, "");
            shape_add(":", 1);
        }
        shape_value(scan, child);
        child = scan->tokens[child].next;
    }
    ck_assert_uint_eq(child, token->next);
    shape_add(object ? "}" : "]", 1);
}

const char *parse_shape(const struct scan *scan)
{
    shape_size = 0;
    shape_value(scan, 0);
    ck_assert_uint_eq(scan->tokens[0].next, scan->count);
    return shape;
}

struct arena *parse_arena(void)
{
    static _Alignas(16) char memory[4 << 20];
    static struct arena arena = {memory, sizeof memory, 0};
    arena_reset(&arena);
    return &arena;
}

const char *parse_printed(const struct record *record, const void *value)
{
    static char memory[200000];
    struct print print = {memory, sizeof memory - 1, 0};
    print_record(&print, record, value, 0);
    ck_assert(print_fits(&print));
    memory[print.used] = 0;
    return memory;
}
