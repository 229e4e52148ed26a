/* Values that a parameter of a type must not have, whatever its bounds: of another type, malformed, out of every range. */
#pragma once

#include "proto.h"

/* The JSON text of one of them, counted from 0; NULL behind the last. */
const char *wrong_value(enum field_type type, int index);
