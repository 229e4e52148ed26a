/* The networks of IANA's special-purpose registries, as prefixes, the special ones before those they lie in. Of IPv6 only
 * 2000::/3 is given out to hosts; whatever else is not named here is reserved. */
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- networks ---- */

static const unsigned char *address_bytes(const union address *address)
{
    return address->any.sa_family == AF_INET6 ? address->v6.sin6_addr.s6_addr : (const unsigned char *)&address->v4.sin_addr;
}

static int address_bits(const union address *address)
{
    return address->any.sa_family == AF_INET6 ? 128 : 32;
}

static bool prefix_equal(const unsigned char *a, const unsigned char *b, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    return memcmp(a, b, (size_t)whole) == 0 && (!rest || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

bool network_contains(const struct network *network, const union address *address)
{
    return network->base.any.sa_family == address->any.sa_family &&
           prefix_equal(address_bytes(&network->base), address_bytes(address), network->bits);
}

bool network_single(const struct network *network)
{
    return network->bits == address_bits(&network->base);
}

static bool tail_is_zero(const unsigned char *bytes, int bits, int all)
{
    for (int i = bits; i < all; i++)
        if (bytes[i / 8] & (0x80 >> i % 8))
            return false;
    return true;
}

/* The number behind the slash, or -1. */
static int read_length(const char *text, size_t size, int most)
{
    int length = 0;
    if (size == 0 || size > 3 || (size > 1 && text[0] == '0'))
        return -1;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        length = 10 * length + text[i] - '0';
    }
    return length <= most ? length : -1;
}

/* ---- one address, one form ---- */

struct v6_prefix {
    unsigned char bytes[16];
    int bits;
    const char *what;
};

static const struct v6_prefix mapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, NULL};
static const struct v6_prefix well_known = {{0, 0x64, 0xff, 0x9b}, 96, NULL};

static const struct v6_prefix tunnels[] = {
    {{0x20, 0x02}, 16, "6to4"},
    {{0x20, 0x01, 0, 0}, 32, "Teredo"},
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "NAT64 with a prefix that is not configured"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-translated"},
};

static bool has_prefix(const unsigned char *bytes, const struct v6_prefix *prefix)
{
    return prefix_equal(bytes, prefix->bytes, prefix->bits);
}

static const char *tunnel_name(const unsigned char *bytes)
{
    static const unsigned char zero[12];
    for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++)
        if (has_prefix(bytes, &tunnels[i]))
            return tunnels[i].what;
    if (memcmp(bytes, zero, 12) == 0 && (bytes[12] || bytes[13] || bytes[14] || bytes[15] > 1))
        return "IPv4-compatible";
    if ((bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe)
        return "ISATAP";
    return NULL;
}

/* The IPv4 address behind a prefix of that many bits; byte 8 is not used. */
static void become_v4(union address *address, int bits)
{
    unsigned char v4[4];
    for (int i = 0, at = bits / 8; i < 4; i++, at++) {
        at += at == 8 && bits != 96;
        v4[i] = address->v6.sin6_addr.s6_addr[at];
    }
    in_port_t port = address->v6.sin6_port;
    *address = (union address){.v4 = {.sin_family = AF_INET, .sin_port = port}};
    memcpy(&address->v4.sin_addr, v4, sizeof(v4));
}

bool network_is_nat64_length(int bits)
{
    return bits == 96 || (bits >= 32 && bits <= 64 && bits % 8 == 0);
}

enum canonical address_canonical(union address *address, const struct network *nat64, size_t count, const char **what)
{
    if (address->any.sa_family != AF_INET6)
        return CANONICAL_SAME;
    const unsigned char *bytes = address->v6.sin6_addr.s6_addr;
    if (has_prefix(bytes, &mapped)) {
        become_v4(address, 96);
        return CANONICAL_MAPPED;
    }
    if (has_prefix(bytes, &well_known)) {
        become_v4(address, 96);
        return CANONICAL_NAT64;
    }
    for (size_t i = 0; i < count; i++)
        if (network_contains(&nat64[i], address)) {
            become_v4(address, nat64[i].bits);
            return CANONICAL_NAT64;
        }
    *what = tunnel_name(bytes);
    return *what ? CANONICAL_REFUSED : CANONICAL_SAME;
}

bool network_parse(struct network *network, const char *text, size_t size, const char **reason)
{
    const char *slash = memchr(text, '/', size);
    size_t literal = slash ? (size_t)(slash - text) : size;
    if (memchr(text, '%', size) || !address_literal(&network->base, text, literal, 0)) {
        *reason = "is not an address, or a network like 10.0.0.0/8";
        return false;
    }
    int all = address_bits(&network->base);
    network->bits = slash ? read_length(slash + 1, size - literal - 1, all) : all;
    if (network->bits < 0) {
        *reason = "has no valid length behind its slash";
        return false;
    }
    if (!tail_is_zero(address_bytes(&network->base), network->bits, all)) {
        *reason = "has bits beyond its length that are not 0";
        return false;
    }
    const unsigned char *bytes = address_bytes(&network->base);
    if (all == 128 && network->bits >= 96 && (has_prefix(bytes, &mapped) || has_prefix(bytes, &well_known))) {
        become_v4(&network->base, 96);
        network->bits -= 96;
    }
    return true;
}

