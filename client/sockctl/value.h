/* One word from the command line to one JSON value, typed by the method table. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json_object.h>

#include "proto.h"

/* Reads word as a value of the field's type. False: reason says what it must be, without naming the parameter. *out is the
 * caller's; NULL stands for a JSON null. */
bool value_read(const struct field *field, const char *word, json_object **out, char *reason, size_t size);

/* Reads one socket of a status call, 7 or 7:input, and one socket option, so-linger or so-linger=1. */
bool value_read_item(const char *word, json_object **out, char *reason, size_t size);
bool value_read_option(const char *word, json_object **out, char *reason, size_t size);

/* Whether a field takes all the words that are left: sockets and options. */
bool value_is_list(const struct field *field);

/* Parses one whole JSON text. False: it is not one, or has bytes behind it. */
bool value_parse_json(const char *text, size_t size, json_object **out);
