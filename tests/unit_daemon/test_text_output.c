/* Writing characters: line terminators, what cannot be written, and states that count only when text was sent. */
#include <string.h>

#include "proto.h"
#include "samples.h"
#include "suite.h"
#include "text.h"

static struct sockd_text text_of(const char *string)
{
    return (struct sockd_text){string, strlen(string)};
}

static struct text text_make(const char *encoding, int line_terminator, int32_t action)
{
    struct text text = {0};
    struct sockd_format format = SOCKD_FORMAT_UNSET;
    format.encoding = text_of(encoding);
    format.line_terminator = line_terminator;
    format.output_error = action;
    ck_assert_msg(text_set_format(&text, &format) == 0, "%s", encoding);
    return text;
}

static void expect_bytes(const struct buffer *out, const char *bytes, size_t size)
{
    ck_assert_uint_eq(buffer_size(out), size);
    ck_assert(memcmp(buffer_data(out), bytes, size) == 0);
}

static void encode(struct text *text, struct sockd_text utf8, struct buffer *out)
{
    struct text_fault fault;
    ck_assert_int_eq(text_encode(text, utf8, out, &fault), TEXT_CHAR);
}

/* ---- samples ---- */

START_TEST(sample_whole)
{
    const struct sample *sample = &samples[_i];
    struct text text = text_make(sample->encoding, SOCKD_UNSET, SOCKD_ACTION_ERROR);
    struct buffer out = {0};
    encode(&text, text_of(sample->text), &out);
    text_encoded(&text);
    ck_assert_int_eq(text_encode_reset(&text, &out), 0);
    if (!(sample->flags & SAMPLE_LOOSE))
        expect_bytes(&out, sample->bytes, sample->size);
    ck_assert_int_eq(text_encode_reset(&text, &out), 0);
    if (!(sample->flags & SAMPLE_LOOSE))
        expect_bytes(&out, sample->bytes, sample->size);
    buffer_deinit(&out);
    text_deinit(&text);
}
END_TEST

/* In two calls, parted at every character, with text between them that is encoded and not sent. */
static void sample_parted(const struct sample *sample, size_t at, const char *unsent, int32_t action)
{
    struct text text = text_make(sample->encoding, SOCKD_UNSET, action);
    struct buffer out = {0}, lost = {0};
    struct text_fault fault;
    for (int part = 0; part < 2; part++) {
        struct sockd_text piece = {sample->text + (part ? at : 0), part ? strlen(sample->text) - at : at};
        for (int times = 0; times < 2; times++)
            ck_assert_int_ne(text_encode(&text, text_of(unsent), &lost, &fault), TEXT_NO_MEMORY);
        encode(&text, piece, &out);
        text_encoded(&text);
    }
    text_encode(&text, text_of(unsent), &lost, &fault);
    ck_assert_int_eq(text_encode_reset(&text, &out), 0);
    if (!(sample->flags & SAMPLE_LOOSE))
        expect_bytes(&out, sample->bytes, sample->size);
    buffer_deinit(&out);
    buffer_deinit(&lost);
    text_deinit(&text);
}

START_TEST(sample_unsent)
{
    const struct sample *sample = &samples[_i];
    for (size_t at = 0; at <= strlen(sample->text); at++) {
        if ((sample->text[at] & 0xc0) == 0x80)
            continue;
        sample_parted(sample, at, "", SOCKD_ACTION_ERROR);
        sample_parted(sample, at, "x", SOCKD_ACTION_ERROR);
        sample_parted(sample, at, "a日本é한б中\nあ", SOCKD_ACTION_IGNORE);
        sample_parted(sample, at, "日本é한б\U000f0000", SOCKD_ACTION_ERROR);
    }
}
END_TEST

/* What was written before stays where it is. */
START_TEST(appended)
{
    struct text text = text_make("utf-16be", LINE_TERMINATOR_DOS, SOCKD_ACTION_ERROR);
    struct buffer out = {0};
    buffer_append(&out, "..", 2);
    encode(&text, text_of("a\n"), &out);
    expect_bytes(&out, "..\0a\0\r\0\n", 8);
    buffer_deinit(&out);
    text_deinit(&text);
}
END_TEST

