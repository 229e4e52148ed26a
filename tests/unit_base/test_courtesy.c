/* When others are let go first, and when no longer. */
#include <stdlib.h>

#include "courtesy.h"
#include "fixture.h"

#define NOW INT64_C(5000000)
#define BRIEF 999
#define LONG 1000
#define AFTER_LONG 200000
#define AFTER_CALL 10000

START_TEST(it_is_shown_as_long_as_it_costs_little)
{
    struct courtesy courtesy = {0};
    ck_assert(courtesy_due(&courtesy, 0, NOW));
    courtesy_note(&courtesy, NOW, NOW + BRIEF);
    ck_assert(courtesy_due(&courtesy, 0, NOW + BRIEF));
}
END_TEST

START_TEST(who_keeps_the_processor_is_not_asked_again_soon)
{
    struct courtesy courtesy = {0};
    int64_t end = NOW + LONG;
    courtesy_note(&courtesy, NOW, end);
    ck_assert(!courtesy_due(&courtesy, 0, end));
    ck_assert(!courtesy_due(&courtesy, 1, end + 1)); /* a call meanwhile does not shorten it */
    ck_assert(!courtesy_due(&courtesy, 1, end + AFTER_LONG - 1));
    ck_assert(courtesy_due(&courtesy, 1, end + AFTER_LONG));
}
END_TEST

START_TEST(nobody_who_calls_waits_for_others)
{
    struct courtesy courtesy = {0};
    ck_assert(!courtesy_due(&courtesy, 1, NOW));
    ck_assert(!courtesy_due(&courtesy, 2, NOW + AFTER_CALL));
    ck_assert(!courtesy_due(&courtesy, 2, NOW + 2 * AFTER_CALL - 1));
    ck_assert(courtesy_due(&courtesy, 2, NOW + 2 * AFTER_CALL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("courtesy");
    TCase *tcase = fixture_case(suite, "courtesy", 10);
    tcase_add_test(tcase, it_is_shown_as_long_as_it_costs_little);
    tcase_add_test(tcase, who_keeps_the_processor_is_not_asked_again_soon);
    tcase_add_test(tcase, nobody_who_calls_waits_for_others);
    return fixture_run(suite);
}
