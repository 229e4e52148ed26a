#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_names.h"
#include "fixture.h"
#include "resolver.h"

static struct event_base *base;
static struct resolver *resolver;

struct answer {
    bool done;
    int calls, error;
    size_t count;
    union address addresses[RESOLVER_ANSWERS];
    char name[256];
};

static void on_addresses(void *context, int error, int system_error, const union address *addresses, size_t count)
{
    (void)system_error;
    struct answer *answer = context;
    answer->done = true;
    answer->calls++;
    answer->error = error;
    answer->count = count;
    ck_assert_uint_le(count, RESOLVER_ANSWERS);
    memcpy(answer->addresses, addresses, count * sizeof(*addresses));
}

static void on_name(void *context, const char *name)
{
    struct answer *answer = context;
    answer->done = true;
    answer->calls++;
    snprintf(answer->name, sizeof(answer->name), "%s", name ? name : "(none)");
}

static struct resolver_job *look_up(const char *host, int family, struct answer *answer)
{
    struct resolver_job *job = resolver_lookup(resolver, NULL, host, strlen(host), family, 8080, on_addresses, answer);
    ck_assert_ptr_nonnull(job);
    return job;
}

static void setup(void)
{
    base = event_base_new();
    resolver = resolver_new(base, 4);
    ck_assert_ptr_nonnull(resolver);
}

static void teardown(void)
{
    resolver = resolver_free(resolver);
    event_base_free(base);
}

START_TEST(localhost)
{
    struct answer answer = {0};
    look_up("localhost", AF_INET, &answer);
    ck_assert(!answer.done);
    loop_until(base, &answer.done);
    ck_assert_int_eq(answer.error, 0);
    ck_assert_uint_eq(answer.count, 1);
    char text[ADDRESS_TEXT];
    address_text(&answer.addresses[0], text);
    ck_assert_str_eq(text, "127.0.0.1");
    ck_assert_int_eq(address_port(&answer.addresses[0]), 8080);
}
END_TEST

START_TEST(no_such_name)
{
    struct answer answer = {0};
    fake_name("nothing.test", "");
    look_up("nothing.test", AF_UNSPEC, &answer);
    loop_until(base, &answer.done);
    ck_assert_int_eq(answer.error, EAI_NONAME);
    ck_assert_uint_eq(answer.count, 0);
}
END_TEST

START_TEST(bad_hosts)
{
    struct answer answers[3] = {0};
    char longest[300];
    memset(longest, 'a', sizeof(longest));
    ck_assert_ptr_nonnull(resolver_lookup(resolver, NULL, longest, sizeof(longest), AF_UNSPEC, 1, on_addresses, &answers[0]));
    ck_assert_ptr_nonnull(resolver_lookup(resolver, NULL, "localhost\0x", 11, AF_UNSPEC, 1, on_addresses, &answers[1]));
    ck_assert_ptr_nonnull(resolver_lookup(resolver, NULL, "", 0, AF_UNSPEC, 1, on_addresses, &answers[2]));
    ck_assert(!answers[0].done && !answers[1].done && !answers[2].done);
    for (int i = 0; i < 3; i++) {
        loop_until(base, &answers[i].done);
        ck_assert_int_eq(answers[i].error, EAI_NONAME);
    }
}
END_TEST

START_TEST(answers_once)
{
    struct answer answer = {0};
    fake_name("double.test", "10.0.0.1 ::1 10.0.0.1 10.0.0.2 ::1");
    look_up("double.test", AF_UNSPEC, &answer);
    loop_until(base, &answer.done);
    ck_assert_uint_eq(answer.count, 3);

    struct answer many = {0};
    fake_name("many.test",
              "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 10.0.0.9 10.0.0.10 10.0.0.11 "
              "10.0.0.12 10.0.0.13 10.0.0.14 10.0.0.15 10.0.0.16 10.0.0.17 10.0.0.18");
    look_up("many.test", AF_UNSPEC, &many);
    loop_until(base, &many.done);
    ck_assert_uint_eq(many.count, RESOLVER_ANSWERS);
}
END_TEST

