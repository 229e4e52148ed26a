/* The JSON-RPC 2.0 envelope: a scanned message to requests or replies, and replies and requests to text. */
#pragma once

#include "print.h"
#include "record.h"
#include "scan.h"

/* A request as it stands in a message. The texts point into the message and are as they came. */
struct rpc_request {
    struct sockd_text id; /* the JSON text of the id, null for a request without one (a notification) */
    const struct method *method;
    uint32_t params;      /* TOKEN_NONE if there are none */
    int64_t payload, fds; /* as the message's; 0 in a batch */
    enum error_id error;  /* parse, invalid_request: to be answered even where there is no valid id (id is then "null"); */
    const char *reason;   /* no_such_method: as any failure of a request, to be answered unless that is a notification */
};

/* A message: one request, or a batch of them. */
struct rpc_message {
    bool batch;
    size_t count;            /* requests in it */
    int64_t payload;         /* bytes that follow the line, cut to 2^63-1; 0 if none, or if what was said is no such number */
    int64_t fds;             /* descriptors that ride along */
    uint32_t token;          /* the next request of a batch */
    struct rpc_request lone; /* the only one, where it is no batch */
};

/* Opens a scanned message. result is what scan() returned: after SCAN_NESTING and SCAN_VALUES what can still be told of id
 * and payload is. Returns the error that stands for the whole message (parse, invalid_request for an empty batch, limit with
 * *limit its name: "nesting", "values", "batch"), or ERROR_none and rpc_next gives the requests.
 * request is filled where there is an error: its id (or "null"), error and reason; reason of a limit is NULL. */
enum error_id rpc_open(struct scan *scan, enum scan_result result, size_t batch_limit, struct rpc_message *message,
                       struct rpc_request *request, const char **limit);

/* The next request of a message; false when there is none left. Known members: jsonrpc, id, method, params, payload, fds; any
 * other is invalid_request, as are payload and fds inside a batch. Neither this nor rpc_open changes the text, so a message
 * whose payload is not whole can be scanned again. */
bool rpc_next(struct scan *scan, struct rpc_message *message, struct rpc_request *request);

/* Whether two ids, as JSON texts, are of the same type and value: strings by their characters, numbers by their exact
 * decimal value (10, 10.0 and 1e1 are one), null. */
bool rpc_id_equal(struct sockd_text a, struct sockd_text b);

/* A number that ids which are the same have in common. */
uint32_t rpc_id_hash(struct sockd_text id);

/* A reply as a client gets it. */
struct rpc_reply {
    struct sockd_text id; /* its JSON text */
    uint32_t result;      /* TOKEN_NONE in an error */
    uint32_t error;       /* TOKEN_NONE in a success */
    int64_t code;         /* of an error */
    struct sockd_text message;
    uint32_t data; /* of an error; TOKEN_NONE if it has none */
    int64_t payload, fds;
};

/* Reads one reply object; false if it is not one. */
bool rpc_read_reply(struct scan *scan, uint32_t token, struct rpc_reply *reply);

/* A reply or request without its LF, so that a batch can join them. id is JSON text. payload and fds are left out if 0. */
void rpc_print_result(struct print *print, struct sockd_text id, const struct record *record, const void *value,
                      int64_t payload, int64_t fds);
void rpc_print_error(struct print *print, struct sockd_text id, enum error_id error, struct sockd_text message,
                     const struct fault *fault);

/* What the daemon says without being asked. */
void rpc_print_notification(struct print *print, const struct notification *notification, const void *params);

/* params is a record of the method's type, every member printed; NULL: no params. id NULL data: a notification. */
void rpc_print_request(struct print *print, struct sockd_text id, const struct method *method, const void *params,
                       int64_t payload, int64_t fds);
