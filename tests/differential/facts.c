#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define BIT(fact) ((uint64_t)1 << (fact))

static const struct {
    const char *name, *meaning;
} names[] = {
#define F(name, id, text) {name, text},
    FACTS(F)
#undef F
};

int fact_find(const char *name)
{
    for (int i = 0; i < FACT_COUNT; i++)
        if (strcmp(names[i].name, name) == 0)
            return i;
    return -1;
}

const char *fact_name(int fact)
{
    return names[fact].name;
}

const char *fact_meaning(int fact)
{
    return names[fact].meaning;
}

void facts_init(struct facts *facts)
{
    *facts = (struct facts){0};
}

void facts_deinit(struct facts *facts)
{
    for (size_t i = 0; i < facts->count; i++)
        free(facts->streams[i].sent);
}

/* ---- which stream ---- */

static struct fact_stream *stream_named(const struct facts *facts, const char *name, bool by_peer)
{
    for (size_t i = facts->count; i-- > 0;) {
        const struct fact_stream *stream = &facts->streams[i];
        if (strcmp(by_peer ? stream->peer : stream->name, name) == 0)
            return (struct fact_stream *)stream;
    }
    return NULL;
}

static const char *name_of(json_object *item)
{
    if (json_object_is_type(item, json_type_array))
        return name_of(json_object_array_get_idx(item, 0));
    if (json_object_is_type(item, json_type_object))
        return name_of(json_object_object_get(item, "of"));
    return json_object_get_string(item);
}

static struct fact_stream *stream_of_step(const struct facts *facts, const struct step *step)
{
    if (strncmp(step->operation->name, "peer-", 5) == 0)
        return stream_named(facts, step_text(step, "peer", "p"), true);
    json_object *of = step_argument(step, "of");
    return stream_named(facts, of ? name_of(of) : step_text(step, "stream", "s"), false);
}

uint64_t facts_of(const struct facts *facts, const struct step *step)
{
    const struct fact_stream *stream = stream_of_step(facts, step);
    return stream ? stream->facts : 0;
}

/* ---- what the peer has sent ---- */

static void set(struct fact_stream *stream, enum fact fact, bool value)
{
    stream->facts = value ? stream->facts | BIT(fact) : stream->facts & ~BIT(fact);
}

static void look_at_ends(struct fact_stream *stream)
{
    bool lone = false, pair = false;
    for (size_t i = 0; i < stream->size; i++)
        if (stream->sent[i] == '\r') {
            bool paired = i + 1 < stream->size && stream->sent[i + 1] == '\n';
            lone |= !paired;
            pair |= paired;
        }
    set(stream, FACT_LONE_CR, lone);
    set(stream, FACT_CRLF, pair);
}

static void look_at_characters(struct fact_stream *stream)
{
    bool malformed = false, half = false;
    for (size_t at = 0; at < stream->size && !half;) {
        int32_t ch;
        int length = utf8_read(stream->sent + at, stream->size - at, &ch);
        malformed |= length < 0;
        half = length == 0;
        at += (size_t)abs(length);
    }
    set(stream, FACT_MALFORMED, malformed);
    set(stream, FACT_HALF, half);
}

static void note_cut(struct fact_stream *stream)
{
    for (size_t i = 0; i < stream->size && stream->facts & BIT(FACT_SWITCHED); i++)
        if (stream->sent[i] >= 0x80)
            set(stream, FACT_CUT, true);
}

static void note_sent(struct fact_stream *stream, const struct step *step)
{
    size_t size;
    unsigned char *sent = step_bytes(step, &size);
    stream->sent = realloc(stream->sent, stream->size + size + 1);
    memcpy(stream->sent + stream->size, sent, size);
    stream->size += size;
    free(sent);
    look_at_ends(stream);
    look_at_characters(stream);
    note_cut(stream);
}

/* ---- what was done ---- */

static void note_element(struct fact_stream *stream, const char *element)
{
    bool text = strcmp(element, "character") == 0;
    set(stream, FACT_TEXT, text);
    set(stream, FACT_BYTES, !text);
    set(stream, FACT_WIDE, !text && !strstr(element, " 8"));
}

static void note_format(struct fact_stream *stream, json_object *format)
{
    const char *encoding = json_object_get_string(json_object_object_get(format, "encoding"));
    const char *action = json_object_get_string(json_object_object_get(format, "input_error"));
    set(stream, FACT_OTHER, encoding && strcasecmp(encoding, "utf-8") != 0);
    set(stream, FACT_ACTION, action && strcmp(action, "error") != 0);
}

static void note_new(struct facts *facts, const struct step *step, const char *buffered)
{
    if (facts->count == FACT_STREAMS)
        return;
    struct fact_stream *stream = &facts->streams[facts->count++];
    *stream = (struct fact_stream){0};
    snprintf(stream->name, sizeof stream->name, "%s", step_text(step, "as", "s"));
    snprintf(stream->peer, sizeof stream->peer, "%s", step_text(step, "peer", "p"));
    if (strcmp(step->operation->name, "accept") == 0 && facts->waiting_count > 0) {
        memcpy(stream->peer, facts->waiting[0], sizeof stream->peer);
        memmove(facts->waiting, facts->waiting + 1, --facts->waiting_count * sizeof *facts->waiting);
    }
    const char *mode = step_text(step, "buffered", buffered ? buffered : "default");
    set(stream, strcmp(mode, "true") == 0 ? FACT_FULL : strcmp(mode, "false") == 0 ? FACT_NONE : FACT_DEFAULT, true);
    note_element(stream, step_text(step, "element_type", "character"));
    note_format(stream, step_argument(step, "external_format"));
}

