/* What a client may do: rights, and rules for where it may connect and listen. Pure: data in, decision out; nothing is asked of
 * the system, so that the same decision can be made for an explanation as for a connection.
 *
 * A policy belongs to a profile, or to rules that a session has put upon itself. It does not change once it is made. A session
 * has a list of them, its layers, and only what every layer allows is allowed: a layer more can only take away.
 *
 * Within a layer a rule that denies beats those that allow, whatever their order, and the floor beats both: addresses that no
 * rule opens by accident (loopback, private networks, link-local, a cloud's metadata, this host's own addresses and the ports
 * that sockd serves there). An address of the floor is lifted only by an allow rule with ports whose target is this address, or
 * a network inside the one class the address belongs to; metadata, this host's own addresses and sockd's own ports only by the
 * address itself.
 *
 * A name is looked up only if a rule allows it by name: whoever may look up any name can send data out with it. "localhost" is
 * looked up without one. A rule by name lets through the addresses that the name has, except those of the floor. */
#pragma once

#include "network.h"
#include "ports.h"
#include "proto.h"

/* ---- rules ---- */

enum rule_target { TARGET_ANY, TARGET_NAME, TARGET_SUFFIX, TARGET_NETWORK };

struct policy_rule {
    bool allow;
    enum rule_target target;
    char *text; /* the target as it was written; of a name in lower case, without a dot at the end */
    struct network network;
    struct port_range *ports; /* none: any port; of a listen rule any from 1024 */
    size_t port_count;
    char *name; /* for people; may be NULL */
};

/* Reads the target: "*", a name, "*.suffix", an address or a network. Sets target, text and network. False: reason says why. */
bool policy_rule_target(struct policy_rule *rule, const char *text, size_t size, const char **reason);

void policy_rule_deinit(struct policy_rule *rule);

#define POLICY_RULE_TEXT 512

/* As a person reads it: "allow *.example.com 443,8000-8099 (web)". */
void policy_rule_text(const struct policy_rule *rule, char text[POLICY_RULE_TEXT]);

/* ---- policies ---- */

enum policy_mode { POLICY_ENFORCE, POLICY_REPORT };

/* Rights are bits, 1 << enum right; and two that the method table does not know: over what is not one's own. */
enum { POLICY_RIGHT_INSPECT_ALL = RIGHT_COUNT, POLICY_RIGHT_CLOSE_ALL, POLICY_RIGHT_COUNT };

#define POLICY_EVERY_RIGHT ((UINT32_C(1) << POLICY_RIGHT_COUNT) - 1)

/* The right of that word, "inspect:all" among them, or -1. "inspect:own" is "inspect", "close:own" is "close". */
int policy_right_find(const char *word, size_t size);
const char *policy_right_name(int right);

struct policy {
    unsigned references;
    char *name;
    bool unrestricted; /* everything is allowed everywhere: the profile owner */
    enum policy_mode mode;
    uint32_t rights;
    struct policy_rule *dial, *listen;
    size_t dial_count, listen_count;
};

/* An empty one that allows nothing, with one reference. NULL without memory. */
struct policy *policy_new(const char *name);
struct policy *policy_ref(struct policy *policy);
struct policy *policy_unref(struct policy *policy);

/* Bytes of memory that it takes. */
size_t policy_weight(const struct policy *policy);

#define POLICY_LAYERS 16

struct policy_layers {
    struct policy *items[POLICY_LAYERS]; /* a reference each */
    size_t count;
};

/* Takes a reference of its own. False: there are too many already. */
bool policy_layers_add(struct policy_layers *layers, struct policy *policy);
void policy_layers_deinit(struct policy_layers *layers);

/* ---- decisions ---- */

/* What the host is like. */
struct policy_world {
    const union address *own; /* its addresses; ports do not count */
    size_t own_count;
    bool own_unknown;                 /* nobody knows them: any may be one */
    const struct port_set *own_ports; /* on which sockd listens; NULL: none */
    const struct network *nat64;      /* prefixes in use beside 64:ff9b::/96 */
    size_t nat64_count;
};

enum policy_reason {
    POLICY_ALLOWED,
    POLICY_NO_RIGHT,
    POLICY_MALFORMED, /* no host, address or port that can be */
    POLICY_NAME_DENIED,
    POLICY_NAME_UNKNOWN, /* no rule allows the name, so it is not looked up */
    POLICY_TUNNEL,
    POLICY_FLOOR,
    POLICY_OWN_ADDRESS,
    POLICY_OWN_PORT,
    POLICY_RULE,    /* a rule denies it */
    POLICY_NO_RULE, /* no rule allows it */
    POLICY_WILDCARD,
    POLICY_REASON_COUNT
};

extern const char *const policy_reason_names[POLICY_REASON_COUNT];

struct policy_decision {
    bool allowed;
    enum policy_reason reason;      /* of the denial, or of the one that there would have been: a layer that only reports */
    enum address_class class;       /* with POLICY_FLOOR */
    const struct policy *policy;    /* the layer that denied, or would have; NULL: none */
    const struct policy_rule *rule; /* the rule that decided, where one did */
};

/* Is told each step of a decision, in order: the layer, the step ("name", "floor", "rules", …), whether it went well, and a
 * line of text. */
struct policy_trace {
    void (*step)(void *context, const struct policy *policy, const char *step, bool good, const char *text);
    void *context;
};

/* Whether every layer gives a right: all that needs to be known where they do. */
bool policy_gives(const struct policy_layers *layers, int right);

/* Each gives decision->allowed. trace may be NULL. A layer that only reports lets everything pass except the rights over
 * others: inspect:all, close:all and admin. */
bool policy_decide_right(const struct policy_layers *layers, int right, struct policy_decision *decision,
                         const struct policy_trace *trace);

/* Before any query: whether this host may be looked up for that port. A literal is let through: its address decides. */
bool policy_decide_host(const struct policy_layers *layers, const char *host, size_t size, int port,
                        struct policy_decision *decision, const struct policy_trace *trace);

/* The same as if the right to look up names were given: what the rules say. */
bool policy_decide_name(const struct policy_layers *layers, const char *host, size_t size, int port,
                        struct policy_decision *decision);

/* Whether an address that the host has (or is) may be dialled, its port included. */
bool policy_decide_dial(const struct policy_layers *layers, const struct policy_world *world, const char *host, size_t size,
                        const union address *address, struct policy_decision *decision, const struct policy_trace *trace);

/* Whether a server may listen at that address. Port 0: whether there is any port at which it may. The unspecified addresses are
 * allowed only by a rule that names them; ports below 1024 only by one that names the port. */
bool policy_decide_listen(const struct policy_layers *layers, const union address *address, struct policy_decision *decision,
                          const struct policy_trace *trace);

/* The ports at which a server of that address may listen. True: any port, so that the choice may be left to the kernel. */
bool policy_listen_ports(const struct policy_layers *layers, const union address *address, struct port_set *ports);
