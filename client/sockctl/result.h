/* The result of a method as people and scripts want it. */
#pragma once

#include "verb.h"

/* Prints a result in the format that the options ask for. Plain is: the value itself where there is one that matters (a
 * handle, a line, a status), else one line a member. An exit status: EXIT_NOTHING where something was to be read and there
 * was nothing. */
int result_print(const struct command *command, const struct method *method, json_object *result);

/* One line for each leaf of an object: its path, its value. */
void result_print_members(const struct record *record, json_object *object);
