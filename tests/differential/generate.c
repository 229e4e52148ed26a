/* A sequence is one connection in one mode of buffering, with text or bytes, and operations picked by weights. A rough count of
 * what the peer has sent and what was read keeps most reads from waiting, since an operation that waits ends the sequence. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

struct source {
    uint64_t state;
    json_object *steps;
    const char *encoding;
    bool text, ended, shut_in, shut_out;
    bool timed;       /* so-rcvtimeo is set: reads that wait give up */
    int lines, chars; /* sent and not read yet, roughly */
    uint32_t last;    /* the character that the next unread-char puts back */
};

static uint32_t draw(struct source *g, uint32_t below)
{
    g->state += 0x9E3779B97F4A7C15u;
    uint64_t x = g->state;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return (uint32_t)((x ^ (x >> 31)) >> 33) % below;
}

static const char *pick(struct source *g, const char *const *list)
{
    uint32_t count = 0;
    while (list[count])
        count++;
    return list[draw(g, count)];
}

static json_object *step(struct source *g, const char *name)
{
    json_object *step = json_object_new_array(), *arguments = json_object_new_object();
    json_object_array_add(step, json_object_new_string(name));
    json_object_array_add(step, arguments);
    json_object_array_add(g->steps, step);
    return arguments;
}

static void step_with(struct source *g, const char *name, const char *argument, const char *value)
{
    json_object_object_add(step(g, name), argument, json_object_new_string(value));
}

static void step_number(struct source *g, const char *name, const char *argument, int64_t value)
{
    json_object_object_add(step(g, name), argument, json_object_new_int64(value));
}

static const char *const octets[] = {"unsigned-byte 8", "unsigned-byte 8", "signed-byte 8", NULL};
static const char *const wide[] = {"unsigned-byte 16", "signed-byte 16", "unsigned-byte 32", "signed-byte 32", NULL};
static const char *const hosts[] = {"127.0.0.1", "127.0.0.1", "127.0.0.1", "localhost", "::1", NULL};
static const char *const encodings[] = {"utf-8", "utf-8", "utf-8", "utf-8", "iso-8859-1", NULL};
static const char *const buffered[] = {"\"default\"", "true", "false", NULL};
static const char *const terminators[] = {"unix", "unix", "dos", "mac", NULL};
static const char *const texts[] = {
    "a",           "bc",       "d\n",          "one\ntwo\n",       "x\r\n",  "\r\n",         "\n",
    "e\r\nf\r\ng", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "h\n\ni", "line\r\n\r\n", "tab\t.",
    NULL};
static const char *const written[] = {"a", "text", "two\nlines", "\n", "", "\xC3\xA9\xE2\x82\xAC", "end\n", "cr\r.", NULL};
/* parts of characters, malformed bytes, lone CRs */
static const char *const pieces[] = {"C3", "A9", "E2 82", "AC", "F0 9F", "98 80", "FF", "C3 28", "0D", "0A", "80", NULL};

static void peer_sends(struct source *g)
{
    if (g->ended)
        return;
    if (draw(g, 10) == 0) {
        step_with(g, "peer-sends", "hex", pick(g, pieces));
        return;
    }
    if (draw(g, 40) == 0) {
        step_number(g, "peer-sends", "fill", 4090 + draw(g, 12));
        g->chars += 4000;
        return;
    }
    const char *text = pick(g, texts);
    step_with(g, "peer-sends", "data", text);
    for (const char *at = text; *at; at++) {
        g->lines += *at == '\n';
        g->chars += (*at & 0xC0) != 0x80 && *at != '\r';
    }
}

/* Whether a read of so much is likely not to wait. Now and then it is done all the same. */
static bool likely(struct source *g, int have, int wanted)
{
    return have >= wanted || g->ended || g->shut_in || draw(g, 25) == 0;
}

/* A read: where the socket bounds it, without a timeout of its own. */
static json_object *read_step(struct source *g, const char *name)
{
    json_object *arguments = step(g, name);
    if (g->timed)
        json_object_object_add(arguments, "timeout", NULL);
    return arguments;
}

static void read_text(struct source *g)
{
    static const char *const chars[] = {"read-char", "read-char", "peek-char", NULL};
    static const char *const polls[] = {"read-char-no-hang", "listen", NULL};
    int length = 1 + (int)draw(g, 6);
    switch (draw(g, 6)) {
    case 0:
    case 1:
        if (likely(g, g->lines, 1)) {
            read_step(g, "read-line");
            g->lines -= g->lines > 0;
            g->chars = g->lines > 0 ? g->chars - 2 : 0;
        }
        break;
    case 2:
    case 3:
        if (likely(g, g->chars, 1)) {
            read_step(g, pick(g, chars));
            g->chars -= g->chars > 0;
        }
        break;
    case 4:
        if (likely(g, g->chars, length)) {
            json_object_object_add(read_step(g, "read-char-sequence"), "length", json_object_new_int(length));
            g->chars -= g->chars > length ? length : g->chars;
            g->lines = 0;
        }
        break;
    default:
        step(g, pick(g, polls));
    }
}

