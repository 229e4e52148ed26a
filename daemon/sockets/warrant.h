/* What an identity may do with the network, asked of its policy at the moment it does it. Each denial, and each that there
 * would have been where a policy only reports, is told (denial.h); the client is told no more than that it was denied. */
#pragma once

#include "dial.h"
#include "identity.h"
#include "trouble.h"
#include "world.h"

struct object;
struct sockets;

/* Whether it has the right that a method needs. */
bool warrant_right(struct sockets *sockets, const struct identity *identity, enum right right, const char *operation);

/* Whether it has a right without which a method does less than it could: only a report has that it has not. */
bool warrant_more(struct sockets *sockets, const struct identity *identity, enum right right, const char *operation);

/* Whether a host may be looked up, or dialled, at all. No query has been made by then. */
bool warrant_host(struct sockets *sockets, const struct identity *identity, struct sockd_text host, int port);

/* The same for the name of an interface to listen at: what may not be dialled by its name is not looked up for that either. */
bool warrant_interface(struct sockets *sockets, const struct identity *identity, struct sockd_text host, int port);

/* Whether it may have another name looked up now: 0 or ERROR_limit. */
int warrant_lookup(struct identity *identity, struct trouble *trouble);

/* The guard of a dial to that host; NULL where every address is allowed (*failed false), or without memory (*failed true). */
struct dial_guard *warrant_dial(struct sockets *sockets, struct identity *identity, struct sockd_text host, bool *failed);

/* Whether a server may listen at an address. */
bool warrant_listen(struct sockets *sockets, const struct identity *identity, const union address *address);

/* Whether what it has open would be denied now: the address that a stream was dialled to, or a server's own. */
bool warrant_forbids(const struct object *object, struct sockets *sockets);

/* The ports at which a server without a port of its own may listen. True: any, so that the kernel may choose. */
bool warrant_ports(const struct identity *identity, const union address *address, struct port_set *ports);
