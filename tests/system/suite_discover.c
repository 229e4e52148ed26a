/* rpc.discover: an OpenRPC document of every method in the table, its parameters in positional order. */
#include <stdio.h>

#include "harness.h"

static json_object *document(void)
{
    return call(client_open(), "rpc.discover", NULL);
}

static json_object *method_in(json_object *found, const char *name)
{
    for (size_t i = 0; i < count_at(found, "methods"); i++) {
        json_object *method = json_object_array_get_idx(value_at(found, "methods"), i);
        if (strcmp(text_at(method, "name"), name) == 0)
            return method;
    }
    ck_abort_msg("no %s in the document", name);
}

START_TEST(it_is_an_openrpc_document)
{
    json_object *found = document();
    ck_assert_msg(strncmp(text_at(found, "openrpc"), "1.", 2) == 0, "%s", text_at(found, "openrpc"));
    ck_assert(*text_at(found, "info.title"));
    ck_assert(*text_at(found, "info.version"));
    ck_assert_uint_eq(count_at(found, "methods"), METHOD_COUNT);
}
END_TEST

START_TEST(each_method_is_described)
{
    const struct method *method = &methods[_i];
    json_object *described = method_in(document(), method->name);
    ck_assert_uint_eq(count_at(described, "params"), method->params->count);
    ck_assert(has(described, "result.name") && has(described, "result.schema"));
    for (size_t i = 0; i < method->params->count; i++) {
        json_object *param = json_object_array_get_idx(value_at(described, "params"), i);
        const struct field *field = &method->params->fields()[i];
        expect_text(param, "name", field->name);
        ck_assert(has(param, "schema"));
        bool required = has(param, "required") && bool_at(param, "required");
        ck_assert_msg(required == (*field->fallback == *FIELD_REQUIRED), "%s of %s", field->name, method->name);
    }
}
END_TEST

/* Every reference inside the document leads somewhere. */
static void check_references(json_object *root, json_object *at)
{
    if (json_object_is_type(at, json_type_array))
        for (size_t i = 0; i < json_object_array_length(at); i++)
            check_references(root, json_object_array_get_idx(at, i));
    if (!json_object_is_type(at, json_type_object))
        return;
    struct json_object_iter member;
    json_object_object_foreachC(at, member)
    {
        if (strcmp(member.key, "$ref") == 0) {
            const char *target = json_object_get_string(member.val);
            char path[200];
            ck_assert(strncmp(target, "#/", 2) == 0);
            snprintf(path, sizeof path, "%s", target + 2);
            for (char *slash = path; (slash = strchr(slash, '/'));)
                *slash = '.';
            ck_assert_msg(has(root, path), "%s leads nowhere", target);
        }
        check_references(root, member.val);
    }
}

START_TEST(references_lead_somewhere)
{
    json_object *found = document();
    check_references(found, found);
}
END_TEST

static const struct test_case cases[] = {
    {&it_is_an_openrpc_document, COVERS({METHOD_rpc_discover, SUCCESS}), 0},
    {&each_method_is_described, NULL, METHOD_COUNT},
    {&references_lead_somewhere, NULL, 0},
    {0},
};

const struct suite suite_discover = {.name = "discover", .cases = cases};
