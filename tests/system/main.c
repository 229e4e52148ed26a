/* system_tests SUITE runs one suite; without a name it lists them. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

/* Each stands in suite_NAME.c. */
#define SUITE(name) extern const struct suite suite_##name;
#include "suites.def"
#undef SUITE

const struct suite *const suites[] = {
#define SUITE(name) &suite_##name,
#include "suites.def"
#undef SUITE
    NULL,
};

int main(int argc, char **argv)
{
    for (const struct suite *const *suite = suites; *suite; suite++)
        if (argc != 2)
            puts((*suite)->name);
        else if (strcmp(argv[1], (*suite)->name) == 0)
            return suite_run(*suite);
    return argc == 2 ? 2 : 0;
}