/* Longer than any piece that is given to iconv at once. */
START_TEST(long_texts)
{
    static const char *const encodings[] = {"utf-8", "iso-8859-5", "euc-jp", "utf-16", "iso-2022-jp", "shift_jis"};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        struct text text = text_make(encodings[i], LINE_TERMINATOR_DOS, SOCKD_ACTION_ERROR);
        struct buffer utf8 = {0}, out = {0}, back = {0};
        for (int n = 0; n < 3000; n++)
            buffer_append(&utf8, "x привет\n", n % 7 ? 15 : 14);
        encode(&text, (struct sockd_text){buffer_data(&utf8), buffer_size(&utf8)}, &out);
        struct text_cursor cursor = text_start(&text);
        size_t count = SIZE_MAX, length;
        bool newline;
        enum text_result result =
            text_read(&text, &cursor, buffer_data(&out), buffer_size(&out), true, false, &count, &newline, &back, &length);
        ck_assert_int_eq(result, TEXT_MORE);
        ck_assert_uint_eq(cursor.at, buffer_size(&out));
        expect_bytes(&back, buffer_data(&utf8), buffer_size(&utf8));
        buffer_deinit(&utf8);
        buffer_deinit(&out);
        buffer_deinit(&back);
        text_deinit(&text);
    }
}
END_TEST

/* ---- line terminators ---- */

static const struct {
    const char *encoding, *text, *unix_bytes, *dos_bytes, *mac_bytes;
} lines[] = {
    {"utf-8", "\n", "\n", "\r\n", "\r"},
    {"utf-8", "a\n\nä\nb", "a\n\nä\nb", "a\r\n\r\nä\r\nb", "a\r\rä\rb"},
    {"utf-8", "a\r\nb\r", "a\r\nb\r", "a\r\r\nb\r", "a\r\rb\r"},
    {"iso-8859-1", "a\nä\r\n", "a\n\xe4\r\n", "a\r\n\xe4\r\r\n", "a\r\xe4\r\r"},
    {"shift_jis", "a\nあ\n", "a\n\x82\xa0\n", "a\r\n\x82\xa0\r\n", "a\r\x82\xa0\r"},
    {"ibm037", "A\nB", "\xc1\x25\xc2", "\xc1\x0d\x25\xc2", "\xc1\x0d\xc2"},
};

/* shows: newline-output */
START_TEST(terminators)
{
    for (int terminator = LINE_TERMINATOR_UNIX; terminator <= LINE_TERMINATOR_MAC; terminator++) {
        struct text text = text_make(lines[_i].encoding, terminator, SOCKD_ACTION_ERROR);
        struct buffer out = {0};
        const char *bytes = terminator == LINE_TERMINATOR_UNIX  ? lines[_i].unix_bytes
                            : terminator == LINE_TERMINATOR_DOS ? lines[_i].dos_bytes
                                                                : lines[_i].mac_bytes;
        encode(&text, text_of(lines[_i].text), &out);
        expect_bytes(&out, bytes, strlen(bytes));
        buffer_deinit(&out);
        text_deinit(&text);
    }
}
END_TEST

/* ---- what cannot be written ---- */

static const struct {
    const char *encoding, *text;
    int32_t action;
    const char *bytes; /* NULL: a fault */
    int32_t ch;
    size_t position;
} faults[] = {
    {"iso-8859-1", "ab€cd", SOCKD_ACTION_ERROR, NULL, 0x20ac, 2},
    {"iso-8859-1", "€", SOCKD_ACTION_ERROR, NULL, 0x20ac, 0},
    {"iso-8859-1", "a\n\nä😀", SOCKD_ACTION_ERROR, NULL, 0x1f600, 4},
    {"iso-8859-1", "ab€cd", SOCKD_ACTION_IGNORE, "abcd", 0, 0},
    {"iso-8859-1", "€", SOCKD_ACTION_IGNORE, "", 0, 0},
    {"iso-8859-1", "€ä€€\n€", '?', "?\xe4??\n?", 0, 0},
    {"iso-8859-1", "ab€cd", 0xe4,
     "ab\xe4"
     "cd",
     0, 0},
    {"iso-8859-1", "ab€cd", 0x20ac, NULL, 0x20ac, 2},
    {"iso-8859-1", "ab€cd", 0x416, NULL, 0x20ac, 2},
    {"us-ascii", "abäcd\n", SOCKD_ACTION_ERROR, NULL, 0xe4, 2},
    {"us-ascii", "abäcd\n", SOCKD_ACTION_IGNORE, "abcd\n", 0, 0},
    {"us-ascii", "abäcd\n", '?', "ab?cd\n", 0, 0},
    {"us-ascii", "日本", '?', "??", 0, 0},
    {"euc-jp", "日é\U0001f600x", SOCKD_ACTION_ERROR, NULL, 0x1f600, 2},
    {"euc-jp", "日\U0001f600本", SOCKD_ACTION_IGNORE, "\xc6\xfc\xcb\xdc", 0, 0},
    {"iso-2022-jp", "日\U0001f600本", SOCKD_ACTION_ERROR, NULL, 0x1f600, 1},
    {"iso-2022-jp", "日\U0001f600本", SOCKD_ACTION_IGNORE, "\x1b$BF|K\\\x1b(B", 0, 0},
    {"iso-2022-jp", "日\U0001f600本", '?', "\x1b$BF|\x1b(B?\x1b$BK\\\x1b(B", 0, 0},
    {"ucs-2le", "a\U0001f600", SOCKD_ACTION_ERROR, NULL, 0x1f600, 1},
    /* the tags, which iconv would drop without a word */
    {"iso-8859-1", "a\U000e0041b", SOCKD_ACTION_ERROR, NULL, 0xe0041, 1},
    {"iso-8859-1", "äö\U000e0041b", SOCKD_ACTION_ERROR, NULL, 0xe0041, 2},
    {"iso-8859-1", "ä\U000e0041\U000e007fö", SOCKD_ACTION_IGNORE, "\xe4\xf6", 0, 0},
    {"iso-8859-1", "ä\U000e0041\U000e0001ö", '?', "\xe4??\xf6", 0, 0},
    {"iso-8859-1", "ä\U000e0041", 0x20ac, NULL, 0xe0041, 1},
    {"utf-8", "\U000e0041", SOCKD_ACTION_ERROR, "\U000e0041", 0, 0},
};

