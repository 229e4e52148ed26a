/* What a policy has to know of the host: its own addresses, and the ports on which the daemon itself listens. */
#pragma once

#include "policy.h"

struct world {
    union address *own;
    size_t own_count, own_room;
    bool known; /* they are: the system has told them once */
    struct port_set ports;
    uint32_t port_uses[65536];   /* listeners of the daemon at each */
    const struct network *nat64; /* the configuration's */
    size_t nat64_count;
    int64_t asked; /* when the addresses were asked for; 0: never */
};

/* A listener of the daemon came or went. */
void world_port_added(struct world *world, int port);
void world_port_removed(struct world *world, int port);

/* For a decision that is made now: addresses are asked for again when the answer is older than a second. As long as the system
 * has not told them, every address counts as the host's own. */
struct policy_world world_now(struct world *world);

void world_deinit(struct world *world);
