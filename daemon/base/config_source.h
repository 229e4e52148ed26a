/* The text of a configuration: comments taken out, scanned, and errors that name the line and the key. */
#pragma once

#include "config.h"
#include "scan.h"

#define CONFIG_KEY 256

struct config_source {
    const char *file; /* what errors call it; NULL: errors name the key alone */
    char *text;
    size_t size;
    struct scan scan;
    char *original;       /* as it came: lines are counted here */
    char key[CONFIG_KEY]; /* the path of what is being read */
    char *reason;         /* where the first error goes */
    size_t room;
    bool failed;
};

/* Copies the text, takes out the comments and scans it. False: the error has been told. deinit in any case. */
bool config_source_init(struct config_source *source, const char *file, const char *text, size_t size, char *reason,
                        size_t room);
void config_source_deinit(struct config_source *source);

/* The line of a token, from 1. */
int config_source_line(const struct config_source *source, uint32_t token);

/* Tells an error at a token, or TOKEN_NONE for the first line, under the current key; only the first one counts. Gives false.
 */
bool config_source_fail(struct config_source *source, uint32_t token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Goes down to a member or an element; gives what config_source_leave wants to come back. */
size_t config_source_enter(struct config_source *source, const char *name, size_t size);
size_t config_source_enter_index(struct config_source *source, size_t index);
void config_source_leave(struct config_source *source, size_t mark);