/* shows: encoding-error */
START_TEST(unencodable)
{
    struct text text = text_make(faults[_i].encoding, SOCKD_UNSET, faults[_i].action);
    struct buffer out = {0};
    struct text_fault fault = {0};
    for (int before = 0; before < 2; before++) {
        enum text_result result = text_encode(&text, text_of(faults[_i].text), &out, &fault);
        if (faults[_i].bytes) {
            ck_assert_int_eq(result, TEXT_CHAR);
            text_encoded(&text);
            ck_assert_int_eq(text_encode_reset(&text, &out), 0);
            ck_assert_uint_eq(buffer_size(&out), strlen(faults[_i].bytes) + (before ? 2 : 0));
            ck_assert(memcmp(buffer_data(&out) + (before ? 2 : 0), faults[_i].bytes, strlen(faults[_i].bytes)) == 0);
        } else {
            ck_assert_int_eq(result, TEXT_UNENCODABLE);
            ck_assert_int_eq(fault.ch, faults[_i].ch);
            ck_assert_uint_eq(fault.position, faults[_i].position);
            ck_assert_uint_eq(buffer_size(&out), before ? 2 : 0);
        }
        buffer_deinit(&out);
        buffer_append(&out, "..", 2);
    }
    buffer_deinit(&out);
    text_deinit(&text);
}
END_TEST

/* A fault far into a long text is found where it is. */
/* shows: encoding-error */
START_TEST(fault_position)
{
    static const char *const encodings[] = {"iso-8859-5", "us-ascii", "shift_jis", "iso-2022-jp"};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        struct text text = text_make(encodings[i], LINE_TERMINATOR_DOS, SOCKD_ACTION_ERROR);
        struct buffer utf8 = {0}, out = {0};
        struct text_fault fault;
        for (int n = 0; n < 500; n++)
            buffer_append(&utf8, i == 1 ? "tests\n" : "тест\n", i == 1 ? 5 : 9);
        buffer_append(&utf8, "\U0001f600z", 5);
        struct sockd_text whole = {buffer_data(&utf8), buffer_size(&utf8)};
        ck_assert_int_eq(text_encode(&text, whole, &out, &fault), TEXT_UNENCODABLE);
        ck_assert_int_eq(fault.ch, 0x1f600);
        ck_assert_uint_eq(fault.position, 2500);
        ck_assert_uint_eq(buffer_size(&out), 0);
        buffer_deinit(&utf8);
        buffer_deinit(&out);
        text_deinit(&text);
    }
}
END_TEST

/* shows: encoding-replace */
START_TEST(replacement_nul)
{
    struct text text = text_make("us-ascii", SOCKD_UNSET, 0);
    struct buffer out = {0};
    ck_assert_int_eq(text.output_error, TEXT_NUL);
    encode(&text, text_of("aäb"), &out);
    expect_bytes(&out, "a\0b", 3);
    buffer_deinit(&out);
    text_deinit(&text);
}
END_TEST

/* ---- states ---- */

