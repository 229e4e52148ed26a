/* Servers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "listener.h"
#include "warrant.h"

/* A lookup of an interface's name. */
struct lookup {
    struct resolver_job *job;
    struct call *call;
    union address address;
    int error, system_error;
    bool answered;
};

static void lookup_release(struct call *call)
{
    struct lookup *lookup = call->other.state;
    resolver_cancel(lookup->job);
    free(lookup);
}

static void lookup_done(void *context, int error, int system_error, const union address *addresses, size_t count)
{
    struct lookup *lookup = context;
    lookup->job = NULL;
    lookup->answered = true;
    lookup->error = error;
    lookup->system_error = system_error;
    if (!error && count > 0)
        lookup->address = addresses[0];
    call_resume(lookup->call);
}

static int denied(struct call *call, struct sockd_text target)
{
    return trouble_denied(call_trouble(call), "listen", target, call_identity(call)->principal->profile);
}

static int lookup_start(struct call *call, struct sockd_text host, int port)
{
    int r = warrant_lookup(call_identity(call), call_trouble(call));
    if (r != 0)
        return r;
    struct lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup)
        return -ENOMEM;
    lookup->call = call;
    call_progress(call, lookup, lookup_release);
    lookup->job = resolver_lookup(call_sockets(call)->resolver, call_identity(call), host.data, host.size, AF_UNSPEC, port,
                                  lookup_done, lookup);
    return lookup->job ? OUTCOME_WAIT : -ENOMEM;
}

/* The address to bind: of every IPv4 interface, a stream's own, a literal, or the first that a name has. */
static int interface_address(struct call *call, const struct sockd_interface *interface, int port, union address *address)
{
    const char *reason;
    if (interface->stream) {
        struct stream *stream;
        int r = call_stream(call, interface->stream, &stream);
        int error = r == 0 ? stream_address(stream, false, address) : 0;
        if (r == 0 && error)
            r = trouble_os(call_trouble(call), "getsockname", error);
        if (r == 0)
            address_set_port(address, port);
        return r;
    }
    struct sockd_text host = interface->host;
    if (!host.data)
        host = SOCKD_TEXT("0.0.0.0");
    if (address_literal(address, host.data, host.size, port))
        return 0;
    if (call->progress == PROGRESS_OTHER) {
        const struct lookup *lookup = call->other.state;
        *address = lookup->address;
        return lookup->error ? trouble_resolve(call_trouble(call), host, lookup->error, lookup->system_error) : 0;
    }
    if (!address_name(host.data, host.size, &reason))
        return trouble_param(call_trouble(call), "interface", reason);
    if (!warrant_interface(call_sockets(call), call_identity(call), host, port))
        return denied(call, host);
    return lookup_start(call, host, port);
}

static int listen_at(struct call *call, const struct socket_server_params *in, const union address *address,
                     struct listener **listener)
{
    bool v6_only = !identity_unrestricted(call_identity(call)); /* rules for IPv6 addresses open no IPv4 ones */
    return listener_new(call_sockets(call), call_identity(call), &call->session->objects, in->lifetime, address, v6_only,
                        (int)in->backlog, listener, call_trouble(call));
}

static bool port_is_taken(struct call *call, int outcome)
{
    return outcome == ERROR_os_error && call_trouble(call)->fault.number == EADDRINUSE;
}

/* The allowed ports behind one, up to another one; taken ones are passed over. */
static int listen_between(struct call *call, const struct socket_server_params *in, const struct port_set *ports,
                          union address *address, int after, int last, struct listener **listener)
{
    int r = trouble_os_at(call_trouble(call), "bind", EADDRINUSE, address), port = after;
    while (port_is_taken(call, r) && (port = port_set_next(ports, port + 1)) > 0 && port <= last) {
        address_set_port(address, port);
        r = listen_at(call, in, address, listener);
    }
    return r;
}

/* A port that the client leaves open is the kernel's choice, or the first one that is allowed; where that is taken the search
 * goes on where the last one ended, so that many servers do not make it longer and longer. */
