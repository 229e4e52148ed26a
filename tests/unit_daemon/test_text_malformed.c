/* Bytes that are no characters: which of them are one malformed part, and what each action makes of it. */
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "suite.h"
#include "utf8.h"

/* What reading a character at a time gives: malformed parts in hexadecimal, between < and >. */
static const struct {
    const char *encoding, *bytes;
    size_t size;
    const char *read;
} rows[] = {
#define ROW(encoding, bytes, read)               \
    {                                            \
        encoding, bytes, sizeof(bytes) - 1, read \
    }
    /* a lone byte, and the beginnings of characters */
    ROW("utf-8",
        "a\xff"
        "b\xc3(c\xe2\x82(d\n",
        "a[ff]b[c3](c[e2 82](d\n"),
    ROW("utf-8", "\x80\xbf", "[80][bf]"),
    ROW("utf-8", "\xc3\n\xc3\r\nx", "[c3]\n[c3]\nx"),
    ROW("utf-8", "\xe2\x82\xe2\x82\xac", "[e2 82]€"),
    ROW("utf-8", "\xf0\x9f\x98\xf0\x9f\x98\x80", "[f0 9f 98]😀"),
    ROW("utf-8", "\xe1\x80\xc3\xe1(\xdf\xdf\xbf\xe1\xbf\xbf", "[e1 80][c3][e1]([df]\xdf\xbf\xe1\xbf\xbf"),
    /* overlong, surrogates, beyond the last character */
    ROW("utf-8", "\xc0\xaf\xc1\xbf\xc2\x80", "[c0][af][c1][bf]\xc2\x80"),
    ROW("utf-8", "\xe0\x80\xaf\xf0\x80\x80\xaf", "[e0][80][af][f0][80][80][af]"),
    ROW("utf-8", "\xe0\x9f\xbf\xe0\xa0\x80", "[e0][9f][bf]\xe0\xa0\x80"),
    ROW("utf-8", "\xed\xa0\x80\xed\xbf\xbf", "[ed][a0][80][ed][bf][bf]"),
    ROW("utf-8", "\xf4\x90\x80\x80z", "[f4][90][80][80]z"),
    ROW("utf-8", "\xf8\x88\x80\x80\x80", "[f8][88][80][80][80]"),
    /* Unicode's own example, table 3-8 */
    ROW("utf-8",
        "a\xf1\x80\x80\xe1\x80\xc2"
        "b\x80"
        "c\x80\xbf"
        "d",
        "a[f1 80 80][e1 80][c2]b[80]c[80][bf]d"),
    /* the end inside a character */
    ROW("utf-8", "a\xc3", "a[c3]"),
    ROW("utf-8", "a\xe2\x82", "a[e2 82]"),
    ROW("utf-8", "a\xf0\x9f\x98", "a[f0 9f 98]"),
    /* between a CR and its LF it vanishes */
    ROW("utf-8", "a\r\xff\nb", "a\n[ff]b"),
    ROW("utf-8", "\r\n\r\xc3\r\n", "\n\n[c3]\n"),

    ROW("us-ascii",
        "a\xe4"
        "b",
        "a[e4]b"),
    ROW("cp1252", "a\x81\x80", "a[81]€"),
    ROW("iso-8859-6", "A\xa1\xc7", "A[a1]\xd8\xa7"),
    /* two bytes of which the second is a character by itself */
    ROW("euc-jp", "\xa4(\xa4\n\xa4\xa2", "[a4]([a4]\nあ"),
    ROW("euc-jp", "\x8f\xb0(\xff\xa4", "[8f b0]([ff][a4]"),
    ROW("euc-jp", "\x8f\xb0\xff(", "[8f b0][ff]("),
    ROW("shift_jis", "\x81 \x82\xa0\x81", "[81] あ[81]"),
    ROW("gb18030", "\x81\x30\x81 \x81 \xff", "[81]0[81] [81] [ff]"),
    ROW("gb18030", "a\x81\x30", "a[81 30]"),
    ROW("gb18030", "a\x81\x30\x8a", "a[81 30 8a]"),
    ROW("big5", "\xa4\xa4\xa4\x20", "中[a4] "),
    /* code units of two and four bytes */
    ROW("utf-16be", "\xd8\0\0A\xdc\0\0B\0", "[d8 00]A[dc 00]B[00]"),
    ROW("utf-16be", "\0A\xd8\0", "A[d8 00]"),
    ROW("utf-16be", "\0A\xd8\0\xdc", "A[d8 00 dc]"),
    ROW("utf-16le",
        "\0\xd8\0\xd8\0\xdc"
        "A\0",
        "[00 d8]𐀀A"),
    ROW("utf-32be", "\0\x11\0\0\0\0\0A\0\0\xd8\0\0\0\0B\0\0", "[00 11 00 00]A[00 00 d8 00]B[00 00]"),
    ROW("ucs-4", "\x80\0\0A\0\0\0A\0\0\xdf\xff\0\x11\0\0\0\0\0B", "[80 00 00 41]A[00 00 df ff][00 11 00 00]B"),
    ROW("ucs-2be", "\0A\xd8\0\0B", "A[d8 00]B"),
    /* the order of bytes and the shift that are in force stay */
    ROW("utf-16", "\xfe\xff\xdc\0\0A\xdc\0\xfe\xff\0B", "[dc 00]A[dc 00]\ufeffB"),
    ROW("utf-16",
        "A\0\0\xdc\xff\xfe"
        "B\0",
        "A[00 dc]\ufeffB"),
    ROW("utf-32", "\0\0\xfe\xff\0\x11\0\0\0\0\0A\0\0\xdc\0\0\0\0B", "[00 11 00 00]A[00 00 dc 00]B"),
    ROW("iso-2022-jp", "\x1b$B$\"\x80$$\xff\x1b(B$$", "あ[80]い[ff]$$"),
    ROW("iso-2022-kr",
        "\x1b$)C\x0eGQ\x80GQ\x0f"
        "a\xff\x0eGQ",
        "한[80]한a[ff]한"),
    ROW("utf-7",
        "a\xff"
        "b+AOQ-c",
        "a[ff]bäc"),
    /* a letter held back comes before what is malformed behind it */
    ROW("cp1258", "\xc7\xd7\x81\xb1\x81\xf9\xd2\x81", "\xc3\x87\xc3\x97[81]\xc2\xb1[81]\xc3\xb9\xcc\x89[81]"),
    ROW("cp1258",
        "a\xd2"
        "b",
        "\xe1\xba\xa3"
        "b"),
};

