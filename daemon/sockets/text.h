/* Characters and bytes of one stream: external formats, newlines, error actions. Knows no sockets; the bytes are the caller's.
 *
 * Reading goes by a cursor, so that an operation that must wait, or is given up, has consumed nothing: it walks from the
 * front of the stream's buffered input, and only text_commit makes what it walked over used up. UTF-8 is decoded from the
 * bytes themselves; every other encoding goes through iconv, and since a conversion's state can be neither copied nor wound
 * back, what it has decoded ahead of the front is remembered, character by character with the bytes it took. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockd/values.h>

#include "buffer.h"

struct text_conversion; /* the iconv side: absent for UTF-8 */

#define TEXT_LAST 13 /* no character takes more: the longest are in the base64 of UTF-7 */

/* In a stream by value; all zero is UTF-8, unix, errors told. */
struct text {
    struct text_conversion *conversion;
    int32_t input_error;  /* 0 or SOCKD_ACTION_ERROR, SOCKD_ACTION_IGNORE, or the replacement */
    int32_t output_error; /* likewise; a replacement NUL is kept as TEXT_NUL */
    uint8_t line_terminator;
    bool skip_lf; /* at the front: a CR was just consumed, an LF that follows directly belongs to it */
    uint8_t last_size;
    unsigned char last[TEXT_LAST]; /* the bytes of the last character before the front, as they came */
};

#define TEXT_NUL INT32_MAX

/* A place in the input, counted from its front. Start with text_start. */
struct text_cursor {
    size_t at;      /* bytes from the front */
    size_t decoded; /* characters from the front, for conversions */
    size_t last;    /* where the last character that was passed begins, and its size; SIZE_MAX: none was */
    uint8_t last_size;
    bool skip_lf;
};

enum text_result {
    TEXT_CHAR,      /* a character was read */
    TEXT_MORE,      /* there is none: the bytes end here, or inside a character */
    TEXT_MALFORMED, /* the bytes at the cursor are malformed, and the action is to tell */
    TEXT_UNENCODABLE,
    TEXT_NO_MEMORY,
};

void text_deinit(struct text *text);

/* Puts a format in force; members that are unset stay as they are. 0, -EINVAL: iconv does not know the encoding (nothing was
 * changed), -ENOMEM. The caller's buffered input stays: what had been decoded ahead of the front becomes bytes again. */
int text_set_format(struct text *text, const struct sockd_format *format);

/* Whether the encoding is known, without making anything. Names are compared without regard to case. */
bool text_encoding_known(struct sockd_text encoding);

/* The format in force; encoding in lower case, valid as long as it stays in force. */
void text_format(const struct text *text, struct sockd_format *format);

struct text_cursor text_start(const struct text *text);

/* Reads the character at the cursor and moves it on. CR, LF and CR LF are one '\n'; an LF that belongs to a CR before it is
 * passed over (the cursor moves even when TEXT_MORE follows). ignore and replacement happen here. final: no bytes will follow
 * these; bytes inside a character are then malformed. TEXT_MALFORMED: *length bytes at the cursor are the maximal malformed
 * subpart. Between calls bytes may go from the end of the input, if the same ones come again. */
enum text_result text_next(struct text *text, struct text_cursor *cursor, const char *data, size_t size, bool final,
                           int32_t *ch, size_t *length);

/* Reads characters into out, as UTF-8, until count of them or (line) a newline, which is not put out. TEXT_CHAR: count
 * characters were read, or *newline is set; else as text_next, with the cursor behind what was put out. *count: characters
 * that were put out. As fast as the bytes allow for UTF-8: it copies runs, and looks at a byte once. */
enum text_result text_read(struct text *text, struct text_cursor *cursor, const char *data, size_t size, bool final, bool line,
                           size_t *count, bool *newline, struct buffer *out, size_t *length);

/* What stands before the cursor in the input at data is used up: the caller drops cursor->at bytes from its front. */
void text_commit(struct text *text, const struct text_cursor *cursor, const char *data);

/* The bytes at the front are about to be used, or dropped, by somebody else (bytes read as bytes, a malformed part taken
 * out, input thrown away): what was decoded ahead is forgotten, a conversion goes back to its state at the front. Keeps
 * skip_lf. */
void text_forget(struct text *text);

/* Why a text cannot be written. */
struct text_fault {
    int32_t ch;
    size_t position; /* characters before it */
};

/* Appends text (valid UTF-8) to out in the stream's encoding, each newline as the line terminator. TEXT_CHAR, or
 * TEXT_UNENCODABLE or TEXT_NO_MEMORY with nothing appended. A stateful encoding's state counts only after text_encoded: text
 * that was encoded and then not sent leaves no trace. */
enum text_result text_encode(struct text *text, struct sockd_text utf8, struct buffer *out, struct text_fault *fault);
void text_encoded(struct text *text);

/* Appends what returns a stateful encoding to its initial state (nothing for most). Counts at once. 0 or -ENOMEM. */
int text_encode_reset(struct text *text, struct buffer *out);
