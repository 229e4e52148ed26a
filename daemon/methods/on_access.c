/* What a session may do: narrowing it, reading the rules again, and handing a handle to others. */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "door.h"
#include "events.h"
#include "handlers.h"

/* ---- session.restrict ---- */

/* weight: of what is kept for this session alone. */
static int restrict_to(struct call *call, const struct config_profile *profile, size_t weight)
{
    struct identity *identity = call_identity(call);
    int64_t limit;
    if (identity->layers.count == POLICY_LAYERS)
        return trouble_limit(call_trouble(call), "restrictions", POLICY_LAYERS);
    if (!account_charge(&identity->account, QUOTA_BUFFERED, (int64_t)weight, &limit))
        return trouble_limit(call_trouble(call), quota_names[QUOTA_BUFFERED], limit);
    identity->weight += (int64_t)weight;
    policy_layers_add(&identity->layers, profile->policy);
    door_narrow(identity, &profile->principal);
    door_narrow(identity, &profile->session);
    return 0;
}

static int restrict_to_rules(struct call *call, struct sockd_text rules, bool alone)
{
    struct trouble *trouble = call_trouble(call);
    struct config_profile *profile =
        config_rules_read("session", rules.data, rules.size, trouble->reason, sizeof trouble->reason);
    if (!profile)
        return trouble_param(trouble, "rules", trouble->reason);
    int r = alone ? restrict_to(call, profile, policy_weight(profile->policy))
                  : trouble_param(trouble, "profile", "rules are given, too");
    config_rules_free(profile);
    return r;
}

int on_session_restrict(struct call *call, const struct session_restrict_params *in, struct nothing *out)
{
    const struct control_options *options = &call->session->control->options;
    bool rules = in->rules.data && !(in->rules.size == 4 && memcmp(in->rules.data, "null", 4) == 0);
    (void)out;
    if (rules && in->rules.data[0] != '{')
        return trouble_param(call_trouble(call), "rules", "wants an object");
    if (rules)
        return restrict_to_rules(call, in->rules, !in->profile.data);
    if (!in->profile.data)
        return trouble_param(call_trouble(call), "profile", "either it or rules must be given");
    const struct config_profile *profile = options->profile(options->owner, in->profile);
    return profile ? restrict_to(call, profile, 0)
                   : trouble_param(call_trouble(call), "profile", "there is no profile of that name");
}

/* ---- daemon.reload ---- */

int on_daemon_reload(struct call *call, const struct nothing *in, struct nothing *out)
{
    const struct control_options *options = &call->session->control->options;
    struct trouble *trouble = call_trouble(call);
    (void)in;
    (void)out;
    if (options->reload(options->owner, trouble->reason, sizeof trouble->reason) == 0)
        return 0;
    return trouble_param(trouble, "config", trouble->reason);
}

/* ---- handle.share ---- */

int on_handle_share(struct call *call, const struct handle_share_params *in, struct share_token *out)
{
    struct object *object;
    const struct share *share;
    int r = call_object(call, in->handle, &object);
    if (r == 0)
        r = shares_offer(&call->session->control->shares, call_identity(call)->principal, in->handle, in->expires, &share,
                         call_trouble(call));
    if (r == 0) {
        out->token = (struct sockd_text){share->token, SHARE_TOKEN};
        events_shared(call->session->control, object, "offered");
    }
    return r;
}

int on_handle_claim(struct call *call, const struct share_token *in, struct claimed_handle *out)
{
    struct share *share = shares_find(&call->session->control->shares, in->token);
    struct object *object = share ? object_find(&call_sockets(call)->objects, share->handle) : NULL;
    if (!object)
        return trouble_param(call_trouble(call), "token", "is worth nothing, or nothing any more");
    int r = object_admit(object, call_identity(call)->principal, call_trouble(call));
    if (r != 0)
        return r; /* the offer stands */
    share_spend(share);
    events_shared(call->session->control, object, "claimed");
    out->handle = object->handle;
    return 0;
}
