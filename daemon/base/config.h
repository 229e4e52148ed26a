/* The configuration: one JSON file in which comments may stand, or just the path of a socket. Every key, with its type, unit,
 * bounds and default, is a row in config_keys.c; config_reference() prints them.
 *
 * A configuration is read whole or not at all and does not change afterwards: a reload makes a new one, and what the old one's
 * profiles granted stays valid as long as somebody holds a reference to the policy. */
#pragma once

#include <stdio.h>
#include <sys/types.h>

#include "policy.h"

#define CONFIG_OWNER "owner" /* the built-in profile: every right, no floor */
#define CONFIG_UNSET (-1)    /* of a quota: none of its own */
#define CONFIG_REASON 1024   /* room for any reason */

struct config_listener {
    char *path;
    int64_t mode;
    char *group; /* NULL: the daemon's */
    char *profile;
    int line; /* in the file */
};

/* How much of what is counted. */
struct config_quota {
    int64_t sessions;
    int64_t handles;
    int64_t calls;    /* in flight */
    int64_t waiters;  /* of them those that wait */
    int64_t buffered; /* bytes that the daemon holds */
    int64_t descriptors;
    int64_t resolver_jobs; /* names being looked up */
    int64_t accepted;      /* connections that wait in the daemon to be accepted */
};

struct config_limits {
    int64_t line, nesting, values, payload, batch, fds; /* of a message */
    int64_t calls;                                      /* in flight of a session, unless its profile says less */
    struct config_quota daemon;                         /* of all together; calls and descriptors are not limited there */
    int64_t descriptors_reserved;                       /* that only sessions of the owner profile may use */
    int64_t line_seconds;                               /* for each MiB begun of a line or payload */
    int64_t reply_seconds;                              /* without progress while a client's replies are unread */
    int64_t flush_seconds;                              /* for output behind a closed handle, and at the daemon's end */
    int64_t idle_seconds;                               /* after which a handle with lifetime daemon ends; 0: never */
};

enum config_revoke { CONFIG_KEEP, CONFIG_CLOSE };

struct config_profile {
    char *name;
    struct policy *policy;
    int64_t revoke; /* enum config_revoke: what becomes of open handles whose target a reload forbids */
    int64_t time;   /* percent of the daemon's, while others ask for little; 0: all */
    struct config_quota principal, session;
    int line;
};

struct config {
    char *file; /* NULL: there is none */
    struct config_listener *listeners;
    size_t listener_count;
    struct config_profile *profiles; /* owner among them */
    size_t profile_count;
    struct config_limits limits;
    struct network *nat64;
    size_t nat64_count;
    int64_t resolver_threads;
};

/* Reads the file, or NULL for none, and takes the socket's path, or NULL. Exactly one of them has to name listeners; a lone
 * socket is a listener with mode 0600 and the profile owner. NULL: reason is one line, of a file "FILE:LINE: KEY: reason". */
struct config *config_load(const char *file, const char *socket, char *reason, size_t size);

/* The same from text that is there already; file is what errors call it. text is not changed. */
struct config *config_read(const char *file, const char *text, size_t length, const char *socket, char *reason, size_t size);

/* Gives NULL. */
struct config *config_free(struct config *config);

/* The profile of that name, or NULL. */
const struct config_profile *config_profile_find(const struct config *config, const char *name, size_t size);

/* Reads an object shaped like a profile, as a session gives it to restrict itself. Quotas that it does not name are
 * CONFIG_UNSET. NULL: reason is "KEY: reason". */
struct config_profile *config_rules_read(const char *name, const char *text, size_t length, char *reason, size_t size);
struct config_profile *config_rules_free(struct config_profile *profile);

/* Prints every key as a Markdown table. */
void config_reference(FILE *out);
