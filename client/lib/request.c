/* The way of a call: printed, sent, waited for, decoded. */
#include "client.h"

#include <stdlib.h>

static int argument_error(sockd *client, const char *reason)
{
    return client_failed(client, failure_set(&client->error, SOCKD_ERROR_ARGUMENT, "%s", reason));
}

static int memory_error(sockd *client)
{
    return client_failed(client, failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for a call"));
}

/* ---- sending ---- */

/* The memory of the call finished last serves again. Its reply stays as it is until the next one comes, because the
 * parameters of the new request may point into it. */
struct call *request_new(sockd *client, const struct method *method)
{
    struct call *call = client->last;
    client->last = NULL;
    if (call) {
        call_close_descriptors(call);
        *call = (struct call){.reply = call->reply};
    } else {
        call = calloc(1, sizeof *call);
    }
    if (client->scanned == call)
        client->scanned = NULL;
    if (!call || !calls_add(&client->calls, call)) {
        call_free(call);
        memory_error(client);
        return NULL;
    }
    call->method = method;
    return call;
}

static void drop(sockd *client, struct call *call)
{
    calls_remove(&client->calls, call);
    call_free(call);
}

sockd_call request_send(sockd *client, struct call *call, struct sockd_bytes payload, const int *descriptors, size_t count)
{
    struct sockd_text line = {client->line.data, client->line.end};
    int result = wire_send(&client->wire, line, payload, descriptors, count);
    buffer_shrink(&client->line);
    if (result == 0)
        return call->id;
    drop(client, call);
    if (!client->wire.sending)
        return client_break(client,
                            failure_system(&client->fatal, -result, "sendmsg", NULL, "cannot send the rest of a request"));
    return client_failed(client, failure_system(&client->error, -result, "sendmsg", NULL, "cannot send a request"));
}

#define ID_SIZE 24

static struct sockd_text print_id(char out[ID_SIZE], sockd_call id)
{
    struct print print = {out, ID_SIZE, 0};
    print_integer(&print, id);
    return (struct sockd_text){out, print.used};
}

/* Prints the request into client->line, its LF included. */
static bool print_request(sockd *client, const struct call *call, const struct request *request)
{
    char id[ID_SIZE];
    struct sockd_text id_text = print_id(id, call->id);
    for (size_t room = 512;;) {
        buffer_shrink(&client->line);
        if (!buffer_reserve(&client->line, room))
            return false;
        struct print print = {client->line.data, client->line.size, 0};
        rpc_print_request(&print, id_text, call->method, request->params, (int64_t)request->payload.size,
                          (int64_t)request->descriptor_count);
        print_literal(&print, "\n");
        if (print_fits(&print)) {
            client->line.end = print.used;
            return true;
        }
        room = print.used;
    }
}

sockd_call call_start(sockd *client, const struct request *request)
{
    if (!client)
        return -SOCKD_ERROR_ARGUMENT;
    if (client->broken)
        return client_broken(client);
    if (request->descriptor_count > WIRE_DESCRIPTORS)
        return argument_error(client, "a message carries 253 descriptors at the most");
    struct call *call = request_new(client, &methods[request->method]);
    if (!call)
        return -SOCKD_ERROR_MEMORY;
    if (!print_request(client, call, request)) {
        drop(client, call);
        return memory_error(client);
    }
    return request_send(client, call, request->payload, request->descriptors, request->descriptor_count);
}

/* ---- giving up ---- */

int sockd_cancel(sockd *client, sockd_call id)
{
    struct call *call;
    int r = client_find(client, id, &call);
    if (r < 0 || call->done)
        return r;
    char text[ID_SIZE];
    sockd_call cancel = sockd_start_rpc_cancel(client, print_id(text, id));
    sockd_forget(client, cancel);
    return cancel < 0 ? (int)cancel : 0;
}

void sockd_forget(sockd *client, sockd_call id)
{
    struct call *call = client ? calls_find(&client->calls, id) : NULL;
    if (!call)
        return;
    call->forgotten = true;
    call->on_done = NULL;
    if (call->done)
        client_done(client, call);
}

/* ---- finishing ---- */

int request_collect(sockd *client, sockd_call id, const struct method *method, struct call **out)
{
    struct call *call;
    int r = client_find(client, id, &call);
    if (r < 0)
        return r;
    if (call->method != method)
        return argument_error(client, "the call is one of another method");
    while (call && !call->done) {
        client_step(client, -1);
        call = calls_find(&client->calls, id);
    }
    if (!call)
        return argument_error(client, "the call was finished by a callback");
    calls_remove(&client->calls, call);
    if (client->scanned == client->last)
        client->scanned = NULL;
    call_free(client->last);
    client->last = call;
    *out = call;
    return call->failed ? client_broken(client) : 0;
}

/* What was scanned when it came needs no second look. */
int request_scan(sockd *client)
{
    struct call *call = client->last;
    if (client->scanned == call)
        return 0;
    client->scanned = NULL;
    if (scan_all(&client->scan, call->reply.data, call->line_size) != SCAN_OK)
        return memory_error(client);
    struct sockd_text line = {call->reply.data, call->line_size};
    uint32_t error = scan_member(&client->scan, 0, "error");
    if (error != TOKEN_NONE) {
        line = scan_raw(&client->scan, error);
        return client_failed(client, failure_read(&client->error, &client->scan, line));
    }
    rpc_read_reply(&client->scan, 0, &client->reply);
    client->scanned = call;
    return 0;
}

/* ---- results ---- */

static int unexpected(sockd *client, const char *what, const struct record_fault *fault)
{
    int result =
        failure_set(&client->fatal, SOCKD_ERROR_MALFORMED, "the daemon's reply to %s is not as expected: %.*s %s",
                    client->last->method->name, (int)fault->param.size, fault->param.data ? fault->param.data : "", what);
    return client_break(client, result);
}

static int decode_result(sockd *client, void *result)
{
    const struct record *record = client->last->method->result;
    struct record_fault fault = {{NULL, 0}, ""};
    for (size_t room = 512;; room = client->memory.size * 2) {
        buffer_shrink(&client->memory);
        if (!buffer_reserve(&client->memory, room))
            return memory_error(client);
        struct arena arena = {client->memory.data, client->memory.size, 0};
        switch (record_decode(record, &client->scan, client->reply.result, false, &arena, result, &fault)) {
        case RECORD_OK:
            return 0;
        case RECORD_INVALID:
            return unexpected(client, fault.reason, &fault);
        case RECORD_NO_ROOM:
            break;
        }
    }
}

/* Bytes that came as the payload are the result's bytes. */
static void place_payload(struct call *call, void *result)
{
    const struct record *record = call->method->result;
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        if (field->type != TYPE_BYTES)
            continue;
        struct sockd_bytes *bytes = (struct sockd_bytes *)((char *)result + field->offset);
        if (call->payload_size > 0)
            *bytes = (struct sockd_bytes){(const unsigned char *)call->reply.data + call->line_size, call->payload_size};
        else if (!bytes->data)
            bytes->data = (const unsigned char *)"";
    }
}

