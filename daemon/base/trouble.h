/* How an operation ended, and the whole story of a documented failure.
 *
 * Operations return an int. 0: done. Positive: a documented outcome, one of the table's errors (enum error_id), told in a
 * struct trouble. OUTCOME_WAIT: not yet; nothing has been consumed. Any other negative: a fault of our own or of the
 * environment, -errno, which becomes the error internal and a line of the log. */
#pragma once

#include "address.h"
#include "proto.h"

#define OUTCOME_WAIT (-0x10000)

#define TROUBLE_BYTES 64
#define TROUBLE_REASON 1024 /* any reason why a configuration is refused, whole */

struct trouble {
    struct fault fault; /* its texts are static, or stand in the rooms below, or outlive the call */
    char message[TROUBLE_REASON + 64];
    char host[256];
    char reason[TROUBLE_REASON];
    char address[ADDRESS_TEXT];
    unsigned char bytes[TROUBLE_BYTES];
};

/* Each fills the trouble and gives the error to return. Operations and names are static texts. */
int trouble_param(struct trouble *trouble, const char *param, const char *reason);
int trouble_os(struct trouble *trouble, const char *operation, int error);
int trouble_os_at(struct trouble *trouble, const char *operation, int error, const union address *address);
int trouble_resolve(struct trouble *trouble, struct sockd_text host, int error, int system_error);
int trouble_timeout(struct trouble *trouble, const char *operation, const struct sockd_timeout *timeout);
int trouble_no_such_handle(struct trouble *trouble, sockd_handle handle);
int trouble_wrong_kind(struct trouble *trouble, sockd_handle handle, const char *is, const char *wanted);
int trouble_not_open(struct trouble *trouble, sockd_handle handle, int direction);
int trouble_end_of_file(struct trouble *trouble, sockd_handle handle, const char *bytes, size_t size);
int trouble_undecodable(struct trouble *trouble, struct sockd_text encoding, const char *bytes, size_t size, size_t position);
int trouble_unencodable(struct trouble *trouble, struct sockd_text encoding, int32_t ch, size_t position);
int trouble_limit(struct trouble *trouble, const char *limit, int64_t value);
int trouble_busy(struct trouble *trouble, sockd_handle handle, const char *reason);
int trouble_denied(struct trouble *trouble, const char *operation, struct sockd_text target, const char *profile);
int trouble_plain(struct trouble *trouble, enum error_id error); /* the table's own words: cancelled, going-away, internal */
