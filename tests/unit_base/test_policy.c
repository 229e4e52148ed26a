#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "policy_kit.h"

/* ---- the floor ---- */

#define EVERYWHERE                                                                                                          \
    "{\"rights\": [\"resolve\", \"connect\"], \"dial\": [{\"allow\": \"*\"}, {\"allow\": \"0.0.0.0/0\", \"ports\": [80]}, " \
    "{\"allow\": \"::/0\", \"ports\": [80]}, {\"allow\": \"*.test\", \"ports\": [80]}]}"

static const struct {
    const char *address;
    enum policy_reason reason;
} everywhere[] = {
    /* what anybody may have */
    {"8.8.8.8", POLICY_ALLOWED},
    {"1.1.1.1", POLICY_ALLOWED},
    {"2606:4700::1111", POLICY_ALLOWED},
    {"::ffff:8.8.8.8", POLICY_ALLOWED},
    {"64:ff9b::8.8.8.8", POLICY_ALLOWED},
    {"2a00:64::8.8.8.8", POLICY_ALLOWED},
    {"11.0.0.1", POLICY_ALLOWED},
    {"172.15.255.255", POLICY_ALLOWED},
    {"172.32.0.0", POLICY_ALLOWED},
    {"100.63.255.255", POLICY_ALLOWED},
    {"100.128.0.0", POLICY_ALLOWED},
    {"198.17.255.255", POLICY_ALLOWED},
    {"198.20.0.0", POLICY_ALLOWED},
    {"223.255.255.255", POLICY_ALLOWED},
    /* loopback, unspecified */
    {"127.0.0.1", POLICY_FLOOR},
    {"127.255.255.254", POLICY_FLOOR},
    {"0.0.0.0", POLICY_FLOOR},
    {"0.1.2.3", POLICY_FLOOR},
    {"::", POLICY_FLOOR},
    {"::1", POLICY_FLOOR},
    {"::ffff:127.0.0.1", POLICY_FLOOR},
    {"::ffff:0.0.0.0", POLICY_FLOOR},
    {"64:ff9b::127.0.0.1", POLICY_FLOOR},
    {"64:ff9b::7f00:1", POLICY_FLOOR},
    {"2a00:64::127.0.0.1", POLICY_FLOOR},
    /* private, shared, link-local, metadata */
    {"10.0.0.1", POLICY_FLOOR},
    {"172.16.0.1", POLICY_FLOOR},
    {"172.31.255.255", POLICY_FLOOR},
    {"192.168.0.1", POLICY_FLOOR},
    {"100.64.0.1", POLICY_FLOOR},
    {"100.127.255.255", POLICY_FLOOR},
    {"169.254.1.1", POLICY_FLOOR},
    {"169.254.169.254", POLICY_FLOOR},
    {"::ffff:169.254.169.254", POLICY_FLOOR},
    {"64:ff9b::a9fe:a9fe", POLICY_FLOOR},
    {"168.63.129.16", POLICY_FLOOR},
    {"100.100.100.200", POLICY_FLOOR},
    {"192.0.0.192", POLICY_FLOOR},
    {"fd00:ec2::254", POLICY_FLOOR},
    {"fd20:ce::254", POLICY_FLOOR},
    {"fe80::1", POLICY_FLOOR},
    {"febf::1", POLICY_FLOOR},
    {"fec0::1", POLICY_FLOOR},
    {"fc00::1", POLICY_FLOOR},
    {"fdff::1", POLICY_FLOOR},
    /* what nobody has */
    {"224.0.0.1", POLICY_FLOOR},
    {"239.255.255.255", POLICY_FLOOR},
    {"ff02::1", POLICY_FLOOR},
    {"240.0.0.1", POLICY_FLOOR},
    {"255.255.255.255", POLICY_FLOOR},
    {"192.0.0.1", POLICY_FLOOR},
    {"192.0.2.1", POLICY_FLOOR},
    {"198.51.100.1", POLICY_FLOOR},
    {"203.0.113.1", POLICY_FLOOR},
    {"198.18.0.1", POLICY_FLOOR},
    {"198.19.255.255", POLICY_FLOOR},
    {"192.88.99.1", POLICY_FLOOR},
    {"2001:db8::1", POLICY_FLOOR},
    {"3fff::1", POLICY_FLOOR},
    {"2001:2::1", POLICY_FLOOR},
    {"2001:10::1", POLICY_FLOOR},
    {"100::1", POLICY_FLOOR},
    {"4000::1", POLICY_FLOOR},
    {"5f00::1", POLICY_FLOOR},
    {"1::1", POLICY_FLOOR},
    /* tunnels */
    {"2002:a9fe:a9fe::", POLICY_TUNNEL},
    {"2002:7f00:1::1", POLICY_TUNNEL},
    {"2002:808:808::1", POLICY_TUNNEL},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", POLICY_TUNNEL},
    {"::127.0.0.1", POLICY_TUNNEL},
    {"::7f00:1", POLICY_TUNNEL},
    {"::8.8.8.8", POLICY_TUNNEL},
    {"::2", POLICY_TUNNEL},
    {"::ffff:0:127.0.0.1", POLICY_TUNNEL},
    {"64:ff9b:1::127.0.0.1", POLICY_TUNNEL},
    {"64:ff9b:1:2::8.8.8.8", POLICY_TUNNEL},
    {"2606:4700::5efe:127.0.0.1", POLICY_TUNNEL},
    {"2606:4700::200:5efe:10.0.0.1", POLICY_TUNNEL},
    /* this host's own, and sockd's ports there */
    {"8.8.4.4", POLICY_OWN_ADDRESS},
    {"::ffff:8.8.4.4", POLICY_OWN_ADDRESS},
    {"64:ff9b::8.8.4.4", POLICY_OWN_ADDRESS},
    {"2606:4700::7", POLICY_OWN_ADDRESS},
    {"192.168.1.5", POLICY_FLOOR},
};

