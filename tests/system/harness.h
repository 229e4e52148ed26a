/* What every suite includes. A suite is a table of Check cases; the runner starts one daemon for the suite and, for each
 * case, sets a time limit and compares the daemon's descriptors before and after. */
#pragma once

#include <check.h>
#include <string.h>

#include "cover.h"
#include "daemon.h"
#include "link.h"
#include "peer.h"
#include "request.h"

/* A case, made by START_TEST. loops: run that many times, with _i from 0; 0 is once. */
struct test_case {
    const TTest *const *test;
    const struct cover *covers; /* COVERS(…), or NULL */
    int loops;
};

struct suite {
    const char *name;
    const struct test_case *cases; /* ended by an empty row */
    unsigned covers_all;           /* outcomes that the suite shows of every method */
    bool alone;                    /* no daemon is started for it */
    int seconds;                   /* time limit of a case; 0: the usual */
    const char *config;            /* of its daemon, as daemon_configure takes it; NULL: none */
    bool names;                    /* its daemon asks a name server of the test's; skipped where that cannot be */
    bool network;                  /* it stands in a network of its own (network.h); skipped where that cannot be */
};

/* The daemon of the suite that runs. */
extern struct daemon the_daemon;

/* Every suite, ended by a NULL. */
extern const struct suite *const suites[];

#define SUITE_SKIPPED 77

/* Runs a suite: 0 if all of it was well, SUITE_SKIPPED if it cannot be run here. */
int suite_run(const struct suite *suite);

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* A handle that names nothing. */
#define NOBODY 9007199254740991ul
