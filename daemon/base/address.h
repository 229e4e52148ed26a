/* Internet addresses: literals, canonical forms, text. Pure. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

#define ADDRESS_TEXT 64 /* the longest text with its NUL, scope id included */

socklen_t address_size(const union address *address);

/* Reads a numeric address as inet_pton has it, v6 with an optional %scope (an interface's name or number); nothing else:
 * no brackets, no short or odd forms. The port is set to port. False if it is none. */
bool address_literal(union address *address, const char *text, size_t size, int port);

/* Whether a text that is no literal may be looked up as a name: 1 to 253 letters, digits, hyphens, underscores and dots,
 * labels of 1 to 63, at least one letter, no label that begins or ends with a hyphen, not a form that only old parsers take
 * for an address (127.1, 0x7f.1, 2130706433). reason says what is wrong. */
bool address_name(const char *text, size_t size, const char **reason);

/* The numeric text without port or brackets, v4-in-v6 as ::ffff:a.b.c.d, the scope behind %. */
void address_text(const union address *address, char text[ADDRESS_TEXT]);

int address_port(const union address *address);
void address_set_port(union address *address, int port);
bool address_equal(const union address *a, const union address *b); /* port included */
