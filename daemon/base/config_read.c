/* The generic part: which keys there are, how deep one is, and what is missing. */
#include "config_read.h"

#include <stdlib.h>
#include <string.h>

static config_reader read_nested, read_list;

static config_reader *const readers[] = {
    [CONFIG_INTEGER] = config_read_integer, [CONFIG_MODE] = config_read_mode,
    [CONFIG_WORD] = config_read_word,       [CONFIG_TEXT] = config_read_text,
    [CONFIG_PATH] = config_read_path,       [CONFIG_RIGHTS] = config_read_rights,
    [CONFIG_TARGET] = config_read_target,   [CONFIG_PORTS] = config_read_ports,
    [CONFIG_OBJECT] = read_nested,          [CONFIG_LIST] = read_list,
    [CONFIG_NAT64] = config_read_nat64,
};

static bool read_nested(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    return config_read_object(source, token, key->table, (char *)out + key->offset);
}

/* A rule about a name would be about no server at all: what it denies would be allowed. */
static bool check_listen(struct config_source *source, uint32_t token, const struct policy_rule *rule)
{
    const char *member = rule->allow ? "allow" : "deny";
    if (rule->target == TARGET_ANY || rule->target == TARGET_NETWORK)
        return true;
    config_source_enter(source, member, strlen(member));
    return config_source_fail(source, scan_member(&source->scan, token, member),
                              "servers listen at addresses: wants an address, a network or *");
}

static bool check_rule(struct config_source *source, uint32_t token, const struct config_key *key, const void *element)
{
    if (key->table != &config_rule_table)
        return true;
    const struct config_rule *rule = element;
    if (!rule->targets)
        return config_source_fail(source, token, "a rule has either allow or deny");
    return strcmp(key->name, "listen") != 0 || check_listen(source, token, &rule->rule);
}

static bool read_list(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    const struct token *tokens = source->scan.tokens;
    if (tokens[token].type != TOKEN_ARRAY)
        return config_source_fail(source, token, "wants an array of objects");
    size_t index = 0;
    for (uint32_t element = token + 1; element < tokens[token].next; element = tokens[element].next) {
        size_t mark = config_source_enter_index(source, index++);
        void *item = key->add(out);
        if (!item)
            return config_source_fail(source, element, "no memory");
        if (!config_read_object(source, element, key->table, item) || !check_rule(source, element, key, item))
            return false;
        config_source_leave(source, mark);
    }
    return true;
}

static const struct config_key *find_key(const struct config_source *source, const struct config_table *table, uint32_t name)
{
    for (size_t i = 0; i < table->count; i++)
        if (scan_is(&source->scan, name, table->keys[i].name))
            return &table->keys[i];
    return NULL;
}

/* A default is read like a value: from its JSON text, in a source of its own. */
static bool apply_fallback(struct config_source *source, const struct config_key *key, void *out)
{
    struct config_source text;
    bool good = config_source_init(&text, source->file, key->fallback, strlen(key->fallback), source->reason, source->room) &&
                readers[key->type](&text, 0, key, out);
    source->failed |= !good;
    config_source_deinit(&text);
    return good;
}

static bool apply_absent(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    if (key->fallback)
        return key->type == CONFIG_MAP || apply_fallback(source, key, out);
    if (key->unset) {
        if (key->type == CONFIG_INTEGER)
            *(int64_t *)((char *)out + key->offset) = CONFIG_UNSET;
        return true;
    }
    size_t mark = config_source_enter(source, key->name, strlen(key->name));
    config_source_fail(source, token, "is missing");
    config_source_leave(source, mark);
    return false;
}

bool config_read_object(struct config_source *source, uint32_t token, const struct config_table *table, void *out)
{
    const struct token *tokens = source->scan.tokens;
    uint64_t seen = 0;
    if (tokens[token].type != TOKEN_OBJECT)
        return config_source_fail(source, token, "wants an object");
    for (uint32_t name = token + 1; name < tokens[token].next; name = tokens[name + 1].next) {
        const struct config_key *key = find_key(source, table, name);
        size_t mark =
            config_source_enter(source, source->scan.text + tokens[name].start, tokens[name].end - tokens[name].start);
        if (!key)
            return config_source_fail(source, name, "there is no such key");
        seen |= UINT64_C(1) << (key - table->keys);
        if (key->type != CONFIG_MAP && !readers[key->type](source, name + 1, key, out))
            return false;
        config_source_leave(source, mark);
    }
    for (size_t i = 0; i < table->count; i++)
        if (!(seen >> i & 1) && !apply_absent(source, token, &table->keys[i], out))
            return false;
    return true;
}

/* ---- drafts ---- */

static struct policy_rule *take_rules(struct config_rule *from, size_t count)
{
    struct policy_rule *rules = calloc(count + 1, sizeof(*rules));
    for (size_t i = 0; rules && i < count; i++) {
        rules[i] = from[i].rule;
        from[i].rule = (struct policy_rule){0};
    }
    return rules;
}

struct policy *config_draft_policy(struct config_profile_draft *draft, const char *name)
{
    struct policy *policy = policy_new(name);
    if (!policy)
        return NULL;
    policy->mode = (enum policy_mode)draft->mode;
    policy->rights = draft->rights;
    policy->dial = take_rules(draft->dial, draft->dial_count);
    policy->dial_count = policy->dial ? draft->dial_count : 0;
    policy->listen = take_rules(draft->listen, draft->listen_count);
    policy->listen_count = policy->listen ? draft->listen_count : 0;
    return policy->dial && policy->listen ? policy : policy_unref(policy);
}

static void rules_deinit(struct config_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        policy_rule_deinit(&rules[i].rule);
    free(rules);
}

void config_draft_deinit(struct config_profile_draft *draft)
{
    rules_deinit(draft->dial, draft->dial_count);
    rules_deinit(draft->listen, draft->listen_count);
}
