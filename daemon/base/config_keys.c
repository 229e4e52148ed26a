/* One row a key. Rows of one object stand together, and the order here is the order of the reference. */
#include "config_keys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TABLE(keys)       \
    {                     \
        keys, COUNT(keys) \
    }
#define INTEGER(record, key, member, low, high, units, value, text)                                                      \
    {                                                                                                                    \
        .name = key, .type = CONFIG_INTEGER, .offset = offsetof(record, member), .min = low, .max = high, .unit = units, \
        .fallback = value, .reload = true, .doc = text                                                                   \
    }

#define MIB (INT64_C(1) << 20)
#define MANY (INT64_C(1) << 30)
#define DAY (INT64_C(24) * 60 * 60)

static void *grow(void *items, size_t count, size_t size)
{
    if (count & (count - 1)) /* a power of two is full */
        return items;
    return reallocarray(items, count ? 2 * count : 1, size);
}

#define DEFINE_ADD(function, parent_type, items, count)                            \
    static void *function(void *context)                                           \
    {                                                                              \
        parent_type *parent = context;                                             \
        void *grown = grow(parent->items, parent->count, sizeof(*parent->items));  \
        if (!grown)                                                                \
            return NULL;                                                           \
        parent->items = grown;                                                     \
        return memset(&parent->items[parent->count++], 0, sizeof(*parent->items)); \
    }

DEFINE_ADD(add_listener, struct config, listeners, listener_count)
DEFINE_ADD(add_dial, struct config_profile_draft, dial, dial_count)
DEFINE_ADD(add_listen, struct config_profile_draft, listen, listen_count)

/* ---- rules and profiles ---- */

static const struct config_key rule_keys[] = {
    {.name = "allow",
     .type = CONFIG_TARGET,
     .unset = "one of allow and deny must be there",
     .reload = true,
     .doc =
         "the target that the rule lets through: an address, a network (`10.0.0.0/8`), a name, `*.SUFFIX` for the names below it, "
         "or `*` for any host; of a listen rule no name"},
    {.name = "deny",
     .type = CONFIG_TARGET,
     .unset = "one of allow and deny must be there",
     .reload = true,
     .doc = "the target that the rule refuses; beats every rule that allows"},
    {.name = "ports",
     .type = CONFIG_PORTS,
     .min = 1,
     .max = 65535,
     .unset = "any port; of a listen rule any from 1024",
     .reload = true,
     .doc =
         "the ports that the rule is about: numbers, and texts like `\"8000-8099\"`; only a rule with ports lifts the floor"},
    {.name = "name",
     .type = CONFIG_TEXT,
     .offset = offsetof(struct config_rule, rule.name),
     .max = 64,
     .unset = "none",
     .reload = true,
     .doc = "what logs and explanations call the rule"},
};
const struct config_table config_rule_table = TABLE(rule_keys);

#define QUOTA(key, member, high, units, value, text) INTEGER(struct config_quota, key, member, 0, high, units, value, text)

static const struct config_key principal_keys[] = {
    QUOTA("sessions", sessions, MANY, "sessions", "4096", "sessions of a user under this profile"),
    QUOTA("handles", handles, MANY, "handles", "32768", "open streams and servers of a user"),
    QUOTA("calls", calls, MANY, "calls", "16384", "calls in flight of a user"),
    QUOTA("waiters", waiters, MANY, "calls", "16384", "calls of a user that wait"),
    QUOTA("buffered", buffered, MANY * 1024, "bytes", "134217728", "bytes that the daemon holds for a user"),
    QUOTA(
        "descriptors", descriptors, MANY, "descriptors", "32768",
        "descriptors that the daemon keeps open for a user: sessions, streams (one or two), servers, connections being made or "
        "still leaving, relays (one, and up to four for their pipes), and those on their way to and from the user"),
    QUOTA("resolver_jobs", resolver_jobs, MANY, "look-ups", "256", "names of a user being looked up"),
    QUOTA(
        "accepted", accepted, MANY, "connections", "16384",
        "connections that may wait for a user to accept them. The daemon accepts none before it is asked, so they wait in the "
        "kernel: a server takes as many of these as its backlog says and one more, half of what is left at the most, and "
        "gives them back when it is closed"),
};
const struct config_table config_principal_table = TABLE(principal_keys);

#define SHARE(key, member, high, units, text)                                                                        \
    {                                                                                                                \
        .name = key, .type = CONFIG_INTEGER, .offset = offsetof(struct config_quota, member), .min = 0, .max = high, \
        .unit = units, .unset = "as the profile's limits", .reload = true, .doc = text                               \
    }

