#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base64.h"
#include "fence.h"

/* RFC 4648, section 10, and bytes that need the last two letters. */
static const struct {
    const char *bytes, *text;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xFB\xEF\xBE", "++++"},
    {"\xFF\xFF\xFF", "////"},
};

START_TEST(vectors_go_both_ways)
{
    size_t size = strlen(vectors[_i].bytes), length = strlen(vectors[_i].text);
    ck_assert_uint_eq(BASE64_SIZE(size), length);
    char *text = fence_room(0, length);
    ck_assert_uint_eq(base64_write((unsigned char *)fence_copy(1, vectors[_i].bytes, size), size, text), length);
    ck_assert_int_eq(memcmp(text, vectors[_i].text, length), 0);
    unsigned char *bytes = (unsigned char *)fence_room(1, size);
    ck_assert_int_eq(base64_read(text, length, bytes), (ptrdiff_t)size);
    ck_assert_int_eq(memcmp(bytes, vectors[_i].bytes, size), 0);
}
END_TEST

START_TEST(every_size_comes_back_in_place)
{
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + (i >> 3));
    for (size_t size = 0; size <= sizeof bytes; size++) {
        size_t length = BASE64_SIZE(size);
        char *text = fence_room(0, length);
        ck_assert_uint_eq(base64_write(bytes, size, text), length);
        ck_assert_int_eq(base64_read(text, length, (unsigned char *)text), (ptrdiff_t)size);
        ck_assert_int_eq(memcmp(text, bytes, size), 0);
    }
}
END_TEST

static const char *const refused[] = {
    "Z",    "Zg",   "Zg=",   "Zm9",      "Zm9v=",    "Zm9v==",      "Zm9vZ",      "====",
    "Z===", "Zg=A", "Z=g=",  "=Zg=",     "Zh==",     "Zm9=",        "Zg== ",      " Zg=",
    "Zm-v", "Zm_v", "Zm\nv", "Zg==Zg==", "Zm8=Zm9v", "Zm9vZm9\xC3", "Zm9vZg==\n", "Zm9vZ===",
};

START_TEST(what_is_not_canonical_is_refused)
{
    unsigned char out[16];
    size_t size = strlen(refused[_i]);
    ck_assert_msg(base64_read(fence_copy(0, refused[_i], size), size, out) == -1, "%s", refused[_i]);
}
END_TEST

START_TEST(each_letter_stands_for_itself_alone)
{
    int known = 0;
    for (int byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < 4; at++) {
            char text[4] = "AAAA", again[4];
            unsigned char out[3];
            text[at] = (char)byte;
            ptrdiff_t size = base64_read(text, 4, out);
            if (size < 0)
                continue;
            known += at == 0;
            ck_assert_uint_eq(base64_write(out, (size_t)size, again), 4);
            ck_assert_int_eq(memcmp(text, again, 4), 0);
        }
    }
    ck_assert_int_eq(known, 64);
}
END_TEST

START_TEST(a_stranger_is_found_wherever_it_stands)
{
    enum { SIZE = 48 };
    unsigned char out[SIZE / 4 * 3];
    for (size_t at = 0; at < SIZE; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[SIZE];
            memset(text, 'A', sizeof text);
            text[at] = (char)byte;
            bool letter = byte && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", byte);
            bool padding = byte == '=' && at == SIZE - 1;
            ck_assert_msg((base64_read(text, sizeof text, out) >= 0) == (letter || padding), "%d at %zu", byte, at);
        }
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("base64");
    tcase_add_loop_test(tests, vectors_go_both_ways, 0, COUNT(vectors));
    tcase_add_test(tests, every_size_comes_back_in_place);
    tcase_add_loop_test(tests, what_is_not_canonical_is_refused, 0, COUNT(refused));
    tcase_add_test(tests, each_letter_stands_for_itself_alone);
    tcase_add_test(tests, a_stranger_is_found_wherever_it_stands);
    return suite_run("base64", tests);
}
