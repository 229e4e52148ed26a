/* The least that any server must do: a process that reads requests of a known size from a Unix socket, blocking, and answers
 * each with bytes of a known size. */
#pragma once

#include <stddef.h>

#include "child.h"

struct echo {
    struct child child;
    int link; /* our end */
    size_t request, reply;
    int theirs;
};

void echo_start(struct echo *echo, size_t request, size_t reply);
void echo_stop(struct echo *echo);
