/* Time as the daemon uses it: microseconds of the monotonic clock, which never jumps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include <sockd/values.h>

#define CLOCK_TEXT 32

int64_t clock_now(void);

/* The processor time that the calling thread has used. */
int64_t clock_thread(void);

/* A moment of the monotonic clock as wall-clock time, RFC 3339 in UTC with milliseconds; the length. */
size_t clock_text(int64_t moment, char text[CLOCK_TEXT]);

/* A wait in microseconds, cut to what a timer takes (some thousand years); never negative. The timeout is finite. */
int64_t clock_wait(const struct sockd_timeout *timeout);

struct timeval clock_timeval(int64_t microseconds);
