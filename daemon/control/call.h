/* A call: a request that is being served. One that must wait is an object of its own: it belongs to its session, stands in at
 * most one queue of one socket object, and ends exactly once: by a reply, an error, a timeout, a cancel, or with its session.
 * Until then it has consumed nothing, so that its handler is simply called again. */
#pragma once

#include <event2/event_struct.h>

#include "session.h"
#include "stream.h"

struct listener;

/* What a handler has under way between two tries. Each kind is given up by what call_free does for it. */
enum progress_kind { PROGRESS_NONE, PROGRESS_READING, PROGRESS_WRITING, PROGRESS_OTHER };

struct call {
    struct waiter waiter;
    TAILQ_ENTRY(call) link; /* the session's, or the spare ones */
    struct session *session;
    struct batch *batch;
    const struct method *method;
    struct sockd_text id; /* as it came; null data: a notification */
    char id_room[40];
    uint32_t id_hash;      /* of one that waits: looking for it among others takes no longer where they are long */
    void *params;          /* a copy of its own, once it waits */
    struct object *object; /* what it waits for, in the queue below */
    struct waiters *queue; /* where it will stand if it must wait; NULL: nowhere, it is resumed by whom it asked */
    unsigned wants;        /* of the object while it waits */
    struct sockd_timeout timeout;
    const char *option_operation; /* the timeout is a socket option's: its end is EAGAIN of this operation */
    struct timer timer;           /* its timeout's, while it waits */
    struct cargo cargo;           /* the payload becomes its own once it waits */
    bool payload_owned;
    struct sockd_bytes reply_payload;
    struct pipe *reply_pipe; /* what holds the payload instead */
    int *reply_fds;
    size_t reply_fd_count;
    enum progress_kind progress;
    union {
        struct reading reading;
        struct writing writing;
        struct {
            void *state;
            void (*release)(struct call *call); /* gives up what state holds */
        } other;
    };
    bool waiting;
    size_t kept;  /* bytes of its own copies, while it waits */
    size_t held;  /* charged as buffered: these, and what it has under way */
    bool charged; /* as one that waits */
    bool expired; /* its time is over: this try is the last */
    bool spent;   /* its texts have been used and need not be kept while it waits */
};

/* A call for a request: charged, in nobody's list yet. NULL with *trouble told: the limit of calls, or no memory. */
struct call *call_new(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo,
                      int *error);

/* Serves it: tries it, and replies or lets it wait. params are the decoded ones, the caller's. */
void call_serve(struct call *call, const void *params);

/* Tries a waiting call again: what it asked for has come. */
void call_resume(struct call *call);

/* Ends a waiting call with an error that the trouble of the control tells. */
void call_fail(struct call *call, int error);

/* Ends a waiting call without a word: its session is gone. */
void call_drop(struct call *call);

/* The waiting call of that id, or NULL. */
struct call *call_find(const struct session *session, struct sockd_text id);

/* ---- for handlers ---- */

static inline struct trouble *call_trouble(struct call *call)
{
    return &call->session->control->trouble;
}

static inline struct sockets *call_sockets(struct call *call)
{
    return call->session->control->options.sockets;
}

static inline struct identity *call_identity(struct call *call)
{
    return call->session->identity;
}

/* The object of a handle that the caller may use. 0 or no-such-handle. */
int call_object(struct call *call, sockd_handle handle, struct object **object);

/* The same for what belongs to others, too, where the caller has that right over them (POLICY_RIGHT_…_ALL). */
int call_any_object(struct call *call, sockd_handle handle, int right, struct object **object);

/* An object of the caller's, and of that kind: else wrong-kind. */
int call_stream(struct call *call, sockd_handle handle, struct stream **stream);
int call_listener(struct call *call, sockd_handle handle, struct listener **listener);

/* How a stream is to be made that the caller shall have: opened, on a socket of our own making. */
static inline struct stream_options call_stream_options(struct call *call, struct sockd_format format, int element,
                                                        int buffered, int lifetime)
{
    return (struct stream_options){
        .identity = call_identity(call),
        .session = &call->session->objects,
        .format = format,
        .element = element,
        .buffered = buffered,
        .lifetime = lifetime,
    };
}

/* Says where the call stands and how long it may wait. OUTCOME_WAIT where others stand before it, else 0. */
int call_turn(struct call *call, struct object *object, struct waiters *queue, unsigned wants,
              const struct sockd_timeout *timeout);

/* The same for one side of a stream, found by its handle; a timeout that is null is the side's socket option. timeout NULL:
 * for ever. */
int call_stream_turn(struct call *call, sockd_handle handle, enum side side, const struct sockd_timeout *timeout,
                     struct stream **stream);

/* What the call has under way; made the first time it is asked for. */
struct reading *call_reading(struct call *call);
struct writing *call_writing(struct call *call);
void call_progress(struct call *call, void *state, void (*release)(struct call *call));
