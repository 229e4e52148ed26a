/* Puts a configuration together: the root by the tables, then the profiles one by one, then what has to fit together. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_read.h"
#include "fd.h"

#define FILE_MOST ((size_t)1 << 20)
#define PROFILE_NAME_MOST 64

/* ---- profiles ---- */

static bool good_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-", name[i]) || !name[i])
            return false;
    return size > 0 && size <= PROFILE_NAME_MOST;
}

static void inherit(int64_t *own, int64_t from)
{
    if (*own == CONFIG_UNSET)
        *own = from;
}

/* What a session may have, where its profile does not say. */
static void complete_quotas(struct config_profile *profile, const struct config_limits *limits)
{
    const struct config_quota *principal = &profile->principal;
    struct config_quota *session = &profile->session;
    session->sessions = principal->sessions;
    inherit(&session->handles, principal->handles);
    inherit(&session->calls, limits->calls);
    inherit(&session->waiters, principal->waiters);
    inherit(&session->buffered, principal->buffered);
    inherit(&session->descriptors, principal->descriptors);
    inherit(&session->resolver_jobs, principal->resolver_jobs);
    inherit(&session->accepted, principal->accepted);
}

static void profile_deinit(struct config_profile *profile)
{
    free(profile->name);
    policy_unref(profile->policy);
    *profile = (struct config_profile){0};
}

/* Reads one profile; the built-in one is unrestricted. */
static bool read_profile(struct config_source *source, uint32_t token, const char *name, struct config_profile *profile)
{
    bool owner = strcmp(name, CONFIG_OWNER) == 0;
    struct config_profile_draft draft = {0};
    bool good = config_read_object(source, token, owner ? &config_owner_table : &config_profile_table, &draft);
    if (good) {
        *profile = draft.profile;
        profile->name = strdup(name);
        profile->policy = config_draft_policy(&draft, name);
        good = (profile->name && profile->policy) || config_source_fail(source, token, "no memory");
    }
    if (good && owner) {
        profile->policy->unrestricted = true;
        profile->policy->rights = POLICY_EVERY_RIGHT;
    }
    config_draft_deinit(&draft);
    return good;
}

static bool add_profile(struct config_source *source, uint32_t token, struct config *config, const char *name)
{
    struct config_profile *profile = &config->profiles[config->profile_count++]; /* there is room: see read_profiles */
    *profile = (struct config_profile){0};
    if (!read_profile(source, token, name, profile))
        return false;
    profile->line = config_source_line(source, token);
    complete_quotas(profile, &config->limits);
    return true;
}

static bool add_owner(struct config *config, char *reason, size_t size)
{
    struct config_source empty;
    bool good = config_source_init(&empty, config->file, "{}", 2, reason, size) && add_profile(&empty, 0, config, CONFIG_OWNER);
    config_source_deinit(&empty);
    return good;
}

static bool read_profiles(struct config_source *source, uint32_t map, struct config *config)
{
    const struct token *tokens = source->scan.tokens;
    size_t mark = config_source_enter(source, "profiles", 8);
    if (map != TOKEN_NONE && tokens[map].type != TOKEN_OBJECT)
        return config_source_fail(source, map, "wants an object");
    config->profiles = calloc((map == TOKEN_NONE ? 0 : tokens[map].count) + 1, sizeof(*config->profiles));
    if (!config->profiles)
        return config_source_fail(source, TOKEN_NONE, "no memory");
    for (uint32_t name = map + 1; map != TOKEN_NONE && name < tokens[map].next; name = tokens[name + 1].next) {
        struct sockd_text text = scan_text(&source->scan, name);
        size_t inner = config_source_enter(source, text.data, text.size);
        char copy[PROFILE_NAME_MOST + 1];
        if (!good_name(text.data, text.size))
            return config_source_fail(
                source, name, "a profile's name has 1 to %d letters, digits, dots, hyphens and underscores", PROFILE_NAME_MOST);
        snprintf(copy, sizeof(copy), "%.*s", (int)text.size, text.data);
        if (!add_profile(source, name + 1, config, copy))
            return false;
        config_source_leave(source, inner);
    }
    config_source_leave(source, mark);
    return config_profile_find(config, CONFIG_OWNER, strlen(CONFIG_OWNER)) || add_owner(config, source->reason, source->room);
}

/* ---- listeners ---- */

