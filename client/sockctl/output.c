#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "utf8.h"

/* Characters that a terminal obeys instead of showing: controls of both sets, and those that turn the direction of text. */
static bool harmful(int32_t ch)
{
    return ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || (ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2066 && ch <= 0x2069);
}

/* The next piece of text and what stands for it: how many bytes it takes, *escape empty where it is written as it is. */
static size_t next_piece(const char *data, size_t size, bool lines, char escape[12])
{
    int32_t ch = 0;
    int length = utf8_read((const unsigned char *)data, size, &ch);
    *escape = '\0';
    if (length <= 0) {
        snprintf(escape, 12, "\\x%02x", (unsigned)(unsigned char)*data);
        return 1;
    }
    bool layout = ch == '\n' || ch == '\t' || (ch == '\r' && size > 1 && data[1] == '\n');
    if (harmful(ch) && !(lines && layout))
        snprintf(escape, 12, ch < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)ch);
    return (size_t)length;
}

size_t output_escape(char *out, size_t room, const char *data, size_t size, bool lines)
{
    size_t used = 0;
    char escape[12];
    for (size_t taken; size > 0; data += taken, size -= taken) {
        taken = next_piece(data, size, lines, escape);
        const char *piece = *escape == '\0' ? data : escape;
        size_t length = *escape == '\0' ? taken : strlen(escape);
        if (used + length < room)
            memcpy(out + used, piece, length);
        used += length;
    }
    if (room > 0)
        out[used < room ? used : room - 1] = '\0';
    return used;
}

void output_escaped(FILE *file, const char *data, size_t size, bool lines)
{
    char escape[12];
    for (size_t taken; size > 0; data += taken, size -= taken) {
        taken = next_piece(data, size, lines, escape);
        if (*escape == '\0')
            fwrite(data, 1, taken, file);
        else
            fputs(escape, file);
    }
}

void output_data(const char *data, size_t size)
{
    if (isatty(STDOUT_FILENO))
        output_escaped(stdout, data, size, true);
    else if (size > 0)
        fwrite(data, 1, size, stdout);
}

void output_json(const struct options *options, FILE *file, json_object *value)
{
    bool pretty = options->layout == LAYOUT_PRETTY || (options->layout == LAYOUT_AUTO && isatty(fileno(file)));
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE | (pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : 0);
    const char *text = json_object_to_json_string_ext(value, flags);
    size_t left = strlen(text);
    int32_t ch = 0;
    for (int length; left > 0; text += length, left -= (size_t)length) {
        length = utf8_read((const unsigned char *)text, left, &ch);
        if (length <= 0)
            length = (fputs("\xef\xbf\xbd", file), 1);
        else if (ch != '\n' && harmful(ch))
            fprintf(file, "\\u%04x", (unsigned)ch);
        else
            fwrite(text, 1, (size_t)length, file);
    }
    fputc('\n', file);
}

void output_size(char *out, size_t room, int64_t bytes)
{
    static const char units[] = " KMGTPE";
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 999.5 && unit + 2 < sizeof units; unit++)
        value /= 1024;
    if (unit == 0)
        snprintf(out, room, "%" PRId64, bytes);
    else
        snprintf(out, room, value < 9.95 ? "%.1f%c" : "%.0f%c", value, units[unit]);
}

void output_period(char *out, size_t room, int64_t milliseconds)
{
    static const struct {
        int64_t length;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (milliseconds >= 2 * units[i].length) {
            snprintf(out, room, "%" PRId64 "%s", milliseconds / units[i].length, units[i].unit);
            return;
        }
    }
    snprintf(out, room, "%" PRId64 "ms", milliseconds);
}

int output_finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_DONE;
    fprintf(stderr, "sockctl: standard output: %s\n", strerror(errno));
    return EXIT_FAULT;
}