/* However wide the rules are, and whatever name has the address. */
START_TEST(floor_holds)
{
    struct policy_layers layers = make_layers(EVERYWHERE);
    ck_assert_int_eq(ask_dial(&layers, everywhere[_i].address, everywhere[_i].address, 80), everywhere[_i].reason);
    ck_assert_int_eq(ask_dial(&layers, "rebind.test", everywhere[_i].address, 80), everywhere[_i].reason);
    policy_layers_deinit(&layers);
}
END_TEST

static const struct {
    const char *rule, *address;
    int port;
    enum policy_reason reason;
} lifts[] = {
    {"{\"allow\": \"127.0.0.1\", \"ports\": [8080]}", "127.0.0.1", 8080, POLICY_ALLOWED},
    {"{\"allow\": \"127.0.0.1\", \"ports\": [8080]}", "::ffff:127.0.0.1", 8080, POLICY_ALLOWED},
    {"{\"allow\": \"::ffff:127.0.0.1\", \"ports\": [8080]}", "127.0.0.1", 8080, POLICY_ALLOWED},
    {"{\"allow\": \"127.0.0.1\", \"ports\": [8080]}", "127.0.0.1", 8081, POLICY_FLOOR},
    {"{\"allow\": \"127.0.0.1\", \"ports\": [8080]}", "127.0.0.2", 8080, POLICY_FLOOR},
    {"{\"allow\": \"127.0.0.1\", \"ports\": [8080]}", "::1", 8080, POLICY_FLOOR},
    {"{\"allow\": \"127.0.0.1\"}", "127.0.0.1", 8080, POLICY_FLOOR},
    {"{\"allow\": \"127.0.0.0/8\", \"ports\": [\"1-65535\"]}", "127.0.0.2", 8080, POLICY_ALLOWED},
    {"{\"allow\": \"126.0.0.0/7\", \"ports\": [8080]}", "127.0.0.1", 8080, POLICY_FLOOR},
    {"{\"allow\": \"10.0.0.0/8\", \"ports\": [80]}", "10.1.2.3", 80, POLICY_ALLOWED},
    {"{\"allow\": \"10.1.0.0/16\", \"ports\": [80]}", "10.1.2.3", 80, POLICY_ALLOWED},
    {"{\"allow\": \"10.0.0.0/7\", \"ports\": [80]}", "10.1.2.3", 80, POLICY_FLOOR},
    {"{\"allow\": \"192.168.0.0/16\", \"ports\": [80]}", "192.168.1.6", 80, POLICY_ALLOWED},
    {"{\"allow\": \"192.168.0.0/16\", \"ports\": [80]}", "192.168.1.5", 80, POLICY_OWN_ADDRESS},
    {"{\"allow\": \"192.168.1.5\", \"ports\": [80]}", "192.168.1.5", 80, POLICY_ALLOWED},
    {"{\"allow\": \"8.8.4.0/24\", \"ports\": [80]}", "8.8.4.4", 80, POLICY_OWN_ADDRESS},
    {"{\"allow\": \"8.8.4.4\", \"ports\": [80]}", "8.8.4.4", 80, POLICY_ALLOWED},
    {"{\"allow\": \"169.254.0.0/16\", \"ports\": [80]}", "169.254.1.1", 80, POLICY_ALLOWED},
    {"{\"allow\": \"169.254.0.0/16\", \"ports\": [80]}", "169.254.169.254", 80, POLICY_FLOOR},
    {"{\"allow\": \"169.254.169.254/31\", \"ports\": [80]}", "169.254.169.254", 80, POLICY_FLOOR},
    {"{\"allow\": \"169.254.169.254\", \"ports\": [80]}", "169.254.169.254", 80, POLICY_ALLOWED},
    {"{\"allow\": \"fc00::/7\", \"ports\": [80]}", "fd00::1", 80, POLICY_ALLOWED},
    {"{\"allow\": \"fc00::/7\", \"ports\": [80]}", "fd00:ec2::254", 80, POLICY_FLOOR},
    {"{\"allow\": \"fe80::/10\", \"ports\": [80]}", "fe80::1%lo", 80, POLICY_ALLOWED},
    {"{\"allow\": \"::/0\", \"ports\": [80]}", "1::1", 80, POLICY_FLOOR},
    {"{\"allow\": \"1::/16\", \"ports\": [80]}", "1::1", 80, POLICY_FLOOR},
    {"{\"allow\": \"1::1\", \"ports\": [80]}", "1::1", 80, POLICY_ALLOWED},
    {"{\"allow\": \"2001::/16\", \"ports\": [80]}", "2001:10::1", 80, POLICY_FLOOR},
    {"{\"allow\": \"localhost\", \"ports\": [80]}", "127.0.0.1", 80, POLICY_FLOOR},
    {"{\"allow\": \"127.0.0.0/8\", \"ports\": [9000]}", "127.0.0.1", 9000, POLICY_OWN_PORT},
    {"{\"allow\": \"127.0.0.1\", \"ports\": [9000]}", "127.0.0.1", 9000, POLICY_ALLOWED},
    {"{\"allow\": \"*\"}", "8.8.8.8", 9000, POLICY_ALLOWED}, /* the port is sockd's only on this host */
    {"{\"allow\": \"2002:7f00:1::\", \"ports\": [80]}", "2002:7f00:1::", 80, POLICY_TUNNEL},
    {"{\"allow\": \"64:ff9b::127.0.0.1\", \"ports\": [80]}", "127.0.0.1", 80, POLICY_ALLOWED},
    {"{\"allow\": \"*\"}, {\"deny\": \"8.8.8.0/24\"}", "8.8.8.8", 80, POLICY_RULE},
    {"{\"deny\": \"8.8.8.8\"}, {\"allow\": \"8.8.8.0/24\"}", "8.8.8.8", 80, POLICY_RULE},
    {"{\"deny\": \"8.8.8.8\"}, {\"allow\": \"8.8.8.0/24\"}", "::ffff:8.8.8.8", 80, POLICY_RULE},
    {"{\"deny\": \"8.8.8.8\"}, {\"allow\": \"*\"}", "64:ff9b::8.8.8.8", 80, POLICY_RULE},
    {"{\"deny\": \"2a00:64::/32\"}, {\"allow\": \"*\"}", "2a00:64::8.8.8.8", 80, POLICY_RULE},
    {"{\"deny\": \"8.8.8.8\", \"ports\": [25]}, {\"allow\": \"8.8.8.8\"}", "8.8.8.8", 80, POLICY_ALLOWED},
    {"{\"deny\": \"8.8.8.8\", \"ports\": [25]}, {\"allow\": \"8.8.8.8\"}", "8.8.8.8", 25, POLICY_RULE},
    {"{\"deny\": \"127.0.0.1\"}, {\"allow\": \"127.0.0.1\", \"ports\": [80]}", "127.0.0.1", 80, POLICY_RULE},
    {"{\"deny\": \"*\"}, {\"allow\": \"8.8.8.8\"}", "8.8.8.8", 80, POLICY_RULE},
    {"{\"allow\": \"8.8.8.0/24\"}", "8.8.9.8", 80, POLICY_NO_RULE},
    {"{\"allow\": \"8.8.8.8\"}", "8.8.8.8", 0, POLICY_MALFORMED},
    {"", "8.8.8.8", 80, POLICY_NO_RULE},
};

