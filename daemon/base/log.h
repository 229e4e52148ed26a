/* The daemon's log: one line an event on standard error, never blocking the loop. */
#pragma once

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* The level of that name ("error", "warning", "info", "debug"), or -1. */
int log_level_find(const char *name);

/* Lines above this level are not written. Default: LOG_LEVEL_WARNING. */
void log_set_level(enum log_level level);

/* Whether a line of this level would be written: to spare the work of making its text. */
bool log_wants(enum log_level level);

/* Lines that were lost since the last one that could say so. */
unsigned long log_dropped(void);

/* Writes one line: "level: about: text". about is whom it is about ("session 4 (uid 1000)"), or NULL. Control characters are
 * escaped. A line that cannot be written at once is dropped and counted; the next one that can says how many were lost. */
void log_line(enum log_level level, const char *about, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define log_error(about, ...) log_line(LOG_LEVEL_ERROR, about, __VA_ARGS__)
#define log_warning(about, ...) log_line(LOG_LEVEL_WARNING, about, __VA_ARGS__)
#define log_info(about, ...) log_line(LOG_LEVEL_INFO, about, __VA_ARGS__)
#define log_debug(about, ...) log_line(LOG_LEVEL_DEBUG, about, __VA_ARGS__)
