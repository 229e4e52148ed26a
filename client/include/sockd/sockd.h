/* libsockd: sockets through sockd, the daemon that owns them.
 *
 * One client is one session with the daemon. Every method of the protocol has a typed function (sockd/methods.h, included at
 * the end), and three ways to call it:
 *
 *     sockd_read_line(client, stream, NULL, &line);              blocking: sends, waits, gives the result
 *
 *     call = sockd_start_read_line(client, stream, NULL);        in flight: any number together,
 *     sockd_finish_read_line(client, call, &line);               collected in any order
 *
 *     sockd_on_done(client, call, done, data);                   event loop: watch sockd_fd() for sockd_events(), call
 *                                                                sockd_process() when it is ready; done() is called
 *
 * Results. Functions that return int give 0 or a positive count on success and -SOCKD_ERROR_… on failure; sockd_error() then
 * has the whole story. Whatever a result points to (texts, bytes, arrays) belongs to the client and stays valid until the
 * next call of any function on that client, except sockd_error, sockd_fd and sockd_events.
 *
 * Threads. There is no global state. A client may be used by one thread at a time; different clients are independent.
 * No function raises SIGPIPE or changes signal handling; blocking functions go on after a signal handler has run.
 *
 * Descriptors. All are close-on-exec. Descriptors passed to a function stay the caller's; descriptors in a result become the
 * caller's. */
#pragma once

#include <stdio.h>
#include <string.h>

#include <sockd/values.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SOCKD_API __attribute__((visibility("default")))

typedef struct sockd sockd;

/* A call in flight: positive. Negative: it could not be started, -SOCKD_ERROR_…; every function takes that and returns it. */
typedef int64_t sockd_call;

#include <sockd/methods.h>

/* Failures of the library's own, beside those that the daemon answers with (SOCKD_ERROR_… in sockd/methods.h). */
enum {
    SOCKD_ERROR_SYSTEM = 1,    /* a system call of the library failed: data.number and data.operation tell which */
    SOCKD_ERROR_MEMORY = 2,    /* no memory */
    SOCKD_ERROR_ARGUMENT = 3,  /* an argument is wrong; nothing was sent */
    SOCKD_ERROR_CLOSED = 4,    /* the connection has ended; the client is good for nothing but sockd_close */
    SOCKD_ERROR_MALFORMED = 5, /* what came is no reply; the connection was ended */
    SOCKD_ERROR_TOO_LARGE = 6, /* a reply is over sockd_limit_reply; the connection was ended */
};

/* Why the last call on a client failed. */
struct sockd_error {
    int code;                /* SOCKD_ERROR_…; 0: it did not fail */
    const char *kind;        /* "os-error", "timeout", …; of the library's own: "system", "memory", "argument", "closed",
                                "malformed", "too-large" */
    const char *message;     /* one line for a person */
    struct sockd_fault data; /* what a program needs to act on it; members that do not apply are null */
};

/* ---- the connection ---- */

/* Connects to the daemon. address: the path of its socket, or "fd:N", a connected descriptor that the client takes over;
 * NULL: $SOCKD_SOCKET, else $XDG_RUNTIME_DIR/sockd/sockd.sock where that variable is set, else /run/sockd/sockd.sock. A path
 * may be longer than a socket address holds. Blocks while the daemon's queue of connections is full.
 * *client is set on failure as well, so that sockd_error can be asked (NULL only without memory, which sockd_error(NULL)
 * tells): pass it to sockd_close in either case. */
SOCKD_API int sockd_open(sockd **client, const char *address);

/* Ends the session and frees the client. Calls in flight are dropped, their callbacks are not called. NULL is allowed.
 * Not to be called from a callback. */
SOCKD_API void sockd_close(sockd *client);

/* The error of the last call that failed. Never NULL, for client NULL either; valid until the next call on that client. */
SOCKD_API const struct sockd_error *sockd_error(const sockd *client);

/* The largest reply that is taken, line and payload each, in bytes; at first 256 MiB. */
SOCKD_API void sockd_limit_reply(sockd *client, size_t bytes);

/* ---- calls in flight ---- */

/* Whether a call has its reply (or has failed), so that sockd_finish_… would not wait. */
SOCKD_API bool sockd_done(const sockd *client, sockd_call call);

/* Waits until a call is done, for call 0 until any reply has come. milliseconds < 0: for ever. Sends and receives for all
 * other calls meanwhile. 1: done; 0: the time ran out; negative: the connection has ended, or there is no such call. */
SOCKD_API int sockd_wait(sockd *client, sockd_call call, int milliseconds);

/* Asks the daemon to give a call up, and does not wait. The call still has to be finished: it then fails with
 * SOCKD_ERROR_CANCELLED, or it was faster and succeeds. */
SOCKD_API int sockd_cancel(sockd *client, sockd_call call);

/* Drops a call: its reply, when it comes, is thrown away, and descriptors in it are closed. The daemon carries it out all
 * the same unless it is cancelled first. */
