/* The profiles, and what those that only report would have denied: for administrators. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "handlers.h"
#include "show.h"

static struct sockd_text text_of(const char *text)
{
    return (struct sockd_text){text, strlen(text)};
}

/* ---- policy.report ---- */

/* One allocation: the entries, and behind them the texts of their times. */
static void entries_release(struct call *call)
{
    free(call->other.state);
}

static void show_row(const struct report *report, const struct report_row *row, char (*times)[CLOCK_TEXT],
                     struct report_entry *entry)
{
    entry->profile = text_of(report->profile);
    entry->operation = text_of(row->operation);
    entry->target = text_of(row->target);
    entry->address = show_text(row->address);
    entry->port = row->port;
    entry->reason = text_of(policy_reason_names[row->reason]);
    entry->rule = show_text(row->rule);
    entry->count = (int64_t)row->count;
    entry->first = (struct sockd_text){times[0], clock_text(row->first, times[0])};
    entry->last = (struct sockd_text){times[1], clock_text(row->last, times[1])};
}

static bool is_wanted(const struct report *report, struct sockd_text profile)
{
    return !profile.data || name_is(report->profile, profile.data, profile.size);
}

int on_policy_report(struct call *call, const struct policy_report_params *in, struct policy_report_result *out)
{
    const struct control_options *options = &call->session->control->options;
    const struct reports *reports = &call_sockets(call)->denials.reports;
    const struct report *report;
    const struct report_row *row;
    size_t count = 0;
    if (in->profile.data && !options->profile(options->owner, in->profile))
        return trouble_param(call_trouble(call), "profile", "there is no profile of that name");
    LIST_FOREACH (report, reports, link)
        count += is_wanted(report, in->profile) ? report->count : 0;
    struct report_entry *entries = malloc(count * (sizeof *entries + 2 * CLOCK_TEXT) + 1);
    if (!entries)
        return -ENOMEM;
    call_progress(call, entries, entries_release);
    char(*times)[CLOCK_TEXT] = (char(*)[CLOCK_TEXT])(entries + count);
    size_t at = 0;
    LIST_FOREACH (report, reports, link) {
        if (!is_wanted(report, in->profile))
            continue;
        out->dropped += (int64_t)report->dropped;
        TAILQ_FOREACH (row, &report->rows, order) {
            show_row(report, row, &times[2 * at], &entries[at]);
            at++;
        }
    }
    out->entries = (struct sockd_list){entries, count, 0};
    return 0;
}

/* ---- policy.list ---- */

struct profiles {
    struct policy_info *items;
    size_t count;
};

static void texts_free(struct sockd_texts *texts, bool owned)
{
    for (size_t i = 0; owned && i < texts->count; i++)
        free((char *)texts->items[i].data);
    free((struct sockd_text *)texts->items);
}

static void profiles_release(struct call *call)
{
    struct profiles *profiles = call->other.state;
    for (size_t i = 0; i < profiles->count; i++) {
        texts_free(&profiles->items[i].rights, false);
        texts_free(&profiles->items[i].dial, true);
        texts_free(&profiles->items[i].listen, true);
    }
    free(profiles->items);
    free(profiles);
}

/* Room for as many texts, none of them there yet. NULL without memory. */
static struct sockd_text *texts_new(struct sockd_texts *texts, size_t most)
{
    struct sockd_text *items = calloc(most + 1, sizeof *items);
    *texts = (struct sockd_texts){items, 0};
    return items;
}

static int show_rights(uint32_t rights, struct sockd_texts *texts)
{
    struct sockd_text *items = texts_new(texts, POLICY_RIGHT_COUNT);
    for (int right = RIGHT_NONE + 1; items && right < POLICY_RIGHT_COUNT; right++)
        if (rights >> right & 1)
            items[texts->count++] = text_of(policy_right_name(right));
    return items ? 0 : -ENOMEM;
}

static int show_rules(const struct policy_rule *rules, size_t count, struct sockd_texts *texts)
{
    char text[POLICY_RULE_TEXT];
    struct sockd_text *items = texts_new(texts, count);
    for (size_t i = 0; items && i < count; i++) {
        policy_rule_text(&rules[i], text);
        char *copy = strdup(text);
        if (!copy)
            return -ENOMEM;
        items[texts->count++] = text_of(copy); /* consume */
    }
    return items ? 0 : -ENOMEM;
}

static int show_policy(const struct config_profile *profile, struct policy_info *info)
{
    const struct policy *policy = profile->policy;
    info->profile = text_of(profile->name);
    info->mode = text_of(policy->mode == POLICY_REPORT ? "report" : "enforce");
    info->unrestricted = policy->unrestricted;
    int r = show_rights(policy->unrestricted ? POLICY_EVERY_RIGHT : policy->rights, &info->rights);
    if (r == 0)
        r = show_rules(policy->dial, policy->dial_count, &info->dial);
    return r == 0 ? show_rules(policy->listen, policy->listen_count, &info->listen) : r;
}

int on_policy_list(struct call *call, const struct nothing *in, struct policy_list_result *out)
{
    const struct control_options *options = &call->session->control->options;
    size_t count = 0;
    int r = 0;
    (void)in;
    while (options->profile_at(options->owner, count))
        count++;
    struct profiles *profiles = calloc(1, sizeof *profiles);
    if (!profiles)
        return -ENOMEM;
    call_progress(call, profiles, profiles_release);
    profiles->items = calloc(count + 1, sizeof *profiles->items);
    if (!profiles->items)
        return -ENOMEM;
    while (r == 0 && profiles->count < count) {
        size_t at = profiles->count++;
        r = show_policy(options->profile_at(options->owner, at), &profiles->items[at]);
    }
    out->profiles = (struct sockd_list){profiles->items, profiles->count, 0};
    return r;
}
