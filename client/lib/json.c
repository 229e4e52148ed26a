/* Calls in JSON text, for tools that know a method only by its name. */
#include "client.h"

/* Scans what the caller gave, so that nothing but one object or array gets onto the line, and puts it there. Line ends, which
 * valid JSON has only between its tokens, become blanks. */
static int append_params(sockd *client, struct sockd_text params)
{
    struct buffer *line = &client->line;
    if (!buffer_reserve(line, params.size + 1))
        return failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for a request");
    char *text = line->data + line->end;
    memcpy(text, params.data, params.size);
    client->scanned = NULL;
    enum scan_result result = scan_all(&client->scan, text, params.size);
    if (result == SCAN_SYNTAX)
        return failure_set(&client->error, SOCKD_ERROR_ARGUMENT, "the parameters are no JSON: %s at byte %zu",
                           client->scan.reason, client->scan.position);
    if (result == SCAN_NESTING)
        return failure_set(&client->error, SOCKD_ERROR_ARGUMENT, "the parameters are nested too deeply");
    if (result != SCAN_OK)
        return failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for the parameters");
    if (client->scan.tokens[0].type != TOKEN_OBJECT && client->scan.tokens[0].type != TOKEN_ARRAY)
        return failure_set(&client->error, SOCKD_ERROR_ARGUMENT, "the parameters must be an object or an array");
    for (size_t i = 0; i < params.size; i++)
        if (text[i] == '\n' || text[i] == '\r')
            text[i] = ' ';
    line->end += params.size;
    return 0;
}

/* Everything of the request but its parameters and the end. */
static bool append_head(sockd *client, const struct call *call, const struct sockd_json_request *request)
{
    struct sockd_text name = sockd_string(request->method);
    buffer_shrink(&client->line);
    if (!buffer_reserve(&client->line, 256 + name.size * 6))
        return false;
    struct print print = {client->line.data, client->line.size, 0};
    print_literal(&print, "{\"jsonrpc\":\"2.0\",\"id\":");
    print_integer(&print, call->id);
    print_literal(&print, ",\"method\":");
    print_text(&print, name);
    if (request->payload.size > 0) {
        print_literal(&print, ",\"payload\":");
        print_unsigned(&print, request->payload.size);
    }
    if (request->descriptor_count > 0) {
        print_literal(&print, ",\"fds\":");
        print_unsigned(&print, request->descriptor_count);
    }
    client->line.end = print.used;
    return true;
}

static int print_line(sockd *client, const struct call *call, const struct sockd_json_request *request)
{
    bool room = append_head(client, call, request);
    if (room && request->params.data) {
        room = buffer_append(&client->line, ",\"params\":", 10);
        int result = room ? append_params(client, request->params) : 0;
        if (result < 0)
            return result;
    }
    if (room && buffer_append(&client->line, "}\n", 2))
        return 0;
    return failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for a request");
}

sockd_call sockd_start_json(sockd *client, const struct sockd_json_request *request)
{
    if (!client)
        return -SOCKD_ERROR_ARGUMENT;
    if (client->broken)
        return client_broken(client);
    if (!request->method || request->descriptor_count > WIRE_DESCRIPTORS)
        return client_failed(client, failure_set(&client->error, SOCKD_ERROR_ARGUMENT, "%s",
                                                 request->method ? "a message carries 253 descriptors at the most"
                                                                 : "a request needs a method"));
    struct call *call = request_new(client, NULL);
    if (!call)
        return -SOCKD_ERROR_MEMORY;
    int result = print_line(client, call, request);
    if (result < 0) {
        calls_remove(&client->calls, call);
        call_free(call);
        return client_failed(client, result);
    }
    return request_send(client, call, request->payload, request->descriptors, request->descriptor_count);
}

/* The error object of the reply, as it came. Only raw texts are looked at, so a scan that was done already still holds. */
static struct sockd_text raw_error(sockd *client, const struct call *call)
{
    client->scanned = NULL;
    if (scan_all(&client->scan, call->reply.data, call->line_size) != SCAN_OK)
        return (struct sockd_text){NULL, 0};
    uint32_t error = scan_member(&client->scan, 0, "error");
    return error == TOKEN_NONE ? (struct sockd_text){NULL, 0} : scan_raw(&client->scan, error);
}

int sockd_finish_json(sockd *client, sockd_call id, struct sockd_json_reply *reply)
{
    struct call *call;
    *reply = (struct sockd_json_reply){0};
    int status = request_collect(client, id, NULL, &call);
    if (status < 0)
        return status;
    status = request_scan(client);
    if (status < 0)
        reply->error = raw_error(client, call);
    else
        reply->result = scan_raw(&client->scan, client->reply.result);
    if (call->payload_size > 0)
        reply->payload = (struct sockd_bytes){(unsigned char *)call->reply.data + call->line_size, call->payload_size};
    reply->descriptors = call->descriptors;
    reply->descriptor_count = call->descriptor_count;
    call->descriptor_count = 0; /* the caller's now */
    return status;
}

int sockd_call_json(sockd *client, const struct sockd_json_request *request, struct sockd_json_reply *reply)
{
    return sockd_finish_json(client, sockd_start_json(client, request), reply);
}
