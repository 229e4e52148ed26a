/* Reading characters, and what formats have in common. Newlines are found among characters, not bytes, so that every encoding
 * has the same: a CR is a newline at once, without waiting for what follows, and remembers that an LF may belong to it. */
#include "text.h"

#include <errno.h>
#include <string.h>

#include "text_conversion.h"
#include "utf8.h"

/* ---- formats ---- */

void text_deinit(struct text *text)
{
    conversion_free(text->conversion);
    *text = (struct text){0};
}

/* How an action is kept: errors as 0, so that a format of zeroes is the default. */
static int32_t action_keep(int32_t action)
{
    return action == SOCKD_ACTION_ERROR ? 0 : action == 0 ? TEXT_NUL : action;
}

static int32_t action_tell(int32_t kept)
{
    return kept == 0 ? SOCKD_ACTION_ERROR : kept == TEXT_NUL ? 0 : kept;
}

int text_set_format(struct text *text, const struct sockd_format *format)
{
    if (format->encoding.data) {
        struct text_conversion *conversion = NULL;
        int error = encoding_is_utf8(format->encoding) ? 0 : conversion_new(&conversion, format->encoding);
        if (error)
            return error;
        conversion_free(text->conversion);
        text->conversion = conversion;
    }
    if (format->line_terminator != SOCKD_UNSET)
        text->line_terminator = (uint8_t)format->line_terminator;
    if (format->input_error != SOCKD_ACTION_UNSET)
        text->input_error = action_keep(format->input_error);
    if (format->output_error != SOCKD_ACTION_UNSET)
        text->output_error = action_keep(format->output_error);
    return 0;
}

bool text_encoding_known(struct sockd_text encoding)
{
    const struct encoding *found;
    return encoding_is_utf8(encoding) || encoding_find(encoding, &found) == 0;
}

void text_format(const struct text *text, struct sockd_format *format)
{
    const char *name = text->conversion ? text->conversion->encoding->name : "utf-8";
    format->encoding = (struct sockd_text){name, strlen(name)};
    format->line_terminator = text->line_terminator;
    format->input_error = action_tell(text->input_error);
    format->output_error = action_tell(text->output_error);
}

/* ---- one character ---- */

struct text_cursor text_start(const struct text *text)
{
    return (struct text_cursor){0, text->conversion ? text->conversion->part : 0, text->skip_lf};
}

/* As conversion_decode, for UTF-8. */
static enum text_result decode_utf8(const struct text_cursor *cursor, const char *data, size_t size, bool final,
                                    struct text_unit *unit)
{
    unit->start = unit->end = *cursor;
    size_t rest = size - cursor->at;
    if (rest == 0)
        return TEXT_MORE;
    int length = utf8_read((const unsigned char *)data + cursor->at, rest, &unit->ch);
    if (length == 0 && !final)
        return TEXT_MORE;
    unit->end.at += length > 0 ? (size_t)length : length < 0 ? (size_t)-length : rest;
    return length > 0 ? TEXT_CHAR : TEXT_MALFORMED;
}

enum text_result text_next(struct text *text, struct text_cursor *cursor, const char *data, size_t size, bool final, int32_t *ch,
                           size_t *length)
{
    for (;;) {
        struct text_unit unit;
        enum text_result result = text->conversion ? conversion_decode(text->conversion, cursor, data, size, final, &unit)
                                                   : decode_utf8(cursor, data, size, final, &unit);
        if (result == TEXT_MALFORMED && text->input_error != 0) {
            if (text->input_error != SOCKD_ACTION_IGNORE)
                result = TEXT_CHAR;
            unit.ch = action_tell(text->input_error);
        }
        if (result == TEXT_CHAR) {
            bool skipped = cursor->skip_lf && unit.ch == '\n';
            *cursor = unit.end;
            cursor->skip_lf = unit.ch == '\r';
            if (skipped)
                continue;
            *ch = unit.ch == '\r' ? '\n' : unit.ch;
            return TEXT_CHAR;
        }
        if (result == TEXT_MALFORMED && text->input_error == SOCKD_ACTION_IGNORE) {
            *cursor = unit.end;
            continue;
        }
        if (result == TEXT_MALFORMED)
            *length = unit.end.at - unit.start.at;
        if (result != TEXT_NO_MEMORY)
            *cursor = unit.start;
        return result;
    }
}

