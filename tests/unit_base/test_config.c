#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "fixture.h"

static char reason[CONFIG_REASON];

static struct config *read_text(const char *text, const char *socket)
{
    reason[0] = 0;
    return config_read("f.json", text, strlen(text), socket, reason, sizeof(reason));
}

#define LISTENERS "\"listeners\": [{\"path\": \"/run/a\", \"profile\": \"owner\"}]"

static const char example[] =
    "{ \"listeners\": [ {\"path\": \"/run/sockd/sockd.sock\", \"mode\": \"0660\", \"group\": \"sockd\", \"profile\": \"owner\"},\n"
    "                 {\"path\": \"/run/sockd/p/web.sock\", \"mode\": \"0666\", \"profile\": \"web\"} ], // who may come\n"
    "  /* what\n they may */\n"
    "  \"profiles\": { \"web\": { \"rights\": [\"resolve\", \"connect\", \"listen\", \"io\"], \"mode\": \"enforce\",\n"
    "     \"dial\":   [ {\"allow\": \"*.Example.com.\", \"ports\": [443, \"8000-8099\"]}, {\"allow\": \"127.0.0.1\", \"ports\": [8080]},"
    " {\"deny\": \"10.0.0.0/8\", \"name\": \"inside // not a comment\"} ],\n"
    "     \"listen\": [ {\"allow\": \"127.0.0.1\", \"ports\": [\"9000-9010\"]} ],\n"
    "     \"limits\": {\"sessions\": 16, \"handles\": 64, \"calls\": 64, \"buffered\": 4194304}, \"revoke\": \"close\" } },\n"
    "  \"limits\": {}, \"nat64\": [\"64:ff9b:1::/96\"] }\n";

START_TEST(whole)
{
    struct config *config = read_text(example, NULL);
    ck_assert_msg(config, "%s", reason);
    ck_assert_uint_eq(config->listener_count, 2);
    ck_assert_str_eq(config->listeners[0].path, "/run/sockd/sockd.sock");
    ck_assert_int_eq(config->listeners[0].mode, 0660);
    ck_assert_str_eq(config->listeners[0].group, "sockd");
    ck_assert_ptr_null(config->listeners[1].group);
    ck_assert_int_eq(config->listeners[1].line, 2);
    const struct config_profile *web = config_profile_find(config, "web", 3), *owner = config_profile_find(config, "owner", 5);
    ck_assert_ptr_nonnull(web);
    ck_assert_ptr_nonnull(owner);
    ck_assert_ptr_null(config_profile_find(config, "we", 2));
    ck_assert(owner->policy->unrestricted && !web->policy->unrestricted);
    ck_assert_uint_eq(owner->policy->rights, POLICY_EVERY_RIGHT);
    ck_assert_uint_eq(web->policy->rights, 1u << RIGHT_RESOLVE | 1u << RIGHT_CONNECT | 1u << RIGHT_LISTEN | 1u << RIGHT_IO |
                                               1u << RIGHT_INSPECT | 1u << RIGHT_CLOSE); /* io brings these */
    ck_assert_int_eq(web->revoke, CONFIG_CLOSE);
    ck_assert_int_eq(web->principal.sessions, 16);
    ck_assert_int_eq(web->principal.buffered, 4194304);
    ck_assert_int_eq(web->principal.waiters, 16384);
    ck_assert_int_eq(web->session.handles, 64);
    ck_assert_int_eq(web->session.calls, 1024);
    char text[POLICY_RULE_TEXT];
    ck_assert_uint_eq(web->policy->dial_count, 3);
    policy_rule_text(&web->policy->dial[0], text);
    ck_assert_str_eq(text, "allow *.example.com 443,8000-8099");
    policy_rule_text(&web->policy->dial[2], text);
    ck_assert_str_eq(text, "deny 10.0.0.0/8 (inside // not a comment)");
    ck_assert_uint_eq(web->policy->listen_count, 1);
    ck_assert_uint_eq(config->nat64_count, 1);
    ck_assert_int_eq(config->limits.line, 1048576);
    ck_assert_int_eq(config->limits.nesting, 16);
    ck_assert_int_eq(config->limits.values, 4096);
    ck_assert_int_eq(config->limits.payload, 16777216);
    ck_assert_int_eq(config->limits.batch, 64);
    ck_assert_int_eq(config->limits.fds, 253);
    ck_assert_int_eq(config->limits.calls, 1024);
    ck_assert_int_eq(config->limits.line_seconds, 10);
    ck_assert_int_eq(config->resolver_threads, 8);
    config_free(config);
}
END_TEST

