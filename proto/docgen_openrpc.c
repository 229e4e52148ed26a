/* The OpenRPC document: what rpc.discover answers, and what tools that know OpenRPC make clients and pages of. */
#include "docgen.h"

#include <json-c/json.h>
#include <string.h>

typedef struct json_object json;

static json *string(const char *text)
{
    return json_object_new_string(text);
}

/* {"$ref": "#/components/KIND/NAME"} */
static json *reference(const char *kind, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "#/components/%s/%s", kind, name);
    json *object = json_object_new_object();
    json_object_object_add(object, "$ref", string(path));
    return object;
}

/* ---- schemas ---- */

/* Schemas that do not depend on the field, as JSON text; those that many fields share stand in the document's components. */
static const struct {
    const char *name;
    const char *text;
} shared_schemas[] = {
    {"handle", "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 9007199254740991}"},
    {"timeout",
     "{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"number\", \"minimum\": 0, \"exclusiveMaximum\": 9223372036854775808},"
     " {\"type\": \"array\", \"items\": {\"type\": \"integer\", \"minimum\": 0}, \"minItems\": 2, \"maxItems\": 2}]}"},
    {"external_format",
     "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"object\", \"additionalProperties\": false, \"properties\":"
     " {\"encoding\": {\"type\": \"string\", \"minLength\": 1},"
     " \"line_terminator\": {\"enum\": [\"unix\", \"dos\", \"mac\"]},"
     " \"input_error\": {\"type\": \"string\", \"description\": \"error, ignore or a replacement character\"},"
     " \"output_error\": {\"type\": \"string\", \"description\": \"error, ignore or a replacement character\"}}}]}"},
    {"interface", "{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"string\", \"minLength\": 1},"
                  " {\"$ref\": \"#/components/schemas/handle\"}]}"},
    {"item", "{\"oneOf\": [{\"$ref\": \"#/components/schemas/handle\"}, {\"type\": \"object\", \"additionalProperties\": false,"
             " \"required\": [\"handle\"], \"properties\": {\"handle\": {\"$ref\": \"#/components/schemas/handle\"},"
             " \"direction\": {\"enum\": [\"input\", \"output\", \"io\"], \"default\": \"io\"}}}]}"},
    {"items", "{\"oneOf\": [{\"$ref\": \"#/components/schemas/item\"}, {\"type\": \"array\", \"minItems\": 1, \"items\":"
              " {\"$ref\": \"#/components/schemas/item\"}}, {\"type\": \"object\", \"additionalProperties\": false,"
              " \"required\": [\"set\"], \"properties\": {\"set\": {\"type\": \"integer\", \"minimum\": 1}}}]}"},
    {"status", "{\"enum\": [null, true, \"input\", \"eof\", \"output\", \"io\", \"append\", \"error\"]}"},
    {"statuses", "{\"oneOf\": [{\"$ref\": \"#/components/schemas/status\"}, {\"type\": \"array\", \"items\":"
                 " {\"$ref\": \"#/components/schemas/status\"}}]}"},
    {"option_value", "{\"type\": [\"null\", \"boolean\", \"number\"]}"},
    {"options", "{\"type\": \"array\", \"items\": {\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"minItems\": 2,"
                " \"maxItems\": 2, \"description\": \"name and value\"}]}}"},
    {"option_values", "{\"type\": \"array\", \"items\": {\"$ref\": \"#/components/schemas/option_value\"}}"},
    {"bytes", "{\"type\": \"string\", \"contentEncoding\": \"base64\"}"},
    {"texts", "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}"},
    {"char", "{\"type\": \"string\", \"description\": \"exactly one Unicode scalar value\"}"},
    {"element", "{\"type\": \"integer\", \"minimum\": -9223372036854775808, \"maximum\": 18446744073709551615}"},
    {"id", "{\"type\": [\"string\", \"number\", \"null\"]}"},
};

/* which of them a type stands for */
static const char *const schema_names[] = {
    [TYPE_HANDLE] = "handle",
    [TYPE_TIMEOUT] = "timeout",
    [TYPE_FORMAT] = "external_format",
    [TYPE_INTERFACE] = "interface",
    [TYPE_ITEMS] = "items",
    [TYPE_STATUSES] = "statuses",
    [TYPE_OPTIONS] = "options",
    [TYPE_OPTION_VALUES] = "option_values",
    [TYPE_BYTES] = "bytes",
    [TYPE_TEXTS] = "texts",
    [TYPE_CHAR] = "char",
    [TYPE_WIDE] = "element",
    [TYPE_ID] = "id",
    [TYPE_LIST] = NULL,
};

static json *schema_typed(const char *type)
{
    json *schema = json_object_new_object();
    json_object_object_add(schema, "type", string(type));
    return schema;
}

static json *schema_integer(const struct field *field)
{
    json *schema = schema_typed("integer");
    if (field->min < field->max) {
        json_object_object_add(schema, "minimum", json_object_new_int64(field->min));
        json_object_object_add(schema, "maximum", json_object_new_int64(field->max));
    }
    return schema;
}

