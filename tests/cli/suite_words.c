/* What the command line takes and refuses before anything is sent; help, schemas and completion. No daemon is needed. */
#include <stdio.h>
#include <unistd.h>

#include "program.h"
#include "suites.h"

static const struct {
    const char *line, *says;
} wrong[] = {
    {"", "a verb is missing"},
    {"nope", "there is no verb \"nope\""},
    {"--nope", "there is no option \"--nope\""},
    {"ping --nope", "there is no option --nope"},
    {"connect", "host: is missing"},
    {"connect x", "port: is missing"},
    {"connect x 65536", "port: must be an integer from 0 to 65535, not \"65536\""},
    {"connect x -1", "port: must be an integer from 0 to 65535"},
    {"connect x 80x", "port: must be an integer"},
    {"connect x 80 port=81", "port: given twice"},
    {"connect x 80 --timeout 1,x", "timeout: must be seconds"},
    {"connect x 80 --timeout -1", "timeout: must be seconds"},
    {"connect x 80 --timeout", "timeout: needs a value"},
    {"connect x 80 --element-type float", "element_type: must be character, unsigned-byte 8"},
    {"connect x 80 --buffered maybe", "buffered: must be default, true or false"},
    {"connect x 80 --external-format {", "external_format: is not a JSON object"},
    {"connect x 80 --lifetime ever", "lifetime: must be session or daemon"},
    {"connect '\xff' 80", "host: must be text in UTF-8"},
    {"socket-connect", "port: is missing"},
    {"read-line 0", "stream: must be a handle"},
    {"read-line 9007199254740992", "stream: must be a handle"},
    {"read-line seven", "stream: must be a handle"},
    {"read-line 7 --limit 16777217", "limit: must be an integer from 0 to 16777216"},
    {"write-char 7 ab", "char: must be one character"},
    {"write-char 7 ''", "char: must be one character"},
    {"write-byte 7 18446744073709551616", "byte: must be an integer from -2^63 to 2^64-1"},
    {"write-byte-sequence 7 abc", "data: must be base64"},
    {"write-line 7 a b c", "timeout: must be seconds"},
    {"status 7:sideways", "sockets: must be HANDLE:DIRECTION, a positive integer with input, output or io, not \"7:sideways\""},
    {"status x:io", "sockets: must be HANDLE:DIRECTION"},
    {"status", "sockets: is missing"},
    {"options 7", "options: is missing"},
    {"options 7 so-linger=x", "options: must be NAME or NAME=VALUE"},
    {"options 7 =5", "options: must be NAME or NAME=VALUE"},
    {"shutdown 7 up", "direction: must be input, output or io"},
    {"close 7 --abort=maybe", "abort: must be true or false"},
    {"make-stream --fds 77", "fds: must be the numbers of one or two open descriptors"},
    {"make-stream --fds 0,1,2", "fds: must be the numbers of one or two open descriptors"},
    {"ls --sort zork", "sort: there is no field \"zork\""},
    {"ls --columns handle,owner.zork", "columns: there is no field \"owner.zork\""},
    {"ls -o yaml", "--output: must be table, wide, json, ndjson, csv, name or cols=PATH,..., not \"yaml\""},
    {"-o '' ls", "--output: must not be empty"},
    {"--columns '' ls", "--columns: must not be empty"},
    {"--timeout soon ls", "timeout: must be seconds"},
    {"ls --limit 0", "limit: must be an integer from 1"},
    {"-o", "-o needs a value"},
    {"--json=loud ls", "--json: must be pretty, short or off, not \"loud\""},
    {"ping -f handle=1", "--filter does not apply here"},
    {"show", "handle: is missing"},
    {"call", "method: is missing"},
    {"call daemon.info {", "params: must be a JSON object or array"},
    {"cat somewhere", "port: is missing"},
    {"schema zork", "what: must be streams"},
    {"introspect zork", "method: there is no method \"zork\""},
    {"help zork", "there is no verb \"zork\""},
    {"completion zsh", "shell: must be bash"},
};

START_TEST(what_is_wrong_is_named)
{
    sockctl_refused(2, wrong[_i].says, "--socket /nonexistent/sockd %s", wrong[_i].line);
}
END_TEST

START_TEST(errors_are_json_where_json_is_wanted)
{
    const struct ended *ended = sockctl("-j connect x 65536");
    ck_assert_int_eq(ended->status, 2);
    json_object *error = value_keep_json(json_tokener_parse(ended->err));
    expect_text(error, "error.name", "usage");
    ended = sockctl("--socket /nonexistent/sockd -j ping");
    ck_assert_int_eq(ended->status, 5);
    expect_text(value_keep_json(json_tokener_parse(ended->err)), "error.name", "system");
}
END_TEST

