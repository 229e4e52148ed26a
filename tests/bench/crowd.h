/* Many idle streams: the daemon's handles, and the peers' ends of them, which are ours. */
#pragma once

#include "daemon.h"

struct crowd {
    long *handles;
    int *others;
    int count;
};

/* Opens them in the session of a link, which must stay open. */
void crowd_open(struct crowd *crowd, int link, int count);
void crowd_close(struct crowd *crowd);
