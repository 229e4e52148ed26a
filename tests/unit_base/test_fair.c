/* Shares of time: moments are made up, so that every wait is exact. */
#include <stdlib.h>

#include "fair.h"
#include "fixture.h"

#define START 1000000

/* One who asks for much until a moment, as often as he may, in turns of that length: how much he got. */
static int64_t press(struct fair *fair, struct fair_share *share, int64_t from, int64_t until, int64_t turn,
                     struct fair_share *calm)
{
    int64_t got = 0;
    for (int64_t now = from; now < until;) {
        int64_t wait = fair_wait(fair, share, now);
        if (wait == 0) {
            fair_note(fair, share, NULL, now, now + turn);
            got += turn;
            now += turn;
        } else if (!calm) {
            now += wait;
        }
        if (calm) {
            ck_assert_int_eq(fair_wait(fair, calm, now), 0);
            fair_note(fair, calm, NULL, now, now + 5);
            now += 25;
        }
    }
    return got;
}

START_TEST(alone_there_is_no_wait)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5};
    ck_assert_int_ge(press(&fair, &share, START, START + 1000000, 200, NULL), 1000000);
}
END_TEST

START_TEST(a_calm_one_is_waited_for)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5}, calm = {.percent = 5};
    int64_t got = press(&fair, &share, START, START + 1000000, 200, &calm);
    ck_assert_int_ge(got, 40000);
    ck_assert_int_le(got, 70000);
}
END_TEST

/* A turn that takes long is paid for afterwards. */
START_TEST(long_turns_cost_what_they_take)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5}, calm = {.percent = 5};
    int64_t got = press(&fair, &share, START, START + 2000000, 3000, &calm);
    ck_assert_int_ge(got, 80000);
    ck_assert_int_le(got, 120000);
}
END_TEST

START_TEST(a_share_is_what_the_profile_says)
{
    struct fair fair = {0};
    struct fair_share whole = {.percent = 100}, half = {.percent = 50}, none = {0}, calm = {.percent = 5};
    ck_assert_int_ge(press(&fair, &whole, START, START + 500000, 200, &calm), 400000);
    ck_assert_int_ge(press(&fair, &none, START + 1000000, START + 1500000, 200, &calm), 400000);
    int64_t got = press(&fair, &half, START + 2000000, START + 2500000, 200, &calm);
    ck_assert_int_ge(got, 200000);
    ck_assert_int_le(got, 280000);
}
END_TEST

START_TEST(two_who_ask_for_much_do_not_wait_for_each_other)
{
    struct fair fair = {0};
    struct fair_share a = {.percent = 5}, b = {.percent = 5};
    int64_t now = START, waited = 0;
    for (int i = 0; i < 2000; i++) {
        struct fair_share *share = i % 2 ? &a : &b;
        int64_t wait = fair_wait(&fair, share, now);
        if (wait == 0)
            fair_note(&fair, share, NULL, now, now + 200);
        waited += wait;
        now += 200;
    }
    ck_assert_int_le(waited, 20000);
}
END_TEST

/* Sessions of one user that have to wait try again one after the other. */
START_TEST(sessions_of_one_user_queue_up)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5}, calm = {.percent = 5};
    press(&fair, &share, START, START + 100000, 200, &calm);
    int64_t now = START + 100100, last = 0;
    fair_note(&fair, &share, NULL, now - 100, now);
    for (int i = 0; i < 10; i++) {
        int64_t wait = fair_wait(&fair, &share, now);
        ck_assert_int_ge(wait, i ? last + 1000 : 1);
        last = wait;
    }
}
END_TEST

START_TEST(what_others_spend_for_him_counts)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5}, calm = {.percent = 5};
    fair_note(&fair, &calm, NULL, START, START + 5);
    ck_assert_int_eq(fair_wait(&fair, &share, START), 0);
    fair_charge(&share, 5000, START + 10);
    for (int64_t now = START + 20; now < START + 50000; now += 1000) {
        ck_assert_int_gt(fair_wait(&fair, &share, now), 0);
        fair_note(&fair, &calm, NULL, now, now + 5);
    }
}
END_TEST

/* However long the turn was that he has to pay for. */
START_TEST(who_is_alone_again_goes_on)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5}, calm = {.percent = 5};
    ck_assert_int_eq(fair_wait(&fair, &share, START), 0);
    fair_note(&fair, &share, NULL, START, START + 1000000);
    fair_note(&fair, &calm, NULL, START + 1000000, START + 1000005);
    int64_t wait = fair_wait(&fair, &share, START + 1000010);
    ck_assert_int_gt(wait, 0);
    ck_assert_int_le(wait, 10000);
    ck_assert_int_eq(fair_wait(&fair, &share, START + 1000010 + wait), 0);
}
END_TEST

/* One session after the other in short turns, as often as he may, beside a calm one: how much he got. */
static int64_t take_turns(const int *sessions, int count)
{
    struct fair fair = {0};
    struct fair_share share = {.percent = 5}, calm = {.percent = 5};
    int64_t got = 0;
    for (int64_t now = START, i = 0; now < START + 1000000; now += 25, i++) {
        if (fair_wait(&fair, &share, now) == 0) {
            fair_note(&fair, &share, &sessions[i % count], now, now + 10);
            got += 10;
        }
        fair_note(&fair, &calm, &calm, now + 10, now + 15);
    }
    return got;
}

/* Short turns are little at a time where each waits for the one before, which those of many sessions do not. */
START_TEST(many_sessions_are_not_calm)
{
    static const int sessions[16] = {0};
    ck_assert_int_eq(take_turns(sessions, 1), 400000);
    ck_assert_int_ge(take_turns(sessions, 16), 30000);
    ck_assert_int_le(take_turns(sessions, 16), 70000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fair");
    TCase *cases = fixture_case(suite, "fair", 10);
    tcase_add_test(cases, alone_there_is_no_wait);
    tcase_add_test(cases, many_sessions_are_not_calm);
    tcase_add_test(cases, a_calm_one_is_waited_for);
    tcase_add_test(cases, long_turns_cost_what_they_take);
    tcase_add_test(cases, a_share_is_what_the_profile_says);
    tcase_add_test(cases, two_who_ask_for_much_do_not_wait_for_each_other);
    tcase_add_test(cases, sessions_of_one_user_queue_up);
    tcase_add_test(cases, what_others_spend_for_him_counts);
    tcase_add_test(cases, who_is_alone_again_goes_on);
    return fixture_run(suite);
}
