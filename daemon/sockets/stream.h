/* A stream: a connected socket, or any descriptor, that is read and written as characters or as elements of bytes.
 *
 * Input. Bytes are taken from the kernel only by an operation that wants them; what it took and did not use stays in the
 * stream's buffer, and an idle stream has none. An unbuffered stream looks at the kernel's bytes (MSG_PEEK) and takes only
 * what was used.
 *
 * Output. In the modes default and none each operation's bytes go straight to the kernel; a fully buffered stream collects
 * up to 4,096 of them.
 *
 * Operations. Each may be tried again and again until it is done: OUTCOME_WAIT means that it has consumed nothing, keeps its
 * progress in a struct reading or writing, and stands in the queue of its side. Errors are documented outcomes in a struct
 * trouble.
 *
 * Errors of the connection are told once, by the read or write that meets them or, where a status call took it from the
 * kernel, by the next one: it is in `error` until then. After that reads meet the end and writes EPIPE. */
#pragma once

#include "closer.h"
#include "dial.h"
#include "sockets.h"
#include "sockopt.h"
#include "text.h"

struct event;

enum side { SIDE_IN, SIDE_OUT, SIDES };

#define STREAM_COLLECTS 4096 /* bytes that a fully buffered stream holds back */

struct stream {
    struct object object;
    struct sockets *sockets;
    int fd[SIDES];              /* the same twice for a socket; -1 while it is connecting, and after a failure */
    struct event *event[SIDES]; /* while something is waited for; [SIDE_OUT] only if the descriptors differ */
    struct waiters waiting[SIDES];
    struct buffer in, out;
    struct pipe *ahead; /* input behind `in` that has left the kernel without being read; NULL: none */
    struct text text;
    struct sockopt_state *options; /* NULL: all at their defaults */
    struct dial *dial;             /* while it is connecting */
    struct relay *relay;           /* while it is handed out as one: reading and writing are refused */
    uint64_t bytes_in, bytes_out;
    size_t weight;       /* charged as buffered */
    uint32_t asked;      /* the turn in which the kernel told its readiness; 0: it must be asked */
    short answer[SIDES]; /* what it said: poll()'s events */
    uint32_t peeked;     /* bytes at the end of `in` that the kernel still has */
    int32_t unread;      /* a character put back; -1: none */
    int32_t last;        /* the character just read, which may be put back; -1: none */
    int error;           /* to be told once; 0: none */
    uint16_t port;
    uint8_t element;  /* enum element */
    uint8_t buffered; /* enum buffered */
    bool shut[SIDES];
    bool eof; /* the kernel has no more input */
    bool is_socket[SIDES];
    bool dialled;      /* socket-connect made it: host and port are where it was to go */
    bool plain[SIDES]; /* a file, or memory: always ready, and the loop cannot be asked about it */
    bool shared;       /* other processes hold its descriptors, too, and may change the flags */
    bool column_used;  /* output does not stand at the start of a line */
    bool flushing;     /* output leaves in the background */
    bool tracked;      /* its changes of readiness are told: see readiness.h */
    char host[];       /* as it was asked for, with its NUL */
};

/* How a stream is to be made. */
struct stream_options {
    struct identity *identity;
    struct objects *session; /* the session's list */
    struct sockd_format format;
    int element, buffered, lifetime;
    bool foreign;  /* its descriptors come from elsewhere, and may be anything; else it is a socket of our own making */
    bool accepted; /* by a server of ours; else it is opened */
};

/* Whether a stream can be made so: 0, or invalid-params for an encoding that is not known. */
int stream_options_check(const struct stream_options *options, struct trouble *trouble);

/* Makes a stream of descriptors, which are consumed in any case; the same twice, or one of them -1 for a side that it does
 * not have; both -1 for a connection that dial is still making (dial is consumed, too). host is copied. */
int stream_new(struct sockets *sockets, const struct stream_options *options, int in, int out, struct dial *dial,
               struct sockd_text host, int port, struct stream **result, struct trouble *trouble);

/* The stream in an object of that kind. */
static inline struct stream *stream_of(struct object *object)
{
    return (struct stream *)object;
}

