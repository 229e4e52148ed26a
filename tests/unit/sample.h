/* Values for every type of field, so that suites can walk the table of methods whatever stands in it. */
#pragma once

#include "arena.h"
#include "proto.h"

/* LOW and HIGH take the ends of what a type has; NULLS whatever may be null. */
enum sample { SAMPLE_LOW, SAMPLE_HIGH, SAMPLE_NULLS, SAMPLE_COUNT };

void sample_fill(const struct record *record, enum sample sample, struct arena *arena, void *value);

/* Every record that the methods use, and the fault: number i, or NULL behind the last. Some come twice. */
const struct record *sample_record(size_t i);

/* JSON texts that are no value of this type, number i, or NULL behind the last. */
const char *sample_wrong(const struct field *field, size_t i);