#define ROWS (sizeof rows / sizeof *rows)

static void put_char(struct input *input, int32_t ch)
{
    buffer_added(&input->out, utf8_write(ch, buffer_reserve(&input->out, 4)));
}

static void put_malformed(struct input *input, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char hex[8];
        int length = snprintf(hex, sizeof hex, "%c%02x", i ? ' ' : '[', (unsigned char)input->window[input->cursor.at + i]);
        buffer_append(&input->out, hex, (size_t)length);
    }
    buffer_append(&input->out, "]", 1);
}

static struct input row_input(int i, int32_t action)
{
    struct input input;
    input_init(&input, rows[i].encoding, action, rows[i].bytes, rows[i].size);
    return input;
}

/* ---- told ---- */

/* Each character is used up before the next is read; bytes come in two pieces. */
static void told(int i, size_t at)
{
    struct input input = row_input(i, SOCKD_ACTION_ERROR);
    int32_t ch;
    size_t length;
    input_arrive(&input, at);
    for (;;) {
        enum text_result result = input_next(&input, &ch, &length);
        if (result == TEXT_MALFORMED) {
            put_malformed(&input, length);
            input_cut(&input, length);
        } else if (result == TEXT_CHAR) {
            put_char(&input, ch);
            input_commit(&input);
        } else if (input.rest_size) {
            input_abandon(&input);
            input_arrive(&input, SIZE_MAX);
        } else {
            break;
        }
    }
    input_commit(&input);
    ck_assert(input_ended(&input));
    input_expect(&input, rows[i].read);
    input_deinit(&input);
}

