/* Tokens to values: what the decoder of records does with one member. See record.h for who may call what. */
#pragma once

#include "record.h"

/* What a decoding needs on its way. */
struct decode {
    struct scan *scan;
    struct arena *arena;
    struct record_fault *fault;
    bool strict;
    bool partial;    /* in a list, whose items show some of their leaves: one that is missing or null is null */
    uint64_t leaves; /* those seen so far in the items of a list */
};

static inline const struct token *token_at(const struct decode *decode, uint32_t token)
{
    return &decode->scan->tokens[token];
}

static inline bool decode_is(const struct decode *decode, uint32_t token, enum token_type type)
{
    return token_at(decode, token)->type == type;
}

/* ---- refusing ---- */

/* Says why a value is refused, as a predicate: "must be true or false". Gives RECORD_INVALID. */
enum record_result decode_refuse(struct decode *decode, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Refuses with the list of the words that would have been right. subject: "", or what inside the value is meant. */
enum record_result decode_refuse_word(struct decode *decode, const char *subject, const struct words *words);

/* ---- reading one token; false or -1: it is no such value, and nothing has been refused yet ---- */

bool decode_int64(const struct decode *decode, uint32_t token, int64_t *out);
bool decode_handle_value(const struct decode *decode, uint32_t token, sockd_handle *out);
bool decode_seconds(const struct decode *decode, uint32_t token, struct sockd_timeout *out); /* a number of them */
int32_t decode_character(struct decode *decode, uint32_t token);                             /* a string of one */
int decode_word_of(struct decode *decode, const struct words *words, uint32_t token);
bool decode_has_nul(struct sockd_text text);

/* ---- decoders of one type each ---- */

typedef enum record_result decode_fn(struct decode *decode, const struct field *field, uint32_t token, void *out);

decode_fn decode_format, decode_interface;                                                                /* decode_format.c */
decode_fn decode_items, decode_statuses, decode_options, decode_option_values, decode_texts, decode_list; /* decode_array.c */

/* ---- members and records ---- */

/* One value into the member at out. The fault's param is left to the caller. */
enum record_result decode_value(struct decode *decode, const struct field *field, uint32_t token, void *out);

/* An object into a record. leaf: the number of its first leaf. */
enum record_result decode_object(struct decode *decode, const struct record *record, uint32_t token, unsigned leaf, void *out);

/* Makes a member null, or zero if it has no null. */
void field_clear(const struct field *field, void *out);

/* How many leaves there are in a record. */
unsigned record_leaves(const struct record *record);