START_TEST(lone_socket)
{
    struct config *config = config_load(NULL, "/run/x.sock", reason, sizeof(reason));
    ck_assert_msg(config, "%s", reason);
    ck_assert_uint_eq(config->listener_count, 1);
    ck_assert_str_eq(config->listeners[0].path, "/run/x.sock");
    ck_assert_int_eq(config->listeners[0].mode, 0600);
    ck_assert_str_eq(config->listeners[0].profile, "owner");
    ck_assert_int_eq(config->limits.values, 4096);
    config_free(config);
    config =
        read_text("{\"limits\": {\"calls\": 7}, \"profiles\": {\"owner\": {\"limits\": {\"handles\": 9}}}}", "/run/x.sock");
    ck_assert_msg(config, "%s", reason);
    ck_assert_int_eq(config->profiles[0].principal.handles, 9);
    ck_assert_int_eq(config->profiles[0].session.calls, 7);
    ck_assert(config->profiles[0].policy->unrestricted);
    config_free(config);
}
END_TEST

static const struct {
    const char *text, *reason;
} bad[] = {
    {"", "f.json:1: (top): the text ends too soon"},
    {"[]", "f.json:1: (top): wants an object"},
    {"{}", "f.json:1: listeners: is missing, and --socket is not given"},
    {"{\n\"listeners\": []}", "f.json:2: listeners: is empty, and --socket is not given"},
    {"{\n\n/* no end", "f.json:3: (top): a comment that does not end"},
    {"{/*/}", "f.json:1: (top): a comment that does not end"},
    {"{\n" LISTENERS ",\n}", "f.json:3: (top): no name of a member where there must be one"},
    {"{" LISTENERS ", \"limits\": {\"line\": 1000,\n\"calls\": }}", "f.json:2: limits.calls: no value where there must be one"},
    {"{" LISTENERS ", \"limits\": {\"line\": 1000,\n\"calls\": 01}}",
     "f.json:2: limits.calls: no comma where there must be one"},
    {"{" LISTENERS ",\n \"limits\": {\"line\": 1000,\n\"line\": 1000}}", "f.json:3: limits.line: two members of the same name"},
    {"{" LISTENERS ",\n\"listeners\": []}", "f.json:2: listeners: two members of the same name"},
    {"{" LISTENERS ",\n\"colour\": 1}", "f.json:2: colour: there is no such key"},
    {"{" LISTENERS ",\n\"co\\nlour\": 1}", "f.json:2: co\\nlour: there is no such key"},
    {"{\"listeners\": [\n{\"path\": \"/a\", \"profile\": \"owner\", \"mod\": 1}]}",
     "f.json:2: listeners[0].mod: there is no such key"},
    {"{\"listeners\": {}}", "f.json:1: listeners: wants an array of objects"},
    {"{\"listeners\": [1]}", "f.json:1: listeners[0]: wants an object"},
    {"{\"listeners\": [{\"profile\": \"owner\"}]}", "f.json:1: listeners[0].path: is missing"},
    {"{\"listeners\": [{\"path\": \"/a\"}]}", "f.json:1: listeners[0].profile: is missing"},
    {"{\"listeners\": [{\"path\": \"a\", \"profile\": \"owner\"}]}",
     "f.json:1: listeners[0].path: wants a path that begins with /"},
    {"{\"listeners\": [{\"path\": \"/a/\", \"profile\": \"owner\"}]}", "f.json:1: listeners[0].path: is a directory's path"},
    {"{\"listeners\": [{\"path\": \"\", \"profile\": \"owner\"}]}", "f.json:1: listeners[0].path: is empty"},
    {"{\"listeners\": [{\"path\": \"/a\\u0000b\", \"profile\": \"owner\"}]}", "f.json:1: listeners[0].path: has a NUL in it"},
    {"{\"listeners\": [{\"path\": 3, \"profile\": \"owner\"}]}", "f.json:1: listeners[0].path: wants a text"},
    {"{\"listeners\": [{\"path\": \"/a\", \"mode\": 660, \"profile\": \"owner\"}]}",
     "f.json:1: listeners[0].mode: wants a mode in octal digits, as in \"0660\""},
    {"{\"listeners\": [{\"path\": \"/a\", \"mode\": \"0680\", \"profile\": \"owner\"}]}",
     "f.json:1: listeners[0].mode: wants a mode in octal digits, as in \"0660\""},
    {"{\"listeners\": [{\"path\": \"/a\", \"mode\": \"4755\", \"profile\": \"owner\"}]}",
     "f.json:1: listeners[0].mode: wants a mode in octal digits, as in \"0660\""},
    {"{\"listeners\": [\n{\"path\": \"/a\",\n\"profile\": \"webb\"}]}",
     "f.json:3: listeners[0].profile: there is no profile \"webb\""},
    {"{\"listeners\": [{\"path\": \"/a\", \"profile\": \"owner\"},\n {\"path\": \"/a\", \"profile\": \"owner\"}]}",
     "f.json:2: listeners[1].path: listeners[0] has the same path"},
    {"{" LISTENERS ", \"limits\": []}", "f.json:1: limits: wants an object"},
    {"{" LISTENERS ", \"limits\": {\"line\": \"1\"}}", "f.json:1: limits.line: wants an integer from 256 to 67108864 bytes"},
    {"{" LISTENERS ", \"limits\": {\"line\": 255}}", "f.json:1: limits.line: wants an integer from 256 to 67108864 bytes"},
    {"{" LISTENERS ", \"limits\": {\"line\": 1000.5}}", "f.json:1: limits.line: wants an integer from 256 to 67108864 bytes"},
    {"{" LISTENERS ", \"limits\": {\"fds\": 254}}", "f.json:1: limits.fds: wants an integer from 0 to 253 descriptors"},
    {"{" LISTENERS ", \"limits\": {\"fds\": -1}}", "f.json:1: limits.fds: wants an integer from 0 to 253 descriptors"},
    {"{" LISTENERS ", \"limits\": {\"fds\": null}}", "f.json:1: limits.fds: wants an integer from 0 to 253 descriptors"},
    {"{" LISTENERS ", \"limits\": {\"nesting\": 65}}",
     "f.json:1: limits.nesting: wants an integer from 4 to 64 objects and arrays"},
    {"{" LISTENERS ", \"resolver_threads\": 0}", "f.json:1: resolver_threads: wants an integer from 1 to 256 threads"},
    {"{" LISTENERS ", \"profiles\": []}", "f.json:1: profiles: wants an object"},
    {"{" LISTENERS ", \"profiles\": {\"a b\": {}}}",
     "f.json:1: profiles.a b: a profile's name has 1 to 64 letters, digits, dots, hyphens and underscores"},
    {"{" LISTENERS ", \"profiles\": {\"\": {}}}",
     "f.json:1: profiles.: a profile's name has 1 to 64 letters, digits, dots, hyphens and underscores"},
    {"{" LISTENERS ", \"profiles\": {\"owner\": {\"rights\": []}}}", "f.json:1: profiles.owner.rights: there is no such key"},
    {"{" LISTENERS ", \"profiles\": {\"web\": 1}}", "f.json:1: profiles.web: wants an object"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"mode\": \"off\"}}}",
     "f.json:1: profiles.web.mode: wants \"enforce\" or \"report\""},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"revoke\": true}}}",
     "f.json:1: profiles.web.revoke: wants \"keep\" or \"close\""},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"rights\": \"io\"}}}", "f.json:1: profiles.web.rights: wants an array"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"rights\": [\"io\",\n \"fly\"]}}}",
     "f.json:2: profiles.web.rights[1]: no right is called \"fly\"; there are resolve reverse connect listen io options export adopt "
     "share pool inspect close admin inspect:all close:all"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"rights\": [\"none\"]}}}",
     "f.json:1: profiles.web.rights[0]: no right is called \"none\"; there are resolve reverse connect listen io options export adopt "
     "share pool inspect close admin inspect:all close:all"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"ports\": [1]}]}}}",
     "f.json:1: profiles.web.dial[0]: a rule has either allow or deny"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\", \"deny\": \"a\"}]}}}",
     "f.json:1: profiles.web.dial[0].deny: a rule has either allow or deny"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"listen\": [{\"allow\": \"*\"},\n{\"deny\": \"inside.example.org\"}]}}}",
     "f.json:2: profiles.web.listen[1].deny: servers listen at addresses: wants an address, a network or *"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"listen\": [{\"allow\": \"*.example.org\"}]}}}",
     "f.json:1: profiles.web.listen[0].allow: servers listen at addresses: wants an address, a network or *"},
    {"{" LISTENERS
     ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\"},{\"allow\": \"a\"},\n{\"allow\": \"a\", \"ports\": [0]}]}}}",
     "f.json:2: profiles.web.dial[2].ports[0]: wants a port from 1 to 65535, or a range like \"8000-8099\""},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\", \"ports\": 80}]}}}",
     "f.json:1: profiles.web.dial[0].ports: wants an array"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\", \"ports\": []}]}}}",
     "f.json:1: profiles.web.dial[0].ports: is empty; without it the rule is about every port"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\", \"ports\": [\"9-8\"]}]}}}",
     "f.json:1: profiles.web.dial[0].ports[0]: wants a port from 1 to 65535, or a range like \"8000-8099\""},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\", \"ports\": [\"1-65536\"]}]}}}",
     "f.json:1: profiles.web.dial[0].ports[0]: wants a port from 1 to 65535, or a range like \"8000-8099\""},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a\", \"port\": 80}]}}}",
     "f.json:1: profiles.web.dial[0].port: there is no such key"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"10.0.0.1/8\"}]}}}",
     "f.json:1: profiles.web.dial[0].allow: has bits beyond its length that are not 0"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"10.0.0.0/33\"}]}}}",
     "f.json:1: profiles.web.dial[0].allow: has no valid length behind its slash"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"127.1\"}]}}}",
     "f.json:1: profiles.web.dial[0].allow: is neither a name nor an address in its usual form"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"a*.example.com\"}]}}}",
     "f.json:1: profiles.web.dial[0].allow: has a character that no host name has"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"[::1]\"}]}}}",
     "f.json:1: profiles.web.dial[0].allow: is not an address, or a network like 10.0.0.0/8"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"dial\": [{\"allow\": \"*.\"}]}}}",
     "f.json:1: profiles.web.dial[0].allow: has a character that no host name has"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"limits\": {\"handles\": -1}}}}",
     "f.json:1: profiles.web.limits.handles: wants an integer from 0 to 1073741824 handles"},
    {"{" LISTENERS ", \"profiles\": {\"web\": {\"session\": {\"sessions\": 1}}}}",
     "f.json:1: profiles.web.session.sessions: there is no such key"},
    {"{" LISTENERS ", \"nat64\": [\"64:ff9b:1::/95\"]}",
     "f.json:1: nat64[0]: wants an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits"},
    {"{" LISTENERS ", \"nat64\": [\"10.0.0.0/8\"]}",
     "f.json:1: nat64[0]: wants an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits"},
    {"{" LISTENERS ", \"nat64\": \"64:ff9b:1::/96\"}", "f.json:1: nat64: wants an array"},
    {"{\"a\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", "f.json:1: (top): more than 16 objects and arrays within each other"},
    {"{" LISTENERS "} {}", "f.json:1: (top): bytes behind the value"},
    {"{" LISTENERS ", \"limits\": {\"line\": 1e3}}", "f.json:1: limits.line: wants an integer from 256 to 67108864 bytes"},
    {"{" LISTENERS ", \"limits\": {\"line\": 99999999999999999999999}}",
     "f.json:1: limits.line: wants an integer from 256 to 67108864 bytes"},
};

