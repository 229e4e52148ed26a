/* The session with the daemon: calls, and what becomes of an error. */
#pragma once

#include "verb.h"

/* What a call gave. */
struct answer {
    json_object *result;        /* the caller's; NULL in an error */
    struct sockd_bytes payload; /* these belong to the session, until its next call; the descriptors are the caller's */
    const int *descriptors;
    size_t descriptor_count;
};

/* Opens command->client. An exit status; what failed has been told. */
int link_open(struct command *command);

/* Calls a method, for no longer than --timeout where the verb has no parameter of that name. An exit status; what failed has
 * been told. */
int link_call(struct command *command, const char *method, json_object *params, struct answer *answer);

/* The same with bytes and descriptors that ride along; request->params is filled in from params. */
int link_request(struct command *command, struct sockd_json_request *request, json_object *params, struct answer *answer);

/* Tells the error of the library's last call, and gives its exit status. */
int link_fault(const struct command *command);

/* Tells an error of sockctl's own and gives the status back. */
int link_complain(const struct command *command, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The exit status of a kind of error. */
int link_status(const char *kind);
