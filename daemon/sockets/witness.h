/* Who is told what happens to sockets, above them: events go up this way. */
#pragma once

#include "identity.h"
#include "proto.h"

struct object;

/* Something that was denied, or would have been. The texts belong to whoever tells. */
struct denial {
    const struct identity *identity; /* who asked */
    const char *operation;           /* connect, listen, or a method */
    const char *target;              /* of what, addresses included: not for the one who asked */
    const char *rule;                /* that decided; NULL: none did */
    const char *reason;
    bool reported; /* no more than that: it goes ahead */
};

/* Its functions are called in the midst of things: they note, and touch no socket. All of them may be NULL together. */
struct witness {
    void *context;

    /* An object has been opened (or accepted), or is about to be closed. reason: why it is closed, else NULL. */
    void (*happened)(void *context, enum event_kind kind, const struct object *object, const char *reason);

    void (*denied)(void *context, const struct denial *denial);
};
