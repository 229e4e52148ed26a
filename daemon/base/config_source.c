/* Comments become blanks of the same length before the scan, so that every position stays what it was. Where the scan fails
 * the tokens up to there tell which key it was in. */
#include "config_source.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NESTING 16

static int line_at(const struct config_source *source, size_t position)
{
    int line = 1;
    for (size_t i = 0; i < position && i < source->size; i++)
        line += source->original[i] == '\n';
    return line;
}

static bool fail_at(struct config_source *source, size_t position, const char *format, va_list arguments)
{
    if (source->failed)
        return false;
    source->failed = true;
    int used = 0;
    if (source->file)
        used = snprintf(source->reason, source->room, "%s:%d: ", source->file, line_at(source, position));
    const char *key = source->key[0] ? source->key : "(top)";
    if (used >= 0 && (size_t)used < source->room)
        used += snprintf(source->reason + used, source->room - (size_t)used, "%s: ", key);
    if (used >= 0 && (size_t)used < source->room)
        vsnprintf(source->reason + used, source->room - (size_t)used, format, arguments);
    return false;
}

static bool __attribute__((format(printf, 3, 4)))
fail_position(struct config_source *source, size_t position, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_at(source, position, format, arguments);
    va_end(arguments);
    return false;
}

bool config_source_fail(struct config_source *source, uint32_t token, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_at(source, token == TOKEN_NONE ? 0 : source->scan.tokens[token].start, format, arguments);
    va_end(arguments);
    return false;
}

int config_source_line(const struct config_source *source, uint32_t token)
{
    return line_at(source, source->scan.tokens[token].start);
}

/* ---- the path of a key ---- */

static size_t append(struct config_source *source, const char *format, int size, const char *name, size_t index)
{
    size_t mark = strlen(source->key);
    size_t room = sizeof(source->key) - mark;
    if (name)
        snprintf(source->key + mark, room, format, size, name);
    else
        snprintf(source->key + mark, room, "[%zu]", index);
    for (char *at = source->key + mark; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    return mark;
}

size_t config_source_enter(struct config_source *source, const char *name, size_t size)
{
    return append(source, source->key[0] ? ".%.*s" : "%.*s", size < CONFIG_KEY ? (int)size : CONFIG_KEY, name, 0);
}

size_t config_source_enter_index(struct config_source *source, size_t index)
{
    return append(source, NULL, 0, NULL, index);
}

void config_source_leave(struct config_source *source, size_t mark)
{
    source->key[mark] = 0;
}

/* The path of what stands at a position, as far as the scan came. */
static void enter_position(struct config_source *source, size_t position)
{
    const struct token *tokens = source->scan.tokens;
    uint32_t at = 0, count = (uint32_t)source->scan.count;
    while (at < count && (tokens[at].type == TOKEN_OBJECT || tokens[at].type == TOKEN_ARRAY)) {
        uint32_t end = tokens[at].next < count ? tokens[at].next : count, last = TOKEN_NONE;
        bool object = tokens[at].type == TOKEN_OBJECT;
        size_t index = 0, last_index = 0;
        for (uint32_t child = at + 1; child < end && tokens[child].start <= position; index++) {
            last = child;
            last_index = index;
            uint32_t value = object ? child + 1 : child;
            child = value < end ? tokens[value].next : end;
        }
        if (last == TOKEN_NONE)
            return;
        uint32_t value = object ? last + 1 : last;
        if (value < end && position > tokens[value].end)
            return; /* behind it */
        if (object)
            config_source_enter(source, source->scan.text + tokens[last].start, tokens[last].end - tokens[last].start);
        else
            config_source_enter_index(source, last_index);
        if (value >= end)
            return;
        at = value;
    }
}

/* ---- comments ---- */

static size_t skip_string(const char *text, size_t at, size_t size)
{
    for (at++; at < size && text[at] != '"' && text[at] != '\n'; at++)
        at += text[at] == '\\';
    return at + 1;
}

/* Where the comment that begins there ends; 0: nowhere. */
static size_t comment_end(const char *text, size_t at, size_t size)
{
    if (text[at + 1] == '/') {
        const char *end = memchr(text + at, '\n', size - at);
        return end ? (size_t)(end - text) : size;
    }
    const char *end = at + 2 < size ? memmem(text + at + 2, size - at - 2, "*/", 2) : NULL;
    return end ? (size_t)(end - text) + 2 : 0;
}

static bool blank_comments(struct config_source *source)
{
    char *text = source->text;
    for (size_t at = 0; at < source->size;) {
        if (text[at] == '"') {
            at = skip_string(text, at, source->size);
        } else if (text[at] == '/' && at + 1 < source->size && (text[at + 1] == '/' || text[at + 1] == '*')) {
            size_t end = comment_end(text, at, source->size);
            if (!end)
                return fail_position(source, at, "a comment that does not end");
            for (; at < end; at++)
                if (text[at] != '\n')
                    text[at] = ' ';
        } else {
            at++;
        }
    }
    return true;
}

/* ---- the whole ---- */

static char *copy(const char *text, size_t size)
{
    char *result = malloc(size + 1);
    if (result) {
        memcpy(result, text, size);
        result[size] = 0;
    }
    return result;
}

bool config_source_init(struct config_source *source, const char *file, const char *text, size_t size, char *reason,
                        size_t room)
{
    size_t values = size / 2 + 2; /* no text of that size has more */
    *source = (struct config_source){.file = file, .size = size, .reason = reason, .room = room};
    source->text = copy(text, size);
    source->original = copy(text, size);
    source->scan.tokens = calloc(SCAN_TOKENS(values), sizeof(struct token));
    source->scan.scratch = calloc(SCAN_TOKENS(values), sizeof(uint32_t));
    source->scan.values = values;
    source->scan.nesting = NESTING;
    if (!source->text || !source->original || !source->scan.tokens || !source->scan.scratch)
        return fail_position(source, 0, "no memory");
    if (!blank_comments(source))
        return false;
    switch (scan(&source->scan, source->text, size)) {
    case SCAN_OK:
        return true;
    case SCAN_SYNTAX:
        enter_position(source, source->scan.position);
        return fail_position(source, source->scan.position, "%s", source->scan.reason);
    default:
        return fail_position(source, 0, "more than %d objects and arrays within each other", NESTING);
    }
}

void config_source_deinit(struct config_source *source)
{
    free(source->text);
    free(source->original);
    free(source->scan.tokens);
    free(source->scan.scratch);
}
