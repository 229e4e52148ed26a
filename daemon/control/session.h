/* A session: one client's connection. It reads lines, payloads and descriptors, hands on requests, and sends replies.
 *
 * Reading goes into memory shared by all sessions; only what is unfinished is kept. Requests are served in bounded numbers a
 * turn, and not at all while too much of a client's replies is unread. Replies collect in one buffer and leave together. */
#pragma once

#include "buffer.h"
#include "control.h"
#include "frame.h"
#include "status_set.h"

struct pipe;

#define SESSION_FD_BATCHES 8 /* messages with descriptors that may wait to be read */

/* Descriptors that came with one piece of input. */
struct session_fds {
    uint64_t start, end; /* the piece's place in all that was ever read */
    int *fds;
    size_t count;
    int64_t limit; /* of descriptors: it stood in the way, and they are closed; 0: they are there, and charged */
    bool refused;  /* the kernel was told to keep them: nobody knows how many they were, and nothing is charged */
};

/* What came with a request. What is left of the descriptors when it has been handed on is closed. */
struct cargo {
    struct sockd_bytes payload; /* data NULL: none */
    struct pipe *pipe;          /* what holds the payload instead, or NULL */
    int *fds;
    size_t fd_count;
    int64_t limit; /* of descriptors: those that came were closed for it; or 0 */
    bool refused;  /* some came, and were not taken in */
};

/* What leaves at its place among the bytes of replies: descriptors with the byte that is there, or bytes out of a pipe. */
struct session_parcel {
    uint64_t place; /* in all that was ever sent: of the reply's first byte, or of the pipe's next */
    int *fds;       /* owned: closed when they have left */
    size_t count;
    struct pipe *pipe; /* owned, too; NULL: descriptors */
    struct session_parcel *next;
};

struct session {
    TAILQ_ENTRY(session) link;
    struct control *control;
    struct identity *identity;
    struct objects objects;            /* those that end with it */
    struct calls calls;                /* those that wait */
    struct status_sets sets;           /* that it has named */
    struct subscription *subscription; /* to events; NULL: none */
    struct event *read, *write, *later;
    struct timer pause;    /* while its user has had his share */
    struct timer patience; /* with a message that is unfinished, and with replies that are not read */
    struct buffer in, out;
    struct session_parcel *parcels;
    size_t piped;      /* bytes in their pipes */
    struct pipe *load; /* the payload of the message in `in`, as far as it has come; NULL: it is, or will be, in there, too */
    size_t loading;    /* bytes of it that are still to come */
    struct session_fds fds[SESSION_FD_BATCHES];
    unsigned fd_batches; /* of them in use */
    struct frame frame;
    struct grave grave;
    uint64_t received, sent; /* places: bytes read and used up; bytes that have left */
    uint64_t skip;           /* bytes of a payload that nobody wants */
    uint64_t unfinished;     /* bytes of the message that is being read */
    size_t need;             /* bytes of it with its payload, once they are known; 0: not yet */
    int64_t begun;           /* when its first byte came; 0: none is */
    size_t held;             /* charged as buffered: what is read */
    size_t owed;             /* the same: what is to be sent */
    int fd;
    bool brief;       /* a large payload came last: a line is looked for without taking much of the next one */
    bool widened;     /* the kernel has been asked for room for bulk */
    bool reading;     /* the loop is asked for input */
    bool input_ended; /* the client will send no more */
    bool ending;      /* no more is read; ends when its replies have left */
    bool ended;
    bool busy; /* within its own turn: replies leave at its end */
};

/* Takes over a connected socket and a reference to an identity, which has been charged for a session and a descriptor; all of
 * it is consumed. 0, or -ENOMEM. */
int session_new(struct control *control, int fd, struct identity *identity);

/* Charges its user with what has been done for him since a moment, outside of his turns. */
void session_charge(struct session *session, int64_t began);

/* Ends a session now: its calls and its handles with it. Its memory goes after the turn. */
void session_end(struct session *session);

/* Ends it when its replies have left. */
void session_end_soon(struct session *session);

/* ---- messages (session_messages.c) ---- */

/* Serves what is whole, up to so many messages. How many bytes are used up; *unfinished: a message has begun and waits for the
 * rest of itself. */
size_t session_serve(struct session *session, char *data, size_t size, bool *unfinished);

/* Answers with an error that the trouble of the control tells. */
void session_refuse(struct session *session, struct sockd_text id, int error);

/* ---- replies (session_output.c) ---- */

struct reply {
    struct sockd_text id;        /* JSON text; null data: nobody wants it */
    const struct record *record; /* of a result; NULL: an error */
    const void *value;
    enum error_id error;
    const struct trouble *trouble;
    struct sockd_bytes payload; /* data NULL: none */
    struct pipe *pipe;          /* what holds the payload instead, consumed; or NULL */
    int *fds;                   /* consumed with the array */
    size_t fd_count;
};

/* Replies collected for a batch. */
struct batch {
    struct session *session;
    struct buffer out;
    size_t held;    /* charged as buffered */
    size_t pending; /* requests that have no reply yet, and 1 while they are being read */
    size_t count;   /* replies */
};

/* Adds a reply to the session's output, or to its batch's; sends it later in this turn. A notification gets none. */
void session_reply(struct session *session, struct batch *batch, const struct reply *reply);

/* One request of a batch is done; the last one sends the batch. NULL is ignored. */
void batch_done(struct batch *batch);

/* Sends what there is. Ends the session where that fails. */
void session_send(struct session *session);

/* Bytes of replies that have not left. */
static inline size_t session_unsent(const struct session *session)
{
    return buffer_size(&session->out) + session->piped;
}

/* Whether so much is unread that the client's requests must wait. */
bool session_stuffed(const struct session *session);

void session_output_deinit(struct session *session);

/* ---- descriptors (session_fds.c) ---- */

/* Whether descriptors may come in at all: only of who has the right to adopt, and not too many in vain. */
bool session_fds_wanted(const struct session *session);

/* Keeps the descriptors of a received message, whose bytes have the places start to end, and charges them. Too many are closed.
 * Remembers those that the kernel was not asked for. */
void session_fds_arrived(struct session *session, const void *msghdr, uint64_t start, uint64_t end);

/* Those that ride on the byte at that place: taken out into the cargo. */
void session_fds_take(struct session *session, uint64_t place, struct cargo *cargo);

/* Whether a message from one place to another was the last to begin in a piece with descriptors: they rode on it then, unless
 * one before it has taken them. */
bool session_fds_surplus(const struct session *session, uint64_t place, uint64_t end);

/* Closes those of pieces that end at or before that place. */
void session_fds_expire(struct session *session, uint64_t place);
