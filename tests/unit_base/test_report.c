/* Reports of what would have been denied: rows that are one and the same are counted, and there are only so many. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "report.h"

static struct reports reports;

static void setup(void)
{
    reports = (struct reports){NULL};
}

static void teardown(void)
{
    reports_deinit(&reports);
    ck_assert(LIST_EMPTY(&reports));
}

static void note(const char *profile, const char *target, int port, enum policy_reason reason, int64_t now)
{
    struct report_fact fact = {profile, reason, port, "connect", target, "", "no rule"};
    report_note(&reports, &fact, now);
}

static const struct report *find(const char *profile)
{
    return report_find(&reports, profile, strlen(profile));
}

START_TEST(the_same_is_counted)
{
    for (int i = 0; i < 5; i++)
        note("web", "a.example", 80, POLICY_NO_RULE, 100 + i);
    const struct report *report = find("web");
    ck_assert_uint_eq(report->count, 1);
    const struct report_row *row = TAILQ_FIRST(&report->rows);
    ck_assert_uint_eq(row->count, 5);
    ck_assert(row->first == 100 && row->last == 104);
    ck_assert_str_eq(row->target, "a.example");
    ck_assert_str_eq(row->rule, "no rule");
}
END_TEST

/* Each differs from the first in one thing. */
START_TEST(what_differs_is_another)
{
    note("web", "a.example", 80, POLICY_NO_RULE, 1);
    note("web", "b.example", 80, POLICY_NO_RULE, 2);
    note("web", "a.example", 81, POLICY_NO_RULE, 3);
    note("web", "a.example", 80, POLICY_FLOOR, 4);
    struct report_fact listen = {"web", POLICY_NO_RULE, 80, "listen", "a.example", "", ""};
    report_note(&reports, &listen, 5);
    struct report_fact address = {"web", POLICY_NO_RULE, 80, "connect", "a.example", "10.0.0.1", ""};
    report_note(&reports, &address, 6);
    ck_assert_uint_eq(find("web")->count, 6);
    note("other", "a.example", 80, POLICY_NO_RULE, 7);
    ck_assert_uint_eq(find("web")->count, 6);
    ck_assert_uint_eq(find("other")->count, 1);
    ck_assert_ptr_null(find("we"));
    ck_assert_ptr_null(report_find(&reports, "webs", 4));
}
END_TEST

START_TEST(the_one_unseen_for_longest_makes_room)
{
    char name[40];
    for (int i = 0; i < REPORT_ENTRIES; i++) {
        snprintf(name, sizeof name, "n%d.example", i);
        note("web", name, 80, POLICY_NO_RULE, i);
    }
    note("web", "n0.example", 80, POLICY_NO_RULE, 5000); /* seen again: now n1 is the one */
    note("web", "new.example", 80, POLICY_NO_RULE, 5001);
    const struct report *report = find("web");
    ck_assert_uint_eq(report->count, REPORT_ENTRIES);
    ck_assert_uint_eq(report->dropped, 1);
    ck_assert_str_eq(TAILQ_FIRST(&report->rows)->target, "n2.example");
    const struct report_row *row;
    size_t rows = 0, seen = 0;
    TAILQ_FOREACH (row, &report->rows, order) {
        rows++;
        seen += strcmp(row->target, "n0.example") == 0 && row->count == 2;
    }
    ck_assert(rows == REPORT_ENTRIES && seen == 1);
    for (int i = 0; i < 3 * REPORT_ENTRIES; i++) {
        snprintf(name, sizeof name, "m%d.example", i);
        note("web", name, 80, POLICY_NO_RULE, 6000 + i);
    }
    ck_assert_uint_eq(report->count, REPORT_ENTRIES);
    ck_assert_uint_eq(report->dropped, 1 + 3 * REPORT_ENTRIES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tcase = fixture_case(suite, "report", 20);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_same_is_counted);
    tcase_add_test(tcase, what_differs_is_another);
    tcase_add_test(tcase, the_one_unseen_for_longest_makes_room);
    return fixture_run(suite);
}
