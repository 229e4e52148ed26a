#include "clock.h"

#include <stdio.h>
#include <time.h>

#define LONGEST_SECONDS INT64_C(100000000000)

static int64_t clock_read(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_thread(void)
{
    return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

size_t clock_text(int64_t moment, char text[CLOCK_TEXT])
{
    int64_t wall = clock_read(CLOCK_REALTIME) - (clock_now() - moment);
    time_t seconds = (time_t)(wall / 1000000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t size = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &utc);
    return size + (size_t)snprintf(text + size, CLOCK_TEXT - size, ".%03dZ", (int)(wall / 1000 % 1000));
}

int64_t clock_wait(const struct sockd_timeout *timeout)
{
    int64_t seconds = timeout->microseconds / 1000000;
    if (timeout->seconds >= LONGEST_SECONDS || seconds >= LONGEST_SECONDS)
        return LONGEST_SECONDS * 1000000;
    return (timeout->seconds + seconds) * 1000000 + timeout->microseconds % 1000000;
}

struct timeval clock_timeval(int64_t microseconds)
{
    if (microseconds < 0)
        microseconds = 0;
    return (struct timeval){(time_t)(microseconds / 1000000), (suseconds_t)(microseconds % 1000000)};
}
