/* ls and show.
 *
 * The daemon filters and pages; sorting is done here, over all pages. A list that is empty is a list: it exits 0. */
#include "ls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "link.h"
#include "output.h"
#include "record.h"
#include "result.h"
#include "table.h"

#define RECORD_SHOWN (&record_handle_info)
enum { PAGE = 1000 };

static const struct columns narrow = {.count = 8,
                                      .items = {{"handle", "ID"},
                                                {"state", "STATE"},
                                                {"owner", "OWNER"},
                                                {"local", "LOCAL"},
                                                {"peer", "PEER"},
                                                {"age_ms", "AGE"},
                                                {"bytes_in", "RX"},
                                                {"bytes_out", "TX"}}};
static const struct columns wide = {.count = 20,
                                    .items = {{"handle", "ID"},
                                              {"kind", "KIND"},
                                              {"state", "STATE"},
                                              {"owner", "OWNER"},
                                              {"owner.uid", "UID"},
                                              {"owner.profile", "PROFILE"},
                                              {"owner.label", "LABEL"},
                                              {"lifetime", "LIFETIME"},
                                              {"age_ms", "AGE"},
                                              {"idle_ms", "IDLE"},
                                              {"bytes_in", "RX"},
                                              {"bytes_out", "TX"},
                                              {"buffered_in", "RXBUF"},
                                              {"buffered_out", "TXBUF"},
                                              {"element_type", "ELEMENTS"},
                                              {"external_format", "FORMAT"},
                                              {"buffered", "BUFFERED"},
                                              {"host", "HOST"},
                                              {"local", "LOCAL"},
                                              {"peer", "PEER"}}};

/* ---- what is asked for ---- */

/* The parameters of handle.list for one verb line; the kind is a term of the filter like any other. */
static json_object *list_params(const struct command *command)
{
    const char *kind = arguments_text(command, "kind"), *filter = arguments_text(command, "filter");
    bool all = kind != NULL && strcmp(kind, "all") == 0;
    json_object *params = json_object_new_object();
    char *terms = NULL;
    int size = asprintf(&terms, "%s%s%s",
                        all                                            ? ""
                        : kind != NULL && strcmp(kind, "servers") == 0 ? "kind=server"
                                                                       : "kind=stream",
                        !all && filter != NULL && *filter != '\0' ? "," : "", filter != NULL ? filter : "");
    if (size > 0)
        json_object_object_add(params, "filter", json_object_new_string(terms));
    free(terms);
    return params;
}

/* Adds one page to items. *after is where the next begins, 0 at the end. */
static int fetch_page(struct command *command, json_object *params, json_object *items, int64_t *after, size_t limit)
{
    struct answer answer;
    json_object_object_add(params, "after", json_object_new_int64(*after));
    json_object_object_add(params, "limit", json_object_new_int64((int64_t)limit));
    int status = link_call(command, methods[METHOD_handle_list].name, params, &answer);
    if (status != EXIT_DONE)
        return status;
    json_object *handles = json_object_object_get(answer.result, "handles");
    for (size_t i = 0; i < json_object_array_length(handles); i++)
        json_object_array_add(items, json_object_get(json_object_array_get_idx(handles, i)));
    *after = json_object_get_int64(json_object_object_get(answer.result, "next"));
    json_object_put(answer.result);
    return EXIT_DONE;
}

static int fetch(struct command *command, json_object *items, int64_t *next)
{
    json_object *params = list_params(command), *given = json_object_object_get(command->params, "limit");
    size_t limit = given == NULL ? SIZE_MAX : (size_t)json_object_get_int64(given);
    int status = EXIT_DONE;
    *next = json_object_get_int64(json_object_object_get(command->params, "after"));
    do {
        size_t left = limit - json_object_array_length(items);
        status = fetch_page(command, params, items, next, left < PAGE ? left : PAGE);
    } while (status == EXIT_DONE && *next != 0 && json_object_array_length(items) < limit);
    json_object_put(params);
    return status;
}

/* ---- how it is shown ---- */

/* An item with the members asked for alone, nested as they were. */
static json_object *project(json_object *item, const struct columns *columns)
{
    json_object *kept = json_object_new_object();
    for (size_t i = 0; i < columns->count; i++) {
        const char *path = columns->items[i].path, *dot = strchr(path, '.');
        char outer[64];
        json_object *inner = NULL, *value = json_object_get(table_member(item, path));
        if (dot == NULL) {
            json_object_object_add(kept, path, value);
            continue;
        }
        snprintf(outer, sizeof outer, "%.*s", (int)(dot - path), path);
        if (!json_object_object_get_ex(kept, outer, &inner))
            json_object_object_add(kept, outer, inner = json_object_new_object());
        if (json_object_is_type(inner, json_type_object))
            json_object_object_add(inner, dot + 1, value);
        else
            json_object_put(value);
    }
    return kept;
}

static json_object *now(void)
{
    char text[32];
    struct tm utc;
    time_t seconds = time(NULL);
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_object_new_string(text);
}