/* Whether a help text has a line for a parameter: its name, with dashes where it is an option. */
static bool names_parameter(const char *help, const char *name)
{
    char plain[64], option[64];
    snprintf(plain, sizeof plain, "\n  %s ", name);
    snprintf(option, sizeof option, "\n  --%s ", name);
    for (char *c = option; *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c;
    return strstr(help, plain) != NULL || strstr(help, option) != NULL;
}

START_TEST(every_method_has_help)
{
    const struct method *method = &methods[_i];
    const struct ended *ended = sockctl("%s --help", method->name);
    ck_assert_msg(ended->status == 0, "%s", ended->err);
    ck_assert_ptr_nonnull(strstr(ended->out, method->doc));
    for (size_t i = 0; i < method->params->count; i++)
        ck_assert_msg(names_parameter(ended->out, method->params->fields()[i].name), "%s", ended->out);
    ended = sockctl("-j introspect %s", method->name);
    ck_assert_int_eq(ended->status, 0);
    json_object *about = value_keep_json(json_tokener_parse(ended->out));
    expect_text(about, "name", method->name);
    expect_text(about, "right", right_names[method->right]);
    ck_assert_int_eq(json_object_object_length(value_at(about, "params.properties")), (int)method->params->count);
}
END_TEST

START_TEST(help_lists_all_verbs)
{
    const char *text = sockctl_text("help");
    for (int i = 0; i < METHOD_COUNT; i++)
        ck_assert_msg(strstr(text, methods[i].name) != NULL, "%s is missing", methods[i].name);
    ck_assert_ptr_nonnull(strstr(text, "  cat "));
    ck_assert_str_eq(sockctl_text("--version"), "sockctl " SOCKD_VERSION);
    ck_assert_ptr_nonnull(strstr(sockctl_text("help connect"), "usage: sockctl connect HOST PORT [--NAME VALUE...]\n"));
    ck_assert_ptr_nonnull(strstr(sockctl_text("help connect"), "  host                   name or numeric address [text]\n"));
    ck_assert_ptr_nonnull(strstr(sockctl_text("help show"), "usage: sockctl show HANDLE...\n"));
    ck_assert_ptr_nonnull(
        strstr(sockctl_text("help policy"), "usage: sockctl policy ACTION [TARGET] [PORT] [--NAME VALUE...]\n"));
    ck_assert_ptr_nonnull(strstr(sockctl_text("help call"), "JSON object or array [text, or - for standard input]"));
}
END_TEST

START_TEST(schema_has_a_description_for_every_field)
{
    json_object *schema = value_keep_json(json_tokener_parse(sockctl_text("schema")));
    expect_text(schema, "title", "sockd.streams/1");
    json_object *fields = value_at(schema, "properties.items.items.properties");
    for (size_t i = 0; i < record_handle_info.count; i++) {
        json_object *field = json_object_object_get(fields, record_handle_info.fields()[i].name);
        ck_assert_msg(field != NULL && has(field, "description"), "%s", record_handle_info.fields()[i].name);
    }
    expect_text(fields, "age_ms.unit", "milliseconds");
    expect_text(fields, "bytes_out.unit", "bytes");
}
END_TEST

START_TEST(completion_is_a_script_that_bash_takes)
{
    const struct ended *ended = sockctl("completion bash");
    ck_assert_int_eq(ended->status, 0);
    char path[200];
    snprintf(path, sizeof path, "/tmp/sockctl-completion-%d", (int)getpid());
    FILE *file = fopen(path, "w");
    fwrite(ended->out, 1, ended->out_size, file);
    fprintf(file,
            "\ntry() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _sockctl; echo \"${COMPREPLY[*]}\"; }\n"
            "try sockctl socket-serv\ntry sockctl -j close --ab\ntry sockctl connect h 1 --lifetime ''\ntry sockctl -o nd\n");
    fclose(file);
    ended = program_run("/bin/bash --norc %s", path);
    remove(path);
    ck_assert_str_eq(ended->err, "");
    ck_assert_str_eq(
        ended->out,
        "socket-server socket-server-close socket-server-host socket-server-port\n--abort\nsession daemon\nndjson\n");
}
END_TEST

static const struct test_case cases[] = {
    {&what_is_wrong_is_named, NULL, COUNT(wrong)},
    {&errors_are_json_where_json_is_wanted, NULL, 0},
    {&every_method_has_help, NULL, METHOD_COUNT},
    {&help_lists_all_verbs, NULL, 0},
    {&schema_has_a_description_for_every_field, NULL, 0},
    {&completion_is_a_script_that_bash_takes, NULL, 0},
    {0},
};

const struct suite suite_words = {.name = "words", .cases = cases, .alone = true};
