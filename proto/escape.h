/* JSON strings, as what stands between their quotes. Pure. "Checked" is a string that the scanner has let through. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes from the start stand for themselves: ASCII, and neither a control character nor a quote nor a backslash. */
size_t escape_plain(const char *data, size_t size);

/* Reads the escape that begins with the backslash at data: how many bytes it has, its character in *ch. 0: it is malformed,
 * a surrogate without its other half included. */
size_t escape_read(const char *data, size_t size, int32_t *ch);

/* Undoes the escapes of a checked string where it stands; its size then. */
size_t escape_undo(char *data, size_t size);

/* Orders two checked strings by the bytes that they stand for: below, at or above 0. */
int escape_compare(const char *a, size_t a_size, const char *b, size_t b_size);

/* Whether a checked string stands for these bytes. */
bool escape_is(const char *data, size_t size, const char *plain, size_t plain_size);
