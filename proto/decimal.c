/* A number is its significant digits and the place of the first of them; the rest of its writing is chance. */
#include "decimal.h"

/* Exponents are clamped to this, far from overflow whatever the length of the digits adds. */
#define FAR INT64_C(100000000000000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What follows the e, clamped. */
static int64_t exponent_read(const char *at, const char *end)
{
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    int64_t value = 0;
    for (; at < end; at++)
        value = value >= FAR ? FAR : value * 10 + (*at - '0');
    if (value > FAR)
        value = FAR;
    return negative ? -value : value;
}

struct decimal decimal_read(const char *text, size_t size)
{
    struct decimal number = {0};
    const char *at = text, *end = text + size, *last = text;
    if (at < end && *at == '-') {
        number.negative = true;
        at++;
    }
    int64_t index = 0, first = 0, point = -1;
    for (; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.') {
            point = index;
            continue;
        }
        if (*at != '0') {
            if (number.digits == NULL) {
                number.digits = at;
                first = index;
            }
            last = at;
        }
        index++;
    }
    if (number.digits == NULL) {
        number.negative = false;
        return number;
    }
    number.size = (size_t)(last + 1 - number.digits);
    int64_t written = at < end ? exponent_read(at + 1, end) : 0;
    number.far = written >= FAR || written <= -FAR;
    number.exponent = (point >= 0 ? point : index) - 1 - first + written;
    return number;
}

/* The next digit, or -1 behind the last. */
static int digit_next(const struct decimal *number, size_t *at)
{
    if (*at < number->size && number->digits[*at] == '.')
        ++*at;
    return *at < number->size ? number->digits[(*at)++] - '0' : -1;
}

bool decimal_equal(const struct decimal *a, const struct decimal *b)
{
    if (a->size == 0 || b->size == 0)
        return a->size == b->size;
    if (a->far || b->far || a->negative != b->negative || a->exponent != b->exponent)
        return false;
    size_t i = 0, j = 0;
    int x, y;
    do {
        x = digit_next(a, &i);
        y = digit_next(b, &j);
    } while (x == y && x >= 0);
    return x == y;
}

bool decimal_period(const struct decimal *number, struct sockd_timeout *out)
{
    *out = (struct sockd_timeout){0, 0, true};
    if (number->size == 0)
        return true;
    if (number->negative || number->exponent > 18)
        return false;
    if (number->exponent < -7)
        return true;

    uint64_t seconds = 0;
    int64_t microseconds = 0;
    size_t at = 0;
    for (int64_t place = number->exponent > 0 ? 18 : 0; place >= -7; place--) {
        int digit = place > number->exponent ? 0 : digit_next(number, &at);
        if (digit < 0)
            digit = 0;
        if (place >= 0)
            seconds = seconds * 10 + (uint64_t)digit;
        else if (place >= -6)
            microseconds = microseconds * 10 + digit;
        else
            microseconds += digit >= 5;
    }
    if (seconds > INT64_MAX)
        return false;
    if (microseconds == 1000000 && seconds < INT64_MAX) {
        seconds++;
        microseconds = 0;
    }
    out->seconds = (int64_t)seconds;
    out->microseconds = microseconds;
    return true;
}