/* The one document, or one line each. */
static void print_json(const struct command *command, json_object *items, int64_t next)
{
    const char *kind = arguments_text(command, "kind");
    char schema[40];
    if (command->options.format == FORMAT_NDJSON) {
        struct options line = command->options;
        line.layout = LAYOUT_SHORT;
        for (size_t i = 0; i < json_object_array_length(items); i++)
            output_json(&line, stdout, json_object_array_get_idx(items, i));
        return;
    }
    if (command->verb.run != ls_run || (kind != NULL && strcmp(kind, "all") == 0))
        kind = "handles";
    snprintf(schema, sizeof schema, "sockd.%s/1", kind == NULL ? "streams" : kind);
    json_object *document = json_object_new_object();
    json_object_object_add(document, "schema", json_object_new_string(schema));
    json_object_object_add(document, "time", now());
    json_object_object_add(document, "items", json_object_get(items));
    json_object_object_add(document, "next", next == 0 ? NULL : json_object_new_int64(next));
    output_json(&command->options, stdout, document);
    json_object_put(document);
}

/* Replaces each item by what was asked for of it. */
static void project_all(json_object *items, const struct columns *columns)
{
    for (size_t i = 0; i < json_object_array_length(items); i++)
        json_object_array_put_idx(items, i, project(json_object_array_get_idx(items, i), columns));
}

static void print_items(const struct command *command, const struct columns *chosen, json_object *items, int64_t next)
{
    const struct options *options = &command->options;
    struct columns leaves = {0};
    if (options_json(options) && !options->quiet) {
        if (chosen != NULL)
            project_all(items, chosen);
        print_json(command, items, next);
        return;
    }
    if (options->format == FORMAT_CSV && chosen == NULL) {
        columns_of_record(&leaves, RECORD_SHOWN);
        chosen = &leaves;
    }
    table_print(options, RECORD_SHOWN, chosen != NULL ? chosen : options->format == FORMAT_WIDE ? &wide : &narrow, items);
    columns_deinit(&leaves);
    if (next != 0 && !options->quiet)
        fprintf(stderr, "sockctl: there are more; go on with --after %jd\n", (intmax_t)next);
}

/* ---- verbs ---- */

static int check_path(const struct command *command, const char *path)
{
    size_t offset;
    uint64_t leaves;
    if (path != NULL && *path == '-')
        path++;
    if (path == NULL || record_path(RECORD_SHOWN, path, strlen(path), &offset, &leaves) != NULL)
        return EXIT_DONE;
    return link_complain(command, EXIT_USAGE, "sort: there is no field \"%s\"", path);
}

static int list(struct command *command, const struct columns *chosen)
{
    const char *sort = arguments_text(command, "sort");
    json_object *items = json_object_new_array();
    int64_t next = 0;
    int status = check_path(command, sort);
    if (status == EXIT_DONE)
        status = link_open(command);
    if (status == EXIT_DONE)
        status = fetch(command, items, &next);
    if (status == EXIT_DONE) {
        if (sort != NULL)
            table_sort(items, sort);
        print_items(command, chosen, items, next);
        status = output_finish();
    }
    json_object_put(items);
    return status;
}

/* Runs with the columns that --columns names, or with none. */
static int with_columns(struct command *command, int (*run)(struct command *, const struct columns *))
{
    struct columns columns = {0};
    char error[200];
    int status;
    if (command->options.columns == NULL)
        return run(command, NULL);
    if (columns_read(&columns, RECORD_SHOWN, command->options.columns, error, sizeof error))
        status = run(command, &columns);
    else
        status = link_complain(command, EXIT_USAGE, "%s", error);
    columns_deinit(&columns);
    return status;
}

int ls_run(struct command *command)
{
    return with_columns(command, list);
}

int ls_print_page(const struct command *command, json_object *page)
{
    json_object *items = json_object_object_get(page, "handles");
    if (options_json(&command->options))
        output_json(&command->options, stdout, page);
    else
        print_items(command, NULL, items, json_object_get_int64(json_object_object_get(page, "next")));
    return output_finish();
}

/* Everything on each handle: what is not there is told, and the rest is shown all the same. */
static int show(struct command *command, const struct columns *chosen)
{
    json_object *handles = json_object_object_get(command->params, "handle"), *items = json_object_new_array();
    int worst = link_open(command);
    for (size_t i = 0; worst != EXIT_UNREACHED && i < json_object_array_length(handles); i++) {
        json_object *params = json_object_new_object();
        struct answer answer;
        json_object_object_add(params, "handle", json_object_get(json_object_array_get_idx(handles, i)));
        int status = link_call(command, methods[METHOD_handle_info].name, params, &answer);
        if (status == EXIT_DONE)
            json_object_array_add(items, answer.result);
        else
            worst = status;
        json_object_put(params);
    }
    bool members = command->options.format <= FORMAT_WIDE && chosen == NULL && !command->options.quiet;
    for (size_t i = 0; members && i < json_object_array_length(items); i++) {
        if (i > 0)
            putchar('\n');
        result_print_members(RECORD_SHOWN, json_object_array_get_idx(items, i));
    }
    if (!members && worst != EXIT_UNREACHED)
        print_items(command, chosen, items, 0);
    json_object_put(items);
    int flushed = output_finish();
    return worst != EXIT_DONE ? worst : flushed;
}

int show_run(struct command *command)
{
    return with_columns(command, show);
}
