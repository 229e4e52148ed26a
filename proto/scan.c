/* One pass over the text, with the open objects and arrays on a stack of fixed size instead of recursion, so that no text can
 * reach the end of ours. A member that goes over a limit is passed over by its brackets and quotes alone: the members behind it
 * matter, for one of them may say how many bytes of payload follow the line. */
#include "scan.h"

#include <string.h>

#include "escape.h"
#include "names.h"
#include "utf8.h"

/* An open object or array. */
struct level {
    struct token *token;
    uint64_t marks; /* of its names */
    bool doubtful;  /* two of them may be the same */
};

/* Each step of the scanner begins at a place and gives the place behind what it has read, or NULL: it ends there, at the place
 * that `at` tells, for the reason or the limit that stands here. */
struct scanner {
    const char *text, *end;
    struct token *tokens;
    size_t count;
    size_t values;  /* so far */
    size_t member;  /* values before the top's current member */
    size_t depth;   /* open objects and arrays */
    size_t nesting; /* of them allowed */
    struct scan *scan;
    const char *at;
    const char *reason; /* of a syntax error; NULL: there is none */
    enum scan_result over;
    struct level levels[SCAN_NESTING_MAX + 1];
};

/* What a byte can begin, or is. */
enum class { CLASS_NONE, CLASS_SPACE, CLASS_STRING, CLASS_NUMBER, CLASS_OBJECT, CLASS_ARRAY, CLASS_WORD };

static const uint8_t classes[256] = {
    [' '] = CLASS_SPACE,  ['\t'] = CLASS_SPACE, ['\n'] = CLASS_SPACE, ['\r'] = CLASS_SPACE, ['"'] = CLASS_STRING,
    ['-'] = CLASS_NUMBER, ['0'] = CLASS_NUMBER, ['1'] = CLASS_NUMBER, ['2'] = CLASS_NUMBER, ['3'] = CLASS_NUMBER,
    ['4'] = CLASS_NUMBER, ['5'] = CLASS_NUMBER, ['6'] = CLASS_NUMBER, ['7'] = CLASS_NUMBER, ['8'] = CLASS_NUMBER,
    ['9'] = CLASS_NUMBER, ['{'] = CLASS_OBJECT, ['['] = CLASS_ARRAY,  ['t'] = CLASS_WORD,   ['f'] = CLASS_WORD,
    ['n'] = CLASS_WORD,
};

static const char *stop(struct scanner *s, const char *at)
{
    s->at = at;
    return NULL;
}

static const char *fail(struct scanner *s, const char *at, const char *reason)
{
    s->reason = reason;
    return stop(s, at);
}

/* The byte at a place, or -1 at the end. */
static inline int peek(const struct scanner *s, const char *at)
{
    return at < s->end ? (unsigned char)*at : -1;
}

/* Moves on over white space to the next byte, and gives it, or -1 at the end. */
static inline int next_byte(const struct scanner *s, const char **at)
{
    for (; *at < s->end; ++*at) {
        unsigned char byte = (unsigned char)**at;
        if (byte > ' ' || classes[byte] != CLASS_SPACE)
            return byte;
    }
    return -1;
}

static inline void add_token(struct scanner *s, enum token_type type, const char *start, const char *end, bool escaped)
{
    struct token *token = &s->tokens[s->count++];
    token->start = (uint32_t)(start - s->text);
    token->end = (uint32_t)(end - s->text);
    token->next = (uint32_t)s->count;
    token->count = 0;
    token->type = (uint8_t)type;
    token->escaped = escaped;
}

/* One character that is not plain: an escape, or one beyond ASCII. */
static const char *read_character(struct scanner *s, const char *at, bool name)
{
    int32_t ch;
    size_t left = (size_t)(s->end - at);
    unsigned char byte = (unsigned char)*at;
    if (byte == '\\') {
        size_t size = escape_read(at, left, &ch);
        if (size == 0)
            return fail(s, at, "a malformed escape in a string");
        return name && ch == 0 ? fail(s, at, "a NUL in the name of a member") : at + size;
    }
    if (byte < 0x20)
        return fail(s, at, "a control character in a string");
    int size = utf8_read((const unsigned char *)at, left, &ch);
    return size > 0 ? at + size : fail(s, at, "a string that is not UTF-8");
}

/* A string that is long, or not plain, from where that shows. By itself, so that read_string stays small. */
__attribute__((noinline)) static const char *read_long_string(struct scanner *s, const char *start, const char *at, bool name)
{
    bool escaped = false;
    for (;;) {
        at += escape_plain(at, (size_t)(s->end - at));
        int byte = peek(s, at);
        if (byte == '"')
            break;
        if (byte < 0)
            return fail(s, at, "a string without its end");
        escaped |= byte == '\\';
        at = read_character(s, at, name);
        if (!at)
            return NULL;
    }
    add_token(s, TOKEN_STRING, start, at, escaped);
    return at + 1;
}

