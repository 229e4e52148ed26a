#include "differences.h"

#include <stdlib.h>
#include <string.h>

#include "facts.h"

#define ROWS 200
#define BY_RULES "by the rules"

struct row {
    json_object *source;
    uint64_t with, without; /* facts */
    size_t used;
};

struct differences {
    json_object *source;
    struct row rows[ROWS];
    size_t count;
};

static void fault(const char *path, const char *id, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", path, id, what);
    exit(2);
}

static const char *text_of(json_object *row, const char *name)
{
    return json_object_get_string(json_object_object_get(row, name));
}

static void check_texts(const char *path, json_object *row)
{
    static const char *const needed[] = {"id", "operations", "clisp", "sockd", "program", "daemon", "reason"};
    const char *id = text_of(row, "id");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!text_of(row, needed[i]))
            fault(path, id ? id : "a row", needed[i]);
}

/* A result that fits anything would hide what sockd does wrong. */
static void check_patterns(const char *path, json_object *row)
{
    json_object *sockd = json_object_object_get(row, "sockd");
    bool list = json_object_is_type(sockd, json_type_array);
    if (!list && strcmp(json_object_get_string(sockd), BY_RULES) != 0)
        fault(path, text_of(row, "id"), "sockd");
    for (size_t i = 0; list && i < json_object_array_length(sockd); i++)
        if (json_object_object_length(json_object_array_get_idx(sockd, i)) == 0)
            fault(path, text_of(row, "id"), "a pattern of sockd fits anything");
}

static void read_row(const char *path, struct row *row, json_object *source)
{
    row->source = source;
    check_texts(path, source);
    check_patterns(path, source);
    json_object *when = json_object_object_get(source, "when");
    for (size_t i = 0; when && i < json_object_array_length(when); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(when, i));
        int fact = fact_find(name + (*name == '!'));
        if (fact < 0)
            fault(path, text_of(source, "id"), name);
        *(*name == '!' ? &row->without : &row->with) |= (uint64_t)1 << fact;
    }
    json_object *operations = json_object_object_get(source, "operations");
    for (size_t i = 0; i < json_object_array_length(operations); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(operations, i));
        if (*name != '@' && !operation_find(name))
            fault(path, text_of(source, "id"), name);
    }
}

struct differences *differences_load(const char *path)
{
    struct differences *table = calloc(1, sizeof *table);
    table->source = json_object_from_file(path);
    json_object *rows = json_object_object_get(table->source, "rows");
    if (!rows)
        fault(path, "the table", json_util_get_last_err());
    table->count = json_object_array_length(rows);
    if (table->count > ROWS)
        fault(path, "the table", "too many rows");
    for (size_t i = 0; i < table->count; i++)
        read_row(path, &table->rows[i], json_object_array_get_idx(rows, i));
    return table;
}

void differences_free(struct differences *table)
{
    json_object_put(table->source);
    free(table);
}

/* ---- matching ---- */

static bool fits(json_object *pattern, json_object *value)
{
    json_object_object_foreach(pattern, name, wanted)
    {
        json_object *there;
        bool any = json_object_is_type(wanted, json_type_string) && strcmp(json_object_get_string(wanted), "*") == 0;
        if (!json_object_object_get_ex(value, name, &there) || (!any && !json_object_equal(wanted, there)))
            return false;
    }
    return true;
}

static bool one_fits(json_object *patterns, json_object *value)
{
    for (size_t i = 0; i < json_object_array_length(patterns); i++)
        if (fits(json_object_array_get_idx(patterns, i), value))
            return true;
    return false;
}

static bool names(json_object *list, const char *name)
{
    for (size_t i = 0; list && i < json_object_array_length(list); i++)
        if (strcmp(json_object_get_string(json_object_array_get_idx(list, i)), name) == 0)
            return true;
    return false;
}

static bool about(const struct differences *table, const struct row *row, const char *operation)
{
    json_object *operations = json_object_object_get(row->source, "operations");
    json_object *groups = json_object_object_get(table->source, "groups");
    if (names(operations, operation))
        return true;
    for (size_t i = 0; i < json_object_array_length(operations); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(operations, i));
        if (*name == '@' && names(json_object_object_get(groups, name + 1), operation))
            return true;
    }
    return false;
}

static bool by_rules(const struct row *row)
{
    return json_object_is_type(json_object_object_get(row->source, "sockd"), json_type_string);
}

