/* Policies for tests, written as rules are, and short ways to ask them. Each way checks that the decision's parts agree. */
#pragma once

#include <check.h>

#include "config.h"

struct policy *make_policy(const char *rules);
struct policy_layers make_layers(const char *rules);
union address make_address(const char *text, int port);

/* A host at 192.168.1.5, 8.8.4.4 and 2606:4700::7, with a server of sockd's on port 9000, in a network that has NAT64 at
 * 2a00:64::/96. policy_kit_setup is a checked fixture. */
extern struct policy_world world;
void policy_kit_setup(void);

enum policy_reason ask_dial(const struct policy_layers *layers, const char *host, const char *literal, int port);
enum policy_reason ask_host(const struct policy_layers *layers, const char *host, int port);
enum policy_reason ask_listen(const struct policy_layers *layers, const char *literal, int port);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