/* shows: decoding-error */
START_TEST(action_error)
{
    for (size_t at = 0; at <= rows[_i].size; at++)
        told(_i, at);
}
END_TEST

/* What is left of a row's text: with nothing, or a character, in the place of what is malformed. */
static void expect_replaced(const struct input *input, const char *read, const char *replacement)
{
    char text[256] = "";
    size_t size = 0;
    for (const char *it = read; *it; it++) {
        if (*it != '[') {
            text[size++] = *it;
            continue;
        }
        size += (size_t)snprintf(text + size, sizeof text - size, "%s", replacement);
        it = strchr(it, ']');
    }
    text[size] = 0;
    input_expect(input, text);
}

/* text_read goes as far as text_next does, whatever stands in the way. */
/* shows: decoding-error-keeps-the-rest */
START_TEST(read_alike)
{
    struct input input = row_input(_i, SOCKD_ACTION_ERROR);
    input_arrive(&input, SIZE_MAX);
    for (;;) {
        size_t count = SIZE_MAX, bad = 0, length = 0;
        bool newline;
        struct buffer out = {0};
        struct text_cursor cursor = text_start(&input.text);
        enum text_result read =
            text_read(&input.text, &cursor, input.window, input.size, true, false, &count, &newline, &out, &bad);
        ck_assert_int_eq(input_walk(&input, true, &length), read);
        ck_assert_uint_eq(cursor.at, input.cursor.at);
        ck_assert_uint_eq(bad, length);
        ck_assert_uint_eq(buffer_size(&out), buffer_size(&input.out));
        ck_assert(memcmp(buffer_data(&out), buffer_data(&input.out), buffer_size(&out)) == 0);
        buffer_deinit(&out);
        buffer_deinit(&input.out);
        if (read != TEXT_MALFORMED)
            break;
        input_cut(&input, bad);
    }
    input_deinit(&input);
}
END_TEST

/* A whole text is walked over until something is malformed; that is taken out, and the walk begins at the front again. */
/* shows: decoding-error-keeps-the-rest */
START_TEST(cut_and_again)
{
    struct input input = row_input(_i, SOCKD_ACTION_ERROR);
    size_t length;
    input_arrive(&input, SIZE_MAX);
    while (input_walk(&input, true, &length) == TEXT_MALFORMED) {
        input_cut(&input, length);
        buffer_deinit(&input.out);
    }
    ck_assert_uint_eq(input.cursor.at, input.size);
    expect_replaced(&input, rows[_i].read, "");
    input_deinit(&input);
}
END_TEST

/* Asking twice gives the same answer twice. */
/* shows: decoding-error */
START_TEST(told_again)
{
    struct input input = row_input(_i, SOCKD_ACTION_ERROR);
    size_t first, second = 0;
    input_arrive(&input, SIZE_MAX);
    if (input_walk(&input, false, &first) == TEXT_MALFORMED) {
        size_t at = input.cursor.at;
        ck_assert_int_eq(input_walk(&input, false, &second), TEXT_MALFORMED);
        ck_assert_uint_eq(second, first);
        ck_assert_uint_eq(input.cursor.at, at);
        input_abandon(&input);
        ck_assert_int_eq(input_walk(&input, false, &second), TEXT_MALFORMED);
        ck_assert_uint_eq(second, first);
        ck_assert_uint_eq(input.cursor.at, at);
    }
    input_deinit(&input);
}
END_TEST

/* ---- ignored or replaced ---- */

