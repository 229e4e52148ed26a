/* What the table says of the methods; the daemon is not asked (rpc.discover asks it). */
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "describe.h"
#include "link.h"
#include "output.h"

static json_object *all_methods(void)
{
    json_object *list = json_object_new_array();
    for (size_t i = 0; i < METHOD_COUNT; i++)
        json_object_array_add(list, describe_method(&methods[i]));
    return list;
}

/* Prints a document and lets go of it. */
static int print_document(const struct command *command, json_object *document)
{
    output_json(&command->options, stdout, document);
    json_object_put(document);
    return output_finish();
}

int methods_run(struct command *command)
{
    if (options_json(&command->options))
        return print_document(command, all_methods());
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (command->options.quiet || command->options.format == FORMAT_NAME)
            puts(methods[i].name);
        else
            printf("%-24s %s\n", methods[i].name, methods[i].doc);
    }
    return output_finish();
}

static void print_fields(const char *title, const struct record *record)
{
    char type[400], fallback[64];
    printf("%s: %s\n", title, record->doc);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        const char *value = describe_default(field, fallback, sizeof fallback);
        describe_type(field, type, sizeof type);
        printf("  %-18s %s%s%s%s\n  %18s %s\n", field->name, type, field->flags & FIELD_NULLABLE ? ", or null" : "",
               value != NULL                       ? "; default "
               : *field->fallback == *FIELD_ABSENT ? "; may be left out"
                                                   : "",
               value != NULL ? value : "", "", field->doc);
    }
}

int introspect_run(struct command *command)
{
    const char *name = arguments_text(command, "method");
    if (name == NULL)
        return print_document(command, all_methods());
    struct verb verb;
    const struct method *method = verb_find(name, &verb) ? verb.method : NULL;
    if (method == NULL)
        return link_complain(command, EXIT_USAGE, "method: there is no method \"%s\"", name);
    if (options_json(&command->options))
        return print_document(command, describe_method(method));
    printf("%s\n%s\nright: %s%s\n", method->name, method->doc, right_names[method->right],
           method->flags & METHOD_WAITS ? ", may wait" : "");
    print_fields("params", method->params);
    print_fields("result", method->result);
    return output_finish();
}

static json_object *property(const char *type, const char *text)
{
    json_object *schema = json_object_new_object();
    json_object_object_add(schema, "type", json_object_new_string(type));
    json_object_object_add(schema, "description", json_object_new_string(text));
    return schema;
}

/* The schema of what `ls -j` prints. */
static json_object *list_schema(const char *name)
{
    json_object *schema = json_object_new_object(), *members = json_object_new_object(),
                *items = property("array", "the handles");
    char id[64];
    snprintf(id, sizeof id, "sockd.%s/1", strcmp(name, "all") == 0 ? "handles" : name);
    json_object *next = json_object_new_object(), *types = json_object_new_array();
    json_object_array_add(types, json_object_new_string("integer"));
    json_object_array_add(types, json_object_new_string("null"));
    json_object_object_add(next, "type", types);
    json_object_object_add(next, "description", json_object_new_string("what to pass as --after to go on; null at the end"));
    json_object_object_add(items, "items", describe_record_schema(&record_handle_info));
    json_object_object_add(members, "schema", property("string", "the name and number of this schema"));
    json_object_object_add(members, "time", property("string", "when the list was made, RFC 3339, UTC"));
    json_object_object_add(members, "items", items);
    json_object_object_add(members, "next", next);
    json_object_object_add(schema, "$schema", json_object_new_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_object_add(schema, "title", json_object_new_string(id));
    json_object_object_add(schema, "type", json_object_new_string("object"));
    json_object_object_add(schema, "properties", members);
    return schema;
}

int schema_run(struct command *command)
{
    static const char *const lists[] = {"streams", "servers", "all"};
    const char *name = arguments_text(command, "what");
    struct verb verb;
    name = name == NULL ? lists[0] : name;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(name, lists[i]) == 0)
            return print_document(command, list_schema(name));
    if (!verb_find(name, &verb) || verb.method == NULL)
        return link_complain(command, EXIT_USAGE, "what: must be streams, servers, all or a method, not \"%s\"", name);
    return print_document(command, describe_record_schema(verb.method->result));
}
