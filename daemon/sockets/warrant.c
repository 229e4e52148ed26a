#include "warrant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listener.h"
#include "log.h"
#include "sockets.h"
#include "stream.h"

struct warrant {
    struct dial_guard guard;
    struct sockets *sockets;
    struct identity *identity;
    size_t size;
    char host[];
};

/* A line for a decision that denied something, or would have. */
static void tell(const struct identity *identity, const char *operation, const char *target,
                 const struct policy_decision *decision)
{
    char about[64], rule[POLICY_RULE_TEXT] = "no rule";
    if (decision->reason == POLICY_ALLOWED)
        return;
    snprintf(about, sizeof about, "session %llu (uid %lu, pid %ld)", (unsigned long long)identity->session,
             (unsigned long)identity->uid, (long)identity->pid);
    if (decision->rule)
        policy_rule_text(decision->rule, rule);
    log_warning(about, "%s: %s %s: %s (%s, profile %s)", decision->allowed ? "would be denied" : "denied", operation, target,
                policy_reason_names[decision->reason], rule, decision->policy ? decision->policy->name : "none");
}

bool warrant_right(const struct identity *identity, enum right right, const char *method)
{
    struct policy_decision decision;
    char target[32];
    if (right == RIGHT_NONE)
        return true;
    bool allowed = policy_decide_right(&identity->layers, (int)right, &decision, NULL);
    if (decision.reason != POLICY_ALLOWED) {
        snprintf(target, sizeof target, "without the right %s", right_names[right]);
        tell(identity, method, target, &decision);
    }
    return allowed;
}

static bool ask_host(const struct identity *identity, const char *operation, struct sockd_text host, int port)
{
    struct policy_decision decision;
    char target[300];
    bool allowed = policy_decide_host(&identity->layers, host.data, host.size, port, &decision, NULL);
    snprintf(target, sizeof target, "%.*s port %d", (int)host.size, host.data, port);
    tell(identity, operation, target, &decision);
    return allowed;
}

bool warrant_host(const struct identity *identity, struct sockd_text host, int port)
{
    return ask_host(identity, "connect", host, port);
}

bool warrant_interface(const struct identity *identity, struct sockd_text host, int port)
{
    return ask_host(identity, "listen", host, port > 0 ? port : 1);
}

int warrant_lookup(struct identity *identity, struct trouble *trouble)
{
    int64_t limit;
    return resolver_has_room(identity, &limit) ? 0 : trouble_limit(trouble, quota_names[QUOTA_RESOLVER_JOBS], limit);
}

static bool warrant_allow(struct dial_guard *guard, const union address *address)
{
    struct warrant *warrant = (struct warrant *)guard;
    struct policy_world world = world_now(&warrant->sockets->world);
    struct policy_decision decision;
    char text[ADDRESS_TEXT], target[400];
    bool allowed =
        policy_decide_dial(&warrant->identity->layers, &world, warrant->host, warrant->size, address, &decision, NULL);
    address_text(address, text);
    snprintf(target, sizeof target, "%s (%s) port %d", warrant->host, text, address_port(address));
    tell(warrant->identity, "connect", target, &decision);
    return allowed;
}

static void warrant_release(struct dial_guard *guard)
{
    struct warrant *warrant = (struct warrant *)guard;
    identity_unref(warrant->identity);
    free(warrant);
}

struct dial_guard *warrant_dial(struct sockets *sockets, struct identity *identity, struct sockd_text host, bool *failed)
{
    *failed = false;
    if (identity_unrestricted(identity))
        return NULL;
    struct warrant *warrant = malloc(sizeof *warrant + host.size + 1);
    *failed = !warrant;
    if (!warrant)
        return NULL;
    *warrant = (struct warrant){{warrant_allow, warrant_release}, sockets, identity_ref(identity), host.size};
    memcpy(warrant->host, host.data, host.size);
    warrant->host[host.size] = '\0';
    return &warrant->guard;
}

bool warrant_listen(const struct identity *identity, const union address *address)
{
    struct policy_decision decision;
    char text[ADDRESS_TEXT], target[ADDRESS_TEXT + 16];
    bool allowed = policy_decide_listen(&identity->layers, address, &decision, NULL);
    address_text(address, text);
    snprintf(target, sizeof target, "%s port %d", text, address_port(address));
    tell(identity, "listen", target, &decision);
    return allowed;
}

bool warrant_forbids(const struct object *object, struct sockets *sockets)
{
    const struct policy_layers *layers = &object->identity->layers;
    struct policy_decision decision;
    union address peer;
    if (object->kind == KIND_SERVER)
        return !policy_decide_listen(layers, &listener_of((struct object *)object)->address, &decision, NULL);
    const struct stream *stream = stream_of((struct object *)object);
    if (!stream->dialled)
        return false;
    size_t size = strlen(stream->host);
    if (!policy_decide_host(layers, stream->host, size, stream->port, &decision, NULL))
        return true;
    struct policy_world world = world_now(&sockets->world);
    return stream_address(stream, true, &peer) == 0 &&
           !policy_decide_dial(layers, &world, stream->host, size, &peer, &decision, NULL);
}

int warrant_port(const struct identity *identity, const union address *address, int after)
{
    struct port_set ports;
    if (policy_listen_ports(&identity->layers, address, &ports))
        return 0;
    return port_set_next(&ports, after + 1);
}
