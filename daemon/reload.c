/* The configuration, read again. Whatever can fail is done first, to things of its own; then the new ones take the place of the
 * old ones, which cannot fail.
 *
 * A session under a profile that is there still goes on under what that says now; one whose profile is gone ends. What a
 * session has put upon itself stays upon it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "server_parts.h"
#include "session.h"
#include "warrant.h"

/* What is about to take the place of what there is. */
struct change {
    struct config *config;
    struct entrance **entrances; /* by the listeners of the configuration: kept ones, and new ones */
    bool *kept;
};

static struct entrance *find_entrance(const struct server *server, const char *path, size_t *index)
{
    for (*index = 0; *index < server->entrance_count; ++*index)
        if (strcmp(server->entrances[*index]->listener.path, path) == 0)
            return server->entrances[*index];
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The entrances' order is that of the listeners. */
static int check_kept(const struct config *config, const struct config_listener *now, const struct config_listener *wanted,
                      char *reason, size_t size)
{
    if (now->mode == wanted->mode && same_text(now->group, wanted->group))
        return 0;
    snprintf(reason, size, "%s:%d: listeners: the mode and group of %s, which is open, change with a restart only",
             config->file, wanted->line, wanted->path);
    return -EINVAL;
}

static int open_one(struct server *server, struct change *change, size_t i, char *reason, size_t size)
{
    const struct config_listener *listener = &change->config->listeners[i];
    size_t index;
    int r = 0;
    struct entrance *entrance = find_entrance(server, listener->path, &index);
    if (entrance) {
        r = check_kept(change->config, &server->config->listeners[index], listener, reason, size);
        change->kept[i] = r == 0;
        change->entrances[i] = r == 0 ? entrance : NULL;
        return r;
    }
    change->entrances[i] = entrance_open(change->config, i, &r, reason, size);
    if (r == 0)
        r = door_open(&change->entrances[i]->door, &server->control, change->entrances[i]->listener.fd,
                      config_profile_find(change->config, listener->profile, strlen(listener->profile)));
    return r;
}

static void change_undo(struct change *change)
{
    for (size_t i = 0; change->entrances && change->kept && i < change->config->listener_count; i++)
        if (change->entrances[i] && !change->kept[i])
            entrance_close(change->entrances[i]);
    free(change->entrances);
    free(change->kept);
    config_free(change->config);
}

static int change_prepare(struct server *server, struct change *change, char *reason, size_t size)
{
    change->config = server_load(server->options, reason, size);
    if (!change->config)
        return -EINVAL;
    snprintf(reason, size, "no memory");
    size_t count = change->config->listener_count;
    change->entrances = calloc(count, sizeof *change->entrances);
    change->kept = calloc(count, sizeof *change->kept);
    int r = change->entrances && change->kept ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = open_one(server, change, i, reason, size);
    return r;
}

static void swap_entrances(struct server *server, struct change *change)
{
    for (size_t i = 0; i < server->entrance_count; i++) {
        bool stays = false;
        for (size_t k = 0; k < change->config->listener_count; k++)
            stays |= change->entrances[k] == server->entrances[i];
        if (!stays) {
            log_info(NULL, "no longer serving %s", server->entrances[i]->listener.path);
            entrance_close(server->entrances[i]);
        }
    }
    free(server->entrances);
    server->entrances = change->entrances; /* consume */
    server->entrance_count = change->config->listener_count;
    for (size_t i = 0; i < server->entrance_count; i++) {
        const char *profile = change->config->listeners[i].profile;
        server->entrances[i]->door.profile = config_profile_find(change->config, profile, strlen(profile));
    }
}

static const struct config_profile *profile_of(const struct server *server, const struct identity *identity)
{
    const char *name = identity->principal->profile;
    return config_profile_find(server->config, name, strlen(name));
}

/* The first layer is the profile's. */
static void renew(struct server *server, struct identity *identity, const struct config_profile *profile)
{
    struct policy **layer = &identity->layers.items[0];
    struct policy *old = *layer;
    *layer = policy_ref(profile->policy);
    policy_unref(old);
    door_limit_session(&server->control, profile, identity);
}

static void renew_sessions(struct server *server)
{
    struct principal *principal;
    struct session *session, *next;
    LIST_FOREACH (principal, &server->control.principals, link) {
        const struct config_profile *profile =
            config_profile_find(server->config, principal->profile, strlen(principal->profile));
        if (profile)
            door_limit_principal(&server->control, profile, principal);
    }
    for (session = TAILQ_FIRST(&server->control.sessions); session; session = next) {
        next = TAILQ_NEXT(session, link);
        const struct config_profile *profile = profile_of(server, session->identity);
        if (profile)
            renew(server, session->identity, profile);
        else
            session_end_soon(session);
    }
}

/* Handles may outlive their sessions, and their identities with them. */
static void revoke(struct server *server)
{
    struct object *object, *next;
    for (object = TAILQ_FIRST(&server->sockets.objects.order); object; object = next) {
        next = TAILQ_NEXT(object, order);
        const struct config_profile *profile = profile_of(server, object->identity);
        if (profile)
            renew(server, object->identity, profile);
        if (profile && (profile->revoke == CONFIG_KEEP || !warrant_forbids(object, &server->sockets)))
            continue;
        log_warning(NULL, "handle %llu is closed: the profile %s no longer allows it", (unsigned long long)object->handle,
                    object->identity->principal->profile);
        sockets_close(object, "policy");
    }
}

int server_reload(struct server *server, char *reason, size_t size)
{
    struct change change = {NULL, NULL, NULL};
    int r = change_prepare(server, &change, reason, size);
    if (r < 0) {
        change_undo(&change);
        return r;
    }
    struct config *old = server->config;
    swap_entrances(server, &change);
    free(change.kept);
    server->config = change.config; /* consume */
    server_apply_limits(server);
    renew_sessions(server);
    revoke(server);
    if (old->limits.values != server->config->limits.values || old->resolver_threads != server->config->resolver_threads)
        log_warning(NULL, "limits.values and resolver_threads change with a restart only");
    config_free(old);
    log_info(NULL, "the configuration has been read again");
    return 0;
}
