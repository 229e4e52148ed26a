/* Blank lines are passed over only once their LF is there, so a line always begins where its first byte arrived: that is where
 * descriptors ride. */
#include "frame.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != ' ' && data[i] != '\t' && data[i] != '\r')
            return false;
    return true;
}

/* The bytes of a line without the CR that belongs to its end. */
static size_t line_size(const char *data, size_t size)
{
    return size > 0 && data[size - 1] == '\r' ? size - 1 : size;
}

enum frame_result frame_next(struct frame *frame, const char *data, size_t size, size_t limit, struct frame_line *line)
{
    *line = (struct frame_line){0, 0, 0};
    if (size == 0)
        return FRAME_MORE;
    size_t start = 0;
    size_t from = frame->seen < size ? frame->seen : size;
    for (;;) {
        const char *lf = from < size ? memchr(data + from, '\n', size - from) : NULL;
        size_t end = lf ? (size_t)(lf - data) : size;
        *line = (struct frame_line){start, line_size(data + start, end - start), lf ? end + 1 : start};
        if (line->size > limit)
            return FRAME_TOO_LONG;
        if (!lf) {
            frame->seen = size;
            return FRAME_MORE;
        }
        if (!is_blank(data + start, line->size)) {
            frame->seen = 0;
            return FRAME_LINE;
        }
        start = from = end + 1;
    }
}