START_TEST(lift)
{
    char rules[400];
    snprintf(rules, sizeof(rules), "{\"dial\": [%s]}", lifts[_i].rule);
    struct policy_layers layers = make_layers(rules);
    ck_assert_int_eq(ask_dial(&layers, lifts[_i].address, lifts[_i].address, lifts[_i].port), lifts[_i].reason);
    policy_layers_deinit(&layers);
}
END_TEST

/* ---- names ---- */

#define NAMES                                                                                                                  \
    "{\"rights\": [\"resolve\"], \"dial\": [{\"allow\": \"*.example.org\", \"ports\": [443]}, {\"allow\": \"Example.COM.\"}, " \
    "{\"deny\": \"bad.example.org\"}, {\"deny\": \"*.secret.example.org\", \"ports\": [443]}, {\"allow\": \"8.8.8.0/24\"}, "   \
    "{\"deny\": \"*\", \"ports\": [25]}]}"

static const struct {
    const char *host;
    int port;
    enum policy_reason reason;
} hosts[] = {
    {"www.example.org", 443, POLICY_ALLOWED},
    {"WWW.Example.ORG.", 443, POLICY_ALLOWED},
    {"a.b.example.org", 443, POLICY_ALLOWED},
    {"www.example.org", 80, POLICY_NAME_UNKNOWN},
    {"example.org", 443, POLICY_NAME_UNKNOWN},
    {"evilexample.org", 443, POLICY_NAME_UNKNOWN},
    {"www.example.org.evil.net", 443, POLICY_NAME_UNKNOWN},
    {"example.com", 80, POLICY_ALLOWED},
    {"www.example.com", 80, POLICY_NAME_UNKNOWN},
    {"bad.example.org", 443, POLICY_NAME_DENIED},
    {"BAD.example.org.", 443, POLICY_NAME_DENIED},
    {"very.bad.example.org", 443, POLICY_ALLOWED},
    {"x.secret.example.org", 443, POLICY_NAME_DENIED},
    {"secret.example.org", 443, POLICY_ALLOWED},
    {"example.com", 25, POLICY_NAME_DENIED},
    {"data-to-steal.evil.net", 443, POLICY_NAME_UNKNOWN}, /* although an address rule might let its address through */
    {"localhost", 80, POLICY_ALLOWED},
    {"LocalHost.", 80, POLICY_ALLOWED},
    {"localhost", 25, POLICY_NAME_DENIED},
    {"localhost.evil.net", 80, POLICY_NAME_UNKNOWN},
    {"8.8.8.8", 80, POLICY_ALLOWED},
    {"169.254.169.254", 80, POLICY_ALLOWED}, /* its address decides */
    {"::1", 80, POLICY_ALLOWED},
    {"2130706433", 80, POLICY_MALFORMED},
    {"0x7f.1", 80, POLICY_MALFORMED},
    {"127.1", 80, POLICY_MALFORMED},
    {"0", 80, POLICY_MALFORMED},
    {"[::1]", 80, POLICY_MALFORMED},
    {"", 80, POLICY_MALFORMED},
    {"a b", 80, POLICY_MALFORMED},
    {"example.com", 0, POLICY_MALFORMED},
    {"example.com", 65536, POLICY_MALFORMED},
};

