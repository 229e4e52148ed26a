/* A client, as the files of the library see it. */
#pragma once

#include "call.h"
#include "failure.h"
#include "frame.h"
#include "rpc.h"
#include "wire.h"

struct sockd {
    struct wire wire;
    struct frame frame;
    struct calls calls;

    struct call *receiving; /* the call whose payload is coming in */
    size_t received;        /* bytes of it so far */
    size_t reply_limit;

    struct scan scan;
    struct call *scanned;   /* the call whose reply the scanner's tokens are of, or NULL */
    struct rpc_reply reply; /* of that call */

    struct call *last;    /* the call finished last: the caller may still look at its reply */
    struct buffer memory; /* what the last result points to, beside that reply */
    struct buffer line;   /* the request that is being printed */
    struct buffer spare;  /* for the next reply's line */

    sockd_call *ready; /* calls whose callbacks are due */
    size_t ready_count, ready_size;

    sockd_event_fn *on_event; /* NULL: events are passed over */
    void *event_data;
    struct event_note *events, **last_event; /* that came and are to be told */

    bool broken; /* the connection has ended; why stands in fatal */
    struct failure fatal;
    struct failure error; /* of the last call that failed otherwise */
    const struct failure *shown;
};

/* ---- client.c ---- */

/* Sends and receives once, waiting at most that many milliseconds (< 0: for ever) for something to come, and calls the
 * callbacks that are due. How many replies came; 0 as well if a signal handler ran; or what ended the connection. */
int client_step(sockd *client, int milliseconds);

/* Ends the connection: every call in flight is done, and has failed. client->fatal tells why. Returns result. */
int client_break(sockd *client, int result);

/* The error that ended the connection, to be returned by whoever meets it. */
int client_broken(sockd *client);

/* A call that went wrong by itself. client->error tells why. Returns result. */
int client_failed(sockd *client, int result);

/* The call of that id that somebody wants, in flight or done; an id that is an error is returned. 0, or a negative error. */
int client_find(sockd *client, sockd_call id, struct call **call);

/* The call is done: its callback is due, or it is dropped if it was forgotten. */
void client_done(sockd *client, struct call *call);

/* ---- reader.c ---- */

/* Receives once, without waiting unless wait is set. How many replies came; -EAGAIN, -EINTR; or READER_BROKEN: the connection
 * was ended. *full is set if more may be there already. */
#define READER_BROKEN INT32_MIN
int reader_receive(sockd *client, bool wait, bool *full);

/* ---- request.c ---- */

/* A new call of that method (NULL: in JSON), with an id; NULL without memory. */
struct call *request_new(sockd *client, const struct method *method);

/* Sends client->line as the request of that call. The call, or a negative error, and then the call is gone. */
sockd_call request_send(sockd *client, struct call *call, struct sockd_bytes payload, const int *descriptors, size_t count);

/* Waits until the call is done and takes it out of the table: it is client->last then. 0, or a negative error. */
int request_collect(sockd *client, sockd_call id, const struct method *method, struct call **out);

/* Scans the reply of client->last into client->reply. 0, or a negative error. */
int request_scan(sockd *client);

/* ---- event.c ---- */

/* Keeps a notification's line to be told. False without memory. */
bool event_keep(sockd *client, const char *line, size_t size);

/* Calls the callback for all that is kept. */
void events_deliver(sockd *client);

void events_drop(sockd *client);

/* ---- address.c ---- */

/* Connects. The descriptor, or -1 and failure tells why. */
int address_connect(struct failure *failure, const char *address);
