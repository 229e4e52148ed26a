/* What a policy would decide, and why: the decisions of the dial path and of the listen path, asked in their order, of the same
 * functions, with a trace.
 *
 * A client may ask what it may do itself, and learns no more than trying would tell it: whether. The steps name rules, and
 * addresses that names have inside, so they are for administrators. A name is looked up only where the policy in question lets
 * it be, and the caller's own as well: else asking about another profile would be a way to look it up. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "handlers.h"
#include "warrant.h"

struct check {
    struct call *call;
    struct policy_layers layers; /* whose decision it is */
    bool full;                   /* the caller may know how it comes about */
    bool listen;
    bool allowed;
    const char *reason; /* of the first denial, or of what would have been one; NULL: none */
    struct policy_step *steps;
    size_t count, capacity;
    bool no_memory; /* a step is missing */
    struct resolver_job *job;
    bool answered;
    int error, system_error;
    union address addresses[RESOLVER_ANSWERS];
    size_t address_count;
};

static void check_release(struct call *call)
{
    struct check *check = call->other.state;
    resolver_cancel(check->job);
    for (size_t i = 0; i < check->count; i++) {
        free((char *)check->steps[i].profile.data);
        free((char *)check->steps[i].text.data);
    }
    free(check->steps);
    policy_layers_deinit(&check->layers);
    free(check);
}

/* ---- steps ---- */

static struct sockd_text copy(const char *text)
{
    char *copied = strdup(text);
    return (struct sockd_text){copied, copied ? strlen(copied) : 0};
}

static void add_step(struct check *check, const char *profile, const char *step, bool good, const char *text)
{
    if (check->count == check->capacity) {
        size_t capacity = check->capacity ? check->capacity * 2 : 16;
        struct policy_step *steps = reallocarray(check->steps, capacity, sizeof *steps);
        if (!steps) {
            check->no_memory = true;
            return;
        }
        check->steps = steps;
        check->capacity = capacity;
    }
    struct policy_step *added = &check->steps[check->count++];
    *added = (struct policy_step){copy(profile), {step, strlen(step)}, good, copy(text)};
    check->no_memory |= !added->profile.data || !added->text.data;
}

static void take_step(void *context, const struct policy *policy, const char *step, bool good, const char *text)
{
    struct check *check = context;
    if (check->full)
        add_step(check, policy->name, step, good, text);
}

/* Takes in a decision; gives whether it goes on. */
static bool note(struct check *check, const struct policy_decision *decision)
{
    if (decision->reason != POLICY_ALLOWED && !check->reason)
        check->reason = policy_reason_names[decision->reason];
    return decision->allowed;
}

/* ---- the decisions, in their order ---- */

static bool ask_right(struct check *check)
{
    struct policy_decision decision;
    struct policy_trace trace = {take_step, check};
    policy_decide_right(&check->layers, check->listen ? RIGHT_LISTEN : RIGHT_CONNECT, &decision, &trace);
    return note(check, &decision);
}

/* To listen at an address asks nothing of its name. */
static bool ask_host(struct check *check, const struct policy_check_params *in, bool literal)
{
    struct policy_decision decision;
    struct policy_trace trace = {take_step, check};
    if (check->listen && literal)
        return true;
    int port = check->listen && in->port == 0 ? 1 : (int)in->port;
    policy_decide_host(&check->layers, in->host.data, in->host.size, port, &decision, &trace);
    return note(check, &decision);
}

static bool ask_address(struct check *check, const struct policy_check_params *in, union address *address)
{
    struct policy_decision decision;
    struct policy_trace trace = {take_step, check};
    if (check->listen) {
        policy_decide_listen(&check->layers, address, &decision, &trace);
    } else {
        struct policy_world world = world_now(&call_sockets(check->call)->world);
        dial_target(address);
        policy_decide_dial(&check->layers, &world, in->host.data, in->host.size, address, &decision, &trace);
    }
    return note(check, &decision);
}

/* A server listens at the first address; a connection goes to any that is allowed. */
static void ask_addresses(struct check *check, const struct policy_check_params *in)
{
    size_t allowed = 0, count = check->listen && check->address_count > 1 ? 1 : check->address_count;
    for (size_t i = 0; i < count; i++)
        allowed += ask_address(check, in, &check->addresses[i]);
    check->allowed = allowed > 0;
    if (check->full && count > 1) {
        char text[64];
        snprintf(text, sizeof text, "%zu of %zu addresses may be dialled", allowed, count);
        add_step(check, "", "resolve", allowed > 0, text);
    }
}

/* ---- names ---- */

