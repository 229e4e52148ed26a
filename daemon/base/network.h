/* What an address is: the form in which rules speak of it, and the kind of network it belongs to. Pure. */
#pragma once

#include "address.h"

/* An address and how many of its leading bits count. The rest are 0, and so is the port. */
struct network {
    union address base;
    int bits;
};

/* Reads "10.0.0.0/8", "2001:db8::/32" or a lone address. Bits beyond the length must be 0. IPv4 networks written inside
 * ::ffff:0:0/96 or 64:ff9b::/96 become IPv4. False: reason says what is wrong. */
bool network_parse(struct network *network, const char *text, size_t size, const char **reason);

bool network_contains(const struct network *network, const union address *address);

/* Whether it is a single address. */
bool network_single(const struct network *network);

#define NETWORK_TEXT (ADDRESS_TEXT + 4)

/* As network_parse reads it. */
void network_text(const struct network *network, char text[NETWORK_TEXT]);

/* ---- one address, one form ---- */

enum canonical { CANONICAL_SAME, CANONICAL_MAPPED, CANONICAL_NAT64, CANONICAL_REFUSED };

/* Writes an IPv6 address that stands for an IPv4 one as that one: ::ffff:0:0/96, 64:ff9b::/96 and the prefixes in nat64, which
 * are of a length that RFC 6052 has. CANONICAL_REFUSED: it stands for an IPv4 address by way of a tunnel (6to4, Teredo, ISATAP,
 * v4-compatible, a NAT64 prefix that is not known), and *what says which; the address stays as it was. The port stays. */
enum canonical address_canonical(union address *address, const struct network *nat64, size_t count, const char **what);

/* Whether RFC 6052 knows NAT64 prefixes of that length. */
bool network_is_nat64_length(int bits);

/* ---- classes ---- */

enum address_class {
    CLASS_PUBLIC,
    CLASS_METADATA, /* a cloud's service that hands out credentials */
    CLASS_UNSPECIFIED,
    CLASS_LOOPBACK,
    CLASS_LINK_LOCAL,
    CLASS_PRIVATE,
    CLASS_SHARED,
    CLASS_BENCHMARK,
    CLASS_DOCUMENTATION,
    CLASS_MULTICAST,
    CLASS_RESERVED, /* what nobody has, or only protocols have */
    CLASS_COUNT
};

extern const char *const address_class_names[CLASS_COUNT];

/* The class of a canonical address. */
enum address_class address_class(const union address *address);

/* Whether all of the network lies within one of the networks that make the class. */
bool address_class_contains(enum address_class class, const struct network *network);
