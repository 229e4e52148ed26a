/* What an error takes out of the input stays as a gap, which parts what stands before it from what stands behind it. A
 * character that is put back is a place further to the front. */
#include "model_input.h"

#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* ---- results ---- */

static json_object *result_of(const char *name, json_object *value)
{
    json_object *result = json_object_new_object();
    json_object_object_add(result, name, value);
    return result;
}

static json_object *truth(const char *name)
{
    return result_of(name, json_object_new_boolean(true));
}

static json_object *error(const char *kind)
{
    return result_of("error", json_object_new_string(kind));
}

static json_object *os_error(const char *name)
{
    json_object *result = error("os");
    json_object_object_add(result, "errno", json_object_new_string(name));
    return result;
}

/* What a read says that has met the last of what is there, and needs more: the connection's error once, then the end. */
static json_object *out_of_input(struct input *in)
{
    if (!in->broken)
        return truth(in->ended ? "end" : "waits");
    in->broken = false;
    in->ended = true;
    return os_error("ECONNRESET");
}

static json_object *character(int32_t ch)
{
    char utf8[4];
    return json_object_new_string_len(utf8, (int)utf8_write(ch, utf8));
}

/* ---- text ---- */

/* A walk over the input, which may be given up. */
struct walk {
    size_t at, from; /* from: where the last character began */
    bool after_cr;
    size_t bad; /* the malformed bytes at the place */
};

enum next { NEXT_CHAR, NEXT_MALFORMED, NEXT_NONE };

static struct walk walk_start(const struct input *in)
{
    return (struct walk){.at = in->at, .after_cr = in->after_cr};
}

/* The bytes at the place up to a gap: their number. */
static size_t stretch(const struct input *in, size_t at)
{
    size_t end = at;
    while (end < in->size && !in->gap[end])
        end++;
    return end - at;
}

static int decode(const struct input *in, size_t at, bool final, int32_t *ch)
{
    size_t rest = stretch(in, at);
    if (in->latin) {
        *ch = in->bytes[at];
        return 1;
    }
    int length = utf8_read(in->bytes + at, rest, ch);
    return length == 0 && final ? -(int)rest : length;
}

/* final: what ends inside a character is malformed. */
static enum next walk_next(const struct input *in, struct walk *walk, bool final, int32_t *ch)
{
    for (;;) {
        while (walk->at < in->size && in->gap[walk->at]) {
            walk->at++;
            walk->after_cr = false;
        }
        if (walk->at == in->size)
            return NEXT_NONE;
        int length = decode(in, walk->at, final, ch);
        if (length == 0)
            return NEXT_NONE;
        if (length < 0 && in->action == 0) {
            walk->bad = (size_t)-length;
            return NEXT_MALFORMED;
        }
        if (length < 0)
            *ch = in->action;
        walk->from = walk->at;
        walk->at += (size_t)abs(length);
        if (length < 0 && in->action < 0)
            continue;
        bool paired = walk->after_cr && *ch == '\n';
        walk->after_cr = *ch == '\r';
        if (paired)
            continue;
        *ch = *ch == '\r' ? '\n' : *ch;
        return NEXT_CHAR;
    }
}

static void commit(struct input *in, const struct walk *walk, int32_t last)
{
    in->at = walk->at;
    in->after_cr = walk->after_cr;
    in->last = last;
    in->last_at = walk->from;
    in->put_back = false;
}

static json_object *take_out(struct input *in, const struct walk *walk)
{
    for (size_t i = 0; i < walk->bad; i++)
        in->gap[walk->at + i] = true;
    return error("encoding");
}

/* Text in UTF-8. */
struct text {
    char *bytes;
    size_t size, count;
};

static void put(struct text *text, int32_t ch)
{
    text->bytes = realloc(text->bytes, text->size + 4);
    text->size += utf8_write(ch, text->bytes + text->size);
    text->count++;
}

static json_object *text_end(struct text *text)
{
    json_object *made = json_object_new_string_len(text->bytes ? text->bytes : "", (int)text->size);
    free(text->bytes);
    return made;
}

static json_object *read_line(struct input *in)
{
    struct walk walk = walk_start(in);
    struct text line = {0};
    enum next next;
    int32_t ch = 0;
    while ((next = walk_next(in, &walk, in->ended, &ch)) == NEXT_CHAR && ch != '\n')
        put(&line, ch);
    json_object *text = text_end(&line);
    if (next == NEXT_CHAR || (next == NEXT_NONE && in->ended && line.count > 0)) {
        json_object *result = result_of("line", text);
        commit(in, &walk, next == NEXT_CHAR ? '\n' : -1);
        json_object_object_add(result, "missing_newline", json_object_new_boolean(next != NEXT_CHAR));
        return result;
    }
    json_object_put(text);
    if (next == NEXT_MALFORMED)
        return take_out(in, &walk);
    if (in->ended)
        commit(in, &walk, -1);
    return out_of_input(in);
}

