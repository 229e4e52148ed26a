/* sockd/methods.h: words, records and a function a method, with comments that tell all that a caller must know. */
#include "docgen.h"

#include <string.h>

enum { WIDTH = 112 };

/* ---- comments ---- */

/* Prints a text behind what stands in the first columns of a comment's line; further lines begin at the same column. */
static void print_column(FILE *out, int column, const char *text)
{
    int at = column;
    for (const char *word = text; *word;) {
        int size = (int)strcspn(word, " ");
        if (at > column && at + 1 + size > WIDTH) {
            fprintf(out, "\n *%*s", column - 2, "");
            at = column;
        } else if (at > column) {
            at += fprintf(out, " ");
        }
        at += fprintf(out, "%.*s", size, word);
        word += size;
        word += *word == ' ';
    }
    fputc('\n', out);
}

/* Prints "label  text". */
static void print_item(FILE *out, const char *label, const char *text)
{
    enum { COLUMN = 18 };
    fprintf(out, " *   %-*s", COLUMN - 6, label);
    fputc(' ', out);
    print_column(out, COLUMN, text);
}

/* What a value of the type is, where the text of the table does not say it. */
static void describe_type(char *text, size_t size, const struct field *field)
{
    size_t used = strlen(text);
    if (field->type == TYPE_WORD) {
        used += (size_t)snprintf(text + used, size - used, " (SOCKD_");
        for (const char *p = field->words->name; *p && used + 1 < size; p++)
            text[used++] = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
        snprintf(text + used, size - used, "_…)");
    } else if (field->type == TYPE_INT && field->min < field->max) {
        snprintf(text + used, size - used, "; %lld to %lld", (long long)field->min, (long long)field->max);
    } else if (field->type == TYPE_LIST) {
        snprintf(text + used, size - used, " (items: struct sockd_%s)", field->record->name);
    }
}

/* How null looks in C. */
static const char *null_text(const struct field *field)
{
    switch (field->type) {
    case TYPE_INT:
        return "SOCKD_NULL";
    case TYPE_CHAR:
    case TYPE_WORD:
        return "SOCKD_UNSET";
    case TYPE_TIMEOUT:
        return "SOCKD_FOREVER";
    case TYPE_WIDE:
        return "not present";
    case TYPE_HANDLE:
        return "0";
    case TYPE_TEXTS:
        return "items NULL";
    default:
        return "data NULL";
    }
}

/* Members that a C caller finds in another form than the wire has. */
static const struct {
    const struct record *record;
    const char *member;
    const char *doc;
} c_docs[] = {
    {&record_stream_handles_result, "input", "the descriptor to read from; none if that side was shut down"},
    {&record_stream_handles_result, "output", "the descriptor to write to; none if that side was shut down"},
    {&record_read_byte_sequence_result, "data", "the elements, little-endian"},
    {&record_socket_status_result, "status", "for each item one of SOCKD_STATUS_…, or SOCKD_UNSET for null"},
};

static const char *field_doc(const struct record *record, const struct field *field)
{
    for (size_t i = 0; i < sizeof c_docs / sizeof *c_docs; i++)
        if (c_docs[i].record == record && strcmp(c_docs[i].member, field->name) == 0)
            return c_docs[i].doc;
    return field->doc;
}

static void print_field_comment(FILE *out, const struct record *record, const struct field *field, bool null_shown)
{
    char text[400];
    snprintf(text, sizeof text, "%s", field_doc(record, field));
    describe_type(text, sizeof text, field);
    fprintf(out, "/* %s%s%s */", text, null_shown ? "; null is " : "", null_shown ? null_text(field) : "");
}

/* ---- words, errors, records ---- */

static void print_words(FILE *out, const struct words *words)
{
    fprintf(out, "enum sockd_%s {\n", words->name);
    for (int i = 0; i < words->count; i++) {
        fprintf(out, "    SOCKD_%s, /* \"%s\" */\n", word_constant(words, i), words->items[i]);
    }
    fputs("};\n\n", out);
}

static void print_errors(FILE *out)
{
    fputs("/* The daemon's errors; the protocol's codes with their signs reversed. */\nenum {\n", out);
    for (int i = 1; i < ERROR_COUNT; i++) {
        fputs("    SOCKD_ERROR_", out);
        print_upper(out, error_c_name((enum error_id)i));
        fprintf(out, " = %d, /* %s: %s */\n", -errors[i].code, errors[i].kind, errors[i].doc);
    }
    fputs("};\n\n", out);
}

static bool null_matters(const struct field *field)
{
    return (field->flags & (FIELD_NULLABLE | FIELD_OMIT)) && field->type != TYPE_PERIOD && field->type != TYPE_FORMAT &&
           field->type != TYPE_BYTES;
}

static void print_record(FILE *out, const struct record *record)
{
    fprintf(out, "/* %s */\nstruct sockd_%s {\n", record->doc, record->name);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        fprintf(out, "    %s%s; ", field_c_type(field), member_name(record, i));
        print_field_comment(out, record, field, null_matters(field));
        fputc('\n', out);
    }
    fputs("};\n\n", out);
}

/* ---- methods ---- */

