/* One pass over the text, with the open objects and arrays on a stack of fixed size instead of recursion, so that no text can
 * reach the end of ours. A member that goes over a limit is passed over by its brackets and quotes alone: the members behind it
 * matter, for one of them may say how many bytes of payload follow the line. */
#include "scan.h"

#include <string.h>

#include "escape.h"
#include "names.h"
#include "utf8.h"

struct scanner {
    const char *text, *at, *end;
    struct token *tokens;
    size_t count;
    size_t values;  /* so far */
    size_t member;  /* values before the top's current member */
    size_t depth;   /* open objects and arrays */
    size_t nesting; /* of them allowed */
    struct scan *scan;
    const char *reason; /* of a syntax error; NULL: there is none */
    enum scan_result over;
    uint32_t open[SCAN_NESTING_MAX + 1];
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

static bool fail(struct scanner *s, const char *reason)
{
    s->reason = reason;
    return false;
}

/* The next byte, or -1 at the end. */
static int peek(const struct scanner *s)
{
    return s->at < s->end ? (unsigned char)*s->at : -1;
}

static void pass_space(struct scanner *s)
{
    while (s->at < s->end && classes[(unsigned char)*s->at] == CLASS_SPACE)
        s->at++;
}

static void add_token(struct scanner *s, enum token_type type, const char *start, const char *end, bool escaped)
{
    s->tokens[s->count] = (struct token){
        .start = (uint32_t)(start - s->text),
        .end = (uint32_t)(end - s->text),
        .next = (uint32_t)s->count + 1,
        .type = (uint8_t)type,
        .escaped = escaped,
    };
    s->count++;
}

/* One character that is not plain: an escape, or one beyond ASCII. */
static bool read_character(struct scanner *s, bool name)
{
    int32_t ch;
    size_t left = (size_t)(s->end - s->at);
    unsigned char byte = (unsigned char)*s->at;
    if (byte == '\\') {
        size_t size = escape_read(s->at, left, &ch);
        if (size == 0)
            return fail(s, "a malformed escape in a string");
        if (name && ch == 0)
            return fail(s, "a NUL in the name of a member");
        s->at += size;
        return true;
    }
    if (byte < 0x20)
        return fail(s, "a control character in a string");
    int size = utf8_read((const unsigned char *)s->at, left, &ch);
    if (size <= 0)
        return fail(s, "a string that is not UTF-8");
    s->at += size;
    return true;
}

static bool read_string(struct scanner *s, bool name)
{
    const char *start = ++s->at;
    bool escaped = false;
    for (;;) {
        s->at += escape_plain(s->at, (size_t)(s->end - s->at));
        int byte = peek(s);
        if (byte < 0)
            return fail(s, "a string without its end");
        if (byte == '"')
            break;
        escaped |= byte == '\\';
        if (!read_character(s, name))
            return false;
    }
    add_token(s, TOKEN_STRING, start, s->at++, escaped);
    return true;
}

/* One digit at least. */
static bool read_digits(struct scanner *s)
{
    const char *start = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > start || fail(s, "a malformed number");
}

static bool read_number(struct scanner *s)
{
    const char *start = s->at;
    if (*s->at == '-')
        s->at++;
    if (peek(s) == '0')
        s->at++;
    else if (!read_digits(s))
        return false;
    if (peek(s) == '.') {
        s->at++;
        if (!read_digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!read_digits(s))
            return false;
    }
    add_token(s, TOKEN_NUMBER, start, s->at, false);
    return true;
}

static bool read_word(struct scanner *s)
{
    static const struct {
        const char *text;
        size_t size;
        enum token_type type;
    } words[] = {{"true", 4, TOKEN_TRUE}, {"false", 5, TOKEN_FALSE}, {"null", 4, TOKEN_NULL}};
    size_t left = (size_t)(s->end - s->at);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (left < words[i].size || memcmp(s->at, words[i].text, words[i].size) != 0)
            continue;
        add_token(s, words[i].type, s->at, s->at + words[i].size, false);
        s->at += words[i].size;
        return true;
    }
    return fail(s, "a word that is neither true nor false nor null");
}

/* Moves behind the end of as many open objects and arrays as levels, or to the end of the text. */
static void pass_levels(struct scanner *s, size_t levels)
{
    for (; s->at < s->end && levels > 0; s->at++) {
        if (*s->at == '[' || *s->at == '{')
            levels++;
        else if (*s->at == ']' || *s->at == '}')
            levels--;
        else if (*s->at == '"')
            for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
                if (*s->at == '\\' && s->at + 1 < s->end)
                    s->at++;
        if (s->at == s->end)
            return;
    }
}

