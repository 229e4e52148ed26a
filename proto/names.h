/* The names of an object's members. */
#pragma once

#include "scan.h"

/* A name that the object has twice, where it stands for the second time; TOKEN_NONE if there is none. Uses the scan's scratch.
 */
uint32_t names_duplicate(struct scan *scan, uint32_t object);
