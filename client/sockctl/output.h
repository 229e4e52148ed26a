/* What sockctl writes: text that cannot harm a terminal, JSON, numbers for people. */
#pragma once

#include <stdio.h>

#include <json-c/json_object.h>

#include "options.h"

/* Writes text with control characters, bidirectional overrides and bytes that are not UTF-8 as escapes (\x1b). lines: tabs
 * and newlines, CR LF too, stay as they are. */
void output_escaped(FILE *file, const char *data, size_t size, bool lines);

/* The same into memory; how long it would be, as snprintf has it. */
size_t output_escape(char *out, size_t room, const char *data, size_t size, bool lines);

/* Writes what came from a peer to standard output: as it is, escaped on a terminal. */
void output_data(const char *data, size_t size);

/* Writes one JSON document and a newline, pretty on a terminal unless the options say otherwise. Escapes what a terminal
 * would act on, as JSON escapes. */
void output_json(const struct options *options, FILE *file, json_object *value);

/* 12345 as 12.1K, 65000 ms as 65s, into out. */
void output_size(char *out, size_t room, int64_t bytes);
void output_period(char *out, size_t room, int64_t milliseconds);

/* Flushes standard output: EXIT_DONE, or EXIT_FAULT with a word on standard error. */
int output_finish(void);