/* At a limit: forgets what is inside the top's current member and goes to its end. False: the limit is met outside of any. */
static bool pass_over(struct scanner *s, enum scan_result limit)
{
    s->over = limit;
    if (s->depth < 2)
        return false;
    uint32_t member = s->open[1];
    pass_levels(s, s->depth - 1);
    s->depth = 1;
    s->values = s->member;
    s->count = member + 1;
    s->tokens[member].count = 0;
    s->tokens[member].next = member + 1;
    s->tokens[member].end = (uint32_t)(s->at - s->text);
    return true;
}

static bool open_nested(struct scanner *s, enum token_type type)
{
    s->open[s->depth++] = (uint32_t)s->count;
    add_token(s, type, s->at, s->at, false);
    s->at++;
    return s->depth <= s->nesting || pass_over(s, SCAN_NESTING);
}

static bool read_value(struct scanner *s)
{
    s->values++;
    switch (s->at < s->end ? classes[(unsigned char)*s->at] : CLASS_NONE) {
    case CLASS_STRING:
        return read_string(s, false);
    case CLASS_NUMBER:
        return read_number(s);
    case CLASS_OBJECT:
        return open_nested(s, TOKEN_OBJECT);
    case CLASS_ARRAY:
        return open_nested(s, TOKEN_ARRAY);
    case CLASS_WORD:
        return read_word(s);
    default:
        return fail(s, s->at < s->end ? "no value where there must be one" : "the text ends too soon");
    }
}

static bool read_name(struct scanner *s)
{
    if (peek(s) != '"')
        return fail(s, "no name of a member where there must be one");
    if (!read_string(s, true))
        return false;
    pass_space(s);
    if (peek(s) != ':')
        return fail(s, "no colon behind the name of a member");
    s->at++;
    pass_space(s);
    return true;
}

static bool close_nested(struct scanner *s)
{
    uint32_t index = s->open[--s->depth];
    struct token *token = &s->tokens[index];
    s->at++;
    token->end = (uint32_t)(s->at - s->text);
    token->next = (uint32_t)s->count;
    if (token->type != TOKEN_OBJECT || token->count < 2)
        return true;
    uint32_t duplicate = names_duplicate(s->scan, index);
    if (duplicate == TOKEN_NONE)
        return true;
    s->at = s->text + s->tokens[duplicate].start;
    return fail(s, "two members of the same name");
}

/* Inside an object or array, at its start or behind a value: reads its end, or the next member or element. */
static bool read_next(struct scanner *s)
{
    struct token *top = &s->tokens[s->open[s->depth - 1]];
    pass_space(s);
    if (peek(s) == (top->type == TOKEN_OBJECT ? '}' : ']'))
        return close_nested(s);
    if (top->count > 0) {
        if (peek(s) != ',')
            return fail(s, s->at < s->end ? "no comma where there must be one" : "the text ends too soon");
        s->at++;
        pass_space(s);
    }
    if (s->values == s->scan->values)
        return pass_over(s, SCAN_VALUES);
    if (s->depth == 1)
        s->member = s->values + 1;
    if (top->type == TOKEN_OBJECT && !read_name(s))
        return false;
    top->count++;
    return read_value(s);
}

/* Where the scanner stopped early, whatever is open ends. */
static void close_all(struct scanner *s)
{
    for (size_t i = 0; i < s->depth; i++) {
        s->tokens[s->open[i]].end = (uint32_t)(s->at - s->text);
        s->tokens[s->open[i]].next = (uint32_t)s->count;
    }
}

static bool read_text(struct scanner *s)
{
    pass_space(s);
    if (s->scan->values == 0) {
        s->over = SCAN_VALUES;
        return false;
    }
    if (!read_value(s))
        return false;
    while (s->depth > 0) {
        if (s->over != SCAN_OK && s->at == s->end)
            return false;
        if (!read_next(s))
            return false;
    }
    pass_space(s);
    return s->at == s->end || fail(s, "bytes behind the value");
}

enum scan_result scan(struct scan *scan, char *text, size_t size)
{
    struct scanner s;
    s.text = s.at = text;
    s.end = text + size;
    s.tokens = scan->tokens;
    s.count = s.values = s.member = s.depth = 0;
    s.nesting = scan->nesting < SCAN_NESTING_MAX ? scan->nesting : SCAN_NESTING_MAX;
    s.scan = scan;
    s.reason = NULL;
    s.over = SCAN_OK;
    scan->text = text;
    scan->size = size;
    if (!read_text(&s))
        close_all(&s);
    scan->count = s.count;
    scan->position = (size_t)(s.at - text);
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

bool scan_is(const struct scan *scan, uint32_t token, const char *text)
{
    const struct token *string = &scan->tokens[token];
    size_t size = string->end - string->start, wanted = strlen(text);
    if (string->escaped)
        return escape_is(scan->text + string->start, size, text, wanted);
    return size == wanted && memcmp(scan->text + string->start, text, size) == 0;
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
