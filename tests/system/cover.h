/* Which outcome of which method a test case shows. A case says it in its row; the client notes what really came back; the
 * runner compares both, and the suite "walk" compares the rows with the method table. */
#pragma once

#include <json-c/json.h>

#include "proto.h"

enum outcome {
    SUCCESS = 1,
    REFUSAL = 2,    /* any error but invalid-params, timeout and cancelled */
    BAD_PARAMS = 4, /* invalid-params */
    TIMEOUT = 8,    /* the error timeout; socket-wait and socket-status: nothing was ready */
    CANCEL = 16,
    AT_END = 32, /* a result with eof true */
};

struct cover {
    enum method_id method;
    unsigned outcomes; /* 0 ends a list */
};

/* A list of covers for a case's row: COVERS({METHOD_read_line, SUCCESS | AT_END}, {METHOD_listen, SUCCESS}). */
#define COVERS(...) ((const struct cover[]){__VA_ARGS__, {METHOD_COUNT, 0}})

/* Memory for the notes, shared with the processes that cases run in. Once, before the first case. */
void cover_init(void);

/* Notes a reply to that method; one that is not in the table is passed over. */
void cover_note(const char *name, json_object *reply);

/* The outcomes noted so far. */
unsigned cover_seen(enum method_id method);

/* What the tests of a method must show, from its row in the table. */
unsigned cover_needed(const struct method *method);

/* The names of outcomes, for a message; static memory. */
const char *cover_names(unsigned outcomes);
