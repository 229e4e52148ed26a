/* Encodings that the system has, each with the characters that it can write: what reading makes of the bytes, cut into
 * pieces anywhere, must be what iconv makes of them in one go. */
#include <iconv.h>
#include <string.h>

#include "suite.h"
#include "text.h"
#include "utf8.h"

static const char *const encodings[] = {
    "us-ascii",     "iso-8859-1",     "iso-8859-2",  "iso-8859-3",  "iso-8859-4",    "iso-8859-5",    "iso-8859-6",
    "iso-8859-7",   "iso-8859-8",     "iso-8859-9",  "iso-8859-10", "iso-8859-11",   "iso-8859-13",   "iso-8859-14",
    "iso-8859-15",  "iso-8859-16",    "cp437",       "cp737",       "cp775",         "cp850",         "cp852",
    "cp855",        "cp857",          "cp860",       "cp861",       "cp862",         "cp863",         "cp864",
    "cp865",        "cp866",          "cp869",       "cp874",       "cp1125",        "cp1250",        "cp1251",
    "cp1252",       "cp1253",         "cp1254",      "cp1255",      "cp1256",        "cp1257",        "cp1258",
    "koi8-r",       "koi8-u",         "koi8-t",      "koi-8",       "macintosh",     "mac-cyrillic",  "viscii",
    "tcvn",         "tis-620",        "georgian-ps", "armscii-8",   "iso_6937",      "t.61-8bit",     "ansi_x3.110",
    "ibm037",       "ibm273",         "ibm1047",     "ibm1140",     "ebcdic-us",     "hp-roman8",     "iso646-de",
    "big5",         "big5-hkscs",     "cp932",       "cp949",       "euc-cn",        "euc-jp",        "euc-jp-ms",
    "euc-jisx0213", "euc-kr",         "euc-tw",      "gb2312",      "gb18030",       "gbk",           "johab",
    "shift_jis",    "shift_jisx0213", "uhc",         "iso-2022-jp", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-kr",
    "ibm930",       "ibm933",         "ibm935",      "ibm937",      "ibm939",        "ibm943",        "ibm1364",
    "ibm1388",      "ibm1390",        "ibm1399",     "utf-7",       "utf-16",        "utf-16le",      "utf-16be",
    "utf-32",       "utf-32le",       "utf-32be",    "ucs-2",       "ucs-2le",       "ucs-2be",       "ucs-4",
    "ucs-4le",      "unicode",        "utf-8"};

#define ENCODINGS (sizeof encodings / sizeof *encodings)

static struct text text_make(const char *encoding)
{
    struct text text = {0};
    struct sockd_format format = SOCKD_FORMAT_UNSET;
    format.encoding = (struct sockd_text){encoding, strlen(encoding)};
    format.output_error = SOCKD_ACTION_IGNORE;
    ck_assert_msg(text_set_format(&text, &format) == 0, "%s", encoding);
    return text;
}

/* Lines of characters, without the controls, which mean something to some encodings, and without what is private or a tag. */
static struct buffer all_characters(const char *encoding)
{
    struct text text = text_make(encoding);
    struct buffer bytes = {0};
    struct text_fault fault;
    char line[4 * 40 + 1];
    size_t size = 0;
    for (int32_t ch = 0x20; ch < 0x30000; ch++) {
        bool letter = (ch < 0x7f || ch >= 0xa0) && (ch < 0xd800 || ch >= 0xf900) && (ch & 0xfffe) != 0xfffe && ch != 0xfeff;
        if (letter && (ch < 0x3400 || ch / 32 % 8 == 0)) /* of the many Chinese ones some */
            size += utf8_write(ch, line + size);
        if (ch % 32 == 31 && size) {
            line[size++] = '\n';
            ck_assert_int_eq(text_encode(&text, (struct sockd_text){line, size}, &bytes, &fault), TEXT_CHAR);
            text_encoded(&text);
            size = 0;
        }
    }
    ck_assert_int_eq(text_encode_reset(&text, &bytes), 0);
    text_deinit(&text);
    return bytes;
}

static struct buffer iconv_whole(const char *encoding, const struct buffer *bytes)
{
    struct buffer utf8 = {0};
    iconv_t conversion = iconv_open("UTF-8", encoding);
    char *in = (char *)(uintptr_t)buffer_data(bytes);
    size_t left = buffer_size(bytes), room = 4 * left + 64;
    char *start = buffer_reserve(&utf8, room), *out = start;
    ck_assert_msg(iconv(conversion, &in, &left, &out, &room) != (size_t)-1, "%s at %zu", encoding, buffer_size(bytes) - left);
    iconv(conversion, NULL, NULL, &out, &room);
    buffer_added(&utf8, (size_t)(out - start));
    iconv_close(conversion);
    return utf8;
}

