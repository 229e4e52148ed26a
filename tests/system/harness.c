#include "harness.h"

#include "network.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct daemon the_daemon;

static int descriptors_before; /* of the daemon, when the case began */
static int *descriptors_idle;  /* of the daemon without sessions; shared with the cases; 0: not known */
static int first_own;          /* descriptors of this process from here on are the case's */

static void case_setup(void)
{
    first_own = dup(0);
    close(first_own);
    if (the_daemon.pid)
        descriptors_before =
            *descriptors_idle ? daemon_settle(&the_daemon, *descriptors_idle) : daemon_descriptors(&the_daemon);
}

static void close_own(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int own[4096], count = 0;
    for (struct dirent *entry; directory && count < COUNT(own) && (entry = readdir(directory));) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd >= first_own && fd != dirfd(directory))
            own[count++] = fd;
    }
    closedir(directory);
    while (count > 0)
        close(own[--count]);
}

static void case_teardown(void)
{
    client_close_all();
    request_forget_all();
    value_free_all();
    close_own();
    if (!the_daemon.pid)
        return;
    int after = daemon_settle(&the_daemon, descriptors_before);
    ck_assert_msg(after == descriptors_before, "the daemon had %d descriptors before and has %d after", descriptors_before,
                  after);
}

/* What the daemon makes only when it is first needed must not look like a leak: one call that resolves a name. */
START_TEST(daemon_serves)
{
    struct client *c = client_open();
    json_object *server = call(c, "socket-server", "{'interface': 'localhost'}");
    call(c, "socket-server-close", "{'server': %lu}", handle_at(server, "server"));
    *descriptors_idle = daemon_descriptors(&the_daemon) - 1;
    client_close_all();
    request_forget_all();
    value_free_all();
}
END_TEST

static bool begin(const struct suite *suite)
{
    const char *arguments[] = {"--config", NULL, NULL};
    if (suite->config)
        arguments[1] = daemon_configure(&the_daemon, suite->config);
    daemon_start(&the_daemon, suite->config ? arguments : NULL);
    if (daemon_ready(&the_daemon))
        return true;
    char text[4000];
    fprintf(stderr, "the daemon does not start: %s\n", daemon_read(the_daemon.errors, text, sizeof text));
    return false;
}

static Suite *make(const struct suite *suite)
{
    Suite *made = suite_create(suite->name);
    TCase *cases = tcase_create(suite->name);
    tcase_set_timeout(cases, suite->seconds ? suite->seconds : 20);
    tcase_add_checked_fixture(cases, case_setup, case_teardown);
    if (!suite->alone) {
        TCase *first = tcase_create("daemon");
        tcase_add_test(first, daemon_serves);
        suite_add_tcase(made, first);
    }
    for (const struct test_case *row = suite->cases; row->test; row++)
        if (row->loops)
            tcase_add_loop_test(cases, *row->test, 0, row->loops);
        else
            tcase_add_test(cases, *row->test);
    suite_add_tcase(made, cases);
    return made;
}

/* What the rows claim must have been seen. */
static int uncovered(const struct suite *suite)
{
    unsigned claimed[METHOD_COUNT] = {0};
    int count = 0;
    for (const struct test_case *row = suite->cases; row->test; row++)
        for (const struct cover *cover = row->covers; cover && cover->outcomes; cover++)
            claimed[cover->method] |= cover->outcomes;
    for (int i = 0; i < METHOD_COUNT; i++) {
        unsigned missing = (claimed[i] | suite->covers_all) & ~cover_seen((enum method_id)i);
        if (missing)
            fprintf(stderr, "%s claims to show of %s, but did not:%s\n", suite->name, methods[i].name, cover_names(missing));
        count += missing != 0;
    }
    return count;
}

static int finish(void)
{
    const char *fault = daemon_stop(&the_daemon, SIGTERM);
    if (fault)
        fprintf(stderr, "%s\n", fault);
    daemon_clean(&the_daemon);
    return fault != NULL;
}

int suite_run(const struct suite *suite)
{
    signal(SIGPIPE, SIG_IGN);
    cover_init();
    descriptors_idle = mmap(NULL, sizeof *descriptors_idle, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (suite->network && !network_enter()) {
        fprintf(stderr, "skipped: this system lets nobody have a network of his own\n");
        return SUITE_SKIPPED;
    }
    daemon_prepare(&the_daemon);
    if (suite->names && !daemon_take_names(&the_daemon)) {
        fprintf(stderr, "skipped: this system lets nobody have a view of the file system of his own\n");
        daemon_clean(&the_daemon);
        return SUITE_SKIPPED;
    }
    if (!suite->alone && !begin(suite))
        return 1;
    SRunner *runner = srunner_create(make(suite));
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (!getenv("CK_RUN_CASE") && failed == 0)
        failed += uncovered(suite);
    if (suite->alone)
        daemon_clean(&the_daemon);
    else
        failed += finish();
    return failed != 0;
}