START_TEST(host)
{
    struct policy_layers layers = make_layers(NAMES);
    ck_assert_int_eq(ask_host(&layers, hosts[_i].host, hosts[_i].port), hosts[_i].reason);
    policy_layers_deinit(&layers);
}
END_TEST

START_TEST(host_with_nul)
{
    struct policy_layers layers = make_layers(NAMES);
    struct policy_decision decision;
    ck_assert(!policy_decide_host(&layers, "evil.net\0.example.org", 21, 443, &decision, NULL));
    ck_assert_int_eq(decision.reason, POLICY_MALFORMED);
    policy_layers_deinit(&layers);
}
END_TEST

START_TEST(name_then_address)
{
    struct policy_layers layers = make_layers(NAMES);
    ck_assert_int_eq(ask_dial(&layers, "www.example.org", "93.184.216.34", 443), POLICY_ALLOWED);
    ck_assert_int_eq(ask_dial(&layers, "www.example.org.", "93.184.216.34", 443), POLICY_ALLOWED);
    ck_assert_int_eq(ask_dial(&layers, "www.example.org", "127.0.0.1", 443), POLICY_FLOOR);
    ck_assert_int_eq(ask_dial(&layers, "www.example.org", "10.0.0.1", 443), POLICY_FLOOR);
    ck_assert_int_eq(ask_dial(&layers, "www.example.org", "93.184.216.34", 80), POLICY_NO_RULE);
    ck_assert_int_eq(ask_dial(&layers, "bad.example.org", "93.184.216.34", 443), POLICY_RULE);
    ck_assert_int_eq(ask_dial(&layers, "bad.example.org", "8.8.8.8", 443), POLICY_RULE);
    ck_assert_int_eq(ask_dial(&layers, "93.184.216.34", "93.184.216.34", 443), POLICY_NO_RULE); /* not asked for by its name */
    policy_layers_deinit(&layers);

    layers = make_layers("{\"dial\": [{\"allow\": \"*\"}]}");
    ck_assert_int_eq(ask_host(&layers, "www.example.org", 443), POLICY_NO_RIGHT);
    ck_assert_int_eq(ask_host(&layers, "localhost", 443), POLICY_NO_RIGHT);
    ck_assert_int_eq(ask_host(&layers, "8.8.8.8", 443), POLICY_ALLOWED);
    policy_layers_deinit(&layers);
}
END_TEST

