/* The reference page, in Markdown: every method with its parameters, results and errors, for people. */
#include "docgen.h"

#include <string.h>

/* What a parameter may be, for a person. */
static const char *const type_texts[] = {
    [TYPE_HANDLE] = "handle",
    [TYPE_INT] = "integer",
    [TYPE_BOOL] = "boolean",
    [TYPE_TEXT] = "string",
    [TYPE_CHAR] = "one character",
    [TYPE_WIDE] = "integer",
    [TYPE_TIMEOUT] = "timeout",
    [TYPE_PERIOD] = "number of seconds",
    [TYPE_FORMAT] = "external format",
    [TYPE_INTERFACE] = "string or handle",
    [TYPE_ITEMS] = "item, array of items, or set",
    [TYPE_STATUSES] = "status or array of statuses",
    [TYPE_OPTIONS] = "array of options",
    [TYPE_OPTION_VALUES] = "array of option values",
    [TYPE_BYTES] = "base64 string",
    [TYPE_TEXTS] = "array of strings",
    [TYPE_ID] = "string, number or null",
    [TYPE_JSON] = "object",
    [TYPE_LIST] = NULL,
};

static void print_type(FILE *out, const struct field *field)
{
    if (field->type == TYPE_WORD) {
        for (int i = 0; i < field->words->count; i++) {
            const char *word = field->words->items[i];
            bool boolean = strcmp(word, "true") == 0 || strcmp(word, "false") == 0;
            fprintf(out, boolean ? "%s`%s`" : "%s`\"%s\"`", i ? ", " : "", word);
        }
    } else if (field->type == TYPE_RECORD) {
        fprintf(out, "object [%s](#record-%s)", field->record->name, field->record->name);
    } else if (field->type == TYPE_LIST) {
        fprintf(out, "array of [%s](#record-%s)", field->record->name, field->record->name);
    } else {
        fputs(type_texts[field->type], out);
    }
    if (field->type == TYPE_INT && field->min < field->max)
        fprintf(out, ", %lld to %lld", (long long)field->min, (long long)field->max);
    if (field->type == TYPE_TEXT && field->max > 0)
        fprintf(out, ", %lld to %lld bytes", (long long)field->min, (long long)field->max);
    if ((field->flags & FIELD_NULLABLE) && field->type != TYPE_ID && field->type != TYPE_TIMEOUT)
        fputs(" or null", out);
}

static void print_params(FILE *out, const struct method *method)
{
    if (method->params->count == 0) {
        fputs("No parameters.\n\n", out);
        return;
    }
    fputs("| parameter | type | default | |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < method->params->count; i++) {
        const struct field *field = &method->params->fields()[i];
        fprintf(out, "| `%s` | ", field->name);
        print_type(out, field);
        if (field_is_required(field))
            fputs(" | required", out);
        else if (strcmp(field->fallback, FIELD_ABSENT) == 0)
            fputs(" | absent", out);
        else
            fprintf(out, " | `%s`", field->fallback);
        fprintf(out, " | %s |\n", field->doc);
    }
    fputc('\n', out);
}

static void print_rows(FILE *out, const struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        fprintf(out, "| `%s` | ", field->name);
        print_type(out, field);
        fprintf(out, " | %s%s |\n", field->doc, field->flags & FIELD_OMIT ? "; left out when it does not apply" : "");
    }
    fputc('\n', out);
}

static void print_members(FILE *out, const struct record *record)
{
    fputs("| result | type | |\n|---|---|---|\n", out);
    print_rows(out, record);
}

static void print_result(FILE *out, const struct method *method)
{
    const struct record *record = method->result;
    if (record->count == 0)
        fputs("The result is an empty object.\n\n", out);
    else if (record == &record_handle_info)
        fprintf(out, "The result is an object [%s](#record-%s).\n\n", record->name, record->name);
    else if (record->fields()[0].type == TYPE_JSON)
        fprintf(out, "The result is %s.\n\n", record->doc);
    else
        print_members(out, record);
}

static void print_facts(FILE *out, const struct method *method)
{
    fprintf(out, "- Right: %s\n", method->right == RIGHT_NONE ? "none needed" : right_names[method->right]);
    if (method->flags & METHOD_WAITS)
        fputs("- May wait; other requests go on meanwhile\n", out);
    if ((method->flags & METHOD_INPUT) && (method->flags & METHOD_OUTPUT))
        fputs("- Served in order with the stream's input and output operations\n", out);
    else if (method->flags & (METHOD_INPUT | METHOD_OUTPUT))
        fprintf(out, "- Served in order with the stream's %s operations\n", method->flags & METHOD_INPUT ? "input" : "output");
    if (method->flags & METHOD_PAYLOAD_IN)
        fputs("- Takes its bytes as the message's payload, or in base64\n", out);
    if (method->flags & METHOD_PAYLOAD_OUT)
        fputs("- Gives its bytes as the reply's payload where `encoding` asks for it\n", out);
    if (method->flags & METHOD_FDS_IN)
        fputs("- Descriptors ride along with the request\n", out);
    if (method->flags & METHOD_FDS_OUT)
        fputs("- Descriptors ride along with the reply\n", out);
    fputs("- Errors:", out);
    const char *separator = " ";
    for (int i = 1; i < ERROR_COUNT; i++) {
        if (!method_may_fail(method, (enum error_id)i))
            continue;
        fprintf(out, "%s%s", separator, errors[i].kind);
        separator = ", ";
    }
    fputs("\n- In C: `int sockd_", out);
    fprintf(out, "%s(", method_c_name(method));
    method_print_parameters(out, method);
    if (method->result->count > 0)
        fprintf(out, ", struct sockd_%s *result", method->result->name);
    fprintf(out, ")`\n- On the command line: `sockctl %s`\n\n", method->name);
}

