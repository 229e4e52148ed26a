/* Tables are for people and change freely; csv and JSON are for programs. In tables every text is escaped, so that nobody's
 * label can draw on a terminal or break a row; in csv it is quoted. */
#include "table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "record.h"

static void heading_set(struct column *column)
{
    snprintf(column->heading, sizeof column->heading, "%s", strcmp(column->path, "handle") == 0 ? "id" : column->path);
    for (char *c = column->heading; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

bool columns_read(struct columns *columns, const struct record *record, const char *paths, char *error, size_t size)
{
    char *rest = NULL;
    *columns = (struct columns){.paths = strdup(paths)};
    for (char *path = strtok_r(columns->paths, ",", &rest); path != NULL; path = strtok_r(NULL, ",", &rest)) {
        size_t offset;
        uint64_t leaves;
        if (record_path(record, path, strlen(path), &offset, &leaves) == NULL || columns->count == COLUMNS_MAX) {
            snprintf(error, size, "columns: there is no field \"%s\"", path);
            return false;
        }
        columns->items[columns->count].path = path;
        heading_set(&columns->items[columns->count++]);
    }
    if (columns->count == 0)
        snprintf(error, size, "columns: names no field");
    return columns->count > 0;
}

static void add_leaves(struct columns *columns, const struct record *record, const char *prefix, char **text)
{
    for (size_t i = 0; i < record->count && columns->count < COLUMNS_MAX; i++) {
        const struct field *field = &record->fields()[i];
        char *path = *text;
        *text += sprintf(*text, "%s%s%s", prefix, *prefix == '\0' ? "" : ".", field->name) + 1;
        if (field->type == TYPE_RECORD) {
            add_leaves(columns, field->record, path, text);
        } else {
            columns->items[columns->count].path = path;
            heading_set(&columns->items[columns->count++]);
        }
    }
}

void columns_of_record(struct columns *columns, const struct record *record)
{
    *columns = (struct columns){.paths = malloc((size_t)COLUMNS_MAX * 128)};
    char *text = columns->paths;
    add_leaves(columns, record, "", &text);
}

void columns_deinit(struct columns *columns)
{
    free(columns->paths);
    columns->paths = NULL;
}

json_object *table_member(json_object *item, const char *path)
{
    for (size_t size; item != NULL && *path != '\0'; path += size + (path[size] == '.')) {
        char name[64];
        size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        item = json_object_is_type(item, json_type_object) ? json_object_object_get(item, name) : NULL;
    }
    return item;
}

/* ---- cells ---- */

static const char *text_of(json_object *object, const char *name)
{
    const char *text = json_object_get_string(json_object_object_get(object, name));
    return text == NULL ? "" : text;
}

static const char *words_of(json_object *value)
{
    return value == NULL ? "null" : json_object_get_string(value);
}

/* An object as one word. */
static void print_object(char *out, size_t room, json_object *object)
{
    const char *address = text_of(object, "address");
    if (json_object_object_get_ex(object, "address", NULL))
        snprintf(out, room,
                 *address == '\0'               ? "-"
                 : strchr(address, ':') != NULL ? "[%s]:%s"
                                                : "%s:%s",
                 address, text_of(object, "port"));
    else if (json_object_object_get_ex(object, "pid", NULL))
        snprintf(out, room, "%s/%s", *text_of(object, "name") == '\0' ? "?" : text_of(object, "name"), text_of(object, "pid"));
    else if (json_object_object_get_ex(object, "line_terminator", NULL))
        snprintf(out, room, "%s/%s", text_of(object, "encoding"), text_of(object, "line_terminator"));
    else
        snprintf(out, room, "%s", json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* Its elements, as people write them. */
static char *array_cell(json_object *array)
{
    size_t count = json_object_array_length(array), size = 2;
    for (size_t i = 0; i < count; i++)
        size += strlen(words_of(json_object_array_get_idx(array, i))) + 2;
    char *cell = malloc(size), *end = stpcpy(cell, count == 0 ? "-" : "");
    for (size_t i = 0; i < count; i++)
        end = stpcpy(stpcpy(end, i == 0 ? "" : ", "), words_of(json_object_array_get_idx(array, i)));
    return cell;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static bool counts_bytes(const struct record *record, const char *path)
{
    size_t offset;
    uint64_t leaves;
    const struct field *field = record_path(record, path, strlen(path), &offset, &leaves);
    return field != NULL && strncmp(field->doc, "bytes", strlen("bytes")) == 0;
}

char *table_cell(const struct record *record, json_object *item, const char *path, bool human)
{
    char buffer[1024];
    json_object *value = table_member(item, path);
    bool number = json_object_is_type(value, json_type_int);
    if (value == NULL)
        return strdup(human ? "-" : "");
    if (json_object_is_type(value, json_type_object))
        print_object(buffer, sizeof buffer, value);
    else if (human && number && ends_with(path, "_ms"))
        output_period(buffer, sizeof buffer, json_object_get_int64(value));
    else if (human && number && counts_bytes(record, path))
        output_size(buffer, sizeof buffer, json_object_get_int64(value));
    else if (human && json_object_is_type(value, json_type_array))
        return array_cell(value);
    else
        return strdup(json_object_is_type(value, json_type_array) ? json_object_to_json_string_ext(value, 0)
                                                                  : json_object_get_string(value));
    return strdup(buffer);
}

/* ---- formats ---- */

static void print_csv_text(const char *text)
{
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    if (isatty(STDOUT_FILENO)) {
        output_escaped(stdout, text, strlen(text), false);
        return;
    }
    if (quoted)
        putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    if (quoted)
        putchar('"');
}

static void print_csv(const struct options *options, const struct record *record, const struct columns *columns,
                      json_object *items)
{
    for (size_t c = 0; options->headers && c < columns->count; c++)
        printf("%s%s", columns->items[c].path, c + 1 < columns->count ? "," : "\n");
    for (size_t row = 0; row < json_object_array_length(items); row++) {
        for (size_t c = 0; c < columns->count; c++) {
            char *cell = table_cell(record, json_object_array_get_idx(items, row), columns->items[c].path, false);
            print_csv_text(cell);
            free(cell);
            putchar(c + 1 < columns->count ? ',' : '\n');
        }
    }
}

/* How many cells of a terminal a text takes, one a character: wide ones are rare in what is listed here. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

static char *escaped_cell(const struct record *record, json_object *item, const char *path)
{
    char *cell = table_cell(record, item, path, true);
    size_t size = output_escape(NULL, 0, cell, strlen(cell), false);
    char *escaped = malloc(size + 1);
    output_escape(escaped, size + 1, cell, strlen(cell), false);
    free(cell);
    return escaped;
}

static void print_row(char *const *cells, const size_t *widths, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        fputs(cells[c], stdout);
        if (c + 1 < count)
            printf("%*s", (int)(widths[c] - width_of(cells[c]) + 2), "");
    }
    putchar('\n');
}

static void print_table(const struct options *options, const struct record *record, const struct columns *columns,
                        json_object *items)
{
    size_t rows = json_object_array_length(items) + 1, count = columns->count, widths[COLUMNS_MAX] = {0};
    char **cells = calloc(rows * count, sizeof *cells);
    for (size_t row = 0; row < rows; row++)
        for (size_t c = 0; c < count; c++) {
            char *cell = row == 0 ? strdup(options->headers ? columns->items[c].heading : "")
                                  : escaped_cell(record, json_object_array_get_idx(items, row - 1), columns->items[c].path);
            cells[row * count + c] = cell;
            if (width_of(cell) > widths[c])
                widths[c] = width_of(cell);
        }
    for (size_t row = options->headers ? 0 : 1; row < rows; row++)
        print_row(cells + row * count, widths, count);
    for (size_t i = 0; i < rows * count; i++)
        free(cells[i]);
    free(cells);
}

static void print_names(const struct record *record, json_object *items)
{
    for (size_t row = 0; row < json_object_array_length(items); row++) {
        char *cell = table_cell(record, json_object_array_get_idx(items, row), record->fields()[0].name, false);
        puts(cell);
        free(cell);
    }
}

void table_print(const struct options *options, const struct record *record, const struct columns *columns, json_object *items)
{
    if (options->quiet || options->format == FORMAT_NAME)
        print_names(record, items);
    else if (options->format == FORMAT_CSV)
        print_csv(options, record, columns, items);
    else
        print_table(options, record, columns, items);
}

/* ---- order ---- */

static _Thread_local const char *sort_path;

/* null first, then by number or by text. */
static int compare(const void *a, const void *b)
{
    json_object *left = table_member(*(json_object *const *)a, sort_path),
                *right = table_member(*(json_object *const *)b, sort_path);
    if (left == NULL || right == NULL)
        return (left != NULL) - (right != NULL);
    if (json_object_is_type(left, json_type_int) && json_object_is_type(right, json_type_int)) {
        int64_t x = json_object_get_int64(left), y = json_object_get_int64(right);
        return (x > y) - (x < y);
    }
    return strcmp(json_object_get_string(left), json_object_get_string(right));
}

static int compare_descending(const void *a, const void *b)
{
    return compare(b, a);
}

void table_sort(json_object *items, const char *path)
{
    bool descending = *path == '-';
    sort_path = path + descending;
    json_object_array_sort(items, descending ? compare_descending : compare);
}
