#include "identity.h"

#include <stdlib.h>
#include <string.h>

#include "fd.h"
#include "utf8.h"

struct principal *principal_get(struct principals *principals, uid_t uid, const char *profile, const struct account *limits)
{
    struct principal *principal;
    LIST_FOREACH (principal, principals, link) {
        if (principal->uid == uid && strcmp(principal->profile, profile) == 0) {
            principal->references++;
            return principal;
        }
    }
    size_t size = strlen(profile) + 1;
    principal = calloc(1, sizeof *principal + size);
    if (!principal)
        return NULL;
    principal->references = 1;
    principal->uid = uid;
    principal->account = *limits;
    memcpy(principal->profile, profile, size);
    LIST_INSERT_HEAD(principals, principal, link);
    return principal;
}

struct principal *principal_ref(struct principal *principal)
{
    principal->references++;
    return principal;
}

struct principal *principal_unref(struct principal *principal)
{
    if (principal && --principal->references == 0) {
        LIST_REMOVE(principal, link);
        free(principal);
    }
    return NULL;
}

struct identity *identity_new(struct principal *principal, const struct account *limits)
{
    struct identity *identity = calloc(1, sizeof *identity);
    if (!identity) {
        principal_unref(principal);
        return NULL;
    }
    identity->references = 1;
    identity->principal = principal; /* consume */
    identity->account = *limits;
    identity->account.parent = &principal->account;
    return identity;
}

struct identity *identity_ref(struct identity *identity)
{
    identity->references++;
    return identity;
}

struct identity *identity_unref(struct identity *identity)
{
    if (identity && --identity->references == 0) {
        account_refund(&identity->account, QUOTA_BUFFERED, identity->weight);
        policy_layers_deinit(&identity->layers);
        principal_unref(identity->principal);
        free(identity);
    }
    return NULL;
}

/* The length of the plain character that a text begins with; 0: it begins with something else, of *skip bytes. */
static size_t plain_character(const char *text, size_t size, size_t *skip)
{
    int32_t ch = 0;
    int n = utf8_read((const unsigned char *)text, size, &ch);
    *skip = n > 0 ? (size_t)n : n < 0 ? (size_t)-n : size;
    return n > 0 && utf8_plain(ch) ? (size_t)n : 0;
}

bool identity_plain(const char *text, size_t size)
{
    size_t skip;
    while (size > 0 && plain_character(text, size, &skip) > 0) {
        text += skip;
        size -= skip;
    }
    return size == 0;
}

void identity_set_name(struct identity *identity, const char *text, size_t size)
{
    size_t used = 0, skip;
    for (; size > 0; text += skip, size -= skip) {
        size_t n = plain_character(text, size, &skip);
        if (used + (n ? n : 1) >= IDENTITY_NAME)
            break;
        memcpy(identity->name + used, n ? text : "?", n ? n : 1);
        used += n ? n : 1;
    }
    identity->name[used] = '\0';
}

bool identity_may(const struct identity *identity, int right)
{
    struct policy_decision decision;
    bool over_others = right == POLICY_RIGHT_INSPECT_ALL || right == POLICY_RIGHT_CLOSE_ALL;
    if (right == RIGHT_NONE)
        return true;
    return (identity->privileged || !over_others) && policy_decide_right(&identity->layers, right, &decision, NULL);
}

bool identity_unrestricted(const struct identity *identity)
{
    for (size_t i = 0; i < identity->layers.count; i++)
        if (!identity->layers.items[i]->unrestricted)
            return false;
    return true;
}

bool identity_may_keep(const struct identity *identity, int fd, int64_t *limit)
{
    const struct account *topmost = &identity->account;
    if (fd < 0 || identity_unrestricted(identity))
        return true;
    while (topmost->parent)
        topmost = topmost->parent;
    *limit = fd_last(topmost->reserved);
    return fd < *limit;
}

bool identity_charge_descriptors(struct identity *identity, int64_t count, int fd, int64_t *limit)
{
    return identity_may_keep(identity, fd, limit) && account_charge(&identity->account, QUOTA_DESCRIPTORS, count, limit);
}
