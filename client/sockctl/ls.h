/* Lists of handles. */
#pragma once

#include "verb.h"

/* Prints one page as handle.list gives it. An exit status. */
int ls_print_page(const struct command *command, json_object *page);
