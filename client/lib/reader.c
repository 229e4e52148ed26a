/* From bytes to calls that are done.
 *
 * A line is copied before it is scanned: reading an error unescapes its text in place, and whoever finishes the call may want
 * it as it came. A payload is received straight into its call's memory, behind the line. */
#include <errno.h>
#include <stdlib.h>

#include "client.h"

static int malformed(sockd *client, const char *reason)
{
    return client_break(client,
                        failure_set(&client->fatal, SOCKD_ERROR_MALFORMED, "the daemon's reply makes no sense: %s", reason));
}

static int no_memory(sockd *client)
{
    return client_break(client, failure_set(&client->fatal, SOCKD_ERROR_MEMORY, "no memory for a reply"));
}

static int too_large(sockd *client)
{
    return client_break(
        client, failure_set(&client->fatal, SOCKD_ERROR_TOO_LARGE, "a reply is larger than %zu bytes", client->reply_limit));
}

static struct call *find_call(const struct calls *calls, struct sockd_text id)
{
    sockd_call number = 0;
    if (id.size == 0 || id.size > 18)
        return NULL;
    for (size_t i = 0; i < id.size; i++) {
        if (id.data[i] < '0' || id.data[i] > '9')
            return NULL;
        number = number * 10 + (id.data[i] - '0');
    }
    return calls_find(calls, number);
}

static bool take_descriptors(sockd *client, struct call *call, size_t count)
{
    if (count == 0)
        return true;
    call->descriptors = malloc(count * sizeof *call->descriptors);
    if (!call->descriptors)
        return false;
    descriptors_take(&client->wire.in_descriptors, count, call->descriptors);
    call->descriptor_count = count;
    return true;
}

/* An error without an id is about the session as a whole: what it was about cannot be told, so nothing is as it was. */
static int session_error(sockd *client)
{
    struct sockd_text text = {client->spare.data, client->spare.end};
    if (scan_all(&client->scan, client->spare.data, text.size) != SCAN_OK)
        return no_memory(client);
    struct sockd_text error = scan_raw(&client->scan, client->reply.error);
    return client_break(client, failure_read(&client->fatal, &client->scan, error));
}

/* A reply to a call: its line is in client->spare. 1: it is whole; 0: its payload is still to come. */
static int begin_reply(sockd *client, struct call *call)
{
    const struct rpc_reply *reply = &client->reply;
    if ((uint64_t)reply->payload > client->reply_limit)
        return too_large(client);
    if ((uint64_t)reply->fds > client->wire.in_descriptors.count)
        return malformed(client, "descriptors are missing");
    struct buffer old = call->reply;
    call->reply = client->spare;
    client->spare = old;
    buffer_shrink(&client->spare);
    call->line_size = call->reply.end;
    call->payload_size = (size_t)reply->payload;
    if (!take_descriptors(client, call, (size_t)reply->fds) || !buffer_reserve(&call->reply, call->payload_size))
        return no_memory(client);
    client->scanned = reply->error == TOKEN_NONE ? call : NULL;
    client->scan.text = call->reply.data;
    if (call->payload_size > 0) {
        client->receiving = call;
        client->received = 0;
        return 0;
    }
    client_done(client, call);
    return 1;
}

/* One line. 1: a whole reply, 0: the beginning of one, or something else that is allowed. */
static int take_line(sockd *client, char *text, size_t size)
{
    buffer_shrink(&client->spare);
    client->scanned = NULL;
    if (!buffer_append(&client->spare, text, size))
        return no_memory(client);
    enum scan_result result = scan_all(&client->scan, text, size);
    if (result == SCAN_VALUES)
        return no_memory(client);
    if (result != SCAN_OK)
        return malformed(client, result == SCAN_SYNTAX ? client->scan.reason : "it is nested too deeply");
    if (!rpc_read_reply(&client->scan, 0, &client->reply)) {
        bool notification = client->scan.tokens[0].type == TOKEN_OBJECT &&
                            scan_member(&client->scan, 0, "method") != TOKEN_NONE &&
                            scan_member(&client->scan, 0, "payload") == TOKEN_NONE;
        if (!notification)
            return malformed(client, "it is no reply");
        return !client->on_event || event_keep(client, client->spare.data, size) ? 0 : no_memory(client);
    }
    struct call *call = find_call(&client->calls, client->reply.id);
    if (call && !call->done)
        return begin_reply(client, call);
    if (client->reply.error != TOKEN_NONE && client->reply.id.size == 4 && memcmp(client->reply.id.data, "null", 4) == 0)
        return session_error(client);
    return malformed(client, "it answers no call");
}

