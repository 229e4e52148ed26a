/* The table of options, and one way to read and set each of its types.
 *
 * Left out on purpose is what would reach past the socket: marks, devices and routing (SO_MARK, SO_BINDTODEVICE,
 * IP_TRANSPARENT), filters and protocols loaded into the kernel (SO_ATTACH_FILTER, TCP_ULP), another's state (TCP_REPAIR), and
 * SO_REUSEPORT: all listeners here have one owner, and a second one would take the first one's connections. Bounds keep a
 * daemon with privileges from giving out more than a process without them could have. */
#include "sockopt.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum sockopt_type {
    SWITCH,  /* of the kernel's */
    NUMBER,  /* of the kernel's */
    STATIC,  /* a switch that cannot be set */
    PLACE,   /* a number that cannot be set */
    PENDING, /* so-error */
    OURS,    /* from here on */
    LINGER = OURS,
    LOW_WATER,
    RECEIVE_PERIOD,
    SEND_PERIOD,
};

struct sockopt {
    const char *name;
    int level, option;
    enum sockopt_type type;
    int64_t min, max;
    const char *reason; /* why a value does not fit */
};

#define NUMBER_FROM(low, high) NUMBER, low, high, "must be a whole number from " #low " to " #high
#define A_SWITCH SWITCH, 0, 1, "must be true or false"
#define A_PERIOD(type) type, 0, 0, "must be seconds, from 0 on, or null for none"
#define READ_ONLY(type) type, 0, 0, NULL

static const struct sockopt options[] = {
    {"so-debug", SOL_SOCKET, SO_DEBUG, A_SWITCH},
    {"so-acceptconn", SOL_SOCKET, SO_ACCEPTCONN, READ_ONLY(STATIC)},
    {"so-broadcast", SOL_SOCKET, SO_BROADCAST, A_SWITCH},
    {"so-reuseaddr", SOL_SOCKET, SO_REUSEADDR, A_SWITCH},
    {"so-dontroute", SOL_SOCKET, SO_DONTROUTE, A_SWITCH},
    {"so-keepalive", SOL_SOCKET, SO_KEEPALIVE, A_SWITCH},
    {"so-error", SOL_SOCKET, SO_ERROR, READ_ONLY(PENDING)},
    {"so-linger", 0, 0, LINGER, 0, UINT32_MAX, "must be a whole number from 0 to 4294967295, true, or null for off"},
    {"so-oobinline", SOL_SOCKET, SO_OOBINLINE, A_SWITCH},
    {"so-type", SOL_SOCKET, SO_TYPE, READ_ONLY(STATIC)},
    {"so-rcvbuf", SOL_SOCKET, SO_RCVBUF, NUMBER_FROM(0, 4294967295)},
    {"so-sndbuf", SOL_SOCKET, SO_SNDBUF, NUMBER_FROM(0, 4294967295)},
    {"so-rcvlowat", 0, 0, LOW_WATER, 0, UINT32_MAX, "must be a whole number from 0 to 4294967295"},
    {"so-sndlowat", SOL_SOCKET, SO_SNDLOWAT, NUMBER_FROM(0, 4294967295)},
    {"so-rcvtimeo", 0, 0, A_PERIOD(RECEIVE_PERIOD)},
    {"so-sndtimeo", 0, 0, A_PERIOD(SEND_PERIOD)},
    {"so-priority", SOL_SOCKET, SO_PRIORITY, NUMBER_FROM(0, 6)},
    {"tcp-nodelay", IPPROTO_TCP, TCP_NODELAY, A_SWITCH},
    {"tcp-cork", IPPROTO_TCP, TCP_CORK, A_SWITCH},
    {"tcp-quickack", IPPROTO_TCP, TCP_QUICKACK, A_SWITCH},
    {"tcp-keepidle", IPPROTO_TCP, TCP_KEEPIDLE, NUMBER_FROM(1, 32767)},
    {"tcp-keepintvl", IPPROTO_TCP, TCP_KEEPINTVL, NUMBER_FROM(1, 32767)},
    {"tcp-keepcnt", IPPROTO_TCP, TCP_KEEPCNT, NUMBER_FROM(1, 127)},
    {"tcp-user-timeout", IPPROTO_TCP, TCP_USER_TIMEOUT, NUMBER_FROM(0, 2147483647)},
    {"tcp-notsent-lowat", IPPROTO_TCP, TCP_NOTSENT_LOWAT, NUMBER_FROM(0, 4294967295)},
    {"tcp-maxseg", IPPROTO_TCP, TCP_MAXSEG, NUMBER_FROM(88, 32767)},
    {"ip-tos", IPPROTO_IP, IP_TOS, NUMBER_FROM(0, 255)},
    {"ip-ttl", IPPROTO_IP, IP_TTL, NUMBER_FROM(1, 255)},
    {"ipv6-tclass", IPPROTO_IPV6, IPV6_TCLASS, NUMBER_FROM(0, 255)},
    {"ipv6-unicast-hops", IPPROTO_IPV6, IPV6_UNICAST_HOPS, NUMBER_FROM(1, 255)},
    {"ipv6-v6only", IPPROTO_IPV6, IPV6_V6ONLY, READ_ONLY(STATIC)},
    {"so-domain", SOL_SOCKET, SO_DOMAIN, READ_ONLY(PLACE)},
    {"so-protocol", SOL_SOCKET, SO_PROTOCOL, READ_ONLY(PLACE)},
};

#define OPTIONS (sizeof options / sizeof *options)

const struct sockopt *sockopt_find(struct sockd_text name)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (strlen(options[i].name) == name.size && memcmp(options[i].name, name.data, name.size) == 0)
            return &options[i];
    return NULL;
}