static void read_bytes(struct source *g)
{
    static const char *const modes[] = {"no-hang", "interactive", NULL};
    int length = 1 + (int)draw(g, 6);
    switch (draw(g, 5)) {
    case 4: {
        const char *mode = pick(g, modes);
        if (*mode == 'n' || likely(g, g->chars, 1)) {
            json_object *arguments = read_step(g, "read-byte-sequence");
            json_object_object_add(arguments, "length", json_object_new_int(length));
            json_object_object_add(arguments, "mode", json_object_new_string(mode));
            g->chars -= g->chars > length ? length : g->chars;
        }
        break;
    }
    case 0:
        if (likely(g, g->chars, 1)) {
            read_step(g, "read-byte");
            g->chars -= g->chars > 0;
        }
        break;
    case 1:
        step(g, "read-byte-no-hang");
        break;
    default:
        if (likely(g, g->chars, length)) {
            json_object_object_add(read_step(g, "read-byte-sequence"), "length", json_object_new_int(length));
            g->chars -= g->chars > length ? length : g->chars;
        }
    }
}

static void write_text(struct source *g)
{
    static const char *const ends[] = {"terpri", "fresh-line", NULL};
    switch (draw(g, 4)) {
    case 0:
        step(g, pick(g, ends));
        break;
    case 1:
        step_with(g, "write-line", "string", pick(g, written));
        break;
    case 2:
        step_with(g, "write-char", "char", draw(g, 2) ? "z" : "\xE2\x82\xAC");
        break;
    default:
        step_with(g, "write-string", "string", pick(g, written));
    }
}

static void write_bytes(struct source *g)
{
    if (draw(g, 2)) {
        step_number(g, "write-byte", "byte", draw(g, 128));
        return;
    }
    static const char *const modes[] = {"no-hang", "interactive", NULL};
    json_object *elements = json_object_new_array(), *arguments = step(g, "write-byte-sequence");
    for (uint32_t i = draw(g, 5); i > 0; i--)
        json_object_array_add(elements, json_object_new_int((int)draw(g, 128)));
    json_object_object_add(arguments, "elements", elements);
    if (draw(g, 3) == 0)
        json_object_object_add(arguments, "mode", json_object_new_string(pick(g, modes)));
}

static void ask(struct source *g)
{
    static const char *const directions[] = {"input", "output", "io", NULL};
    static const char *const predicates[] = {"input-stream-p",
                                             "output-stream-p",
                                             "open-stream-p",
                                             "element-type",
                                             "handles",
                                             "peer",
                                             "local",
                                             "port",
                                             "host",
                                             "external-format",
                                             NULL};
    if (draw(g, 4) == 0) {
        const char *name = pick(g, predicates);
        if (strcmp(name, "handles") == 0 && !g->shut_out)
            step(g, "finish-output"); /* handles send what is held */
        json_object *arguments = step(g, name);
        if (strcmp(name, "peer") == 0 || strcmp(name, "local") == 0)
            json_object_object_add(arguments, "do_not_resolve", json_object_new_boolean(true));
        return;
    }
    json_object *arguments = step(g, "status");
    json_object_object_add(arguments, "direction", json_object_new_string(pick(g, directions)));
    json_object_object_add(arguments, "timeout", json_object_new_int(0));
}

static void flush(struct source *g)
{
    static const char *const flushes[] = {"force-output", "finish-output", "clear-output", NULL};
    step(g, pick(g, flushes));
}

static void end_peer(struct source *g)
{
    static const char *const ends[] = {"peer-shuts", "peer-shuts", "peer-closes", "peer-resets", NULL};
    if (g->ended || draw(g, 2))
        return;
    step(g, pick(g, ends));
    g->ended = true;
}

static void end_side(struct source *g)
{
    static const char *const directions[] = {"output", "output", "input", "io", NULL};
    if (draw(g, 2)) {
        const char *direction = pick(g, directions);
        step_with(g, "shutdown", "direction", direction);
        g->shut_in |= *direction == 'i';
        g->shut_out |= strcmp(direction, "input") != 0;
    } else if (draw(g, 3) == 0) {
        json_object_object_add(step(g, "close"), "abort", json_object_new_boolean(draw(g, 2) > 0));
    }
}

/* Each option with values that it may have; NULL: it is only asked for. */
static const struct {
    const char *name, *values[6];
} options[] = {
    {"so-linger", {"null", "0", "1", "true", "7"}},
    {"so-rcvlowat", {"1", "2", "3", "5"}},
    {"so-keepalive", {"true", "false"}},
    {"so-oobinline", {"true", "false"}},
    {"so-dontroute", {"true", "false"}},
    {"so-broadcast", {"true", "false"}},
    {"so-reuseaddr", {"true", "false"}},
    {"so-rcvbuf", {"20000", "70000"}},
    {"so-sndbuf", {"20000", "70000"}},
    {"so-sndlowat", {"1"}},
    {"so-rcvtimeo", {"1", "1", "0"}},
    {"so-sndtimeo", {"3", "0", "null"}},
    {"so-error", {NULL}},
    {"so-type", {"1"}},
    {"so-acceptconn", {"true"}},
};