static bool check_listeners(struct config_source *source, uint32_t list, const struct config *config)
{
    const struct token *tokens = source->scan.tokens;
    uint32_t token = list + 1;
    size_t mark = config_source_enter(source, "listeners", 9);
    for (size_t i = 0; i < config->listener_count; i++, token = tokens[token].next) {
        const struct config_listener *listener = &config->listeners[i];
        size_t inner = config_source_enter_index(source, i);
        config->listeners[i].line = config_source_line(source, token);
        if (!config_profile_find(config, listener->profile, strlen(listener->profile))) {
            config_source_enter(source, "profile", 7);
            return config_source_fail(source, scan_member(&source->scan, token, "profile"), "there is no profile \"%s\"",
                                      listener->profile);
        }
        for (size_t k = 0; k < i; k++)
            if (strcmp(config->listeners[k].path, listener->path) == 0) {
                config_source_enter(source, "path", 4);
                return config_source_fail(source, scan_member(&source->scan, token, "path"), "listeners[%zu] has the same path",
                                          k);
            }
        config_source_leave(source, inner);
    }
    config_source_leave(source, mark);
    return true;
}

static bool add_socket(struct config *config, const char *path, char *reason, size_t size)
{
    config->listeners = calloc(1, sizeof(*config->listeners));
    if (config->listeners) {
        *config->listeners = (struct config_listener){strdup(path), 0600, NULL, strdup(CONFIG_OWNER), 0};
        config->listener_count = 1;
    }
    if (config->listeners && config->listeners->path && config->listeners->profile)
        return true;
    snprintf(reason, size, "no memory");
    return false;
}

static bool complete_listeners(struct config_source *source, struct config *config, const char *socket)
{
    uint32_t list = scan_member(&source->scan, 0, "listeners");
    if (config->listener_count && socket) {
        config_source_enter(source, "listeners", 9);
        return config_source_fail(source, list, "--socket is given too; one of them has to go");
    }
    if (!config->listener_count && !socket) {
        config_source_enter(source, "listeners", 9);
        return config_source_fail(
            source, list, list == TOKEN_NONE ? "is missing, and --socket is not given" : "is empty, and --socket is not given");
    }
    return config->listener_count ? check_listeners(source, list, config)
                                  : add_socket(config, socket, source->reason, source->room);
}

/* ---- the whole ---- */

static bool read_all(struct config_source *source, struct config *config, const char *socket)
{
    if (!config_read_object(source, 0, &config_root, config))
        return false;
    config->limits.daemon.calls = config->limits.daemon.descriptors = INT64_MAX;
    return read_profiles(source, scan_member(&source->scan, 0, "profiles"), config) &&
           complete_listeners(source, config, socket);
}

struct config *config_read(const char *file, const char *text, size_t length, const char *socket, char *reason, size_t size)
{
    struct config *config = calloc(1, sizeof(*config));
    struct config_source source;
    snprintf(reason, size, "%s%sno memory", file ? file : "", file ? ": " : "");
    if (!config || (file && !(config->file = strdup(file))))
        return config_free(config);
    bool good = config_source_init(&source, file, text, length, reason, size) && read_all(&source, config, socket);
    config_source_deinit(&source);
    return good ? config : config_free(config);
}

/* The file's bytes, or NULL with a reason. */
static char *read_file(const char *file, size_t *length, char *reason, size_t size)
{
    FD_CLEANUP int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        snprintf(reason, size, "%s: %s", file, strerror(errno));
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)FILE_MOST) {
        snprintf(reason, size, "%s: %s", file, S_ISREG(status.st_mode) ? "is larger than 1 MiB" : "is no regular file");
        return NULL;
    }
    char *text = malloc(FILE_MOST);
    ssize_t count = text ? 1 : -1;
    for (*length = 0; count > 0 && *length<FILE_MOST; *length += count> 0 ? (size_t)count : 0)
        count = read(fd, text + *length, FILE_MOST - *length);
    if (count >= 0)
        return text;
    snprintf(reason, size, "%s: %s", file, strerror(errno));
    free(text);
    return NULL;
}

struct config *config_load(const char *file, const char *socket, char *reason, size_t size)
{
    if (!file)
        return config_read(NULL, "{}", 2, socket, reason, size);
    size_t length;
    char *text = read_file(file, &length, reason, size);
    struct config *config = text ? config_read(file, text, length, socket, reason, size) : NULL;
    free(text);
    return config;
}

struct config *config_free(struct config *config)
{
    if (!config)
        return NULL;
    for (size_t i = 0; i < config->listener_count; i++) {
        free(config->listeners[i].path);
        free(config->listeners[i].group);
        free(config->listeners[i].profile);
    }
    for (size_t i = 0; i < config->profile_count; i++)
        profile_deinit(&config->profiles[i]);
    free(config->listeners);
    free(config->profiles);
    free(config->nat64);
    free(config->file);
    free(config);
    return NULL;
}

const struct config_profile *config_profile_find(const struct config *config, const char *name, size_t size)
{
    for (size_t i = 0; i < config->profile_count; i++)
        if (strlen(config->profiles[i].name) == size && memcmp(config->profiles[i].name, name, size) == 0)
            return &config->profiles[i];
    return NULL;
}
