/* CLISP is given a step first, so that both sides work at once. sockd tells of an operation that it would have to wait; CLISP
 * is then expected to sleep in it, which is soon seen. Where only one of them waits, the other is given more time. */
#include "play.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "facts.h"
#include "model.h"
#include "peers.h"

#define SOON_MS 2       /* for an operation that is expected to wait */
#define PATIENCE_MS 400 /* for one that is not; asked for times come on top */
#define LATER_MS 20
#define SOCKET_MS 2000 /* for one that the socket bounds, in scripts by a second */
#define LONG_MS 3000   /* before a wait that nothing explains is believed */
#define ARRIVAL_MS 300

long side_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

json_object *side_error(const char *kind)
{
    json_object *result = json_object_new_object();
    json_object_object_add(result, "error", json_object_new_string(kind));
    return result;
}

void stage_open(struct stage *stage, const char *table)
{
    static const struct runner *const runners[] = {&clisp_runner, &sockd_runner};
    stage->table = differences_load(table);
    for (int i = 0; i < SIDES_COUNT; i++) {
        stage->sides[i] = (struct side){.runner = runners[i]};
        peers_open(&stage->sides[i]);
        stage->sides[i].runner->start(&stage->sides[i]);
    }
}

void stage_close(struct stage *stage)
{
    for (int i = 0; i < SIDES_COUNT; i++) {
        peers_close(&stage->sides[i]);
        stage->sides[i].runner->stop(&stage->sides[i]);
    }
    differences_free(stage->table);
}

void verdict_deinit(struct verdict *verdict)
{
    for (int i = 0; i < SIDES_COUNT; i++)
        free(verdict->results[i]);
    free(verdict->expected);
}

/* ---- one step ---- */

struct scene {
    struct stage *stage;
    const struct script *script;
    struct facts facts;
    struct model *model;
    json_object *expected; /* by the model; NULL: it says nothing */
    json_object *results[SIDES_COUNT];
    bool pending; /* an operation goes on */
};

static bool has(json_object *result, const char *member)
{
    return json_object_object_get_ex(result, member, NULL);
}

/* How long an operation may take: what it is told to wait is its own affair. */
static int patience(const struct step *step)
{
    json_object *timeout = step_argument(step, "timeout");
    if (!timeout && json_object_object_get_ex(step->arguments, "timeout", NULL))
        return SOCKET_MS;
    double seconds = json_object_is_type(timeout, json_type_array)
                         ? json_object_get_double(json_object_array_get_idx(timeout, 0)) +
                               json_object_get_double(json_object_array_get_idx(timeout, 1)) / 1e6
                         : json_object_get_double(timeout);
    return PATIENCE_MS + (seconds < 10 ? (int)(seconds * 1000) : 10000);
}

/* An object that was made is known to the harness. */
static void note_made(struct side *side, const struct step *step, json_object *result)
{
    if (has(result, "error") || has(result, "waits"))
        return;
    if (strcmp(step->operation->name, "connect") == 0)
        peers_accept(side, step_text(step, "peer", "p"));
    if (strcmp(step->operation->name, "server") == 0)
        json_object_object_add(side->ports, step_text(step, "as", "v"),
                               json_object_get(json_object_object_get(result, "port")));
    peers_name_ports(side, result);
}

static void finish_both(struct scene *scene, const struct step *step, int ms)
{
    struct side *sides = scene->stage->sides;
    scene->results[SIDE_SOCKD] = sides[SIDE_SOCKD].runner->finish(&sides[SIDE_SOCKD], ms);
    bool waits = has(scene->results[SIDE_SOCKD], "waits");
    scene->results[SIDE_CLISP] = sides[SIDE_CLISP].runner->finish(&sides[SIDE_CLISP], waits ? SOON_MS : ms);
    for (int i = 0; i < SIDES_COUNT; i++)
        note_made(&sides[i], step, scene->results[i]);
}

