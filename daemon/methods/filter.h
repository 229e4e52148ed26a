/* Filters: which records of a list are wanted. Pure.
 *
 * A filter is terms joined by commas, all of which must hold; a term is FIELD=VALUE or has !=, <, <=, > or >= in its place. A
 * field is a path ("owner.uid"). What a value may be, and how it compares, depends on the field:
 *   whole number   all operators
 *   word           = and !=; one of the field's own words
 *   text           all operators, byte by byte; all there is up to the next comma is the value
 *   time           all operators; 2026-11-22T19:00:00.000Z, which may be cut short and then compares as far as it goes
 *   address        = and !=; an address, or a network as in 10.0.0.0/8; a v4 address within v6 is the v4 address
 *   format         = and !=; an encoding or a line terminator
 * For a field that can be null the value null asks for that, with = and !=. Of what else is compared with null only != holds.
 */
#pragma once

#include "address.h"
#include "proto.h"

#define FILTER_TERMS 32
#define FILTER_REASON 200

enum filter_relation { FILTER_EQUAL, FILTER_UNEQUAL, FILTER_LESS, FILTER_AT_MOST, FILTER_MORE, FILTER_AT_LEAST };

struct filter_kind;

struct filter_term {
    const struct field *field;
    const struct filter_kind *kind; /* how its values are read and compared */
    size_t offset;                  /* of its value in the record */
    enum filter_relation relation;
    bool null;
    struct sockd_text text; /* as it was written */
    int64_t number;         /* a whole number, a word, a line terminator (or -1); bits of a network */
    union address network;
};

struct filter {
    size_t count;
    uint64_t leaves; /* what it looks at: see record_path */
    struct filter_term terms[FILTER_TERMS];
};

/* Reads a filter for records of that type; null is one without terms. The text must outlive it. False: the reason says what
 * is wrong. */
bool filter_read(struct filter *filter, const struct record *record, struct sockd_text text, char reason[FILTER_REASON]);

/* Whether all terms hold. value: a record of that type, in which at least the leaves of the filter are filled in. */
bool filter_holds(const struct filter *filter, const void *value);
