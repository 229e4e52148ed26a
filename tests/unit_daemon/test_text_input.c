/* Reading characters: every way to cut the input into pieces, to give up and to go on must read the same text. */
#include <stdio.h>
#include <string.h>

#include "input.h"
#include "samples.h"
#include "suite.h"

static const struct sample *sample;
static char *expected;

static struct input sample_input(int i)
{
    struct input input;
    sample = &samples[i];
    expected = newlines_read(sample->text);
    input_init(&input, sample->encoding, SOCKD_ACTION_ERROR, sample->bytes, sample->size);
    return input;
}

static void sample_check(struct input *input)
{
    input_expect(input, expected);
    input_deinit(input);
    free(expected);
}

/* ---- one cut ---- */

START_TEST(in_one)
{
    struct input input = sample_input(_i);
    size_t length;
    input_arrive(&input, SIZE_MAX);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    ck_assert_uint_eq(input.cursor.at, input.size);
    input_commit(&input);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    sample_check(&input);
}
END_TEST

static void given_up_at(int i, size_t at)
{
    struct input input = sample_input(i);
    size_t length;
    input_arrive(&input, at);
    if (at < sample->size)
        ck_assert_int_eq(input_walk(&input, false, &length), TEXT_MORE);
    input_abandon(&input);
    input_arrive(&input, SIZE_MAX);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    sample_check(&input);
}

static void waited_at(int i, size_t at)
{
    struct input input = sample_input(i);
    size_t length;
    input_arrive(&input, at);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    input_arrive(&input, SIZE_MAX);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    sample_check(&input);
}

static void committed_at(int i, size_t at, bool forget)
{
    struct input input = sample_input(i);
    size_t length;
    input_arrive(&input, at);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    input_commit(&input);
    if (forget)
        text_forget(&input.text);
    input_abandon(&input);
    input_arrive(&input, SIZE_MAX);
    ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
    sample_check(&input);
}

/* shows: encoding-split */
START_TEST(every_cut)
{
    for (size_t at = 0; at <= samples[_i].size; at++) {
        given_up_at(_i, at);
        waited_at(_i, at);
        committed_at(_i, at, false);
        if (!(samples[_i].flags & SAMPLE_LONG))
            committed_at(_i, at, true);
    }
}
END_TEST

/* ---- a character at a time ---- */

enum { PLAIN = 0, AHEAD = 1, FORGET = 2 };

/* Reads like READ-CHAR; ahead: after having looked through all there is; forget: after having forgotten what that gave. */
static void read_chars(int i, int how)
{
    struct input input = sample_input(i);
    size_t length;
    int32_t ch;
    while (!input_ended(&input)) {
        if (how & AHEAD)
            input_walk(&input, false, &length);
        if (how & FORGET)
            text_forget(&input.text);
        input_abandon(&input);
        enum text_result result = input_next(&input, &ch, &length);
        if (result == TEXT_CHAR) {
            input_commit(&input);
            char utf8[4];
            size_t size = ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
            const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
            for (size_t n = size; n-- > 1; ch >>= 6)
                utf8[n] = (char)(0x80 | (ch & 0x3f));
            utf8[0] = (char)(lead[size] | ch);
            buffer_append(&input.out, utf8, size);
            continue;
        }
        ck_assert_int_eq(result, TEXT_MORE);
        if (input.rest_size == 0) { /* the last LF of a CR LF, or a return to the initial state */
            ck_assert_uint_eq(input.cursor.at, input.size);
            input_commit(&input);
        }
        input_abandon(&input);
        input_arrive(&input, 1);
    }
    sample_check(&input);
}

/* Looks ahead, though never to the end, and takes all of it away again. */
static void look_and_give_back(struct input *input)
{
    size_t length;
    input_arrive(input, input->rest_size > 64 ? 64 : input->rest_size ? input->rest_size - 1 : 0);
    input_walk(input, false, &length);
    input_give_back(input);
}