START_TEST(reverse)
{
    struct answer answer = {0}, none = {0};
    union address address;
    ck_assert(address_literal(&address, "127.0.0.1", 9, 80));
    ck_assert_ptr_nonnull(resolver_reverse(resolver, NULL, &address, on_name, &answer));
    loop_until(base, &answer.done);
    ck_assert_str_eq(answer.name, "localhost");
    ck_assert(address_literal(&address, "240.0.0.1", 9, 80));
    ck_assert_ptr_nonnull(resolver_reverse(resolver, NULL, &address, on_name, &none));
    resolver_cancel(NULL);
    loop_until(base, &none.done);
    ck_assert_str_eq(none.name, "(none)");
}
END_TEST

static void wait_stuck(int count)
{
    for (long end = now_ms() + 10000; fake_stuck() != count; sched_yield())
        ck_assert_int_lt(now_ms(), end);
}

/* Four threads are stuck; what comes after waits, and can be cancelled while it waits, while it runs and when it is done. */
START_TEST(cancel_in_every_state)
{
    struct answer stuck[5] = {0}, queued[2] = {0};
    struct resolver_job *jobs[4];
    for (int i = 0; i < 4; i++)
        jobs[i] = look_up("stuck.test", AF_UNSPEC, &stuck[i]);
    wait_stuck(4);
    fake_name("stuck.test", "10.0.0.1");
    fake_name("queued.test", "10.0.0.2");
    struct resolver_job *waiting = look_up("queued.test", AF_UNSPEC, &queued[0]);
    look_up("queued.test", AF_UNSPEC, &queued[1]);
    resolver_cancel(waiting);
    resolver_cancel(jobs[0]);
    loop_once(base);
    ck_assert(!stuck[1].done && !queued[1].done);
    fake_unstick();
    loop_until(base, &queued[1].done);
    loop_until(base, &stuck[2].done);
    loop_until(base, &stuck[3].done);
    loop_until(base, &stuck[1].done);
    loop_once(base);
    ck_assert_int_eq(stuck[0].calls, 0);
    ck_assert_int_eq(queued[0].calls, 0);
    for (int i = 1; i < 4; i++) {
        ck_assert_int_eq(stuck[i].calls, 1);
        ck_assert_uint_eq(stuck[i].count, 1);
    }
}
END_TEST

struct chain {
    struct resolver_job *other;
    bool done;
    int calls;
};

static void on_cancel_other(void *context, int error, int system_error, const union address *addresses, size_t count)
{
    (void)error;
    (void)system_error;
    (void)addresses;
    (void)count;
    struct chain *chain = context;
    chain->calls++;
    chain->done = true;
    resolver_cancel(chain->other);
    chain->other = NULL;
}

/* Two answers are there at once; the callback of the first cancels the second. */
START_TEST(cancel_from_callback)
{
    struct answer never = {0};
    struct chain chain = {0};
    ck_assert_ptr_nonnull(resolver_lookup(resolver, NULL, "", 0, AF_UNSPEC, 1, on_cancel_other, &chain));
    chain.other = resolver_lookup(resolver, NULL, "", 0, AF_UNSPEC, 1, on_addresses, &never);
    loop_until(base, &chain.done);
    loop_once(base);
    ck_assert_int_eq(chain.calls, 1);
    ck_assert_int_eq(never.calls, 0);
}
END_TEST

static void on_free_resolver(void *context, int error, int system_error, const union address *addresses, size_t count)
{
    (void)error;
    (void)system_error;
    (void)addresses;
    (void)count;
    *(bool *)context = true;
    resolver = resolver_free(resolver);
}

