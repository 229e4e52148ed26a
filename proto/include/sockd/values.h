/* The values that travel between sockd and its clients, as C sees them.
 *
 * Shared by the daemon, the library and the tools; installed with the library. A value that is null on the wire has one
 * representation for each type, named below; a word ("input", "session") is an int that holds a constant of its enum. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names a stream or a server for as long as the daemon's state lives. Null: 0. */
typedef uint64_t sockd_handle;

#define SOCKD_HANDLE_MAX ((UINT64_C(1) << 53) - 1)

/* Null of an integer that may be null. */
#define SOCKD_NULL INT64_MIN

/* Null of a word, a character or an error action. */
#define SOCKD_UNSET (-1)

/* UTF-8, not ended by a NUL and free to contain one. Null: data is NULL. */
struct sockd_text {
    const char *data;
    size_t size;
};

#define SOCKD_TEXT(literal) ((struct sockd_text){(literal), sizeof(literal) - 1})

/* Raw bytes. Null: data is NULL. */
struct sockd_bytes {
    const unsigned char *data;
    size_t size;
};

/* How long an operation may wait. All zero: for ever. Zero seconds and microseconds, finite: do not wait at all. */
struct sockd_timeout {
    int64_t seconds;
    int64_t microseconds; /* may exceed a million */
    bool finite;
};

#define SOCKD_FOREVER ((struct sockd_timeout){0, 0, false})
#define SOCKD_SECONDS(n) ((struct sockd_timeout){(n), 0, true})

/* An element of a byte stream: -2^63 to 2^64-1. Null: present is false. */
struct sockd_integer {
    uint64_t magnitude;
    bool negative;
    bool present;
};

/* What becomes of a character that a conversion cannot represent: an action, or the scalar value that replaces it. */
enum { SOCKD_ACTION_UNSET = -1, SOCKD_ACTION_ERROR = -2, SOCKD_ACTION_IGNORE = -3 };

/* How characters become bytes. A member that is null leaves what is in force. */
struct sockd_format {
    struct sockd_text encoding;
    int line_terminator; /* enum line_terminator */
    int32_t input_error; /* SOCKD_ACTION_…, or a scalar value */
    int32_t output_error;
};

#define SOCKD_FORMAT_UNSET ((struct sockd_format){{NULL, 0}, SOCKD_UNSET, SOCKD_ACTION_UNSET, SOCKD_ACTION_UNSET})

/* The interface of a server: an address or a name, or the stream whose local address is taken. Null: all zero. */
struct sockd_interface {
    struct sockd_text host;
    sockd_handle stream;
};

/* One socket of a status call and the direction it is asked for. */
struct sockd_item {
    sockd_handle handle;
    int direction; /* enum direction */
};

/* What a status call asks for. list is false for a lone item, whose answer is a lone value. set: the number of a set that the
 * daemon remembers, in place of items; 0: none. Null: all of it is zero. */
struct sockd_items {
    const struct sockd_item *items;
    size_t count;
    bool list;
    int64_t set;
};

/* The answers of a status call, one for each item: constants of enum status. */
struct sockd_statuses {
    const int *items;
    size_t count;
    bool list;
};

/* The value of a socket option. */
enum sockd_option_kind { SOCKD_OPTION_NULL, SOCKD_OPTION_SWITCH, SOCKD_OPTION_INTEGER, SOCKD_OPTION_SECONDS };

struct sockd_option_value {
    enum sockd_option_kind kind;
    bool on;
    int64_t integer;             /* SOCKD_OPTION_INTEGER */
    struct sockd_timeout period; /* SOCKD_OPTION_SECONDS: a number with a fraction */
};

/* An option asked for, and the value to set where there is one. */
struct sockd_option {
    struct sockd_text name;
    bool set;
    struct sockd_option_value value;
};

struct sockd_options {
    const struct sockd_option *items;
    size_t count;
};

struct sockd_option_values {
    const struct sockd_option_value *items;
    size_t count;
};

/* A list of texts. Null: items is NULL. */
struct sockd_texts {
    const struct sockd_text *items;
    size_t count;
};

/* A list of records of one type. fields: which leaves of each are shown, bit by bit in the order of the table; 0 is all. */
struct sockd_list {
    const void *items;
    size_t count;
    uint64_t fields;
};
