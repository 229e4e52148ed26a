/* The far end of bulk connections: a process that sends or takes as many bytes as it is told, so that what is measured ends
 * when the last byte has arrived. */
#pragma once

#include "child.h"

#define MOVER_PIECE (64 * 1024) /* bytes in a system call of either end, unless told */
#define MOVER_MOST (1024 * 1024)

struct mover {
    struct child child;
    int control;
    int port;
    int accepted;
    size_t piece;
};

void mover_start(struct mover *mover);
void mover_stop(struct mover *mover);

/* Takes the next connection: its number. */
int mover_accept(struct mover *mover);

/* Lets a connection send, or take, that many bytes; mover_wait returns when that is done. */
void mover_send(struct mover *mover, int connection, long long bytes);
void mover_take(struct mover *mover, int connection, long long bytes);
void mover_wait(struct mover *mover);