static json_object *option(struct source *g)
{
    uint32_t which = draw(g, sizeof options / sizeof *options);
    const char *name = options[which].name, *value = options[which].values[0] ? pick(g, options[which].values) : NULL;
    if (!value || draw(g, 2))
        return json_object_new_string(name);
    if (strcmp(name, "so-rcvtimeo") == 0)
        g->timed = strcmp(value, "0") != 0;
    json_object *pair = json_object_new_array();
    json_object_array_add(pair, json_object_new_string(name));
    json_object_array_add(pair, strcmp(value, "null") == 0 ? NULL : json_tokener_parse(value));
    return pair;
}

static void set_options(struct source *g)
{
    json_object *list = json_object_new_array();
    for (uint32_t i = 1 + draw(g, 3); i > 0; i--)
        json_object_array_add(list, option(g));
    json_object_object_add(step(g, "options"), "options", list);
}

static void change(struct source *g)
{
    switch (draw(g, 3)) {
    case 0:
        g->text = draw(g, 4) == 0 ? g->text : !g->text;
        step_with(g, "element-type", "set", g->text ? "character" : pick(g, octets));
        break;
    case 1: {
        json_object *format = json_object_new_object(); /* the whole of it, as CLISP has it */
        json_object_object_add(format, "encoding", json_object_new_string(g->encoding));
        json_object_object_add(format, "line_terminator", json_object_new_string(pick(g, terminators)));
        json_object_object_add(step(g, "external-format"), "set", format);
        break;
    }
    default:
        if (g->text && g->chars > 0) {
            step(g, "read-char");
            step_with(g, "unread-char", "char", draw(g, 2) ? "a" : "\n");
            g->chars--;
        }
    }
}

static void next_step(struct source *g)
{
    static const struct {
        uint32_t weight;
        void (*make)(struct source *);
    } others[] = {{8, ask}, {4, flush}, {3, end_peer}, {2, end_side}, {3, change}, {3, set_options}};
    uint32_t turn = draw(g, 100);
    if (turn < 25)
        peer_sends(g);
    else if (turn < 55)
        (g->text ? read_text : read_bytes)(g);
    else if (turn < 70)
        (g->text ? write_text : write_bytes)(g);
    else if (turn < 77)
        step(g, "peer-receives");
    else
        for (size_t i = 0, at = 77; i < sizeof others / sizeof *others; i++) {
            at += others[i].weight;
            if (turn < at) {
                others[i].make(g);
                break;
            }
        }
}

json_object *generate(uint64_t seed, struct script *script)
{
    struct source g = {.state = seed * 0xD1342543DE82EF95u, .steps = json_object_new_array(), .text = true};
    json_object *connect = step(&g, "connect"), *format = json_object_new_object(), *whole = json_object_new_object();
    g.text = draw(&g, 4) > 0;
    json_object_object_add(connect, "buffered", json_tokener_parse(pick(&g, buffered)));
    const char *element = g.text ? "character" : draw(&g, 8) == 0 ? pick(&g, wide) : pick(&g, octets);
    json_object_object_add(connect, "host", json_object_new_string(pick(&g, hosts)));
    json_object_object_add(connect, "element_type", json_object_new_string(element));
    g.encoding = pick(&g, encodings);
    json_object_object_add(format, "encoding", json_object_new_string(g.encoding));
    json_object_object_add(format, "line_terminator", json_object_new_string(pick(&g, terminators)));
    json_object_object_add(connect, "external_format", format);
    size_t length = 6 + draw(&g, 18);
    while (json_object_array_length(g.steps) < length)
        next_step(&g);
    step(&g, "peer-receives");
    char name[40];
    snprintf(name, sizeof name, "random-%llu", (unsigned long long)seed);
    json_object_object_add(whole, "name", json_object_new_string(name));
    json_object_object_add(whole, "steps", g.steps);
    const char *fault;
    if (!script_read(script, whole, &fault)) {
        fprintf(stderr, "%s: %s\n", name, fault);
        exit(2);
    }
    return whole;
}

void generate_shrink(struct stage *stage, struct script *script, struct verdict *verdict)
{
    script->count = verdict->at + 1;
    for (size_t i = script->count; i-- > 0;) {
        struct script smaller = *script;
        struct verdict fails;
        memmove(smaller.steps + i, smaller.steps + i + 1, (smaller.count - i - 1) * sizeof *smaller.steps);
        smaller.count--;
        play(stage, &smaller, &fails);
        if (fails.failed) {
            verdict_deinit(verdict);
            *verdict = fails;
            smaller.count = fails.at + 1;
            *script = smaller;
            i = i < script->count ? i : script->count;
        } else {
            verdict_deinit(&fails);
        }
    }
}
