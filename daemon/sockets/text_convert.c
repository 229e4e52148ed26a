/* Input through iconv.
 *
 * iconv does not tell where one character ends and the next begins, so it is shown a growing piece of the input until it
 * takes it: how much that was is what the character took. Most encodings have no state between characters; then a place in
 * the bytes is all that a cursor needs, and most of their characters come from a table. The others are in text_ahead.c. */
#include "text_conversion.h"

#include <errno.h>
#include <stdlib.h>

int conversion_new(struct text_conversion **conversion, struct sockd_text name)
{
    const struct encoding *encoding;
    int error = encoding_find(name, &encoding);
    if (error)
        return error;
    struct text_conversion *made = calloc(1, sizeof *made);
    if (!made)
        return -ENOMEM;
    made->encoding = encoding;
    made->output = encoding_open_output(encoding);
    made->input = encoding->multibyte || encoding->stateful_input ? encoding_open_input(encoding) : (iconv_t)-1;
    if (made->output == (iconv_t)-1 || (made->input == (iconv_t)-1 && (encoding->multibyte || encoding->stateful_input))) {
        error = errno == ENOMEM ? -ENOMEM : -EINVAL;
        conversion_free(made);
        return error;
    }
    *conversion = made;
    return 0;
}

struct text_conversion *conversion_free(struct text_conversion *conversion)
{
    if (!conversion)
        return NULL;
    if (conversion->input != (iconv_t)-1)
        iconv_close(conversion->input);
    if (conversion->output != (iconv_t)-1)
        iconv_close(conversion->output);
    buffer_deinit(&conversion->ahead);
    buffer_deinit(&conversion->ahead_shifts);
    buffer_deinit(&conversion->sent);
    buffer_deinit(&conversion->unsent);
    free(conversion);
    return NULL;
}

/* ---- pieces of input ---- */

/* How many bytes are malformed when iconv refused the first size of them and found one less incomplete: what belongs to the
 * broken character, but never ASCII, which is a character of its own. */
static size_t malformed_size(const struct encoding *encoding, const char *data, size_t size)
{
    if (encoding->unit > 1)
        return encoding->unit;
    size_t length = 1;
    while (length + 1 < size && (unsigned char)data[length] >= 0x80)
        length++;
    return length;
}

int conversion_unit(const struct text_conversion *conversion, const char *data, size_t size, size_t first,
                    struct text_decoded *decoded)
{
    size_t most = size < UNIT_MAX ? size : UNIT_MAX;
    for (size_t shown = first; shown <= most; shown += conversion->encoding->unit) {
        char *in = (char *)(uintptr_t)data, *out = (char *)decoded->chars;
        size_t left = shown, room = sizeof decoded->chars;
        size_t result = iconv(conversion->input, &in, &left, &out, &room);
        decoded->count = UNIT_CHARACTERS - room / sizeof(uint32_t);
        if (left < shown || decoded->count)
            return (int)(shown - left);
        if (result == (size_t)-1 && errno == EILSEQ)
            return -(int)malformed_size(conversion->encoding, data, shown);
    }
    return most == UNIT_MAX ? -(int)conversion->encoding->unit : 0;
}

size_t conversion_stretch(const struct text_conversion *conversion, const char *data, size_t size, uint32_t *chars,
                          size_t *count)
{
    char *in = (char *)(uintptr_t)data, *out = (char *)chars;
    size_t left = size, room = *count * sizeof *chars;
    iconv(conversion->input, &in, &left, &out, &room);
    *count -= room / sizeof *chars;
    return size - left;
}

/* ---- without state ---- */

static enum text_result decode_plain(struct text_conversion *conversion, const char *data, size_t size, bool final,
                                     struct text_unit *unit)
{
    const struct encoding *encoding = conversion->encoding;
    if (unit->start.at == size)
        return TEXT_MORE;
    data += unit->start.at;
    size -= unit->start.at;
    unit->end.decoded = 0;
    uint16_t ch = encoding->characters[(unsigned char)*data];
    if (ch != ENCODING_LEAD) {
        unit->ch = ch;
        unit->end.at++;
        return ch == ENCODING_MALFORMED ? TEXT_MALFORMED : TEXT_CHAR;
    }

    struct text_decoded decoded;
    int taken = conversion_unit(conversion, data, size, encoding->unit > 1 ? encoding->unit : 2, &decoded);
    if (taken == 0 && !final)
        return TEXT_MORE;
    size_t part = unit->start.decoded;
    if (taken <= 0 || part >= decoded.count || !is_character(decoded.chars[part])) {
        unit->end.at += taken > 0 ? (size_t)taken : taken < 0 ? (size_t)-taken : size;
        return TEXT_MALFORMED;
    }
    unit->ch = (int32_t)decoded.chars[part];
    if (part + 1 < decoded.count)
        unit->end.decoded = part + 1;
    else
        unit->end.at += (size_t)taken;
    return TEXT_CHAR;
}

size_t conversion_run(struct text_conversion *conversion, const char *data, size_t size, uint32_t *chars, size_t *count)
{
    size_t unit = conversion->encoding->unit, most = *count, run = 0;
    size_t shown = size / unit < most ? size : most * unit; /* a unit is one character at least */
    size_t taken = conversion_stretch(conversion, data, shown, chars, count);
    while (run < *count && is_character(chars[run]) && chars[run] != '\r' && chars[run] != '\n')
        run++;
    if (run == *count)
        return taken;
    *count = run; /* where a newline follows, a unit ends, and the same again takes the bytes up to there */
    taken = run ? conversion_stretch(conversion, data, shown, chars, count) : 0;
    return *count == run ? taken : (*count = 0);
}

/* Most of what is converted in runs has two bytes. No character of these encodings ends in bytes that are the same character by
 * themselves. */
size_t conversion_last(const struct text_conversion *conversion, const char *end, size_t size, uint32_t ch)
{
    static const uint8_t sizes[] = {2, 1, 3, 4};
    for (size_t i = 0; i < sizeof sizes; i++) {
        struct text_decoded decoded;
        int most = sizes[i];
        if (sizes[i] <= size && conversion_unit(conversion, end - most, sizes[i], sizes[i], &decoded) == most &&
            decoded.count == 1 && decoded.chars[0] == ch)
            return sizes[i];
    }
    return 1;
}

/* ---- either ---- */

enum text_result conversion_decode(struct text_conversion *conversion, const struct text_cursor *cursor, const char *data,
                                   size_t size, bool final, struct text_unit *unit)
{
    unit->start = unit->end = *cursor;
    return conversion->encoding->stateful_input ? ahead_next(conversion, data, size, final, unit)
                                                : decode_plain(conversion, data, size, final, unit);
}

void conversion_commit(struct text_conversion *conversion, const struct text_cursor *cursor)
{
    if (conversion->encoding->stateful_input)
        ahead_commit(conversion, cursor);
    else
        conversion->part = cursor->decoded;
}

void conversion_forget(struct text_conversion *conversion)
{
    if (conversion->encoding->stateful_input)
        ahead_forget(conversion);
    conversion->part = 0;
}
