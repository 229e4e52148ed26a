/* Addresses are asked for with getifaddrs(), which takes some microseconds, and only while a restricted client dials or
 * listens: a second-old answer is new enough, since an address that has just come is no target that a rule could have meant. */
#include "world.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

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

static bool is_internet(const struct ifaddrs *one)
{
    return one->ifa_addr && (one->ifa_addr->sa_family == AF_INET || one->ifa_addr->sa_family == AF_INET6);
}

static size_t count_all(const struct ifaddrs *all)
{
    size_t count = 0;
    for (const struct ifaddrs *one = all; one; one = one->ifa_next)
        count += is_internet(one);
    return count;
}

static bool make_room(struct world *world, size_t count)
{
    if (count <= world->own_room)
        return true;
    union address *more = reallocarray(world->own, count, sizeof *more);
    if (!more)
        return false;
    world->own = more;
    world->own_room = count;
    return true;
}

/* False: the last answer is the best there is. */
static bool ask(struct world *world)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0)
        return false;
    bool good = make_room(world, count_all(all));
    if (good)
        world->own_count = 0;
    for (const struct ifaddrs *one = all; good && one; one = one->ifa_next) {
        if (!is_internet(one))
            continue;
        union address *address = &world->own[world->own_count++];
        memset(address, 0, sizeof *address);
        memcpy(address, one->ifa_addr, one->ifa_addr->sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6);
    }
    freeifaddrs(all);
    return good;
}

struct policy_world world_now(struct world *world)
{
    int64_t now = clock_now();
    if (!world->asked || now - world->asked > ADDRESSES_AGE) {
        bool good = ask(world);
        if (!good && !world->known)
            log_error("addresses", "this host's own cannot be told, and nothing is let through: %s", strerror(errno));
        world->known |= good;
        world->asked = now;
    }
    return (struct policy_world){
        .own = world->own,
        .own_count = world->own_count,
        .own_unknown = !world->known,
        .own_ports = &world->ports,
        .nat64 = world->nat64,
        .nat64_count = world->nat64_count,
    };
}

void world_deinit(struct world *world)
{
    free(world->own);
    world->own = NULL;
    world->own_count = world->own_room = 0;
}
