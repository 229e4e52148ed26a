/* Parameters that outlive the message they came in. */
#pragma once

#include "proto.h"

/* A copy of a record with all that it points to, in one piece of memory for free(), and its size; NULL without memory. bare:
 * its texts and bytes are not needed any more and become null. */
void *record_keep(const struct record *record, const void *value, bool bare, size_t *size);
