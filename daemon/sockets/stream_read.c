/* Reading: lines, characters, elements.
 *
 * Each operation walks over the buffered input with a cursor and asks the kernel for more when that does not suffice. Where it
 * must wait, the cursor and what was read so far stay in its struct reading, so that no byte is looked at twice; the input
 * itself stays where it is until the operation is done. A malformed part is cut out of the input where it stands: what was
 * before and behind it is left for the next read. */
#include <errno.h>
#include <string.h>

#include "stream.h"
#include "utf8.h"

#define CLEAR_ROUNDS 64 /* a peer that never stops sending shall not hold the loop */

static void reading_begin(struct stream *stream, struct reading *reading)
{
    if (reading->begun)
        return;
    reading->begun = true;
    reading->out = stream->sockets->scratch;
    stream->sockets->scratch = (struct buffer){0};
    reading->cursor = text_start(&stream->text);
}

void reading_deinit(struct reading *reading, struct sockets *sockets)
{
    if (sockets->scratch.store) {
        buffer_deinit(&reading->out);
    } else {
        buffer_clear(&reading->out, 64 * 1024);
        sockets->scratch = reading->out; /* consume */
    }
    *reading = (struct reading){0};
}

static int put_char(struct reading *reading, int32_t ch)
{
    char *room = buffer_reserve(&reading->out, 4);
    if (!room)
        return -ENOMEM;
    buffer_added(&reading->out, utf8_write(ch, room));
    reading->count++;
    return 0;
}

/* Takes size malformed bytes out of the input, at places from its front, and tells them. */
static int cut_malformed(struct stream *stream, struct reading *reading, size_t size, struct trouble *trouble)
{
    struct sockd_format format;
    text_format(&stream->text, &format);
    size_t at = reading->cursor.at;
    int r = trouble_undecodable(trouble, format.encoding, buffer_data(&stream->in) + at, size, reading->count);
    stream_own(stream);
    char *front = buffer_front(&stream->in);
    memmove(front + size, front, at);
    stream_consume(stream, size);
    text_forget(&stream->text);
    if (at == 0)
        stream->text.skip_lf = false; /* what follows does not follow the CR directly */
    return r;
}

/* Makes what the cursor has walked over used up. last: the last character of it. */
static void reading_commit(struct stream *stream, struct reading *reading, int32_t last)
{
    text_commit(&stream->text, &reading->cursor, buffer_data(&stream->in));
    stream_consume(stream, reading->cursor.at);
    stream->unread = -1;
    stream->last = last;
}

/* The last character of what has been read. */
static int32_t last_char(const struct reading *reading)
{
    const char *data = buffer_data(&reading->out);
    size_t size = buffer_size(&reading->out), n = 1;
    while (n < size && ((unsigned char)data[size - n] & 0xC0) == 0x80)
        n++;
    int32_t ch = -1;
    utf8_read((const unsigned char *)data + size - n, n, &ch);
    return ch;
}

/* An error of the connection, at the end of what it let through. */
static int broken(struct stream *stream, struct trouble *trouble)
{
    return trouble_os(trouble, "read", stream_take_error(stream));
}

/* The limit is of the line's text; input that comes to nothing has one, too. */
static bool line_too_long(const struct reading *reading, size_t limit)
{
    return buffer_size(&reading->out) > limit || reading->cursor.at / 8 > limit + 64;
}

/* One walk: characters into reading->out until count, or a newline for a line. TEXT_CHAR: there. TEXT_MORE: the input ends
 * here, for good if stream->eof. Else the malformed part has *length bytes. */
static enum text_result walk(struct stream *stream, struct reading *reading, bool line, size_t length, bool *newline,
                             size_t *bad, size_t limit)
{
    for (;;) {
        size_t count = line ? SIZE_MAX : length - reading->count;
        bool final = stream->eof && !stream->error;
        enum text_result r = text_read(&stream->text, &reading->cursor, buffer_data(&stream->in), buffer_size(&stream->in),
                                       final, line, &count, newline, &reading->out, bad);
        reading->count += count;
        if (r != TEXT_MORE || (line && line_too_long(reading, limit)))
            return r;
        size_t hint = line ? 0 : length - reading->count;
        enum fill fill = stream_fill(stream, hint);
        switch (fill) {
        case FILL_BYTES:
            continue;
        case FILL_NO_MEMORY:
        case FILL_OVER:
            reading->failed = fill;
            return TEXT_NO_MEMORY;
        case FILL_END:
            if (!final && !stream->error)
                continue; /* what is left is final now */
            return TEXT_MORE;
        case FILL_NOTHING:
            return TEXT_MORE;
        }
    }
}