START_TEST(refused)
{
    struct config *config = read_text(bad[_i].text, NULL);
    ck_assert_msg(!config, "%s", bad[_i].text);
    ck_assert_str_eq(reason, bad[_i].reason);
    ck_assert_ptr_null(strchr(reason, '\n'));
}
END_TEST

START_TEST(both)
{
    ck_assert_ptr_null(read_text("{\n" LISTENERS "}", "/run/x.sock"));
    ck_assert_str_eq(reason, "f.json:2: listeners: --socket is given too; one of them has to go");
}
END_TEST

/* A text cut off anywhere is an error with a line, never more than that. */
START_TEST(truncated)
{
    size_t size = strlen(example) - 2; /* without the last brace */
    for (size_t i = 0; i <= size; i++) {
        char *text = malloc(i + 1);
        memcpy(text, example, i);
        struct config *config = config_read("f.json", text, i, NULL, reason, sizeof(reason));
        free(text);
        ck_assert_ptr_null(config);
        ck_assert_int_eq(strncmp(reason, "f.json:", 7), 0);
    }
}
END_TEST

/* Any byte may be another one. */
START_TEST(mutated)
{
    unsigned seed = 11;
    size_t size = strlen(example);
    for (int i = 0; i < 5000; i++) {
        char text[sizeof(example)];
        memcpy(text, example, sizeof(example));
        for (int k = rand_r(&seed) % 3; k >= 0; k--)
            text[(size_t)rand_r(&seed) % size] = "\"\\{}[],:/* \n0a\177\377"[rand_r(&seed) % 16];
        reason[0] = 0;
        struct config *config = config_read("f.json", text, size, NULL, reason, sizeof(reason));
        ck_assert(config || strncmp(reason, "f.json:", 7) == 0);
        config_free(config);
    }
}
END_TEST

