/* Memory that is not there: every allocation of a run fails once; the call says so, and made again it does what it would have
 * done. What iconv allocates inside the C library is not among them. */
#include <errno.h>
#include <string.h>

#include "input.h"
#include "samples.h"
#include "suite.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

static long allowed = -1; /* allocations before the one that fails; below 0: none does */
static bool failed;

static bool fails(void)
{
    if (allowed < 0 || allowed-- > 0)
        return false;
    return failed = true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

static int set(struct text *text, const char *encoding)
{
    struct sockd_format format = SOCKD_FORMAT_UNSET;
    format.encoding = (struct sockd_text){encoding, strlen(encoding)};
    return text_set_format(text, &format);
}

/* Reads all of a sample, with that many allocations before one fails, and gives it up there. Whether it did. */
static bool read_once(struct text *text, const struct sample *sample, struct buffer *out, long allocations)
{
    struct text_cursor cursor = text_start(text);
    size_t count = SIZE_MAX, length;
    bool newline;
    allowed = allocations;
    enum text_result result =
        text_read(text, &cursor, sample->bytes, sample->size, true, false, &count, &newline, out, &length);
    allowed = -1;
    if (result != TEXT_NO_MEMORY) {
        ck_assert_int_eq(result, TEXT_MORE);
        ck_assert_uint_eq(cursor.at, sample->size);
        text_commit(text, &cursor, sample->bytes);
    }
    return result == TEXT_NO_MEMORY;
}

START_TEST(reading)
{
    const struct sample *sample = &samples[_i];
    char *expected = newlines_read(sample->text);
    failed = true;
    for (long n = 0; failed; n++) {
        struct text text = {0};
        struct buffer out = {0};
        ck_assert_int_eq(set(&text, sample->encoding), 0);
        failed = false;
        bool none = read_once(&text, sample, &out, n);
        ck_assert_int_eq(none, failed);
        if (none) {
            buffer_deinit(&out);
            ck_assert(!read_once(&text, sample, &out, -1));
        }
        ck_assert_uint_eq(buffer_size(&out), strlen(expected));
        ck_assert(memcmp(buffer_data(&out), expected, strlen(expected)) == 0);
        buffer_deinit(&out);
        text_deinit(&text);
    }
    free(expected);
}
END_TEST

START_TEST(writing)
{
    const struct sample *sample = &samples[_i];
    struct sockd_text first = {"日a\n", 5}, whole = {sample->text, strlen(sample->text)};
    failed = true;
    for (long n = 0; failed; n++) {
        struct text text = {0};
        struct buffer out = {0};
        struct text_fault fault;
        ck_assert_int_eq(set(&text, sample->encoding), 0);
        text_encode(&text, first, &out, &fault); /* unsent: to be gone over */
        buffer_deinit(&out);
        failed = false;
        allowed = n;
        enum text_result result = text_encode(&text, whole, &out, &fault);
        if (result == TEXT_CHAR)
            text_encoded(&text);
        int reset = result == TEXT_CHAR ? text_encode_reset(&text, &out) : 0;
        allowed = -1;
        ck_assert_int_eq(result == TEXT_NO_MEMORY || reset, failed);
        if (result == TEXT_NO_MEMORY) {
            ck_assert_uint_eq(buffer_size(&out), 0);
            ck_assert_int_eq(text_encode(&text, whole, &out, &fault), TEXT_CHAR);
            text_encoded(&text);
        }
        ck_assert_int_eq(text_encode_reset(&text, &out), 0);
        if (!(sample->flags & SAMPLE_LOOSE)) {
            ck_assert_uint_eq(buffer_size(&out), sample->size);
            ck_assert(memcmp(buffer_data(&out), sample->bytes, sample->size) == 0);
        }
        buffer_deinit(&out);
        text_deinit(&text);
    }
}
END_TEST

START_TEST(setting)
{
    failed = true;
    for (long n = 0; failed; n++) {
        struct text text = {0};
        struct sockd_format format;
        failed = false;
        allowed = n;
        int error = set(&text, "euc-kr");
        allowed = -1;
        ck_assert_int_eq(error, failed ? -ENOMEM : 0);
        text_format(&text, &format);
        ck_assert_str_eq(format.encoding.data, failed ? "utf-8" : "euc-kr");
        text_deinit(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text memory");
    TCase *tcase = tcase_create("text memory");
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, reading, 0, SAMPLES);
    tcase_add_loop_test(tcase, writing, 0, SAMPLES);
    tcase_add_test(tcase, setting);
    suite_add_tcase(suite, tcase);
    return suite_run(suite);
}
