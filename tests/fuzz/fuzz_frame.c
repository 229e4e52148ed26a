/* A stream of bytes cut into lines as it arrives in pieces, beside the same stream cut at once by the plainest way. The first
 * byte says how large the pieces are, the second the limit; a line that begins with a digit is followed by as many bytes of
 * payload. */
#include <stdbool.h>
#include <string.h>

#include "frame.h"
#include "fuzz.h"

struct cut {
    size_t start, size; /* of the line, from the start of the stream */
    bool too_long;
    bool end; /* nothing more can be told */
};

static size_t payload_of(const uint8_t *data, const struct cut *cut)
{
    return cut->size > 0 && data[cut->start] >= '0' && data[cut->start] <= '9' ? data[cut->start] - (size_t)'0' : 0;
}

static size_t without_cr(const uint8_t *data, size_t start, size_t end)
{
    return end > start && data[end - 1] == '\r' ? end - 1 - start : end - start;
}

/* The next line from *at on, byte by byte. */
static struct cut cut_plainly(const uint8_t *data, size_t size, size_t *at, size_t limit)
{
    while (true) {
        struct cut cut = {.start = *at};
        size_t end = *at;
        bool blank = true;
        for (; end < size && data[end] != '\n'; end++)
            blank = blank && (data[end] == ' ' || data[end] == '\t' || data[end] == '\r');
        cut.size = without_cr(data, *at, end);
        cut.too_long = cut.size > limit;
        cut.end = cut.too_long || end == size;
        if (cut.end)
            return cut;
        *at = end + 1;
        if (!blank) {
            *at += payload_of(data, &cut);
            return cut;
        }
    }
}

/* The next line as a session sees it: more bytes come until there is one. */
static struct cut cut_in_pieces(struct frame *frame, const uint8_t *data, size_t size, size_t *at, size_t *there, size_t piece,
                                size_t limit)
{
    while (true) {
        struct frame_line line;
        char *exact = malloc(*there > *at ? *there - *at : 1);
        MUST(exact != NULL);
        memcpy(exact, data + *at, *there - *at);
        enum frame_result result = frame_next(frame, exact, *there - *at, limit, &line);
        free(exact);
        struct cut cut = {*at + line.start, line.size, result == FRAME_TOO_LONG, result == FRAME_TOO_LONG};
        if (cut.too_long)
            return cut;
        *at += line.end;
        if (result == FRAME_LINE) {
            MUST(frame->seen == 0);
            *at += payload_of(data, &cut);
            if (*there < *at)
                *there = *at;
            return cut;
        }
        frame_dropped(frame, line.end);
        MUST(frame->seen == *there - *at);
        cut.end = *there >= size;
        if (cut.end)
            return cut;
        *there += piece < size - *there ? piece : size - *there;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t piece = (size_t)data[0] % 32 + 1, limit = data[1];
    data += 2;
    size -= 2;
    struct frame frame = {0};
    size_t plain_at = 0, at = 0, there = 0;
    while (plain_at <= size) {
        struct cut wanted = cut_plainly(data, size, &plain_at, limit);
        struct cut cut = cut_in_pieces(&frame, data, size, &at, &there, piece, limit);
        MUST(cut.start == wanted.start && cut.too_long == wanted.too_long && cut.end == wanted.end);
        if (wanted.end)
            break; /* a line that is too long is seen as soon as it is, so its size differs */
        MUST(cut.size == wanted.size);
        MUST(at == plain_at);
        if (at > size)
            break;
    }
    return 0;
}
