#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "fixture.h"

static const struct {
    const char *text, *printed; /* printed NULL: no literal */
} literals[] = {
    {"127.0.0.1", "127.0.0.1"},
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"::1", "::1"},
    {"::", "::"},
    {"::ffff:10.1.2.3", "::ffff:10.1.2.3"},
    {"::FFFF:0a01:0203", "::ffff:10.1.2.3"},
    {"2001:DB8::1", "2001:db8::1"},
    {"fe80::1%lo", "fe80::1%lo"},
    {"fe80::1%1", "fe80::1%lo"},
    {"fe80::1%4000000000", "fe80::1%4000000000"},
    {"fe80::1", "fe80::1"},
    {"", NULL},
    {"127.1", NULL},
    {"0", NULL},
    {"2130706433", NULL},
    {"0x7f.0.0.1", NULL},
    {"0177.0.0.1", NULL},
    {"127.0.0.01", NULL},
    {"127.0.0.1 ", NULL},
    {" 127.0.0.1", NULL},
    {"127.0.0.1.", NULL},
    {"127.0.0.256", NULL},
    {"[::1]", NULL},
    {"::1%lo", NULL},
    {"2001:db8::1%1", NULL},
    {"127.0.0.1%lo", NULL},
    {"fe80::1%", NULL},
    {"fe80::1%0", NULL},
    {"fe80::1%nosuchinterface", NULL},
    {"fe80::1%lo:80", NULL},
    {"fe80::1%lo%lo", NULL},
    {"fe80::1%4294967297", NULL},
    {"fe80::1%18446744073709551617", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {":::", NULL},
    {"localhost", NULL},
    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:0000", NULL},
};

START_TEST(literal)
{
    union address address;
    const char *text = literals[_i].text;
    bool is = address_literal(&address, text, strlen(text), 8080);
    ck_assert_msg(is == !!literals[_i].printed, "%s", text);
    if (!is)
        return;
    char printed[ADDRESS_TEXT];
    address_text(&address, printed);
    ck_assert_str_eq(printed, literals[_i].printed);
    ck_assert_int_eq(address_port(&address), 8080);
    union address again;
    ck_assert(address_literal(&again, printed, strlen(printed), 8080));
    ck_assert(address_equal(&address, &again));
    address_set_port(&again, 8081);
    ck_assert(!address_equal(&address, &again));
}
END_TEST

START_TEST(literal_with_nul)
{
    union address address;
    ck_assert(!address_literal(&address, "127.0.0.1\0", 10, 1));
    ck_assert(!address_literal(&address, "::1\0%lo", 7, 1));
    ck_assert(address_literal(&address, "127.0.0.12", 9, 1)); /* the size counts, not a NUL */
}
END_TEST

#define LABEL63 "a23456789012345678901234567890123456789012345678901234567890123"

static const struct {
    const char *text;
    bool good;
} names[] = {
    {"localhost", true},
    {"a", true},
    {"example.com", true},
    {"example.com.", true},
    {"EXAMPLE.com", true},
    {"_sip._tcp.example.com", true},
    {"xn--bcher-kva.example", true},
    {"3com.com", true},
    {"1.2.3.4.in-addr.arpa", true},
    {"node.1", true},
    {"0x7f.com", true},
    {"0xg", true},
    {LABEL63 ".com", true},
    {LABEL63 "." LABEL63 "." LABEL63 "." LABEL63, false}, /* 255 */
    {LABEL63 "." LABEL63 "." LABEL63 ".a234567890123456789012345678901234567890123456789012345678901", true},
    {LABEL63 "." LABEL63 "." LABEL63 ".a234567890123456789012345678901234567890123456789012345678901.", true},
    {LABEL63 "4.com", false},
    {"", false},
    {".", false},
    {"..", false},
    {"a..b", false},
    {".a", false},
    {"a..", false},
    {"-a", false},
    {"a-", false},
    {"a.-b", false},
    {"a b", false},
    {"a\n", false},
    {"a/b", false},
    {"a%lo", false},
    {"b\303\274cher.example", false},
    {"http://a", false},
    {"[::1]", false},
    {"::g", false},
    {"127.1", false},
    {"127.0.0.1", false},
    {"127.0.0.1.", false},
    {"0", false},
    {"2130706433", false},
    {"0x7f.1", false},
    {"0x7f000001", false},
    {"0X7F.0.0.1", false},
    {"0x", false},
    {"0177.0.0.1", false},
    {"1.2.3.4.5", false},
    {"0x7f.0x0.0x0.0x1.", false},
};

START_TEST(name)
{
    const char *reason = NULL;
    bool good = address_name(names[_i].text, strlen(names[_i].text), &reason);
    ck_assert_msg(good == names[_i].good, "%s", names[_i].text);
    ck_assert(good == !reason);
    struct in_addr old; /* what the old parsers read as an address is never a name */
    if (good && names[_i].text[strlen(names[_i].text) - 1] != '.')
        ck_assert_int_eq(inet_aton(names[_i].text, &old), 0);
}
END_TEST

START_TEST(name_with_nul)
{
    const char *reason = NULL;
    ck_assert(!address_name("good\0.example.com", 17, &reason));
    ck_assert_ptr_nonnull(reason);
}
END_TEST

START_TEST(equality)
{
    union address a, b;
    ck_assert(address_literal(&a, "127.0.0.1", 9, 1));
    ck_assert(address_literal(&b, "::ffff:127.0.0.1", 16, 1));
    ck_assert(!address_equal(&a, &b));
    ck_assert_uint_eq(address_size(&a), sizeof(struct sockaddr_in));
    ck_assert_uint_eq(address_size(&b), sizeof(struct sockaddr_in6));
    ck_assert_uint_eq(address_size(&(union address){0}), 0);
    ck_assert(address_literal(&a, "fe80::1%1", 9, 1));
    ck_assert(address_literal(&b, "fe80::1%2", 9, 1));
    ck_assert(!address_equal(&a, &b));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *tcase = fixture_case(suite, "address", 10);
    tcase_add_loop_test(tcase, literal, 0, sizeof(literals) / sizeof(literals[0]));
    tcase_add_test(tcase, literal_with_nul);
    tcase_add_loop_test(tcase, name, 0, sizeof(names) / sizeof(names[0]));
    tcase_add_test(tcase, name_with_nul);
    tcase_add_test(tcase, equality);
    return fixture_run(suite);
}
