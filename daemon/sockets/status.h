/* What can be done with sockets without waiting: the interface to poll(). */
#pragma once

#include "object.h"

struct status_item {
    struct object *object;
    int direction; /* enum direction */
    int answer;    /* enum status, or -1 for null */
};

#define STATUS_FEW 32

/* Asks the kernel for all of them in one go, but for those of which it has told what there is to know, and fills the answers.
 * How many are not null, or -ENOMEM, which cannot be where they are few. Asking consumes neither input nor errors. The changes
 * of more than a few are told from then on: see readiness.h. */
int status_ask(struct status_item *items, size_t count);

/* What the loop must be asked for while an item's answer is null: bits of enum want. */
unsigned status_wants(const struct status_item *item);
