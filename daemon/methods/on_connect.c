/* Connecting. What is decided at once, as it is on this machine, makes no call that waits. A timeout of zero gives the kernel
 * ten milliseconds; what has not been decided by then becomes a stream that is still connecting. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fd.h"
#include "handlers.h"
#include "warrant.h"

static const struct sockd_timeout moment = {0, 10000, true};

/* Whom a call wants. */
struct target {
    struct sockd_text host;
    int port;
    struct sockd_timeout timeout;
};

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

/* Waits for a dial, which is consumed. OUTCOME_WAIT or -ENOMEM. */
static int connect_wait(struct call *call, struct dial *dial, const struct sockd_timeout *timeout)
{
    struct connect *connect = calloc(1, sizeof *connect);
    if (!connect) {
        dial_cancel(dial);
        return -ENOMEM;
    }
    connect->call = call;
    connect->dial = dial; /* consume */
    dial_pass(dial, connect_ended, connect);
    call_progress(call, connect, connect_release);
    call->timeout = timeout->finite && clock_wait(timeout) == 0 ? moment : *timeout;
    return OUTCOME_WAIT;
}

/* 0 with *result, or OUTCOME_WAIT. */
static int connect_start(struct call *call, const struct target *target, struct dial_result *result)
{
    bool failed;
    struct dial *dial;
    struct sockets *sockets = call_sockets(call);
    struct dial_guard *guard = warrant_dial(sockets, call_identity(call), target->host, &failed);
    const struct dial_order order = {target->host.data, target->host.size, target->port, call_identity(call), guard};
    int r = failed ? -ENOMEM : dial_start(sockets->base, sockets->resolver, &order, &dial, result);
    return r == DIAL_RUNS ? connect_wait(call, dial, &target->timeout) : r;
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
    if (result->error == EMFILE && result->limit)
        return trouble_limit(trouble, quota_names[QUOTA_DESCRIPTORS], result->limit);
    if (result->resolve_error)
        return trouble_resolve(trouble, host, result->resolve_error, result->error);
    return trouble_os_at(trouble, "connect", result->error, &result->peer);
}

/* Whether the host is one, and may be asked for: before any query is made. */
static int check_host(struct call *call, struct sockd_text host, int port)
{
    union address address;
    const char *reason;
    struct identity *identity = call_identity(call);
    bool literal = address_literal(&address, host.data, host.size, 0);
    if (!literal && !address_name(host.data, host.size, &reason))
        return trouble_param(call_trouble(call), "host", reason);
    if (!identity_unrestricted(identity) && !warrant_host(call_sockets(call), identity, host, port))
        return denied(call, host);
    return literal ? 0 : warrant_lookup(identity, call_trouble(call));
}

/* The first try. 0 with *result, or OUTCOME_WAIT. */
static int connect_begin(struct call *call, const struct target *target, struct dial_result *result)
{
    int r = check_host(call, target->host, target->port);
    return r == 0 ? connect_start(call, target, result) : r;
}

/* A later one: 0 with *result or, where time is over for a stream that may still be connecting, *dial (NULL: it may not). */
static int connect_go_on(struct call *call, const struct sockd_timeout *timeout, struct dial **dial, struct dial_result *result)
{
    struct connect *connect = call->other.state;
    if (connect->ended) {
        *result = connect->result;
        connect->result.fd = -1; /* consume */
        return 0;
    }
    if (!dial || !call->expired || !timeout->finite || clock_wait(timeout) > 0)
        return OUTCOME_WAIT;
    *dial = connect->dial;
    connect->dial = NULL; /* consume */
    return 0;
}

int on_socket_connect(struct call *call, const struct socket_connect_params *in, struct stream_result *out)
{
    const struct stream_options options =
        call_stream_options(call, in->external_format, in->element_type, in->buffered, in->lifetime);
    const struct target target = {in->host, (int)in->port, in->timeout};
    struct dial_result result = {.fd = -1};
    struct dial *dial = NULL;
    struct stream *stream;
    int r = call->progress == PROGRESS_NONE ? stream_options_check(&options, call_trouble(call))
                                            : connect_go_on(call, &in->timeout, &dial, &result);
    if (r == 0 && call->progress == PROGRESS_NONE)
        r = connect_begin(call, &target, &result);
    if (r != 0)
        return r;
    if (!dial && result.fd < 0)
        return connect_failed(call, &result, in->host);
    r = stream_new(call_sockets(call), &options, result.fd, result.fd, dial, in->host, (int)in->port, &stream,
                   call_trouble(call));
    if (r == 0) {
        stream->dialled = true;
        out->stream = stream->object.handle;
    }
    return r;
}

/* Whether the connection itself may be given to the client. */
static int check_export(struct call *call)
{
    if (call->batch)
        return trouble_param(call_trouble(call), "descriptor", "the replies of a batch carry no descriptors");
    if (!warrant_right(call_sockets(call), call_identity(call), RIGHT_EXPORT, call->method->name))
        return trouble_denied(call_trouble(call), call->method->name, SOCKD_TEXT("export"),
                              call_identity(call)->principal->profile);
    return 0;
}

/* The daemon has the connection only until the reply has left: the session pays for it until then. */
int on_descriptor_connect(struct call *call, const struct descriptor_connect_params *in, struct descriptor_result *out)
{
    const struct target target = {in->host, (int)in->port, in->timeout};
    struct dial_result result = {.fd = -1};
    int r = call->progress == PROGRESS_NONE ? check_export(call) : connect_go_on(call, &in->timeout, NULL, &result);
    if (r == 0 && call->progress == PROGRESS_NONE)
        r = connect_begin(call, &target, &result);
    if (r != 0)
        return r;
    if (result.fd < 0)
        return connect_failed(call, &result, in->host);
    call->reply_fds = malloc(sizeof *call->reply_fds);
    if (!call->reply_fds) {
        close(result.fd);
        return -ENOMEM;
    }
    fd_set_nonblocking(result.fd, false);
    call->reply_fds[call->reply_fd_count++] = result.fd; /* consume */
    out->descriptor = 0;
    return 0;
}
