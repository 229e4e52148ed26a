/* The name server that the daemon of a suite with names asks: a test sees every query, and answers as it likes. */
#pragma once

#include <netinet/in.h>

#include "client.h"

enum { TYPE_A = 1, TYPE_PTR = 12, TYPE_AAAA = 28 };

struct query {
    unsigned char bytes[600];
    size_t size;
    int type;
    char name[256]; /* with dots */
    struct sockaddr_in from;
};

int names_open(void);

/* Waits for a query, at most that long. */
bool names_next(int fd, struct query *query, int ms);

/* Answers with the addresses that are of the type asked for; data: words parted by spaces. */
void names_answer(int fd, struct query *query, const char *addresses);

/* Answers what is asked until the daemon has replied: how many queries there were for that name. */
int names_serve(int fd, struct client *c, const char *name, const char *addresses);
