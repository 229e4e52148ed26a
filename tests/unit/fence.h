/* Memory with a page behind it that nobody may touch: a read or a write of one byte too many is a crash. */
#pragma once

#include <check.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A copy of the bytes that ends at the fence. There are two places, and each stays as it is until its next use. */
char *fence_copy(int place, const char *data, size_t size);

/* size bytes that end at the fence, filled with a pattern. */
char *fence_room(int place, size_t size);

/* Runs a suite of one case; the process's exit status. */
int suite_run(const char *name, TCase *tests);
