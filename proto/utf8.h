/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one character from size > 0 bytes.
 *   n > 0      a character of n bytes, stored in *ch
 *   0          the bytes are the beginning of a character that is not whole yet
 *   n < 0      -n bytes are a maximal malformed subpart, as Unicode's chapter 3.9 recommends to replace it */
int utf8_read(const unsigned char *data, size_t size, int32_t *ch);

/* Whether a character does nothing to whoever shows it: no control character of either set, no separator of lines or
 * paragraphs, nothing that turns the direction of writing. */
bool utf8_plain(int32_t ch);

/* Writes a scalar value into out, room for 4 bytes; how many it took. */
size_t utf8_write(int32_t ch, char *out);

/* How many bytes from the start are well-formed: size if all of them are. */
size_t utf8_valid(const char *data, size_t size);
