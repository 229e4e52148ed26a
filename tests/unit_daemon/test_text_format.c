/* Formats: which encodings there are, and what a format leaves in force. */
#include <errno.h>
#include <string.h>

#include "proto.h"
#include "suite.h"
#include "text.h"

#define NAME(name, known, lower)               \
    {                                          \
        {name, sizeof(name) - 1}, known, lower \
    }

static const struct {
    struct sockd_text name;
    bool known;
    const char *lower;
} names[] = {
    NAME("utf-8", true, "utf-8"),
    NAME("UTF-8", true, "utf-8"),
    NAME("Utf8", true, "utf-8"),
    NAME("ISO-8859-1", true, "iso-8859-1"),
    NAME("latin1", true, "latin1"),
    NAME("Latin1", true, "latin1"),
    NAME("ASCII", true, "ascii"),
    NAME("KOI8-R", true, "koi8-r"),
    NAME("UTF-16", true, "utf-16"),
    NAME("utf-16be", true, "utf-16be"),
    NAME("UCS-4", true, "ucs-4"),
    NAME("Shift_JIS", true, "shift_jis"),
    NAME("ISO-2022-JP", true, "iso-2022-jp"),
    NAME("ISO_8859-1:1987", true, "iso_8859-1:1987"),
    NAME("NF_Z_62-010_(1973)", true, "nf_z_62-010_1973"),
    NAME("((latin1)", true, "latin1"),
    NAME("()", false, NULL),
    NAME("latin1!", false, NULL), /* iconv itself reads over it */
    NAME("*latin1", false, NULL),
    NAME("", false, NULL),
    NAME("no-such-charset", false, NULL),
    NAME("utf-8//TRANSLIT", false, NULL),
    NAME("us-ascii//TRANSLIT", false, NULL),
    NAME("us-ascii//IGNORE", false, NULL),
    NAME("iso-8859-1//", false, NULL),
    NAME("iso-8859-1/", false, NULL),
    NAME("//", false, NULL),
    NAME("us-ascii,TRANSLIT", false, NULL),
    NAME("us-ascii,", false, NULL),
    NAME("us-ascii ", false, NULL),
    NAME(" us-ascii", false, NULL),
    NAME("us-ascii\n", false, NULL),
    NAME("us-ascii\0", false, NULL),
    NAME("us-ascii\0//TRANSLIT", false, NULL),
    NAME("utf-8\0", false, NULL),
    NAME("utf-8 ", false, NULL),
    NAME("utf-\xc3\xa4", false, NULL),
    NAME("../../etc/passwd", false, NULL),
    NAME("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false, NULL),
};

/* shows: external-format-names, external-format-wrong */
START_TEST(encoding_names)
{
    struct text text = {0};
    struct sockd_format format = SOCKD_FORMAT_UNSET;
    format.encoding = names[_i].name;
    format.line_terminator = LINE_TERMINATOR_MAC;
    format.input_error = '?';
    for (int times = 0; times < 2; times++) {
        ck_assert_int_eq(text_encoding_known(names[_i].name), names[_i].known);
        ck_assert_int_eq(text_set_format(&text, &format), names[_i].known ? 0 : -EINVAL);
        struct sockd_format now;
        text_format(&text, &now);
        const char *lower = names[_i].known ? names[_i].lower : "utf-8"; /* a refusal changes nothing */
        ck_assert_uint_eq(now.encoding.size, strlen(lower));
        ck_assert(memcmp(now.encoding.data, lower, strlen(lower)) == 0);
        ck_assert_int_eq(now.line_terminator, names[_i].known ? LINE_TERMINATOR_MAC : LINE_TERMINATOR_UNIX);
        ck_assert_int_eq(now.input_error, names[_i].known ? '?' : SOCKD_ACTION_ERROR);
        ck_assert_int_eq(now.output_error, SOCKD_ACTION_ERROR);
    }
    text_deinit(&text);
}
END_TEST

static void set(struct text *text, const char *encoding, int line_terminator, int32_t input, int32_t output)
{
    struct sockd_format format = {{encoding, encoding ? strlen(encoding) : 0}, line_terminator, input, output};
    ck_assert_int_eq(text_set_format(text, &format), 0);
}

static void expect(const struct text *text, const char *encoding, int line_terminator, int32_t input, int32_t output)
{
    struct sockd_format format;
    text_format(text, &format);
    ck_assert_uint_eq(format.encoding.size, strlen(encoding));
    ck_assert(memcmp(format.encoding.data, encoding, strlen(encoding)) == 0);
    ck_assert_int_eq(format.line_terminator, line_terminator);
    ck_assert_int_eq(format.input_error, input);
    ck_assert_int_eq(format.output_error, output);
}

/* What is null leaves what is in force. */
/* shows: external-format-members */
START_TEST(members)
{
    struct text text = {0};
    expect(&text, "utf-8", LINE_TERMINATOR_UNIX, SOCKD_ACTION_ERROR, SOCKD_ACTION_ERROR);
    set(&text, NULL, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET);
    expect(&text, "utf-8", LINE_TERMINATOR_UNIX, SOCKD_ACTION_ERROR, SOCKD_ACTION_ERROR);
    set(&text, NULL, LINE_TERMINATOR_DOS, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET);
    expect(&text, "utf-8", LINE_TERMINATOR_DOS, SOCKD_ACTION_ERROR, SOCKD_ACTION_ERROR);
    set(&text, "KOI8-R", SOCKD_UNSET, SOCKD_ACTION_UNSET, '?');
    expect(&text, "koi8-r", LINE_TERMINATOR_DOS, SOCKD_ACTION_ERROR, '?');
    set(&text, NULL, SOCKD_UNSET, SOCKD_ACTION_IGNORE, SOCKD_ACTION_UNSET);
    expect(&text, "koi8-r", LINE_TERMINATOR_DOS, SOCKD_ACTION_IGNORE, '?');
    set(&text, "utf-8", LINE_TERMINATOR_UNIX, 0, 0x10ffff);
    expect(&text, "utf-8", LINE_TERMINATOR_UNIX, 0, 0x10ffff);
    set(&text, NULL, SOCKD_UNSET, SOCKD_ACTION_ERROR, 0);
    expect(&text, "utf-8", LINE_TERMINATOR_UNIX, SOCKD_ACTION_ERROR, 0);
    ck_assert_ptr_null(text.conversion);
    text_deinit(&text);
}
END_TEST

/* An encoding that is put in force again begins anew: a mark is written again. */
/* shows: format-change */
START_TEST(again)
{
    struct text text = {0};
    struct buffer out = {0};
    struct text_fault fault;
    for (int times = 0; times < 2; times++) {
        set(&text, "utf-16", SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET);
        ck_assert_int_eq(text_encode(&text, SOCKD_TEXT("a"), &out, &fault), TEXT_CHAR);
        text_encoded(&text);
        set(&text, NULL, LINE_TERMINATOR_DOS, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET); /* not an encoding: goes on */
        ck_assert_int_eq(text_encode(&text, SOCKD_TEXT("b"), &out, &fault), TEXT_CHAR);
        text_encoded(&text);
    }
    ck_assert_uint_eq(buffer_size(&out), 12);
    ck_assert(memcmp(buffer_data(&out),
                     "\xff\xfe"
                     "a\0b\0\xff\xfe"
                     "a\0b\0",
                     12) == 0);
    buffer_deinit(&out);
    text_deinit(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text format");
    TCase *tcase = tcase_create("text format");
    tcase_add_loop_test(tcase, encoding_names, 0, sizeof names / sizeof *names);
    tcase_add_test(tcase, members);
    tcase_add_test(tcase, again);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
