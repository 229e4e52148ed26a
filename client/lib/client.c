/* The life of a client, and the one place where it waits. */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { REPLY_LIMIT = 256 * 1024 * 1024, ROUNDS = 32 };

/* ---- life ---- */

int sockd_open(sockd **client, const char *address)
{
    *client = calloc(1, sizeof **client);
    if (!*client)
        return -SOCKD_ERROR_MEMORY;
    (*client)->reply_limit = REPLY_LIMIT;
    (*client)->last_event = &(*client)->events;
    (*client)->shown = &(*client)->error;
    failure_set(&(*client)->error, 0, "no error");
    int fd = address_connect(&(*client)->fatal, address);
    wire_init(&(*client)->wire, fd < 0 ? -1 : fd);
    return fd < 0 ? client_break(*client, fd) : 0;
}

void sockd_close(sockd *client)
{
    if (!client)
        return;
    wire_deinit(&client->wire);
    for (size_t i = 0; i < client->calls.size; i++)
        call_free(client->calls.slots[i]);
    free(client->calls.slots);
    call_free(client->last);
    events_drop(client);
    scan_deinit(&client->scan);
    buffer_deinit(&client->memory);
    buffer_deinit(&client->line);
    buffer_deinit(&client->spare);
    free(client->ready);
    failure_deinit(&client->fatal);
    failure_deinit(&client->error);
    free(client);
}

const struct sockd_error *sockd_error(const sockd *client)
{
    static const struct sockd_error no_client = {.code = SOCKD_ERROR_MEMORY,
                                                 .kind = "memory",
                                                 .message = "there is no client: no memory, or it was never opened",
                                                 .data = {.number = SOCKD_NULL,
                                                          .port = SOCKD_NULL,
                                                          .position = SOCKD_NULL,
                                                          .value = SOCKD_NULL,
                                                          .written = SOCKD_NULL,
                                                          .direction = SOCKD_UNSET,
                                                          .ch = SOCKD_UNSET}};
    return client ? &client->shown->error : &no_client;
}

void sockd_limit_reply(sockd *client, size_t bytes)
{
    if (client)
        client->reply_limit = bytes;
}

/* ---- failures ---- */

int client_failed(sockd *client, int result)
{
    client->shown = &client->error;
    return result;
}

int client_broken(sockd *client)
{
    client->shown = &client->fatal;
    return -client->fatal.error.code;
}

int client_break(sockd *client, int result)
{
    client->broken = true;
    client->wire.sending = false;
    client->receiving = NULL;
    client->shown = &client->fatal;
    if (client->wire.fd >= 0)
        shutdown(client->wire.fd, SHUT_RDWR);
    for (size_t i = 0; i < client->calls.size; i++) {
        struct call *call = client->calls.slots[i];
        if (call && !call->done) {
            call->failed = true;
            client_done(client, call);
        }
    }
    return result;
}

/* ---- callbacks ---- */

/* Room for it was made when the callback was set, so that this cannot fail. */
void client_done(sockd *client, struct call *call)
{
    call->done = true;
    if (call->forgotten) {
        if (client->scanned == call)
            client->scanned = NULL;
        calls_remove(&client->calls, call);
        call_free(call);
    } else if (call->on_done) {
        client->ready[client->ready_count++] = call->id;
    }
}

/* A callback may start, finish and forget calls, and wait for others, which brings it back here. */
static void deliver(sockd *client)
{
    events_deliver(client);
    while (client->ready_count > 0) {
        sockd_call id = client->ready[0];
        client->ready_count--;
        memmove(client->ready, client->ready + 1, client->ready_count * sizeof *client->ready);
        struct call *call = calls_find(&client->calls, id);
        if (!call || !call->on_done)
            continue;
        sockd_done_fn *on_done = call->on_done;
        call->on_done = NULL;
        on_done(client, id, call->data);
    }
}

/* As many again as there can be calls: those that were finished before their callback was called may still be listed. */
static bool reserve_ready(sockd *client)
{
    size_t size = client->calls.size * 2;
    if (client->ready_size >= size)
        return true;
    sockd_call *ready = realloc(client->ready, size * sizeof *ready);
    if (!ready)
        return false;
    client->ready = ready;
    client->ready_size = size;
    return true;
}

