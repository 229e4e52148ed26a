/* Socket options: one table of names, types and what the kernel calls them. Four of them are sockd's own state, since the
 * kernel's would block a close or hide data: so-linger, so-rcvlowat, so-rcvtimeo, so-sndtimeo. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sockd/values.h>

/* What sockd keeps for a socket in place of the kernel. All zero is the kernel's default. */
struct sockopt_state {
    struct sockd_timeout receive, send; /* finite: bound reads and writes without a timeout of their own */
    uint32_t linger;                    /* seconds, kept while it is off */
    uint32_t low_water;                 /* 0: 1 */
    bool linger_on;
};

struct sockopt;

/* The option of that name, or NULL. */
const struct sockopt *sockopt_find(struct sockd_text name);

/* Whether a stream of two sockets has it of the one that sends. */
bool sockopt_sends(const struct sockopt *option);

/* The i-th option's name, or NULL behind the last: for the reference and for messages. */
const char *sockopt_name(int i);

/* Whether a value fits the option; else false and the reason. A read-only option takes any value here. */
bool sockopt_check(const struct sockopt *option, const struct sockd_option_value *value, const char **reason);

/* The value in force: 0 or an errno. fd: the socket. pending: an error that the daemon took from the socket and that nobody
 * has been told; so-error tells it and sets it to 0. */
int sockopt_get(const struct sockopt *option, int fd, struct sockopt_state *state, int *pending,
                struct sockd_option_value *value);

/* Sets it: 0 or an errno (ENOPROTOOPT for the read-only ones). */
int sockopt_set(const struct sockopt *option, int fd, struct sockopt_state *state, const struct sockd_option_value *value);
