#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "policy_kit.h"

static const char *const probes[] = {"127.0.0.1",   "10.1.2.3",        "8.8.8.8",          "::1",         "fd00::1",
                                     "192.168.1.5", "2606:4700::1",    "0.0.0.0",          "::",          "169.254.169.254",
                                     "8.8.4.4",     "::ffff:10.1.2.3", "64:ff9b::8.8.8.8", "2002:a00:1::"};

/* ---- layers, modes, rights ---- */

START_TEST(owner)
{
    struct policy_layers layers = {0};
    struct policy *policy = policy_new("owner");
    struct port_set ports;
    struct policy_decision decision;
    policy->unrestricted = true;
    policy_layers_add(&layers, policy);
    policy_unref(policy);
    for (size_t i = 0; i < COUNT(probes); i++)
        ck_assert_int_eq(ask_dial(&layers, probes[i], probes[i], 80), POLICY_ALLOWED);
    ck_assert_int_eq(ask_host(&layers, "anything.test", 25), POLICY_ALLOWED);
    ck_assert_int_eq(ask_listen(&layers, "0.0.0.0", 80), POLICY_ALLOWED);
    union address address = make_address("0.0.0.0", 0);
    ck_assert(policy_listen_ports(&layers, &address, &ports));
    for (int right = 0; right < POLICY_RIGHT_COUNT; right++)
        ck_assert(policy_decide_right(&layers, right, &decision, NULL));
    policy_layers_deinit(&layers);
}
END_TEST

START_TEST(rights)
{
    struct policy_layers layers = make_layers("{\"rights\": [\"resolve\", \"io\", \"close:all\"]}");
    struct policy_decision decision;
    for (int right = 1; right < POLICY_RIGHT_COUNT; right++) {
        bool has = right == RIGHT_RESOLVE || right == RIGHT_IO || right == RIGHT_INSPECT || right == RIGHT_CLOSE ||
                   right == POLICY_RIGHT_CLOSE_ALL;
        ck_assert(policy_decide_right(&layers, right, &decision, NULL) == has);
        ck_assert_int_eq(decision.reason, has ? POLICY_ALLOWED : POLICY_NO_RIGHT);
        const char *word = policy_right_name(right);
        ck_assert_int_eq(policy_right_find(word, strlen(word)), right);
    }
    ck_assert(policy_decide_right(&layers, RIGHT_NONE, &decision, NULL));
    ck_assert_int_eq(policy_right_find("none", 4), -1);
    ck_assert_int_eq(policy_right_find("i", 1), -1);
    policy_layers_deinit(&layers);
}
END_TEST

START_TEST(report)
{
    struct policy_layers layers = make_layers("{\"mode\": \"report\", \"dial\": [{\"allow\": \"8.8.8.8\"}]}");
    struct policy_decision decision;
    union address address = make_address("10.0.0.1", 80);
    ck_assert(policy_decide_dial(&layers, &world, "a.test", 6, &address, &decision, NULL));
    ck_assert(decision.allowed);
    ck_assert_int_eq(decision.reason, POLICY_FLOOR);
    ck_assert_int_eq(decision.class, CLASS_PRIVATE);
    ck_assert_ptr_eq(decision.policy, layers.items[0]);
    ck_assert(policy_decide_host(&layers, "a.test", 6, 80, &decision, NULL));
    ck_assert_int_eq(decision.reason, POLICY_NO_RIGHT);
    ck_assert(policy_decide_listen(&layers, &address, &decision, NULL));
    ck_assert_int_eq(decision.reason, POLICY_NO_RULE);
    for (int right = 1; right < POLICY_RIGHT_COUNT; right++) {
        bool others = right == RIGHT_ADMIN || right == POLICY_RIGHT_INSPECT_ALL || right == POLICY_RIGHT_CLOSE_ALL;
        ck_assert(policy_decide_right(&layers, right, &decision, NULL) == !others);
        ck_assert_int_eq(decision.reason, POLICY_NO_RIGHT);
    }
    struct policy *enforced = make_policy("{\"dial\": [{\"allow\": \"10.0.0.0/8\", \"ports\": [81]}]}");
    policy_layers_add(&layers, enforced);
    policy_unref(enforced);
    ck_assert(!policy_decide_dial(&layers, &world, "a.test", 6, &address, &decision, NULL));
    ck_assert_ptr_eq(decision.policy, layers.items[1]);
    policy_layers_deinit(&layers);
}
END_TEST

/* ---- explanations ---- */

struct story {
    char text[4096];
};

static void on_step(void *context, const struct policy *policy, const char *step, bool good, const char *text)
{
    struct story *story = context;
    size_t used = strlen(story->text);
    snprintf(story->text + used, sizeof(story->text) - used, "%s %s %s: %s\n", policy->name, good ? "+" : "-", step, text);
}

