/* What sockctl can be told to do: a verb a method, straight from the table, and verbs of its own. */
#pragma once

#include <json-c/json_object.h>

#include <sockd/sockd.h>

#include "options.h"
#include "proto.h"

struct command;

/* Flags of a field beside the table's: it takes all the words that are left; the word - stands for standard input; although it
 * is not required it is usually given as a word, without its name. */
enum { FIELD_REST = 0x100, FIELD_STDIN = 0x200, FIELD_PLAIN = 0x400 };

/* A row. A verb that stands for a method has its parameters, and may have more of its own. */
struct verb {
    const char *name;
    const struct method *method; /* NULL: a verb of sockctl's own */
    const char *order; /* parameters that come first, in this order, and are required: "host port"; NULL: the table's */
    const char *doc;   /* NULL: the method's */
    const struct field *fields; /* parameters of sockctl's own */
    size_t field_count;
    const char *group; /* heading of the help; NULL: an alias */
    int (*run)(struct command *command);
};

#define VERB_FIELDS 24

/* A verb's parameters in the order in which words are taken for them. */
struct syntax {
    struct field fields[VERB_FIELDS];
    size_t count;
    size_t own; /* the last of them are sockctl's own */
};

/* A verb with everything that was said to it. */
struct command {
    struct options options;
    struct verb verb;
    struct syntax syntax;
    json_object *params; /* an object with what was given, by the wire's names */
    bool from_stdin;     /* - was given for the parameter that may be read from standard input */
    sockd *client;       /* the session; NULL until link_open */
};

/* The verbs beside those that are named as their methods. */
extern const struct verb verbs[];
extern const size_t verb_count;

/* Finds a verb by its name or a method's. False: there is none. */
bool verb_find(const char *name, struct verb *out);

/* The parameters of a verb. */
void verb_syntax(const struct verb *verb, struct syntax *out);

/* What a verb does, in one sentence. */
const char *verb_doc(const struct verb *verb);

/* ---- what runs them: an exit status each ---- */

int call_run(struct command *command);        /* call.c: any method */
int raw_run(struct command *command);         /* call.c: call METHOD [JSON] */
int write_text_run(struct command *command);  /* feed.c: write-string and write-line, from standard input too */
int write_bytes_run(struct command *command); /* feed.c: write-byte-sequence, from standard input too */
int read_bytes_run(struct command *command);  /* call.c */
int adopt_run(struct command *command);       /* descriptors.c: make-stream */
int export_run(struct command *command);      /* descriptors.c: stream-handles */
int connect_run(struct command *command);     /* descriptors.c: descriptor.connect */
int ls_run(struct command *command);          /* ls.c */
int show_run(struct command *command);        /* ls.c */
int cat_run(struct command *command);         /* cat.c */
int ping_run(struct command *command);        /* call.c */
int help_run(struct command *command);        /* help.c */
int methods_run(struct command *command);     /* introspect.c */
int introspect_run(struct command *command);  /* introspect.c */
int schema_run(struct command *command);      /* introspect.c */
int completion_run(struct command *command);  /* completion.c */
int watch_run(struct command *command);       /* watch.c */
int policy_run(struct command *command);      /* policy.c */