static void replaced(int i, int32_t action, const char *replacement, size_t at)
{
    struct input input = row_input(i, action);
    size_t length;
    input_arrive(&input, at);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    if (at % 2)
        input_commit(&input);
    input_arrive(&input, SIZE_MAX);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    ck_assert_uint_eq(input.cursor.at, input.size);
    expect_replaced(&input, rows[i].read, replacement);
    input_deinit(&input);
}

/* shows: decoding-ignore */
START_TEST(action_ignore)
{
    for (size_t at = 0; at <= rows[_i].size; at++)
        replaced(_i, SOCKD_ACTION_IGNORE, "", at);
}
END_TEST

/* A replacement between a CR and its LF would part them. */
static bool parts_newline(const char *bytes, size_t size)
{
    return memchr(bytes, '\r', size) != NULL;
}

/* shows: decoding-subparts, decoding-replace */
START_TEST(action_replace)
{
    for (size_t at = 0; at <= rows[_i].size && !parts_newline(rows[_i].bytes, rows[_i].size); at++) {
        replaced(_i, '?', "?", at);
        replaced(_i, 0xfffd, "\ufffd", at);
        replaced(_i, 0x1f600, "😀", at);
    }
}
END_TEST

/* shows: decoding-replace */
START_TEST(replacement_parts_newline)
{
    struct input input;
    size_t length;
    input_init(&input, "utf-8", '?', "a\r\xff\nb", 5);
    input_arrive(&input, SIZE_MAX);
    input_walk(&input, true, &length);
    input_expect(&input, "a\n?\nb");
    input_deinit(&input);
}
END_TEST

/* shows: decoding-replace */
START_TEST(replacement_nul)
{
    struct input input;
    int32_t ch = -1;
    size_t length;
    input_init(&input, "utf-8", 0, "\xff", 1);
    ck_assert_int_eq(input.text.input_error, TEXT_NUL);
    input_arrive(&input, SIZE_MAX);
    ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_CHAR);
    ck_assert_int_eq(ch, 0);
    input_deinit(&input);
}
END_TEST

/* The action may change while a malformed part stands at the front; so may the encoding. */
START_TEST(format_at_fault)
{
    static const char *const encodings[] = {"utf-8", "utf-16be", "iso-2022-jp"};
    for (size_t i = 0; i < 3; i++) {
        struct sockd_format format = SOCKD_FORMAT_UNSET;
        struct input input;
        int32_t ch;
        size_t length;
        input_init(&input, encodings[i], SOCKD_ACTION_ERROR,
                   i == 1 ? "\xdc\0\0a"
                          : "\x80"
                            "a",
                   i == 1 ? 4 : 2);
        input_arrive(&input, SIZE_MAX);
        ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_MALFORMED);
        format.input_error = '!';
        ck_assert_int_eq(text_set_format(&input.text, &format), 0);
        input_abandon(&input);
        input_walk(&input, true, &length);
        input_expect(&input, "!a");
        input_deinit(&input);

        input_init(&input, encodings[i], SOCKD_ACTION_ERROR, i == 1 ? "\xdc" : "\xff", 1);
        input_arrive(&input, SIZE_MAX);
        ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_MALFORMED);
        format.encoding = SOCKD_TEXT("iso-8859-1");
        ck_assert_int_eq(text_set_format(&input.text, &format), 0);
        input_abandon(&input);
        ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_CHAR);
        ck_assert_int_eq(ch, i == 1 ? 0xdc : 0xff);
        input_deinit(&input);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text malformed");
    TCase *tcase = tcase_create("text malformed");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, action_error, 0, ROWS);
    tcase_add_loop_test(tcase, read_alike, 0, ROWS);
    tcase_add_loop_test(tcase, cut_and_again, 0, ROWS);
    tcase_add_loop_test(tcase, told_again, 0, ROWS);
    tcase_add_loop_test(tcase, action_ignore, 0, ROWS);
    tcase_add_loop_test(tcase, action_replace, 0, ROWS);
    tcase_add_test(tcase, replacement_parts_newline);
    tcase_add_test(tcase, replacement_nul);
    tcase_add_test(tcase, format_at_fault);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
