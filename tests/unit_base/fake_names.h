/* Names of the tests' own: this takes the place of the C library's getaddrinfo and connect in a test program, so that what a
 * name has, how long a look-up takes and where a connection goes are the test's choice. Other names go to the real one. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* name answers with these literals, separated by blanks; an empty list is EAI_NONAME. */
void fake_name(const char *name, const char *literals);

/* Look-ups of names that begin with "stuck" wait until fake_unstick; how many are in there now. */
int fake_stuck(void);
void fake_unstick(void);

/* What connect() does to its socket or address first; NULL: nothing. */
extern void (*fake_connect)(int fd, struct sockaddr_in *address);
