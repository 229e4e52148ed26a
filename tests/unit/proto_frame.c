#include <stdbool.h>
#include <string.h>

#include "fence.h"
#include "frame.h"

#define LIMIT 8

/* What a stream of bytes is cut into, with a limit of 8: lines in brackets, "!" for one that is too long, "+" for the bytes of
 * a line that has not ended. A # stands for a payload of one byte behind the line. */
static const struct {
    const char *bytes, *cut;
} streams[] = {
    {"", ""},
    {"\n", ""},
    {"\n\r\n \t\r\n", ""},
    {"a\n", "[a]"},
    {"a\r\n", "[a]"},
    {"a\r\r\n", "[a\r]"},
    {"a\rb\n", "[a\rb]"},
    {"a\nb\nc\n", "[a][b][c]"},
    {"\na\n\n\nb\n", "[a][b]"},
    {"  \n a \n", "[ a ]"},
    {"a\nb", "[a]+1"},
    {"a\n\nb\r", "[a]+1"},
    {"a\n\r", "[a]+0"},
    {"1234567\n", "[1234567]"},
    {"12345678\n", "[12345678]"},
    {"12345678\r\n", "[12345678]"},
    {"123456789\n", "!"},
    {"12345678\r", "+8"},
    {"12345678\r\r", "!"},
    {"123456789", "!"},
    {"a\n123456789", "[a]!"},
    {"12345678", "+8"},
    {"a#\n?b\n", "[a#][b]"},
    {"a#\n\nb\n", "[a#][b]"},
};

/* Feeds the bytes in pieces, drops blank lines, and writes down what comes. */
static const char *cut(const char *bytes, size_t size, size_t piece)
{
    static char out[200];
    struct frame frame = {0};
    struct frame_line line = {0};
    size_t from = 0, there = 0, used = 0;
    enum frame_result result = FRAME_MORE;
    while (true) {
        result = frame_next(&frame, fence_copy(0, bytes + from, there - from), there - from, LIMIT, &line);
        if (result == FRAME_TOO_LONG) {
            out[used++] = '!';
            out[used] = 0;
            return out;
        }
        if (result == FRAME_LINE) {
            out[used++] = '[';
            memcpy(out + used, bytes + from + line.start, line.size);
            used += line.size;
            out[used++] = ']';
            bool payload = bytes[from + line.start + line.size - 1] == '#';
            from += line.end + payload;
            there = there < from ? from : there;
            continue;
        }
        ck_assert_uint_eq(frame.seen, there - from); /* nothing is looked at twice */
        if (there == size)
            break;
        frame_dropped(&frame, line.end);
        from += line.end;
        there = there + piece < size ? there + piece : size;
    }
    if (line.size > 0 || there - from > line.end) {
        out[used++] = '+';
        out[used++] = (char)('0' + line.size);
    }
    out[used] = 0;
    return out;
}

START_TEST(lines_are_cut_the_same_however_they_arrive)
{
    size_t size = strlen(streams[_i].bytes);
    for (size_t piece = 1; piece <= size + 1; piece++)
        ck_assert_str_eq(cut(streams[_i].bytes, size, piece), streams[_i].cut);
}
END_TEST

START_TEST(a_line_may_hold_a_nul)
{
    struct frame frame = {0};
    struct frame_line line;
    ck_assert_int_eq(frame_next(&frame, "\na\0b\r\nc", 7, LIMIT, &line), FRAME_LINE);
    ck_assert_uint_eq(line.start, 1);
    ck_assert_uint_eq(line.size, 3);
    ck_assert_uint_eq(line.end, 6);
    ck_assert_uint_eq(frame.seen, 0);
}
END_TEST

START_TEST(blank_lines_may_be_dropped)
{
    struct frame frame = {0};
    struct frame_line line;
    ck_assert_int_eq(frame_next(&frame, "\n\r\n  \nab", 8, LIMIT, &line), FRAME_MORE);
    ck_assert_uint_eq(line.start, 6);
    ck_assert_uint_eq(line.end, 6);
    frame_dropped(&frame, line.end);
    ck_assert_uint_eq(frame.seen, 2);
    ck_assert_int_eq(frame_next(&frame, "ab\n", 3, LIMIT, &line), FRAME_LINE);
    ck_assert_uint_eq(line.start, 0);
    ck_assert_uint_eq(line.size, 2);
    frame_dropped(&frame, 5);
    ck_assert_uint_eq(frame.seen, 0);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_told_where_it_begins)
{
    struct frame frame = {0};
    struct frame_line line;
    ck_assert_int_eq(frame_next(&frame, "\n\n123456789\n", 12, LIMIT, &line), FRAME_TOO_LONG);
    ck_assert_uint_eq(line.start, 2);
    frame = (struct frame){0};
    ck_assert_int_eq(frame_next(&frame, "\n\n123456789", 11, LIMIT, &line), FRAME_TOO_LONG);
    ck_assert_uint_eq(line.start, 2);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("frame");
    tcase_add_loop_test(tests, lines_are_cut_the_same_however_they_arrive, 0, COUNT(streams));
    tcase_add_test(tests, a_line_may_hold_a_nul);
    tcase_add_test(tests, blank_lines_may_be_dropped);
    tcase_add_test(tests, a_line_that_is_too_long_is_told_where_it_begins);
    return suite_run("frame", tests);
}
