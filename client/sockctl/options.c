/* getopt is not used: it would want to know every option of every verb, and these come from the method table. */
#include "options.h"

#include <stdio.h>
#include <string.h>

const struct option_row option_rows[] = {
    {"socket", 's', "PATH",
     "where the daemon listens; else $SOCKD_SOCKET, $XDG_RUNTIME_DIR/sockd/sockd.sock, /run/sockd/sockd.sock"},
    {"output", 'o', "FORMAT", "table, wide, json, ndjson, csv, name, or cols=PATH,..."},
    {"json", 'j', NULL, "one JSON document; --json=pretty and --json=short choose its layout, --json=off takes it back"},
    {"quiet", 'q', NULL, "handles only, and no remarks"},
    {"no-headers", 'H', NULL, "tables without their first line"},
    {"columns", 0, "PATH,...", "the fields to show, by their paths: handle,owner.uid"},
    {"sort", 0, "[-]PATH", "the field to sort a list by, - for descending"},
    {"filter", 'f', "TERM,...", "what a list shows: state=open,bytes_in>1000; all terms must hold"},
    {"timeout", 0, "TIME", "how long to wait: seconds (0.5), SECONDS,MICROSECONDS or none"},
    {"help", 'h', NULL, "this text, or that of the verb"},
    {"version", 'V', NULL, "the version"},
};
const size_t option_row_count = sizeof option_rows / sizeof *option_rows;

void options_init(struct options *options)
{
    *options = (struct options){.headers = true};
}

static int find_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

/* Each gives NULL, or what the value must be. */
static const char *set_format(struct options *options, const char *value)
{
    static const char *const names[] = {"table", "wide", "json", "ndjson", "csv", "name", NULL};
    if (strncmp(value, "cols=", 5) == 0) {
        options->columns = value + 5;
        return NULL;
    }
    int found = find_word(names, value);
    if (found < 0)
        return "must be table, wide, json, ndjson, csv, name or cols=PATH,...";
    options->format = (enum format)found;
    return NULL;
}

static const char *set_json(struct options *options, const char *value)
{
    static const char *const names[] = {"", "pretty", "short", "off", NULL};
    int found = find_word(names, value);
    if (found < 0)
        return "must be pretty, short or off";
    options->format = found == 3 ? FORMAT_TABLE : FORMAT_JSON;
    options->layout = found == 3 ? LAYOUT_AUTO : (enum layout)found;
    return NULL;
}

/* Applies one option: NULL, or what its value must be. */
static const char *apply(struct options *options, const char *name, const char *value)
{
    if (strcmp(name, "output") == 0)
        return set_format(options, value);
    if (strcmp(name, "json") == 0)
        return set_json(options, value);
    if (strcmp(name, "socket") == 0)
        options->socket = value;
    else if (strcmp(name, "quiet") == 0)
        options->quiet = true;
    else if (strcmp(name, "no-headers") == 0)
        options->headers = false;
    else if (strcmp(name, "columns") == 0)
        options->columns = value;
    else if (strcmp(name, "sort") == 0)
        options->sort = value;
    else if (strcmp(name, "filter") == 0)
        options->filter = value;
    else if (strcmp(name, "timeout") == 0)
        options->timeout = value;
    else if (strcmp(name, "help") == 0)
        options->help = true;
    else
        options->version = true;
    return value == NULL || *value != '\0' ? NULL : "must be some text";
}

/* The same, with the error told. */
static bool take_value(struct options *options, const struct option_row *row, const char *value, char *error, size_t size)
{
    const char *wanted = apply(options, row->name, value);
    if (wanted != NULL && *value == '\0')
        snprintf(error, size, "--%s: must not be empty", row->name);
    else if (wanted != NULL)
        snprintf(error, size, "--%s: %s, not \"%s\"", row->name, wanted, value);
    return wanted == NULL;
}

static const struct option_row *find_long(const char *name, size_t size)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (strlen(option_rows[i].name) == size && strncmp(option_rows[i].name, name, size) == 0)
            return &option_rows[i];
    return NULL;
}

static const struct option_row *find_letter(char letter)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (letter != 0 && option_rows[i].letter == letter)
            return &option_rows[i];
    return NULL;
}

/* --name, --name=VALUE, --name VALUE */
static int take_long(struct options *options, int count, char *const *words, char *error, size_t size)
{
    const char *name = words[0] + 2, *equals = strchr(name, '=');
    const struct option_row *row = find_long(name, equals == NULL ? strlen(name) : (size_t)(equals - name));
    if (row == NULL)
        return 0;
    bool json = strcmp(row->name, "json") == 0;
    const char *value = equals != NULL ? equals + 1 : json ? "" : row->placeholder != NULL && count > 1 ? words[1] : NULL;
    if ((row->placeholder != NULL) != (value != NULL) && !json) {
        snprintf(error, size, "--%s %s", row->name, value == NULL ? "needs a value" : "takes no value");
        return -1;
    }
    if (!take_value(options, row, value, error, size))
        return -1;
    return row->placeholder != NULL && equals == NULL ? 2 : 1;
}

/* -jqH, -oFORMAT, -o FORMAT */
static int take_short(struct options *options, int count, char *const *words, char *error, size_t size)
{
    for (const char *letter = words[0] + 1; *letter != '\0'; letter++) {
        const struct option_row *row = find_letter(*letter);
        if (row == NULL && letter == words[0] + 1)
            return 0;
        const char *value = row == NULL || row->placeholder == NULL ? NULL
                            : letter[1] != '\0'                     ? letter + 1
                            : count > 1                             ? words[1]
                                                                    : NULL;
        if (row == NULL || (row->placeholder != NULL && value == NULL)) {
            snprintf(error, size, "-%c %s", *letter, row == NULL ? "is no option" : "needs a value");
            return -1;
        }
        if (!take_value(options, row, strcmp(row->name, "json") == 0 ? "" : value, error, size))
            return -1;
        if (row->placeholder != NULL)
            return value == words[1] ? 2 : 1;
    }
    return 1;
}

int options_take(struct options *options, int count, char *const *words, char *error, size_t size)
{
    if (words[0][0] != '-' || words[0][1] == '\0' || strcmp(words[0], "--") == 0)
        return 0;
    return words[0][1] == '-' ? take_long(options, count, words, error, size) : take_short(options, count, words, error, size);
}
