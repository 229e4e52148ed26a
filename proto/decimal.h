/* Decimal numbers as JSON writes them, compared and converted exactly: never through a double. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sockd/values.h>

struct decimal {
    const char *digits; /* from the first that is not zero to the last that is not; a point may stand among them */
    size_t size;        /* 0: the number is zero */
    int64_t exponent;   /* the power of ten of the first digit: 0 from 1 to 9.99 */
    bool negative;
    bool far; /* its exponent is beyond all use (18 digits), and only known by its sign */
};

/* text is a JSON number. The digits point into it. */
struct decimal decimal_read(const char *text, size_t size);

/* Whether two numbers have the same value. Of numbers that are far it is not known, and false is said. */
bool decimal_equal(const struct decimal *a, const struct decimal *b);

/* Rounds to microseconds. False: negative, or not below 2^63 seconds. Microseconds are a million only where the seconds could
 * not take one more. */
bool decimal_period(const struct decimal *number, struct sockd_timeout *out);
