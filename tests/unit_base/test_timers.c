/* Timers on a loop of their own: nothing is awaited but that they ring. */
#include <event2/event.h>
#include <stdlib.h>

#include "clock.h"
#include "fixture.h"
#include "timers.h"

#define COUNT 200
#define FAR 3600000000

static struct event_base *base;
static struct timers timers;
static struct timer some[COUNT];
static int order[2 * COUNT], rung;
static struct timer *to_clear, *to_set;

static void note(struct timer *timer)
{
    ck_assert_int_ge(clock_now(), timer->moment);
    ck_assert_int_lt(rung, 2 * COUNT);
    order[rung++] = (int)(timer - some);
    if (to_clear)
        timer_clear(to_clear);
    if (to_set)
        timer_set(to_set, clock_now() + 1);
    to_clear = to_set = NULL;
}

static void open_some(int count)
{
    base = event_base_new();
    ck_assert_int_eq(timers_init(&timers, base), 0);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(timer_open(&some[i], &timers, note), 0);
    rung = 0;
}

static void close_all(int count)
{
    for (int i = 0; i < count; i++)
        timer_close(&some[i]);
    ck_assert_uint_eq(timers.open, 0);
    timers_deinit(&timers);
    event_base_free(base);
}

static void ring(int count)
{
    while (rung < count)
        ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(event_base_loop(base, EVLOOP_NONBLOCK), 0);
    ck_assert_int_eq(rung, count);
}

START_TEST(they_are_due_in_the_order_of_their_moments)
{
    open_some(COUNT);
    int64_t now = clock_now();
    for (int i = 0; i < COUNT; i++)
        timer_set(&some[i], now + (i * 77 % COUNT) * 20);
    ring(COUNT);
    for (int i = 1; i < COUNT; i++)
        ck_assert_int_lt(some[order[i - 1]].moment, some[order[i]].moment);
    close_all(COUNT);
}
END_TEST

START_TEST(what_is_called_off_is_not_due)
{
    open_some(COUNT);
    int64_t now = clock_now();
    for (int i = 0; i < COUNT; i++)
        timer_set(&some[i], now + (i * 31 % COUNT) * 20);
    for (int i = 0; i < COUNT; i += 2)
        timer_clear(&some[i]);
    timer_clear(&some[0]); /* not set any more: nothing happens */
    ring(COUNT / 2);
    for (int i = 0; i < COUNT / 2; i++)
        ck_assert_int_eq(order[i] % 2, 1);
    for (int i = 1; i < COUNT / 2; i++)
        ck_assert_int_lt(some[order[i - 1]].moment, some[order[i]].moment);
    close_all(COUNT);
}
END_TEST

START_TEST(an_earlier_moment_is_not_waited_for_the_later_one)
{
    open_some(2);
    timer_set(&some[0], clock_now() + FAR);
    timer_set(&some[1], clock_now() + FAR);
    timer_set(&some[1], clock_now() + 1000); /* moved */
    ring(1);
    ck_assert_int_eq(order[0], 1);
    timer_set(&some[0], 0); /* long over */
    ring(2);
    ck_assert_int_eq(order[1], 0);
    close_all(2);
}
END_TEST

/* The clock rings for one that has been called off, and then for the next. */
START_TEST(behind_one_that_is_called_off_comes_the_next)
{
    open_some(2);
    timer_set(&some[0], clock_now() + 1000);
    timer_set(&some[1], clock_now() + 3000);
    timer_clear(&some[0]);
    ring(1);
    ck_assert_int_eq(order[0], 1);
    close_all(2);
}
END_TEST

START_TEST(one_that_is_due_may_change_the_others)
{
    open_some(4);
    int64_t now = clock_now();
    for (int i = 0; i < 3; i++)
        timer_set(&some[i], now + i);
    to_clear = &some[1];
    to_set = &some[3];
    ring(3);
    ck_assert_int_eq(order[0], 0);
    ck_assert_int_eq(order[1], 2);
    ck_assert_int_eq(order[2], 3);
    close_all(4);
}
END_TEST

static void again(struct timer *timer)
{
    rung++;
    timer_set(timer, 0);
}

/* One that is always due leaves the loop its rounds. */
START_TEST(input_is_looked_for_between)
{
    open_some(1);
    some[0].due = again;
    timer_set(&some[0], 0);
    for (int i = 1; i < 10; i++) {
        ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
        ck_assert_int_eq(rung, i);
    }
    close_all(1);
}
END_TEST

START_TEST(one_that_is_not_open_may_be_closed)
{
    struct timer zeroed = {0};
    timer_close(&zeroed);
    ck_assert_ptr_null(zeroed.timers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timers");
    TCase *tcase = fixture_case(suite, "timers", 10);
    tcase_add_test(tcase, they_are_due_in_the_order_of_their_moments);
    tcase_add_test(tcase, what_is_called_off_is_not_due);
    tcase_add_test(tcase, an_earlier_moment_is_not_waited_for_the_later_one);
    tcase_add_test(tcase, behind_one_that_is_called_off_comes_the_next);
    tcase_add_test(tcase, one_that_is_due_may_change_the_others);
    tcase_add_test(tcase, input_is_looked_for_between);
    tcase_add_test(tcase, one_that_is_not_open_may_be_closed);
    return fixture_run(suite);
}