START_TEST(small_reason)
{
    for (size_t room = 1; room < 80; room++) {
        char *small = malloc(room);
        const char *text = bad[10].text;
        ck_assert_ptr_null(config_read("f.json", text, strlen(text), NULL, small, room));
        ck_assert_uint_lt(strnlen(small, room), room);
        free(small);
    }
}
END_TEST

static void write_file(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "w");
    fwrite(text, 1, size, file);
    fclose(file);
}

START_TEST(files)
{
    char directory[64], path[96], expected[200];
    scratch_make(directory);
    snprintf(path, sizeof(path), "%s/c.json", directory);
    ck_assert_ptr_null(config_load(path, NULL, reason, sizeof(reason)));
    snprintf(expected, sizeof(expected), "%s: No such file or directory", path);
    ck_assert_str_eq(reason, expected);
    ck_assert_ptr_null(config_load(directory, NULL, reason, sizeof(reason)));
    snprintf(expected, sizeof(expected), "%s: is no regular file", directory);
    ck_assert_str_eq(reason, expected);
    write_file(path, example, strlen(example));
    struct config *config = config_load(path, NULL, reason, sizeof(reason));
    ck_assert_msg(config, "%s", reason);
    ck_assert_str_eq(config->file, path);
    config_free(config);

    size_t size = ((size_t)1 << 20) + 1;
    char *large = malloc(size);
    memset(large, ' ', size);
    write_file(path, large, size);
    free(large);
    ck_assert_ptr_null(config_load(path, NULL, reason, sizeof(reason)));
    snprintf(expected, sizeof(expected), "%s: is larger than 1 MiB", path);
    ck_assert_str_eq(reason, expected);
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_ptr_null(config_load(path, NULL, reason, sizeof(reason)));
    scratch_remove(directory);
}
END_TEST

