/* cli_tests SUITE runs one suite of the command line; without a name it lists them. */
#include <stdio.h>
#include <string.h>

#include "suites.h"

const struct suite *const suites[] = {&suite_words, &suite_verbs,    &suite_lists, &suite_policy,
                                      &suite_cat,   &suite_examples, NULL};

int main(int argc, char **argv)
{
    for (const struct suite *const *suite = suites; *suite; suite++)
        if (argc != 2)
            puts((*suite)->name);
        else if (strcmp(argv[1], (*suite)->name) == 0)
            return suite_run(*suite);
    return argc == 2 ? 2 : 0;
}
