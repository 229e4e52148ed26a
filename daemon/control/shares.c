/* Tokens are compared in full whatever the first difference is, so that the time a claim takes tells nothing of the others. */
#include "shares.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void share_spend(struct share *share)
{
    LIST_REMOVE(share, link);
    principal_unref(share->principal);
    explicit_bzero(share->token, sizeof share->token);
    free(share);
}

static void drop_expired(struct shares *shares)
{
    int64_t now = clock_now();
    struct share *share, *next;
    for (share = LIST_FIRST(shares); share; share = next) {
        next = LIST_NEXT(share, link);
        if (share->expires <= now)
            share_spend(share);
    }
}

static int token_make(char token[SHARE_TOKEN + 1])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char random[16 + 2] = {0};
    if (getrandom(random, 16, 0) != 16)
        return -errno;
    for (int i = 0; i < SHARE_TOKEN; i++) {
        int bit = i * 6, byte = bit / 8;
        unsigned both = (unsigned)random[byte] << 8 | random[byte + 1];
        token[i] = digits[both >> (10 - bit % 8) & 63];
    }
    token[SHARE_TOKEN] = '\0';
    return 0;
}

int shares_offer(struct shares *shares, struct principal *principal, uint64_t handle, int64_t seconds,
                 const struct share **share, struct trouble *trouble)
{
    const struct share *other;
    int64_t count = 0;
    drop_expired(shares);
    LIST_FOREACH (other, shares, link)
        count += other->principal == principal;
    if (count >= SHARES_OF_ONE)
        return trouble_limit(trouble, "shares", SHARES_OF_ONE);
    struct share *made = calloc(1, sizeof *made);
    int r = made ? token_make(made->token) : -ENOMEM;
    if (r < 0) {
        free(made);
        return r;
    }
    made->principal = principal_ref(principal);
    made->handle = handle;
    made->expires = clock_now() + seconds * 1000000;
    LIST_INSERT_HEAD(shares, made, link);
    *share = made;
    return 0;
}

static bool token_equal(const struct share *share, struct sockd_text token)
{
    unsigned difference = 0;
    for (size_t i = 0; token.size == SHARE_TOKEN && i < SHARE_TOKEN; i++)
        difference |= (unsigned char)(share->token[i] ^ token.data[i]);
    return token.size == SHARE_TOKEN && !difference;
}

struct share *shares_find(struct shares *shares, struct sockd_text token)
{
    struct share *share, *found = NULL;
    drop_expired(shares);
    LIST_FOREACH (share, shares, link)
        if (token_equal(share, token))
            found = share;
    return found;
}

void shares_deinit(struct shares *shares)
{
    while (!LIST_EMPTY(shares))
        share_spend(LIST_FIRST(shares));
}
