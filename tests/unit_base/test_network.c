#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "policy_kit.h"

static unsigned seed = 5;

START_TEST(port_sets)
{
    static struct port_set set;
    static bool model[65536];
    for (int i = 0; i < 2000; i++) {
        int first = rand_r(&seed) % 65536, last = first + rand_r(&seed) % 300;
        last = last < 65536 ? last : 65535;
        bool add = rand_r(&seed) % 2;
        (add ? port_set_add : port_set_remove)(&set, first, last);
        memset(model + first, add, (size_t)last - (size_t)first + 1);
    }
    int next = port_set_next(&set, 0);
    for (int port = 0; port < 65536; port++) {
        ck_assert(port_set_has(&set, port) == model[port]);
        if (model[port]) {
            ck_assert_int_eq(next, port);
            next = port_set_next(&set, port + 1);
        }
    }
    ck_assert_int_eq(next, -1);
}
END_TEST

START_TEST(port_texts)
{
    struct port_range range;
    ck_assert(port_range_parse(&range, "80", 2) && range.first == 80 && range.last == 80);
    ck_assert(port_range_parse(&range, "1-65535", 7) && range.first == 1 && range.last == 65535);
    static const char *const wrong[] = {"",    "0",     "65536", "-",    "1-",          "-1", "2-1",
                                        "080", "1-2-3", "1 -2",  "0x50", "99999999999", "+1", "80a"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        ck_assert_msg(!port_range_parse(&range, wrong[i], strlen(wrong[i])), "%s", wrong[i]);
}
END_TEST

static const struct {
    const char *text, *printed; /* NULL: refused */
} networks[] = {
    {"10.0.0.0/8", "10.0.0.0/8"},
    {"10.0.0.1", "10.0.0.1"},
    {"10.0.0.1/32", "10.0.0.1"},
    {"0.0.0.0/0", "0.0.0.0/0"},
    {"::/0", "::/0"},
    {"2001:DB8::/32", "2001:db8::/32"},
    {"::ffff:10.0.0.0/104", "10.0.0.0/8"},
    {"64:ff9b::10.0.0.1", "10.0.0.1"},
    {"::ffff:0:0/96", "0.0.0.0/0"},
    {"::ffff:0:0/95", NULL},
    {"10.0.0.1/8", NULL},
    {"10.0.0.0/33", NULL},
    {"10.0.0.0/", NULL},
    {"10.0.0.0/08", NULL},
    {"10.0.0.0/-1", NULL},
    {"10.0.0.0/8/8", NULL},
    {"10.0.0/8", NULL},
    {"::/129", NULL},
    {"fe80::1%lo", NULL},
    {"fe80::%lo/10", NULL},
    {"/8", NULL},
    {"", NULL},
};

START_TEST(network)
{
    struct network parsed;
    char text[NETWORK_TEXT];
    const char *reason = NULL;
    bool good = network_parse(&parsed, networks[_i].text, strlen(networks[_i].text), &reason);
    ck_assert_msg(good == !!networks[_i].printed, "%s", networks[_i].text);
    ck_assert(good || reason);
    if (!good)
        return;
    network_text(&parsed, text);
    ck_assert_str_eq(text, networks[_i].printed);
}
END_TEST

/* The prefixes of RFC 6052's table. */
static const struct {
    const char *prefix, *address;
} translated[] = {
    {"2a01:db8::/32", "2a01:db8:c000:221::"},
    {"2a01:db8:100::/40", "2a01:db8:1c0:2:21::"},
    {"2a01:db8:122::/48", "2a01:db8:122:c000:2:2100::"},
    {"2a01:db8:122:300::/56", "2a01:db8:122:3c0:0:221::"},
    {"2a01:db8:122:344::/64", "2a01:db8:122:344:c0:2:2100::"},
    {"2a01:db8:122:344::/96", "2a01:db8:122:344::192.0.2.33"},
};

START_TEST(nat64_prefix)
{
    struct network prefix;
    const char *reason;
    char text[ADDRESS_TEXT];
    union address address = make_address(translated[_i].address, 80);
    ck_assert(network_parse(&prefix, translated[_i].prefix, strlen(translated[_i].prefix), &reason));
    ck_assert(network_is_nat64_length(prefix.bits));
    ck_assert_int_eq(address_canonical(&address, &prefix, 1, &reason), CANONICAL_NAT64);
    address_text(&address, text);
    ck_assert_str_eq(text, "192.0.2.33");
    ck_assert_int_eq(address_port(&address), 80);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network");
    TCase *tcase = fixture_case(suite, "network", 60);
    tcase_add_test(tcase, port_sets);
    tcase_add_test(tcase, port_texts);
    tcase_add_loop_test(tcase, network, 0, COUNT(networks));
    tcase_add_loop_test(tcase, nat64_prefix, 0, COUNT(translated));
    return fixture_run(suite);
}
