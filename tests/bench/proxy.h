/* Programs that stand between a client and a server, as sockd does: each is started for one target. */
#pragma once

#include "child.h"

enum proxy_kind { PROXY_SOCAT, PROXY_HAPROXY, PROXY_DANTE };

struct proxy {
    enum proxy_kind kind;
    struct child child;
    const char *missing; /* why there is none, or NULL */
    char config[32];
    int port, target;
};

/* Starts it for connections to a port of 127.0.0.1, which it may take a moment to listen for. */
void proxy_start(struct proxy *proxy, enum proxy_kind kind, int target);
void proxy_stop(struct proxy *proxy);

/* A connection through it; its target has it when this returns, or soon. Negative: that failed. */
int proxy_connect(struct proxy *proxy);
