/* What the suites of the daemon's pure modules share. */
#pragma once

#include <check.h>
#include <stdlib.h>

/* Runs a suite; the process's exit status. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