static int not_in_flight(sockd *client, sockd_call id)
{
    return client_failed(client, failure_set(&client->error, SOCKD_ERROR_ARGUMENT, "no call %lld is in flight", (long long)id));
}

int client_find(sockd *client, sockd_call id, struct call **call)
{
    *call = NULL;
    if (!client)
        return -SOCKD_ERROR_ARGUMENT;
    if (id < 0)
        return (int)id;
    *call = calls_find(&client->calls, id);
    return *call && !(*call)->forgotten ? 0 : not_in_flight(client, id);
}

int sockd_on_done(sockd *client, sockd_call id, sockd_done_fn *on_done, void *data)
{
    struct call *call;
    int r = client_find(client, id, &call);
    if (r < 0)
        return r;
    if (!reserve_ready(client))
        return client_failed(client, failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for a callback"));
    if (call->done) {
        on_done(client, id, data);
        return 0;
    }
    call->on_done = on_done;
    call->data = data;
    return 0;
}

/* ---- waiting ---- */

static int flush(sockd *client)
{
    int result = wire_flush(&client->wire);
    if (result < 0)
        return client_break(client, failure_system(&client->fatal, -result, "sendmsg", NULL, "cannot send to the daemon"));
    return 0;
}

/* 1: ready; 0: the time ran out, or a signal handler ran. */
static int await(const sockd *client, int milliseconds)
{
    struct pollfd poll_fd = {.fd = client->wire.fd, .events = sockd_events(client)};
    return poll(&poll_fd, 1, milliseconds) > 0;
}

int client_step(sockd *client, int milliseconds)
{
    bool full;
    if (client->broken)
        return client_broken(client);
    if (flush(client) < 0)
        return client_broken(client);
    bool block = milliseconds < 0 && !wire_pending(&client->wire);
    if (!block && milliseconds != 0 && !await(client, milliseconds))
        return 0;
    int replies = reader_receive(client, block, &full);
    if (replies == -EAGAIN && block && await(client, -1)) /* the descriptor itself is set not to wait */
        replies = reader_receive(client, false, &full);
    deliver(client);
    if (client->broken)
        return client_broken(client);
    return replies > 0 ? replies : 0;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int sockd_wait(sockd *client, sockd_call id, int milliseconds)
{
    if (!client)
        return -SOCKD_ERROR_ARGUMENT;
    if (id < 0)
        return (int)id;
    int64_t deadline = milliseconds < 0 ? 0 : now_ms() + milliseconds;
    for (int left = milliseconds;;) {
        if (id > 0 && sockd_done(client, id))
            return 1;
        if (id > 0 && !calls_find(&client->calls, id))
            return not_in_flight(client, id);
        int replies = client_step(client, left);
        if (replies < 0)
            return id > 0 && sockd_done(client, id) ? 1 : replies;
        if (replies > 0 && id == 0)
            return 1;
        if (milliseconds < 0)
            continue;
        int64_t rest = deadline - now_ms();
        if (replies == 0 && rest <= 0)
            return id > 0 && sockd_done(client, id);
        left = rest > 0 ? (int)rest : 0;
    }
}

bool sockd_done(const sockd *client, sockd_call id)
{
    if (!client || id < 0)
        return true;
    const struct call *call = calls_find(&client->calls, id);
    return call && call->done;
}

/* ---- event loops ---- */

int sockd_fd(const sockd *client)
{
    return client ? client->wire.fd : -1;
}

short sockd_events(const sockd *client)
{
    if (!client || client->broken)
        return 0;
    return (short)(POLLIN | (wire_pending(&client->wire) ? POLLOUT : 0));
}

int sockd_process(sockd *client)
{
    if (!client)
        return -SOCKD_ERROR_ARGUMENT;
    if (client->broken || flush(client) < 0) {
        deliver(client);
        return client_broken(client);
    }
    int count = 0;
    bool full = true;
    for (int round = 0; round < ROUNDS && full && !client->broken; round++) {
        full = false;
        int replies = reader_receive(client, false, &full);
        count += replies > 0 ? replies : 0;
        deliver(client);
    }
    return client->broken ? client_broken(client) : count;
}
