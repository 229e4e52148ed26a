/* A daemon that has one stream, in a thread: it decodes requests with the protocol's own code and answers as sockd would. */
#pragma once

#include <pthread.h>

#include "fake.h"
#include "proto.h"

struct stream {
    struct fake fake;
    pthread_t thread;
    int element;
    int buffered;
    bool is_server;
    const char *const *chunks; /* what there is to read, piece by piece; NULL ends it */
    enum error_id read_error;  /* what reading ends with in place of the end */
    enum error_id write_error, close_error;

    char output[1 << 20]; /* what was flushed */
    size_t output_size;
    char held[1 << 20]; /* what was written and is buffered */
    size_t held_size;
    int writes, reads;
    bool closed;
};

/* Starts it, with a client connected. Set the stream's members in between. */
void stream_init(struct stream *stream);
void stream_start(struct stream *stream);

/* Ends the client, and with that the thread. */
void stream_deinit(struct stream *stream);