/* Looks for a line. 1: there was one, and *replies counts on; 0: there is none yet. */
static int next_line(sockd *client, int *replies)
{
    struct buffer *in = &client->wire.in;
    struct frame_line line;
    switch (frame_next(&client->frame, in->data + in->start, buffer_used(in), client->reply_limit, &line)) {
    case FRAME_MORE:
        buffer_drop(in, line.end);
        frame_dropped(&client->frame, line.end);
        return 0;
    case FRAME_TOO_LONG:
        return too_large(client);
    case FRAME_LINE:
        break;
    }
    int result = take_line(client, in->data + in->start + line.start, line.size);
    buffer_drop(in, line.end);
    if (result < 0)
        return result;
    *replies += result;
    return 1;
}

/* size bytes of a payload have come. */
static int more_payload(sockd *client, size_t size)
{
    struct call *call = client->receiving;
    client->received += size;
    call->reply.end += size;
    if (client->received < call->payload_size)
        return 0;
    client->receiving = NULL;
    client_done(client, call);
    return 1;
}

/* Moves what came behind a line to where the payload belongs. */
static int buffered_payload(sockd *client)
{
    struct call *call = client->receiving;
    struct buffer *in = &client->wire.in;
    size_t size = call->payload_size - client->received;
    if (size > buffer_used(in))
        size = buffer_used(in);
    if (size == 0)
        return 0;
    memcpy(call->reply.data + call->reply.end, in->data + in->start, size);
    buffer_drop(in, size);
    return more_payload(client, size);
}

/* Takes apart what has been received. How many replies became whole, or a negative error. */
static int take_messages(sockd *client)
{
    int replies = 0;
    while (buffer_used(&client->wire.in) > 0) {
        if (client->receiving) {
            replies += buffered_payload(client);
            continue;
        }
        int result = next_line(client, &replies);
        if (result < 0)
            return result;
        if (result == 0)
            break;
    }
    if (buffer_used(&client->wire.in) == 0 && !client->receiving && client->wire.in_descriptors.count > 0)
        return malformed(client, "descriptors came that no reply tells of");
    return replies;
}

static int ended(sockd *client, int64_t received)
{
    bool inside = client->receiving || buffer_used(&client->wire.in) > 0;
    if (received == 0 || received == -ECONNRESET)
        return client_break(client, failure_set(&client->fatal, SOCKD_ERROR_CLOSED, "the daemon has closed the connection%s",
                                                inside ? " in the middle of a reply" : ""));
    if (received == -EMFILE)
        return malformed(client, "descriptors were lost on the way");
    return client_break(client,
                        failure_system(&client->fatal, (int)-received, "recvmsg", NULL, "cannot receive from the daemon"));
}

int reader_receive(sockd *client, bool wait, bool *full)
{
    void *data = NULL;
    size_t room = 0, direct;
    if (client->receiving) {
        data = client->receiving->reply.data + client->receiving->reply.end;
        room = client->receiving->payload_size - client->received;
    }
    int64_t received = wire_receive(&client->wire, data, room, wait, &direct);
    if (received == -EAGAIN || received == -EINTR)
        return (int)received;
    if (received <= 0) {
        ended(client, received);
        return READER_BROKEN;
    }
    *full = buffer_room(&client->wire.in) == 0;
    int replies = direct > 0 ? more_payload(client, direct) : 0;
    int more = take_messages(client);
    return more < 0 ? READER_BROKEN : replies + more;
}
