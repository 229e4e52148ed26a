/* Tokens to records: the one decoder, driven by the field tables. What comes out satisfies the table: every member known,
 * of its type and within its bounds, defaults filled in. Texts point into the scanned text; arrays into the arena. */
#pragma once

#include "arena.h"
#include "proto.h"
#include "scan.h"

enum record_result { RECORD_OK, RECORD_INVALID, RECORD_NO_ROOM };

/* Why a record was refused. */
struct record_fault {
    struct sockd_text param; /* the member's name, from the table or from the text */
    char reason[200];        /* "must be an integer from 0 to 65535" */
};

/* Decodes an object (members by name), an array (by position), or nothing at all (token TOKEN_NONE: all defaults).
 * strict: members that the record does not know are refused, as the daemon must; else they are passed over, as a client
 * must that talks to a newer daemon. RECORD_NO_ROOM: the arena is too small; nothing else was wrong so far. */
enum record_result record_decode(const struct record *record, struct scan *scan, uint32_t token, bool strict,
                                 struct arena *arena, void *out, struct record_fault *fault);

/* Makes every member null, or zero where it has no null. */
void record_clear(const struct record *record, void *value);

/* The field at a dotted path ("owner.uid"), and where its value stands in a record of that type; NULL if there is none.
 * leaf: its number among the leaves, which struct sockd_list's fields are made of; for a path to a nested record (or to a
 * field that is a leaf) leaves has one bit for each leaf in it. */
const struct field *record_path(const struct record *record, const char *path, size_t size, size_t *offset, uint64_t *leaves);