static json *schema_text(const struct field *field)
{
    json *schema = schema_typed("string");
    if (field->min > 0)
        json_object_object_add(schema, "minLength", json_object_new_int64(field->min));
    if (field->max > 0)
        json_object_object_add(schema, "maxLength", json_object_new_int64(field->max));
    return schema;
}

static json *schema_words(const struct words *words)
{
    json *schema = json_object_new_object();
    json *items = json_object_new_array();
    for (int i = 0; i < words->count; i++) {
        bool is_true = strcmp(words->items[i], "true") == 0;
        bool is_boolean = is_true || strcmp(words->items[i], "false") == 0;
        json_object_array_add(items, is_boolean ? json_object_new_boolean(is_true) : string(words->items[i]));
    }
    json_object_object_add(schema, "enum", items);
    return schema;
}

static json *schema_list(const struct field *field)
{
    json *schema = schema_typed("array");
    json_object_object_add(schema, "items", reference("schemas", field->record->name));
    return schema;
}

static json *schema_plain(const struct field *field)
{
    switch (field->type) {
    case TYPE_INT:
        return schema_integer(field);
    case TYPE_BOOL:
        return schema_typed("boolean");
    case TYPE_TEXT:
        return schema_text(field);
    case TYPE_PERIOD:
        return schema_typed("number");
    case TYPE_WORD:
        return schema_words(field->words);
    case TYPE_JSON:
        return schema_typed("object");
    case TYPE_RECORD:
        return reference("schemas", field->record->name);
    case TYPE_LIST:
        return schema_list(field);
    default:
        return reference("schemas", schema_names[field->type]);
    }
}

/* Types whose shared schema has null in it already. */
static bool schema_knows_null(const struct field *field)
{
    return field->type == TYPE_TIMEOUT || field->type == TYPE_INTERFACE || field->type == TYPE_ID;
}

static json *field_schema(const struct field *field)
{
    json *plain = schema_plain(field);
    if (!(field->flags & FIELD_NULLABLE) || schema_knows_null(field))
        return plain;
    json *schema = json_object_new_object();
    json *choices = json_object_new_array();
    json_object_array_add(choices, plain);
    json_object_array_add(choices, schema_typed("null"));
    json_object_object_add(schema, "oneOf", choices);
    return schema;
}

/* A schema that takes a further member: a $ref must stand alone in its object. */
static json *schema_open(json *schema)
{
    if (!json_object_object_get(schema, "$ref"))
        return schema;
    json *outer = json_object_new_object();
    json *all = json_object_new_array();
    json_object_array_add(all, schema);
    json_object_object_add(outer, "allOf", all);
    return outer;
}

static json *field_described(const struct field *field)
{
    json *schema = schema_open(field_schema(field));
    json_object_object_add(schema, "description", string(field->doc));
    return schema;
}

static json *record_schema(const struct record *record)
{
    if (record->count == 1 && record->fields()[0].type == TYPE_JSON)
        return schema_typed("object");
    json *schema = schema_typed("object");
    json *properties = json_object_new_object();
    json *required = json_object_new_array();
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        json_object_object_add(properties, field->name, field_described(field));
        if (!(field->flags & FIELD_OMIT) && field_is_required(field))
            json_object_array_add(required, string(field->name));
    }
    json_object_object_add(schema, "description", string(record->doc));
    json_object_object_add(schema, "properties", properties);
    json_object_object_add(schema, "required", required);
    return schema;
}

/* ---- methods ---- */

static json *param_descriptor(const struct field *field)
{
    json *param = json_object_new_object();
    json *schema = field_schema(field);
    json_object_object_add(param, "name", string(field->name));
    json_object_object_add(param, "description", string(field->doc));
    json_object_object_add(param, "required", json_object_new_boolean(field_is_required(field)));
    if (!field_is_required(field) && strcmp(field->fallback, FIELD_ABSENT) != 0) {
        schema = schema_open(schema);
        json_object_object_add(schema, "default", json_tokener_parse(field->fallback));
    }
    json_object_object_add(param, "schema", schema);
    return param;
}

static json *method_params(const struct method *method)
{
    json *params = json_object_new_array();
    for (size_t i = 0; i < method->params->count; i++)
        json_object_array_add(params, param_descriptor(&method->params->fields()[i]));
    return params;
}

static json *method_result(const struct method *method)
{
    json *result = json_object_new_object();
    json_object_object_add(result, "name", string(method->result->name));
    json_object_object_add(result, "description", string(method->result->doc));
    json_object_object_add(result, "schema",
                           method->result == &record_handle_info ? reference("schemas", method->result->name)
                                                                 : record_schema(method->result));
    return result;
}

static json *method_errors(const struct method *method)
{
    json *list = json_object_new_array();
    for (int i = 1; i < ERROR_COUNT; i++)
        if (method_may_fail(method, (enum error_id)i))
            json_object_array_add(list, reference("errors", errors[i].kind));
    return list;
}

