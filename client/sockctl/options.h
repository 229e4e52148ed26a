/* The options that every verb knows, before or after the verb. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses; scripts rely on them. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAULT = 1,   /* the daemon answered an error, or a local file failed */
    EXIT_USAGE = 2,   /* the command line is wrong; nothing was sent */
    EXIT_NOTHING = 3, /* nothing matched, nothing to read, no such handle */
    EXIT_DENIED = 4,
    EXIT_UNREACHED = 5, /* no daemon */
    EXIT_TIMEOUT = 6,
    EXIT_INTERRUPTED = 130,
};

enum format { FORMAT_TABLE, FORMAT_WIDE, FORMAT_JSON, FORMAT_NDJSON, FORMAT_CSV, FORMAT_NAME };
enum layout { LAYOUT_AUTO, LAYOUT_PRETTY, LAYOUT_SHORT };

struct options {
    const char *socket; /* NULL: the library's default */
    enum format format;
    enum layout layout; /* of JSON */
    bool quiet;
    bool headers;
    const char *columns; /* paths joined by commas; NULL: the format's own */
    const char *sort;    /* a path, "-" before it for descending order */
    const char *filter;
    const char *timeout;
    bool help, version;
};

/* One row of the global options. */
struct option_row {
    const char *name;        /* without its dashes */
    char letter;             /* 0: none */
    const char *placeholder; /* of its value; NULL: takes none */
    const char *doc;
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

void options_init(struct options *options);

/* Takes a global option from the front of words: how many words it was, 0 if it is none of them, -1 if it is wrong (error
 * says why). */
int options_take(struct options *options, int count, char *const *words, char *error, size_t size);

/* Whether JSON is wanted, in whichever form. */
static inline bool options_json(const struct options *options)
{
    return options->format == FORMAT_JSON || options->format == FORMAT_NDJSON;
}