/* What was decoded of bytes that were taken away counts when they are back, a few at a time. */
/* shows: encoding-split */
START_TEST(given_back)
{
    for (size_t step = 1; step < 6; step++) {
        struct input input = sample_input(_i);
        size_t length;
        while (input.rest_size > 0) {
            look_and_give_back(&input);
            do {
                input_arrive(&input, step);
                input_walk(&input, true, &length);
            } while (input.cursor.at == 0 && input.rest_size > 0);
            input_commit(&input);
        }
        ck_assert_int_eq(input_walk(&input, true, &length), TEXT_MORE);
        sample_check(&input);
    }
}
END_TEST

START_TEST(char_by_char)
{
    read_chars(_i, PLAIN);
    read_chars(_i, AHEAD);
    if (!(samples[_i].flags & SAMPLE_LONG))
        read_chars(_i, AHEAD | FORGET);
}
END_TEST

/* ---- at random ---- */

static unsigned random_below(unsigned *state, unsigned bound)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % bound;
}

static void random_reads(int i, unsigned seed)
{
    struct input input = sample_input(i);
    size_t length;
    bool forgets = !(sample->flags & SAMPLE_LONG);
    while (!input_ended(&input)) {
        size_t count = 1 + random_below(&seed, 6);
        bool newline, line = random_below(&seed, 2);
        struct buffer out = {0};
        input_arrive(&input, random_below(&seed, 5));
        bool final = input.rest_size == 0;
        enum text_result result =
            text_read(&input.text, &input.cursor, input.window, input.size, final, line, &count, &newline, &out, &length);
        ck_assert(result == TEXT_CHAR || result == TEXT_MORE);
        if (random_below(&seed, 3)) {
            buffer_append(&input.out, buffer_data(&out), buffer_size(&out));
            if (newline)
                buffer_append(&input.out, "\n", 1);
            input_commit(&input);
        } else if (forgets && random_below(&seed, 2)) {
            text_forget(&input.text);
        }
        input_abandon(&input);
        buffer_deinit(&out);
    }
    sample_check(&input);
}

START_TEST(at_random)
{
    for (unsigned seed = 1; seed <= 300; seed++)
        random_reads(_i, seed * 2654435761u);
}
END_TEST

/* ---- the last character's bytes ---- */

#define CHARS 400

/* Reads on by count characters, or to the end: how many there were. */
static size_t read_on(struct input *input, size_t count)
{
    size_t length;
    bool newline;
    ck_assert_int_ne(text_read(&input->text, &input->cursor, input->window, input->size, true, false, &count, &newline,
                               &input->out, &length),
                     TEXT_MALFORMED);
    input_commit(input);
    return count;
}

/* However many characters are read at once, the last one's bytes are those that it has when it is read alone; and those stand
 * in the input where the front was. */
START_TEST(last_bytes)
{
    struct input input = sample_input(_i);
    uint8_t sizes[CHARS];
    unsigned char lasts[CHARS][TEXT_LAST];
    size_t count = 0, at = 0;
    input_arrive(&input, SIZE_MAX);
    for (size_t left = input.size; read_on(&input, 1) == 1; left = input.size, count++) {
        ck_assert_uint_lt(count, CHARS);
        sizes[count] = input.text.last_size;
        memcpy(lasts[count], input.text.last, TEXT_LAST);
        at = sample->size - input.size;
        ck_assert_uint_le(sizes[count], left - input.size);
        ck_assert(memcmp(lasts[count], sample->bytes + at - sizes[count], sizes[count]) == 0);
    }
    sample_check(&input);
    for (unsigned seed = 1; seed <= 100; seed++) {
        unsigned state = seed * 2654435761u;
        size_t done = 0, read;
        input = sample_input(_i);
        input_arrive(&input, SIZE_MAX);
        while ((read = read_on(&input, 1 + random_below(&state, 20))) > 0) {
            done += read;
            ck_assert_uint_eq(input.text.last_size, sizes[done - 1]);
            ck_assert(memcmp(input.text.last, lasts[done - 1], sizes[done - 1]) == 0);
        }
        ck_assert_uint_eq(done, count);
        sample_check(&input);
    }
}
END_TEST