static void check_resolved(void *context, int error, int system_error, const union address *addresses, size_t count)
{
    struct check *check = context;
    check->job = NULL;
    check->answered = true;
    check->error = error;
    check->system_error = system_error;
    check->address_count = count;
    memcpy(check->addresses, addresses, count * sizeof *addresses);
    call_resume(check->call);
}

static int look_up(struct check *check, const struct policy_check_params *in)
{
    struct call *call = check->call;
    struct identity *identity = call_identity(call);
    if (!identity_unrestricted(identity) && !warrant_host(call_sockets(call), identity, in->host, (int)in->port))
        return trouble_denied(call_trouble(call), call->method->name, in->host, identity->principal->profile);
    int r = warrant_lookup(identity, call_trouble(call));
    if (r != 0)
        return r;
    check->job = resolver_lookup(call_sockets(call)->resolver, identity, in->host.data, in->host.size, AF_UNSPEC, (int)in->port,
                                 check_resolved, check);
    return check->job ? OUTCOME_WAIT : -ENOMEM;
}

/* ---- whose ---- */

static bool own_profile(const struct identity *identity, struct sockd_text name)
{
    return !name.data || name_is(identity->principal->profile, name.data, name.size);
}

/* The layers that are asked: a profile's alone, or all of the caller's. */
static int choose_layers(struct check *check, struct sockd_text name)
{
    struct call *call = check->call;
    const struct identity *identity = call_identity(call);
    const struct control_options *options = &call->session->control->options;
    check->full = identity_may(identity, RIGHT_ADMIN);
    if (!check->full && !own_profile(identity, name)) {
        warrant_right(call_sockets(call), identity, RIGHT_ADMIN, call->method->name);
        return trouble_denied(call_trouble(call), call->method->name, SOCKD_TEXT("admin"), identity->principal->profile);
    }
    if (!name.data || !check->full) {
        for (size_t i = 0; i < identity->layers.count; i++)
            policy_layers_add(&check->layers, identity->layers.items[i]);
        return 0;
    }
    const struct config_profile *profile = options->profile(options->owner, name);
    if (!profile)
        return trouble_param(call_trouble(call), "profile", "there is no profile of that name");
    policy_layers_add(&check->layers, profile->policy);
    return 0;
}

/* ---- policy.check ---- */

static int begin(struct call *call, const struct policy_check_params *in, struct check **result)
{
    struct check *check = calloc(1, sizeof *check);
    if (!check)
        return -ENOMEM;
    call_progress(call, check, check_release);
    check->call = call;
    check->listen = in->operation == POLICY_OPERATION_LISTEN;
    *result = check;
    return choose_layers(check, in->profile);
}

static void add_verdict(struct check *check)
{
    const char *verdict = !check->allowed ? "denied" : check->full && check->reason ? "allowed, and reported" : "allowed";
    add_step(check, check->full ? "" : call_identity(check->call)->principal->profile, "verdict", check->allowed, verdict);
}

static int finish(struct check *check, struct policy_check_result *out)
{
    out->allowed = check->allowed;
    if (check->full && check->reason)
        out->reason = (struct sockd_text){check->reason, strlen(check->reason)};
    out->steps = (struct sockd_list){check->steps, check->count, 0};
    return check->no_memory ? -ENOMEM : 0;
}

/* Up to where a name would be looked up. */
static int first_part(struct call *call, const struct policy_check_params *in, struct policy_check_result *out)
{
    struct check *check;
    const char *reason;
    union address literal;
    bool is_literal = address_literal(&literal, in->host.data, in->host.size, (int)in->port);
    if (!is_literal && !address_name(in->host.data, in->host.size, &reason))
        return trouble_param(call_trouble(call), "host", reason);
    int r = begin(call, in, &check);
    if (r != 0)
        return r;
    if (ask_right(check) && ask_host(check, in, is_literal)) {
        if (!is_literal)
            return look_up(check, in);
        check->addresses[0] = literal;
        check->address_count = 1;
        ask_addresses(check, in);
    }
    add_verdict(check);
    return finish(check, out);
}

/* A name without an address ends it: there is nothing left to decide about. */
static void add_unresolved(struct check *check, struct sockd_text host)
{
    struct trouble *trouble = call_trouble(check->call);
    trouble_resolve(trouble, host, check->error, check->system_error);
    add_step(check, "", "resolve", false, trouble->message);
}

int on_policy_check(struct call *call, const struct policy_check_params *in, struct policy_check_result *out)
{
    if (call->progress == PROGRESS_NONE)
        return first_part(call, in, out);
    struct check *check = call->other.state;
    if (!check->answered)
        return OUTCOME_WAIT;
    if (check->error) {
        add_unresolved(check, in->host);
    } else {
        ask_addresses(check, in);
        add_verdict(check);
    }
    return finish(check, out);
}
