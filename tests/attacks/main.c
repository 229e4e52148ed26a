/* attacks: holds the list of attacks against the tests: each attack has at least one, and each that is named is there, is run
 * by its suite, and was not left behind when a suite changed. */
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t wrong, attack_count, test_count;

static void complain(const char *what, const char *name)
{
    printf("%s: %s\n", name, what);
    wrong++;
}

static const char *text_of(json_object *object, const char *member)
{
    json_object *value;
    return json_object_object_get_ex(object, member, &value) && json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : "";
}

/* A file's text, or NULL; to be freed. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (file && getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    if (file)
        fclose(file);
    return text;
}

/* The text of tests/FOLDER/suite_NAME.c and so on. */
static char *suite_text(const char *folder, const char *name)
{
    static const char *const prefixes[] = {"suite_", "test_", "proto_", ""};
    char path[4096], *text = NULL;
    for (size_t i = 0; !text && i < sizeof prefixes / sizeof *prefixes; i++) {
        snprintf(path, sizeof path, "%s/%s/%s%s.c", TESTS, folder, prefixes[i], name);
        text = read_text(path);
    }
    return text;
}

/* How often a name stands in a text as a whole word. */
static int count_word(const char *text, const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t size = strlen(word);
    int count = 0;
    for (const char *at = text; (at = strstr(at, word)); at += size)
        count += (at == text || !strchr(letters, at[-1])) && (!at[size] || !strchr(letters, at[size]));
    return count;
}

static void check_test(const char *test)
{
    char folder[64], name[64], word[128], start[160];
    test_count++;
    if (sscanf(test, "%63[^/]/%63[^:]: %127[a-zA-Z0-9_]", folder, name, word) != 3) {
        complain("is not of the form FOLDER/NAME: CASE", test);
        return;
    }
    char *text = suite_text(folder, name);
    snprintf(start, sizeof start, "START_TEST(%s)", word);
    if (!text)
        complain("there is no such suite", test);
    else if (!strstr(text, start))
        complain("there is no such case", test);
    else if (count_word(text, word) < 2)
        complain("the case is not run by its suite", test);
    free(text);
}

static void check_attack(json_object *attack, json_object *known)
{
    json_object *tests;
    const char *id = text_of(attack, "id");
    attack_count++;
    if (!*id || !*text_of(attack, "attack") || !*text_of(attack, "stopped_by"))
        complain("an attack has an id, what is tried, and what stops it", *id ? id : "?");
    if (json_object_object_get_ex(known, id, NULL))
        complain("there are two attacks of this id", id);
    json_object_object_add(known, id, json_object_new_boolean(true));
    if (!json_object_object_get_ex(attack, "tests", &tests) || !json_object_is_type(tests, json_type_array) ||
        json_object_array_length(tests) == 0) {
        complain("no test tries this attack", id);
        return;
    }
    for (size_t i = 0; i < json_object_array_length(tests); i++) {
        json_object *test = json_object_array_get_idx(tests, i);
        check_test(json_object_is_type(test, json_type_string) ? json_object_get_string(test) : "?");
    }
}

static json_object *list_of(json_object *object, const char *member)
{
    json_object *list;
    return json_object_object_get_ex(object, member, &list) && json_object_is_type(list, json_type_array) ? list : NULL;
}

int main(void)
{
    json_object *file = json_object_from_file(ATTACKS), *known = json_object_new_object();
    json_object *groups = list_of(file, "groups");
    if (!groups)
        complain(file ? "has no groups" : json_util_get_last_err(), ATTACKS);
    for (size_t g = 0; groups && g < json_object_array_length(groups); g++) {
        json_object *attacks = list_of(json_object_array_get_idx(groups, g), "attacks");
        if (!attacks)
            complain("a group has no attacks", ATTACKS);
        for (size_t i = 0; attacks && i < json_object_array_length(attacks); i++)
            check_attack(json_object_array_get_idx(attacks, i), known);
    }
    if (attack_count == 0)
        complain("there are no attacks", ATTACKS);
    printf("%zu attacks, %zu tests named, %zu faults\n", attack_count, test_count, wrong);
    json_object_put(known);
    json_object_put(file);
    return wrong ? 1 : 0;
}
