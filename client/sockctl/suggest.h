/* What a profile would have to allow for its report to stay empty. */
#pragma once

#include "verb.h"

/* The members of a profile (rights, dial, listen) that allow what the rows of that profile are about. What a person has to
 * decide on, and what cannot be allowed, is told on standard error. floor: it has been decided. The caller's. */
json_object *suggest_rules(const struct command *command, json_object *entries, const char *profile, bool floor);
