/* A strict JSON scanner: bytes in; a token array out. What it lets through is RFC 8259, in UTF-8, without duplicate member
 * names and without a NUL in a name, within the limits. It allocates nothing and keeps no state between two texts.
 *
 * Duplicates are found after unescaping, and in O(n log n): an object of thousands of members costs no more than its bytes.
 * A lone surrogate escape (\ud800) is not a character and counts as a syntax error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sockd/values.h>

#include "escape.h"

enum token_type {
    TOKEN_OBJECT,
    TOKEN_ARRAY,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_NULL,
    TOKEN_BYTES, /* never scanned: a string whose base64 has been decoded where it stands */
};

/* A value, or the name of a member; a member is its name's token followed by its value's. Children follow their parent. */
struct token {
    uint32_t start, end; /* where it stands in the text; a string without its quotes */
    uint32_t next;       /* the token after this one and all that is inside it */
    uint32_t count;      /* members of an object, elements of an array */
    uint8_t type;        /* enum token_type */
    bool escaped;        /* a string that still has escapes in it */
};

#define TOKEN_NONE UINT32_MAX

enum scan_result { SCAN_OK, SCAN_SYNTAX, SCAN_NESTING, SCAN_VALUES };

/* The scanner's memory and its last result. The caller sets the first group once. */
struct scan {
    struct token *tokens; /* room for SCAN_TOKENS(values) */
    uint32_t *scratch;    /* room for as many numbers */
    size_t values;        /* values allowed; names do not count */
    size_t nesting;       /* open objects and arrays allowed, at most SCAN_NESTING_MAX */

    char *text;
    size_t size;
    size_t count;       /* tokens; after SCAN_NESTING and SCAN_VALUES see below */
    size_t position;    /* of a syntax error */
    const char *reason; /* of a syntax error, for a person */
};

#define SCAN_TOKENS(values) (2 * (values) + 2)
#define SCAN_NESTING_MAX 64

/* Scans one text: exactly one value, with white space around it at most. The text must stay as long as the tokens are used;
 * scan_text changes it. size is below 2^32.
 *
 * After SCAN_NESTING and SCAN_VALUES the tokens still tell the members of the top object: of a member that went over the limit
 * there is one token, without children, and what follows it has been scanned too, as far as the values allow. */
enum scan_result scan(struct scan *scan, char *text, size_t size);

/* The value of a string, unescaped where it stands the first time it is asked for. */
struct sockd_text scan_text(struct scan *scan, uint32_t token);

/* The bytes of any token as they came, a string with its quotes. Not to be used on a string after scan_text. */
struct sockd_text scan_raw(const struct scan *scan, uint32_t token);

/* Whether a string token is this text. Leaves the text as it is. */
static inline bool scan_is(const struct scan *scan, uint32_t token, const char *text)
{
    const struct token *string = &scan->tokens[token];
    const char *data = scan->text + string->start;
    size_t size = string->end - string->start, wanted = strlen(text);
    if (string->escaped)
        return escape_is(data, size, text, wanted);
    return size == wanted && memcmp(data, text, wanted) == 0;
}

/* The value of the member of that name, or TOKEN_NONE. */
uint32_t scan_member(const struct scan *scan, uint32_t object, const char *name);

/* An integer without fraction or exponent, in 64 bits with its sign apart. False: not an integer, or it does not fit. */
bool scan_integer(const struct scan *scan, uint32_t token, struct sockd_integer *out);