START_TEST(large)
{
    size_t room = 1 << 20, used = 0;
    char *text = malloc(room);
    used += (size_t)snprintf(text, room, "{" LISTENERS ", \"profiles\": {\"p\": {\"dial\": [");
    for (int i = 0; i < 10000; i++)
        used += (size_t)snprintf(text + used, room - used, "%s{\"allow\": \"h%d.example.com\", \"ports\": [1, 2, \"3-9\"]}",
                                 i ? "," : "", i);
    used += (size_t)snprintf(text + used, room - used, "]}}}");
    struct config *config = config_read("f.json", text, used, NULL, reason, sizeof(reason));
    free(text);
    ck_assert_msg(config, "%s", reason);
    ck_assert_uint_eq(config_profile_find(config, "p", 1)->policy->dial_count, 10000);
    config_free(config);
}
END_TEST

START_TEST(session_rules)
{
    const char *text = "{\"rights\": [\"io\", \"inspect:all\"], \"limits\": {\"handles\": 3}, \"session\": {\"calls\": 2}}";
    struct config_profile *rules = config_rules_read("session 4", text, strlen(text), reason, sizeof(reason));
    ck_assert_msg(rules, "%s", reason);
    ck_assert_uint_eq(rules->policy->rights,
                      1u << RIGHT_IO | 1u << RIGHT_CLOSE | 1u << RIGHT_INSPECT | 1u << POLICY_RIGHT_INSPECT_ALL);
    ck_assert_int_eq(rules->principal.handles, 3);
    ck_assert_int_eq(rules->principal.sessions, CONFIG_UNSET);
    ck_assert_int_eq(rules->session.calls, 2);
    ck_assert_int_eq(rules->session.handles, CONFIG_UNSET);
    config_rules_free(rules);
    text = "{\"dial\": [{\"allow\": \"a\", \"ports\": [\"x\"]}]}";
    ck_assert_ptr_null(config_rules_read("r", text, strlen(text), reason, sizeof(reason)));
    ck_assert_str_eq(reason, "dial[0].ports[0]: wants a port from 1 to 65535, or a range like \"8000-8099\"");
    ck_assert_ptr_null(config_rules_read("r", "{\"dial\": 1}", 11, reason, sizeof(reason)));
    ck_assert_str_eq(reason, "dial: wants an array of objects");
}
END_TEST