static void operate(struct scene *scene, const struct step *step)
{
    struct side *sides = scene->stage->sides;
    bool later = step_flag(step, "later");
    for (int i = 0; i < SIDES_COUNT; i++)
        sides[i].runner->begin(&sides[i], step, scene->script->buffered);
    finish_both(scene, step, later ? LATER_MS : patience(step));
    scene->pending = later;
}

static void peers_act(struct scene *scene, const struct step *step)
{
    struct side *sides = scene->stage->sides;
    for (int i = 0; i < SIDES_COUNT; i++)
        scene->results[i] = peers_do(&sides[i], step);
}

/* What has arrived on one side only may be on its way on the other. */
static void add_arrivals(struct scene *scene, const struct step *step)
{
    struct side *sides = scene->stage->sides;
    for (int i = 0; i < SIDES_COUNT; i++) {
        json_object *more = peers_do(&sides[i], step), *data = json_object_object_get(scene->results[i], "data");
        if (data && has(more, "data")) {
            char *joined;
            if (asprintf(&joined, "%s%s", json_object_get_string(data),
                         json_object_get_string(json_object_object_get(more, "data"))) < 0)
                abort();
            json_object_object_add(more, "data", json_object_new_string(joined));
            free(joined);
        }
        json_object_put(scene->results[i]);
        scene->results[i] = more;
    }
}

static json_object *comparable(json_object *result)
{
    json_object *copy = NULL;
    json_object_deep_copy(result, &copy, NULL);
    json_object_object_del(copy, "detail");
    return copy;
}

static bool same_values(json_object *a, json_object *b)
{
    if (json_object_is_type(a, json_type_double) || json_object_is_type(b, json_type_double))
        return json_object_get_double(a) == json_object_get_double(b);
    if (!json_object_is_type(a, json_type_array) || !json_object_is_type(b, json_type_array))
        return json_object_equal(a, b);
    bool same = json_object_array_length(a) == json_object_array_length(b);
    for (size_t i = 0; same && i < json_object_array_length(a); i++)
        same = same_values(json_object_array_get_idx(a, i), json_object_array_get_idx(b, i));
    return same;
}

static bool same(json_object *const results[SIDES_COUNT])
{
    json_object *a = comparable(results[0]), *b = comparable(results[1]);
    bool equal = json_object_equal(a, b);
    if (has(a, "values") && has(b, "values"))
        equal = same_values(json_object_object_get(a, "values"), json_object_object_get(b, "values"));
    json_object_put(a);
    json_object_put(b);
    return equal;
}

static bool out_of_step(struct scene *scene, const struct step *step)
{
    bool collects = strcmp(step->operation->name, "collect") == 0;
    return scene->pending ? step->operation->method != NULL : collects;
}

static void carry_out(struct scene *scene, const struct step *step)
{
    if (out_of_step(scene, step)) {
        for (int i = 0; i < SIDES_COUNT; i++)
            scene->results[i] = side_error(i ? "no-object" : "out-of-step");
    } else if (strcmp(step->operation->name, "collect") == 0) {
        scene->pending = false;
        finish_both(scene, step, 2000);
    } else if (step->operation->method) {
        operate(scene, step);
    } else {
        peers_act(scene, step);
        bool receives = strcmp(step->operation->name, "peer-receives") == 0;
        for (long end = side_now() + ARRIVAL_MS; receives && !same(scene->results) && side_now() < end; poll(NULL, 0, 1))
            add_arrivals(scene, step);
    }
}

static void trace(FILE *out, const struct step *step, json_object *const results[SIDES_COUNT], const char *row)
{
    if (!out)
        return;
    fprintf(out, "  %s %s\n    CLISP %s\n    sockd %s%s%s\n", step->operation->name,
            json_object_to_json_string_ext(step->arguments, JSON_C_TO_STRING_PLAIN),
            json_object_to_json_string_ext(results[SIDE_CLISP], JSON_C_TO_STRING_PLAIN),
            json_object_to_json_string_ext(results[SIDE_SOCKD], JSON_C_TO_STRING_PLAIN), row ? "   explained by " : "",
            row ? row : "");
}

