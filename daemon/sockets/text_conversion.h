/* The iconv side of a text: one stream's conversions and what they have to remember. For the files of text only. */
#pragma once

#include <iconv.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "text.h"
#include "text_encoding.h"

/* Whether the state of the output conversion is that of what was sent. */
enum { OUTPUT_SENT, OUTPUT_UNSENT, OUTPUT_SPOILT };

struct text_conversion {
    const struct encoding *encoding;
    iconv_t input; /* (iconv_t)-1 where the table of lone bytes says everything */
    iconv_t output;

    /* input without state: characters of the unit at the front that were read (some units are two characters) */
    size_t part;

    /* input with state: what was decoded ahead of the front */
    struct buffer ahead;        /* pieces, see text_ahead.c */
    struct buffer ahead_shifts; /* the bytes of the shifts among them */
    size_t fed;                 /* bytes from the front that are in those pieces */
    unsigned char shifts[62];   /* what to repeat to be in the state of the front again: each a length and its bytes */
    uint8_t shifts_size;

    /* output with state: the text, since the last newline, that leads to the state of what was sent; and the same with what
     * text_encode made last */
    struct buffer sent, unsent;
    int output_state;
};

/* A character, or a malformed part, and where it stands. */
struct text_unit {
    int32_t ch;
    struct text_cursor start, end;
};

/* 0, -EINVAL or -ENOMEM. */
int conversion_new(struct text_conversion **conversion, struct sockd_text name);

/* NULL is ignored. Gives NULL. */
struct text_conversion *conversion_free(struct text_conversion *conversion);

/* What comes at a cursor: TEXT_CHAR or TEXT_MALFORMED; with TEXT_MORE the unit begins and ends where the cursor may go. */
enum text_result conversion_decode(struct text_conversion *conversion, const struct text_cursor *cursor, const char *data,
                                   size_t size, bool final, struct text_unit *unit);

/* Decodes many characters at once, at most *count, in an encoding whose input has no state: up to a newline, something
 * malformed or incomplete. How many bytes they took, and *count. */
size_t conversion_run(struct text_conversion *conversion, const char *data, size_t size, uint32_t *chars, size_t *count);

/* How many of the size bytes before end the last character of such a run takes. */
size_t conversion_last(const struct text_conversion *conversion, const char *end, size_t size, uint32_t ch);

void conversion_commit(struct text_conversion *conversion, const struct text_cursor *cursor);
void conversion_forget(struct text_conversion *conversion);

/* ---- pieces of input: text_convert.c ---- */

/* More than the longest character, escape sequence or byte order mark; and more characters than they make. */
#define UNIT_MAX 16
#define UNIT_CHARACTERS 16

struct text_decoded {
    uint32_t chars[UNIT_CHARACTERS];
    size_t count;
};

/* Whether what iconv made is a Unicode scalar value. */
static inline bool is_character(uint32_t ch)
{
    return ch < 0xd800 || (ch > 0xdfff && ch <= 0x10ffff);
}

/* Shows iconv the beginning of the bytes, first bytes at first, until it takes them. As utf8_read: the bytes it took, 0 if
 * there are too few, the malformed ones negative. */
int conversion_unit(const struct text_conversion *conversion, const char *data, size_t size, size_t first,
                    struct text_decoded *decoded);

/* Shows iconv all of the bytes and takes at most *count characters. How many bytes that was. */
size_t conversion_stretch(const struct text_conversion *conversion, const char *data, size_t size, uint32_t *chars,
                          size_t *count);

/* ---- input with state: text_ahead.c ---- */

enum text_result ahead_next(struct text_conversion *conversion, const char *data, size_t size, bool final,
                            struct text_unit *unit);
void ahead_commit(struct text_conversion *conversion, const struct text_cursor *cursor);
void ahead_forget(struct text_conversion *conversion);
