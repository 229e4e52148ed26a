/* Rules as they are written and read. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy.h"

/* A name that a rule may hold, copied in lower case without a dot at the end; NULL: see reason, or no memory. */
static char *copy_name(const char *text, size_t size, const char **reason)
{
    if (!address_name(text, size, reason))
        return NULL;
    if (text[size - 1] == '.')
        size--;
    char *copy = strndup(text, size);
    if (!copy)
        *reason = "does not fit into memory";
    for (char *at = copy; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static bool set_network(struct policy_rule *rule)
{
    char text[NETWORK_TEXT];
    network_text(&rule->network, text);
    rule->target = TARGET_NETWORK;
    rule->text = strdup(text);
    return rule->text;
}

bool policy_rule_target(struct policy_rule *rule, const char *text, size_t size, const char **reason)
{
    const char *not_network = NULL;
    if (size == 1 && text[0] == '*') {
        rule->target = TARGET_ANY;
        rule->text = strdup("*");
        *reason = "does not fit into memory";
        return rule->text;
    }
    if (size > 2 && text[0] == '*' && text[1] == '.') {
        rule->target = TARGET_SUFFIX;
        rule->text = copy_name(text + 2, size - 2, reason);
        return rule->text;
    }
    if (size && network_parse(&rule->network, text, size, &not_network)) {
        *reason = "does not fit into memory";
        return set_network(rule);
    }
    if (size && (memchr(text, '/', size) || memchr(text, ':', size))) {
        *reason = not_network;
        return false;
    }
    rule->target = TARGET_NAME;
    rule->text = copy_name(text, size, reason);
    return rule->text;
}

void policy_rule_deinit(struct policy_rule *rule)
{
    free(rule->text);
    free(rule->ports);
    free(rule->name);
    *rule = (struct policy_rule){0};
}

void policy_rule_text(const struct policy_rule *rule, char text[POLICY_RULE_TEXT])
{
    size_t used = (size_t)snprintf(text, POLICY_RULE_TEXT, "%s %s%s", rule->allow ? "allow" : "deny",
                                   rule->target == TARGET_SUFFIX ? "*." : "", rule->text);
    for (size_t i = 0; i < rule->port_count && used < POLICY_RULE_TEXT; i++) {
        const struct port_range *range = &rule->ports[i];
        const char *comma = i ? "," : " ";
        char *end = text + used;
        size_t room = POLICY_RULE_TEXT - used;
        used += (size_t)(range->first == range->last ? snprintf(end, room, "%s%d", comma, range->first)
                                                     : snprintf(end, room, "%s%d-%d", comma, range->first, range->last));
    }
    if (rule->name && used < POLICY_RULE_TEXT)
        snprintf(text + used, POLICY_RULE_TEXT - used, " (%s)", rule->name);
}
