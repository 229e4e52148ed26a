/* What a stream is connected to, and ending its sides. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handlers.h"
#include "warrant.h"

int on_socket_stream_host(struct call *call, const struct stream_params *in, struct host_result *out)
{
    struct stream *stream;
    int r = call_stream(call, in->stream, &stream);
    if (r == 0)
        out->host = (struct sockd_text){stream->host, strlen(stream->host)};
    return r;
}

int on_socket_stream_port(struct call *call, const struct stream_params *in, struct port_result *out)
{
    struct stream *stream;
    int r = call_stream(call, in->stream, &stream);
    if (r == 0)
        out->port = stream->port;
    return r;
}

/* ---- names ---- */

#define NAME_MOST 256

/* A lookup of an address's name, and the texts of its answer. */
struct naming {
    struct resolver_job *job;
    struct call *call;
    union address address;
    bool resolve; /* its name is wanted, and may be asked for */
    bool answered;
    char name[NAME_MOST];
    char text[ADDRESS_TEXT];
    char host[NAME_MOST + ADDRESS_TEXT + 4];
};

static void naming_release(struct call *call)
{
    struct naming *naming = call->other.state;
    resolver_cancel(naming->job);
    free(naming);
}

static void naming_done(void *context, const char *name)
{
    struct naming *naming = context;
    naming->job = NULL;
    naming->answered = true;
    if (name)
        snprintf(naming->name, sizeof naming->name, "%s", name);
    call_resume(naming->call);
}

static struct naming *naming_new(struct call *call, const union address *address)
{
    struct naming *naming = calloc(1, sizeof *naming);
    if (!naming)
        return NULL;
    naming->call = call;
    naming->address = *address;
    call_progress(call, naming, naming_release);
    return naming;
}

static void naming_answer(struct naming *naming, struct name_result *out)
{
    address_text(&naming->address, naming->text);
    if (naming->name[0])
        snprintf(naming->host, sizeof naming->host, "%s (%s)", naming->text, naming->name);
    else
        snprintf(naming->host, sizeof naming->host, "%s", naming->text);
    out->host = (struct sockd_text){naming->host, strlen(naming->host)};
    out->address = (struct sockd_text){naming->text, strlen(naming->text)};
    out->port = address_port(&naming->address);
    if (naming->name[0])
        out->name = (struct sockd_text){naming->name, strlen(naming->name)};
}

/* The first try: the system's answer. */
static int naming_start(struct call *call, const struct name_params *in, bool peer)
{
    struct stream *stream;
    union address address;
    int r = call_stream(call, in->stream, &stream);
    int error = r == 0 ? stream_address(stream, peer, &address) : 0;
    if (r != 0)
        return r;
    if (error)
        return trouble_os(call_trouble(call), peer ? "getpeername" : "getsockname", error);
    return naming_new(call, &address) ? 0 : -ENOMEM;
}

/* Without the right there is simply no name. */
static int peer_start(struct call *call, const struct name_params *in)
{
    int r = naming_start(call, in, true);
    if (r != 0 || in->do_not_resolve)
        return r;
    struct naming *naming = call->other.state;
    naming->resolve = warrant_more(call_sockets(call), call_identity(call), RIGHT_REVERSE, call->method->name);
    return 0;
}

int on_socket_stream_peer(struct call *call, const struct name_params *in, struct name_result *out)
{
    int r = call->progress == PROGRESS_NONE ? peer_start(call, in) : 0;
    if (r != 0)
        return r;
    struct naming *naming = call->other.state;
    if (naming->resolve && !naming->answered) {
        r = naming->job ? 0 : warrant_lookup(call_identity(call), call_trouble(call));
        if (r != 0)
            return r;
        if (!naming->job)
            naming->job =
                resolver_reverse(call_sockets(call)->resolver, call_identity(call), &naming->address, naming_done, naming);
        return naming->job ? OUTCOME_WAIT : -ENOMEM;
    }
    naming_answer(naming, out);
    return 0;
}

/* The name of this side is the machine's own, whatever the address. */
int on_socket_stream_local(struct call *call, const struct name_params *in, struct name_result *out)
{
    int r = naming_start(call, in, false);
    if (r != 0)
        return r;
    struct naming *naming = call->other.state;
    if (!in->do_not_resolve && gethostname(naming->name, sizeof naming->name - 1) < 0)
        naming->name[0] = '\0';
    naming_answer(naming, out);
    return 0;
}

/* ---- shutdown ---- */

int on_socket_stream_shutdown(struct call *call, const struct socket_stream_shutdown_params *in, struct nothing *out)
{
    struct stream *stream;
    int r = in->direction == DIRECTION_INPUT ? call_stream(call, in->stream, &stream)
                                             : call_stream_turn(call, in->stream, SIDE_OUT, NULL, &stream);
    (void)out;
    if (r != 0)
        return r;
    r = stream_shutdown(stream, in->direction, call_trouble(call));
    if (r != OUTCOME_WAIT)
        stream_poke(stream); /* who waits for input learns that there is none */
    return r;
}
