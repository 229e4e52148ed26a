/* redis-server on a Unix socket, which keeps nothing. */
#pragma once

#include "child.h"

/* A PING as clients send it, and one whose message makes the reply as long as ours. */
#define REDIS_PING "*1\r\n$4\r\nPING\r\n"
#define REDIS_PING_54 "*2\r\n$4\r\nPING\r\n$54\r\nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01\r\n"

struct redis {
    struct child child;
    const char *missing; /* why there is none, or NULL */
    char directory[64];
    char socket[96];
};

void redis_start(struct redis *redis);
void redis_stop(struct redis *redis);
