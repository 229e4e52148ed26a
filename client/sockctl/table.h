/* Objects as rows, in every format that sockctl knows. */
#pragma once

#include <json-c/json_object.h>

#include "options.h"
#include "proto.h"

/* A column: a path into the objects ("owner.uid"), and what stands above it. A path to an object inside is shown as one word
 * in tables: an endpoint as 127.0.0.1:80, an owner as NAME/PID. */
struct column {
    const char *path;
    char heading[32];
};

#define COLUMNS_MAX 64

struct columns {
    struct column items[COLUMNS_MAX];
    size_t count;
    char *paths; /* what the paths of --columns point into */
};

/* The columns of a list of paths joined by commas. False: error names the path that the record does not have. */
bool columns_read(struct columns *columns, const struct record *record, const char *paths, char *error, size_t size);

/* One column for each leaf of the record. */
void columns_of_record(struct columns *columns, const struct record *record);
void columns_deinit(struct columns *columns);

/* The member at a path, or NULL. */
json_object *table_member(json_object *item, const char *path);

/* A member as text: human gives sizes and periods their units. The caller frees it. */
char *table_cell(const struct record *record, json_object *item, const char *path, bool human);

/* Prints items, an array of objects of that record, as table, wide, csv or name (the first member of each). */
void table_print(const struct options *options, const struct record *record, const struct columns *columns, json_object *items);

/* Sorts an array of objects by a path, descending where it begins with a dash. */
void table_sort(json_object *items, const char *path);
