/* The script language: a case is a list of steps, a step an operation with named arguments.
 *
 *     {"name": "crlf over two packets", "each": "buffered", "steps": [
 *         ["connect"], ["peer-sends", "one\r"], ["read-line"], ["peer-sends", "\ntwo\n"], ["read-line"]]}
 *
 * A step is [operation], [operation, {argument: value, …}], or [operation, value] for the operation's main argument. Objects
 * have names: a stream is "s", a server "v", a peer "p" unless the step says otherwise. "each": "buffered" makes three cases
 * of one, whose streams are made with each mode of buffering. "shows" names the statements of tests/behaviour/statements that
 * the case shows.
 *
 * Operations of the peers, which the harness plays:
 *     peer-connect        as, server, address (of the loopback; ::1 for IPv6): connects to a server
 *     peer-sends          peer, data (text) or hex or fill (how many bytes); waits until the kernel of the other side has it
 *     peer-receives       peer: what has arrived: data, and end or reset where there is one
 *     peer-shuts          peer, direction (output, or input)
 *     peer-closes, peer-resets   peer
 * Operations on both programs: those of the manual by their names, "connect" (to a listener of the harness, which accepts it as
 * "peer"; over IPv6 to a host with colons; "to": "closed" or "full" for one that does not answer, or the name of a server),
 * "accept", and "element-type" and "external-format" with the new value or none. An operation that waits ends the case, unless
 * it has "later": true: then it must wait, only peers act, and ["collect"] gives its result. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>

#define SCRIPT_STEPS 64

/* One operation. */
struct operation {
    const char *name;   /* in scripts */
    const char *method; /* the manual's; NULL: the harness does it */
    const char *main;   /* the argument that may stand alone */
    bool waits;         /* it has a timeout */
};

struct step {
    const struct operation *operation;
    json_object *arguments; /* an object; the script's */
};

struct script {
    char name[120];
    const char *buffered; /* the mode that connect and accept are given, as JSON; NULL: as the steps say */
    size_t count;
    struct step steps[SCRIPT_STEPS];
};

const struct operation *operation_find(const char *name);
const struct operation *operation_at(size_t index); /* NULL behind the last */

/* Reads a case. False: *fault tells, in static memory, what is wrong with it. */
bool script_read(struct script *script, json_object *source, const char **fault);

/* Makes a step of its JSON. */
bool step_read(struct step *step, json_object *source, const char **fault);

/* The script as JSON that can be pasted into a file of cases; the caller's. */
json_object *script_print(const struct script *script);

/* An argument, or the alternative. */
const char *step_text(const struct step *step, const char *name, const char *otherwise);
/* The bytes that a step sends: the caller's, one more than size. */
unsigned char *step_bytes(const struct step *step, size_t *size);
/* What an options step sets an option to; NULL: it does not, or to null. One that cannot be set ends the list. */
json_object *step_option(const struct step *step, const char *name);
bool step_flag(const struct step *step, const char *name);
json_object *step_argument(const struct step *step, const char *name);
