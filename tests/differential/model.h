/* What sockd must say to an input operation, worked out from the script alone: from the bytes that the peer has sent and the
 * written rules, without sockd and without CLISP. Where the two differ, a row of the table says that CLISP may; this says that
 * sockd's answer is the right one.
 *
 * It knows text in UTF-8 and ISO-8859-1, and bytes; it says nothing of a stream of another
 * encoding, or of the status of one that was written to after
 * its peer had closed. */
#pragma once

#include "facts.h"

struct model;

struct model *model_new(void);
void model_free(struct model *model);

/* Carries a step out: the result it must have, which is the caller's, or NULL where nothing is said. facts: of its stream,
 * before it. */
json_object *model_step(struct model *model, const struct step *step, uint64_t facts);

/* Takes note of a step that has been carried out. buffered: the mode that the case gives its streams. */
void model_learn(struct model *model, const struct step *step, const char *buffered, json_object *sockd);
