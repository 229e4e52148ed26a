/* Streams as FILEs. */
#include <errno.h>
#include <stdlib.h>

#include "stream.h"

static struct stream stream;

static void setup(void)
{
    static const char *const none[] = {NULL};
    stream_init(&stream);
    stream.chunks = none;
}

static void teardown(void)
{
    stream_deinit(&stream);
}

static FILE *open_file(const char *mode)
{
    stream_start(&stream);
    FILE *file = sockd_fopen(stream.fake.client, 3, mode);
    ck_assert_msg(file != NULL, "%s", sockd_error(stream.fake.client)->message);
    return file;
}

static void expect_output(const char *text)
{
    ck_assert_uint_eq(stream.output_size, strlen(text));
    ck_assert_mem_eq(stream.output, text, strlen(text));
}

/* ---- reading ---- */

START_TEST(lines_of_text)
{
    static const char *const chunks[] = {"one\ntw", "o €\n\nla", "st", NULL};
    static const char *const lines[] = {"one\n", "two €\n", "\n", "last"};
    char *line = NULL;
    size_t size = 0;
    stream.chunks = chunks;
    FILE *file = open_file("r");
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(getline(&line, &size, file), (ssize_t)strlen(lines[i]));
        ck_assert_str_eq(line, lines[i]);
    }
    ck_assert_int_eq(getline(&line, &size, file), -1);
    ck_assert(feof(file) && !ferror(file));
    free(line);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert(stream.closed);
}
END_TEST

/* the daemon may give more bytes of text than stdio asked for: characters are what it counts */
START_TEST(more_than_stdio_asked_for)
{
    static char big[30001];
    const char *chunks[] = {big, NULL};
    char got[30001] = "";
    for (int i = 0; i < 30000; i += 3)
        memcpy(big + i, "€", 3);
    stream.chunks = chunks;
    FILE *file = open_file("r");
    ck_assert_uint_eq(fread(got, 1, 30000, file), 30000);
    ck_assert_mem_eq(got, big, 30000);
    ck_assert_int_eq(fgetc(file), EOF);
    ck_assert_int_eq(stream.reads, 2);
    ck_assert_int_eq(fclose(file), 0);
}
END_TEST

START_TEST(bytes_and_wider_elements)
{
    static const char *const chunks[] = {"\x01\x02\x03\x04", "\xff\xfe\x01\x02", NULL};
    unsigned char got[16];
    stream.chunks = chunks;
    stream.element = _i ? ELEMENT_UNSIGNED_8 : ELEMENT_SIGNED_32;
    FILE *file = open_file("r");
    ck_assert_uint_eq(fread(got, 1, sizeof got, file), 8);
    ck_assert_mem_eq(got, "\x01\x02\x03\x04\xff\xfe\x01\x02", 8);
    ck_assert(feof(file));
    ck_assert_int_eq(fclose(file), 0);
}
END_TEST

static const struct {
    enum error_id error;
    int number;
} failures[] = {
    {ERROR_timeout, ETIMEDOUT},   {ERROR_os_error, EPIPE},  {ERROR_no_such_handle, EBADF}, {ERROR_not_open, EPIPE},
    {ERROR_encoding, EILSEQ},     {ERROR_denied, EACCES},   {ERROR_cancelled, ECANCELED},  {ERROR_busy, EBUSY},
    {ERROR_going_away, ENOTCONN}, {ERROR_end_of_file, EIO}, {ERROR_limit, ENOBUFS},
};

START_TEST(reading_fails)
{
    static const char *const chunks[] = {"ab", NULL};
    stream.chunks = chunks;
    stream.read_error = failures[_i].error;
    FILE *file = open_file("r");
    ck_assert_int_eq(fgetc(file), 'a');
    ck_assert_int_eq(fgetc(file), 'b');
    errno = 0;
    ck_assert_int_eq(fgetc(file), EOF);
    ck_assert_int_eq(errno, failures[_i].number);
    ck_assert(ferror(file) && !feof(file));
    ck_assert_int_eq(sockd_error(stream.fake.client)->code, -errors[failures[_i].error].code);
    ck_assert_int_eq(fclose(file), 0);
}
END_TEST

/* ---- writing ---- */

START_TEST(text_goes_out)
{
    stream.buffered = _i ? BUFFERED_TRUE : BUFFERED_DEFAULT;
    FILE *file = open_file("w");
    ck_assert_int_gt(fprintf(file, "GET %s HTTP/1.0\n\n", "/a.txt"), 0);
    ck_assert_uint_eq(stream.output_size, 0);
    ck_assert_int_eq(fflush(file), 0);
    expect_output("GET /a.txt HTTP/1.0\n\n");
    ck_assert_int_eq(stream.writes, 1);
    fputs("€ and the rest", file);
    ck_assert_int_eq(fclose(file), 0);
    expect_output("GET /a.txt HTTP/1.0\n\n€ and the rest");
    ck_assert(stream.closed);
}
END_TEST

START_TEST(characters_across_flushes)
{
    FILE *file = open_file("w");
    ck_assert_int_eq(setvbuf(file, NULL, _IONBF, 0), 0);
    for (const char *p = "a€b\xf0\x9f\x98\x80"; *p; p++)
        ck_assert_int_ne(fputc((unsigned char)*p, file), EOF);
    expect_output("a€b\xf0\x9f\x98\x80");
    ck_assert_int_eq(stream.writes, 4);
    ck_assert_int_eq(fclose(file), 0);
}
END_TEST

START_TEST(what_is_no_text)
{
    FILE *file = open_file("w");
    fputs("abc\xff", file);
    errno = 0;
    ck_assert_int_eq(fflush(file), EOF);
    ck_assert_int_eq(errno, EILSEQ);
    ck_assert_int_eq(stream.writes, 0);
    fclose(file);
    ck_assert(stream.closed);
}
END_TEST

