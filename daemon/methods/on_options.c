/* Socket options. Names and types of all of them are looked at before the first is touched, so that a mistake changes nothing.
 * What the system refuses is learnt only by asking it, and leaves standing what was set before. */
#include <errno.h>
#include <stdio.h>

#include "handlers.h"
#include "listener.h"

/* What the options belong to. */
struct target {
    int fd[SIDES]; /* the same twice but for a stream of two sockets; -1: there is no socket any more */
    int *error;
    struct sockopt_state *state;
    struct sockopt_state defaults; /* where the socket keeps none and none is set */
};

/* Quotes what a client sent, made fit for a message of one line. */
static void quote(struct sockd_text name, char *room, size_t size)
{
    size_t length = 0;
    while (length < name.size && length < size - 1) {
        unsigned char byte = (unsigned char)name.data[length];
        room[length++] = byte < 0x20 || byte == 0x7F ? '?' : (char)byte;
    }
    room[length] = '\0';
}

static int refuse(struct call *call, size_t element, struct sockd_text name, const char *reason)
{
    struct trouble *trouble = call_trouble(call);
    char quoted[48];
    quote(name, quoted, sizeof quoted);
    snprintf(trouble->host, sizeof trouble->host, "element %zu, \"%s\": %s", element, quoted, reason);
    return trouble_param(trouble, "options", trouble->host);
}

static int check(struct call *call, const struct sockd_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct sockd_option *item = &options->items[i];
        const struct sockopt *option = sockopt_find(item->name);
        const char *reason = "there is no such option";
        if (!option || (item->set && !sockopt_check(option, &item->value, &reason)))
            return refuse(call, i, item->name, reason);
    }
    return 0;
}

static bool any_set(const struct sockd_options *options)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->items[i].set)
            return true;
    return false;
}

/* set: its state will be changed, so that it needs one. */
static int target_find(struct call *call, sockd_handle handle, bool set, struct target *target)
{
    struct object *object;
    int r = call_object(call, handle, &object);
    if (r != 0)
        return r;
    if (set)
        watchers_notify(object, WANT_CHANGE);
    if (object->kind == KIND_SERVER) {
        struct listener *listener = listener_of(object);
        target->fd[SIDE_IN] = target->fd[SIDE_OUT] = listener->fd;
        target->error = &listener->error;
        target->state = set ? listener_options_state(listener) : listener->options;
    } else {
        struct stream *stream = stream_of(object);
        if (stream->dial)
            return trouble_busy(call_trouble(call), handle, "it is still connecting");
        stream_socket(stream, SIDE_OUT, &target->fd[SIDE_OUT]);
        if (stream_socket(stream, SIDE_IN, &target->fd[SIDE_IN]) == ENOTSOCK)
            return trouble_os(call_trouble(call), "getsockopt", ENOTSOCK);
        target->error = &stream->error;
        target->state = set ? stream_options_state(stream) : stream->options;
    }
    if (!target->state && set)
        return -ENOMEM;
    if (!target->state)
        target->state = &target->defaults;
    return 0;
}

/* 0 or an errno. The error of a connection that failed can be asked for even where its socket is gone. */
static int get(const struct target *target, const struct sockopt *option, struct sockd_option_value *value)
{
    int fd = target->fd[sockopt_sends(option) ? SIDE_OUT : SIDE_IN];
    if (fd >= 0)
        return sockopt_get(option, fd, target->state, target->error, value);
    if (option != sockopt_find(SOCKD_TEXT("so-error")))
        return ENOTCONN;
    *value = (struct sockd_option_value){.kind = SOCKD_OPTION_SWITCH, .on = *target->error != 0};
    *target->error = 0;
    return 0;
}

static int set(const struct target *target, const struct sockopt *option, const struct sockd_option_value *value)
{
    int error = sockopt_set(option, target->fd[SIDE_IN], target->state, value);
    if (error == 0 && target->fd[SIDE_OUT] != target->fd[SIDE_IN])
        error = sockopt_set(option, target->fd[SIDE_OUT], target->state, value);
    return error;
}

int on_socket_options(struct call *call, const struct socket_options_params *in, struct socket_options_result *out)
{
    struct target target = {0};
    int r = check(call, &in->options);
    if (r == 0)
        r = target_find(call, in->socket, any_set(&in->options), &target);
    if (r != 0)
        return r;
    size_t count = in->options.count;
    struct sockd_option_value *values = arena_take(&call->session->control->arena, count * sizeof *values);
    if (!values)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct sockd_option *item = &in->options.items[i];
        const struct sockopt *option = sockopt_find(item->name);
        int error = get(&target, option, &values[i]);
        if (error)
            return trouble_os(call_trouble(call), "getsockopt", error);
        error = item->set ? set(&target, option, &item->value) : 0;
        if (error)
            return trouble_os(call_trouble(call), "setsockopt", error);
    }
    out->values = (struct sockd_option_values){values, count};
    return 0;
}