static unsigned random_below(unsigned *state, unsigned bound)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % bound;
}

/* Reads the bytes as they come in pieces, now and then giving up what was read. */
static struct buffer read_pieces(const char *encoding, const struct buffer *bytes, unsigned seed, unsigned longest)
{
    struct text text = text_make(encoding);
    struct buffer utf8 = {0};
    const char *data = buffer_data(bytes);
    size_t size = buffer_size(bytes), front = 0, have = 0, length;
    while (front < size) {
        struct buffer out = {0};
        struct text_cursor cursor = text_start(&text);
        size_t count = 1 + random_below(&seed, longest);
        bool newline;
        have = have + longest < size ? have + random_below(&seed, longest) : size;
        enum text_result result =
            text_read(&text, &cursor, data + front, have - front, have == size, false, &count, &newline, &out, &length);
        ck_assert_msg(result == TEXT_CHAR || result == TEXT_MORE, "%s at %zu", encoding, front + cursor.at);
        if (random_below(&seed, 4)) {
            buffer_append(&utf8, buffer_data(&out), buffer_size(&out));
            text_commit(&text, &cursor, data + front);
            front += cursor.at;
        }
        buffer_deinit(&out);
    }
    text_deinit(&text);
    return utf8;
}

static void expect_same(const char *encoding, const struct buffer *read, const struct buffer *expected)
{
    const char *a = buffer_data(read), *b = buffer_data(expected);
    size_t at = 0, size = buffer_size(read) < buffer_size(expected) ? buffer_size(read) : buffer_size(expected);
    while (at < size && a[at] == b[at])
        at++;
    ck_assert_msg(at == buffer_size(read) && at == buffer_size(expected), "%s differs at %zu of %zu", encoding, at,
                  buffer_size(expected));
}

/* shows: encoding-names */
START_TEST(every_character)
{
    const char *encoding = encodings[_i];
    struct buffer bytes = all_characters(encoding), expected = iconv_whole(encoding, &bytes);
    ck_assert_uint_gt(buffer_size(&bytes), 60);
    for (unsigned i = 0; i < 2; i++) {
        struct buffer read = read_pieces(encoding, &bytes, i, 11u << 6 * i);
        expect_same(encoding, &read, &expected);
        buffer_deinit(&read);
    }
    buffer_deinit(&bytes);
    buffer_deinit(&expected);
}
END_TEST

/* Any bytes at all come to an end, and what is not malformed is a character. */
/* shows: encoding-names */
START_TEST(any_bytes)
{
    unsigned seed = (unsigned)_i;
    for (int times = 0; times < 60; times++) {
        struct text text = text_make(encodings[_i]);
        char data[48];
        size_t size = random_below(&seed, sizeof data), front = 0, have = 0, length;
        static const unsigned char likely[] = {0x1b, '$',  '(',  'B',  0x0e, 0x0f, '+', '-',
                                               0x81, 0x30, 0xd8, 0xdc, 0xfe, 0xff, 0,   '\r'};
        for (size_t i = 0; i < size; i++)
            data[i] = (char)(random_below(&seed, 2) ? likely[random_below(&seed, sizeof likely)] : random_below(&seed, 256));
        for (int steps = 0; front < size; steps++) {
            struct text_cursor cursor = text_start(&text);
            int32_t ch = -1;
            have += random_below(&seed, (unsigned)(size - have) + 1);
            enum text_result result = text_next(&text, &cursor, data + front, have - front, have == size, &ch, &length);
            ck_assert_int_lt(steps, 1000);
            ck_assert_uint_le(front + cursor.at, have);
            if (result == TEXT_CHAR)
                ck_assert(ch >= 0 && ch <= 0x10ffff && (ch < 0xd800 || ch > 0xdfff));
            if (result == TEXT_MALFORMED) {
                ck_assert(length > 0 && front + cursor.at + length <= have);
                memmove(data + front + length, data + front, cursor.at);
                front += length;
                text_forget(&text);
            } else if (result == TEXT_CHAR || have == size) {
                text_commit(&text, &cursor, data + front);
                front += cursor.at;
            }
        }
        text_deinit(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text encodings");
    TCase *tcase = tcase_create("text encodings");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, every_character, 0, ENCODINGS);
    tcase_add_loop_test(tcase, any_bytes, 0, ENCODINGS);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
