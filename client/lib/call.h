/* A call: a request that was sent, and its reply once that is there. */
#pragma once

#include <sockd/sockd.h>

#include "buffer.h"
#include "proto.h"

/* What a typed function hands over. */
struct request {
    enum method_id method;
    const void *params; /* a record of the method's type; NULL if that has no members */
    struct sockd_bytes payload;
    const int *descriptors;
    size_t descriptor_count;
};

/* Sends a request. What it points to is not needed any more after that. */
sockd_call call_start(sockd *client, const struct request *request);

/* Waits for the reply to a call of that method and decodes it into *result, unless result is NULL. */
int call_finish(sockd *client, sockd_call id, enum method_id method, void *result);

/* Bytes that travel as the payload leave their parameter out; no bytes are a parameter, since there is no empty payload. */
static inline struct sockd_bytes call_inline_bytes(struct sockd_bytes bytes)
{
    return bytes.size > 0 ? (struct sockd_bytes){NULL, 0} : (struct sockd_bytes){(const unsigned char *)"", 0};
}

/* ---- for the files beside this one ---- */

struct call {
    sockd_call id;
    const struct method *method; /* NULL: a call in JSON */
    bool done;
    bool failed;    /* the connection failed before the reply came */
    bool forgotten; /* nobody wants the reply */
    sockd_done_fn *on_done;
    void *data;

    struct buffer reply; /* its line, and behind that the payload */
    size_t line_size;
    size_t payload_size;
    int *descriptors;
    size_t descriptor_count;
};

/* The calls in flight, by their ids. */
struct calls {
    struct call **slots; /* a call stands in slot id & (size - 1) */
    size_t size;         /* a power of two, or 0 */
    size_t count;
    sockd_call last_id;
};

/* Gives the call the next id that has a free slot, and takes it in. False: no memory. */
bool calls_add(struct calls *calls, struct call *call);
struct call *calls_find(const struct calls *calls, sockd_call id);
void calls_remove(struct calls *calls, struct call *call);

/* Closes descriptors that nobody took. */
void call_close_descriptors(struct call *call);
void call_free(struct call *call);
