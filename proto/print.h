/* Records to JSON text: the one printer, driven by the field tables. It writes into memory of the caller's; what does not
 * fit is counted and not written, so a caller that finds used > size makes room and prints again. Text that is not UTF-8
 * comes out with U+FFFD in the place of each malformed part. */
#pragma once

#include <string.h>

#include "proto.h"

struct print {
    char *data;
    size_t size;
    size_t used;
};

static inline bool print_fits(const struct print *print)
{
    return print->used <= print->size;
}

/* Where a piece of that size goes, counted already; NULL if it does not fit. */
static inline char *print_take(struct print *print, size_t size)
{
    size_t at = print->used;
    print->used += size;
    return at <= print->size && size <= print->size - at ? print->data + at : NULL;
}

static inline void print_raw(struct print *print, const char *data, size_t size)
{
    char *to = print_take(print, size);
    if (to != NULL && size > 0)
        memcpy(to, data, size);
}

/* A C string, as it is. */
static inline void print_literal(struct print *print, const char *text)
{
    print_raw(print, text, strlen(text));
}

static inline void print_byte(struct print *print, char byte)
{
    char *to = print_take(print, 1);
    if (to != NULL)
        *to = byte;
}

void print_integer(struct print *print, int64_t value);
void print_unsigned(struct print *print, uint64_t value);
void print_text(struct print *print, struct sockd_text text);     /* quoted and escaped; null if it is null */
void print_base64(struct print *print, struct sockd_bytes bytes); /* quoted */

/* One object. leaves: which of its leaves to show, 0 for all (see struct sockd_list). */
void print_record(struct print *print, const struct record *record, const void *value, uint64_t leaves);
