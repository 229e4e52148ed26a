/* What profiles that only report would have denied: for each profile a bounded record of distinct denials, each with how often
 * it was seen. */
#pragma once

#include <sys/queue.h>

#include "policy.h"

#define REPORT_ENTRIES 1024 /* of a profile; the one unseen for longest makes room for a new one */

struct report_row {
    TAILQ_ENTRY(report_row) order; /* the last seen is last */
    LIST_ENTRY(report_row) same;   /* those with the same hash */
    uint32_t hash;
    enum policy_reason reason;
    int port; /* 0: any, or of none */
    uint64_t count;
    int64_t first, last; /* clock_now() */
    char *operation;     /* these stand behind the row */
    char *target;
    char *address; /* empty: none */
    char *rule;    /* empty: none */
};

#define REPORT_HASHES 256

struct report {
    LIST_ENTRY(report) link;
    TAILQ_HEAD(, report_row) rows;
    LIST_HEAD(, report_row) hashes[REPORT_HASHES];
    size_t count;
    uint64_t dropped;
    char profile[];
};

LIST_HEAD(reports, report);

/* What is noted. address and rule may be empty. */
struct report_fact {
    const char *profile;
    enum policy_reason reason;
    int port;
    const char *operation, *target, *address, *rule;
};

/* Notes that it would have been denied now. Without memory it is counted as dropped, where even that can be. */
void report_note(struct reports *reports, const struct report_fact *fact, int64_t now);

/* The report of a profile, or NULL: there was nothing to report. */
const struct report *report_find(const struct reports *reports, const char *profile, size_t size);

void reports_deinit(struct reports *reports);
