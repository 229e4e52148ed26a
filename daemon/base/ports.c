#include "ports.h"

/* 1 to 65535, or 0. Consumes the digits. */
static int read_port(const char **text, size_t *size)
{
    int port = 0;
    if (*size == 0 || **text == '0')
        return 0;
    for (; *size && **text >= '0' && **text <= '9'; (*text)++, (*size)--)
        if ((port = 10 * port + **text - '0') > 65535)
            return 0;
    return port;
}

bool port_range_parse(struct port_range *range, const char *text, size_t size)
{
    int first = read_port(&text, &size), last = first;
    if (first && size && *text == '-') {
        text++;
        size--;
        last = read_port(&text, &size);
    }
    *range = (struct port_range){(uint16_t)first, (uint16_t)last};
    return first && first <= last && size == 0;
}

bool port_ranges_contain(const struct port_range *ranges, size_t count, int port)
{
    for (size_t i = 0; i < count; i++)
        if (port >= ranges[i].first && port <= ranges[i].last)
            return true;
    return false;
}

/* The bits of a word that stand for ports from first to last. */
static uint64_t word_mask(int word, int first, int last)
{
    uint64_t from = first > word * 64 ? UINT64_MAX << first % 64 : UINT64_MAX;
    uint64_t to = last < word * 64 + 63 ? UINT64_MAX >> (63 - last % 64) : UINT64_MAX;
    return from & to;
}

void port_set_add(struct port_set *set, int first, int last)
{
    for (int word = first / 64; word <= last / 64; word++)
        set->bits[word] |= word_mask(word, first, last);
}

void port_set_remove(struct port_set *set, int first, int last)
{
    for (int word = first / 64; word <= last / 64; word++)
        set->bits[word] &= ~word_mask(word, first, last);
}

void port_set_intersect(struct port_set *set, const struct port_set *other)
{
    for (int word = 0; word < 65536 / 64; word++)
        set->bits[word] &= other->bits[word];
}

bool port_set_has(const struct port_set *set, int port)
{
    return port >= 0 && port < 65536 && set->bits[port / 64] >> port % 64 & 1;
}

int port_set_next(const struct port_set *set, int from)
{
    for (int port = from; port < 65536; port++) {
        if (port % 64 == 0 && !set->bits[port / 64])
            port += 63;
        else if (port_set_has(set, port))
            return port;
    }
    return -1;
}
