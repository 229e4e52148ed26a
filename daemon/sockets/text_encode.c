/* Writing characters. What is ASCII and stays ASCII is copied; the rest goes through iconv in chunks of UTF-32.
 *
 * Encodings with shifts and byte order marks have a state that nobody can copy, and text that is encoded may yet be never
 * sent. So the text that leads to the state of what was sent is kept, back to the last newline, where the lines of all of
 * them begin anew; when text was encoded for nothing, the conversion restarts and goes over what was kept. */
#include "text.h"

#include <errno.h>
#include <string.h>

#include "proto.h"
#include "text_conversion.h"
#include "utf8.h"

#define CHUNK 256      /* characters given to iconv at once */
#define CHARACTER 8    /* bytes to reserve for each */
#define RESET_MAX 64   /* more than a character takes with all its shifts, or a return to the initial state */
#define KEPT_MAX 65536 /* of a line without end, only the last bytes are kept */

static const struct sockd_text terminators[] = {
    [LINE_TERMINATOR_UNIX] = {"\n", 1},
    [LINE_TERMINATOR_DOS] = {"\r\n", 2},
    [LINE_TERMINATOR_MAC] = {"\r", 1},
};

/* ---- without iconv ---- */

/* Appends, each newline as the line terminator. For what is its own encoding. */
static int append_lines(struct sockd_text text, struct sockd_text terminator, struct buffer *out)
{
    if (*terminator.data == '\n')
        return buffer_append(out, text.data, text.size);
    const char *at = text.data, *end = at + text.size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        if (buffer_append(out, at, (size_t)(stop - at)))
            return -ENOMEM;
        if (newline && buffer_append(out, terminator.data, terminator.size))
            return -ENOMEM;
        at = newline ? newline + 1 : end;
    }
    return 0;
}

/* ---- through iconv ---- */

struct encoder {
    struct text_conversion *conversion;
    int32_t action; /* as in struct text */
    struct sockd_text terminator;
    struct buffer *out;
};

/* Tags (plane 14) are dropped silently by what knows no tags, where iconv ought to refuse them. */
static bool is_tag(uint32_t ch)
{
    return ch >= 0xe0000 && ch <= 0xe007f;
}

/* Converts count characters; *done of them before one that cannot be. 0, 1 if there was one, or -ENOMEM. */
static int chunk_convert(struct encoder *encoder, const uint32_t *chunk, size_t count, size_t *done)
{
    const struct text_conversion *conversion = encoder->conversion;
    size_t before = buffer_size(encoder->out), left = count * sizeof *chunk;
    char *in = (char *)(uintptr_t)chunk;
    int error;
    do {
        size_t size = left / sizeof *chunk * CHARACTER + RESET_MAX;
        char *room = buffer_reserve(encoder->out, size), *out = room;
        if (!room)
            return -ENOMEM;
        error = iconv(conversion->output, &in, &left, &out, &size) == (size_t)-1 ? errno : 0;
        buffer_added(encoder->out, (size_t)(out - room));
    } while (error == E2BIG);
    if (is_tag(*chunk) && buffer_size(encoder->out) == before && !conversion->encoding->stateful_output)
        error = EILSEQ; /* a tag is a chunk of its own */
    *done = error && is_tag(*chunk) ? 0 : count - left / sizeof *chunk;
    return error ? 1 : 0;
}

/* Writes a chunk, doing to what cannot be written as the action says. 0, 1 with *done characters before the fault, -ENOMEM. */
static int chunk_write(struct encoder *encoder, const uint32_t *chunk, size_t count, size_t *done)
{
    *done = 0;
    while (*done < count) {
        size_t more;
        int result = chunk_convert(encoder, chunk + *done, count - *done, &more);
        *done += more;
        if (result <= 0)
            return result;
        if (encoder->action == 0)
            return 1;
        if (encoder->action != SOCKD_ACTION_IGNORE) {
            uint32_t replacement = encoder->action == TEXT_NUL ? 0 : (uint32_t)encoder->action;
            result = chunk_convert(encoder, &replacement, 1, &more);
            if (result)
                return result;
        }
        ++*done;
    }
    return 0;
}

/* How many bytes from the start are ASCII without newlines. */
static size_t ascii_run(struct sockd_text text)
{
    size_t at = 0;
    while (at < text.size && (unsigned char)text.data[at] < 0x80 && text.data[at] != '\n')
        at++;
    return at;
}

/* Takes characters from the text up to a newline or what can be copied; a tag is alone. How many bytes they are. */
static size_t chunk_fill(struct sockd_text text, bool copied, uint32_t *chunk, size_t *count)
{
    size_t at = 0;
    for (*count = 0; *count < CHUNK && at < text.size; ++*count) {
        const unsigned char *bytes = (const unsigned char *)text.data + at;
        if (*bytes == '\n' || (copied && *bytes < 0x80))
            break;
        int32_t ch = *bytes;
        int length = *bytes < 0x80 ? 1 : utf8_read(bytes, text.size - at, &ch);
        if (is_tag((uint32_t)ch) && *count)
            break;
        chunk[*count] = (uint32_t)ch;
        at += (size_t)length;
        if (is_tag((uint32_t)ch)) {
            *count = 1;
            break;
        }
    }
    return at;
}

static int terminator_write(struct encoder *encoder)
{
    uint32_t chunk[2];
    size_t done;
    for (size_t i = 0; i < encoder->terminator.size; i++)
        chunk[i] = (unsigned char)encoder->terminator.data[i];
    return chunk_write(encoder, chunk, encoder->terminator.size, &done);
}

