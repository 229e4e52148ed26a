#include "attack.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char attack_config[] =
    "{ 'listeners': [ {'path': '$/sockd.sock', 'profile': 'owner'},"
    "                 {'path': '$/box.sock', 'mode': '0666', 'profile': 'box'},"
    "                 {'path': '$/other.sock', 'mode': '0666', 'profile': 'other'} ],"
    "  'profiles': {"
    "    'box': { 'rights': ['connect', 'listen', 'io', 'options', 'adopt', 'resolve'],"
    "             'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ], 'listen': [ {'allow': '127.0.0.1'} ] },"
    "    'other': { 'rights': ['connect', 'listen', 'io'],"
    "               'dial': [ {'allow': '127.0.0.1', 'ports': ['1024-65535']} ], 'listen': [ {'allow': '127.0.0.1'} ] } },"
    "  'limits': {'line_seconds': 1, 'reply_seconds': 1} }";

json_object *deny(struct client *c, const char *target, const char *method, const char *params, ...)
{
    static const char *const members[] = {"kind", "operation", "target", "profile"};
    va_list values;
    char *text = NULL;
    va_start(values, params);
    if (params)
        ck_assert_int_ge(vasprintf(&text, params, values), 0);
    for (char *quote = text; quote && (quote = strchr(quote, '\''));)
        *quote = '"';
    va_end(values);
    json_object *data = text ? refuse(c, "denied", method, "%s", text) : refuse(c, "denied", method, NULL);
    free(text);
    json_object_object_foreach(data, name, value)
    {
        bool known = false;
        for (int i = 0; i < COUNT(members); i++)
            known |= strcmp(name, members[i]) == 0;
        ck_assert_msg(known && value, "a denial tells %s: %s", name, json_at(data, ""));
    }
    if (target)
        expect_text(data, "target", target);
    return data;
}

long log_mark(void)
{
    FILE *file = fopen(the_daemon.errors, "r");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    long mark = ftell(file);
    fclose(file);
    return mark;
}

static bool line_has(const char *line, const char *first, va_list more)
{
    bool all = true;
    for (const char *text = first; text && all; text = va_arg(more, const char *))
        all = strstr(line, text) != NULL;
    return all;
}

bool logged(long mark, const char *first, ...)
{
    char line[4096];
    bool found = false;
    for (long end = now_ms() + 2000; !found && now_ms() < end; breathe()) {
        FILE *file = fopen(the_daemon.errors, "r");
        ck_assert_ptr_nonnull(file);
        fseek(file, mark, SEEK_SET);
        while (!found && fgets(line, sizeof line, file)) {
            va_list more;
            va_start(more, first);
            found = line_has(line, first, more);
            va_end(more);
        }
        fclose(file);
    }
    return found;
}
