#include "names.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "harness.h"

int names_open(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, the_daemon.names, &address.sin_addr);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

bool names_next(int fd, struct query *query, int ms)
{
    struct pollfd one = {fd, POLLIN, 0};
    socklen_t size = sizeof query->from;
    if (poll(&one, 1, ms) != 1)
        return false;
    ssize_t n = recvfrom(fd, query->bytes, sizeof query->bytes - 64, 0, (struct sockaddr *)&query->from, &size);
    ck_assert_int_gt(n, 12);
    size_t at = 12, out = 0;
    while (at < (size_t)n && query->bytes[at]) {
        size_t length = query->bytes[at];
        memcpy(query->name + out, query->bytes + at + 1, length);
        out += length;
        query->name[out++] = '.';
        at += length + 1;
    }
    query->name[out ? out - 1 : 0] = '\0';
    query->type = query->bytes[at + 2];
    query->size = at + 5;
    return true;
}

void names_answer(int fd, struct query *query, const char *addresses)
{
    unsigned char *end = query->bytes + query->size, count = 0;
    char text[400], *rest = text, *word;
    snprintf(text, sizeof text, "%s", addresses);
    while ((word = strsep(&rest, " "))) {
        unsigned char data[16];
        int family = strchr(word, ':') ? AF_INET6 : AF_INET;
        size_t size = family == AF_INET ? 4 : 16;
        if (inet_pton(family, word, data) != 1 || query->type != (family == AF_INET ? TYPE_A : TYPE_AAAA))
            continue;
        static const unsigned char head[] = {0xc0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
        memcpy(end, head, sizeof head);
        end[3] = (unsigned char)query->type;
        end[11] = (unsigned char)size;
        memcpy(end + sizeof head, data, size);
        end += sizeof head + size;
        count++;
    }
    query->bytes[2] = 0x81;
    query->bytes[3] = 0x80;
    query->bytes[7] = count;
    memset(query->bytes + 8, 0, 4);
    sendto(fd, query->bytes, (size_t)(end - query->bytes), 0, (struct sockaddr *)&query->from, sizeof query->from);
}

int names_serve(int fd, struct client *c, const char *name, const char *addresses)
{
    struct pollfd both[] = {{client_fd(c), POLLIN, 0}, {fd, POLLIN, 0}};
    struct query query;
    int count = 0;
    while (poll(both, 2, 10000) > 0 && !(both[0].revents & POLLIN)) {
        if (!names_next(fd, &query, 0))
            continue;
        ck_assert_str_eq(query.name, name);
        names_answer(fd, &query, addresses);
        count++;
    }
    while (names_next(fd, &query, 50))
        count++;
    return count;
}
