/* Where sessions come in: accepts clients of one Unix socket, finds out who they are, and starts their sessions. */
#pragma once

#include "config.h"
#include "control.h"

struct event;

struct door {
    struct control *control;
    struct event *event, *pause;
    const struct config_profile *profile; /* the caller's, as long as the door is open */
};

/* fd: a listening Unix socket, which stays the caller's. 0 or -ENOMEM. */
int door_open(struct door *door, struct control *control, int fd, const struct config_profile *profile);

/* Lets nobody in any more. May be called on one that is not open. */
void door_close(struct door *door);
