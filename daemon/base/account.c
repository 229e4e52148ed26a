#include "account.h"

#include <stddef.h>

const char *const quota_names[QUOTA_COUNT] = {"sessions", "handles", "calls", "waiters", "buffered", "resolver_jobs"};

bool account_charge(struct account *account, enum quota quota, int64_t amount, int64_t *limit)
{
    for (struct account *a = account; a; a = a->parent) {
        if (a->used[quota] + amount > a->limit[quota]) {
            *limit = a->limit[quota];
            return false;
        }
    }
    for (struct account *a = account; a; a = a->parent)
        a->used[quota] += amount;
    return true;
}

void account_refund(struct account *account, enum quota quota, int64_t amount)
{
    for (struct account *a = account; a; a = a->parent)
        a->used[quota] -= amount;
}