static void take_unread(struct stream *stream, struct reading *reading, bool line, bool *newline)
{
    if (stream->unread < 0 || reading->count > 0 || buffer_size(&reading->out) > 0)
        return;
    if (line && stream->unread == '\n')
        *newline = true;
    else
        put_char(reading, stream->unread);
}

static int read_line(struct stream *stream, struct reading *reading, size_t limit, struct sockd_text *line,
                     bool *missing_newline, bool *eof, struct trouble *trouble)
{
    bool newline = false;
    size_t bad = 0;
    enum text_result r = TEXT_CHAR;
    take_unread(stream, reading, true, &newline);
    if (!newline)
        r = walk(stream, reading, true, 0, &newline, &bad, limit);
    if (r == TEXT_NO_MEMORY)
        return stream_fill_failed(stream, reading->failed, trouble);
    if (line_too_long(reading, limit))
        return trouble_limit(trouble, "line", (int64_t)limit);
    if (r == TEXT_MALFORMED)
        return cut_malformed(stream, reading, bad, trouble);
    if (!newline && !stream->eof)
        return OUTCOME_WAIT;
    if (!newline && stream->error)
        return broken(stream, trouble);
    bool nothing = !newline && buffer_size(&reading->out) == 0;
    reading_commit(stream, reading, newline ? '\n' : -1);
    *line =
        nothing ? (struct sockd_text){NULL, 0} : (struct sockd_text){buffer_data(&reading->out), buffer_size(&reading->out)};
    if (!nothing && !line->data)
        line->data = "";
    *missing_newline = *eof = !newline;
    return 0;
}

int stream_read_line(struct stream *stream, struct reading *reading, size_t limit, struct sockd_text *line,
                     bool *missing_newline, bool *eof, struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_IN, true, trouble);
    if (r != 0)
        return r;
    reading_begin(stream, reading);
    r = read_line(stream, reading, limit, line, missing_newline, eof, trouble);
    stream_settle(stream);
    return r;
}

/* What a sequence of characters or elements that is not full does: nothing more will come, enough is there, or it waits. */
static bool sequence_waits(const struct stream *stream, size_t got, int mode)
{
    return !stream->eof && mode != MODE_NO_HANG && !(mode == MODE_INTERACTIVE && got > 0);
}

static int read_chars(struct stream *stream, struct reading *reading, size_t length, int mode, bool peek, bool *eof,
                      struct trouble *trouble)
{
    bool newline;
    size_t bad = 0;
    enum text_result r = TEXT_CHAR;
    if (length > 0)
        take_unread(stream, reading, false, &newline);
    if (reading->count < length)
        r = walk(stream, reading, false, length, &newline, &bad, SIZE_MAX);
    if (r == TEXT_NO_MEMORY)
        return stream_fill_failed(stream, reading->failed, trouble);
    size_t got = reading->count;
    bool some = got > 0 && mode != MODE_ALL; /* what is there goes first, and then what ails */
    if (r == TEXT_MALFORMED && !some)
        return cut_malformed(stream, reading, bad, trouble);
    if (r == TEXT_MORE && sequence_waits(stream, got, mode))
        return OUTCOME_WAIT;
    if (r == TEXT_MORE && stream->eof && stream->error && !some)
        return broken(stream, trouble);
    *eof = r == TEXT_MORE && stream->eof && !stream->error;
    if (!peek && got > 0)
        reading_commit(stream, reading, *eof ? -1 : last_char(reading));
    else if (!peek && *eof)
        stream->last = -1;
    return 0;
}

int stream_read_chars(struct stream *stream, struct reading *reading, size_t length, int mode, struct sockd_text *text,
                      bool *eof, struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_IN, true, trouble);
    if (r != 0)
        return r;
    reading_begin(stream, reading);
    r = read_chars(stream, reading, length, mode, false, eof, trouble);
    if (r == 0)
        *text = (struct sockd_text){buffer_data(&reading->out), buffer_size(&reading->out)};
    stream_settle(stream);
    return r;
}

int stream_read_char(struct stream *stream, struct reading *reading, int mode, bool peek, int32_t *ch, bool *eof,
                     struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_IN, true, trouble);
    if (r != 0)
        return r;
    reading_begin(stream, reading);
    r = read_chars(stream, reading, 1, mode, peek, eof, trouble);
    if (r == 0)
        *ch = reading->count > 0 ? last_char(reading) : -1;
    stream_settle(stream);
    return r;
}

