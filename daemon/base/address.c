/* A literal is what inet_pton takes. Everything else that a C library would still read as an address (octal and hexadecimal
 * parts, fewer than four of them, one big number) is neither a literal nor a name here: what is checked and what is dialled
 * must not depend on who reads the text. */
#include "address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 253
#define LABEL_MAX_BYTES 63

socklen_t address_size(const union address *address)
{
    switch (address->any.sa_family) {
    case AF_INET:
        return sizeof(address->v4);
    case AF_INET6:
        return sizeof(address->v6);
    default:
        return 0;
    }
}

/* The index that a scope's text stands for, a number or an interface's name; 0: none. Of "eth0:1" the system reads only the
 * part before the colon. */
static uint32_t scope_index(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (!digits || text[digits])
        return strchr(text, ':') ? 0 : if_nametoindex(text);
    unsigned long long index = digits <= 10 ? strtoull(text, NULL, 10) : 0;
    return index <= UINT32_MAX ? (uint32_t)index : 0;
}

bool address_literal(union address *address, const char *text, size_t size, int port)
{
    char copy[ADDRESS_TEXT];
    if (size == 0 || size >= sizeof(copy) || memchr(text, 0, size))
        return false;
    memcpy(copy, text, size);
    copy[size] = 0;
    *address = (union address){0};
    if (inet_pton(AF_INET, copy, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)port);
        return true;
    }
    char *scope = strchr(copy, '%');
    if (scope)
        *scope++ = 0;
    struct in6_addr *bytes = &address->v6.sin6_addr;
    if (inet_pton(AF_INET6, copy, bytes) != 1)
        return false;
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons((uint16_t)port);
    if (!scope)
        return true;
    bool scoped = IN6_IS_ADDR_LINKLOCAL(bytes) || IN6_IS_ADDR_MC_LINKLOCAL(bytes) || IN6_IS_ADDR_MC_NODELOCAL(bytes);
    address->v6.sin6_scope_id = scoped ? scope_index(scope) : 0;
    return address->v6.sin6_scope_id != 0;
}

/* A number to the old parsers: decimal, octal, or hexadecimal, "0x" alone too. */
static bool label_is_number(const char *label, size_t size)
{
    bool hexadecimal = size >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
    for (size_t i = hexadecimal ? 2 : 0; i < size; i++)
        if (!(hexadecimal ? isxdigit((unsigned char)label[i]) : isdigit((unsigned char)label[i])))
            return false;
    return true;
}

static const char *label_fault(const char *label, size_t size)
{
    if (size == 0)
        return "has an empty label";
    if (size > LABEL_MAX_BYTES)
        return "has a label of more than 63 characters";
    if (label[0] == '-' || label[size - 1] == '-')
        return "has a label that begins or ends with a hyphen";
    return NULL;
}

static const char *name_fault(const char *text, size_t size)
{
    if (size && text[size - 1] == '.')
        size--;
    if (size == 0)
        return "is empty";
    if (size > NAME_MAX_BYTES)
        return "is longer than 253 characters";
    bool letter = false, numbers = true;
    for (size_t i = 0; i < size; i++) {
        unsigned char ch = (unsigned char)text[i];
        bool alphabetic = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
        if (!alphabetic && !(ch >= '0' && ch <= '9') && ch != '-' && ch != '_' && ch != '.')
            return "has a character that no host name has";
        letter |= alphabetic;
    }
    for (size_t start = 0; start <= size;) {
        const char *dot = memchr(text + start, '.', size - start);
        size_t end = dot ? (size_t)(dot - text) : size;
        const char *fault = label_fault(text + start, end - start);
        if (fault)
            return fault;
        numbers &= label_is_number(text + start, end - start);
        start = end + 1;
    }
    if (!letter || numbers)
        return "is neither a name nor an address in its usual form";
    return NULL;
}

bool address_name(const char *text, size_t size, const char **reason)
{
    const char *fault = name_fault(text, size);
    if (fault && reason)
        *reason = fault;
    return !fault;
}

void address_text(const union address *address, char text[ADDRESS_TEXT])
{
    text[0] = 0;
    if (address->any.sa_family == AF_INET)
        inet_ntop(AF_INET, &address->v4.sin_addr, text, ADDRESS_TEXT);
    if (address->any.sa_family != AF_INET6)
        return;
    inet_ntop(AF_INET6, &address->v6.sin6_addr, text, ADDRESS_TEXT);
    if (address->v6.sin6_scope_id) {
        char name[IF_NAMESIZE];
        size_t used = strlen(text);
        if (if_indextoname(address->v6.sin6_scope_id, name))
            snprintf(text + used, ADDRESS_TEXT - used, "%%%s", name);
        else
            snprintf(text + used, ADDRESS_TEXT - used, "%%%u", address->v6.sin6_scope_id);
    }
}

int address_port(const union address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

void address_set_port(union address *address, int port)
{
    if (address->any.sa_family == AF_INET6)
        address->v6.sin6_port = htons((uint16_t)port);
    else
        address->v4.sin_port = htons((uint16_t)port);
}

bool address_equal(const union address *a, const union address *b)
{
    if (a->any.sa_family != b->any.sa_family || address_port(a) != address_port(b))
        return false;
    if (a->any.sa_family == AF_INET)
        return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
    return a->any.sa_family == AF_INET6 && memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0 &&
           a->v6.sin6_scope_id == b->v6.sin6_scope_id;
}
