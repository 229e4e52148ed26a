#include "policy_kit.h"

#include <string.h>

struct policy *make_policy(const char *rules)
{
    char reason[CONFIG_REASON];
    struct config_profile *profile = config_rules_read("p", rules, strlen(rules), reason, sizeof(reason));
    ck_assert_msg(profile, "%s: %s", rules, reason);
    struct policy *policy = policy_ref(profile->policy);
    config_rules_free(profile);
    return policy;
}

struct policy_layers make_layers(const char *rules)
{
    struct policy_layers layers = {0};
    struct policy *policy = make_policy(rules);
    ck_assert(policy_layers_add(&layers, policy));
    policy_unref(policy);
    return layers;
}

union address make_address(const char *text, int port)
{
    union address address;
    ck_assert_msg(address_literal(&address, text, strlen(text), port), "%s", text);
    return address;
}

static union address own[4];
static struct port_set own_ports;
static struct network nat64;
struct policy_world world = {.own = own, .own_count = 4, .own_ports = &own_ports, .nat64 = &nat64, .nat64_count = 1};

void policy_kit_setup(void)
{
    const char *reason;
    own[0] = make_address("192.168.1.5", 0);
    own[1] = make_address("127.0.0.1", 0);
    own[2] = make_address("8.8.4.4", 0);
    own[3] = make_address("2606:4700::7", 0);
    port_set_add(&own_ports, 9000, 9000);
    ck_assert(network_parse(&nat64, "2a00:64::/96", 12, &reason));
}

enum policy_reason ask_dial(const struct policy_layers *layers, const char *host, const char *literal, int port)
{
    struct policy_decision decision;
    union address address = make_address(literal, port);
    bool allowed = policy_decide_dial(layers, &world, host, strlen(host), &address, &decision, NULL);
    ck_assert(allowed == decision.allowed);
    ck_assert(allowed == (decision.reason == POLICY_ALLOWED));
    return decision.reason;
}

enum policy_reason ask_host(const struct policy_layers *layers, const char *host, int port)
{
    struct policy_decision decision;
    bool allowed = policy_decide_host(layers, host, strlen(host), port, &decision, NULL);
    ck_assert(allowed == (decision.reason == POLICY_ALLOWED));
    return decision.reason;
}

enum policy_reason ask_listen(const struct policy_layers *layers, const char *literal, int port)
{
    struct policy_decision decision;
    union address address = make_address(literal, port);
    bool allowed = policy_decide_listen(layers, &address, &decision, NULL);
    ck_assert(allowed == (decision.reason == POLICY_ALLOWED));
    return decision.reason;
}
