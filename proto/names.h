/* The names of an object's members. */
#pragma once

#include "scan.h"

/* One bit of 64 that two names share where they are the same, and seldom otherwise: the factors keep apart those that stand in
 * one object of the protocol. Every bit of a name with escapes. */
static inline uint64_t name_mark(const char *text, const struct token *name)
{
    unsigned size = name->end - name->start;
    unsigned first = (unsigned char)text[name->start], last = (unsigned char)text[name->end - 1]; /* or a quote */
    return name->escaped ? UINT64_MAX : UINT64_C(1) << ((size + first * 5 + last * 3) & 63);
}

/* A name that the object has twice, where it stands for the second time; TOKEN_NONE if there is none. Uses the scan's scratch.
 * To be asked where the marks of two of its names have a bit in common. */
uint32_t names_duplicate(struct scan *scan, uint32_t object);
