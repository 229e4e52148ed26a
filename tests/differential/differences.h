/* The table of deliberate differences, differences.json.
 *
 * A row:
 *     "id"          its name
 *     "operations"  which steps it is about; "@group" stands for a group of the table's head
 *     "when"        facts that must hold ("!fact": must not), all of them
 *     "arguments"   members that the step's arguments must have (absent: any)
 *     "clisp", "sockd"   what each says: a list of patterns, of which one must fit. A pattern fits a result that has all
 *                        its members; the value "*" is any. "sockd": "by the rules" fits what the model (model.h) has worked
 *                        out, so that CLISP may say anything and sockd only what is right
 *     "then"        "stop": what follows in a case cannot be compared any more (the default); "go on": nothing was changed by
 *                   it
 *     "causes"      the method that is behind it, where "operations" has only the peer's
 *     "program", "daemon", "reason"   what CLISP does, what sockd does, and why
 *
 * The first row that fits explains a difference. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "script.h"

struct differences;

/* Reads and checks the table, or ends the program with what is wrong in it. */
struct differences *differences_load(const char *path);
void differences_free(struct differences *table);

/* predicted: sockd's result is the model's. The row that explains a difference: its id, and whether the case goes on; NULL: it
 * is not deliberate. */
const char *differences_explain(struct differences *table, const struct step *step, uint64_t facts, json_object *clisp,
                                json_object *sockd, bool predicted, bool *stop);

/* The id of a row; NULL behind the last. */
const char *differences_id(const struct differences *table, size_t row);

/* The ids of the rows that are about a method, max at the most: how many. */
size_t differences_of_method(const struct differences *table, const char *method, const char **ids, size_t max);

/* Prints the ids of rows that have explained nothing so far: how many. */
size_t differences_unused(const struct differences *table, FILE *out);

/* Prints the page of the reference. */
void differences_print(const struct differences *table, FILE *out);
