/* Addresses are asked for with getifaddrs(), which takes some microseconds, and only while a restricted client dials or
 * listens: a second-old answer is new enough, since an address that has just come is no target that a rule could have meant. */
#include "world.h"

#include <ifaddrs.h>
#include <string.h>

#include "clock.h"

#define ADDRESSES_AGE 1000000 /* microseconds */

void world_port_added(struct world *world, int port)
{
    if (world->port_uses[port]++ == 0)
        port_set_add(&world->ports, port, port);
}

void world_port_removed(struct world *world, int port)
{
    if (--world->port_uses[port] == 0)
        port_set_remove(&world->ports, port, port);
}

static void ask(struct world *world)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0)
        return; /* the last answer is the best there is */
    world->own_count = 0;
    for (const struct ifaddrs *one = all; one && world->own_count < WORLD_ADDRESSES; one = one->ifa_next) {
        int family = one->ifa_addr ? one->ifa_addr->sa_family : AF_UNSPEC;
        if (family == AF_INET || family == AF_INET6) {
            union address *address = &world->own[world->own_count++];
            memset(address, 0, sizeof *address);
            memcpy(address, one->ifa_addr, family == AF_INET ? sizeof address->v4 : sizeof address->v6);
        }
    }
    freeifaddrs(all);
}

struct policy_world world_now(struct world *world)
{
    int64_t now = clock_now();
    if (!world->asked || now - world->asked > ADDRESSES_AGE) {
        ask(world);
        world->asked = now;
    }
    return (struct policy_world){
        .own = world->own,
        .own_count = world->own_count,
        .own_ports = &world->ports,
        .nat64 = world->nat64,
        .nat64_count = world->nat64_count,
    };
}
