#include "statements.h"

#include <glob.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void behaviour_fault(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    exit(2);
}

static const char *text_of(const char *file, json_object *object, const char *name)
{
    json_object *value;
    if (!json_object_object_get_ex(object, name, &value) || !json_object_is_type(value, json_type_string))
        behaviour_fault(file, json_object_to_json_string(object));
    return json_object_get_string(value);
}

static json_object *list_of(const char *file, json_object *object, const char *name)
{
    json_object *value;
    if (!json_object_object_get_ex(object, name, &value) || !json_object_is_type(value, json_type_array))
        behaviour_fault(file, json_object_to_json_string(object));
    return value;
}

static void read_statement(const char *file, struct statement *statement, json_object *source)
{
    json_object *of = list_of(file, source, "of");
    size_t count = json_object_array_length(of);
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = json_object_get_string(json_object_array_get_idx(of, i));
    *statement = (struct statement){text_of(file, source, "id"), text_of(file, source, "text"), names};
}

static void read_topic(struct topic *topic, const char *file)
{
    json_object *source = json_object_from_file(file);
    if (!source)
        behaviour_fault(file, json_util_get_last_err());
    json_object *list = list_of(file, source, "statements");
    *topic = (struct topic){.file = strdup(file),
                            .source = source,
                            .title = text_of(file, source, "title"),
                            .about = text_of(file, source, "about"),
                            .order = json_object_get_int(json_object_object_get(source, "order")),
                            .count = json_object_array_length(list)};
    topic->statements = calloc(topic->count, sizeof *topic->statements);
    for (size_t i = 0; i < topic->count; i++)
        read_statement(file, &topic->statements[i], json_object_array_get_idx(list, i));
}

static int compare_topics(const void *a, const void *b)
{
    const struct topic *one = a, *other = b;
    return one->order != other->order ? (one->order > other->order) - (one->order < other->order)
                                      : strcmp(one->file, other->file);
}

static int compare_proofs(const void *a, const void *b)
{
    const struct proof *one = a, *other = b;
    int order = strcmp(one->statement, other->statement);
    return order ? order : strcmp(one->test, other->test);
}

void behaviour_load(struct behaviour *behaviour, const char *tests)
{
    char pattern[4096];
    glob_t found;
    *behaviour = (struct behaviour){0};
    snprintf(pattern, sizeof pattern, "%s/behaviour/statements/*.json", tests);
    if (glob(pattern, 0, NULL, &found) != 0)
        behaviour_fault(pattern, "there are no statements");
    behaviour->topic_count = found.gl_pathc;
    behaviour->topics = calloc(found.gl_pathc, sizeof *behaviour->topics);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_topic(&behaviour->topics[i], found.gl_pathv[i]);
    globfree(&found);
    qsort(behaviour->topics, behaviour->topic_count, sizeof *behaviour->topics, compare_topics);
    proofs_load(behaviour, tests);
    qsort(behaviour->proofs, behaviour->proof_count, sizeof *behaviour->proofs, compare_proofs);
}

static void topic_deinit(struct topic *topic)
{
    for (size_t i = 0; i < topic->count; i++)
        free(topic->statements[i].of);
    free(topic->statements);
    free(topic->file);
    json_object_put(topic->source);
}

void behaviour_deinit(struct behaviour *behaviour)
{
    for (size_t i = 0; i < behaviour->topic_count; i++)
        topic_deinit(&behaviour->topics[i]);
    for (size_t i = 0; i < behaviour->proof_count; i++) {
        free(behaviour->proofs[i].statement);
        free(behaviour->proofs[i].test);
    }
    free(behaviour->topics);
    free(behaviour->proofs);
}

const struct proof *behaviour_proofs(const struct behaviour *behaviour, const char *id, size_t *count)
{
    const struct proof *first = NULL;
    *count = 0;
    for (size_t i = 0; i < behaviour->proof_count; i++)
        if (strcmp(behaviour->proofs[i].statement, id) == 0) {
            first = first ? first : &behaviour->proofs[i];
            ++*count;
        }
    return first;
}

const struct statement *behaviour_find(const struct behaviour *behaviour, const char *id)
{
    for (size_t t = 0; t < behaviour->topic_count; t++)
        for (size_t i = 0; i < behaviour->topics[t].count; i++)
            if (strcmp(behaviour->topics[t].statements[i].id, id) == 0)
                return &behaviour->topics[t].statements[i];
    return NULL;
}

bool statement_is_of(const struct statement *statement, const char *method)
{
    for (const char *const *of = statement->of; *of; of++)
        if (strcmp(*of, method) == 0)
            return true;
    return false;
}
