/* A network of the test's own: a network namespace with a loopback and a link between two interfaces, NETWORK_LEFT and
 * NETWORK_RIGHT, both in it. Link-local addresses are each interface's own, so what goes from one to the other's address
 * crosses the link. */
#pragma once

#include <stdbool.h>

#define NETWORK_LEFT "left"
#define NETWORK_RIGHT "right"

/* An address that nobody answers for, although it should be on the link; and the one that this host has there. */
#define NETWORK_SILENT "2001:db8::dead"
#define NETWORK_OWN "2001:db8::1"

/* Takes this process, and all that it starts, into such a network. False: this system lets nobody like us do that. */
bool network_enter(void);

/* The link-local address of an interface, without its scope, in static memory. */
const char *network_address(const char *interface);