/* ---- listening ---- */

#define LISTEN                                                                                                                             \
    "{\"listen\": [{\"allow\": \"127.0.0.1\", \"ports\": [\"9000-9010\", 80]}, {\"allow\": \"192.168.1.0/24\"}, "                          \
    "{\"deny\": \"127.0.0.1\", \"ports\": [9005]}, {\"allow\": \"::\", \"ports\": [7000]}, {\"allow\": \"10.0.0.0/8\", \"ports\": [70]}, " \
    "{\"deny\": \"10.0.0.0/8\"}]}"

static const struct {
    const char *address;
    int port;
    enum policy_reason reason;
} listens[] = {
    {"127.0.0.1", 9000, POLICY_ALLOWED},
    {"127.0.0.1", 9010, POLICY_ALLOWED},
    {"127.0.0.1", 80, POLICY_ALLOWED},
    {"127.0.0.1", 0, POLICY_ALLOWED},
    {"::ffff:127.0.0.1", 9000, POLICY_ALLOWED},
    {"127.0.0.1", 9011, POLICY_NO_RULE},
    {"127.0.0.1", 9005, POLICY_RULE},
    {"127.0.0.2", 9000, POLICY_NO_RULE},
    {"192.168.1.5", 1024, POLICY_ALLOWED},
    {"192.168.1.5", 65535, POLICY_ALLOWED},
    {"192.168.1.5", 1023, POLICY_NO_RULE},
    {"192.168.2.5", 2000, POLICY_NO_RULE},
    {"0.0.0.0", 9000, POLICY_RULE},
    {"0.0.0.0", 2000, POLICY_RULE},
    {"0.0.0.0", 0, POLICY_RULE},
    {"::", 7000, POLICY_RULE}, /* 10.0.0.0/8 is denied, and :: takes it in */
    {"::1", 7000, POLICY_NO_RULE},
    {"10.1.1.1", 70, POLICY_RULE},
    {"10.1.1.1", 0, POLICY_RULE},
};

