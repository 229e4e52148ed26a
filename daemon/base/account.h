/* What a client may have, and has: every resource is charged to its session's account, and through it to its principal's and
 * to the daemon's. A charge goes through everywhere or nowhere. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum quota {
    QUOTA_SESSIONS,
    QUOTA_HANDLES,
    QUOTA_CALLS,
    QUOTA_WAITERS,
    QUOTA_BUFFERED,
    QUOTA_DESCRIPTORS,
    QUOTA_RESOLVER_JOBS,
    QUOTA_ACCEPTED,
    QUOTA_COUNT
};

extern const char *const quota_names[QUOTA_COUNT];

struct account {
    struct account *parent;
    int64_t used[QUOTA_COUNT];
    int64_t limit[QUOTA_COUNT];
    int64_t reserved; /* of the topmost: descriptors of this process that only identities under no restriction may use */
};

/* True, or false with *limit the limit that stands in the way. */
bool account_charge(struct account *account, enum quota quota, int64_t amount, int64_t *limit);

/* How much more it may be charged; 0 with *limit the limit that stands in the way. */
int64_t account_room(const struct account *account, enum quota quota, int64_t *limit);

/* Charges what is there already, whatever the limit; a negative amount gives back. */
void account_add(struct account *account, enum quota quota, int64_t amount);

/* Whether it, or one above it, is over its limit. */
bool account_over(const struct account *account, enum quota quota, int64_t *limit);

/* Gives back what was charged. */
void account_refund(struct account *account, enum quota quota, int64_t amount);
