/* Walks the method table and the rows of every suite: each method must be shown to succeed and to refuse, and, where its row
 * says that it waits or reads, to run out of time, to be cancelled and to meet the end. What a row claims is compared with
 * what came back by the suite's own run. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static unsigned claimed(enum method_id method)
{
    unsigned outcomes = 0;
    for (const struct suite *const *suite = suites; *suite; suite++) {
        outcomes |= (*suite)->covers_all;
        for (const struct test_case *row = (*suite)->cases; row->test; row++)
            for (const struct cover *cover = row->covers; cover && cover->outcomes; cover++)
                outcomes |= cover->method == method ? cover->outcomes : 0;
    }
    return outcomes;
}

START_TEST(every_method_is_tested)
{
    unsigned missing = cover_needed(&methods[_i]) & ~claimed((enum method_id)_i);
    ck_assert_msg(!missing, "no test shows of %s:%s", methods[_i].name, cover_names(missing));
}
END_TEST

START_TEST(every_method_is_served)
{
    struct client *c = client_open();
    struct message *message =
        exchange(c, "{'jsonrpc':'2.0','id':1,'method':'%s','params':{'no such parameter':0}}", methods[_i].name);
    fault_in(message->json, "invalid-params");
}
END_TEST

static const struct test_case cases[] = {
    {&every_method_is_tested, NULL, METHOD_COUNT},
    {&every_method_is_served, NULL, METHOD_COUNT},
    {0},
};

const struct suite suite_walk = {.name = "walk", .cases = cases};
