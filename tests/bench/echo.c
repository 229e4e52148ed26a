#include "echo.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"

#define ROOM (64 * 1024)

static void echo_serve(void *context)
{
    static char in[ROOM], out[ROOM];
    struct echo *echo = context;
    size_t part = 0;
    close(echo->link);
    memset(out, 'x', sizeof out);
    out[echo->reply - 1] = '\n';
    for (size_t at = echo->reply; at + echo->reply <= sizeof out; at += echo->reply)
        memcpy(out + at, out, echo->reply);
    for (ssize_t n; (n = read(echo->theirs, in, sizeof in)) > 0;) {
        size_t bytes = part + (size_t)n, size = bytes / echo->request * echo->reply;
        part = bytes % echo->request;
        if (size > 0 && write(echo->theirs, out, size) < 0)
            break;
    }
}

void echo_start(struct echo *echo, size_t request, size_t reply)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        machine_fail("socketpair");
    *echo = (struct echo){.link = pair[0], .theirs = pair[1], .request = request, .reply = reply};
    child_run(&echo->child, echo_serve, echo);
    close(pair[1]);
}

void echo_stop(struct echo *echo)
{
    child_end(&echo->child);
    close(echo->link);
}
