#include <string.h>

#include "decimal.h"
#include "fence.h"

static struct decimal read_fenced(int place, const char *text)
{
    return decimal_read(fence_copy(place, text, strlen(text)), strlen(text));
}

static const struct {
    const char *a, *b;
    bool equal;
} pairs[] = {
    {"0", "0", true},
    {"0", "-0", true},
    {"0", "0.000", true},
    {"0", "-0e999999999999999999999", true},
    {"0", "1e-5", false},
    {"1", "1.0", true},
    {"1", "-1", false},
    {"10", "1e1", true},
    {"10", "1E+1", true},
    {"10", "100e-1", true},
    {"10", "0.0001e5", true},
    {"10", "10.000000000000000000000000001", false},
    {"120", "12", false},
    {"1.2", "12", false},
    {"1020.5", "10.205e2", true},
    {"1020.5", "1.0205e2", false},
    {"0.001", "1e-3", true},
    {"9007199254740993", "9007199254740992", false},
    {"18446744073709551616", "18446744073709551617", false},
    {"123456789012345678901234567890", "12345678901234567890123456789e1", true},
    {"1e99999999999999999999", "1e99999999999999999999", false}, /* too far to tell */
    {"1e-99999999999999999999", "0", false},
    {"1e1000", "1e1001", false},
};

START_TEST(equality_is_exact)
{
    struct decimal a = read_fenced(0, pairs[_i].a), b = read_fenced(1, pairs[_i].b);
    ck_assert_int_eq(decimal_equal(&a, &b), pairs[_i].equal);
    ck_assert_int_eq(decimal_equal(&b, &a), pairs[_i].equal);
}
END_TEST

static const struct {
    const char *text;
    bool good;
    int64_t seconds, microseconds;
} periods[] = {
    {"0", true, 0, 0},
    {"-0", true, 0, 0},
    {"-0.0e5", true, 0, 0},
    {"1", true, 1, 0},
    {"10.5", true, 10, 500000},
    {"0.000001", true, 0, 1},
    {"0.0000014", true, 0, 1},
    {"0.0000015", true, 0, 2},
    {"0.0000005", true, 0, 1},
    {"0.00000049999999", true, 0, 0},
    {"5e-7", true, 0, 1},
    {"4e-7", true, 0, 0},
    {"9e-8", true, 0, 0},
    {"1e-400", true, 0, 0},
    {"1e-99999999999999999999", true, 0, 0},
    {"0.9999995", true, 1, 0},
    {"0.9999994", true, 0, 999999},
    {"59.9999999", true, 60, 0},
    {"1.5e3", true, 1500, 0},
    {"1234567.891e-3", true, 1234, 567891},
    {"1e18", true, 1000000000000000000, 0},
    {"9.2e18", true, 9200000000000000000, 0},
    {"9223372036854775807", true, INT64_MAX, 0},
    {"9223372036854775807.4", true, INT64_MAX, 400000},
    {"9223372036854775807.9999999", true, INT64_MAX, 1000000},
    {"9223372036854775808", false, 0, 0},
    {"9.3e18", false, 0, 0},
    {"1e19", false, 0, 0},
    {"99999999999999999999", false, 0, 0},
    {"1e400", false, 0, 0},
    {"1e99999999999999999999", false, 0, 0},
    {"0e400", true, 0, 0},
    {"-1", false, 0, 0},
    {"-0.5", false, 0, 0},
    {"-1e-400", false, 0, 0},
};

START_TEST(periods_are_exact_to_the_microsecond)
{
    struct decimal number = read_fenced(0, periods[_i].text);
    struct sockd_timeout period;
    ck_assert_int_eq(decimal_period(&number, &period), periods[_i].good);
    if (!periods[_i].good)
        return;
    ck_assert(period.finite);
    ck_assert_int_eq(period.seconds, periods[_i].seconds);
    ck_assert_int_eq(period.microseconds, periods[_i].microseconds);
}
END_TEST

/* A long writing costs what its bytes cost, and its value is still exact. */
START_TEST(length_does_not_matter)
{
    static char text[1000001];
    memset(text, '0', sizeof text - 1);
    text[1] = '.';
    text[sizeof text - 2] = '7';
    struct decimal tiny = read_fenced(0, text), same = read_fenced(1, "7e-999998");
    ck_assert(decimal_equal(&tiny, &same));
    memset(text, '9', sizeof text - 1);
    struct decimal huge = read_fenced(0, text);
    struct sockd_timeout period;
    ck_assert(!decimal_period(&huge, &period));
    ck_assert_int_eq(huge.exponent, 999999);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("decimal");
    tcase_add_loop_test(tests, equality_is_exact, 0, COUNT(pairs));
    tcase_add_loop_test(tests, periods_are_exact_to_the_microsecond, 0, COUNT(periods));
    tcase_add_test(tests, length_does_not_matter);
    return suite_run("decimal", tests);
}