void network_text(const struct network *network, char text[NETWORK_TEXT])
{
    address_text(&network->base, text);
    if (!network_single(network))
        snprintf(text + strlen(text), NETWORK_TEXT - strlen(text), "/%d", network->bits);
}

/* ---- classes ---- */

const char *const address_class_names[CLASS_COUNT] = {"public",        "metadata",  "unspecified", "loopback",
                                                      "link-local",    "private",   "shared",      "benchmark",
                                                      "documentation", "multicast", "reserved"};

struct special {
    enum address_class class;
    int family;
    int bits;
    unsigned char bytes[16];
};

static const struct special specials[] = {
    {CLASS_METADATA, AF_INET, 32, {169, 254, 169, 254}},
    {CLASS_METADATA, AF_INET, 32, {169, 254, 170, 2}},
    {CLASS_METADATA, AF_INET, 32, {169, 254, 170, 23}},
    {CLASS_METADATA, AF_INET, 32, {168, 63, 129, 16}},
    {CLASS_METADATA, AF_INET, 32, {100, 100, 100, 200}},
    {CLASS_METADATA, AF_INET, 32, {192, 0, 0, 192}},
    {CLASS_METADATA, AF_INET6, 128, {0xfd, 0, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}},
    {CLASS_METADATA, AF_INET6, 128, {0xfd, 0, 0x0e, 0xc2, [15] = 0x23}},
    {CLASS_METADATA, AF_INET6, 128, {0xfd, 0x20, 0, 0xce, [14] = 0x02, [15] = 0x54}},
    {CLASS_UNSPECIFIED, AF_INET, 8, {0}},
    {CLASS_LOOPBACK, AF_INET, 8, {127}},
    {CLASS_LINK_LOCAL, AF_INET, 16, {169, 254}},
    {CLASS_PRIVATE, AF_INET, 8, {10}},
    {CLASS_PRIVATE, AF_INET, 12, {172, 16}},
    {CLASS_PRIVATE, AF_INET, 16, {192, 168}},
    {CLASS_SHARED, AF_INET, 10, {100, 64}},
    {CLASS_BENCHMARK, AF_INET, 15, {198, 18}},
    {CLASS_DOCUMENTATION, AF_INET, 24, {192, 0, 2}},
    {CLASS_DOCUMENTATION, AF_INET, 24, {198, 51, 100}},
    {CLASS_DOCUMENTATION, AF_INET, 24, {203, 0, 113}},
    {CLASS_MULTICAST, AF_INET, 4, {224}},
    {CLASS_RESERVED, AF_INET, 24, {192, 0, 0}},
    {CLASS_RESERVED, AF_INET, 24, {192, 88, 99}},
    {CLASS_RESERVED, AF_INET, 4, {240}},
    {CLASS_UNSPECIFIED, AF_INET6, 128, {0}},
    {CLASS_LOOPBACK, AF_INET6, 128, {[15] = 1}},
    {CLASS_LINK_LOCAL, AF_INET6, 10, {0xfe, 0x80}},
    {CLASS_PRIVATE, AF_INET6, 7, {0xfc}},
    {CLASS_PRIVATE, AF_INET6, 10, {0xfe, 0xc0}},
    {CLASS_MULTICAST, AF_INET6, 8, {0xff}},
    {CLASS_DOCUMENTATION, AF_INET6, 32, {0x20, 0x01, 0x0d, 0xb8}},
    {CLASS_DOCUMENTATION, AF_INET6, 20, {0x3f, 0xff}},
    {CLASS_BENCHMARK, AF_INET6, 48, {0x20, 0x01, 0, 0x02}},
    {CLASS_RESERVED, AF_INET6, 23, {0x20, 0x01}},
    {CLASS_PUBLIC, AF_INET6, 3, {0x20}},
    {CLASS_RESERVED, AF_INET6, 0, {0}},
};

static bool special_contains(const struct special *special, const union address *address)
{
    return special->family == address->any.sa_family && prefix_equal(special->bytes, address_bytes(address), special->bits);
}

enum address_class address_class(const union address *address)
{
    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
        if (special_contains(&specials[i], address))
            return specials[i].class;
    return CLASS_PUBLIC;
}

/* What is reserved only because nothing else is known of it makes no network. */
bool address_class_contains(enum address_class class, const struct network *network)
{
    for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
        if (specials[i].class == class && specials[i].bits && specials[i].bits <= network->bits &&
            special_contains(&specials[i], &network->base))
            return true;
    return false;
}
