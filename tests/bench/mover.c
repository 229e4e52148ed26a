#include "mover.h"

#include <sys/socket.h>
#include <unistd.h>

#include "machine.h"
#include "peer.h"

#define CONNECTIONS 32

enum order { ORDER_ACCEPT, ORDER_SEND, ORDER_TAKE };

struct command {
    enum order order;
    int connection;
    long long bytes;
    size_t piece;
};

struct far {
    int control, listener;
    int connections[CONNECTIONS], count;
};

static char room[MOVER_MOST];

static void move(int fd, bool out, long long bytes, size_t piece)
{
    while (bytes > 0) {
        size_t size = bytes < (long long)piece ? (size_t)bytes : piece;
        ssize_t n = out ? send(fd, room, size, MSG_NOSIGNAL) : recv(fd, room, size, 0);
        if (n == 0)
            _exit(0);
        if (n < 0)
            machine_fail(out ? "the far end sends" : "the far end takes");
        bytes -= n;
    }
}

static void obey(void *context)
{
    struct far *far = context;
    struct command command;
    while (read(far->control, &command, sizeof command) == (ssize_t)sizeof command) {
        if (command.order == ORDER_ACCEPT)
            far->connections[far->count++ % CONNECTIONS] = peer_accept(far->listener);
        else
            move(far->connections[command.connection], command.order == ORDER_SEND, command.bytes, command.piece);
        if (write(far->control, "", 1) != 1)
            break;
    }
}

static void tell(struct mover *mover, enum order order, int connection, long long bytes)
{
    struct command command = {order, connection, bytes, mover->piece};
    if (write(mover->control, &command, sizeof command) != (ssize_t)sizeof command)
        machine_fail("write");
}

void mover_start(struct mover *mover)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        machine_fail("socketpair");
    struct far far = {.control = pair[1], .listener = peer_listen()};
    *mover = (struct mover){.control = pair[0], .port = peer_port(far.listener), .piece = MOVER_PIECE};
    child_run(&mover->child, obey, &far);
    close(far.listener);
    close(pair[1]);
}

void mover_stop(struct mover *mover)
{
    child_end(&mover->child);
    close(mover->control);
}

void mover_wait(struct mover *mover)
{
    char done;
    if (read(mover->control, &done, 1) != 1)
        machine_wrong("the far end has ended");
}

int mover_accept(struct mover *mover)
{
    tell(mover, ORDER_ACCEPT, 0, 0);
    mover_wait(mover);
    return mover->accepted++ % CONNECTIONS;
}

void mover_send(struct mover *mover, int connection, long long bytes)
{
    tell(mover, ORDER_SEND, connection, bytes);
}

void mover_take(struct mover *mover, int connection, long long bytes)
{
    tell(mover, ORDER_TAKE, connection, bytes);
}
