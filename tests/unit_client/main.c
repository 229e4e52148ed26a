/* libsockd against a daemon that the tests play themselves. */
#include <stdlib.h>

#include "fake.h"

int main(void)
{
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, case_calls());
    suite_add_tcase(suite, case_errors());
    suite_add_tcase(suite, case_events());
    suite_add_tcase(suite, case_flight());
    suite_add_tcase(suite, case_connection());
    suite_add_tcase(suite, case_malformed());
    suite_add_tcase(suite, case_descriptors());
    suite_add_tcase(suite, case_json());
    suite_add_tcase(suite, case_file());
    suite_add_tcase(suite, case_memory());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
