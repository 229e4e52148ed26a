/* Ports: ranges of them as rules name them, and sets. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct port_range {
    uint16_t first, last;
};

/* Reads "80" or "8000-8099", 1 to 65535. */
bool port_range_parse(struct port_range *range, const char *text, size_t size);

bool port_ranges_contain(const struct port_range *ranges, size_t count, int port);

struct port_set {
    uint64_t bits[65536 / 64];
};

/* From first to last, both included. */
void port_set_add(struct port_set *set, int first, int last);
void port_set_remove(struct port_set *set, int first, int last);
bool port_set_has(const struct port_set *set, int port);

/* Leaves what is in other too. */
void port_set_intersect(struct port_set *set, const struct port_set *other);

/* The first port of the set from `from` up to 65535, or -1. */
int port_set_next(const struct port_set *set, int from);
