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
    int stdin_error;  /* errno of standard input, valid after pump_drain, as the next: */
    int output_error; /* errno of writing the stream */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool idle; /* the sender waits for standard input */
    bool sent; /* standard input has ended, or sending has failed */
};

/* Starts both directions. 0, or an errno. The threads end with the process; the pump must live as long. */
int pump_start(struct pump *pump);

/* Waits until all that standard input has ready is sent: what is for a stream that has ended on its other side only. */
void pump_drain(struct pump *pump);
