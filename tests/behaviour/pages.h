/* The two pages: what sockd has for each operation of the manual, and every statement with the tests that show it. */
#pragma once

#include <stdio.h>

#include "differences.h"
#include "statements.h"

void operations_print(const struct behaviour *behaviour, const struct differences *table, FILE *out);
void behaviour_print(const struct behaviour *behaviour, FILE *out);
