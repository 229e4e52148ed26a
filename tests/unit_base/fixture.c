#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int descriptors_before;

static int count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(directory);
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(directory));)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

void fixture_setup(void)
{
    descriptors_before = count_descriptors();
}

void fixture_teardown(void)
{
    ck_assert_int_eq(count_descriptors(), descriptors_before);
}

TCase *fixture_case(Suite *suite, const char *name, double seconds)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
    tcase_set_timeout(tcase, seconds);
    suite_add_tcase(suite, tcase);
    return tcase;
}

int fixture_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void on_time(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    *(bool *)context = true;
}

void loop_until(struct event_base *base, const bool *flag)
{
    bool late = false;
    struct event *timer = evtimer_new(base, on_time, &late);
    struct timeval limit = {10, 0};
    event_add(timer, &limit);
    while (!*flag && !late)
        event_base_loop(base, EVLOOP_ONCE);
    event_free(timer);
    ck_assert_msg(*flag, "what the loop waited for did not happen");
}

void loop_once(struct event_base *base)
{
    event_base_loop(base, EVLOOP_NONBLOCK);
}

void loop_for(struct event_base *base, long milliseconds)
{
    bool over = false;
    struct event *timer = evtimer_new(base, on_time, &over);
    struct timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000};
    event_add(timer, &limit);
    while (!over)
        event_base_loop(base, EVLOOP_ONCE);
    event_free(timer);
}

long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void scratch_make(char path[64])
{
    const char *parent = getenv("TMPDIR");
    snprintf(path, 64, "%s/sockd-XXXXXX", parent && strlen(parent) < 40 ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
    (void)status;
    (void)type;
    (void)position;
    return remove(path);
}

void scratch_remove(const char *path)
{
    ck_assert_int_eq(nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}