static void note_shutdown(struct fact_stream *stream, const char *direction)
{
    if (strcmp(direction, "output") != 0)
        set(stream, FACT_INPUT_SHUT, true);
    if (strcmp(direction, "input") != 0)
        set(stream, FACT_OUTPUT_SHUT, true);
}

static bool is_error(json_object *result, const char *kind, const char *number)
{
    json_object *error = json_object_object_get(result, "error"), *name = json_object_object_get(result, "errno");
    return error && strcmp(json_object_get_string(error), kind) == 0 &&
           (!number || (name && strcmp(json_object_get_string(name), number) == 0));
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void note_input(struct fact_stream *stream, const char *operation)
{
    static const char *const asking[] = {"status",           "listen", "peek-char", "unread-char", "read-char-no-hang",
                                         "read-byte-no-hang"};
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (strcmp(operation, asking[i]) == 0)
            set(stream, FACT_ASKED, true);
    bool reads = starts(operation, "read-");
    if (reads && !strstr(operation, "no-hang"))
        set(stream, FACT_ASKED, false);
    if (reads || strcmp(operation, "clear-input") == 0)
        set(stream, FACT_UNREAD, false);
    if (reads || strcmp(operation, "unread-char") == 0)
        set(stream, FACT_PEEKED, false);
    if (strcmp(operation, "peek-char") == 0)
        set(stream, FACT_PEEKED, true);
    if (strcmp(operation, "unread-char") == 0)
        set(stream, FACT_UNREAD, true);
    if (strcmp(operation, "clear-input") == 0)
        set(stream, FACT_CLEARED, true);
}

static void note_output(struct fact_stream *stream, const char *operation)
{
    bool writes = starts(operation, "write-") || strcmp(operation, "terpri") == 0 || strcmp(operation, "fresh-line") == 0;
    bool flushes = strcmp(operation, "force-output") == 0 || strcmp(operation, "finish-output") == 0;
    if (writes || (flushes && stream->held))
        set(stream, FACT_WRITTEN, true);
    if (writes || flushes)
        stream->held = writes && stream->facts & BIT(FACT_FULL);
    if (writes && stream->facts & BIT(FACT_PEER_CLOSED))
        set(stream, FACT_PEER_RESET, true);
}

static void note_peer(struct fact_stream *stream, const struct step *step, json_object *result)
{
    const char *operation = step->operation->name;
    if (json_object_object_get_ex(result, "error", NULL))
        return;
    if (strcmp(operation, "peer-sends") == 0)
        note_sent(stream, step);
    else if (strcmp(operation, "peer-shuts") == 0 && strcmp(step_text(step, "direction", "output"), "input") != 0)
        set(stream, FACT_PEER_ENDED, true);
    else if (strcmp(operation, "peer-receives") == 0)
        set(stream, FACT_WRITTEN, false);
    else if (strcmp(operation, "peer-closes") == 0)
        stream->facts |=
            BIT(FACT_PEER_ENDED) | BIT(FACT_PEER_CLOSED) | (stream->facts & BIT(FACT_WRITTEN) ? BIT(FACT_PEER_RESET) : 0);
    else if (strcmp(operation, "peer-resets") == 0)
        set(stream, FACT_PEER_RESET, true);
}

static void note_attributes(struct fact_stream *stream, const struct step *step, json_object *sockd)
{
    const char *operation = step->operation->name;
    bool failed = json_object_object_get_ex(sockd, "error", NULL);
    if (strcmp(operation, "close") == 0)
        set(stream, FACT_CLOSED, true);
    if (strcmp(operation, "shutdown") == 0)
        note_shutdown(stream, step_text(step, "direction", "io"));
    if (strcmp(operation, "external-format") == 0 && !failed && step_argument(step, "set")) {
        note_format(stream, step_argument(step, "set"));
        set(stream, FACT_REFORMATTED, true);
    }
    if (strcmp(operation, "element-type") == 0 && !failed && step_argument(step, "set")) {
        note_element(stream, step_text(step, "set", ""));
        set(stream, FACT_SWITCHED, true);
        note_cut(stream);
    }
    if (strcmp(operation, "options") == 0 && step_option(step, "so-rcvlowat"))
        set(stream, FACT_LOW_WATER, json_object_get_int(step_option(step, "so-rcvlowat")) > 1);
}

void facts_learn(struct facts *facts, const struct step *step, const char *buffered, json_object *clisp, json_object *sockd)
{
    const char *operation = step->operation->name;
    bool failed = json_object_object_get_ex(sockd, "error", NULL);
    if ((strcmp(operation, "connect") == 0 || strcmp(operation, "accept") == 0) && !failed) {
        note_new(facts, step, buffered);
        return;
    }
    if (strcmp(operation, "peer-connect") == 0 && !failed && facts->waiting_count < FACT_STREAMS) {
        snprintf(facts->waiting[facts->waiting_count++], sizeof facts->waiting[0], "%s", step_text(step, "as", "p"));
        return;
    }
    struct fact_stream *stream = stream_of_step(facts, step);
    if (!stream)
        return;
    if (is_error(clisp, "encoding", NULL) || is_error(sockd, "encoding", NULL))
        set(stream, FACT_FAILED, true);
    if (is_error(clisp, "os", "EAGAIN"))
        set(stream, FACT_TIMED_OUT, true);
    if (is_error(clisp, "os", "ECONNRESET") || is_error(sockd, "os", "ECONNRESET"))
        set(stream, FACT_RESET_TOLD, true);
    if (!step->operation->method) {
        note_peer(stream, step, sockd);
        return;
    }
    note_input(stream, operation);
    note_output(stream, operation);
    note_attributes(stream, step, sockd);
}
