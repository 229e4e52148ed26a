/* Plays a script on both sides at once, step by step, and compares what they say. */
#pragma once

#include <stdio.h>

#include "differences.h"
#include "side.h"

enum { SIDE_CLISP, SIDE_SOCKD, SIDES_COUNT };

struct stage {
    struct side sides[SIDES_COUNT];
    struct differences *table;
    FILE *trace; /* each step with both results; NULL: none */
};

struct verdict {
    bool failed;
    size_t at;                  /* the step at which it ended */
    const char *row;            /* the last difference that the table explained; NULL: none */
    char *results[SIDES_COUNT]; /* of the step that failed */
    char *expected;             /* what sockd should have said, where it is sockd that did not */
};

void stage_open(struct stage *stage, const char *table);
void stage_close(struct stage *stage);

void play(struct stage *stage, const struct script *script, struct verdict *verdict);
void verdict_deinit(struct verdict *verdict);
