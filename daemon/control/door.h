/* Where sessions come in: accepts clients of one Unix socket, finds out who they are, and starts their sessions. */
#pragma once

#include "control.h"

struct event;

struct door {
    struct control *control;
    struct event *event, *pause;
    int fd;              /* the caller's */
    const char *profile; /* the caller's */
    uint32_t rights;
};

/* fd: a listening Unix socket. 0 or -ENOMEM. */
int door_open(struct door *door, struct control *control, int fd, const char *profile, uint32_t rights);

/* Lets nobody in any more. May be called on one that is not open. */
void door_close(struct door *door);
