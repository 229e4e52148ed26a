/* Handles on offer: each by a token of 128 random bits that is good for one claim and for a limited time. */
#pragma once

#include "object.h"

#define SHARE_TOKEN 22   /* characters of a token in base64url, without an end */
#define SHARES_OF_ONE 64 /* that a principal may have on offer at a time */

struct share {
    LIST_ENTRY(share) link;
    struct principal *principal; /* whose offer it is: a reference */
    uint64_t handle;
    int64_t expires;
    char token[SHARE_TOKEN + 1];
};

LIST_HEAD(shares, share);

/* Offers a handle. 0 with *share; ERROR_limit told; or -errno. */
int shares_offer(struct shares *shares, struct principal *principal, uint64_t handle, int64_t seconds,
                 const struct share **share, struct trouble *trouble);

/* The offer of that token, or NULL: there is none, or not any more. */
struct share *shares_find(struct shares *shares, struct sockd_text token);

/* An offer is over: it has been taken, or is worth nothing. */
void share_spend(struct share *share);

void shares_deinit(struct shares *shares);
