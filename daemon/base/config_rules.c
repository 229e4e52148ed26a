/* Rules that a session gives in an object shaped like a profile. */
#include <stdlib.h>
#include <string.h>

#include "config_read.h"

/* A quota that the rules do not name is none at all: the defaults of a profile are for profiles. */
static void forget_defaults(struct config_source *source, struct config_profile *profile)
{
    uint32_t limits = scan_member(&source->scan, 0, "limits");
    for (size_t i = 0; i < config_principal_table.count; i++) {
        const struct config_key *key = &config_principal_table.keys[i];
        if (limits == TOKEN_NONE || scan_member(&source->scan, limits, key->name) == TOKEN_NONE)
            *(int64_t *)((char *)&profile->principal + key->offset) = CONFIG_UNSET;
    }
    profile->session.sessions = CONFIG_UNSET;
}

struct config_profile *config_rules_read(const char *name, const char *text, size_t length, char *reason, size_t size)
{
    struct config_profile_draft draft = {0};
    struct config_source source;
    struct config_profile *profile = NULL;
    bool good = config_source_init(&source, NULL, text, length, reason, size) &&
                config_read_object(&source, 0, &config_profile_table, &draft);
    if (good && (profile = calloc(1, sizeof(*profile)))) {
        *profile = draft.profile;
        profile->name = strdup(name);
        profile->policy = config_draft_policy(&draft, name);
        forget_defaults(&source, profile);
    }
    if (good && (!profile || !profile->name || !profile->policy)) {
        config_source_fail(&source, TOKEN_NONE, "no memory");
        profile = config_rules_free(profile);
    }
    config_source_deinit(&source);
    config_draft_deinit(&draft);
    return profile;
}

struct config_profile *config_rules_free(struct config_profile *profile)
{
    if (profile) {
        policy_unref(profile->policy);
        free(profile->name);
    }
    free(profile);
    return NULL;
}
