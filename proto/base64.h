/* Base64 with padding, RFC 4648 section 4. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BASE64_SIZE(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_SIZE(size) characters. */
size_t base64_write(const unsigned char *data, size_t size, char *out);

/* Decodes size characters into out, which may be where they stand: how many bytes, or -1 if they are not canonical base64
 * (a wrong length, padding or character, or bits set behind the last byte). */
ptrdiff_t base64_read(const char *data, size_t size, unsigned char *out);
