/* Text is written straight into its place. A piece that does not fit whole is not written at all, only counted, so nothing ever
 * has to be taken back. */
#include "print.h"

#include <string.h>

#include "base64.h"
#include "escape.h"
#include "utf8.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* ---- pieces ---- */

void print_unsigned(struct print *print, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    print_raw(print, digits + at, sizeof digits - at);
}

void print_integer(struct print *print, int64_t value)
{
    if (value < 0)
        print_byte(print, '-');
    print_unsigned(print, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

/* ---- texts ---- */

static void print_escape(struct print *print, unsigned char byte)
{
    static const char shorts[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
    static const char digits[] = "0123456789abcdef";
    if (byte < sizeof shorts && shorts[byte] != 0)
        print_raw(print, (char[]){'\\', shorts[byte]}, 2);
    else
        print_raw(print, (char[]){'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]}, 6);
}

/* Prints one character that is not plain, or the replacement of what is none. How many bytes of the text that was. */
static size_t print_character(struct print *print, const char *data, size_t size)
{
    int32_t ch;
    int taken = utf8_read((const unsigned char *)data, size, &ch);
    if (taken <= 0) {
        print_literal(print, REPLACEMENT);
        return taken == 0 ? size : (size_t)-taken;
    }
    if (taken == 1)
        print_escape(print, (unsigned char)ch);
    else
        print_raw(print, data, (size_t)taken);
    return (size_t)taken;
}

void print_text(struct print *print, struct sockd_text text)
{
    if (text.data == NULL) {
        print_literal(print, "null");
        return;
    }
    print_byte(print, '"');
    size_t at = 0;
    while (at < text.size) {
        size_t plain = escape_plain(text.data + at, text.size - at);
        print_raw(print, text.data + at, plain);
        at += plain;
        if (at < text.size)
            at += print_character(print, text.data + at, text.size - at);
    }
    print_byte(print, '"');
}

void print_base64(struct print *print, struct sockd_bytes bytes)
{
    if (bytes.data == NULL) {
        print_literal(print, "null");
        return;
    }
    print_byte(print, '"');
    char *to = print_take(print, BASE64_SIZE(bytes.size));
    if (to != NULL)
        base64_write(bytes.data, bytes.size, to);
    print_byte(print, '"');
}
