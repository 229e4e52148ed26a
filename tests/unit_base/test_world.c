/* This host's own addresses: all of them, and none let through where they cannot be told. */
#include <check.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "policy_kit.h"
#include "world.h"

#define MANY 700

static struct world host;
static size_t told;
static bool broken;

int __wrap_getifaddrs(struct ifaddrs **all);
void __wrap_freeifaddrs(struct ifaddrs *all);

/* 10.1.0.1 and what follows. */
int __wrap_getifaddrs(struct ifaddrs **all)
{
    static struct ifaddrs entries[MANY];
    static union address addresses[MANY];
    errno = EAFNOSUPPORT;
    if (broken)
        return -1;
    for (size_t i = 0; i < told; i++) {
        addresses[i] = (union address){.v4 = {.sin_family = AF_INET}};
        addresses[i].v4.sin_addr.s_addr = htonl(0x0a010001 + (uint32_t)i);
        entries[i] = (struct ifaddrs){.ifa_next = i + 1 < told ? &entries[i + 1] : NULL, .ifa_addr = &addresses[i].any};
    }
    *all = told ? entries : NULL;
    return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *all)
{
    (void)all;
}

static bool may_dial(const char *literal)
{
    static const char rules[] = "{\"rights\": [\"connect\"], \"dial\": [{\"allow\": \"*\"}, "
                                "{\"allow\": \"10.0.0.0/8\", \"ports\": [80]}, {\"allow\": \"10.1.0.9\", \"ports\": [80]}]}";
    struct policy *policy = make_policy(rules);
    struct policy_layers layers = {.items = {policy}, .count = 1};
    struct policy_decision decision;
    union address address = make_address(literal, 80);
    struct policy_world now = world_now(&host);
    bool allowed = policy_decide_dial(&layers, &now, literal, strlen(literal), &address, &decision, NULL);
    policy_unref(policy);
    return allowed;
}

static void setup(void)
{
    host = (struct world){0};
    broken = false;
    told = 0;
}

static void teardown(void)
{
    world_deinit(&host);
}

START_TEST(however_many)
{
    told = MANY;
    ck_assert(!may_dial("10.1.0.1"));
    ck_assert(!may_dial("10.1.2.188"));
    ck_assert(may_dial("10.1.2.189"));
    ck_assert(may_dial("10.1.0.9"));
    ck_assert(may_dial("8.8.8.8"));
}
END_TEST

START_TEST(nobody_knows)
{
    broken = true;
    ck_assert(!may_dial("8.8.8.8"));
    ck_assert(!may_dial("10.2.0.1"));
    ck_assert(may_dial("10.1.0.9"));
    broken = false;
    host.asked = 0;
    ck_assert(may_dial("8.8.8.8"));
    told = 1;
    host.asked = 0;
    ck_assert(!may_dial("10.1.0.1"));
    broken = true;
    host.asked = 0;
    ck_assert(may_dial("8.8.8.8"));
    ck_assert(!may_dial("10.1.0.1"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("world");
    TCase *tcase = fixture_case(suite, "world", 10);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, however_many);
    tcase_add_test(tcase, nobody_knows);
    return fixture_run(suite);
}