START_TEST(listen_rule)
{
    struct policy_layers layers = make_layers(LISTEN);
    ck_assert_int_eq(ask_listen(&layers, listens[_i].address, listens[_i].port), listens[_i].reason);
    policy_layers_deinit(&layers);
}
END_TEST

START_TEST(listen_wildcard)
{
    struct policy_layers layers = make_layers("{\"listen\": [{\"allow\": \"*\"}, {\"allow\": \"0.0.0.0/0\"}]}");
    ck_assert_int_eq(ask_listen(&layers, "127.0.0.1", 2000), POLICY_ALLOWED);
    ck_assert_int_eq(ask_listen(&layers, "0.0.0.0", 2000), POLICY_WILDCARD);
    ck_assert_int_eq(ask_listen(&layers, "::", 2000), POLICY_WILDCARD);
    ck_assert_int_eq(ask_listen(&layers, "::ffff:0.0.0.0", 2000), POLICY_WILDCARD);
    policy_layers_deinit(&layers);
    layers = make_layers("{\"listen\": [{\"allow\": \"0.0.0.0\", \"ports\": [2000]}]}");
    ck_assert_int_eq(ask_listen(&layers, "0.0.0.0", 2000), POLICY_ALLOWED);
    ck_assert_int_eq(ask_listen(&layers, "::ffff:0.0.0.0", 2000), POLICY_ALLOWED);
    ck_assert_int_eq(ask_listen(&layers, "0.0.0.0", 2001), POLICY_WILDCARD);
    ck_assert_int_eq(ask_listen(&layers, "::", 2000), POLICY_WILDCARD);
    ck_assert_int_eq(ask_listen(&layers, "127.0.0.1", 2000), POLICY_NO_RULE);
    policy_layers_deinit(&layers);
}
END_TEST

START_TEST(listen_ports)
{
    struct policy_layers layers = make_layers(LISTEN);
    struct port_set ports;
    union address address = make_address("127.0.0.1", 0);
    ck_assert(!policy_listen_ports(&layers, &address, &ports));
    for (int port = 1; port < 65536; port++)
        ck_assert(port_set_has(&ports, port) == (port == 80 || (port >= 9000 && port <= 9010 && port != 9005)));
    struct policy *narrow = make_policy("{\"listen\": [{\"allow\": \"127.0.0.1\", \"ports\": [9005, \"9010-9020\"]}]}");
    ck_assert(policy_layers_add(&layers, narrow));
    policy_unref(narrow);
    policy_listen_ports(&layers, &address, &ports);
    ck_assert_int_eq(port_set_next(&ports, 1), 9010);
    ck_assert_int_eq(port_set_next(&ports, 9011), -1);
    struct policy *none = make_policy("{\"listen\": [{\"allow\": \"127.0.0.1\", \"ports\": [9000]}]}");
    ck_assert(policy_layers_add(&layers, none));
    policy_unref(none);
    ck_assert_int_eq(ask_listen(&layers, "127.0.0.1", 0), POLICY_NO_RULE); /* each layer has ports, together they have none */
    policy_layers_deinit(&layers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy");
    TCase *tcase = fixture_case(suite, "policy", 60);
    tcase_add_checked_fixture(tcase, policy_kit_setup, NULL);
    tcase_add_loop_test(tcase, floor_holds, 0, COUNT(everywhere));
    tcase_add_loop_test(tcase, lift, 0, COUNT(lifts));
    tcase_add_loop_test(tcase, host, 0, COUNT(hosts));
    tcase_add_test(tcase, host_with_nul);
    tcase_add_test(tcase, name_then_address);
    tcase_add_loop_test(tcase, listen_rule, 0, COUNT(listens));
    tcase_add_test(tcase, listen_wildcard);
    tcase_add_test(tcase, listen_ports);
    return fixture_run(suite);
}