/* On a busy machine a program that works looks asleep. Whether CLISP, which seems to wait, was given more time. */
static bool wait_longer(struct scene *scene, const struct step *step)
{
    struct side *side = &scene->stage->sides[SIDE_CLISP];
    json_object **result = &scene->results[SIDE_CLISP];
    if (scene->pending || !has(*result, "waits") || has(scene->results[SIDE_SOCKD], "waits"))
        return false;
    json_object_put(*result);
    *result = side->runner->finish(side, LONG_MS);
    note_made(side, step, *result);
    return true;
}

static bool says_no_object(json_object *result)
{
    json_object *error = json_object_object_get(result, "error");
    return error && strcmp(json_object_get_string(error), "no-object") == 0;
}

/* Whether sockd says what it must by the written rules. */
static bool is_right(struct scene *scene)
{
    json_object *said = comparable(scene->results[SIDE_SOCKD]);
    bool right = !scene->expected || json_object_equal(scene->expected, said);
    json_object_put(said);
    return right;
}

/* Whether a step's results agree, or a row explains why they do not. *stop: nothing behind it can be compared. */
static bool agree(struct scene *scene, const struct step *step, uint64_t facts, const char **row, bool *stop)
{
    json_object *const *results = scene->results;
    *row = NULL;
    *stop = has(results[0], "died") || (!scene->pending && has(results[0], "waits")) || says_no_object(results[0]);
    if (!same(results))
        *row = differences_explain(scene->stage->table, step, facts, results[SIDE_CLISP], results[SIDE_SOCKD],
                                   scene->expected != NULL, stop);
    *stop |= has(results[0], "died");
    return *row || same(results);
}

/* One step: whether the script goes on. */
static bool play_step(struct scene *scene, const struct step *step, struct verdict *verdict)
{
    uint64_t facts = facts_of(&scene->facts, step);
    json_object *const *results = scene->results;
    const char *row;
    bool stop;
    scene->expected = model_step(scene->model, step, facts);
    carry_out(scene, step);
    verdict->failed = !agree(scene, step, facts, &row, &stop);
    if (verdict->failed && wait_longer(scene, step))
        verdict->failed = !agree(scene, step, facts, &row, &stop);
    if (!is_right(scene)) {
        verdict->failed = true;
        verdict->expected = strdup(json_object_to_json_string_ext(scene->expected, JSON_C_TO_STRING_PLAIN));
    }
    verdict->row = row ? row : verdict->row;
    trace(scene->stage->trace, step, results, row);
    json_object_put(scene->expected);
    model_learn(scene->model, step, scene->script->buffered, results[SIDE_SOCKD]);
    facts_learn(&scene->facts, step, scene->script->buffered, results[SIDE_CLISP], results[SIDE_SOCKD]);
    for (int i = 0; i < SIDES_COUNT; i++) {
        if (verdict->failed)
            verdict->results[i] = strdup(json_object_to_json_string_ext(results[i], JSON_C_TO_STRING_PLAIN));
        json_object_put(scene->results[i]);
    }
    return !stop && !verdict->failed;
}

void play(struct stage *stage, const struct script *script, struct verdict *verdict)
{
    struct scene scene = {.stage = stage, .script = script};
    *verdict = (struct verdict){0};
    facts_init(&scene.facts);
    scene.model = model_new();
    for (int i = 0; i < SIDES_COUNT; i++)
        stage->sides[i].runner->open(&stage->sides[i]);
    while (verdict->at < script->count && play_step(&scene, &script->steps[verdict->at], verdict))
        verdict->at++;
    for (int i = 0; i < SIDES_COUNT; i++) {
        peers_reset(&stage->sides[i]);
        stage->sides[i].runner->close(&stage->sides[i]);
    }
    facts_deinit(&scene.facts);
    model_free(scene.model);
}
