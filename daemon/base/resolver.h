/* Name lookups off the loop: getaddrinfo and getnameinfo on a small pool of threads, so that whatever the system is
 * configured to ask is asked. Answers arrive on the loop. Threads are started with the first lookup. */
#pragma once

#include <stddef.h>

#include "address.h"
#include "identity.h"

struct event_base;
struct resolver;
struct resolver_job;

#define RESOLVER_ANSWERS 16 /* addresses of a name that are used */

/* error: 0, or an EAI_ code (EAI_SYSTEM with errno in system_error). Addresses in the order of RFC 6724, without duplicates;
 * only valid during the call. */
typedef void resolver_addresses(void *context, int error, int system_error, const union address *addresses, size_t count);

/* name: the host's name, or NULL where the address has none. */
typedef void resolver_name(void *context, const char *name);

/* NULL without memory. threads: 4 is plenty. */
struct resolver *resolver_new(struct event_base *base, int threads);

/* Jobs that are still under way are dropped without a call. Waits for the threads only as long as a lookup in progress takes
 * to be abandoned: never longer than a second. */
struct resolver *resolver_free(struct resolver *resolver);

/* Whether another lookup is within what the payer may have under way; else *limit is what stands in the way. */
bool resolver_has_room(struct identity *payer, int64_t *limit);

/* Looks up a name for TCP, charged to the payer (NULL: nobody) until a thread is free of it; family AF_UNSPEC, AF_INET or
 * AF_INET6. The addresses carry the port. The callback comes once, from the loop and never from inside this call, unless the
 * job is cancelled first. NULL without memory. */
struct resolver_job *resolver_lookup(struct resolver *resolver, struct identity *payer, const char *host, size_t size,
                                     int family, int port, resolver_addresses *done, void *context);

/* Looks up the name of an address (NI_NAMEREQD). The same rules. */
struct resolver_job *resolver_reverse(struct resolver *resolver, struct identity *payer, const union address *address,
                                      resolver_name *done, void *context);

/* Forgets a job: its callback will not come. NULL is ignored. */
void resolver_cancel(struct resolver_job *job);