static bool row_fits(const struct differences *table, const struct row *row, const struct step *step, uint64_t facts,
                     json_object *clisp, json_object *sockd, bool predicted)
{
    json_object *arguments = json_object_object_get(row->source, "arguments");
    return (facts & row->with) == row->with && (facts & row->without) == 0 && about(table, row, step->operation->name) &&
           (!arguments || fits(arguments, step->arguments)) && one_fits(json_object_object_get(row->source, "clisp"), clisp) &&
           (by_rules(row) ? predicted : one_fits(json_object_object_get(row->source, "sockd"), sockd));
}

const char *differences_explain(struct differences *table, const struct step *step, uint64_t facts, json_object *clisp,
                                json_object *sockd, bool predicted, bool *stop)
{
    for (size_t i = 0; i < table->count; i++) {
        struct row *row = &table->rows[i];
        if (!row_fits(table, row, step, facts, clisp, sockd, predicted))
            continue;
        const char *then = text_of(row->source, "then");
        *stop = !then || strcmp(then, "stop") == 0;
        row->used++;
        return text_of(row->source, "id");
    }
    return NULL;
}

const char *differences_id(const struct differences *table, size_t row)
{
    return row < table->count ? text_of(table->rows[row].source, "id") : NULL;
}

/* A row about what the peer sees is about the operation that causes it. */
static bool about_method(const struct differences *table, const struct row *row, const char *method)
{
    const char *causes = text_of(row->source, "causes");
    const struct operation *operation;
    for (size_t i = 0; (operation = operation_at(i)); i++)
        if (operation->method && strcmp(operation->method, method) == 0 && about(table, row, operation->name))
            return true;
    return causes && strcmp(causes, method) == 0;
}

size_t differences_of_method(const struct differences *table, const char *method, const char **ids, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count && count < max; i++)
        if (about_method(table, &table->rows[i], method))
            ids[count++] = differences_id(table, i);
    return count;
}

size_t differences_unused(const struct differences *table, FILE *out)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].used == 0) {
            fprintf(out, "no case shows the difference %s\n", text_of(table->rows[i].source, "id"));
            count++;
        }
    return count;
}

/* ---- the page ---- */

static void print_list(json_object *list, FILE *out)
{
    for (size_t i = 0; list && i < json_object_array_length(list); i++)
        fprintf(out, "%s%s", i ? ", " : "", json_object_get_string(json_object_array_get_idx(list, i)));
}

static void print_operations(const struct differences *table, json_object *operations, FILE *out)
{
    json_object *groups = json_object_object_get(table->source, "groups");
    for (size_t i = 0; i < json_object_array_length(operations); i++) {
        const char *name = json_object_get_string(json_object_array_get_idx(operations, i));
        fprintf(out, "%s", i ? ", " : "");
        if (*name == '@')
            print_list(json_object_object_get(groups, name + 1), out);
        else
            fprintf(out, "%s", name);
    }
}

void differences_print(const struct differences *table, FILE *out)
{
    fprintf(
        out,
        "# Where sockd deliberately differs from CLISP\n\n"
        "Everything else behaves as the real program does; `tests/differential` compares the two, step by step. Each row here\n"
        "explains differences that a case shows: a difference without a row fails the tests, and so does a row without a case.\n"
        "This page is printed from `tests/differential/differences.json`; it is not to be edited.\n\n");
    for (size_t i = 0; i < table->count; i++) {
        json_object *row = table->rows[i].source, *when = json_object_object_get(row, "when");
        fprintf(out, "## %s\n\n| | |\n|---|---|\n| operations | ", text_of(row, "id"));
        print_operations(table, json_object_object_get(row, "operations"), out);
        if (when && json_object_array_length(when) > 0) {
            fprintf(out, " |\n| when | ");
            print_list(when, out);
        }
        fprintf(out, " |\n| CLISP | %s |\n| sockd | %s |\n| because | %s |\n\n", text_of(row, "program"),
                text_of(row, "daemon"), text_of(row, "reason"));
    }
    fprintf(
        out,
        "## The words in \"when\"\n\nA `!` before a word says that it must not hold.\n\n| word | the stream |\n|---|---|\n");
    for (int i = 0; i < FACT_COUNT; i++)
        fprintf(out, "| %s | %s |\n", fact_name(i), fact_meaning(i));
}
