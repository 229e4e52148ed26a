/* Bytes in some encoding, read in pieces and with much given up, beside the same bytes read at once; then the text that they
 * are, written in that encoding and read again. The first byte says which encoding, the second which action, the third how the
 * pieces are cut. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "text.h"
#include "utf8.h"

static const char *const encodings[] = {"utf-8",       "iso-8859-6",  "utf-16",    "utf-16be",   "utf-32",       "ucs-4",
                                        "iso-2022-jp", "euc-jp",      "shift_jis", "gb18030",    "ibm037",       "utf-7",
                                        "cp1258",      "iso-2022-kr", "ibm930",    "big5-hkscs", "iso-2022-jp-3"};

static struct text text_make(uint8_t encoding, uint8_t action)
{
    static const int32_t actions[] = {SOCKD_ACTION_ERROR, SOCKD_ACTION_IGNORE, '?', 0xfffd};
    const char *name = encodings[encoding % (sizeof encodings / sizeof *encodings)];
    struct sockd_format format = {{name, strlen(name)}, action / 4 % 3, actions[action % 4], SOCKD_ACTION_IGNORE};
    struct text text = {0};
    MUST(text_set_format(&text, &format) == 0);
    return text;
}

static void put(struct buffer *out, int32_t ch)
{
    char *room = buffer_reserve(out, 4);
    MUST(room != NULL);
    buffer_added(out, utf8_write(ch, room));
}

static void check(const struct buffer *out)
{
    MUST(utf8_valid(buffer_data(out), buffer_size(out)) == buffer_size(out));
}

/* A character at a time, never looking back; what is malformed is passed over. */
static struct buffer read_plainly(struct text text, const uint8_t *data, size_t size)
{
    struct buffer out = {0};
    struct text_cursor cursor = text_start(&text);
    for (;;) {
        int32_t ch;
        size_t length, at = cursor.at;
        enum text_result result = text_next(&text, &cursor, (const char *)data, size, true, &ch, &length);
        MUST(cursor.at >= at && cursor.at <= size);
        if (result != TEXT_CHAR)
            break;
        put(&out, ch);
    }
    text_deinit(&text);
    return out;
}

/* By text_read, from memory that ends where the bytes do, up to the end or to something malformed. */
static struct buffer read_pieces(struct text text, const uint8_t *data, size_t size, unsigned seed)
{
    struct buffer out = {0};
    enum text_result result = TEXT_CHAR;
    for (size_t front = 0, have = 0; result != TEXT_MALFORMED && (front < size || have < size);) {
        seed = seed * 1664525u + 1013904223u;
        size_t more = seed >> 9 & 15, count = seed >> 13 & 31, length, before = buffer_size(&out);
        bool newline;
        have = more < size - have ? have + more : size;
        char *exact = malloc(have > front ? have - front : 1);
        MUST(exact != NULL);
        memcpy(exact, data + front, have - front);
        struct text_cursor cursor = text_start(&text);
        result = text_read(&text, &cursor, exact, have - front, have == size, seed >> 18 & 1, &count, &newline, &out, &length);
        MUST(cursor.at <= have - front);
        MUST(result != TEXT_MALFORMED || (length > 0 && cursor.at + length <= have - front));
        if (seed >> 19 & 1 && result != TEXT_MALFORMED && have < size) {
            buffer_truncate(&out, before); /* given up */
            free(exact);
            continue;
        }
        if (newline)
            put(&out, '\n');
        text_commit(&text, &cursor, exact);
        free(exact);
        MUST(text.last_size <= TEXT_LAST);
        front += cursor.at;
        if (result == TEXT_MORE && have == size)
            break;
    }
    text_deinit(&text);
    return out;
}

/* What was read can be written, but for what the encoding has no character for, and comes to an end when it is read again. */
static void write_again(struct text text, const struct buffer *read)
{
    struct buffer bytes = {0};
    struct text_fault fault;
    size_t half = buffer_size(read) / 2;
    const char *data = buffer_data(read);
    while (half > 0 && ((unsigned char)data[half] & 0xc0) == 0x80)
        half--;
    MUST(text_encode(&text, (struct sockd_text){data, buffer_size(read)}, &bytes, &fault) == TEXT_CHAR);
    buffer_deinit(&bytes); /* never sent */
    MUST(text_encode(&text, (struct sockd_text){data, half}, &bytes, &fault) == TEXT_CHAR);
    text_encoded(&text);
    MUST(text_encode(&text, (struct sockd_text){data + half, buffer_size(read) - half}, &bytes, &fault) == TEXT_CHAR);
    text_encoded(&text);
    MUST(text_encode_reset(&text, &bytes) == 0);
    struct buffer again = read_plainly(text, (const uint8_t *)buffer_data(&bytes), buffer_size(&bytes));
    check(&again);
    buffer_deinit(&again);
    buffer_deinit(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    struct buffer plain = read_plainly(text_make(data[0], data[1]), data + 3, size - 3);
    struct buffer pieces = read_pieces(text_make(data[0], data[1]), data + 3, size - 3, data[2]);
    check(&plain);
    MUST(buffer_size(&plain) == buffer_size(&pieces));
    MUST(memcmp(buffer_data(&plain), buffer_data(&pieces), buffer_size(&plain)) == 0);
    write_again(text_make(data[0], data[1]), &plain);
    buffer_deinit(&plain);
    buffer_deinit(&pieces);
    return 0;
}
