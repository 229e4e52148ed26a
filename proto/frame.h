/* Bytes to messages: finds the next line and remembers how far it has looked, so that a line that arrives in pieces is
 * looked at once. Pure: the caller owns the bytes, moves them and tells. */
#pragma once

#include <stddef.h>

enum frame_result { FRAME_MORE, FRAME_LINE, FRAME_TOO_LONG };

struct frame {
    size_t seen; /* bytes of the input that are known to have no LF */
};

/* A line, its CR and LF left out. */
struct frame_line {
    size_t start, size;
    size_t end; /* behind its LF: where the payload or the next line begins */
};

/* Looks for a line in the input, passing over blank ones. FRAME_MORE: line->end is how many bytes of blank lines may be
 * dropped from the front. FRAME_TOO_LONG: the line that begins at line->start has more than limit bytes without its end.
 * After FRAME_LINE the next call expects the input from line->end (or behind the payload) on. Whoever drops bytes from the
 * front after FRAME_MORE calls frame_dropped. */
enum frame_result frame_next(struct frame *frame, const char *data, size_t size, size_t limit, struct frame_line *line);

static inline void frame_dropped(struct frame *frame, size_t bytes)
{
    frame->seen = frame->seen > bytes ? frame->seen - bytes : 0;
}
