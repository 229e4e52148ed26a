/* A network namespace, for tests and measurements that want a network of their own. */
#pragma once

#include <stdbool.h>

/* Takes this process, and all that it starts, into a namespace with nothing but a loopback; where we are no root, into one of
 * users as well, as whom we were. False: this system lets nobody like us do that. */
bool namespace_enter(void);

/* Raises an interface. False: errno says why not. */
bool namespace_raise(const char *interface);

/* Writes into a file of the kernel's. Whether it took that. */
bool namespace_set(const char *path, const char *text);