/* The policy outlives the configuration that it came from. */
START_TEST(policy_outlives)
{
    struct config *config = read_text(example, NULL);
    struct policy *policy = policy_ref(config_profile_find(config, "web", 3)->policy);
    config_free(config);
    ck_assert_str_eq(policy->name, "web");
    ck_assert_ptr_null(policy_unref(policy));
}
END_TEST

START_TEST(reference)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    config_reference(out);
    fclose(out);
    static const char *const rows[] = {
        "| `listeners[].path` | text: an absolute path | bytes | required | yes |",
        "| `listeners[].mode` | text: an octal mode |  | `\"0600\"` | no |",
        "| `profiles.NAME.dial[].ports` | array of integers and texts |  | any port; of a listen rule any from 1024 | yes |",
        "| `profiles.NAME.mode` | text: `\"enforce\"` or `\"report\"` |  | `\"enforce\"` | yes |",
        "| `profiles.NAME.limits.handles` | integer, 0 to 1073741824 | handles | `32768` | yes |",
        "| `limits.line` | integer, 256 to 67108864 | bytes | `1048576` | yes |",
        "| `resolver_threads` | integer, 1 to 256 | threads | `8` | no |",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(strstr(text, rows[i]), "%s", rows[i]);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *tcase = fixture_case(suite, "config", 60);
    tcase_add_test(tcase, whole);
    tcase_add_test(tcase, lone_socket);
    tcase_add_loop_test(tcase, refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tcase, both);
    tcase_add_test(tcase, truncated);
    tcase_add_test(tcase, mutated);
    tcase_add_test(tcase, small_reason);
    tcase_add_test(tcase, files);
    tcase_add_test(tcase, large);
    tcase_add_test(tcase, session_rules);
    tcase_add_test(tcase, policy_outlives);
    tcase_add_test(tcase, reference);
    return fixture_run(suite);
}
