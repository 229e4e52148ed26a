/* Whom a session acts for. A principal is a user under a profile: handles belong to it. An identity is one session of it, and
 * outlives that session as long as handles that it opened do, so that inspection can tell who made them. */
#pragma once

#include <sys/queue.h>
#include <sys/types.h>

#include <sockd/values.h>

#include "account.h"
#include "fair.h"
#include "policy.h"

#define IDENTITY_NAME 16
#define IDENTITY_LABEL 65

struct principal {
    LIST_ENTRY(principal) link;
    unsigned references;
    uid_t uid;
    struct account account;
    struct fair_share share;
    int last_port; /* of its servers, the last one that was chosen for it */
    char profile[];
};

LIST_HEAD(principals, principal);

/* The principal of that user and profile, made if it is new; a reference for the caller. limits: its account's, and the
 * account that stands above. NULL without memory. */
struct principal *principal_get(struct principals *principals, uid_t uid, const char *profile, const struct account *limits);
/* A reference more. */
struct principal *principal_ref(struct principal *principal);
struct principal *principal_unref(struct principal *principal);

struct identity {
    unsigned references;
    struct principal *principal;
    struct account account; /* the session's */
    uint64_t session;       /* its number, 0 once it has ended */
    uid_t uid;
    gid_t gid;
    pid_t pid;
    struct policy_layers layers; /* what it may do */
    int64_t weight;              /* charged as buffered, until it is gone: of the layers that its session brought along */
    bool privileged;             /* the daemon's own user, or root: may inspect and close everything, where a policy lets it */
    char name[IDENTITY_NAME];    /* the process's, as it was at the start; may be empty */
    char label[IDENTITY_LABEL];  /* as the session calls itself; may be empty */
};

/* Takes over the reference to principal, even where it fails for want of memory. limits: the session's. */
struct identity *identity_new(struct principal *principal, const struct account *limits);
struct identity *identity_ref(struct identity *identity);
struct identity *identity_unref(struct identity *identity);

/* Whether a text does nothing to whoever shows it: it is UTF-8 without control characters, of either set, without line and
 * paragraph separators, and without what turns the direction of writing. */
bool identity_plain(const char *text, size_t size);

/* Notes the name of its process, with a question mark for each byte or character that is not plain. */
void identity_set_name(struct identity *identity, const char *text, size_t size);

/* Whether a handle of the one may be used by the other: they are the same principal. */
static inline bool identity_same(const struct identity *a, const struct identity *b)
{
    return a->principal == b->principal;
}

/* Whether every layer grants a right: of enum right, or POLICY_RIGHT_INSPECT_ALL and POLICY_RIGHT_CLOSE_ALL. */
bool identity_may(const struct identity *identity, int right);

/* Charges descriptors that are kept for it, fd the highest of them (-1: they are made later). False: it may have no more of
 * them, or only those are left that are reserved (*limit); then nothing is charged. */
bool identity_charge_descriptors(struct identity *identity, int64_t count, int fd, int64_t *limit);

/* Whether this descriptor is none of those that are reserved. */
bool identity_may_keep(const struct identity *identity, int fd, int64_t *limit);

/* Whether no layer restricts it: everything is allowed everywhere. */
bool identity_unrestricted(const struct identity *identity);
