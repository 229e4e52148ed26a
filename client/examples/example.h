/* What the examples share: the end of a program that cannot go on. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include <sockd/sockd.h>

/* Gives a result back, or ends the program with the library's own words. The daemon closes what this session has opened. */
static inline int must(sockd *client, int result, const char *what)
{
    if (result >= 0)
        return result;
    fprintf(stderr, "%s: %s\n", what, sockd_error(client)->message);
    sockd_close(client);
    exit(EXIT_FAILURE);
}

/* A session with the daemon where $SOCKD_SOCKET, or else the usual place, says that it is. */
static inline sockd *open_sockd(void)
{
    sockd *client;
    int result = sockd_open(&client, NULL);
    must(client, result, "sockd");
    return client;
}

/* A port from the command line, or the one that is meant where none is given. */
static inline int64_t port_or(const char *text, int64_t otherwise)
{
    char *end = NULL;
    long port = text == NULL ? (long)otherwise : strtol(text, &end, 10);
    if (text != NULL && (*text == '\0' || *end != '\0' || port < 0 || port > 65535)) {
        fprintf(stderr, "%s is not a port\n", text);
        exit(EXIT_FAILURE);
    }
    return port;
}
