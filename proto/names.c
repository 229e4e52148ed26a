/* Few names are compared each with each; many are sorted, by heap, since that needs no memory and has no bad case that a
 * hostile text could aim at. */
#include "names.h"

#include <string.h>

#include "escape.h"

#define FEW 8

static int name_compare(const struct scan *scan, uint32_t a, uint32_t b)
{
    const struct token *left = &scan->tokens[a], *right = &scan->tokens[b];
    size_t left_size = left->end - left->start, right_size = right->end - right->start;
    if (left->escaped || right->escaped)
        return escape_compare(scan->text + left->start, left_size, scan->text + right->start, right_size);
    int order = memcmp(scan->text + left->start, scan->text + right->start, left_size < right_size ? left_size : right_size);
    return order != 0 ? order : (left_size > right_size) - (left_size < right_size);
}

static bool name_same(const struct scan *scan, uint32_t a, uint32_t b)
{
    const struct token *left = &scan->tokens[a], *right = &scan->tokens[b];
    if (!left->escaped && !right->escaped &&
        (left->end - left->start != right->end - right->start || scan->text[left->start] != scan->text[right->start]))
        return false;
    return name_compare(scan, a, b) == 0;
}

/* Lets the name at a place of the heap sink below those that come behind it. */
static void heap_sink(const struct scan *scan, size_t place, size_t count)
{
    uint32_t *heap = scan->scratch, name = heap[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= count)
            break;
        if (child + 1 < count && name_compare(scan, heap[child], heap[child + 1]) < 0)
            child++;
        if (name_compare(scan, name, heap[child]) >= 0)
            break;
        heap[place] = heap[child];
        place = child;
    }
    heap[place] = name;
}

static void names_sort(const struct scan *scan, size_t count)
{
    for (size_t place = count / 2; place-- > 0;)
        heap_sink(scan, place, count);
    for (size_t left = count; left-- > 1;) {
        uint32_t last = scan->scratch[left];
        scan->scratch[left] = scan->scratch[0];
        scan->scratch[0] = last;
        heap_sink(scan, 0, left);
    }
}

static uint32_t among_few(const struct scan *scan, const uint32_t *names, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (name_same(scan, names[i], names[j]))
                return names[i];
    return TOKEN_NONE;
}

uint32_t names_duplicate(struct scan *scan, uint32_t object)
{
    size_t count = scan->tokens[object].count;
    uint32_t name = object + 1, *names = scan->scratch;
    for (size_t i = 0; i < count; i++) {
        names[i] = name;
        name = scan->tokens[name + 1].next;
    }
    if (count <= FEW)
        return among_few(scan, names, count);
    names_sort(scan, count);
    for (size_t i = 1; i < count; i++)
        if (name_same(scan, names[i - 1], names[i]))
            return names[i - 1] > names[i] ? names[i - 1] : names[i];
    return TOKEN_NONE;
}