/* A character: whether it stays, whether it is waited for. */
static json_object *read_char(struct input *in, bool peek, bool hang)
{
    struct walk walk = walk_start(in);
    int32_t ch;
    enum next next = walk_next(in, &walk, in->ended, &ch);
    if (next == NEXT_MALFORMED)
        return take_out(in, &walk);
    if (next == NEXT_CHAR) {
        if (!peek)
            commit(in, &walk, ch);
        return result_of("char", character(ch));
    }
    if (in->ended && !peek)
        in->last = -1;
    return hang || in->ended || in->broken ? out_of_input(in) : result_of("char", NULL);
}

static json_object *read_chars(struct input *in, size_t length, const char *mode)
{
    struct walk walk = walk_start(in);
    struct text text = {0};
    enum next next = NEXT_CHAR;
    int32_t ch = -1, last = -1;
    bool all = strcmp(mode, "all") == 0;
    while (text.count < length && (next = walk_next(in, &walk, in->ended, &ch)) == NEXT_CHAR)
        put(&text, last = ch);
    json_object *made = text_end(&text);
    bool some = text.count > 0 && !all;
    if (next == NEXT_MALFORMED && !some) {
        json_object_put(made);
        return take_out(in, &walk);
    }
    if (next == NEXT_NONE && !in->ended && !some && (in->broken || strcmp(mode, "no-hang") != 0)) {
        json_object_put(made);
        return out_of_input(in);
    }
    bool end = next == NEXT_NONE && in->ended;
    if (text.count > 0)
        commit(in, &walk, end ? -1 : last);
    else if (end)
        in->last = -1;
    return result_of("text", made);
}

static bool has_char(const struct input *in)
{
    struct walk walk = walk_start(in);
    int32_t ch;
    return walk_next(in, &walk, false, &ch) != NEXT_NONE;
}

/* ---- bytes ---- */

/* Passes over gaps, and over the LF of a CR that was read. */
static void pass_lf(struct input *in)
{
    while (in->at < in->size && (in->gap[in->at] || (in->after_cr && in->bytes[in->at] == '\n'))) {
        in->after_cr = false;
        in->at++;
    }
    if (in->at < in->size)
        in->after_cr = false;
}

/* How many bytes there are from the place on, without the gaps. */
static size_t there(const struct input *in)
{
    size_t count = 0;
    for (size_t i = in->at; i < in->size; i++)
        count += !in->gap[i];
    return count;
}

static unsigned char take_byte(struct input *in)
{
    while (in->gap[in->at])
        in->at++;
    return in->bytes[in->at++];
}

/* Bytes of an element: only a stream of bytes is asked for some. */
static size_t width_of(const struct input *in)
{
    return in->width > 0 ? in->width : 1;
}

static json_object *take_element(struct input *in)
{
    uint64_t value = 0;
    for (size_t i = 0; i < in->width; i++)
        value |= (uint64_t)take_byte(in) << (8 * i);
    if (!in->is_signed)
        return json_object_new_uint64(value);
    unsigned shift = (unsigned)(64 - 8 * in->width);
    return json_object_new_int64((int64_t)(value << shift) >> shift);
}

/* What a read does that has not all it wants: NULL, or the result. */
static json_object *short_of(struct input *in, size_t whole, const char *mode)
{
    bool all = strcmp(mode, "all") == 0, no_hang = strcmp(mode, "no-hang") == 0;
    if (!in->ended)
        return (no_hang && !in->broken) || (whole > 0 && !all) ? NULL : out_of_input(in);
    size_t rest = there(in) % width_of(in);
    if (rest == 0 || (whole > 0 && !all))
        return NULL;
    for (size_t i = in->size; rest > 0; rest--) {
        while (in->gap[--i])
            ;
        in->gap[i] = true;
    }
    return error("end-of-file");
}

static json_object *read_bytes(struct input *in, size_t length, const char *mode)
{
    pass_lf(in);
    size_t whole = there(in) / width_of(in);
    json_object *result = whole < length ? short_of(in, whole, mode) : NULL;
    if (result)
        return result;
    json_object *elements = json_object_new_array();
    for (size_t i = 0; i < (whole < length ? whole : length); i++)
        json_object_array_add(elements, take_element(in));
    in->last = -1;
    return result_of("elements", elements);
}