static int listen_somewhere(struct call *call, const struct socket_server_params *in, union address *address,
                            struct listener **listener)
{
    int *last = &call_identity(call)->principal->last_port;
    struct port_set ports;
    int port = warrant_ports(call_identity(call), address, &ports) ? 0 : port_set_next(&ports, 1);
    if (port < 0)
        return trouble_os_at(call_trouble(call), "bind", EADDRINUSE, address);
    address_set_port(address, port);
    int r = listen_at(call, in, address, listener);
    if (port > 0 && port_is_taken(call, r))
        r = listen_between(call, in, &ports, address, *last > port ? *last : port, 65535, listener);
    if (port > 0 && port_is_taken(call, r) && *last > port)
        r = listen_between(call, in, &ports, address, port, *last, listener);
    if (r == 0 && port > 0)
        *last = address_port(address);
    return r;
}

int on_socket_server(struct call *call, const struct socket_server_params *in, struct socket_server_result *out)
{
    union address address;
    struct listener *listener;
    struct trouble *trouble = call_trouble(call);
    int r = interface_address(call, &in->interface, (int)in->port, &address);
    if (r == 0 && !identity_unrestricted(call_identity(call)) &&
        !warrant_listen(call_sockets(call), call_identity(call), &address))
        r = denied(call, in->interface.host.data ? in->interface.host : SOCKD_TEXT("*"));
    if (r == 0)
        r = in->port == 0 ? listen_somewhere(call, in, &address, &listener) : listen_at(call, in, &address, &listener);
    if (r != 0)
        return r;
    address_text(&listener->address, trouble->address);
    out->server = listener->object.handle;
    out->host = (struct sockd_text){trouble->address, strlen(trouble->address)};
    out->port = address_port(&listener->address);
    return 0;
}

int on_socket_server_close(struct call *call, const struct server_params *in, struct nothing *out)
{
    struct listener *listener;
    int r = call_listener(call, in->server, &listener);
    (void)out;
    if (r == 0)
        listener_close(listener);
    return r;
}

int on_socket_server_host(struct call *call, const struct server_params *in, struct host_result *out)
{
    struct listener *listener;
    struct trouble *trouble = call_trouble(call);
    int r = call_listener(call, in->server, &listener);
    if (r != 0)
        return r;
    address_text(&listener->address, trouble->address);
    out->host = (struct sockd_text){trouble->address, strlen(trouble->address)};
    return 0;
}

int on_socket_server_port(struct call *call, const struct server_params *in, struct port_result *out)
{
    struct listener *listener;
    int r = call_listener(call, in->server, &listener);
    if (r == 0)
        out->port = address_port(&listener->address);
    return r;
}

/* Waiting consumes nothing: it needs no place among those that accept. */
int on_socket_wait(struct call *call, const struct socket_wait_params *in, struct ready_result *out)
{
    struct listener *listener;
    int r = call_listener(call, in->server, &listener);
    if (r != 0)
        return r;
    call_turn(call, &listener->object, &listener->waiting_for, WANT_READ, &in->timeout);
    out->ready = listener_ready(listener);
    return out->ready || call->expired ? 0 : OUTCOME_WAIT;
}

int on_socket_accept(struct call *call, const struct socket_accept_params *in, struct stream_result *out)
{
    struct listener *listener;
    struct stream *stream;
    struct trouble *trouble = call_trouble(call);
    struct stream_options options =
        call_stream_options(call, in->external_format, in->element_type, in->buffered, in->lifetime);
    int fd, r = call_listener(call, in->server, &listener);
    options.accepted = true;
    if (r == 0)
        r = stream_options_check(&options, trouble);
    if (r != 0)
        return r;
    const struct sockd_timeout *timeout = &in->timeout;
    if (!timeout->finite && !call->waiting && listener->options && listener->options->receive.finite) {
        timeout = &listener->options->receive;
        call->option_operation = "accept";
    }
    r = call_turn(call, &listener->object, &listener->waiting, WANT_READ, timeout);
    if (r == 0)
        r = listener_accept(listener, &fd, trouble);
    if (r != 0)
        return r;
    char host[ADDRESS_TEXT];
    address_text(&listener->address, host);
    r = stream_new(call_sockets(call), &options, fd, fd, NULL, (struct sockd_text){host, strlen(host)},
                   address_port(&listener->address), &stream, trouble);
    if (r == 0)
        out->stream = stream->object.handle;
    return r;
}