START_TEST(explanation)
{
    struct policy_layers layers =
        make_layers("{\"rights\": [\"resolve\"], \"dial\": [{\"allow\": \"*.test\", \"ports\": [80], \"name\": "
                    "\"tests\"}, {\"allow\": \"10.0.0.0/8\", \"ports\": [80]}, {\"deny\": \"10.9.0.0/16\"}]}");
    struct policy_decision decision;
    struct story story = {""};
    const struct policy_trace trace = {on_step, &story};
    union address address = make_address("::ffff:10.1.2.3", 80), denied = make_address("10.9.2.3", 80),
                  metadata = make_address("169.254.169.254", 80);
    ck_assert(policy_decide_host(&layers, "a.test", 6, 80, &decision, &trace));
    ck_assert_str_eq(story.text, "p + form: a.test is a name\n"
                                 "p + name: allow *.test 80 (tests): may be looked up\n");
    story.text[0] = 0;
    ck_assert(policy_decide_dial(&layers, &world, "a.test", 6, &address, &decision, &trace));
    ck_assert_str_eq(story.text, "p + canonical: ::ffff:10.1.2.3 counts as 10.1.2.3 port 80\n"
                                 "p + floor: allow 10.0.0.0/8 80: lifts the class private\n"
                                 "p + rules: allow *.test 80 (tests): allowed\n");
    story.text[0] = 0;
    ck_assert(!policy_decide_dial(&layers, &world, "a.test", 6, &denied, &decision, &trace));
    ck_assert_str_eq(story.text, "p + canonical: 10.9.2.3 counts as 10.9.2.3 port 80\n"
                                 "p + floor: allow 10.0.0.0/8 80: lifts the class private\n"
                                 "p - rules: deny 10.9.0.0/16: denied\n");
    ck_assert_ptr_eq(decision.rule, &layers.items[0]->dial[2]);
    story.text[0] = 0;
    ck_assert(!policy_decide_dial(&layers, &world, "a.test", 6, &metadata, &decision, &trace));
    ck_assert_str_eq(story.text, "p + canonical: 169.254.169.254 counts as 169.254.169.254 port 80\n"
                                 "p - floor: the class metadata, and no rule with a port lifts that by the address itself\n");
    ck_assert_int_eq(decision.class, CLASS_METADATA);
    policy_layers_deinit(&layers);
}
END_TEST

/* ---- no layer ever gives anything back ---- */

static unsigned seed = 5;

static const char *pick(const char *const *items, size_t count)
{
    return items[(size_t)rand_r(&seed) % count];
}

#define PICK(items) pick(items, COUNT(items))

/* Names come first: no server listens at one. */
#define NAMES_FIRST 4
static const char *const targets[] = {
    "*.a.test",       "a.test",  "localhost",  "*.test",          "*",      "127.0.0.1", "127.0.0.0/8", "10.0.0.0/8",
    "10.1.0.0/16",    "8.8.8.8", "8.8.8.0/24", "0.0.0.0/0",       "::/0",   "::1",       "fc00::/7",    "192.168.1.5",
    "2606:4700::/32", "0.0.0.0", "::",         "169.254.169.254", "8.8.4.4"};
static const char *const port_lists[] = {"", ", \"ports\": [80]", ", \"ports\": [\"1-65535\"]",
                                         ", \"ports\": [443, \"8000-9000\"]"};
static const char *const names[] = {"a.test", "x.a.test", "localhost", "evil.test", "8.8.8.8", "127.1"};
static const int ports[] = {80, 443, 8080, 9000, 25, 1023, 0};

static size_t add_rules(char *text, size_t used, size_t room, const char *key, size_t first)
{
    used += (size_t)snprintf(text + used, room - used, ", \"%s\": [", key);
    for (int i = 0, count = rand_r(&seed) % 6; i < count; i++)
        used += (size_t)snprintf(text + used, room - used, "%s{\"%s\": \"%s\"%s}", i ? ", " : "",
                                 rand_r(&seed) % 4 ? "allow" : "deny", pick(targets + first, COUNT(targets) - first),
                                 PICK(port_lists));
    return used + (size_t)snprintf(text + used, room - used, "]");
}

static struct policy *random_policy(void)
{
    char text[2048];
    size_t used = (size_t)snprintf(text, sizeof(text), "{\"mode\": \"%s\", \"rights\": [\"resolve\"",
                                   rand_r(&seed) % 4 ? "enforce" : "report");
    for (int right = RIGHT_REVERSE; right < POLICY_RIGHT_COUNT; right++)
        if (rand_r(&seed) % 2)
            used += (size_t)snprintf(text + used, sizeof(text) - used, ", \"%s\"", policy_right_name(right));
    used += (size_t)snprintf(text + used, sizeof(text) - used, "]");
    used = add_rules(text, used, sizeof(text), "dial", 0);
    used = add_rules(text, used, sizeof(text), "listen", NAMES_FIRST);
    snprintf(text + used, sizeof(text) - used, "}");
    struct policy *policy = make_policy(text);
    policy->unrestricted = rand_r(&seed) % 16 == 0;
    return policy;
}