START_TEST(half_a_character_at_the_end)
{
    FILE *file = open_file("w");
    fputs("abc\xe2\x82", file);
    errno = 0;
    ck_assert_int_eq(fclose(file), EOF);
    ck_assert_int_eq(errno, EILSEQ);
    expect_output("abc");
    ck_assert(stream.closed);
}
END_TEST

START_TEST(elements_across_flushes)
{
    stream.element = ELEMENT_UNSIGNED_32;
    FILE *file = open_file("w");
    fputs("abcde", file);
    ck_assert_int_eq(fflush(file), 0);
    expect_output("abcd");
    fputs("fgh", file);
    ck_assert_int_eq(fclose(file), 0);
    expect_output("abcdefgh");
}
END_TEST

START_TEST(a_lot)
{
    static char data[100000];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 31 >> 3);
    FILE *file = open_file("wb");
    ck_assert_int_eq(stream.element, ELEMENT_UNSIGNED_8);
    ck_assert_uint_eq(fwrite(data, 1, sizeof data, file), sizeof data);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_uint_eq(stream.output_size, sizeof data);
    ck_assert_mem_eq(stream.output, data, sizeof data);
}
END_TEST

START_TEST(writing_fails)
{
    stream.write_error = failures[_i].error;
    FILE *file = open_file("w");
    fputs("abc", file);
    errno = 0;
    ck_assert_int_eq(fflush(file), EOF);
    ck_assert_int_eq(errno, failures[_i].number);
    ck_assert(ferror(file));
    fclose(file);
}
END_TEST

START_TEST(closing_fails)
{
    stream.close_error = ERROR_timeout;
    FILE *file = open_file("w");
    errno = 0;
    ck_assert_int_eq(fclose(file), EOF);
    ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

/* ---- both ---- */

START_TEST(reading_and_writing_in_turn)
{
    static const char *const chunks[] = {"one\ntwo\nthree\n", "four\n", NULL};
    static const char *const lines[] = {"one\n", "two\n", "three\n", "four\n"};
    char line[20];
    stream.chunks = chunks;
    FILE *file = open_file("r+");
    for (int i = 0; i < 4; i++) {
        ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
        ck_assert_str_eq(line, lines[i]);
        ck_assert_int_gt(fprintf(file, "%d: %s", i, line), 0);
        ck_assert_int_eq(fflush(file), 0);
    }
    ck_assert_ptr_null(fgets(line, sizeof line, file));
    ck_assert(feof(file));
    clearerr(file);
    ck_assert_int_ge(fputs("bye\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    expect_output("0: one\n1: two\n2: three\n3: four\nbye\n");
}
END_TEST

/* the header is text, the body bytes: the FILE follows the stream's element type */
START_TEST(the_type_is_switched)
{
    static const char *const chunks[] = {"Length: 3\n", "abc", NULL};
    struct sockd_stream_element_type_options options = SOCKD_STREAM_ELEMENT_TYPE_OPTIONS;
    char line[20];
    stream.chunks = chunks;
    FILE *file = open_file("r+");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    options.set = SOCKD_ELEMENT_UNSIGNED_8;
    ck_assert_int_eq(sockd_stream_element_type(stream.fake.client, 3, &options, NULL), 0);
    ck_assert_uint_eq(fread(line, 1, sizeof line, file), 3);
    ck_assert_mem_eq(line, "abc", 3);
    clearerr(file);
    ck_assert_uint_eq(fwrite("\xff\xfe", 1, 2, file), 2);
    options.set = SOCKD_ELEMENT_CHARACTER;
    ck_assert_int_eq(sockd_stream_element_type(stream.fake.client, 3, &options, NULL), 0);
    ck_assert_int_ge(fputs("end", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    expect_output("\xff\xfe"
                  "end");
}
END_TEST

START_TEST(a_file_that_cannot_be)
{
    static const char *const modes[] = {"", "x", "rw", "a", "r,ccs=utf-8", "w-"};
    stream.is_server = true;
    stream_start(&stream);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        errno = 0;
        ck_assert_ptr_null(sockd_fopen(stream.fake.client, 3, modes[i]));
        ck_assert_int_eq(errno, EINVAL);
        ck_assert_int_eq(sockd_error(stream.fake.client)->code, SOCKD_ERROR_ARGUMENT);
    }
    ck_assert_ptr_null(sockd_fopen(stream.fake.client, 3, "r"));
    ck_assert_str_eq(sockd_error(stream.fake.client)->message, "handle 3 is a server, and only a stream can be a FILE");
    ck_assert(!stream.closed);
}
END_TEST

TCase *case_file(void)
{
    int count = sizeof failures / sizeof *failures;
    TCase *file = tcase_create("file");
    tcase_add_checked_fixture(file, setup, teardown);
    tcase_set_timeout(file, 30);
    tcase_add_test(file, lines_of_text);
    tcase_add_test(file, more_than_stdio_asked_for);
    tcase_add_loop_test(file, bytes_and_wider_elements, 0, 2);
    tcase_add_loop_test(file, reading_fails, 0, count);
    tcase_add_loop_test(file, text_goes_out, 0, 2);
    tcase_add_test(file, characters_across_flushes);
    tcase_add_test(file, what_is_no_text);
    tcase_add_test(file, half_a_character_at_the_end);
    tcase_add_test(file, elements_across_flushes);
    tcase_add_test(file, a_lot);
    tcase_add_loop_test(file, writing_fails, 0, count);
    tcase_add_test(file, closing_fails);
    tcase_add_test(file, reading_and_writing_in_turn);
    tcase_add_test(file, the_type_is_switched);
    tcase_add_test(file, a_file_that_cannot_be);
    return file;
}
