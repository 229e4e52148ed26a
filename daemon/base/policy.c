/* Policies and layers as objects, and the rights. */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    int right;
} more_rights[] = {
    {"inspect:own", RIGHT_INSPECT},
    {"close:own", RIGHT_CLOSE},
    {"inspect:all", POLICY_RIGHT_INSPECT_ALL},
    {"close:all", POLICY_RIGHT_CLOSE_ALL},
};

int policy_right_find(const char *word, size_t size)
{
    for (int right = RIGHT_NONE + 1; right < RIGHT_COUNT; right++)
        if (strlen(right_names[right]) == size && memcmp(right_names[right], word, size) == 0)
            return right;
    for (size_t i = 0; i < sizeof(more_rights) / sizeof(more_rights[0]); i++)
        if (strlen(more_rights[i].word) == size && memcmp(more_rights[i].word, word, size) == 0)
            return more_rights[i].right;
    return -1;
}

const char *policy_right_name(int right)
{
    if (right < RIGHT_COUNT)
        return right_names[right];
    return right == POLICY_RIGHT_INSPECT_ALL ? "inspect:all" : "close:all";
}

struct policy *policy_new(const char *name)
{
    struct policy *policy = calloc(1, sizeof(*policy));
    if (!policy)
        return NULL;
    policy->references = 1;
    policy->name = strdup(name);
    return policy->name ? policy : policy_unref(policy);
}

struct policy *policy_ref(struct policy *policy)
{
    policy->references++;
    return policy;
}

static void rules_free(struct policy_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        policy_rule_deinit(&rules[i]);
    free(rules);
}

struct policy *policy_unref(struct policy *policy)
{
    if (!policy || --policy->references)
        return NULL;
    rules_free(policy->dial, policy->dial_count);
    rules_free(policy->listen, policy->listen_count);
    free(policy->name);
    free(policy);
    return NULL;
}

/* A small allocation takes as much again for itself. */
static size_t allocated(size_t size)
{
    return size + 2 * sizeof(size_t);
}

static size_t rules_weight(const struct policy_rule *rules, size_t count)
{
    size_t weight = allocated(count * sizeof(*rules));
    for (size_t i = 0; i < count; i++) {
        weight += rules[i].text ? allocated(strlen(rules[i].text) + 1) : 0;
        weight += rules[i].name ? allocated(strlen(rules[i].name) + 1) : 0;
        weight += rules[i].ports ? allocated((rules[i].port_count + 1) * sizeof(*rules[i].ports)) : 0;
    }
    return weight;
}

size_t policy_weight(const struct policy *policy)
{
    return allocated(sizeof(*policy)) + allocated(strlen(policy->name) + 1) + rules_weight(policy->dial, policy->dial_count) +
           rules_weight(policy->listen, policy->listen_count);
}

bool policy_layers_add(struct policy_layers *layers, struct policy *policy)
{
    if (layers->count == POLICY_LAYERS)
        return false;
    layers->items[layers->count++] = policy_ref(policy);
    return true;
}

void policy_layers_deinit(struct policy_layers *layers)
{
    while (layers->count)
        policy_unref(layers->items[--layers->count]);
}