SOCKD_API void sockd_forget(sockd *client, sockd_call call);

/* ---- event loops ---- */

/* The descriptor to watch, the same one until sockd_close; -1 if the client was never connected. Only for poll and its kin. */
SOCKD_API int sockd_fd(const sockd *client);

/* What to watch it for now: POLLIN, and POLLOUT while something waits to be sent; 0 once the connection has ended. Ask again
 * after each call of a function. */
SOCKD_API short sockd_events(const sockd *client);

/* Sends and receives what it can without waiting, and calls the callbacks of the calls that are done by it. How many replies
 * came, or the error that ended the connection (all calls in flight are then done, with that error). */
SOCKD_API int sockd_process(sockd *client);

/* Calls done(client, call, data) once the call is done: from sockd_process, sockd_wait or any blocking function on that
 * client; at once if it is done already. The callback finishes the call, and may start others. */
typedef void sockd_done_fn(sockd *client, sockd_call call, void *data);
SOCKD_API int sockd_on_done(sockd *client, sockd_call call, sockd_done_fn *done, void *data);

/* ---- events ---- */

/* Whom to tell of the events that the session has asked for with sockd_events_subscribe: they come at any time, between the
 * replies. on_event(client, event, json, data) is called for each, in their order, from sockd_process, sockd_wait or any
 * blocking function on that client; a program that only wants events calls sockd_wait(client, 0, -1), or sockd_process
 * whenever sockd_fd is readable. event and what it points to are valid until on_event returns; members that do not apply are
 * null. json is the event as it came, for members that this library does not know; event is NULL where it does not know that
 * kind of event. The callback may start, finish and cancel calls. on_event NULL: events are passed over, as at first. */
typedef void sockd_event_fn(sockd *client, const struct sockd_event_info *event, struct sockd_text json, void *data);
SOCKD_API int sockd_on_event(sockd *client, sockd_event_fn *on_event, void *data);

/* ---- any method, in JSON ---- */

struct sockd_json_request {
    const char *method;         /* its wire name; need not be one that this library knows */
    struct sockd_text params;   /* an object or array as JSON text, in any layout; null: none */
    struct sockd_bytes payload; /* null: none */
    const int *descriptors;     /* descriptors that ride along */
    size_t descriptor_count;    /* at most 253 */
};

struct sockd_json_reply {
    struct sockd_text result;   /* the result as JSON text; null in an error */
    struct sockd_text error;    /* the error object as JSON text: code, message, data; null in a success, and if the failure
                                   is the library's own */
    struct sockd_bytes payload; /* null: none came */
    const int *descriptors;     /* that came; the array is the client's, the descriptors are the caller's */
    size_t descriptor_count;
};

/* Calls a method by name. 0, or the negative error code as the typed functions give it; reply is filled in both cases. */
SOCKD_API int sockd_call_json(sockd *client, const struct sockd_json_request *request, struct sockd_json_reply *reply);
SOCKD_API sockd_call sockd_start_json(sockd *client, const struct sockd_json_request *request);
SOCKD_API int sockd_finish_json(sockd *client, sockd_call call, struct sockd_json_reply *reply);

/* ---- a stream as a FILE ---- */

/* Makes a stdio stream of a stream's handle, for fprintf, getline, fread and friends. mode: "r", "w" or "r+"; a "b" in it
 * sets the stream's element type to bytes of 8 bits first.
 * On a character stream text is UTF-8 here and the stream's external format out there, its line terminators included; on a
 * byte stream the bytes go as they are. Reading takes what has arrived and waits for the first of it only; the end of the
 * stream is the end of the file. fflush sends what was written, down to the kernel. "r" and "w" are buffered as stdio does
 * it; "r+" is unbuffered in stdio, its input is buffered here, so that reading and writing may alternate freely.
 * A failure sets errno (ETIMEDOUT, EBADF, EPIPE, EILSEQ for what is not UTF-8, …) and the client's error. fclose closes the
 * handle as well. The client must outlive the FILE, and shares its thread. On failure NULL, with errno and sockd_error; the
 * handle stays open. */
SOCKD_API FILE *sockd_fopen(sockd *client, sockd_handle stream, const char *mode);

/* ---- helpers ---- */

/* A C string as text. NULL: null. */
static inline struct sockd_text sockd_string(const char *string)
{
    struct sockd_text text = {string, string ? strlen(string) : 0};
    return text;
}

static inline struct sockd_bytes sockd_memory(const void *data, size_t size)
{
    struct sockd_bytes bytes = {(const unsigned char *)data, size};
    return bytes;
}

/* An element of a byte stream. */
static inline struct sockd_integer sockd_signed(int64_t value)
{
    struct sockd_integer integer = {value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, true};
    return integer;
}

static inline struct sockd_integer sockd_unsigned(uint64_t value)
{
    struct sockd_integer integer = {value, false, true};
    return integer;
}

#ifdef __cplusplus
}
#endif
