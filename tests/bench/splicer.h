/* The least that a relay can be: a process that moves bytes between a connection and one end of a socket pair by splice(2), and
 * does nothing else. What it reaches is what a relay can reach on this machine. */
#pragma once

#include "child.h"

/* Starts one for a connection, which it takes over. Gives the other end of the pair. */
int splicer_start(struct child *child, int connection);