int stream_unread_char(struct stream *stream, int32_t ch, struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_IN, true, trouble);
    if (r != 0)
        return r;
    if (stream->last < 0)
        return trouble_param(trouble, "char", "no character has been read just before");
    if (stream->last != ch)
        return trouble_param(trouble, "char", "is not the character that was read last");
    stream->unread = ch;
    stream->last = -1;
    watchers_notify(&stream->object, WANT_READ);
    return 0;
}

int stream_listen(struct stream *stream, bool *ready, struct trouble *trouble)
{
    int r = stream_check_side(stream, SIDE_IN, trouble);
    if (r != 0)
        return r;
    *ready = stream->element == ELEMENT_CHARACTER && stream_readiness(stream) == READY_INPUT;
    return 0;
}

int stream_clear_input(struct stream *stream, struct trouble *trouble)
{
    int r = stream_check_side(stream, SIDE_IN, trouble);
    if (r != 0)
        return r;
    stream->unread = stream->last = -1;
    for (int i = 0; i < CLEAR_ROUNDS; i++) {
        stream_drop_lf(stream);
        text_forget(&stream->text);
        if (buffer_size(&stream->in) > 0)
            stream->text.skip_lf = false; /* half a character, too, stands between a CR and an LF */
        stream_consume(stream, buffer_size(&stream->in));
        if (stream_fill(stream, SIZE_MAX) != FILL_BYTES)
            break;
    }
    stream_settle(stream);
    return 0;
}

/* ---- elements ---- */

static int cut_element(struct stream *stream, size_t whole, size_t rest, struct trouble *trouble)
{
    char *front = buffer_front(&stream->in);
    int r = trouble_end_of_file(trouble, stream->object.handle, front + whole, rest);
    memmove(front + rest, front, whole);
    stream_consume(stream, rest);
    return r;
}

/* The bytes at the front, moved out of the input; all of it changes hands without a copy. */
static int give_bytes(struct stream *stream, struct reading *reading, size_t size)
{
    if (size == buffer_size(&stream->in) && stream->peeked == 0) {
        buffer_deinit(&reading->out);
        reading->out = stream->in; /* consume */
        stream->in = (struct buffer){0};
        return 0;
    }
    int r = buffer_append(&reading->out, size ? buffer_data(&stream->in) : "", size);
    if (r == 0)
        stream_consume(stream, size);
    return r;
}

static int read_bytes(struct stream *stream, struct reading *reading, size_t length, int mode, bool *eof,
                      struct trouble *trouble)
{
    size_t width = element_size(stream->element), want = length * width;
    for (;;) {
        stream_drop_lf(stream);
        size_t have = buffer_size(&stream->in);
        if (have >= want)
            break;
        enum fill fill = stream_fill(stream, want - have);
        if (fill == FILL_NO_MEMORY || fill == FILL_OVER)
            return stream_fill_failed(stream, fill, trouble);
        if (fill == FILL_BYTES)
            continue;
        size_t whole = have - have % width;
        bool some = whole > 0 && mode != MODE_ALL;
        if (sequence_waits(stream, whole, mode))
            return OUTCOME_WAIT;
        if (stream->eof && stream->error && !some)
            return broken(stream, trouble);
        if (stream->eof && have > whole && !some)
            return cut_element(stream, whole, have - whole, trouble);
        *eof = stream->eof && !stream->error && have == whole;
        want = whole;
        break;
    }
    stream->last = -1;
    return give_bytes(stream, reading, want);
}

int stream_read_piped(struct stream *stream, size_t length, int mode, struct pipe **pipe, struct trouble *trouble)
{
    size_t width = element_size(stream->element), want = length * width;
    *pipe = NULL;
    int r = stream_check(stream, SIDE_IN, false, trouble);
    if (r != 0 || !stream_fill_ahead(stream, want))
        return r;
    size_t have = stream_ahead(stream);
    if (have < want && sequence_waits(stream, have - have % width, mode))
        return OUTCOME_WAIT;
    if (have == 0 || have % width != 0)
        return 0;
    stream->last = -1;
    *pipe = stream->ahead; /* consume */
    stream->ahead = NULL;
    stream_weigh(stream);
    return 0;
}

int stream_read_bytes(struct stream *stream, struct reading *reading, size_t length, int mode, struct sockd_bytes *bytes,
                      bool *eof, struct trouble *trouble)
{
    int r = stream_check(stream, SIDE_IN, false, trouble);
    if (r != 0)
        return r;
    *eof = false;
    reading_begin(stream, reading);
    r = read_bytes(stream, reading, length, mode, eof, trouble);
    stream_settle(stream);
    *bytes = (struct sockd_bytes){(const unsigned char *)(buffer_data(&reading->out)), buffer_size(&reading->out)};
    return r;
}
