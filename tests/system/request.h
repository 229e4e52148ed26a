/* Requests and their replies. Parameters are printf-style JSON in which ' stands for " (in the format, not in what is put
 * into it): call(c, "read-line", "{'stream': %lu, 'timeout': 0.1}", stream). NULL: no parameters. */
#pragma once

#include "client.h"

#define PARAMS(text, values) __attribute__((format(printf, text, values)))

/* Sends a request and gives its id. */
long request(struct client *c, const char *method, const char *params, ...) PARAMS(3, 4);
long request_payload(struct client *c, const char *method, const void *payload, size_t size, const char *params, ...)
    PARAMS(5, 6);
long request_fds(struct client *c, const char *method, const int *fds, int count, const char *params, ...) PARAMS(5, 6);

/* Sends a notification. */
void notify(struct client *c, const char *method, const char *params, ...) PARAMS(3, 4);

/* Waits for the reply to a request; other replies that come first are put aside for their own turn. */
struct message *reply(struct client *c, long id);

/* The result of a request that must succeed; the data of the error of a request that must fail with that kind. */
json_object *result(struct client *c, long id);
json_object *fault(struct client *c, long id, const char *kind);

/* The same in one go. */
json_object *call(struct client *c, const char *method, const char *params, ...) PARAMS(3, 4);
json_object *refuse(struct client *c, const char *kind, const char *method, const char *params, ...) PARAMS(4, 5);

/* The data of an error message, which must have the code that belongs to that kind and a message of one line. */
json_object *fault_in(json_object *message, const char *kind);

/* Whether a request is unanswered, although one that was sent after it has been answered. */
bool waits(struct client *c, long id);

/* Gives a request up and checks that it gets its error. */
void cancel(struct client *c, long id);

/* Sends a request and at once, in the same packet, the one that gives it up. */
void cancel_at_once(struct client *c, const char *method, const char *params, ...) PARAMS(3, 4);

/* Sends a whole message as text, ' standing for ", a LF added, and gives the next message. */
struct message *exchange(struct client *c, const char *line, ...) PARAMS(2, 3);

/* The next event that the session is told, its params. */
json_object *event_next(struct client *c);

/* Whether none has come that was not looked at, by the time that a request has been answered. */
bool events_none(struct client *c);

/* Frees what this module remembers of a client; client_close_all does not. */
void request_forget_all(void);
