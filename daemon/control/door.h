/* Where sessions come in: accepts clients of one Unix socket, finds out who they are, and starts their sessions. */
#pragma once

#include "config.h"
#include "control.h"

struct event;

struct door {
    struct control *control;
    struct event *event;
    struct timer pause;
    const struct config_profile *profile; /* the caller's, as long as the door is open */
};

/* fd: a listening Unix socket, which stays the caller's. 0 or -ENOMEM. */
int door_open(struct door *door, struct control *control, int fd, const struct config_profile *profile);

/* Holds a session to what a quota says, where that is less than it may have now. */
void door_narrow(struct identity *identity, const struct config_quota *quota);

/* The limits that a profile gives, now that it may have changed, to a principal and to a session of it. */
void door_limit_principal(struct control *control, const struct config_profile *profile, struct principal *principal);
void door_limit_session(struct control *control, const struct config_profile *profile, struct identity *identity);

/* Lets nobody in any more. May be called on one that is not open. */
void door_close(struct door *door);
