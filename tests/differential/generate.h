/* Random sequences of steps. The same seed gives the same sequence, on every machine. */
#pragma once

#include <stdint.h>

#include "play.h"

/* Makes a script; what it points to lives in the result, the caller's. */
json_object *generate(uint64_t seed, struct script *script);

/* Leaves out of a script that fails what it fails without. The verdict is the smaller one's. */
void generate_shrink(struct stage *stage, struct script *script, struct verdict *verdict);