static const struct config_key session_keys[] = {
    SHARE("handles", handles, MANY, "handles", "open streams and servers of a session"),
    {.name = "calls",
     .type = CONFIG_INTEGER,
     .offset = offsetof(struct config_quota, calls),
     .max = MANY,
     .unit = "calls",
     .unset = "as `limits.calls`",
     .reload = true,
     .doc = "calls in flight of a session"},
    SHARE("waiters", waiters, MANY, "calls", "calls of a session that wait"),
    SHARE("buffered", buffered, MANY * 1024, "bytes", "bytes that the daemon holds for a session"),
    SHARE("descriptors", descriptors, MANY, "descriptors",
          "descriptors that the daemon keeps open for a session, its own among them"),
    SHARE("resolver_jobs", resolver_jobs, MANY, "look-ups", "names of a session being looked up"),
    SHARE("accepted", accepted, MANY, "connections", "connections that may wait at the servers of a session"),
};
static const struct config_table session_table = TABLE(session_keys);

static const char *const modes[] = {"enforce", "report", NULL};
static const char *const revokes[] = {"keep", "close", NULL};

#define PROFILE(member) offsetof(struct config_profile_draft, member)
#define PROFILE_LIMITS                                                                                         \
    {.name = "limits",                                                                                         \
     .type = CONFIG_OBJECT,                                                                                    \
     .offset = PROFILE(profile.principal),                                                                     \
     .table = &config_principal_table,                                                                         \
     .fallback = "{}",                                                                                         \
     .reload = true,                                                                                           \
     .doc = "what a user may have under this profile, all sessions together"},                                 \
    {                                                                                                          \
        .name = "session", .type = CONFIG_OBJECT, .offset = PROFILE(profile.session), .table = &session_table, \
        .fallback = "{}", .reload = true, .doc = "what one session of this profile may have"                   \
    }

static const struct config_key profile_keys[] = {
    {.name = "rights",
     .type = CONFIG_RIGHTS,
     .offset = PROFILE(rights),
     .fallback = "[]",
     .reload = true,
     .doc =
         "the groups of methods that may be called: resolve, reverse, connect, listen, io, options, export, adopt, share, pool, "
         "inspect or inspect:all, close or close:all, admin; `io` brings `inspect` and `close`"},
    {.name = "mode",
     .type = CONFIG_WORD,
     .offset = PROFILE(mode),
     .words = modes,
     .fallback = "\"enforce\"",
     .reload = true,
     .doc = "report: everything goes ahead except what the rights inspect:all, close:all and admin guard, and what would have "
            "been denied is recorded"},
    {.name = "dial",
     .type = CONFIG_LIST,
     .add = add_dial,
     .table = &config_rule_table,
     .fallback = "[]",
     .reload = true,
     .doc = "where connections may go; without a rule nowhere"},
    {.name = "listen",
     .type = CONFIG_LIST,
     .add = add_listen,
     .table = &config_rule_table,
     .fallback = "[]",
     .reload = true,
     .doc = "where servers may listen; without a rule nowhere"},
    {.name = "revoke",
     .type = CONFIG_WORD,
     .offset = PROFILE(profile.revoke),
     .words = revokes,
     .fallback = "\"keep\"",
     .reload = true,
     .doc = "what becomes of an open handle whose target a reload forbids"},
    {.name = "time",
     .type = CONFIG_INTEGER,
     .offset = PROFILE(profile.time),
     .min = 1,
     .max = 100,
     .unit = "percent",
     .fallback = "3",
     .reload = true,
     .doc = "of the daemon's time that a user gets who asks for much, while another user asks for little at a time; without "
            "such another one he gets all there is. The profile `owner` has 100"},
    PROFILE_LIMITS,
};
const struct config_table config_profile_table = TABLE(profile_keys);

static const struct config_key owner_keys[] = {PROFILE_LIMITS};
const struct config_table config_owner_table = TABLE(owner_keys);

/* ---- the root ---- */

static const struct config_key listener_keys[] = {
    {.name = "path",
     .type = CONFIG_PATH,
     .offset = offsetof(struct config_listener, path),
     .max = 106,
     .unit = "bytes",
     .reload = true,
     .doc = "where the socket is made; its directory must exist"},
    {.name = "mode",
     .type = CONFIG_MODE,
     .offset = offsetof(struct config_listener, mode),
     .max = 0777,
     .fallback = "\"0600\"",
     .reload = false,
     .doc = "the socket file's mode, in octal, whatever the umask is: who may write may connect"},
    {.name = "group",
     .type = CONFIG_TEXT,
     .offset = offsetof(struct config_listener, group),
     .max = 64,
     .unset = "the daemon's own",
     .reload = false,
     .doc = "the socket file's group, by name or number"},
    {.name = "profile",
     .type = CONFIG_TEXT,
     .offset = offsetof(struct config_listener, profile),
     .max = 64,
     .reload = true,
     .doc = "the profile of everybody who connects there; `owner` is built in and may do everything"},
};
static const struct config_table listener_table = TABLE(listener_keys);

