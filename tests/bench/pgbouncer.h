/* pgbouncer as a pool without a database, whose clients have not logged in. */
#pragma once

#include <stdbool.h>

#include "child.h"

struct pgbouncer {
    struct child child;
    const char *missing; /* why there is none, or NULL */
    char directory[64];
    char config[96];
    int port;
};

void pgbouncer_start(struct pgbouncer *pgbouncer);
void pgbouncer_stop(struct pgbouncer *pgbouncer);

/* A connection. asks: for encryption, which is answered, so that it and those before it are in its hands. */
int pgbouncer_connect(const struct pgbouncer *pgbouncer, bool asks);
