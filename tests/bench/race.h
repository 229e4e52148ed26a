/* Contenders beside each other: every round each of them has its turn, so that what the machine does meanwhile befalls all. */
#pragma once

#include "child.h"
#include "figure.h"

/* What some operations cost. cpu: processor seconds of whoever is measured, NAN if that is nobody. */
struct cost {
    double seconds;
    double cpu;
};

struct contender {
    const char *name;
    const char *skipped; /* why it does not take part, or NULL */
    void *context;
    /* Does that many operations. */
    struct cost (*run)(void *context, long count);
};

enum race_value {
    TIME_EACH, /* value: microseconds an operation; cpu: microseconds an operation */
    RATE_EACH, /* value: operations a second; cpu: microseconds an operation */
    RATE_BYTES /* value: GiB a second; cpu: seconds a GiB. An operation moves `bytes` */
};

struct race {
    struct figure figure; /* bench and name set; rows appear in the order of the contenders */
    enum race_value value;
    long bytes;
    const struct contender *contenders;
    int count;
};

/* Finds out how many operations make a sample of useful length, runs the rounds after a warm-up, fills the figure's rows. */
void race_run(struct race *race);

/* The clock and the processor time of one or two processes, read together. */
struct watch {
    double seconds, cpu;
    struct child *who, *also; /* NULL: nobody */
};
struct watch watch_start(struct child *who, struct child *also);
struct cost watch_stop(const struct watch *watch);

/* Adds what a part of a sample cost. */
void cost_add(struct cost *total, struct cost part);