/* ---- many characters ---- */

#define BLOCK 16

/* How many bytes from the start are ASCII without CR and LF. */
static size_t run_ascii(const char *data, size_t size)
{
    size_t at = 0;
    while (size - at >= BLOCK) {
        unsigned char stop = 0;
        for (size_t i = 0; i < BLOCK; i++) {
            unsigned char byte = (unsigned char)data[at + i];
            stop |= (unsigned char)(byte & 0x80) | (unsigned char)(byte == '\n') | (unsigned char)(byte == '\r');
        }
        if (stop)
            break;
        at += BLOCK;
    }
    while (at < size && (unsigned char)data[at] < 0x80 && data[at] != '\n' && data[at] != '\r')
        at++;
    return at;
}

/* How many bytes from the start stand for themselves in UTF-8, without CR and LF, and how many characters they are, no more
 * than *count. Outside UTF-8 that is ASCII. */
static size_t run_measure(const char *data, size_t size, bool utf8, size_t *count)
{
    size_t at = 0, most = *count;
    *count = 0;
    while (*count < most && at < size) {
        size_t rest = size - at, room = most - *count;
        if ((unsigned char)data[at] < 0x80) {
            size_t ascii = run_ascii(data + at, rest < room ? rest : room);
            if (ascii == 0)
                break;
            at += ascii;
            *count += ascii;
        } else {
            int32_t ch;
            int length = utf8 ? utf8_read((const unsigned char *)data + at, rest, &ch) : 0;
            if (length <= 0)
                break;
            at += (size_t)length;
            ++*count;
        }
    }
    return at;
}

static bool has_runs(const struct text *text)
{
    return !text->conversion || text->conversion->encoding->ascii_input;
}

/* Copies such a run from the cursor on, which may be empty. */
static int run_copy(const struct text *text, struct text_cursor *cursor, const char *data, size_t size, size_t most, size_t *count,
                    struct buffer *out)
{
    if (cursor->decoded) /* inside a unit of two characters */
        return 0;
    size_t run = most;
    size_t taken = run_measure(data + cursor->at, size - cursor->at, !text->conversion, &run);
    if (taken == 0)
        return 0;
    if (buffer_append(out, data + cursor->at, taken))
        return -ENOMEM;
    cursor->at += taken;
    cursor->skip_lf = false;
    *count += run;
    return 0;
}

enum text_result text_read(struct text *text, struct text_cursor *cursor, const char *data, size_t size, bool final, bool line,
                           size_t *count, bool *newline, struct buffer *out, size_t *length)
{
    size_t wanted = *count;
    bool runs = has_runs(text);
    *count = 0;
    *newline = false;
    for (;;) {
        if (runs && run_copy(text, cursor, data, size, wanted - *count, count, out))
            return TEXT_NO_MEMORY;
        if (*count == wanted)
            return TEXT_CHAR;
        char *room = buffer_reserve(out, 4);
        if (!room)
            return TEXT_NO_MEMORY;
        int32_t ch;
        enum text_result result = text_next(text, cursor, data, size, final, &ch, length);
        if (result != TEXT_CHAR)
            return result;
        if (line && ch == '\n') {
            *newline = true;
            return TEXT_CHAR;
        }
        buffer_added(out, utf8_write(ch, room));
        ++*count;
    }
}

void text_commit(struct text *text, const struct text_cursor *cursor)
{
    text->skip_lf = cursor->skip_lf;
    if (text->conversion)
        conversion_commit(text->conversion, cursor);
}

void text_forget(struct text *text)
{
    if (text->conversion)
        conversion_forget(text->conversion);
}
