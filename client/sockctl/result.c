#include "result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"
#include "output.h"
#include "table.h"

/* Results that have more than one member, of which one is the answer. */
enum answer_kind { ANSWER_VALUE, ANSWER_LINE, ANSWER_DATA };

static const struct {
    const struct record *record;
    const char *member;
    enum answer_kind kind;
} answers[] = {
    {&record_socket_server_result, "server", ANSWER_VALUE},   {&record_socket_status_result, "status", ANSWER_VALUE},
    {&record_read_line_result, "line", ANSWER_LINE},          {&record_char_result, "char", ANSWER_DATA},
    {&record_read_char_sequence_result, "text", ANSWER_DATA}, {&record_byte_result, "byte", ANSWER_VALUE},
};

static const char *words_of(json_object *value)
{
    return value == NULL ? "null" : json_object_get_string(value);
}

/* A value, or each value of an array, on a line of its own. */
static void print_value(json_object *value)
{
    if (!json_object_is_type(value, json_type_array)) {
        output_escaped(stdout, words_of(value), strlen(words_of(value)), false);
        putchar('\n');
        return;
    }
    for (size_t i = 0; i < json_object_array_length(value); i++)
        print_value(json_object_array_get_idx(value, i));
}

/* Text from a peer, exactly; a newline behind it only where it is a line, or where a terminal would be left in the middle. */
static void print_text(json_object *value, enum answer_kind kind)
{
    const char *text = json_object_get_string(value);
    size_t size = (size_t)json_object_get_string_len(value);
    output_data(text, size);
    if (kind == ANSWER_LINE || (isatty(STDOUT_FILENO) && size > 0 && text[size - 1] != '\n'))
        putchar('\n');
}

static int print_answer(json_object *value, enum answer_kind kind, bool nothing)
{
    if (value == NULL && nothing)
        return EXIT_NOTHING;
    if (kind == ANSWER_VALUE)
        print_value(value);
    else
        print_text(value, kind);
    return EXIT_DONE;
}

void result_print_members(const struct record *record, json_object *object)
{
    struct columns columns;
    size_t width = 0;
    columns_of_record(&columns, record);
    for (size_t i = 0; i < columns.count; i++)
        width = strlen(columns.items[i].path) > width ? strlen(columns.items[i].path) : width;
    for (size_t i = 0; i < columns.count; i++) {
        char *cell = table_cell(record, object, columns.items[i].path, false);
        const char *shown = table_member(object, columns.items[i].path) == NULL ? "-" : cell;
        printf("%-*s  ", (int)width, columns.items[i].path);
        output_escaped(stdout, shown, strlen(shown), false);
        putchar('\n');
        free(cell);
    }
    columns_deinit(&columns);
}

/* The members asked for, or all of them, as the row of a table. */
static int print_row(const struct command *command, const struct record *record, json_object *result)
{
    struct columns columns;
    char error[200];
    if (command->options.columns == NULL)
        columns_of_record(&columns, record);
    else if (!columns_read(&columns, record, command->options.columns, error, sizeof error)) {
        columns_deinit(&columns);
        return link_complain(command, EXIT_USAGE, "%s", error);
    }
    json_object *rows = json_object_new_array();
    json_object_array_add(rows, json_object_get(result));
    table_print(&command->options, record, &columns, rows);
    json_object_put(rows);
    columns_deinit(&columns);
    return EXIT_DONE;
}

static int print_plain(const struct command *command, const struct record *record, json_object *result)
{
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answers[i].record == record)
            return print_answer(json_object_object_get(result, answers[i].member), answers[i].kind,
                                record != &record_socket_status_result);
    if (record->count == 1 && record->fields()->type != TYPE_FORMAT && record->fields()->type != TYPE_JSON)
        return print_answer(json_object_object_get(result, record->fields()->name), ANSWER_VALUE, false);
    if (record->count == 1 && record->fields()->type == TYPE_JSON)
        output_json(&command->options, stdout, result);
    else
        result_print_members(record, result);
    return EXIT_DONE;
}

int result_print(const struct command *command, const struct method *method, json_object *result)
{
    const struct options *options = &command->options;
    const struct record *record = method->result;
    int status = EXIT_DONE;
    if (options_json(options))
        output_json(options, stdout, result);
    else if (record->count > 0 && (options->columns != NULL || options->format == FORMAT_CSV || options->format == FORMAT_NAME))
        status = print_row(command, record, result);
    else if (record->count > 0 && !(options->quiet && record->fields()->type != TYPE_HANDLE))
        status = print_plain(command, record, result);
    int flushed = output_finish();
    return status != EXIT_DONE ? status : flushed;
}
