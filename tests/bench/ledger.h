/* The ratios that README gives: a table in Markdown, a row a claim, from which a later run can tell whether one has fallen. */
#pragma once

#include "figure.h"

/* Prints a figure's claims as rows of the table. Those that are no ratio have none: they are another machine's. */
void ledger_print(const struct figure *figure);

/* The two lines above the rows. */
void ledger_print_head(void);

/* Compares a figure's claims with the rows of the file at that path: a ratio has fallen where even its best round is worse by
 * more than half. Tells each that has; how many. A claim that has no row is passed over. */
int ledger_compare(const struct figure *figure, const char *path);