static void print_options(FILE *out, const struct method *method)
{
    const char *name = method_c_name(method);
    fprintf(out, "struct sockd_%s_options {\n", name);
    for (size_t i = 0; i < method->params->count; i++) {
        const struct field *field = &method->params->fields()[i];
        if (param_role(method, i) != ROLE_OPTION)
            continue;
        fprintf(out, "    %s%s; ", field_c_type(field), member_name(method->params, i));
        print_field_comment(out, method->params, field,
                            (field->flags & FIELD_NULLABLE) || field->fallback[0] == FIELD_ABSENT[0]);
        fputc('\n', out);
    }
    fputs("};\n\n#define SOCKD_", out);
    print_upper(out, name);
    fputs("_OPTIONS \\\n    { ", out);
    const char *separator = "";
    for (size_t i = 0; i < method->params->count; i++) {
        if (param_role(method, i) != ROLE_OPTION)
            continue;
        fputs(separator, out);
        field_print_initialiser(out, &method->params->fields()[i]);
        separator = ", ";
    }
    fputs(" }\n\n", out);
}

static void print_argument_items(FILE *out, const struct method *method)
{
    for (size_t i = 0; i < method->params->count; i++) {
        if (param_role(method, i) != ROLE_ARGUMENT)
            continue;
        const struct field *field = &method->params->fields()[i];
        char text[400];
        snprintf(text, sizeof text, "%s", field->type == TYPE_BYTES ? "the elements, little-endian" : field->doc);
        describe_type(text, sizeof text, field);
        print_item(out, member_name(method->params, i), text);
    }
    if (method->flags & METHOD_FDS_IN)
        print_item(out, "descriptors",
                   "one that serves all directions, or one to read from and one to write to; they stay yours");
    if (method_has_options(method))
        print_item(out, "options", "NULL: the defaults");
}

static void print_errors_item(FILE *out, const struct method *method)
{
    char text[600] = "";
    size_t used = 0;
    for (int i = 1; i < ERROR_COUNT; i++)
        if (method_may_fail(method, (enum error_id)i))
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? ", " : "", errors[i].kind);
    print_item(out, "errors", text);
}

static void print_method_comment(FILE *out, const struct method *method)
{
    const char *manual = method_manual_name(method);
    fprintf(out, "/* %s", method->name);
    if (manual)
        fprintf(out, ", the manual's %s", manual);
    fputs(".\n", out);
    fputs(" * ", out);
    print_column(out, 3, method->doc);
    print_argument_items(out, method);
    if (method->flags & METHOD_FDS_OUT)
        print_item(out, "result",
                   "input and output are the descriptors themselves, close-on-exec and yours; both may be the same one");
    if (method->flags & METHOD_WAITS)
        print_item(out, "waits",
                   method_has_timeout(method) ? "until it is done, no longer than options->timeout" : "until it is done");
    print_errors_item(out, method);
    fputs(" */\n", out);
}

static void print_result_parameter(FILE *out, const struct method *method)
{
    if (method->result->count > 0)
        fprintf(out, ", struct sockd_%s *result", method->result->name);
}

static void print_prototypes(FILE *out, const struct method *method)
{
    const char *name = method_c_name(method);
    fprintf(out, "SOCKD_API int sockd_%s(", name);
    method_print_parameters(out, method);
    print_result_parameter(out, method);
    fprintf(out, ");\nSOCKD_API sockd_call sockd_start_%s(", name);
    method_print_parameters(out, method);
    fprintf(out, ");\nSOCKD_API int sockd_finish_%s(sockd *client, sockd_call call", name);
    print_result_parameter(out, method);
    fputs(");\n\n", out);
}

static const char intro[] =
    "/* Every method of the protocol in C. Printed by docgen from proto/methods.def; not to be edited.\n"
    " *\n"
    " * A method has three functions: sockd_METHOD calls it and waits for the reply, sockd_start_METHOD sends the request and\n"
    " * returns at once, sockd_finish_METHOD waits for that call's reply and takes it. What a parameter points to may go away\n"
    " * as soon as the function has returned. A result may be NULL where it is of no interest. A member of a result that is\n"
    " * null has the value told beside it; a word is a constant of its enum, or SOCKD_UNSET.\n"
    " *\n"
    " * Options: struct sockd_METHOD_options options = SOCKD_METHOD_OPTIONS; holds the defaults, to be changed one by one. */\n"
    "#pragma once\n\n"
    "#ifndef SOCKD_API\n#error \"include <sockd/sockd.h>\"\n#endif\n\n"
    "/* clang-format off */\n\n";

void docgen_header(FILE *out)
{
    fputs(intro, out);
    fputs("/* ---- words ---- */\n\n", out);
    for (size_t i = 0; i < words_all_count; i++)
        print_words(out, words_all[i]);
    print_errors(out);
    fputs("/* ---- records ---- */\n\n", out);
    const struct record *record;
    for (size_t i = 0; (record = record_visible(i)); i++)
        print_record(out, record);
    struct entry entry;
    for (size_t i = 0; table_entry(i, &entry); i++) {
        if (entry.group) {
            fprintf(out, "/* ---- %s ---- */\n\n", entry.group);
            continue;
        }
        if (method_has_options(entry.method))
            print_options(out, entry.method);
        print_method_comment(out, entry.method);
        print_prototypes(out, entry.method);
    }
}