bool sockopt_sends(const struct sockopt *option)
{
    return option->level == SOL_SOCKET && (option->option == SO_SNDBUF || option->option == SO_SNDLOWAT);
}

const char *sockopt_name(int i)
{
    return i >= 0 && (size_t)i < OPTIONS ? options[i].name : NULL;
}

/* ---- checks ---- */

static bool in_bounds(const struct sockopt *option, const struct sockd_option_value *value)
{
    return value->kind == SOCKD_OPTION_INTEGER && value->integer >= option->min && value->integer <= option->max;
}

static bool is_period(const struct sockd_option_value *value)
{
    switch (value->kind) {
    case SOCKD_OPTION_NULL:
        return true;
    case SOCKD_OPTION_INTEGER:
        return value->integer >= 0;
    case SOCKD_OPTION_SECONDS:
        return value->period.seconds >= 0 && value->period.microseconds >= 0;
    case SOCKD_OPTION_SWITCH:
        break;
    }
    return false;
}

static bool fits(const struct sockopt *option, const struct sockd_option_value *value)
{
    switch (option->type) {
    case SWITCH:
        return value->kind == SOCKD_OPTION_SWITCH;
    case NUMBER:
    case LOW_WATER:
        return in_bounds(option, value);
    case LINGER:
        return value->kind == SOCKD_OPTION_NULL || (value->kind == SOCKD_OPTION_SWITCH && value->on) ||
               in_bounds(option, value);
    case RECEIVE_PERIOD:
    case SEND_PERIOD:
        return is_period(value);
    case STATIC:
    case PLACE:
    case PENDING:
        break;
    }
    return true;
}

bool sockopt_check(const struct sockopt *option, const struct sockd_option_value *value, const char **reason)
{
    if (fits(option, value))
        return true;
    *reason = option->reason;
    return false;
}

/* ---- values ---- */

static struct sockd_option_value a_switch(bool on)
{
    return (struct sockd_option_value){.kind = SOCKD_OPTION_SWITCH, .on = on};
}

static struct sockd_option_value an_integer(int64_t integer)
{
    return (struct sockd_option_value){.kind = SOCKD_OPTION_INTEGER, .integer = integer};
}

static struct sockd_option_value a_period(struct sockd_timeout period)
{
    if (!period.finite)
        return an_integer(0);
    if (period.microseconds == 0)
        return an_integer(period.seconds);
    return (struct sockd_option_value){.kind = SOCKD_OPTION_SECONDS, .period = period};
}

/* A period of zero is none, as it is for the kernel. */
static struct sockd_timeout period_of(const struct sockd_option_value *value)
{
    struct sockd_timeout period = SOCKD_FOREVER;
    if (value->kind == SOCKD_OPTION_INTEGER)
        period.seconds = value->integer;
    if (value->kind == SOCKD_OPTION_SECONDS) {
        int64_t carried = value->period.microseconds / 1000000;
        bool beyond = carried > INT64_MAX - value->period.seconds;
        period.seconds = beyond ? INT64_MAX : value->period.seconds + carried;
        period.microseconds = value->period.microseconds % 1000000;
    }
    period.finite = period.seconds > 0 || period.microseconds > 0;
    return period;
}

static int kernel_get(const struct sockopt *option, int fd, int *number)
{
    socklen_t size = sizeof *number;
    *number = 0;
    return getsockopt(fd, option->level, option->option, number, &size) < 0 ? errno : 0;
}

int sockopt_get(const struct sockopt *option, int fd, struct sockopt_state *state, int *pending,
                struct sockd_option_value *value)
{
    int number = 0, error = option->type < OURS ? kernel_get(option, fd, &number) : 0;
    if (error)
        return error;
    switch (option->type) {
    case SWITCH:
    case STATIC:
        *value = a_switch(number != 0);
        break;
    case NUMBER:
    case PLACE:
        *value = an_integer(option->max > INT32_MAX ? (int64_t)(uint32_t)number : number);
        break;
    case PENDING:
        *value = a_switch(number != 0 || *pending != 0);
        *pending = 0;
        break;
    case LINGER:
        *value = state->linger_on ? an_integer(state->linger) : (struct sockd_option_value){.kind = SOCKD_OPTION_NULL};
        break;
    case LOW_WATER:
        *value = an_integer(state->low_water ? state->low_water : 1);
        break;
    case RECEIVE_PERIOD:
        *value = a_period(state->receive);
        break;
    case SEND_PERIOD:
        *value = a_period(state->send);
        break;
    }
    return 0;
}

static int kernel_set(const struct sockopt *option, int fd, int number)
{
    return setsockopt(fd, option->level, option->option, &number, sizeof number) < 0 ? errno : 0;
}

int sockopt_set(const struct sockopt *option, int fd, struct sockopt_state *state, const struct sockd_option_value *value)
{
    switch (option->type) {
    case SWITCH:
        return kernel_set(option, fd, value->on);
    case NUMBER: /* the kernel takes its numbers without sign, in 32 bits */
        return kernel_set(option, fd, (int)(uint32_t)value->integer);
    case STATIC:
    case PLACE:
    case PENDING:
        return ENOPROTOOPT;
    case LINGER:
        state->linger_on = value->kind != SOCKD_OPTION_NULL;
        if (value->kind == SOCKD_OPTION_INTEGER)
            state->linger = (uint32_t)value->integer;
        break;
    case LOW_WATER:
        state->low_water = (uint32_t)value->integer;
        break;
    case RECEIVE_PERIOD:
        state->receive = period_of(value);
        break;
    case SEND_PERIOD:
        state->send = period_of(value);
        break;
    }
    return 0;
}
