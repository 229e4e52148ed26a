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

/* Takes an offer: its handle; 0: there is none of that token, or not any more. */
uint64_t shares_take(struct shares *shares, struct sockd_text token);

void shares_deinit(struct shares *shares);
