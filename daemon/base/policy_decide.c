/* A decision asks each layer in turn, each with the same small functions; the first that enforces and denies ends it. What a
 * layer that only reports would have denied is noted on the way. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy.h"

const char *const policy_reason_names[POLICY_REASON_COUNT] = {
    "allowed", "no-right",    "malformed", "name-denied", "name-not-allowed", "tunnel",
    "floor",   "own-address", "own-port",  "rule",        "no-rule",          "wildcard",
};

#define STEP_TEXT (POLICY_RULE_TEXT + 2 * ADDRESS_TEXT + 512)

/* What is asked, and what one layer says to it. */
struct question {
    const struct policy_layers *layers;
    const struct policy_world *world;
    const struct policy_trace *trace;
    struct policy_decision *decision;

    const struct policy *policy; /* the layer whose turn it is */
    const struct policy_rule *rule;
    enum address_class class;

    int right;
    bool may_resolve; /* as if that right were given */
    const char *name; /* without a dot at the end; NULL: the host is an address */
    size_t name_size;
    int port;
    const union address *address; /* as it would be dialled */
    union address canonical;
    const char *tunnel; /* NULL: it is none */
    bool own;
};

typedef enum policy_reason layer_function(struct question *question);

static void __attribute__((format(printf, 4, 5)))
tell(const struct question *question, const char *step, bool good, const char *format, ...)
{
    if (!question->trace)
        return;
    char text[STEP_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    question->trace->step(question->trace->context, question->policy, step, good, text);
}

/* Tells of the rule and remembers it. */
static void tell_rule(struct question *question, const char *step, bool good, const struct policy_rule *rule, const char *what)
{
    question->rule = rule;
    if (!question->trace)
        return;
    char text[POLICY_RULE_TEXT];
    policy_rule_text(rule, text);
    tell(question, step, good, "%s: %s", text, what);
}

/* Rights over others are not given away by a layer that only reports. */
static bool only_reports(const struct question *question)
{
    return question->policy->mode == POLICY_REPORT && question->right != RIGHT_ADMIN &&
           question->right != POLICY_RIGHT_INSPECT_ALL && question->right != POLICY_RIGHT_CLOSE_ALL;
}

static bool decide(struct question *question, layer_function *ask)
{
    struct policy_decision *decision = question->decision;
    *decision = (struct policy_decision){.allowed = true};
    for (size_t i = 0; i < question->layers->count; i++) {
        question->policy = question->layers->items[i];
        question->rule = NULL;
        question->class = CLASS_PUBLIC;
        if (question->policy->unrestricted) {
            tell(question, "profile", true, "everything is allowed");
            continue;
        }
        enum policy_reason reason = ask(question);
        if (reason == POLICY_ALLOWED)
            continue;
        bool report = only_reports(question);
        if (report)
            tell(question, "mode", true, "report: it goes ahead all the same");
        if (!report || decision->reason == POLICY_ALLOWED)
            *decision = (struct policy_decision){report, reason, question->class, question->policy, question->rule};
        if (!report)
            return false;
    }
    return true;
}

/* ---- rules ---- */

static bool name_matches(const struct policy_rule *rule, const char *name, size_t size)
{
    size_t length = strlen(rule->text);
    if (rule->target == TARGET_NAME)
        return size == length && strncasecmp(name, rule->text, size) == 0;
    return rule->target == TARGET_SUFFIX && size > length + 1 && name[size - length - 1] == '.' &&
           strncasecmp(name + size - length, rule->text, length) == 0;
}

static bool port_matches(const struct policy_rule *rule, int port)
{
    return !rule->port_count || port_ranges_contain(rule->ports, rule->port_count, port);
}

/* Whether a rule speaks of the host by its name. */
static bool rule_names(const struct policy_rule *rule, const struct question *question)
{
    return rule->target == TARGET_ANY || (question->name && name_matches(rule, question->name, question->name_size));
}

/* Whether a rule speaks of the address. One that denies is not got round by writing the address in another way. */
static bool rule_reaches(const struct policy_rule *rule, const struct question *question)
{
    return rule->target == TARGET_NETWORK && (network_contains(&rule->network, &question->canonical) ||
                                              (!rule->allow && network_contains(&rule->network, question->address)));
}

static const struct policy_rule *find_rule(const struct question *question, bool allow, bool by_address)
{
    const struct policy *policy = question->policy;
    for (size_t i = 0; i < policy->dial_count; i++) {
        const struct policy_rule *rule = &policy->dial[i];
        if (rule->allow == allow && port_matches(rule, question->port) &&
            (rule_names(rule, question) || (by_address && rule_reaches(rule, question))))
            return rule;
    }
    return NULL;
}

/* ---- rights ---- */

static bool has_right(const struct policy *policy, int right)
{
    return policy->rights >> right & 1;
}

bool policy_gives(const struct policy_layers *layers, int right)
{
    for (size_t i = 0; i < layers->count; i++)
        if (!layers->items[i]->unrestricted && !has_right(layers->items[i], right))
            return false;
    return true;
}

static enum policy_reason layer_right(struct question *question)
{
    bool has = has_right(question->policy, question->right);
    tell(question, "right", has, "%s: %s", policy_right_name(question->right), has ? "given" : "not given");
    return has ? POLICY_ALLOWED : POLICY_NO_RIGHT;
}

bool policy_decide_right(const struct policy_layers *layers, int right, struct policy_decision *decision,
                         const struct policy_trace *trace)
{
    struct question question = {.layers = layers, .decision = decision, .trace = trace, .right = right};
    *decision = (struct policy_decision){.allowed = true};
    return right == RIGHT_NONE || decide(&question, layer_right);
}

/* ---- names ---- */

static void set_host(struct question *question, const char *host, size_t size)
{
    union address literal;
    question->name = address_literal(&literal, host, size, 0) ? NULL : host;
    question->name_size = size && host[size - 1] == '.' ? size - 1 : size;
}

static bool is_localhost(const struct question *question)
{
    return question->name_size == 9 && strncasecmp(question->name, "localhost", 9) == 0;
}

static enum policy_reason layer_host(struct question *question)
{
    const char *reason = NULL;
    if (question->port < 1 || question->port > 65535) {
        tell(question, "form", false, "port %d: there is no such port", question->port);
        return POLICY_MALFORMED;
    }
    if (!question->name) {
        tell(question, "form", true, "an address: nothing is to be looked up");
        return POLICY_ALLOWED;
    }
    int size = (int)question->name_size;
    if (!address_name(question->name, question->name_size, &reason)) {
        tell(question, "form", false, "the host %s", reason);
        return POLICY_MALFORMED;
    }
    tell(question, "form", true, "%.*s is a name", size, question->name);
    if (!question->may_resolve && !(question->policy->rights >> RIGHT_RESOLVE & 1)) {
        tell(question, "right", false, "resolve: not given, so no name is looked up");
        return POLICY_NO_RIGHT;
    }
    const struct policy_rule *rule = find_rule(question, false, false);
    if (rule) {
        tell_rule(question, "name", false, rule, "not looked up");
        return POLICY_NAME_DENIED;
    }
    rule = find_rule(question, true, false);
    if (rule) {
        tell_rule(question, "name", true, rule, "may be looked up");
        return POLICY_ALLOWED;
    }
    bool local = is_localhost(question);
    tell(question, "name", local, local ? "localhost is looked up without a rule" : "no rule allows the name: not looked up");
    return local ? POLICY_ALLOWED : POLICY_NAME_UNKNOWN;
}

bool policy_decide_host(const struct policy_layers *layers, const char *host, size_t size, int port,
                        struct policy_decision *decision, const struct policy_trace *trace)
{
    struct question question = {.layers = layers, .decision = decision, .trace = trace, .port = port};
    set_host(&question, host, size);
    return decide(&question, layer_host);
}

bool policy_decide_name(const struct policy_layers *layers, const char *host, size_t size, int port,
                        struct policy_decision *decision)
{
    struct question question = {.layers = layers, .decision = decision, .port = port, .may_resolve = true};
    set_host(&question, host, size);
    return decide(&question, layer_host);
}

/* ---- addresses ---- */

static bool same_host(const union address *a, const union address *b)
{
    union address left = *a, right = *b;
    address_set_port(&left, 0);
    address_set_port(&right, 0);
    if (left.any.sa_family == AF_INET6)
        left.v6.sin6_scope_id = 0;
    if (right.any.sa_family == AF_INET6)
        right.v6.sin6_scope_id = 0;
    return address_equal(&left, &right);
}

/* The loopback addresses are a class of their own, and not meant here. */
static bool is_own(const struct policy_world *world, const union address *canonical)
{
    const char *what;
    if (world->own_unknown)
        return address_class(canonical) != CLASS_LOOPBACK;
    for (size_t i = 0; i < world->own_count; i++) {
        union address own = world->own[i];
        address_canonical(&own, NULL, 0, &what);
        if (same_host(&own, canonical))
            return address_class(canonical) != CLASS_LOOPBACK;
    }
    return false;
}

/* The rule that lifts the floor from an address: of its class, or by naming exactly it. */
static const struct policy_rule *find_lift(const struct question *question, bool exactly)
{
    const struct policy *policy = question->policy;
    for (size_t i = 0; i < policy->dial_count; i++) {
        const struct policy_rule *rule = &policy->dial[i];
        if (rule->allow && rule->port_count && port_matches(rule, question->port) && rule_reaches(rule, question) &&
            (network_single(&rule->network) || (!exactly && address_class_contains(question->class, &rule->network))))
            return rule;
    }
    return NULL;
}

/* One stone of the floor: lies there where holds is true, unless a rule lifts it. */
static bool passes(struct question *question, bool holds, bool exactly, const char *what)
{
    const struct policy_rule *rule = holds ? find_lift(question, exactly) : NULL;
    if (!holds)
        return true;
    if (!rule) {
        tell(question, "floor", false, "%s, and no rule with a port lifts that%s", what,
             exactly ? " by the address itself" : "");
        return false;
    }
    char text[128];
    snprintf(text, sizeof(text), "lifts %s", what);
    tell_rule(question, "floor", true, rule, text);
    return true;
}

static enum policy_reason layer_floor(struct question *question)
{
    char what[96];
    question->class = address_class(&question->canonical);
    bool own_port = question->world->own_ports && port_set_has(question->world->own_ports, question->port) &&
                    (question->own || question->class == CLASS_LOOPBACK);
    snprintf(what, sizeof(what), "the class %s", address_class_names[question->class]);
    if (!passes(question, question->class != CLASS_PUBLIC, question->class == CLASS_METADATA, what))
        return POLICY_FLOOR;
    if (!passes(question, question->own, true, "an address of this host"))
        return POLICY_OWN_ADDRESS;
    if (!passes(question, own_port, true, "a port that sockd serves"))
        return POLICY_OWN_PORT;
    if (question->class == CLASS_PUBLIC && !question->own)
        tell(question, "floor", true, "a public address");
    return POLICY_ALLOWED;
}

static enum policy_reason layer_dial(struct question *question)
{
    char given[ADDRESS_TEXT], canonical[ADDRESS_TEXT];
    address_text(question->address, given);
    address_text(&question->canonical, canonical);
    if (question->tunnel) {
        tell(question, "canonical", false, "%s: %s stands for another address", given, question->tunnel);
        return POLICY_TUNNEL;
    }
    tell(question, "canonical", true, "%s counts as %s port %d", given, canonical, question->port);
    if (question->port < 1) {
        tell(question, "form", false, "port %d: there is no such port", question->port);
        return POLICY_MALFORMED;
    }
    enum policy_reason floor = layer_floor(question);
    if (floor != POLICY_ALLOWED)
        return floor;
    const struct policy_rule *rule = find_rule(question, false, true);
    if (rule) {
        tell_rule(question, "rules", false, rule, "denied");
        return POLICY_RULE;
    }
    rule = find_rule(question, true, true);
    if (rule)
        tell_rule(question, "rules", true, rule, "allowed");
    else
        tell(question, "rules", false, "no rule allows it");
    return rule ? POLICY_ALLOWED : POLICY_NO_RULE;
}

bool policy_decide_dial(const struct policy_layers *layers, const struct policy_world *world, const char *host, size_t size,
                        const union address *address, struct policy_decision *decision, const struct policy_trace *trace)
{
    struct question question = {.layers = layers, .world = world, .decision = decision, .trace = trace, .address = address};
    question.port = address_port(address);
    question.canonical = *address;
    address_canonical(&question.canonical, world->nat64, world->nat64_count, &question.tunnel);
    question.own = is_own(world, &question.canonical);
    set_host(&question, host, size);
    return decide(&question, layer_dial);
}