/* ---- text_read ---- */

static const struct {
    const char *bytes;
    bool line;
    size_t wanted;
    /* expected */
    const char *out;
    size_t count, at;
    bool newline, more;
} reads[] = {
    {"one\ntwo\n", true, SIZE_MAX, "one", 3, 4, true, false},
    {"one\rtwo\n", true, SIZE_MAX, "one", 3, 4, true, false},
    {"one\r\ntwo", true, SIZE_MAX, "one", 3, 4, true, false},
    {"\n", true, SIZE_MAX, "", 0, 1, true, false},
    {"one", true, SIZE_MAX, "one", 3, 3, false, true},
    {"", true, SIZE_MAX, "", 0, 0, false, true},
    {"one\ntwo", true, 2, "on", 2, 2, false, false},
    {"one\ntwo", true, 3, "one", 3, 3, false, false},
    {"one\r\n\r\ntwo", false, 6, "one\n\nt", 6, 8, false, false},
    {"one\r\n", false, 4, "one\n", 4, 4, false, false},
    {"one\r\n", false, 5, "one\n", 4, 5, false, true},
    {"ä€😀z", false, 3, "ä€😀", 3, 9, false, false},
    {"ä€😀z", false, 0, "", 0, 0, false, false},
    {"0123456789abcdef0123456789abcdef€0123456789abcdef\nx", true, SIZE_MAX,
     "0123456789abcdef0123456789abcdef€0123456789abcdef", 49, 52, true, false},
    {"0123456789abcdef0123456789abcdef", false, 17, "0123456789abcdef0", 17, 17, false, false},
};

START_TEST(text_reads)
{
    struct input input;
    struct buffer out = {0};
    size_t count = reads[_i].wanted, length;
    bool newline;
    input_init(&input, "utf-8", SOCKD_ACTION_ERROR, reads[_i].bytes, strlen(reads[_i].bytes));
    input_arrive(&input, SIZE_MAX);
    enum text_result result =
        text_read(&input.text, &input.cursor, input.window, input.size, false, reads[_i].line, &count, &newline, &out, &length);
    ck_assert_int_eq(result, reads[_i].more ? TEXT_MORE : TEXT_CHAR);
    ck_assert_uint_eq(count, reads[_i].count);
    ck_assert_uint_eq(input.cursor.at, reads[_i].at);
    ck_assert_int_eq(newline, reads[_i].newline);
    ck_assert_uint_eq(buffer_size(&out), strlen(reads[_i].out));
    ck_assert(memcmp(buffer_data(&out), reads[_i].out, buffer_size(&out)) == 0);
    buffer_deinit(&out);
    input_deinit(&input);
}
END_TEST

/* A character at every place of the blocks in which runs are looked at, and the newline behind it. */
/* shows: encoding-split */
START_TEST(run_borders)
{
    static const char *const inserted[] = {"é", "€", "😀", "\x7f", "\x01", "\t"};
    for (size_t size = 0; size < 70; size++)
        for (size_t which = 0; which < sizeof inserted / sizeof *inserted; which++) {
            char line[100] = "", whole[256];
            for (size_t at = 0; at < size; at++)
                strcat(line, at == size / 2 ? inserted[which] : "x");
            int length = snprintf(whole, sizeof whole, "%s\r\n%s", line, line);
            struct input input;
            struct buffer out = {0};
            size_t count = SIZE_MAX, bad;
            bool newline;
            input_init(&input, "utf-8", SOCKD_ACTION_ERROR, whole, (size_t)length);
            input_arrive(&input, SIZE_MAX);
            ck_assert_int_eq(
                text_read(&input.text, &input.cursor, input.window, input.size, false, true, &count, &newline, &out, &bad),
                TEXT_CHAR);
            ck_assert(newline);
            ck_assert_uint_eq(count, size);
            ck_assert_uint_eq(buffer_size(&out), strlen(line));
            ck_assert(memcmp(buffer_data(&out), line, strlen(line)) == 0);
            buffer_deinit(&out);
            input_deinit(&input);
        }
}
END_TEST

