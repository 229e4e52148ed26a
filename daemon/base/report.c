/* A row is found by a hash of all that makes it distinct, so that noting costs the same however long the report is. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_text(uint32_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    while (*text++);
    return hash;
}

static uint32_t hash_fact(const struct report_fact *fact)
{
    uint32_t hash = 2166136261u ^ (uint32_t)fact->port ^ (uint32_t)fact->reason << 16;
    hash = hash_text(hash, fact->operation);
    hash = hash_text(hash, fact->target);
    return hash_text(hash, fact->address);
}

static bool row_is(const struct report_row *row, uint32_t hash, const struct report_fact *fact)
{
    return row->hash == hash && row->port == fact->port && row->reason == fact->reason &&
           strcmp(row->operation, fact->operation) == 0 && strcmp(row->target, fact->target) == 0 &&
           strcmp(row->address, fact->address) == 0;
}

static char *put_text(char **room, const char *text)
{
    char *at = *room;
    *room = stpcpy(at, text) + 1;
    return at;
}

static struct report_row *row_new(const struct report_fact *fact, uint32_t hash, int64_t now)
{
    size_t size = strlen(fact->operation) + strlen(fact->target) + strlen(fact->address) + strlen(fact->rule) + 4;
    struct report_row *row = malloc(sizeof *row + size);
    if (!row)
        return NULL;
    char *room = (char *)(row + 1);
    *row = (struct report_row){.hash = hash, .reason = fact->reason, .port = fact->port, .first = now};
    row->operation = put_text(&room, fact->operation);
    row->target = put_text(&room, fact->target);
    row->address = put_text(&room, fact->address);
    row->rule = put_text(&room, fact->rule);
    return row;
}

static void row_drop(struct report *report, struct report_row *row)
{
    TAILQ_REMOVE(&report->rows, row, order);
    LIST_REMOVE(row, same);
    report->count--;
    free(row);
}

static struct report *report_of(struct reports *reports, const char *profile)
{
    struct report *report = (struct report *)report_find(reports, profile, strlen(profile));
    if (report)
        return report;
    size_t size = strlen(profile) + 1;
    report = calloc(1, sizeof *report + size);
    if (!report)
        return NULL;
    TAILQ_INIT(&report->rows);
    memcpy(report->profile, profile, size);
    LIST_INSERT_HEAD(reports, report, link);
    return report;
}

void report_note(struct reports *reports, const struct report_fact *fact, int64_t now)
{
    uint32_t hash = hash_fact(fact);
    struct report *report = report_of(reports, fact->profile);
    struct report_row *row = NULL;
    if (!report)
        return;
    LIST_FOREACH (row, &report->hashes[hash % REPORT_HASHES], same)
        if (row_is(row, hash, fact))
            break;
    if (row) {
        TAILQ_REMOVE(&report->rows, row, order);
    } else {
        if (!(row = row_new(fact, hash, now))) {
            report->dropped++;
            return;
        }
        if (report->count == REPORT_ENTRIES) {
            row_drop(report, TAILQ_FIRST(&report->rows));
            report->dropped++;
        }
        LIST_INSERT_HEAD(&report->hashes[hash % REPORT_HASHES], row, same);
        report->count++;
    }
    TAILQ_INSERT_TAIL(&report->rows, row, order);
    row->count++;
    row->last = now;
}

const struct report *report_find(const struct reports *reports, const char *profile, size_t size)
{
    const struct report *report;
    LIST_FOREACH (report, reports, link)
        if (strlen(report->profile) == size && memcmp(report->profile, profile, size) == 0)
            return report;
    return NULL;
}

void reports_deinit(struct reports *reports)
{
    struct report *report;
    while ((report = LIST_FIRST(reports))) {
        while (!TAILQ_EMPTY(&report->rows))
            row_drop(report, TAILQ_FIRST(&report->rows));
        LIST_REMOVE(report, link);
        free(report);
    }
}
