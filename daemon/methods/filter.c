/* What kind a field is of decides how its value is read and compared: a row for each kind. Addresses and times are texts for
 * the protocol, and are known by their names. */
#include "filter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "record.h"
#include "text.h"

/* Why a term is refused, and which: for the caller's room. */
struct complaint {
    char *reason;
    struct sockd_text field;
};

static bool complain(const struct complaint *complaint, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a client sent is quoted in part, and what is no plain character of it as a question mark. */
static bool complain(const struct complaint *complaint, const char *format, ...)
{
    int shown = complaint->field.size < 48 ? (int)complaint->field.size : 48;
    int used = shown > 0 ? snprintf(complaint->reason, FILTER_REASON, "\"%.*s\": ", shown, complaint->field.data) : 0;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(complaint->reason + used, FILTER_REASON - (size_t)used, format, arguments);
    va_end(arguments);
    for (char *c = complaint->reason; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = '?';
    return false;
}

static bool is_nullable(const struct field *field)
{
    return field->flags & (FIELD_NULLABLE | FIELD_OMIT);
}

/* ---- numbers and words ---- */

static bool number_read(struct filter_term *term, const struct complaint *complaint)
{
    struct sockd_text text = term->text;
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t i = negative ? 1 : 0;
    int64_t number = 0;
    bool good = i < text.size;
    for (; good && i < text.size; i++) {
        int digit = text.data[i] - '0';
        good = digit >= 0 && digit <= 9 && number <= (INT64_MAX - digit) / 10;
        if (good)
            number = number * 10 + digit;
    }
    term->number = negative ? -number : number;
    return good || complain(complaint, "its value must be a whole number");
}

static int number_compare(const struct filter_term *term, const void *value)
{
    int64_t number = term->field->type == TYPE_HANDLE ? (int64_t) * (const sockd_handle *)value : *(const int64_t *)value;
    return (number > term->number) - (number < term->number);
}

static bool number_null(const void *value)
{
    return *(const int64_t *)value == SOCKD_NULL;
}

static bool word_read(struct filter_term *term, const struct complaint *complaint)
{
    const struct words *words = term->field->words;
    char list[FILTER_REASON] = "";
    size_t used = 0;
    term->number = words_find(words, term->text.data, term->text.size);
    if (term->number >= 0)
        return true;
    for (int i = 0; i < words->count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", words->items[i]);
    return complain(complaint, "its value must be one of %s", list);
}

static int word_compare(const struct filter_term *term, const void *value)
{
    return *(const int *)value != term->number;
}

static bool word_null(const void *value)
{
    return *(const int *)value < 0;
}

/* ---- texts and times ---- */

static bool text_read_any(struct filter_term *term, const struct complaint *complaint)
{
    (void)term;
    (void)complaint;
    return true;
}

static int bytes_compare(struct sockd_text a, struct sockd_text b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int text_compare(const struct filter_term *term, const void *value)
{
    return bytes_compare(*(const struct sockd_text *)value, term->text);
}

static bool text_null(const void *value)
{
    return !((const struct sockd_text *)value)->data;
}

static bool time_read(struct filter_term *term, const struct complaint *complaint)
{
    static const char shape[] = "0000-00-00T00:00:00.000Z";
    bool good = term->text.size >= sizeof "0000" - 1 && term->text.size < sizeof shape;
    for (size_t i = 0; good && i < term->text.size; i++) {
        char c = term->text.data[i];
        good = shape[i] == '0' ? c >= '0' && c <= '9' : c == shape[i];
    }
    return good || complain(complaint, "its value must be a time as in 2026-11-22T19:00:00.000Z, or the front part of one");
}

static int time_compare(const struct filter_term *term, const void *value)
{
    struct sockd_text time = *(const struct sockd_text *)value;
    if (time.size > term->text.size)
        time.size = term->text.size;
    return bytes_compare(time, term->text);
}

/* ---- addresses ---- */

static int address_bits(const union address *address)
{
    return address->any.sa_family == AF_INET ? 32 : 128;
}

static const unsigned char *address_bytes(const union address *address)
{
    return address->any.sa_family == AF_INET ? (const unsigned char *)&address->v4.sin_addr : address->v6.sin6_addr.s6_addr;
}

/* A v4 address within v6 becomes the v4 address, if all of its prefix is asked for. */
static void address_unmap(union address *address, int64_t *bits)
{
    if (address->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr) || *bits < 96)
        return;
    union address v4 = {.v4 = {.sin_family = AF_INET}};
    memcpy(&v4.v4.sin_addr, address->v6.sin6_addr.s6_addr + 12, 4);
    *address = v4;
    *bits -= 96;
}

static bool address_read(struct filter_term *term, const struct complaint *complaint)
{
    static const char expected[] = "its value must be an address or a network, as in 10.0.0.0/8";
    struct sockd_text text = term->text;
    const char *slash = memchr(text.data, '/', text.size);
    struct sockd_text address = {text.data, slash ? (size_t)(slash - text.data) : text.size};
    if (!address_literal(&term->network, address.data, address.size, 0))
        return complain(complaint, "%s", expected);
    int64_t bits = address_bits(&term->network);
    if (slash) {
        struct filter_term length = {.text = {slash + 1, text.size - address.size - 1}};
        bool plain = length.text.size > 0 && length.text.size <= 3 && length.text.data[0] != '-';
        if (!plain || !number_read(&length, complaint) || length.number > bits)
            return complain(complaint, "%s", expected);
        bits = length.number;
    }
    address_unmap(&term->network, &bits);
    term->number = bits;
    return true;
}

static bool same_scope(const union address *network, const union address *address)
{
    return network->any.sa_family != AF_INET6 || network->v6.sin6_scope_id == 0 ||
           network->v6.sin6_scope_id == address->v6.sin6_scope_id;
}

static bool address_within(const union address *network, size_t bits, const union address *address)
{
    if (network->any.sa_family != address->any.sa_family || !same_scope(network, address))
        return false;
    const unsigned char *a = address_bytes(network), *b = address_bytes(address);
    size_t whole = bits / 8, rest = bits % 8;
    return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static int address_compare(const struct filter_term *term, const void *value)
{
    const struct sockd_text *text = value;
    union address address;
    int64_t bits = 128;
    if (!address_literal(&address, text->data, text->size, 0))
        return 1;
    address_unmap(&address, &bits);
    return !address_within(&term->network, (size_t)term->number, &address);
}

/* A side without an address has an empty one. */
static bool address_null(const void *value)
{
    return ((const struct sockd_text *)value)->size == 0;
}

/* ---- formats ---- */

static bool format_read(struct filter_term *term, const struct complaint *complaint)
{
    term->number = words_find(&words_line_terminator, term->text.data, term->text.size);
    return term->number >= 0 || text_encoding_known(term->text) ||
           complain(complaint, "its value must be an encoding or a line terminator");
}

static int format_compare(const struct filter_term *term, const void *value)
{
    const struct sockd_format *format = value;
    if (term->number >= 0)
        return format->line_terminator != term->number;
    return format->encoding.size != term->text.size ||
           strncasecmp(format->encoding.data, term->text.data, term->text.size) != 0;
}

static bool format_null(const void *value)
{
    return !((const struct sockd_format *)value)->encoding.data;
}

/* ---- terms ---- */

/* compare: below, at or above 0, as the record's value is to the term's; only 0 means anything where there is no order. */
struct filter_kind {
    bool ordered;
    bool (*read)(struct filter_term *term, const struct complaint *complaint);
    int (*compare)(const struct filter_term *term, const void *value);
    bool (*null)(const void *value);
};

static const struct filter_kind number_row = {true, number_read, number_compare, number_null};
static const struct filter_kind word_row = {false, word_read, word_compare, word_null};
static const struct filter_kind text_row = {true, text_read_any, text_compare, text_null};
static const struct filter_kind time_row = {true, time_read, time_compare, text_null};
static const struct filter_kind address_row = {false, address_read, address_compare, address_null};
static const struct filter_kind format_row = {false, format_read, format_compare, format_null};

static bool is_time(const char *name)
{
    return strcmp(name, "created") == 0 || strcmp(name, "time") == 0;
}

/* NULL: not a field that can be compared. */
static const struct filter_kind *kind_of(const struct field *field)
{
    switch (field->type) {
    case TYPE_HANDLE:
    case TYPE_INT:
        return &number_row;
    case TYPE_WORD:
        return &word_row;
    case TYPE_TEXT:
        return strcmp(field->name, "address") == 0 ? &address_row : is_time(field->name) ? &time_row : &text_row;
    case TYPE_FORMAT:
        return &format_row;
    default:
        return NULL;
    }
}

/* Finds the relation of a term: *start, and its length. False if it has none. */
static bool relation_find(struct sockd_text term, enum filter_relation *relation, size_t *start, size_t *length)
{
    static const struct {
        const char *text;
        enum filter_relation relation;
    } relations[] = {{"!=", FILTER_UNEQUAL}, {"<=", FILTER_AT_MOST}, {">=", FILTER_AT_LEAST},
                     {"=", FILTER_EQUAL},    {"<", FILTER_LESS},     {">", FILTER_MORE}};
    for (*start = 0; *start < term.size; ++*start) {
        for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
            *length = strlen(relations[i].text);
            if (*length <= term.size - *start && memcmp(term.data + *start, relations[i].text, *length) == 0) {
                *relation = relations[i].relation;
                return true;
            }
        }
    }
    return false;
}

static bool term_read(struct filter *filter, const struct record *record, struct sockd_text text, char *reason)
{
    struct complaint complaint = {reason, text};
    size_t start, length;
    uint64_t leaves;
    if (text.size == 0)
        return complain(&complaint, "a term is empty");
    if (filter->count == FILTER_TERMS)
        return complain(&complaint, "there are more than %d terms", FILTER_TERMS);
    struct filter_term *term = &filter->terms[filter->count++];
    if (!relation_find(text, &term->relation, &start, &length))
        return complain(&complaint, "a term must be FIELD=VALUE, or with !=, <, <=, > or >=");
    complaint.field.size = start;
    term->field = record_path(record, text.data, start, &term->offset, &leaves);
    if (!term->field)
        return complain(&complaint, "there is no such field");
    const struct filter_kind *kind = term->kind = kind_of(term->field);
    if (!kind)
        return complain(&complaint, "it has fields of its own, of which one must be named");
    filter->leaves |= leaves;
    term->text = (struct sockd_text){text.data + start + length, text.size - start - length};
    bool order = term->relation != FILTER_EQUAL && term->relation != FILTER_UNEQUAL;
    term->null = is_nullable(term->field) && name_is("null", term->text.data, term->text.size);
    if (order && (term->null || !kind->ordered))
        return complain(&complaint, "its values have no order: only = and != can be asked");
    return term->null || kind->read(term, &complaint);
}

bool filter_read(struct filter *filter, const struct record *record, struct sockd_text text, char reason[FILTER_REASON])
{
    filter->count = 0;
    filter->leaves = 0;
    if (!text.data)
        return true;
    for (;;) {
        const char *comma = text.size > 0 ? memchr(text.data, ',', text.size) : NULL;
        struct sockd_text term = {text.data, comma ? (size_t)(comma - text.data) : text.size};
        if (!term_read(filter, record, term, reason))
            return false;
        if (!comma)
            return true;
        text.data += term.size + 1;
        text.size -= term.size + 1;
    }
}

static bool term_holds(const struct filter_term *term, const void *record)
{
    const void *value = (const char *)record + term->offset;
    bool null = (is_nullable(term->field) || term->kind == &address_row) && term->kind->null(value);
    if (term->null)
        return null == (term->relation == FILTER_EQUAL);
    if (null)
        return term->relation == FILTER_UNEQUAL;
    int order = term->kind->compare(term, value);
    switch (term->relation) {
    case FILTER_EQUAL:
        return order == 0;
    case FILTER_UNEQUAL:
        return order != 0;
    case FILTER_LESS:
        return order < 0;
    case FILTER_AT_MOST:
        return order <= 0;
    case FILTER_MORE:
        return order > 0;
    case FILTER_AT_LEAST:
        return order >= 0;
    }
    return false;
}

bool filter_holds(const struct filter *filter, const void *value)
{
    for (size_t i = 0; i < filter->count; i++)
        if (!term_holds(&filter->terms[i], value))
            return false;
    return true;
}