static inline const char *read_string(struct scanner *s, const char *at, bool name)
{
    const char *start = ++at;
    at += escape_plain_short(at, (size_t)(s->end - at));
    if (peek(s, at) != '"')
        return read_long_string(s, start, at, name);
    add_token(s, TOKEN_STRING, start, at, false);
    return at + 1;
}

/* One digit at least. */
static const char *read_digits(struct scanner *s, const char *at)
{
    const char *start = at;
    while (at < s->end && *at >= '0' && *at <= '9')
        at++;
    return at > start ? at : fail(s, at, "a malformed number");
}

static const char *read_number(struct scanner *s, const char *at)
{
    const char *start = at;
    at += *at == '-';
    at = peek(s, at) == '0' ? at + 1 : read_digits(s, at);
    if (at && peek(s, at) == '.')
        at = read_digits(s, at + 1);
    if (at && (peek(s, at) | 0x20) == 'e') {
        at++;
        if (peek(s, at) == '+' || peek(s, at) == '-')
            at++;
        at = read_digits(s, at);
    }
    if (at)
        add_token(s, TOKEN_NUMBER, start, at, false);
    return at;
}

static const char *read_word(struct scanner *s, const char *at)
{
    static const struct {
        const char *text;
        size_t size;
        enum token_type type;
    } words[] = {{"true", 4, TOKEN_TRUE}, {"false", 5, TOKEN_FALSE}, {"null", 4, TOKEN_NULL}};
    size_t left = (size_t)(s->end - at);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (left < words[i].size || memcmp(at, words[i].text, words[i].size) != 0)
            continue;
        add_token(s, words[i].type, at, at + words[i].size, false);
        return at + words[i].size;
    }
    return fail(s, at, "a word that is neither true nor false nor null");
}

/* The end of as many open objects and arrays as levels, or of the text. */
static const char *pass_levels(const struct scanner *s, const char *at, size_t levels)
{
    for (; at < s->end && levels > 0; at++) {
        if (*at == '[' || *at == '{')
            levels++;
        else if (*at == ']' || *at == '}')
            levels--;
        else if (*at == '"')
            for (at++; at < s->end && *at != '"'; at++)
                if (*at == '\\' && at + 1 < s->end)
                    at++;
        if (at == s->end)
            break;
    }
    return at;
}

/* At a limit: forgets what is inside the top's current member and goes to its end. The limit may be met outside of any. */
static const char *pass_over(struct scanner *s, const char *at, enum scan_result limit)
{
    s->over = limit;
    if (s->depth < 2)
        return stop(s, at);
    struct token *member = s->levels[1].token;
    at = pass_levels(s, at, s->depth - 1);
    s->depth = 1;
    s->values = s->member;
    s->count = (size_t)(member - s->tokens) + 1;
    member->count = 0;
    member->next = (uint32_t)s->count;
    member->end = (uint32_t)(at - s->text);
    return at;
}

static const char *open_nested(struct scanner *s, const char *at, enum token_type type)
{
    s->levels[s->depth++] = (struct level){.token = &s->tokens[s->count]};
    add_token(s, type, at, at, false);
    return s->depth <= s->nesting ? at + 1 : pass_over(s, at + 1, SCAN_NESTING);
}

static inline const char *read_value(struct scanner *s, const char *at)
{
    int byte = next_byte(s, &at);
    s->values++;
    switch (byte < 0 ? CLASS_NONE : classes[byte]) {
    case CLASS_STRING:
        return read_string(s, at, false);
    case CLASS_NUMBER:
        return read_number(s, at);
    case CLASS_OBJECT:
        return open_nested(s, at, TOKEN_OBJECT);
    case CLASS_ARRAY:
        return open_nested(s, at, TOKEN_ARRAY);
    case CLASS_WORD:
        return read_word(s, at);
    default:
        return fail(s, at, byte < 0 ? "the text ends too soon" : "no value where there must be one");
    }
}

/* The name of a member, and the colon. */
static const char *read_name(struct scanner *s, const char *at, struct level *level)
{
    const struct token *name = &s->tokens[s->count];
    at = read_string(s, at, true);
    if (!at)
        return NULL;
    uint64_t mark = name_mark(s->text, name);
    level->doubtful |= (level->marks & mark) != 0;
    level->marks |= mark;
    return next_byte(s, &at) == ':' ? at + 1 : fail(s, at, "no colon behind the name of a member");
}