static void print_method(FILE *out, const struct method *method)
{
    const char *manual = method_manual_name(method);
    fprintf(out, "### %s\n\n%s", method->name, method->doc);
    if (manual)
        fprintf(out, " The manual's %s.", manual);
    fputs("\n\n", out);
    print_params(out, method);
    print_result(out, method);
    print_facts(out, method);
}

static void print_errors(FILE *out)
{
    fputs("## Errors\n\n| code | kind | | in C |\n|---|---|---|---|\n", out);
    for (int i = 1; i < ERROR_COUNT; i++) {
        fprintf(out, "| %d | `%s` | %s | `SOCKD_ERROR_", errors[i].code, errors[i].kind, errors[i].doc);
        print_upper(out, error_c_name((enum error_id)i));
        fputs("` |\n", out);
    }
    fputs("\nAn error's `data` has `kind`, and of these what applies:\n\n| member | type | |\n|---|---|---|\n", out);
    for (size_t i = 1; i < record_fault.count; i++) {
        const struct field *field = &record_fault.fields()[i];
        fprintf(out, "| `%s` | ", field->name);
        print_type(out, field);
        fprintf(out, " | %s |\n", field->doc);
    }
    fputc('\n', out);
}

static void print_notifications(FILE *out)
{
    fputs("## Notifications\n\nMessages without an `id`, which nobody answers.\n\n", out);
    for (size_t i = 0; i < NOTIFICATION_COUNT; i++) {
        const struct notification *notification = &notifications[i];
        fprintf(out, "### <a id=\"notification-%s\"></a>%s\n\n%s\n\n", notification->name, notification->name,
                notification->doc);
        fputs("| member of `params` | type | |\n|---|---|---|\n", out);
        print_rows(out, notification->params);
        fputs("- In C: `sockd_on_event`\n- On the command line: `sockctl watch`\n\n", out);
    }
}

/* Records that stand inside others. */
static void print_records(FILE *out)
{
    fputs("## Objects inside results\n\n", out);
    const struct record *record;
    for (size_t i = 0; (record = record_visible(i)); i++) {
        bool inside = record == &record_handle_info;
        for (size_t other = 0; !inside && record_visible(other); other++)
            for (size_t f = 0; f < record_visible(other)->count; f++)
                inside = inside || record_visible(other)->fields()[f].record == record;
        if (!inside)
            continue;
        fprintf(out, "### <a id=\"record-%s\"></a>%s\n\nThis is %s.\n\n", record->name, record->name, record->doc);
        print_members(out, record);
    }
}

static const char intro[] =
    "# Methods\n\n"
    "Printed by `docgen` from `proto/methods.def`; not to be edited. [operations.md](operations.md) goes by the manual's\n"
    "operations and tells what differs, [behaviour.md](behaviour.md) what holds of each, and which test shows it.\n\n"
    "Parameters go by name, in an object, or by position, in an array in the order of the tables. A parameter with a default\n"
    "may be left out.\n\n"
    "- **handle**: a positive integer below 2^53, never used twice\n"
    "- **timeout**: a number of seconds, `[seconds, microseconds]`, or null for ever\n"
    "- **external format**: `{\"encoding\", \"line_terminator\", \"input_error\", \"output_error\"}`, each optional, or one string for one of\n"
    "  the first two; an error action is `\"error\"`, `\"ignore\"` or the character to put in its place\n"
    "- **item**: a handle, or `{\"handle\": 7, \"direction\": \"input\"}`\n"
    "- **status**: null, `true` for a server, or `\"input\"`, `\"eof\"`, `\"output\"`, `\"io\"`, `\"append\"`, `\"error\"`\n"
    "- **option**: a name, which asks for its value, or `[name, value]`, which sets it and gives the old one\n\n";

void docgen_reference(FILE *out)
{
    fputs(intro, out);
    struct entry entry;
    for (size_t i = 0; table_entry(i, &entry); i++) {
        if (entry.group)
            fprintf(out, "## %s\n\n", entry.group);
        else
            print_method(out, entry.method);
    }
    print_notifications(out);
    print_records(out);
    print_errors(out);
}
