/* watch: events as they come, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "link.h"
#include "output.h"
#include "table.h"
#include "value.h"

struct watch {
    struct command *command;
    int64_t left; /* events still to be shown; -1: all that come */
};

static void print_cell(json_object *event, const char *before, const char *path)
{
    if (table_member(event, path) == NULL)
        return;
    char *cell = table_cell(&record_event_info, event, path, true);
    if (strcmp(cell, "-") != 0) {
        fputs(before, stdout);
        output_escaped(stdout, cell, strlen(cell), false);
    }
    free(cell);
}

/* What is peculiar to a kind of event: members, each behind a word. What an event does not have is not shown. */
static const struct {
    const char *path, *before;
} details[] = {
    {"local", "  "},        {"peer", " - "},         {"host", "  host "}, {"operation", "  "},
    {"target", " "},        {"limit", "  over "},    {"value", " of "},   {"bytes_in", "  in "},
    {"bytes_out", " out "}, {"count", "  events: "}, {"reason", "  "},    {"rule", ": "},
};

/* A denial that did not take place must not look like one. */
static bool only_reported(json_object *event)
{
    json_object *mode = table_member(event, "mode");
    return mode != NULL && strcmp(json_object_get_string(mode), "report") == 0;
}

static void print_line(json_object *event)
{
    print_cell(event, "", "time");
    print_cell(event, "  ", "event");
    if (only_reported(event))
        fputs(", reported", stdout);
    print_cell(event, " ", "handle");
    print_cell(event, "  ", "owner");
    print_cell(event, " ", "owner.profile");
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        print_cell(event, details[i].before, details[i].path);
    putchar('\n');
}

static void print_event(const struct command *command, json_object *event)
{
    if (command->options.quiet || command->options.format == FORMAT_NAME) {
        json_object *handle = table_member(event, "handle");
        if (handle != NULL)
            puts(json_object_get_string(handle));
    } else if (command->options.format == FORMAT_NDJSON) {
        struct options line = command->options;
        line.layout = LAYOUT_SHORT;
        output_json(&line, stdout, event);
    } else {
        print_line(event);
    }
    fflush(stdout);
}

/* Unsubscribing brings the reply that ends the wait. */
static void take_event(sockd *client, const struct sockd_event_info *info, struct sockd_text json, void *data)
{
    struct watch *watch = data;
    json_object *event;
    (void)info;
    if (watch->left == 0 || !value_parse_json(json.data, json.size, &event))
        return;
    print_event(watch->command, event);
    json_object_put(event);
    if (watch->left > 0 && --watch->left == 0)
        sockd_forget(client, sockd_start_events_unsubscribe(client, NULL));
}

static int watch_on(struct watch *watch)
{
    int result = 0;
    while (result >= 0 && watch->left != 0 && !ferror(stdout))
        result = sockd_wait(watch->command->client, 0, -1);
    return result < 0 ? link_fault(watch->command) : output_finish();
}

int watch_run(struct command *command)
{
    json_object *count = json_object_object_get(command->params, "count"),
                *filter = json_object_object_get(command->params, "filter");
    struct watch watch = {command, count == NULL ? -1 : json_object_get_int64(count)};
    struct answer answer;
    if (command->options.format == FORMAT_JSON || command->options.format == FORMAT_CSV)
        return link_complain(command, EXIT_USAGE,
                             "watch has no end that one document could have: -o ndjson is a line an event");
    json_object *params = json_object_new_object();
    if (filter != NULL)
        json_object_object_add(params, "filter", json_object_get(filter));
    int status = link_open(command);
    if (status == EXIT_DONE) {
        sockd_on_event(command->client, take_event, &watch);
        status = link_call(command, methods[METHOD_events_subscribe].name, params, &answer);
    }
    json_object_put(params);
    if (status != EXIT_DONE)
        return status;
    json_object_put(answer.result);
    return watch_on(&watch);
}
