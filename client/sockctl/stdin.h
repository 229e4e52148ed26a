/* Standard input in pieces, and whole. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Reads until size bytes are there or the end: how many, -1 with errno. */
ssize_t stdin_read(void *data, size_t size);

/* All of it, ended by a NUL that *size does not count (size may be NULL); the caller frees it. NULL with errno. */
char *stdin_read_all(size_t *size);
