#include "warrant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "denial.h"
#include "listener.h"
#include "sockets.h"
#include "stream.h"

struct warrant {
    struct dial_guard guard;
    struct sockets *sockets;
    struct identity *identity;
    struct policy *profile; /* what it was asked of: a reference to the first layer, and how many there were */
    size_t layers;
    size_t size;
    char host[];
};

/* quiet: that it has not is no denial. */
static bool ask_right(struct sockets *sockets, const struct identity *identity, enum right right, const char *operation,
                      bool quiet)
{
    struct policy_decision decision;
    if (policy_gives(&identity->layers, (int)right))
        return true;
    bool allowed = policy_decide_right(&identity->layers, (int)right, &decision, NULL);
    struct denial_case what = {identity, operation, right_names[right], NULL, 0, &decision};
    if (allowed || !quiet)
        denial_tell(sockets, &what);
    return allowed;
}

bool warrant_right(struct sockets *sockets, const struct identity *identity, enum right right, const char *operation)
{
    return right == RIGHT_NONE || ask_right(sockets, identity, right, operation, false);
}

bool warrant_more(struct sockets *sockets, const struct identity *identity, enum right right, const char *operation)
{
    return ask_right(sockets, identity, right, operation, true);
}

/* Port 0: one that is not known yet. */
static bool ask_host(struct sockets *sockets, const struct identity *identity, const char *operation, struct sockd_text host,
                     int port)
{
    struct policy_decision decision;
    char name[256];
    bool allowed = policy_decide_host(&identity->layers, host.data, host.size, port > 0 ? port : 1, &decision, NULL);
    snprintf(name, sizeof name, "%.*s", (int)host.size, host.data);
    bool right = decision.reason == POLICY_NO_RIGHT; /* the only one that a look-up needs */
    struct denial_case what = {identity, operation,        right ? right_names[RIGHT_RESOLVE] : name,
                               NULL,     right ? 0 : port, &decision};
    denial_tell(sockets, &what);
    if (allowed && right) { /* it is reported, and so is what the rules lack */
        policy_decide_name(&identity->layers, host.data, host.size, port > 0 ? port : 1, &decision);
        denial_tell(sockets, &(struct denial_case){identity, operation, name, NULL, port, &decision});
    }
    return allowed;
}

bool warrant_host(struct sockets *sockets, const struct identity *identity, struct sockd_text host, int port)
{
    return ask_host(sockets, identity, "connect", host, port);
}

bool warrant_interface(struct sockets *sockets, const struct identity *identity, struct sockd_text host, int port)
{
    return ask_host(sockets, identity, "listen", host, port);
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
    bool allowed =
        policy_decide_dial(&warrant->identity->layers, &world, warrant->host, warrant->size, address, &decision, NULL);
    struct denial_case what = {warrant->identity, "connect", warrant->host, address, address_port(address), &decision};
    denial_tell(warrant->sockets, &what);
    return allowed;
}

/* Asked again only where the answer may be another: else it would be reported twice. */
static bool warrant_still(struct dial_guard *guard, const union address *address)
{
    struct warrant *warrant = (struct warrant *)guard;
    const struct policy_layers *layers = &warrant->identity->layers;
    struct sockd_text host = {warrant->host, warrant->size};
    if (layers->items[0] == warrant->profile && layers->count == warrant->layers)
        return true;
    return warrant_host(warrant->sockets, warrant->identity, host, address_port(address)) && warrant_allow(guard, address);
}

static void warrant_release(struct dial_guard *guard)
{
    struct warrant *warrant = (struct warrant *)guard;
    policy_unref(warrant->profile);
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
    *warrant = (struct warrant){.guard = {warrant_allow, warrant_still, warrant_release},
                                .sockets = sockets,
                                .identity = identity_ref(identity),
                                .profile = policy_ref(identity->layers.items[0]),
                                .layers = identity->layers.count,
                                .size = host.size};
    memcpy(warrant->host, host.data, host.size);
    warrant->host[host.size] = '\0';
    return &warrant->guard;
}

bool warrant_listen(struct sockets *sockets, const struct identity *identity, const union address *address)
{
    struct policy_decision decision;
    char text[ADDRESS_TEXT];
    bool allowed = policy_decide_listen(&identity->layers, address, &decision, NULL);
    address_text(address, text);
    struct denial_case what = {identity, "listen", text, address, address_port(address), &decision};
    denial_tell(sockets, &what);
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

bool warrant_ports(const struct identity *identity, const union address *address, struct port_set *ports)
{
    return policy_listen_ports(&identity->layers, address, ports);
}