/* Replaces indexes by the descriptors they stand for. Those become the caller's; what no index names is closed. */
static int place_descriptors(sockd *client, struct call *call, void *result)
{
    const struct record *record = call->method->result;
    bool taken[WIRE_DESCRIPTORS] = {false};
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        int64_t *value = (int64_t *)((char *)result + field->offset);
        if (field->type == TYPE_INT && *value != SOCKD_NULL && (*value < 0 || (uint64_t)*value >= call->descriptor_count)) {
            struct record_fault fault = {sockd_string(field->name), ""};
            return unexpected(client, "is no index of a descriptor", &fault);
        }
    }
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = &record->fields()[i];
        int64_t *value = (int64_t *)((char *)result + field->offset);
        if (field->type != TYPE_INT || *value == SOCKD_NULL)
            continue;
        taken[*value] = true;
        *value = call->descriptors[*value];
    }
    size_t left = 0;
    for (size_t i = 0; i < call->descriptor_count; i++)
        if (!taken[i])
            call->descriptors[left++] = call->descriptors[i];
    call->descriptor_count = left;
    call_close_descriptors(call);
    return 0;
}

int call_finish(sockd *client, sockd_call id, enum method_id method, void *result)
{
    struct call *call;
    int status = request_collect(client, id, &methods[method], &call);
    if (status == 0)
        status = request_scan(client);
    if (status < 0 || !result || methods[method].result->count == 0)
        return status;
    status = decode_result(client, result);
    if (status < 0)
        return status;
    place_payload(call, result);
    return methods[method].flags & METHOD_FDS_OUT ? place_descriptors(client, call, result) : 0;
}