static json_object *read_byte(struct input *in, bool hang)
{
    pass_lf(in);
    json_object *result = there(in) < in->width ? short_of(in, 0, hang ? "all" : "no-hang") : NULL;
    if (result)
        return result;
    in->last = -1;
    if (there(in) >= in->width)
        return result_of("byte", take_element(in));
    return in->ended ? truth("end") : result_of("byte", NULL);
}

/* ---- questions ---- */

/* Whether a question is told of input. */
static bool asked(struct input *in)
{
    if (in->width)
        pass_lf(in);
    bool enough = there(in) >= in->low || in->ended || in->broken || in->put_back;
    return enough && (in->width ? there(in) > 0 : has_char(in));
}

static json_object *status(struct input *in, const struct step *step)
{
    const char *direction = step_text(step, "direction", "io");
    if (strcmp(direction, "input") != 0 && strcmp(direction, "output") != 0 && strcmp(direction, "io") != 0)
        return error("refused");
    bool asks_input = strcmp(direction, "output") != 0 && !in->shut, asks_output = strcmp(direction, "input") != 0;
    bool input = asks_input && asked(in);
    if (in->doubtful)
        return NULL;
    bool end = asks_input && !input && in->ended, output = asks_output && !in->output_shut && !in->broken;
    const char *word = input ? (output ? "io" : "input") : end ? (output ? "append" : "eof") : output ? "output" : NULL;
    if (in->broken && !input && (asks_input || (asks_output && !in->output_shut)))
        word = "error";
    if (!word && step_flag(step, "later"))
        return truth("waits");
    if (!word && json_object_object_get_ex(step->arguments, "timeout", NULL) && !step_argument(step, "timeout"))
        return NULL;
    json_object *result = result_of("status", word ? json_object_new_string(word) : NULL);
    json_object_object_add(result, "count", json_object_new_int(word != NULL));
    return result;
}

static json_object *unread(struct input *in, const char *text)
{
    int32_t ch = -1;
    utf8_read((const unsigned char *)text, strlen(text), &ch);
    if (in->last < 0 || in->last != ch)
        return error("refused");
    in->at = in->last_at;
    in->put_back = true;
    in->after_cr = false;
    in->last = -1;
    return truth("done");
}

static json_object *clear(struct input *in)
{
    if (there(in) > 0)
        in->after_cr = false;
    in->at = in->size;
    in->last = -1;
    return truth("done");
}

/* ---- operations ---- */

static json_object *operate(struct input *in, const struct step *step)
{
    const char *operation = step->operation->name, *mode = step_text(step, "mode", "all");
    size_t length = (size_t)json_object_get_int64(step_argument(step, "length"));
    bool text = strstr(operation, "char") || strcmp(operation, "read-line") == 0;
    if (strcmp(operation, "status") == 0)
        return status(in, step);
    if (in->shut)
        return error("refused");
    if (strcmp(operation, "listen") == 0)
        return result_of("value", json_object_new_boolean(!in->width && asked(in)));
    if (strcmp(operation, "clear-input") == 0)
        return clear(in);
    if (text == (in->width > 0))
        return error("refused");
    if (strcmp(operation, "read-line") == 0)
        return read_line(in);
    if (strcmp(operation, "unread-char") == 0)
        return unread(in, step_text(step, "char", ""));
    if (strcmp(operation, "read-char-sequence") == 0)
        return read_chars(in, length, mode);
    if (strcmp(operation, "read-byte-sequence") == 0)
        return read_bytes(in, length, mode);
    if (text)
        return read_char(in, strcmp(operation, "peek-char") == 0, strcmp(operation, "read-char-no-hang") != 0);
    return read_byte(in, strcmp(operation, "read-byte") == 0);
}

/* Who waits is given up in time: by the call's timeout, or without one by the socket's. */
static json_object *in_time(const struct input *in, const struct step *step, json_object *result)
{
    json_object *timeout;
    bool told = json_object_object_get_ex(step->arguments, "timeout", &timeout);
    if (!told || !json_object_object_get_ex(result, "waits", NULL) || (!timeout && !in->timed))
        return result;
    json_object_put(result);
    return timeout ? error("timeout") : os_error("EAGAIN");
}

json_object *input_operate(struct input *in, const struct step *step)
{
    json_object *result = operate(in, step);
    return strcmp(step->operation->name, "status") == 0 ? result : in_time(in, step, result);
}