/* ---- newlines across calls ---- */

/* shows: newline-input, newline-lone-cr */
START_TEST(lf_of_a_cr)
{
    struct input input;
    int32_t ch;
    size_t length;
    input_init(&input, "utf-8", SOCKD_ACTION_ERROR, "a\r\nb\r.\n\r", 8);
    input_arrive(&input, 2); /* the newline comes with the CR */
    input_next(&input, &ch, &length);
    ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_CHAR);
    ck_assert_int_eq(ch, '\n');
    input_commit(&input);
    ck_assert(input.text.skip_lf);
    input_arrive(&input, 1); /* its LF is nothing, and may be dropped */
    ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_MORE);
    ck_assert_uint_eq(input.cursor.at, 1);
    text_forget(&input.text);
    ck_assert(input.text.skip_lf);
    input_commit(&input);
    ck_assert(!input.text.skip_lf);
    input_arrive(&input, SIZE_MAX);
    input_walk(&input, true, &length);
    input_expect(&input, "b\n.\n\n");
    input_deinit(&input);
}
END_TEST

/* ---- formats change ---- */

static void input_set(struct input *input, const char *encoding)
{
    struct sockd_format format = SOCKD_FORMAT_UNSET;
    format.encoding = (struct sockd_text){encoding, strlen(encoding)};
    ck_assert_int_eq(text_set_format(&input->text, &format), 0);
    input_abandon(input);
}

/* How many bytes of a sample are a line that another encoding can follow; 0: none. */
static size_t line_size(const struct sample *line)
{
    if (line->flags & SAMPLE_LONG || memchr(line->bytes, 0, line->size))
        return 0;
    for (size_t i = 1; i < line->size; i++)
        if (line->bytes[i] == '\n' && line->bytes[i - 1] != '\r')
            return i + 1;
    return 0;
}

/* What was decoded ahead becomes bytes again: a line, and then a text in another encoding. */
/* shows: encoding-utf-16-input */
START_TEST(other_encoding)
{
    const struct sample *first = &samples[_i];
    size_t size = line_size(first);
    for (size_t i = 0; i < SAMPLES && size; i++) {
        const struct sample *second = &samples[i];
        char *both = malloc(size + second->size);
        memcpy(both, first->bytes, size);
        memcpy(both + size, second->bytes, second->size);
        struct input input;
        int32_t ch = 0;
        size_t length;
        input_init(&input, first->encoding, '?', both, size + second->size);
        input_arrive(&input, SIZE_MAX);
        input_walk(&input, false, &length);
        input_abandon(&input);
        while (input.cursor.at < size)
            ck_assert_int_eq(input_next(&input, &ch, &length), TEXT_CHAR);
        ck_assert_int_eq(ch, '\n');
        ck_assert_uint_eq(input.cursor.at, size);
        input_commit(&input);
        input_set(&input, second->encoding);
        input_walk(&input, true, &length);
        expected = newlines_read(second->text);
        input_expect(&input, expected);
        free(expected);
        free(both);
        input_deinit(&input);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text input");
    TCase *tcase = tcase_create("text input");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, in_one, 0, SAMPLES);
    tcase_add_loop_test(tcase, every_cut, 0, SAMPLES);
    tcase_add_loop_test(tcase, given_back, 0, SAMPLES);
    tcase_add_loop_test(tcase, char_by_char, 0, SAMPLES);
    tcase_add_loop_test(tcase, at_random, 0, SAMPLES);
    tcase_add_loop_test(tcase, last_bytes, 0, SAMPLES);
    tcase_add_loop_test(tcase, text_reads, 0, sizeof reads / sizeof *reads);
    tcase_add_test(tcase, run_borders);
    tcase_add_test(tcase, lf_of_a_cr);
    tcase_add_loop_test(tcase, other_encoding, 0, SAMPLES);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