#define NAME_COUNT (COUNT(names))
#define PROBE_COUNT (COUNT(probes))
#define PORT_COUNT (COUNT(ports))
#define FACTS (POLICY_RIGHT_COUNT + PORT_COUNT * (NAME_COUNT + PROBE_COUNT * (NAME_COUNT + 1)))

/* Everything that the layers allow. */
static size_t collect(const struct policy_layers *layers, bool facts[FACTS])
{
    struct policy_decision decision;
    size_t count = 0;
    for (int right = 0; right < POLICY_RIGHT_COUNT; right++)
        facts[count++] = policy_decide_right(layers, right, &decision, NULL);
    for (size_t p = 0; p < PORT_COUNT; p++) {
        for (size_t n = 0; n < NAME_COUNT; n++)
            facts[count++] = policy_decide_host(layers, names[n], strlen(names[n]), ports[p], &decision, NULL);
        for (size_t a = 0; a < PROBE_COUNT; a++) {
            union address address = make_address(probes[a], ports[p]);
            facts[count++] = policy_decide_listen(layers, &address, &decision, NULL);
            for (size_t n = 0; n < NAME_COUNT; n++)
                facts[count++] = policy_decide_dial(layers, &world, names[n], strlen(names[n]), &address, &decision, NULL);
        }
    }
    return count;
}

START_TEST(restricting_never_widens)
{
    static bool before[FACTS], after[FACTS], alone[FACTS];
    size_t narrowed = 0;
    for (int round = 0; round < 80; round++) {
        struct policy_layers layers = {0};
        memset(before, true, sizeof(before));
        for (int depth = 0; depth < 5; depth++) {
            struct policy_layers single = {0};
            struct policy *policy = random_policy();
            ck_assert(policy_layers_add(&layers, policy) && policy_layers_add(&single, policy));
            policy_unref(policy);
            ck_assert_uint_eq(collect(&layers, after), FACTS);
            collect(&single, alone);
            for (size_t i = 0; i < FACTS; i++) {
                ck_assert_msg(!after[i] || (before[i] && alone[i]), "round %d, depth %d, fact %zu", round, depth, i);
                narrowed += before[i] && !after[i];
            }
            memcpy(before, after, sizeof(before));
            policy_layers_deinit(&single);
        }
        policy_layers_deinit(&layers);
    }
    ck_assert_uint_gt(narrowed, 1000);
}
END_TEST

/* A port is in the set of a policy's ports exactly if the policy lets a server have it. */
START_TEST(sets_and_decisions_agree)
{
    static const int few[] = {1, 79, 80, 81, 443, 444, 1023, 1024, 7999, 8000, 9000, 9001, 65535};
    for (int round = 0; round < 150; round++) {
        struct policy_layers layers = {0};
        for (int i = 0; i < 2; i++) {
            struct policy *policy = random_policy();
            policy_layers_add(&layers, policy);
            policy_unref(policy);
        }
        for (size_t a = 0; a < PROBE_COUNT; a++) {
            struct port_set set;
            struct policy_decision decision;
            union address address = make_address(probes[a], 0);
            policy_listen_ports(&layers, &address, &set);
            for (size_t p = 0; p < COUNT(few); p++) {
                address_set_port(&address, few[p]);
                ck_assert(policy_decide_listen(&layers, &address, &decision, NULL) == port_set_has(&set, few[p]));
            }
        }
        policy_layers_deinit(&layers);
    }
}
END_TEST

START_TEST(too_many_layers)
{
    struct policy_layers layers = {0};
    struct policy *policy = make_policy("{}");
    for (int i = 0; i < POLICY_LAYERS; i++)
        ck_assert(policy_layers_add(&layers, policy));
    ck_assert(!policy_layers_add(&layers, policy));
    policy_unref(policy);
    policy_layers_deinit(&layers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy_layers");
    TCase *tcase = fixture_case(suite, "policy_layers", 60);
    tcase_add_checked_fixture(tcase, policy_kit_setup, NULL);
    tcase_add_test(tcase, owner);
    tcase_add_test(tcase, rights);
    tcase_add_test(tcase, report);
    tcase_add_test(tcase, explanation);
    tcase_add_test(tcase, restricting_never_widens);
    tcase_add_test(tcase, sets_and_decisions_agree);
    tcase_add_test(tcase, too_many_layers);
    return fixture_run(suite);
}
