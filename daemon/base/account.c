#include "account.h"

#include <stddef.h>

const char *const quota_names[QUOTA_COUNT] = {"sessions", "handles",     "calls",         "waiters",
                                              "buffered", "descriptors", "resolver_jobs", "accepted"};

bool account_charge(struct account *account, enum quota quota, int64_t amount, int64_t *limit)
{
    for (struct account *a = account; a; a = a->parent) {
        if (a->used[quota] + amount > a->limit[quota]) {
            *limit = a->limit[quota];
            return false;
        }
    }
    account_add(account, quota, amount);
    return true;
}

int64_t account_room(const struct account *account, enum quota quota, int64_t *limit)
{
    int64_t room = INT64_MAX;
    for (const struct account *a = account; a; a = a->parent) {
        int64_t left = a->limit[quota] - a->used[quota];
        if (left < room) {
            room = left;
            *limit = a->limit[quota];
        }
    }
    return room > 0 ? room : 0;
}

void account_add(struct account *account, enum quota quota, int64_t amount)
{
    for (struct account *a = account; a; a = a->parent)
        a->used[quota] += amount;
}

bool account_over(const struct account *account, enum quota quota, int64_t *limit)
{
    for (const struct account *a = account; a; a = a->parent) {
        if (a->used[quota] > a->limit[quota]) {
            *limit = a->limit[quota];
            return true;
        }
    }
    return false;
}

void account_refund(struct account *account, enum quota quota, int64_t amount)
{
    account_add(account, quota, -amount);
}