/* What OpenRPC has no word for. */
static void add_extensions(json *object, const struct method *method)
{
    static const struct {
        unsigned flag;
        const char *name;
    } flags[] = {
        {METHOD_WAITS, "x-waits"},
        {METHOD_INPUT, "x-ordered-input"},
        {METHOD_OUTPUT, "x-ordered-output"},
        {METHOD_PAYLOAD_IN, "x-payload-in"},
        {METHOD_PAYLOAD_OUT, "x-payload-out"},
        {METHOD_FDS_IN, "x-descriptors-in"},
        {METHOD_FDS_OUT, "x-descriptors-out"},
    };
    json_object_object_add(object, "x-right", string(right_names[method->right]));
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (method->flags & flags[i].flag)
            json_object_object_add(object, flags[i].name, json_object_new_boolean(true));
    const char *manual = method_manual_name(method);
    if (manual)
        json_object_object_add(object, "x-manual", string(manual));
}

static json *method_object(const struct method *method, const char *group)
{
    json *object = json_object_new_object();
    json *tags = json_object_new_array();
    json *tag = json_object_new_object();
    json_object_object_add(tag, "name", string(group));
    json_object_array_add(tags, tag);
    json_object_object_add(object, "name", string(method->name));
    json_object_object_add(object, "tags", tags);
    json_object_object_add(object, "summary", string(method->doc));
    json_object_object_add(object, "paramStructure", string("either"));
    json_object_object_add(object, "params", method_params(method));
    json_object_object_add(object, "result", method_result(method));
    json_object_object_add(object, "errors", method_errors(method));
    add_extensions(object, method);
    return object;
}

static json *notification_objects(void)
{
    json *list = json_object_new_array();
    for (size_t i = 0; i < NOTIFICATION_COUNT; i++) {
        json *object = json_object_new_object();
        json_object_object_add(object, "name", string(notifications[i].name));
        json_object_object_add(object, "summary", string(notifications[i].doc));
        json_object_object_add(object, "params", reference("schemas", notifications[i].params->name));
        json_object_array_add(list, object);
    }
    return list;
}

/* ---- the document ---- */

static json *component_errors(void)
{
    json *all = json_object_new_object();
    for (int i = 1; i < ERROR_COUNT; i++) {
        json *error = json_object_new_object();
        json_object_object_add(error, "code", json_object_new_int(errors[i].code));
        json_object_object_add(error, "message", string(errors[i].doc));
        json_object_object_add(error, "data", reference("schemas", record_fault.name));
        json_object_object_add(all, errors[i].kind, error);
    }
    return all;
}

static json *component_schemas(void)
{
    json *all = json_object_new_object();
    for (size_t i = 0; i < sizeof shared_schemas / sizeof *shared_schemas; i++)
        json_object_object_add(all, shared_schemas[i].name, json_tokener_parse(shared_schemas[i].text));
    const struct record *record;
    for (size_t i = 0; (record = record_visible(i)); i++) {
        bool is_result = record != &record_handle_info;
        for (size_t m = 0; m < METHOD_COUNT && is_result; m++)
            is_result = methods[m].result != record;
        if (is_result)
            json_object_object_add(all, record->name, record_schema(record));
    }
    json_object_object_add(all, record_handle_info.name, record_schema(&record_handle_info));
    return all;
}

static json *document(void)
{
    json *root = json_object_new_object();
    json *info = json_object_new_object();
    json_object_object_add(info, "title", string("sockd"));
    json_object_object_add(
        info, "description",
        string("Sockets for programs that may not have any. JSON-RPC 2.0 over a Unix stream socket, a message a line;"
               " a message's member payload tells how many raw bytes follow its line, and fds how many"
               " descriptors ride on its first byte."));
    json_object_object_add(info, "version", string(SOCKD_VERSION));
    json_object_object_add(root, "openrpc", string("1.3.2"));
    json_object_object_add(root, "info", info);
    json *list = json_object_new_array();
    struct entry entry;
    const char *group = "";
    for (size_t i = 0; table_entry(i, &entry); i++) {
        if (entry.group)
            group = entry.group;
        else
            json_object_array_add(list, method_object(entry.method, group));
    }
    json_object_object_add(root, "methods", list);
    json_object_object_add(root, "x-notifications", notification_objects());
    json *components = json_object_new_object();
    json_object_object_add(components, "schemas", component_schemas());
    json_object_object_add(components, "errors", component_errors());
    json_object_object_add(root, "components", components);
    return root;
}

void docgen_openrpc(FILE *out)
{
    json *root = document();
    fprintf(out, "%s\n",
            json_object_to_json_string_ext(root,
                                           JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(root);
}

/* Numbers rather than a string literal, which C11 lets a compiler cut at 4095 bytes. */
void docgen_openrpc_c(FILE *out)
{
    json *root = document();
    const char *text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    size_t size = strlen(text);
    fputs("#include \"openrpc.h\"\n\nconst char openrpc_document[] = {", out);
    for (size_t i = 0; i <= size; i++)
        fprintf(out, "%s%d,", i % 32 == 0 ? "\n" : "", text[i]);
    fprintf(out, "\n};\n\nconst size_t openrpc_document_size = %zu;\n", size);
    json_object_put(root);
}
