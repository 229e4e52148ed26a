/* Which test shows what: the tests are read as texts, so that no suite needs a register of its own. */
#include <ctype.h>
#include <glob.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "statements.h"

static void proof_add(struct behaviour *behaviour, const char *statement, size_t size, const char *test)
{
    struct proof *more = realloc(behaviour->proofs, (behaviour->proof_count + 1) * sizeof *more);
    if (!more)
        abort();
    behaviour->proofs = more;
    more[behaviour->proof_count++] = (struct proof){strndup(statement, size), strdup(test)};
}

/* "FOLDER/NAME" of a path, without what all names of the folder begin with. */
static void test_name(char *out, size_t size, const char *path, const char *folder, const char *test)
{
    static const char *const prefixes[] = {"suite_", "test_", "proto_"};
    const char *name = strrchr(path, '/') + 1;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            name += strlen(prefixes[i]);
    snprintf(out, size, "%s/%.*s: %s", folder, (int)strcspn(name, "."), name, test);
}

/* ---- scripts ---- */

static void read_case(struct behaviour *behaviour, const char *path, json_object *entry)
{
    char test[400];
    json_object *shows = json_object_object_get(entry, "shows");
    if (shows && !json_object_is_type(shows, json_type_array))
        behaviour_fault(path, json_object_to_json_string(shows));
    test_name(test, sizeof test, path, "differential", json_object_get_string(json_object_object_get(entry, "name")));
    for (size_t i = 0; shows && i < json_object_array_length(shows); i++) {
        const char *id = json_object_get_string(json_object_array_get_idx(shows, i));
        proof_add(behaviour, id, strlen(id), test);
    }
}

static void read_scripts(struct behaviour *behaviour, const char *path)
{
    json_object *file = json_object_from_file(path), *cases = json_object_object_get(file, "cases");
    if (!cases)
        behaviour_fault(path, file ? "it has no cases" : json_util_get_last_err());
    for (size_t i = 0; i < json_object_array_length(cases); i++)
        read_case(behaviour, path, json_object_array_get_idx(cases, i));
    json_object_put(file);
}

/* ---- cases in C ---- */

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!file || getdelim(&text, &size, '\0', file) < 0)
        behaviour_fault(path, "it cannot be read");
    fclose(file);
    return text;
}

/* The comment that ends right above a place: where it begins; NULL: there is none. */
static const char *comment_above(const char *text, const char *place)
{
    while (place > text && isspace((unsigned char)place[-1]))
        place--;
    if (place < text + 2 || strncmp(place - 2, "*/", 2) != 0)
        return NULL;
    for (place -= 2; place > text && strncmp(place, "/*", 2) != 0;)
        place--;
    return place;
}

static void read_names(struct behaviour *behaviour, const char *from, const char *test)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *end = strstr(from, "*/");
    for (from += strcspn(from, letters); from < end; from += strcspn(from, letters)) {
        size_t size = strspn(from, letters);
        proof_add(behaviour, from, size, test);
        from += size;
    }
}

static const char mark[] = "* shows:"; /* where a line of a comment begins so */

/* Where the next list of names begins, up to end; NULL: there is none. */
static const char *next_list(const char *from, const char *text, const char *end)
{
    for (; (from = strstr(from, mark)) && from < end; from++)
        if (from - text >= 2 && (strncmp(from - 2, "\n/", 2) == 0 || strncmp(from - 2, "\n ", 2) == 0))
            return from;
    return NULL;
}

/* The names above a case: whether there are any. */
static bool read_test(struct behaviour *behaviour, const char *text, const char *at, const char *path, const char *folder)
{
    const char *comment = comment_above(text, at), *name = strchr(at, '(') + 1;
    char word[200], test[400];
    const char *list = comment ? next_list(comment, text, at) : NULL;
    if (!list)
        return false;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, ")"), name);
    test_name(test, sizeof test, path, folder, word);
    read_names(behaviour, list + strlen(mark), test);
    return true;
}

static void read_suite(struct behaviour *behaviour, const char *path, const char *folder)
{
    char *text = read_text(path);
    size_t lists = 0;
    for (const char *at = text; (at = strstr(at, "\nSTART_TEST(")); at++)
        lists += read_test(behaviour, text, at + 1, path, folder);
    for (const char *at = text; (at = next_list(at, text, text + strlen(text))); at++)
        lists--;
    if (lists != 0)
        behaviour_fault(path, "a comment with names of statements does not stand right above a case");
    free(text);
}

static void read_suite_of(struct behaviour *behaviour, const char *path)
{
    const char *end = strrchr(path, '/'), *folder = end;
    char name[100];
    while (folder[-1] != '/')
        folder--;
    snprintf(name, sizeof name, "%.*s", (int)(end - folder), folder);
    read_suite(behaviour, path, name);
}

static void each_file(struct behaviour *behaviour, const char *tests, const char *files,
                      void (*read)(struct behaviour *, const char *))
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/%s", tests, files);
    if (glob(pattern, 0, NULL, &found) != 0)
        behaviour_fault(pattern, "there are no tests");
    for (size_t i = 0; i < found.gl_pathc; i++)
        read(behaviour, found.gl_pathv[i]);
    globfree(&found);
}

void proofs_load(struct behaviour *behaviour, const char *tests)
{
    each_file(behaviour, tests, "differential/cases/*.json", read_scripts);
    each_file(behaviour, tests, "*/*.c", read_suite_of);
}
