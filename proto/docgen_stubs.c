/* client/lib/stubs.c: from typed functions to records and back. A stub only moves values; what a call is stands in call.h. */
#include "docgen.h"

static void print_arguments(FILE *out, const struct method *method)
{
    fputs("client", out);
    for (size_t i = 0; i < method->params->count; i++)
        if (param_role(method, i) == ROLE_ARGUMENT)
            fprintf(out, ", %s", member_name(method->params, i));
    if (method->flags & METHOD_FDS_IN)
        fputs(", descriptors, descriptor_count", out);
    if (method_has_options(method))
        fputs(", options", out);
}

static bool is_payload(const struct method *method, size_t index)
{
    return (method->flags & METHOD_PAYLOAD_IN) && method->params->fields()[index].type == TYPE_BYTES;
}

static void print_params(FILE *out, const struct method *method)
{
    fprintf(out, "    struct %s params = {\n", method->params->name);
    for (size_t i = 0; i < method->params->count; i++) {
        const char *name = member_name(method->params, i);
        switch (param_role(method, i)) {
        case ROLE_ARGUMENT:
            fprintf(out, is_payload(method, i) ? "        .%s = call_inline_bytes(%s),\n" : "        .%s = %s,\n", name, name);
            break;
        case ROLE_OPTION:
            fprintf(out, "        .%s = options->%s,\n", name, name);
            break;
        case ROLE_LIBRARY:
            fprintf(out, "        .%s = TRANSFER_PAYLOAD,\n", name);
            break;
        }
    }
    fputs("    };\n", out);
}

static void print_request(FILE *out, const struct method *method)
{
    fprintf(out, "    struct request request = {.method = METHOD_%s", method->ident);
    if (method->params->count > 0)
        fputs(", .params = &params", out);
    for (size_t i = 0; i < method->params->count; i++)
        if (is_payload(method, i))
            fprintf(out, ", .payload = %s", member_name(method->params, i));
    if (method->flags & METHOD_FDS_IN)
        fputs(", .descriptors = descriptors, .descriptor_count = descriptor_count", out);
    fputs("};\n    return call_start(client, &request);\n", out);
}

static void print_start(FILE *out, const struct method *method)
{
    const char *name = method_c_name(method);
    fprintf(out, "sockd_call sockd_start_%s(", name);
    method_print_parameters(out, method);
    fputs(")\n{\n", out);
    if (method_has_options(method)) {
        fprintf(out, "    static const struct sockd_%s_options defaults = SOCKD_", name);
        print_upper(out, name);
        fputs("_OPTIONS;\n    if (!options)\n        options = &defaults;\n", out);
    }
    if (method->params->count > 0)
        print_params(out, method);
    print_request(out, method);
    fputs("}\n\n", out);
}

static void print_finish(FILE *out, const struct method *method)
{
    const char *name = method_c_name(method);
    const char *result = method->result->count > 0 ? "result" : "NULL";
    fprintf(out, "int sockd_finish_%s(sockd *client, sockd_call call", name);
    if (method->result->count > 0)
        fprintf(out, ", struct sockd_%s *result", method->result->name);
    fprintf(out, ")\n{\n    return call_finish(client, call, METHOD_%s, %s);\n}\n\n", method->ident, result);
}

static void print_run(FILE *out, const struct method *method)
{
    const char *name = method_c_name(method);
    fprintf(out, "int sockd_%s(", name);
    method_print_parameters(out, method);
    if (method->result->count > 0)
        fprintf(out, ", struct sockd_%s *result", method->result->name);
    fprintf(out, ")\n{\n    return sockd_finish_%s(client, sockd_start_%s(", name, name);
    print_arguments(out, method);
    fprintf(out, ")%s);\n}\n\n", method->result->count > 0 ? ", result" : "");
}

void docgen_stubs(FILE *out)
{
    fputs("/* A function a method. Printed by docgen from proto/methods.def; not to be edited. */\n"
          "#include \"call.h\"\n\n"
          "/* clang-format off */\n\n",
          out);
    struct entry entry;
    for (size_t i = 0; table_entry(i, &entry); i++) {
        if (!entry.method)
            continue;
        print_start(out, entry.method);
        print_finish(out, entry.method);
        print_run(out, entry.method);
    }
}