START_TEST(free_from_callback)
{
    bool done = false;
    struct answer never = {0};
    ck_assert_ptr_nonnull(resolver_lookup(resolver, NULL, "", 0, AF_UNSPEC, 1, on_free_resolver, &done));
    look_up("", AF_UNSPEC, &never);
    look_up("localhost", AF_UNSPEC, &never);
    loop_until(base, &done);
    loop_once(base);
    ck_assert_int_eq(never.calls, 0);
}
END_TEST

#define STORM 2000

START_TEST(cancel_storm)
{
    static struct answer answers[STORM];
    static struct resolver_job *jobs[STORM];
    unsigned seed = 7;
    fake_name("storm.test", "10.0.0.1 10.0.0.2");
    for (int i = 0; i < STORM; i++) {
        jobs[i] = look_up("storm.test", AF_UNSPEC, &answers[i]);
        int victim = rand_r(&seed) % (i + 1);
        if (!answers[victim].done) {
            resolver_cancel(jobs[victim]);
            jobs[victim] = NULL;
            answers[victim].done = true; /* nobody waits for it */
        }
        if (i % 16 == 0)
            loop_once(base);
    }
    for (int i = 0; i < STORM; i++) {
        loop_until(base, &answers[i].done);
        ck_assert_int_eq(answers[i].calls, jobs[i] ? 1 : 0);
    }
}
END_TEST

START_TEST(queue_is_bounded)
{
    static struct answer answers[4110];
    struct resolver_job *jobs[4110];
    int refused = 0;
    for (int i = 0; i < 4; i++)
        jobs[i] = look_up("stuck.test", AF_UNSPEC, &answers[i]);
    wait_stuck(4);
    for (int i = 4; i < 4110; i++)
        jobs[i] = look_up("stuck.test", AF_UNSPEC, &answers[i]);
    loop_once(base);
    for (int i = 4; i < 4110; i++)
        if (answers[i].done) {
            refused++;
            ck_assert_int_eq(answers[i].error, EAI_AGAIN);
        } else {
            resolver_cancel(jobs[i]);
        }
    ck_assert_int_eq(refused, 10);
    fake_unstick();
}
END_TEST

/* The resolver goes within a second although its threads do not; they end later and find what they need. */
START_TEST(free_with_stuck_threads)
{
    static struct answer answers[6];
    for (int i = 0; i < 6; i++)
        look_up("stuck.test", AF_UNSPEC, &answers[i]);
    wait_stuck(4);
    long start = now_ms();
    resolver = resolver_free(resolver);
    ck_assert_int_lt(now_ms() - start, 1000);
    fake_unstick();
    wait_stuck(0);
    loop_once(base);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(answers[i].calls, 0);
}
END_TEST

START_TEST(free_is_quick)
{
    struct answer answer = {0};
    look_up("localhost", AF_UNSPEC, &answer);
    loop_until(base, &answer.done);
    long start = now_ms();
    resolver = resolver_free(resolver);
    ck_assert_int_lt(now_ms() - start, 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("resolver");
    TCase *tcase = fixture_case(suite, "resolver", 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, localhost);
    tcase_add_test(tcase, no_such_name);
    tcase_add_test(tcase, bad_hosts);
    tcase_add_test(tcase, answers_once);
    tcase_add_test(tcase, reverse);
    tcase_add_test(tcase, cancel_in_every_state);
    tcase_add_test(tcase, cancel_from_callback);
    tcase_add_test(tcase, free_from_callback);
    tcase_add_test(tcase, cancel_storm);
    tcase_add_test(tcase, queue_is_bounded);
    tcase_add_test(tcase, free_is_quick);

    /* the pool's descriptor goes with its last thread, after the case: no count here */
    TCase *stuck = tcase_create("stuck");
    tcase_add_checked_fixture(stuck, setup, teardown);
    tcase_set_timeout(stuck, 30);
    tcase_add_test(stuck, free_with_stuck_threads);
    suite_add_tcase(suite, stuck);
    return fixture_run(suite);
}
