/* What happens to the streams of a case, as far as their input goes by it. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_input.h"
#include "utf8.h"

#define STREAMS 8

struct model {
    struct input inputs[STREAMS];
    size_t count;
    const struct step *later; /* an operation that goes on; NULL: none */
};

struct model *model_new(void)
{
    return calloc(1, sizeof(struct model));
}

void model_free(struct model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        free(model->inputs[i].bytes);
        free(model->inputs[i].gap);
    }
    free(model);
}

/* ---- steps ---- */

static struct input *input_of(struct model *model, const char *name, bool by_peer)
{
    for (size_t i = model->count; i-- > 0;)
        if (strcmp(by_peer ? model->inputs[i].peer : model->inputs[i].name, name) == 0)
            return &model->inputs[i];
    return NULL;
}

static bool is_input(const char *operation)
{
    static const char *const names[] = {"status", "listen", "clear-input", "unread-char", "peek-char"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(operation, names[i]) == 0)
            return true;
    return strncmp(operation, "read-", 5) == 0;
}

json_object *model_step(struct model *model, const struct step *step, uint64_t facts)
{
    const char *operation = step->operation->name;
    if (strcmp(operation, "collect") == 0 && model->later) {
        step = model->later;
        operation = step->operation->name;
        model->later = NULL;
    }
    if (!is_input(operation) || step_argument(step, "of"))
        return NULL;
    struct input *in = input_of(model, step_text(step, "stream", "s"), false);
    if (!in)
        return NULL;
    in->unknown |= (facts & (uint64_t)1 << FACT_CLOSED) != 0;
    json_object *result = in->unknown ? NULL : input_operate(in, step);
    if (json_object_object_get_ex(result, "waits", NULL))
        model->later = step;
    return result;
}

/* ---- what else happens ---- */

static void set_element(struct input *in, const char *element)
{
    const char *bits = strchr(element, ' ');
    in->width = strcmp(element, "character") == 0 ? 0 : bits ? (size_t)atoi(bits) / 8 : 1;
    in->is_signed = *element == 's';
    in->last = -1;
}

static void set_format(struct input *in, json_object *format)
{
    const char *encoding = json_object_get_string(json_object_object_get(format, "encoding"));
    const char *action = json_object_get_string(json_object_object_get(format, "input_error"));
    if (encoding) {
        in->latin = strcasecmp(encoding, "iso-8859-1") == 0;
        in->unknown |= !in->latin && strcasecmp(encoding, "utf-8") != 0;
    }
    if (action && strcmp(action, "error") == 0)
        in->action = 0;
    else if (action && strcmp(action, "ignore") == 0)
        in->action = -1;
    else if (action)
        utf8_read((const unsigned char *)action, strlen(action), &in->action);
}

static void begin(struct model *model, const struct step *step, const char *buffered)
{
    if (model->count == STREAMS)
        return;
    struct input *in = &model->inputs[model->count++];
    *in = (struct input){0};
    snprintf(in->name, sizeof in->name, "%s", step_text(step, "as", "s"));
    snprintf(in->peer, sizeof in->peer, "%s", step_text(step, "peer", "p"));
    in->unknown = strcmp(step->operation->name, "accept") == 0 || step_argument(step, "to"); /* whose it is, is not known */
    in->full = strcmp(step_text(step, "buffered", buffered ? buffered : "default"), "true") == 0;
    set_element(in, step_text(step, "element_type", "character"));
    set_format(in, step_argument(step, "external_format"));
}

/* Scripts write less than a fully buffered stream holds. */
static void note_written(struct input *in, const struct step *step, json_object *sockd)
{
    json_object *value, *written;
    bool empty = strcmp(step->operation->name, "write-string") == 0 && !*step_text(step, "string", "");
    bool some = !empty && (!json_object_object_get_ex(sockd, "value", &value) || json_object_get_boolean(value));
    if (json_object_object_get_ex(sockd, "written", &written))
        some = json_object_get_int(written) > 0;
    in->doubtful |= some && in->closed && !in->full;
    *(in->full ? &in->held : &in->owed) |= some;
}

