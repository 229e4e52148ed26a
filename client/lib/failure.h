/* The story of a failure, kept until the next one. */
#pragma once

#include <sockd/sockd.h>

#include "buffer.h"
#include "scan.h"

struct failure {
    struct sockd_error error;
    char kind[40];
    char message[512];
    char detail[512];   /* of the library's own errors: the address */
    struct buffer text; /* of the daemon's errors: what error.data points into */
    struct buffer memory;
};

/* Each returns -code. */

/* A system call failed. detail: the address it was done to, or NULL. */
int failure_system(struct failure *failure, int number, const char *operation, const char *address, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

int failure_set(struct failure *failure, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The daemon answered with this error object, in JSON. */
int failure_read(struct failure *failure, struct scan *scan, struct sockd_text json);

void failure_deinit(struct failure *failure);

/* Scans with as much memory for tokens as it takes. SCAN_OK, SCAN_SYNTAX, SCAN_NESTING; SCAN_VALUES: no memory. */
enum scan_result scan_all(struct scan *scan, char *text, size_t size);
void scan_deinit(struct scan *scan);
