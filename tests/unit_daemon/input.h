/* A stream's side of reading characters, without a stream: bytes that arrive bit by bit, in a block of memory that ends where
 * they do, and what was committed dropped from their front. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buffer.h"
#include "text.h"

struct input {
    struct text text;
    struct text_cursor cursor;
    char *window; /* what has arrived and is not used up, to the byte */
    size_t size;
    const char *rest; /* what is still to arrive */
    size_t rest_size;
    struct buffer out; /* characters read, in UTF-8 */
};

void input_init(struct input *input, const char *encoding, int32_t action, const char *bytes, size_t size);
void input_deinit(struct input *input);

/* Lets up to count bytes more arrive. */
void input_arrive(struct input *input, size_t count);

/* Takes all that has arrived away, to arrive again, and goes back to the front. */
void input_give_back(struct input *input);

/* Reads a character from the cursor on; the end is final when everything has arrived. */
enum text_result input_next(struct input *input, int32_t *ch, size_t *length);

/* Reads as far as it goes, into out where that is wanted. How it ended. */
enum text_result input_walk(struct input *input, bool keep, size_t *length);

/* Back to the front; or on with what the cursor has passed used up. */
void input_abandon(struct input *input);
void input_commit(struct input *input);

/* Cuts size bytes out at the cursor, as for malformed ones, and goes back to the front. */
void input_cut(struct input *input, size_t size);

/* Whether nothing is left and nothing will come. */
bool input_ended(const struct input *input);

/* Fails the test unless out is this text. */
void input_expect(const struct input *input, const char *text);

/* A text with its newlines as reading gives them. The caller's, to be freed. */
char *newlines_read(const char *text);