/* Ends a stream: waiting calls learn that it is gone, output that is held leaves in the background unless it is cut off. The
 * one place that gives up the descriptors. */
void stream_close(struct stream *stream, bool cut);

/* The same for one who waits until everything has left: see closer_start. */
struct closer *stream_finish(struct stream *stream, closer_done *done, void *context);

/* Has those that wait for input tried again, later in this turn. */
void stream_poke(struct stream *stream);

/* Gives the descriptor to the caller and ends the stream without a word to the peer. */
int stream_detach(struct stream *stream);

/* Tries what waits, and asks the loop for what is wanted then. To be called after anything that may let a waiting call go on.
 */
void stream_run(struct stream *stream);

/* Asks the loop for what is wanted now. */
void stream_update(struct stream *stream);

/* The daemon reads or writes its descriptor: what was known of its readiness is no longer, nor of those that its bytes may go
 * to.
 */
static inline void stream_stir(struct stream *stream)
{
    stream->asked = 0;
    sockets_stir(stream->sockets);
}

/* The error to be told, which is then told. */
static inline int stream_take_error(struct stream *stream)
{
    int error = stream->error;
    stream->error = 0;
    return error;
}

/* The stream's own options, made if it has none yet; NULL without memory. */
struct sockopt_state *stream_options_state(struct stream *stream);

/* The socket of the stream, of two the side's: 0, ENOTSOCK where there is none, ENOTCONN where there is none any more (-1). */
int stream_socket(const struct stream *stream, enum side side, int *fd);

/* Where an endpoint of the stream is, as the system knows it. 0 or an errno. */
int stream_address(const struct stream *stream, bool peer, union address *address);

/* ---- input (stream_input.c) ---- */

/* Whether bytes may be moved between the stream's socket and a pipe: see relay.c. */
static inline bool stream_may_splice(const struct stream *stream, enum side side)
{
    return stream->is_socket[side] && !stream->shared;
}

/* Input that was taken ahead. */
static inline size_t stream_ahead(const struct stream *stream)
{
    return stream->ahead ? stream->ahead->held : 0;
}

/* Takes input ahead, by splice(2) into a pipe, until there are so many bytes of it. False: it does not do for them, because
 * they end or fail, because of what the stream is or holds, or because the pipe is full. */
bool stream_fill_ahead(struct stream *stream, size_t want);

/* Reads what was taken ahead into the buffer. 0, or -errno: they are lost. */
int stream_catch_up(struct stream *stream);
void stream_drop_ahead(struct stream *stream);

/* Takes what the kernel has. hint: how many bytes are wanted. */
enum fill { FILL_NOTHING, FILL_BYTES, FILL_END, FILL_NO_MEMORY, FILL_OVER };
enum fill stream_fill(struct stream *stream, size_t hint);

/* What FILL_NO_MEMORY and FILL_OVER come to. */
int stream_fill_failed(struct stream *stream, enum fill fill, struct trouble *trouble);

/* Charges what the stream holds to whom it belongs. To be called when a buffer has changed. */
void stream_weigh(struct stream *stream);

/* Uses up bytes at the front of the buffer. */
void stream_consume(struct stream *stream, size_t size);

/* Bytes that were only looked at are taken from the kernel. */
void stream_own(struct stream *stream);

/* Ends an attempt: bytes that were only looked at are left to the kernel. */
void stream_settle(struct stream *stream);

/* What a read of one element would meet, having asked the kernel. */
enum readiness { READY_NOT, READY_INPUT, READY_END, READY_ERROR };
enum readiness stream_readiness(struct stream *stream);

/* Makes bytes of what is buffered, a character that was put back included. 0 or -ENOMEM. */
int stream_plain_input(struct stream *stream);

/* The LF of a CR LF whose CR ended the last line is not data. */
void stream_drop_lf(struct stream *stream);

/* ---- reading (stream_read.c) ---- */

/* How far a reading operation has come. All zero at the start. */
struct reading {
    struct text_cursor cursor;
    struct buffer out; /* what it has read */
    size_t count;      /* characters */
    enum fill failed;  /* why there was no more input */
    bool begun;
};

