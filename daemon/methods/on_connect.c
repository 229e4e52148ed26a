/* Connecting. A timeout of zero gives the kernel ten milliseconds, within which a connection on this machine is made or
 * refused; what has not been decided by then becomes a stream that is still connecting. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "handlers.h"
#include "warrant.h"

static const struct sockd_timeout moment = {0, 10000, true};

struct connect {
    struct call *call;
    struct dial *dial;
    struct dial_result result;
    bool ended;
};

static void connect_release(struct call *call)
{
    struct connect *connect = call->other.state;
    dial_cancel(connect->dial);
    if (connect->ended && connect->result.fd >= 0)
        close(connect->result.fd);
    free(connect);
}

static void connect_ended(void *context, const struct dial_result *result)
{
    struct connect *connect = context;
    connect->dial = NULL;
    connect->result = *result;
    connect->ended = true;
    call_resume(connect->call);
}

static int connect_start(struct call *call, const struct socket_connect_params *in)
{
    struct connect *connect = calloc(1, sizeof *connect);
    if (!connect)
        return -ENOMEM;
    connect->call = call;
    call_progress(call, connect, connect_release);
    call->timeout = in->timeout;
    if (in->timeout.finite && clock_wait(&in->timeout) == 0)
        call->timeout = moment;
    bool failed;
    struct sockets *sockets = call_sockets(call);
    struct dial_guard *guard = warrant_dial(sockets, call_identity(call), in->host, &failed);
    if (failed)
        return -ENOMEM;
    connect->dial = dial_start(sockets->base, sockets->resolver, call_identity(call), in->host.data, in->host.size,
                               (int)in->port, guard, connect_ended, connect);
    return connect->dial ? OUTCOME_WAIT : -ENOMEM;
}

/* What was denied is told as the client named it: no address of the inside network is. */
static int denied(struct call *call, struct sockd_text host)
{
    return trouble_denied(call_trouble(call), "connect", host, call_identity(call)->principal->profile);
}

static int connect_failed(struct call *call, const struct dial_result *result, struct sockd_text host)
{
    struct trouble *trouble = call_trouble(call);
    if (result->denied)
        return denied(call, host);
    if (result->resolve_error)
        return trouble_resolve(trouble, host, result->resolve_error, result->error);
    return trouble_os_at(trouble, "connect", result->error, &result->peer);
}

/* Whether the host is one, and may be asked for: before any query is made. */
static int check_host(struct call *call, struct sockd_text host, int port)
{
    union address address;
    const char *reason;
    const struct identity *identity = call_identity(call);
    bool literal = address_literal(&address, host.data, host.size, 0);
    if (!literal && !address_name(host.data, host.size, &reason))
        return trouble_param(call_trouble(call), "host", reason);
    if (!literal && !identity_may(identity, RIGHT_RESOLVE))
        return denied(call, host);
    if (!identity_unrestricted(identity) && !warrant_host(identity, host, port))
        return denied(call, host);
    return literal ? 0 : warrant_lookup(call_identity(call), call_trouble(call));
}

int on_socket_connect(struct call *call, const struct socket_connect_params *in, struct stream_result *out)
{
    const struct stream_options options = {
        call_identity(call), &call->session->objects, in->external_format, in->element_type, in->buffered, in->lifetime};
    if (call->progress == PROGRESS_NONE) {
        int r = stream_options_check(&options, call_trouble(call));
        if (r == 0)
            r = check_host(call, in->host, (int)in->port);
        return r == 0 ? connect_start(call, in) : r;
    }
    struct connect *connect = call->other.state;
    struct dial *dial = NULL;
    struct stream *stream;
    int fd = -1;
    if (connect->ended) {
        fd = connect->result.fd;
        connect->result.fd = -1; /* consume */
        if (fd < 0)
            return connect_failed(call, &connect->result, in->host);
    } else if (call->expired && in->timeout.finite && clock_wait(&in->timeout) == 0) {
        dial = connect->dial;
        connect->dial = NULL; /* consume */
    } else {
        return OUTCOME_WAIT;
    }
    int r = stream_new(call_sockets(call), &options, fd, fd, dial, in->host, (int)in->port, &stream, call_trouble(call));
    if (r == 0) {
        stream->dialled = true;
        out->stream = stream->object.handle;
    }
    return r;
}
