/* Meters outlive sessions and principals: a client that comes back for each attempt writes no more lines than one that stays.
 */
#include "denial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "sockets.h"

#define LINE_TIME (1000000 / DENIAL_RATE)
#define BURST_TIME ((int64_t)DENIAL_BURST * LINE_TIME)

/* ---- how many lines ---- */

static void meters_forget(struct denials *denials, int64_t now)
{
    struct denial_meter *meter, *next;
    for (meter = LIST_FIRST(&denials->meters); meter; meter = next) {
        next = LIST_NEXT(meter, link);
        if (now - meter->since < BURST_TIME)
            continue;
        if (meter->left_out > 0)
            log_warning(NULL, "%" PRIu64 " lines about uid %lu, profile %s, were left out", meter->left_out,
                        (unsigned long)meter->uid, meter->profile);
        LIST_REMOVE(meter, link);
        free(meter);
    }
}

static struct denial_meter *meter_of(struct denials *denials, const struct principal *principal, int64_t now)
{
    struct denial_meter *meter;
    LIST_FOREACH (meter, &denials->meters, link)
        if (meter->uid == principal->uid && strcmp(meter->profile, principal->profile) == 0)
            return meter;
    meters_forget(denials, now);
    size_t size = strlen(principal->profile) + 1;
    meter = calloc(1, sizeof *meter + size);
    if (!meter)
        return NULL;
    meter->uid = principal->uid;
    meter->since = now - BURST_TIME;
    memcpy(meter->profile, principal->profile, size);
    LIST_INSERT_HEAD(&denials->meters, meter, link);
    return meter;
}

/* Whether a line may be written now. *left_out: how many were not since the last one. */
static bool may_write(struct denials *denials, const struct principal *principal, uint64_t *left_out)
{
    int64_t now = clock_now();
    struct denial_meter *meter = meter_of(denials, principal, now);
    *left_out = 0;
    if (meter && now - meter->since > BURST_TIME)
        meter->since = now - BURST_TIME;
    if (!meter || now - meter->since < LINE_TIME) {
        denials->unlogged++;
        if (meter)
            meter->left_out++;
        return false;
    }
    meter->since += LINE_TIME;
    *left_out = meter->left_out;
    meter->left_out = 0;
    return true;
}

static void write_line(struct sockets *sockets, const struct identity *identity, const char *text)
{
    char about[128], more[64] = "";
    uint64_t left_out;
    if (!may_write(&sockets->denials, identity->principal, &left_out))
        return;
    snprintf(about, sizeof about, "session %" PRIu64 " (uid %lu, pid %ld%s%s)", identity->session, (unsigned long)identity->uid,
             (long)identity->pid, identity->name[0] ? ", " : "", identity->name);
    if (left_out > 0)
        snprintf(more, sizeof more, "; %" PRIu64 " lines about it were left out", left_out);
    log_warning(about, "%s%s", text, more);
}

/* ---- what was denied ---- */

/* The target with its address and port; of a right its name alone. */
static void describe(const struct denial_case *what, char *text, size_t size)
{
    char address[ADDRESS_TEXT] = "";
    if (what->decision->reason == POLICY_NO_RIGHT) {
        snprintf(text, size, "%s", what->target);
        return;
    }
    if (what->address)
        address_text(what->address, address);
    bool both = *address && strcmp(address, what->target) != 0;
    snprintf(text, size, "%s%s%s%s port %d", what->target, both ? " (" : "", both ? address : "", both ? ")" : "", what->port);
}

/* A report is of the profile alone: what a session has put upon itself says nothing about that. */
static void report(struct sockets *sockets, const struct denial_case *what, const char *rule)
{
    char address[ADDRESS_TEXT] = "";
    const struct policy_decision *decision = what->decision;
    if (decision->policy != what->identity->layers.items[0])
        return;
    if (what->address)
        address_text(what->address, address);
    struct report_fact fact = {.profile = what->identity->principal->profile,
                               .reason = decision->reason,
                               .port = what->port,
                               .operation = what->operation,
                               .target = what->target,
                               .address = address,
                               .rule = rule};
    report_note(&sockets->denials.reports, &fact, clock_now());
}

void denial_tell(struct sockets *sockets, const struct denial_case *what)
{
    char target[400], rule[POLICY_RULE_TEXT] = "", line[sizeof target + sizeof rule + 200];
    const struct policy_decision *decision = what->decision;
    if (decision->reason == POLICY_ALLOWED)
        return;
    const char *reason = policy_reason_names[decision->reason];
    if (decision->rule)
        policy_rule_text(decision->rule, rule);
    describe(what, target, sizeof target);
    snprintf(line, sizeof line, "%s: %s %s%s: %s (%s, profile %s)", decision->allowed ? "would be denied" : "denied",
             what->operation, decision->reason == POLICY_NO_RIGHT ? "without the right " : "", target, reason,
             *rule ? rule : "no rule", decision->policy ? decision->policy->name : "none");
    write_line(sockets, what->identity, line);
    if (decision->allowed)
        report(sockets, what, rule);
    else
        sockets->denials.count++;
    struct denial denial = {what->identity, what->operation, target, *rule ? rule : NULL, reason, decision->allowed};
    if (sockets->witness.denied)
        sockets->witness.denied(sockets->witness.context, &denial);
}

void denial_tell_limit(struct sockets *sockets, const struct identity *identity, const char *message)
{
    char line[400];
    snprintf(line, sizeof line, "limit: %s (profile %s)", message, identity->principal->profile);
    write_line(sockets, identity, line);
}

void denials_deinit(struct denials *denials)
{
    struct denial_meter *meter;
    while ((meter = LIST_FIRST(&denials->meters))) {
        LIST_REMOVE(meter, link);
        free(meter);
    }
    reports_deinit(&denials->reports);
}