void reading_deinit(struct reading *reading, struct sockets *sockets);

/* Each gives 0, a documented error, or OUTCOME_WAIT. Texts and bytes stay until reading_deinit. */
int stream_read_line(struct stream *stream, struct reading *reading, size_t limit, struct sockd_text *line,
                     bool *missing_newline, bool *eof, struct trouble *trouble);
int stream_read_chars(struct stream *stream, struct reading *reading, size_t length, int mode, struct sockd_text *text,
                      bool *eof, struct trouble *trouble);

/* One character; -1 if there is none. mode as above. peek: it stays. */
int stream_read_char(struct stream *stream, struct reading *reading, int mode, bool peek, int32_t *ch, bool *eof,
                     struct trouble *trouble);
int stream_unread_char(struct stream *stream, int32_t ch, struct trouble *trouble);

/* length elements at the most. */
int stream_read_bytes(struct stream *stream, struct reading *reading, size_t length, int mode, struct sockd_bytes *bytes,
                      bool *eof, struct trouble *trouble);

/* The same, moved into a pipe, which is the caller's then. 0 with *pipe NULL: it does not do, and nothing is consumed. */
int stream_read_piped(struct stream *stream, size_t length, int mode, struct pipe **pipe, struct trouble *trouble);
int stream_clear_input(struct stream *stream, struct trouble *trouble);

/* LISTEN: never fails on an open input side. */
int stream_listen(struct stream *stream, bool *ready, struct trouble *trouble);

/* ---- writing (stream_write.c) ---- */

/* How far a writing operation has come. All zero at the start. */
struct writing {
    struct buffer out; /* what it will have written, but for the bytes before `base` */
    const char *data;  /* the same where the caller holds the bytes; NULL: out */
    struct pipe *pipe; /* the caller's, where the bytes are in it; NULL: they are not, or no more */
    size_t base;
    size_t size, sent;
    bool begun, column_used;
};

void writing_deinit(struct writing *writing);

/* Characters. The text is needed only until `begun`. */
int stream_write_text(struct stream *stream, struct writing *writing, struct sockd_text text, bool newline,
                      struct trouble *trouble);
int stream_fresh_line(struct stream *stream, struct writing *writing, bool *written, struct trouble *trouble);

/* Bytes, which stay the caller's until the operation ends. mode: enum mode. *written: elements. */
int stream_write_bytes(struct stream *stream, struct writing *writing, struct sockd_bytes bytes, int mode, int64_t *written,
                       struct trouble *trouble);

/* The same for bytes in a pipe, which this operation uses up. */
int stream_write_piped(struct stream *stream, struct writing *writing, struct pipe *pipe, int mode, int64_t *written,
                       struct trouble *trouble);
int stream_write_element(struct stream *stream, struct writing *writing, const struct sockd_integer *value,
                         struct trouble *trouble);

/* Sends what is held. OUTCOME_WAIT until the kernel has all of it. */
int stream_flush(struct stream *stream, struct trouble *trouble);

/* Starts to send it, in the background where it does not go at once. */
int stream_force(struct stream *stream, struct trouble *trouble);
int stream_clear_output(struct stream *stream, struct trouble *trouble);

/* ---- ending (stream_end.c) ---- */

/* Ends sides: output has been flushed by then (OUTCOME_WAIT until it is). */
int stream_shutdown(struct stream *stream, int direction, struct trouble *trouble);

/* Tells the other end that a side has ended, by closing the descriptor where that is the only way. 0 or an errno. */
int stream_end_side(struct stream *stream, enum side side);

/* ---- attributes (stream_attributes.c) ---- */

size_t element_size(int element); /* bytes; 1 for characters */

int stream_set_element(struct stream *stream, int element, struct trouble *trouble);
int stream_set_format(struct stream *stream, const struct sockd_format *format, struct trouble *trouble);
enum state stream_state(const struct stream *stream);

/* Refuses what a stream cannot do: the side is shut, or it is of the other kind. */
int stream_check_side(const struct stream *stream, enum side side, struct trouble *trouble);
int stream_check(const struct stream *stream, enum side side, bool characters, struct trouble *trouble);