static const char *close_nested(struct scanner *s, const char *at)
{
    const struct level *level = &s->levels[--s->depth];
    struct token *token = level->token;
    token->end = (uint32_t)(at + 1 - s->text);
    token->next = (uint32_t)s->count;
    uint32_t duplicate = level->doubtful ? names_duplicate(s->scan, (uint32_t)(token - s->tokens)) : TOKEN_NONE;
    return duplicate == TOKEN_NONE ? at + 1 : fail(s, s->text + s->tokens[duplicate].start, "two members of the same name");
}

/* Inside an object or array, at its start or behind a value: reads its end, or the next member or element. */
static const char *read_next(struct scanner *s, const char *at)
{
    struct level *level = &s->levels[s->depth - 1];
    struct token *top = level->token;
    bool object = top->type == TOKEN_OBJECT;
    int byte = next_byte(s, &at);
    if (byte == (object ? '}' : ']'))
        return close_nested(s, at);
    if (top->count > 0) {
        if (byte != ',')
            return fail(s, at, byte < 0 ? "the text ends too soon" : "no comma where there must be one");
        at++;
        byte = next_byte(s, &at);
    }
    if (s->values == s->scan->values)
        return pass_over(s, at, SCAN_VALUES);
    if (s->depth == 1)
        s->member = s->values + 1;
    if (object)
        at = byte == '"' ? read_name(s, at, level) : fail(s, at, "no name of a member where there must be one");
    if (!at)
        return NULL;
    top->count++;
    return read_value(s, at);
}

/* Where the scanner stopped early, whatever is open ends. */
static void close_all(struct scanner *s)
{
    for (size_t i = 0; i < s->depth; i++) {
        struct token *token = s->levels[i].token;
        token->end = (uint32_t)(s->at - s->text);
        token->next = (uint32_t)s->count;
    }
}

static const char *read_text(struct scanner *s, const char *at)
{
    if (s->scan->values == 0) {
        s->over = SCAN_VALUES;
        return stop(s, at);
    }
    at = read_value(s, at);
    while (at && s->depth > 0)
        at = s->over != SCAN_OK && at == s->end ? stop(s, at) : read_next(s, at);
    if (!at)
        return NULL;
    return next_byte(s, &at) < 0 ? at : fail(s, at, "bytes behind the value");
}

enum scan_result scan(struct scan *scan, char *text, size_t size)
{
    struct scanner s;
    s.text = text;
    s.end = text + size;
    s.tokens = scan->tokens;
    s.count = s.values = s.member = s.depth = 0;
    s.nesting = scan->nesting < SCAN_NESTING_MAX ? scan->nesting : SCAN_NESTING_MAX;
    s.scan = scan;
    s.reason = NULL;
    s.over = SCAN_OK;
    scan->text = text;
    scan->size = size;
    const char *at = read_text(&s, text);
    if (!at)
        close_all(&s);
    scan->count = s.count;
    scan->position = (size_t)((at ? at : s.at) - text);
    scan->reason = s.reason;
    return s.reason ? SCAN_SYNTAX : s.over;
}

struct sockd_text scan_text(struct scan *scan, uint32_t token)
{
    struct token *string = &scan->tokens[token];
    char *data = scan->text + string->start;
    if (string->escaped) {
        string->end = string->start + (uint32_t)escape_undo(data, string->end - string->start);
        string->escaped = false;
    }
    return (struct sockd_text){data, string->end - string->start};
}

struct sockd_text scan_raw(const struct scan *scan, uint32_t token)
{
    const struct token *value = &scan->tokens[token];
    size_t quote = value->type == TOKEN_STRING;
    return (struct sockd_text){scan->text + value->start - quote, value->end - value->start + 2 * quote};
}

uint32_t scan_member(const struct scan *scan, uint32_t object, const char *name)
{
    uint32_t token = object + 1;
    for (size_t i = 0; i < scan->tokens[object].count; i++) {
        if (scan_is(scan, token, name))
            return token + 1;
        token = scan->tokens[token + 1].next;
    }
    return TOKEN_NONE;
}

bool scan_integer(const struct scan *scan, uint32_t token, struct sockd_integer *out)
{
    const struct token *number = &scan->tokens[token];
    const char *at = scan->text + number->start, *end = scan->text + number->end;
    if (number->type != TOKEN_NUMBER)
        return false;
    bool negative = *at == '-';
    uint64_t value = 0;
    for (at += negative; at < end; at++) {
        if (*at < '0' || *at > '9')
            return false;
        uint64_t digit = (uint64_t)(*at - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = (struct sockd_integer){value, negative && value > 0, true};
    return true;
}
