/* What there is to know about an encoding of iconv's, found out by trying it once, and kept for as long as the process lives:
 * there are about a thousand names, so what hostile clients could pile up is bounded by what the system knows. */
#pragma once

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>

#include <sockd/values.h>

#define ENCODING_NAME_MAX 63

/* What a lone byte is, where it is no character. */
enum { ENCODING_MALFORMED = 0xfffe, ENCODING_LEAD = 0xffff };

struct encoding {
    struct encoding *next;
    bool stateful_input;  /* what a byte means depends on what came before */
    bool stateful_output; /* what a character becomes depends on what came before; a mark before the first counts */
    bool multibyte;       /* there are characters that the table below does not know */
    bool ascii_input;     /* bytes below 0x80 are ASCII wherever a character may begin */
    bool ascii_output;    /* ASCII is written as it is */
    bool holds_back;      /* there are bytes in holds */
    uint8_t unit;         /* bytes of a code unit: 1, 2 or 4 */
    uint8_t mark_size;    /* of the byte order mark that it writes */
    char mark[4];
    uint8_t holds[256 / 8];           /* bytes whose character is held back until it is clear that nothing combines with it */
    uint16_t characters[256];         /* of lone bytes, when no state comes in */
    char name[ENCODING_NAME_MAX + 1]; /* in lower case */
};

static inline bool encoding_holds(const struct encoding *encoding, unsigned char byte)
{
    return encoding->holds[byte / 8] >> byte % 8 & 1;
}

/* Whether a name means UTF-8, which is not iconv's business here. */
bool encoding_is_utf8(struct sockd_text name);

/* 0, -EINVAL: iconv does not know it, or the name has in it what would give iconv orders (//TRANSLIT), or -ENOMEM. */
int encoding_find(struct sockd_text name, const struct encoding **encoding);

/* To UTF-32 in host order, and from it. (iconv_t)-1: see errno. */
iconv_t encoding_open_input(const struct encoding *encoding);
iconv_t encoding_open_output(const struct encoding *encoding);
