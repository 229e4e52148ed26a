/* Joins standard input and output to a stream's descriptors: a thread for each direction, so that neither ever waits for the
 * other. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct pump {
    /* set by the caller before pump_start */
    int input;           /* the stream, to read from; -1: that side was shut */
    int output;          /* the stream, to write to; standard input's end shuts it. May be the same, may be non-blocking */
    const void *pending; /* goes to standard output before anything that is read */
    size_t pending_size;
    bool screen; /* standard output is a terminal and gets escapes for what it would act on */

    /* told by the pump */
    int ended;        /* readable once the stream has ended or standard output has failed; then these two are valid: */
    int input_error;  /* errno of reading the stream, 0 at its end */
    int stdout_error; /* errno of standard output */
    int moved;        /* readable when pump_sending should be asked again */

    pthread_mutex_t lock; /* of the rest */
    bool idle;            /* the sender waits for standard input */
    bool sent;            /* standard input has ended, or sending has failed */
    bool asked;           /* moved is to be told */
};

/* Starts both directions. 0, or an errno. The threads end with the process; the pump must live as long. */
int pump_start(struct pump *pump);

/* Whether something that standard input has ready is still to be sent: what matters once the stream has ended on its other
 * side. */
bool pump_sending(struct pump *pump);
