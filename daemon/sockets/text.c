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
    return (struct text_cursor){
        .decoded = text->conversion ? text->conversion->part : 0, .last = SIZE_MAX, .skip_lf = text->skip_lf};
}

/* The size bytes before the cursor are the last character. */
static inline void passed(struct text_cursor *cursor, size_t size)
{
    cursor->last = cursor->at - size;
    cursor->last_size = (uint8_t)size;
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

enum text_result text_next(struct text *text, struct text_cursor *cursor, const char *data, size_t size, bool final,
                           int32_t *ch, size_t *length)
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
            passed(cursor, unit.end.at - unit.start.at);
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

#define BLOCK 16       /* bytes looked at together */
#define TRANSLATED 256 /* characters translated together */

/* Whether a byte is not ASCII, or a CR or LF. Without branches, so that a block of them is looked at in one instruction. */
static inline unsigned char is_stop(unsigned char byte)
{
    return (unsigned char)((byte & 0x80) | (byte == '\n') | (byte == '\r'));
}

static inline bool has_stop(const char *data, size_t size)
{
    unsigned char stop = 0;
    for (size_t i = 0; i < size; i++)
        stop |= is_stop((unsigned char)data[i]);
    return stop != 0;
}

/* How many bytes from the start are ASCII without CR and LF. */
static size_t run_ascii(const char *data, size_t size)
{
    size_t at = 0;
    while (size - at >= BLOCK && !has_stop(data + at, BLOCK))
        at += BLOCK;
    if (size - at >= BLOCK / 2 && !has_stop(data + at, BLOCK / 2))
        at += BLOCK / 2;
    while (at < size && !is_stop((unsigned char)data[at]))
        at++;
    return at;
}

static bool follows(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* How many bytes from the start are a character that is not ASCII; 0: none, or not a whole one. */
static size_t run_character(const char *data, size_t size)
{
    unsigned char lead = (unsigned char)*data;
    if (lead >= 0xc2 && lead < 0xe0 && size >= 2 && follows(data[1]))
        return 2;
    if (lead > 0xe0 && lead < 0xed && size >= 3 && follows(data[1]) && follows(data[2]))
        return 3;
    int32_t ch;
    int length = utf8_read((const unsigned char *)data, size, &ch);
    return length > 0 ? (size_t)length : 0;
}

/* How many bytes from the start stand for themselves in UTF-8, without CR and LF, and how many characters they are, no more
 * than *count. Outside UTF-8 that is ASCII. */
static size_t run_measure(const char *data, size_t size, bool utf8, size_t *count)
{
    size_t at = 0, most = *count;
    *count = 0;
    while (*count < most && at < size) {
        size_t rest = size - at, room = most - *count, taken, characters;
        if ((unsigned char)data[at] < 0x80) {
            taken = characters = run_ascii(data + at, rest < room ? rest : room);
        } else {
            taken = utf8 ? run_character(data + at, rest) : 0;
            characters = 1;
        }
        if (taken == 0)
            break;
        at += taken;
        *count += characters;
    }
    return at;
}

/* Copies such a run from the cursor on, which may be empty. */
static int run_copy(const struct text *text, struct text_cursor *cursor, const char *data, size_t size, size_t most,
                    size_t *count, struct buffer *out)
{
    size_t run = most, taken = run_measure(data + cursor->at, size - cursor->at, !text->conversion, &run);
    if (taken == 0)
        return 0;
    if (buffer_append(out, data + cursor->at, taken))
        return -ENOMEM;
    cursor->at += taken;
    cursor->skip_lf = false;
    *count += run;
    size_t last = 1;
    while (last < taken && follows(data[cursor->at - last]))
        last++;
    passed(cursor, last);
    return 0;
}

/* Translates a run of lone bytes that are characters, by the encoding's table. */
static int run_translate(const struct encoding *encoding, struct text_cursor *cursor, const char *data, size_t size,
                         size_t most, size_t *count, struct buffer *out)
{
    size_t rest = size - cursor->at, run = 0;
    most = most < TRANSLATED ? most : TRANSLATED;
    most = most < rest ? most : rest;
    if (most == 0 || encoding->characters[(unsigned char)data[cursor->at]] >= ENCODING_MALFORMED)
        return 0;
    char *room = buffer_reserve(out, 3 * most), *end = room;
    if (!room)
        return -ENOMEM;
    for (; run < most; run++) {
        uint16_t ch = encoding->characters[(unsigned char)data[cursor->at + run]];
        if (ch >= ENCODING_MALFORMED || ch == '\n' || ch == '\r')
            break;
        end += utf8_write(ch, end);
    }
    buffer_added(out, (size_t)(end - room));
    if (run == 0)
        return 0;
    cursor->at += run;
    cursor->skip_lf = false;
    *count += run;
    passed(cursor, 1);
    return 0;
}

/* Decodes a run of characters of more than one byte. */
static int run_convert(struct text_conversion *conversion, struct text_cursor *cursor, const char *data, size_t size,
                       size_t most, size_t *count, struct buffer *out)
{
    uint32_t chars[TRANSLATED];
    size_t run = most < TRANSLATED ? most : TRANSLATED;
    char *room = buffer_reserve(out, 4 * run), *end = room;
    if (!room)
        return -ENOMEM;
    size_t taken = conversion_run(conversion, data + cursor->at, size - cursor->at, chars, &run);
    for (size_t i = 0; i < run; i++)
        end += utf8_write((int32_t)chars[i], end);
    buffer_added(out, (size_t)(end - room));
    if (run == 0)
        return 0;
    cursor->at += taken;
    cursor->skip_lf = false;
    *count += run;
    passed(cursor, conversion_last(conversion, data + cursor->at, taken, chars[run - 1]));
    return 0;
}

/* What can be read without looking at each character: runs, up to most characters. */
static int runs_read(const struct text *text, struct text_cursor *cursor, const char *data, size_t size, size_t most,
                     size_t *count, struct buffer *out)
{
    const struct encoding *encoding = text->conversion ? text->conversion->encoding : NULL;
    if (cursor->decoded || (encoding && encoding->stateful_input)) /* inside a unit of two characters, or in some state */
        return 0;
    size_t before = *count;
    if ((!encoding || encoding->ascii_input) && run_copy(text, cursor, data, size, most, count, out))
        return -ENOMEM;
    if (encoding && run_translate(encoding, cursor, data, size, most - (*count - before), count, out))
        return -ENOMEM;
    bool more = encoding && encoding->multibyte && *count == before && cursor->at < size;
    return more ? run_convert(text->conversion, cursor, data, size, most, count, out) : 0;
}

/* Whether newlines can be told by bytes: ASCII is ASCII, and the cursor is not inside a unit of two characters. */
static bool newlines_are_bytes(const struct text *text, const struct text_cursor *cursor)
{
    return !text->conversion || (text->conversion->encoding->ascii_input && cursor->decoded == 0);
}

/* Passes over an LF that belongs to a CR before it, and takes a newline that stands there. Whether it did. */
static bool newline_take(struct text_cursor *cursor, const char *data, size_t size)
{
    if (cursor->skip_lf && cursor->at < size && data[cursor->at] == '\n') {
        cursor->at++;
        cursor->skip_lf = false;
    }
    if (cursor->at == size || (data[cursor->at] != '\n' && data[cursor->at] != '\r'))
        return false;
    cursor->skip_lf = data[cursor->at++] == '\r';
    passed(cursor, 1);
    return true;
}

enum text_result text_read(struct text *text, struct text_cursor *cursor, const char *data, size_t size, bool final, bool line,
                           size_t *count, bool *newline, struct buffer *out, size_t *length)
{
    size_t wanted = *count;
    *count = 0;
    *newline = false;
    while (*count < wanted) {
        int32_t ch = '\n';
        if (!buffer_reserve(out, 4)) /* before anything is used up */
            return TEXT_NO_MEMORY;
        if (!newlines_are_bytes(text, cursor) || !newline_take(cursor, data, size)) {
            size_t before = *count;
            if (runs_read(text, cursor, data, size, wanted - before, count, out))
                return TEXT_NO_MEMORY;
            if (*count > before)
                continue;
            enum text_result result = text_next(text, cursor, data, size, final, &ch, length);
            if (result != TEXT_CHAR)
                return result;
        }
        if (line && ch == '\n') {
            *newline = true;
            return TEXT_CHAR;
        }
        buffer_added(out, utf8_write(ch, buffer_back(out)));
        ++*count;
    }
    return TEXT_CHAR;
}

void text_commit(struct text *text, const struct text_cursor *cursor, const char *data)
{
    text->skip_lf = cursor->skip_lf;
    if (cursor->last != SIZE_MAX) {
        text->last_size = cursor->last_size < TEXT_LAST ? cursor->last_size : TEXT_LAST;
        memcpy(text->last, data + cursor->last, text->last_size);
    }
    if (text->conversion)
        conversion_commit(text->conversion, cursor);
}

void text_forget(struct text *text)
{
    if (text->conversion)
        conversion_forget(text->conversion);
}