#define LIMIT(key, low, high, units, value, text) INTEGER(struct config_limits, #key, key, low, high, units, value, text)
#define TOTAL(key, low, high, units, value, text) INTEGER(struct config_limits, #key, daemon.key, low, high, units, value, text)

static const struct config_key limit_keys[] = {
    LIMIT(line, 256, 64 * MIB, "bytes", "1048576", "a line"),
    LIMIT(nesting, 4, 64, "objects and arrays", "16", "open at the same time in a line"),
    {.name = "values",
     .type = CONFIG_INTEGER,
     .offset = offsetof(struct config_limits, values),
     .min = 16,
     .max = MIB,
     .unit = "values",
     .fallback = "4096",
     .reload = false,
     .doc = "a line: every object, array and scalar, member names not"},
    LIMIT(payload, 0, MANY, "bytes", "16777216", "a payload"),
    LIMIT(batch, 1, 65536, "requests", "64", "a batch"),
    LIMIT(fds, 0, 253, "descriptors", "253", "that ride along with a message"),
    LIMIT(calls, 1, 65536, "calls", "1024", "in flight, a session; a profile may say less"),
    TOTAL(sessions, 1, MANY, "sessions", "16384", "of all users together"),
    TOTAL(handles, 1, MANY, "handles", "65536", "of all users together"),
    TOTAL(waiters, 1, MANY, "calls", "65536", "that wait, of all users together"),
    TOTAL(buffered, 65536, MANY * 1024, "bytes", "268435456", "that the daemon holds for all users together"),
    TOTAL(resolver_jobs, 1, MANY, "look-ups", "1024", "of all users together"),
    TOTAL(accepted, 1, MANY, "connections", "65536", "that may wait to be accepted, of all users together"),
    LIMIT(descriptors_reserved, 8, 65536, "descriptors", "64",
          "of those that the process may open, which only sessions of the profile `owner` may use; the pipes that payloads "
          "pass through, 28 at the most and charged to nobody, take none of them"),
    LIMIT(line_seconds, 1, DAY, "seconds", "10", "for each MiB begun of an unfinished line or payload"),
    LIMIT(reply_seconds, 1, DAY, "seconds", "30",
          "without progress while a client leaves its replies unread; then its session ends"),
    LIMIT(flush_seconds, 0, DAY, "seconds", "10", "for the output behind a closed handle to leave, at the daemon's end too"),
    LIMIT(idle_seconds, 0, 365 * DAY, "seconds", "3600",
          "without traffic after which a handle with lifetime `daemon` is closed; 0: never"),
};
static const struct config_table limit_table = TABLE(limit_keys);

static const struct config_key root_keys[] = {
    {.name = "listeners",
     .type = CONFIG_LIST,
     .add = add_listener,
     .table = &listener_table,
     .fallback = "[]",
     .reload = true,
     .doc = "the sockets that clients connect to; without any, `--socket` must name one"},
    {.name = "profiles",
     .type = CONFIG_MAP,
     .table = &config_profile_table,
     .fallback = "{}",
     .reload = true,
     .doc = "what clients may do, by the profile's name; the profile `owner` may be given `limits` and `session` alone"},
    {.name = "limits",
     .type = CONFIG_OBJECT,
     .offset = offsetof(struct config, limits),
     .table = &limit_table,
     .fallback = "{}",
     .reload = true,
     .doc =
         "of messages, and of everything together; of what all users have together, a sixteenth is for sessions of the profile "
         "`owner` alone, so that whoever runs the daemon always gets in"},
    {.name = "nat64",
     .type = CONFIG_NAT64,
     .unset = "none",
     .reload = true,
     .doc = "prefixes like `\"64:ff9b:1::/96\"` under which this network reaches IPv4 addresses, beside `64:ff9b::/96`"},
    {.name = "resolver_threads",
     .type = CONFIG_INTEGER,
     .offset = offsetof(struct config, resolver_threads),
     .min = 1,
     .max = 256,
     .unit = "threads",
     .fallback = "8",
     .reload = false,
     .doc = "for looking up names; started when they are needed. No user holds more of them than he leaves free"},
};
const struct config_table config_root = TABLE(root_keys);
