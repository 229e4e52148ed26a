/* The keys of the configuration as data: what the reader is driven by and the reference is printed from. */
#pragma once

#include "config.h"

enum config_type {
    CONFIG_INTEGER, /* int64_t: min to max */
    CONFIG_MODE,    /* int64_t: "0660" */
    CONFIG_WORD,    /* int64_t: an index into words */
    CONFIG_TEXT,    /* char *: 1 to max bytes */
    CONFIG_PATH,    /* char *: absolute, of a socket */
    CONFIG_RIGHTS,  /* uint32_t */
    CONFIG_TARGET,  /* struct config_rule: allow or deny */
    CONFIG_PORTS,   /* struct config_rule: numbers, and texts like "8000-8099" */
    CONFIG_OBJECT,  /* in the place of its table's struct */
    CONFIG_LIST,    /* of objects: add makes a new one */
    CONFIG_MAP,     /* the same, by names */
    CONFIG_NAT64,   /* struct config: a list of prefixes */
};

struct config_table;

struct config_key {
    const char *name;
    enum config_type type;
    size_t offset; /* in the struct of the table */
    int64_t min, max;
    const char *unit;     /* NULL: none */
    const char *fallback; /* the default as JSON text; NULL: the key is required; see also unset */
    const char *unset;    /* what the lack of the key means where no value says it; then there is no fallback */
    bool reload;          /* whether a reload changes it */
    const char *doc;
    const char *const *words;
    const struct config_table *table;
    void *(*add)(void *parent); /* a zeroed element of its own; NULL without memory */
};

struct config_table {
    const struct config_key *keys;
    size_t count;
};

/* The root, a profile, the built-in profile in the file, a profile's limits, and a rule. */
extern const struct config_table config_root, config_profile_table, config_owner_table, config_principal_table,
    config_rule_table;

/* What a rule is read into. */
struct config_rule {
    struct policy_rule rule;
    int targets; /* how many of allow and deny there were */
};

/* What a profile is read into: its policy is made when all of it is known. */
struct config_profile_draft {
    struct config_profile profile;
    uint32_t rights;
    int64_t mode;
    struct config_rule *dial, *listen;
    size_t dial_count, listen_count;
};
