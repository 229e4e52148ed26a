/* Where a server may listen. A wildcard address takes in every address of the host: only a rule that names it allows it, and
 * any rule that denies, whatever its address, denies it too. */
#include <stdio.h>
#include <string.h>

#include "policy.h"

#define PRIVILEGED_LAST 1023

static bool is_wildcard(const union address *canonical)
{
    return canonical->any.sa_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&canonical->v6.sin6_addr)
                                                : canonical->v4.sin_addr.s_addr == htonl(INADDR_ANY);
}

static bool rule_reaches(const struct policy_rule *rule, const union address *canonical)
{
    if (is_wildcard(canonical) && !rule->allow)
        return true;
    if (rule->target != TARGET_NETWORK)
        return rule->target == TARGET_ANY && !is_wildcard(canonical);
    return network_contains(&rule->network, canonical) && (!is_wildcard(canonical) || network_single(&rule->network));
}

static void rule_ports(const struct policy_rule *rule, struct port_set *set)
{
    if (!rule->port_count && rule->allow)
        port_set_add(set, PRIVILEGED_LAST + 1, 65535);
    if (!rule->port_count && !rule->allow)
        port_set_remove(set, 1, 65535);
    for (size_t i = 0; i < rule->port_count; i++)
        (rule->allow ? port_set_add : port_set_remove)(set, rule->ports[i].first, rule->ports[i].last);
}

/* The ports that one layer leaves; true: all of them. */
static bool layer_ports(const struct policy *policy, const union address *canonical, struct port_set *set)
{
    *set = (struct port_set){0};
    if (policy->unrestricted) {
        port_set_add(set, 1, 65535);
        return true;
    }
    for (int allow = 1; allow >= 0; allow--)
        for (size_t i = 0; i < policy->listen_count; i++)
            if (policy->listen[i].allow == !!allow && rule_reaches(&policy->listen[i], canonical))
                rule_ports(&policy->listen[i], set);
    return false;
}

static union address to_canonical(const union address *address)
{
    union address canonical = *address;
    const char *what;
    address_canonical(&canonical, NULL, 0, &what);
    return canonical;
}

bool policy_listen_ports(const struct policy_layers *layers, const union address *address, struct port_set *ports)
{
    union address canonical = to_canonical(address);
    bool any = true;
    *ports = (struct port_set){0};
    port_set_add(ports, 1, 65535);
    for (size_t i = 0; i < layers->count; i++) {
        struct port_set layer;
        if (layers->items[i]->mode == POLICY_REPORT)
            continue;
        any &= layer_ports(layers->items[i], &canonical, &layer);
        port_set_intersect(ports, &layer);
    }
    return any;
}

/* The rule to be named: what denies the port, else what allows it. */
static const struct policy_rule *find_rule(const struct policy *policy, const union address *canonical, int port)
{
    const struct policy_rule *found = NULL;
    for (size_t i = 0; i < policy->listen_count; i++) {
        const struct policy_rule *rule = &policy->listen[i];
        bool port_matches = !rule->port_count || port == 0 || port_ranges_contain(rule->ports, rule->port_count, port);
        if (port_matches && rule_reaches(rule, canonical) && (!found || !rule->allow))
            found = rule;
    }
    return found;
}

static enum policy_reason layer_reason(const struct policy *policy, const union address *canonical, int port, bool allowed,
                                       const struct policy_rule **rule)
{
    *rule = find_rule(policy, canonical, port);
    if (allowed)
        return POLICY_ALLOWED;
    if (*rule && !(*rule)->allow)
        return POLICY_RULE;
    *rule = NULL;
    return is_wildcard(canonical) ? POLICY_WILDCARD : POLICY_NO_RULE;
}

static void tell(const struct policy_trace *trace, const struct policy *policy, const union address *address,
                 enum policy_reason reason, const struct policy_rule *rule)
{
    char where[ADDRESS_TEXT], rule_text[POLICY_RULE_TEXT] = "no rule allows it", text[POLICY_RULE_TEXT + ADDRESS_TEXT + 64];
    if (!trace)
        return;
    if (rule)
        policy_rule_text(rule, rule_text);
    else if (reason == POLICY_WILDCARD)
        snprintf(rule_text, sizeof(rule_text), "all addresses at once, and no rule names that");
    address_text(address, where);
    snprintf(text, sizeof(text), "%s port %d: %s", where, address_port(address),
             policy->unrestricted ? "everything is allowed" : rule_text);
    trace->step(trace->context, policy, "listen", reason == POLICY_ALLOWED, text);
}

/* The ports must be left by all layers together: with port 0 each may have some, and no port be left. */
static bool decide_any_port(const struct policy_layers *layers, const union address *address, struct policy_decision *decision)
{
    struct port_set ports;
    policy_listen_ports(layers, address, &ports);
    if (port_set_next(&ports, 1) >= 0)
        return true;
    *decision = (struct policy_decision){false, POLICY_NO_RULE, CLASS_PUBLIC, layers->items[layers->count - 1], NULL};
    return false;
}

bool policy_decide_listen(const struct policy_layers *layers, const union address *address, struct policy_decision *decision,
                          const struct policy_trace *trace)
{
    union address canonical = to_canonical(address);
    int port = address_port(address);
    *decision = (struct policy_decision){.allowed = true};
    for (size_t i = 0; i < layers->count; i++) {
        const struct policy *policy = layers->items[i];
        const struct policy_rule *rule = NULL;
        struct port_set ports;
        layer_ports(policy, &canonical, &ports);
        bool allowed = port == 0 ? port_set_next(&ports, 1) >= 0 : port_set_has(&ports, port);
        enum policy_reason reason = layer_reason(policy, &canonical, port, allowed, &rule);
        bool report = policy->mode == POLICY_REPORT;
        tell(trace, policy, address, reason, rule);
        if (!allowed && (!report || decision->reason == POLICY_ALLOWED))
            *decision = (struct policy_decision){report, reason, CLASS_PUBLIC, policy, rule};
        if (!allowed && !report)
            return false;
    }
    return port != 0 || decide_any_port(layers, address, decision);
}