static void note_flushed(struct input *in)
{
    in->doubtful |= in->closed && in->held;
    in->owed |= in->held;
    in->held = false;
}

static void note_end(struct input *in, bool closes, bool resets)
{
    if (resets || (closes && in->owed)) {
        in->unknown |= in->ended; /* an end that was sent before makes it another error */
        in->broken = true;
    } else {
        in->ended = true;
    }
    in->closed |= closes;
}

static void arrive(struct input *in, const struct step *step)
{
    size_t size;
    unsigned char *sent = step_bytes(step, &size);
    in->bytes = realloc(in->bytes, in->size + size + 1);
    in->gap = realloc(in->gap, (in->size + size + 1) * sizeof *in->gap);
    memcpy(in->bytes + in->size, sent, size);
    memset(in->gap + in->size, 0, size * sizeof *in->gap);
    in->size += size;
    free(sent);
}

static void learn_options(struct input *in, const struct step *step)
{
    if (step_option(step, "so-rcvtimeo"))
        in->timed = json_object_get_double(step_option(step, "so-rcvtimeo")) > 0;
    if (step_option(step, "so-rcvlowat"))
        in->low = (size_t)json_object_get_int(step_option(step, "so-rcvlowat"));
    if (strstr(json_object_to_json_string(step->arguments), "so-error") && in->broken) {
        in->broken = false;
        in->ended = true;
    }
}

static bool is_write(const char *operation)
{
    return strncmp(operation, "write-", 6) == 0 || strcmp(operation, "terpri") == 0 || strcmp(operation, "fresh-line") == 0;
}

static void learn_peer(struct input *in, const struct step *step)
{
    const char *operation = step->operation->name;
    bool resets = strcmp(operation, "peer-resets") == 0, closes = strcmp(operation, "peer-closes") == 0;
    bool shuts = strcmp(operation, "peer-shuts") == 0 && strcmp(step_text(step, "direction", "output"), "input") != 0;
    if (strcmp(operation, "peer-sends") == 0)
        arrive(in, step);
    else if (strcmp(operation, "peer-receives") == 0)
        in->owed = false;
    else if (resets || closes || shuts)
        note_end(in, closes, resets);
}

static void learn_own(struct input *in, const struct step *step, json_object *sockd)
{
    const char *operation = step->operation->name, *direction = step_text(step, "direction", "io");
    json_object *set = step_argument(step, "set");
    if (is_write(operation))
        note_written(in, step, sockd);
    else if (strcmp(operation, "force-output") == 0 || strcmp(operation, "finish-output") == 0)
        note_flushed(in);
    else if (strcmp(operation, "element-type") == 0 && set)
        set_element(in, json_object_get_string(set));
    else if (strcmp(operation, "external-format") == 0 && set)
        set_format(in, set);
    else if (strcmp(operation, "options") == 0)
        learn_options(in, step);
    if (strcmp(operation, "shutdown") == 0) {
        in->shut |= strcmp(direction, "output") != 0;
        in->output_shut |= strcmp(direction, "input") != 0;
        if (strcmp(direction, "input") != 0)
            note_flushed(in);
    }
}

void model_learn(struct model *model, const struct step *step, const char *buffered, json_object *sockd)
{
    const char *operation = step->operation->name, *name;
    bool failed = json_object_object_get_ex(sockd, "error", NULL), by_peer = strncmp(operation, "peer-", 5) == 0;
    if (!failed && (strcmp(operation, "connect") == 0 || strcmp(operation, "accept") == 0)) {
        begin(model, step, buffered);
        return;
    }
    name = by_peer ? step_text(step, "peer", "p") : step_text(step, "stream", step_text(step, "of", "s"));
    struct input *in = input_of(model, name, by_peer);
    if (!in)
        return;
    json_object *number = json_object_object_get(sockd, "errno");
    if (number && strcmp(json_object_get_string(number), "ECONNRESET") == 0 && in->broken) {
        in->broken = false;
        in->ended = true;
    }
    if (failed && strcmp(operation, "shutdown") != 0 && strcmp(operation, "options") != 0)
        return;
    if (by_peer)
        learn_peer(in, step);
    else
        learn_own(in, step, sockd);
}
