/* nginx as a server of nothing, whose connections are kept alive. */
#pragma once

#include "child.h"

#define NGINX_REQUEST "GET / HTTP/1.1\r\nHost: here\r\n\r\n"

struct nginx {
    struct child child;
    const char *missing; /* why there is none, or NULL */
    char directory[64];
    char config[96];
    int port;
};

void nginx_start(struct nginx *nginx);
void nginx_stop(struct nginx *nginx);
