#include "input.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

void input_init(struct input *input, const char *encoding, int32_t action, const char *bytes, size_t size)
{
    *input = (struct input){.rest = bytes, .rest_size = size};
    struct sockd_format format = SOCKD_FORMAT_UNSET;
    format.encoding = (struct sockd_text){encoding, strlen(encoding)};
    format.input_error = action;
    ck_assert_msg(text_set_format(&input->text, &format) == 0, "%s", encoding);
    input->window = malloc(1);
    input_abandon(input);
}

void input_deinit(struct input *input)
{
    text_deinit(&input->text);
    buffer_deinit(&input->out);
    free(input->window);
}

/* A new block each time, so that a look beyond it is seen. */
static void window_set(struct input *input, const char *data, size_t size)
{
    char *window = malloc(size ? size : 1);
    if (size)
        memcpy(window, data, size);
    free(input->window);
    input->window = window;
    input->size = size;
}

void input_arrive(struct input *input, size_t count)
{
    size_t size = count < input->rest_size ? count : input->rest_size;
    char *joined = malloc(input->size + size + 1);
    memcpy(joined, input->window, input->size);
    memcpy(joined + input->size, input->rest, size);
    window_set(input, joined, input->size + size);
    free(joined);
    input->rest += size;
    input->rest_size -= size;
}

void input_give_back(struct input *input)
{
    input->rest -= input->size;
    input->rest_size += input->size;
    window_set(input, NULL, 0);
    input_abandon(input);
}

enum text_result input_next(struct input *input, int32_t *ch, size_t *length)
{
    enum text_result result =
        text_next(&input->text, &input->cursor, input->window, input->size, input->rest_size == 0, ch, length);
    ck_assert_uint_le(input->cursor.at, input->size);
    if (result == TEXT_MALFORMED) {
        ck_assert_uint_gt(*length, 0);
        ck_assert_uint_le(input->cursor.at + *length, input->size);
    }
    return result;
}

enum text_result input_walk(struct input *input, bool keep, size_t *length)
{
    int32_t ch;
    enum text_result result;
    while ((result = input_next(input, &ch, length)) == TEXT_CHAR)
        if (keep)
            buffer_added(&input->out, utf8_write(ch, buffer_reserve(&input->out, 4)));
    return result;
}

void input_abandon(struct input *input)
{
    input->cursor = text_start(&input->text);
}

void input_commit(struct input *input)
{
    text_commit(&input->text, &input->cursor, input->window);
    window_set(input, input->window + input->cursor.at, input->size - input->cursor.at);
    input_abandon(input);
}

void input_cut(struct input *input, size_t size)
{
    size_t at = input->cursor.at;
    memmove(input->window + at, input->window + at + size, input->size - at - size);
    window_set(input, input->window, input->size - size);
    text_forget(&input->text);
    input_abandon(input);
}

bool input_ended(const struct input *input)
{
    return input->size == 0 && input->rest_size == 0;
}

void input_expect(const struct input *input, const char *text)
{
    size_t size = buffer_size(&input->out);
    ck_assert_msg(size == strlen(text) && memcmp(buffer_data(&input->out), text, size) == 0, "read \"%.*s\", expected \"%s\"",
                  (int)size, buffer_data(&input->out), text);
}

char *newlines_read(const char *text)
{
    char *read = malloc(strlen(text) + 1), *end = read;
    for (const char *it = text; *it; it++)
        if (*it != '\n' || it == text || it[-1] != '\r')
            *end++ = *it == '\r' ? '\n' : *it;
    *end = 0;
    return read;
}