/* 0, 1 with the fault, or -ENOMEM; what had been appended stays. */
static int lines_write(struct encoder *encoder, struct sockd_text text, struct text_fault *fault)
{
    bool copied = encoder->conversion->encoding->ascii_output;
    uint32_t chunk[CHUNK];
    fault->position = 0;
    while (text.size) {
        size_t taken = copied ? ascii_run(text) : 0, count, done;
        int result;
        if (taken) {
            count = done = taken;
            result = buffer_append(encoder->out, text.data, taken);
        } else if (*text.data == '\n') {
            taken = count = 1;
            chunk[0] = '\n';
            done = 0;
            result = terminator_write(encoder);
        } else {
            taken = chunk_fill(text, copied, chunk, &count);
            result = chunk_write(encoder, chunk, count, &done);
        }
        if (result) {
            fault->ch = result > 0 ? (int32_t)chunk[done] : 0;
            fault->position += done;
            return result;
        }
        fault->position += count;
        text.data += taken;
        text.size -= taken;
    }
    return 0;
}

/* ---- state ---- */

/* Brings the conversion into the state that the kept text leads to. */
static int output_rewind(struct text_conversion *conversion)
{
    if (conversion->output_state == OUTPUT_SENT)
        return 0;
    iconv(conversion->output, NULL, NULL, NULL, NULL);
    struct buffer scratch = {0};
    struct encoder encoder = {conversion, SOCKD_ACTION_IGNORE, terminators[LINE_TERMINATOR_UNIX], &scratch};
    struct text_fault fault;
    struct sockd_text kept = {buffer_data(&conversion->sent), buffer_size(&conversion->sent)};
    int error = lines_write(&encoder, kept, &fault) < 0 ? -ENOMEM : 0;
    buffer_deinit(&scratch);
    conversion->output_state = error ? OUTPUT_SPOILT : OUTPUT_SENT;
    return error;
}

/* The last bytes of a text that are whole characters and not too many. */
static struct sockd_text text_tail(struct sockd_text text)
{
    const char *newline = memrchr(text.data, '\n', text.size);
    size_t start = newline ? (size_t)(newline - text.data) : 0;
    if (text.size - start > KEPT_MAX)
        start = text.size - KEPT_MAX;
    while (start < text.size && ((unsigned char)text.data[start] & 0xc0) == 0x80)
        start++;
    return (struct sockd_text){text.data + start, text.size - start};
}

/* Keeps what leads to the state that the conversion is in now, after text. */
static int output_keep(struct text_conversion *conversion, struct sockd_text text)
{
    struct sockd_text tail = text_tail(text);
    size_t before = buffer_size(&conversion->sent);
    bool begins_here = tail.size < text.size || *tail.data == '\n' || before + tail.size > KEPT_MAX;
    buffer_clear(&conversion->unsent, KEPT_MAX);
    if (!begins_here && before && buffer_append(&conversion->unsent, buffer_data(&conversion->sent), before))
        return -ENOMEM;
    return buffer_append(&conversion->unsent, tail.data, tail.size);
}

enum text_result text_encode(struct text *text, struct sockd_text utf8, struct buffer *out, struct text_fault *fault)
{
    struct text_conversion *conversion = text->conversion;
    struct sockd_text terminator = terminators[text->line_terminator];
    size_t before = buffer_size(out);
    int result;
    if (conversion && conversion->output_state == OUTPUT_UNSENT)
        conversion->output_state = OUTPUT_SPOILT;
    if (utf8.size == 0)
        return TEXT_CHAR;
    if (!conversion) {
        result = append_lines(utf8, terminator, out);
    } else if (!conversion->encoding->stateful_output) {
        struct encoder encoder = {conversion, text->output_error, terminator, out};
        result = lines_write(&encoder, utf8, fault);
    } else {
        struct encoder encoder = {conversion, text->output_error, terminator, out};
        result = output_rewind(conversion);
        conversion->output_state = OUTPUT_SPOILT;
        if (result == 0)
            result = lines_write(&encoder, utf8, fault);
        if (result == 0)
            result = output_keep(conversion, utf8);
        if (result == 0)
            conversion->output_state = OUTPUT_UNSENT;
    }
    if (result)
        buffer_truncate(out, before);
    return result < 0 ? TEXT_NO_MEMORY : result ? TEXT_UNENCODABLE : TEXT_CHAR;
}

void text_encoded(struct text *text)
{
    struct text_conversion *conversion = text->conversion;
    if (!conversion || conversion->output_state != OUTPUT_UNSENT)
        return;
    struct buffer sent = conversion->unsent;
    conversion->unsent = conversion->sent;
    buffer_deinit(&conversion->unsent);
    conversion->sent = sent;
    conversion->output_state = OUTPUT_SENT;
}

/* Afterwards the state is that of a new line: what stands at the very beginning of a text must not come again. */
int text_encode_reset(struct text *text, struct buffer *out)
{
    struct text_conversion *conversion = text->conversion;
    if (!conversion || !conversion->encoding->stateful_output || buffer_size(&conversion->sent) == 0)
        return 0;
    size_t size = RESET_MAX;
    char *room = buffer_reserve(out, size), *end = room;
    if (!room || output_rewind(conversion))
        return -ENOMEM;
    iconv(conversion->output, NULL, NULL, &end, &size);
    buffer_added(out, (size_t)(end - room));
    buffer_consume(out, 0);
    conversion->output_state = OUTPUT_SPOILT;
    buffer_consume(&conversion->sent, buffer_size(&conversion->sent) - 1);
    *buffer_front(&conversion->sent) = '\n';
    return 0;
}
