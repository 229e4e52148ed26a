/* What the suites of the daemon's lowest layer share: a case must leave the descriptors as it found them, and a loop is run
 * until something has come true, never for a while. */
#pragma once

#include <check.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

/* Checked fixture: counts the open descriptors before and after. */
void fixture_setup(void);
void fixture_teardown(void);

/* A test case with the fixture and a time limit in seconds, added to the suite. */
TCase *fixture_case(Suite *suite, const char *name, double seconds);

/* Runs the suite; the process's exit status. */
int fixture_run(Suite *suite);

/* Runs the loop until *flag is true. Fails the test after ten seconds. */
void loop_until(struct event_base *base, const bool *flag);

/* Runs the loop for what is ready now, without waiting. */
void loop_once(struct event_base *base);

/* Runs the loop for that long, for what must not happen. */
void loop_for(struct event_base *base, long milliseconds);

/* CLOCK_MONOTONIC in milliseconds. */
long now_ms(void);

/* A new directory below TMPDIR; removed with all that is in it by scratch_remove. */
void scratch_make(char path[64]);
void scratch_remove(const char *path);
