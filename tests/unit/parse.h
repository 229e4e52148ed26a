/* A scanner with generous limits for the suites, and texts from its tokens. */
#pragma once

#include "arena.h"
#include "print.h"
#include "record.h"
#include "scan.h"

/* Scans a copy of the text that ends at fence 0. The scan is the same each time. */
struct scan *parse(const char *text, size_t size, enum scan_result *result);

/* The same with other limits, which hold until the next call of parse. */
struct scan *parse_within(const char *text, size_t size, size_t values, size_t nesting, enum scan_result *result);

/* Scans what must be good. */
struct scan *parse_good(const char *text);

/* What the tokens say, without spaces: {a:[1,'x',true]}. A string is shown as it stands, or ESCAPED in front. Fails the test
 * where counts and nexts do not fit each other. Valid until the next call. */
const char *parse_shape(const struct scan *scan);

/* An arena of 4 MiB, emptied. */
struct arena *parse_arena(void);

/* A record as text, by the printer, with a NUL behind it. Valid until the next call. */
const char *parse_printed(const struct record *record, const void *value);