/* calls: texts that are written and sent, "!" one that resets, "?…" a text that is written and not sent. */
static const struct {
    const char *encoding;
    const char *calls[8];
    const char *bytes;
    size_t size;
} states[] = {
#define STATE(encoding, bytes, ...)                       \
    {                                                     \
        encoding, {__VA_ARGS__}, bytes, sizeof(bytes) - 1 \
    }
    /* the mark comes before the first character only, whatever happens between */
    STATE("utf-16",
          "\xff\xfe"
          "a\0b\0",
          "a", "b"),
    STATE("utf-16",
          "\xff\xfe"
          "a\0b\0c\0",
          "?x", "a", "!", "b", "?x", "!", "c"),
    STATE("utf-16", "\xff\xfe\n\0a\0", "!", "\n", "!", "?x", "a"),
    STATE("utf-32", "\xff\xfe\0\0a\0\0\0b\0\0\0", "?x", "a", "!", "?x", "b"),
    STATE("utf-16le", "a\0b\0", "a", "!", "b"),
    /* a shift stays open between calls, and is closed by what comes next or by the reset */
    STATE("iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日", "本", "!"),
    STATE("iso-2022-jp", "\x1b$BF|\x1b(Ba", "日", "a"),
    STATE("iso-2022-jp", "\x1b$BF|\x1b(B\x1b$BK\\", "日", "!", "本"),
    STATE("iso-2022-jp", "\x1b$BF|K\\", "日", "?a", "本"),
    STATE("iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日", "?a\n", "?é", "本", "?a", "!", "!"),
    STATE("iso-2022-jp", "\x1b$BF|\x1b(B\n\x1b$BK\\", "日\n", "?本", "本"),
    STATE("iso-2022-jp", "\x1b(J\\\\ab\x1b(B\n", "¥", "?日", "¥ab", "?\n", "\n"),
    STATE("iso-2022-kr", "\x1b$)C\x0eGQ\x0f\nab\x0eGQ\x0f", "한\n", "?x", "!", "ab", "?x", "한", "!"),
    STATE("ibm930", "\x0e\x44\x81\x44\x81\x0f\x62", "あ", "?a", "あ", "!", "a"),
    STATE("utf-7", "+AOQA5AD2-", "ää", "?x", "ö", "!"),
};

/* shows: encoding-shifts */
START_TEST(state_calls)
{
    struct text text = text_make(states[_i].encoding, SOCKD_UNSET, SOCKD_ACTION_ERROR);
    struct buffer out = {0}, lost = {0};
    struct text_fault fault;
    for (const char *const *call = states[_i].calls; *call; call++)
        if (**call == '!') {
            ck_assert_int_eq(text_encode_reset(&text, &out), 0);
        } else if (**call == '?') {
            text_encode(&text, text_of(*call + 1), &lost, &fault);
        } else {
            encode(&text, text_of(*call), &out);
            text_encoded(&text);
        }
    expect_bytes(&out, states[_i].bytes, states[_i].size);
    buffer_deinit(&out);
    buffer_deinit(&lost);
    text_deinit(&text);
}
END_TEST

/* A line without end: what is kept of it is bounded, and still leads to the right state. */
START_TEST(endless_line)
{
    struct text text = text_make("iso-2022-jp", SOCKD_UNSET, SOCKD_ACTION_ERROR);
    struct buffer out = {0}, lost = {0};
    for (int i = 0; i < 60000; i++) {
        encode(&text, text_of("日本"), &out);
        text_encoded(&text);
    }
    encode(&text, text_of("abc"), &lost);
    encode(&text, text_of("本a"), &out);
    ck_assert_uint_eq(buffer_size(&out), 3 + 60000 * 4 + 2 + 3 + 1);
    buffer_deinit(&out);
    buffer_deinit(&lost);
    text_deinit(&text);
}
END_TEST

START_TEST(endless_text)
{
    struct text text = text_make("iso-2022-jp", SOCKD_UNSET, SOCKD_ACTION_ERROR);
    struct buffer utf8 = {0}, out = {0}, lost = {0};
    for (int i = 0; i < 60000; i++)
        buffer_append(&utf8, i % 2 ? "本" : "日", 3);
    for (int times = 0; times < 3; times++) {
        encode(&text, (struct sockd_text){buffer_data(&utf8), buffer_size(&utf8) - 3 * (size_t)times}, &out);
        text_encoded(&text);
        encode(&text, text_of("abc"), &lost);
    }
    ck_assert_uint_eq(buffer_size(&out), 3 + 2 * (3 * 60000 - 3));
    buffer_deinit(&utf8);
    buffer_deinit(&out);
    buffer_deinit(&lost);
    text_deinit(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text output");
    TCase *tcase = tcase_create("text output");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, sample_whole, 0, SAMPLES);
    tcase_add_loop_test(tcase, sample_unsent, 0, SAMPLES);
    tcase_add_test(tcase, appended);
    tcase_add_test(tcase, long_texts);
    tcase_add_loop_test(tcase, terminators, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(tcase, unencodable, 0, sizeof faults / sizeof *faults);
    tcase_add_test(tcase, fault_position);
    tcase_add_test(tcase, replacement_nul);
    tcase_add_loop_test(tcase, state_calls, 0, sizeof states / sizeof *states);
    tcase_add_test(tcase, endless_line);
    tcase_add_test(tcase, endless_text);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
