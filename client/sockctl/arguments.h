/* The words behind a verb, typed by its syntax. */
#pragma once

#include "verb.h"

/* Reads words into command->params and, where an option is one of those that every verb knows, into command->options.
 * command->verb and ->syntax are set. False: error names the parameter and says why. */
bool arguments_read(struct command *command, int count, char *const *words, char *error, size_t size);

/* Fills in what the command line leaves open: the options that are parameters of the verb, and the lifetime of new handles,
 * which outlive the short session of a command. False: something required is missing, or an option does not apply. */
bool arguments_complete(struct command *command, char *error, size_t size);

/* The field of that name, dashes standing for underscores; NULL if the verb has none. */
const struct field *arguments_field(const struct syntax *syntax, const char *name, size_t size);

/* Takes one of sockctl's own parameters out of command->params. NULL if it was not given; the caller's. */
json_object *arguments_take(struct command *command, const char *name);

/* A parameter as text, or NULL if it was not given. */
const char *arguments_text(const struct command *command, const char *name);
