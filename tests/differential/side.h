/* One of the two programs that are compared: what a runner can do, and the sockets of the harness that belong to it.
 *
 * Results have one neutral form, a JSON object: the members that the operation gives ({"line": …, "missing_newline": …},
 * {"end": true} at the end of the input, {"done": true} where nothing is told), {"error": kind, …} with kind one of "os" (and
 * "errno"), "timeout", "encoding", "end-of-file", "refused" (the operation does not fit the object's state or kind, or the
 * argument is wrong; "detail" says more and is not compared), "limit", "no-object"; {"waits": true} for an operation that had
 * to wait, and
 * {"died": true} for a program that ended. */
#pragma once

#include "script.h"

#define SIDE_PEERS 16

struct side;

struct runner {
    const char *name;
    void (*start)(struct side *side);                                                /* the program, once */
    void (*open)(struct side *side);                                                 /* a new case */
    void (*begin)(struct side *side, const struct step *step, const char *buffered); /* an operation starts */
    json_object *(*finish)(struct side *side, int patience_ms); /* its result; the caller's. waits: it still goes on */
    void (*close)(struct side *side);                           /* the case's objects go; peers have gone already */
    void (*stop)(struct side *side);
};

struct peer {
    char name[16];
    int fd; /* -1: closed */
    bool reset;
};

struct side {
    const struct runner *runner;
    void *state; /* the runner's */
    struct {
        int fd, port;
    } listeners[2], *listener; /* that connect goes to, over IPv4 and IPv6 (fd -1: there is none); the last one's */
    int connecting;            /* the port that the last connect went to */
    json_object *ports;        /* servers' ports by name */
    struct peer peers[SIDE_PEERS];
    size_t peer_count;
};

extern const struct runner clisp_runner, sockd_runner;

/* The operation begins and its result is awaited. */
json_object *side_error(const char *kind);

long side_now(void); /* milliseconds */
