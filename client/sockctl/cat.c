/* Standard input and output joined to a stream.
 *
 * The daemon is asked for a descriptor first, so that bytes move at the kernel's speed; where it hands none out, a bridge
 * carries them in calls. The connection that cat makes lives as long as its session, so that nothing can leave it behind. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "arguments.h"
#include "bridge.h"
#include "link.h"
#include "pump.h"

struct cat {
    struct command *command;
    sockd_handle stream;
    bool keep;
    int input, output;          /* descriptors handed out; -1: none */
    struct sockd_bytes pending; /* a copy */
    struct bridge bridge;       /* bridge.end is -1 where it is not needed */
    int signals;
};

static bool flag(const struct command *command, const char *name)
{
    return json_object_get_boolean(json_object_object_get(command->params, name));
}

/* ---- the stream ---- */

static int cat_connect(struct cat *cat, int64_t port)
{
    struct command *command = cat->command;
    json_object *params = json_object_new_object(), *timeout = json_object_object_get(command->params, "timeout");
    struct answer answer;
    json_object_object_add(params, "port", json_object_new_int64(port));
    json_object_object_add(params, "host", json_object_get(json_object_object_get(command->params, "target")));
    json_object_object_add(params, "element_type", json_object_new_string(words_element.items[ELEMENT_UNSIGNED_8]));
    json_object_object_add(params, "timeout", json_object_get(timeout));
    int status = link_call(command, methods[METHOD_socket_connect].name, params, &answer);
    json_object_put(params);
    if (status == EXIT_DONE)
        cat->stream = json_object_get_uint64(json_object_object_get(answer.result, "stream"));
    json_object_put(answer.result);
    return status;
}

/* The target: a host and a port, or a handle alone. Nothing is sent before it is known to be one of them. */
static int cat_open(struct cat *cat)
{
    struct command *command = cat->command;
    const char *target = arguments_text(command, "target");
    json_object *port = json_object_object_get(command->params, "port");
    errno = 0;
    cat->stream = strtoull(target, NULL, 10);
    cat->keep = flag(command, "keep") && port == NULL;
    if (port == NULL && (strspn(target, "0123456789") != strlen(target) || errno != 0 || cat->stream == 0))
        return link_complain(command, EXIT_USAGE, "port: is missing (alone, a target is a handle, a positive integer)");
    int status = link_open(command);
    return status == EXIT_DONE && port != NULL ? cat_connect(cat, json_object_get_int64(port)) : status;
}

static bool refused_for_good(int result)
{
    return result == -SOCKD_ERROR_NO_SUCH_HANDLE || result == -SOCKD_ERROR_WRONG_KIND || result == -SOCKD_ERROR_CLOSED;
}

/* Asks for descriptors; without --via, going without them is no failure. */
static int cat_take_descriptors(struct cat *cat)
{
    struct sockd_stream_handles_options how = SOCKD_STREAM_HANDLES_OPTIONS;
    struct sockd_stream_handles_result handles;
    const char *via = arguments_text(cat->command, "via");
    if (flag(cat->command, "calls"))
        return EXIT_DONE;
    how.via = via == NULL ? SOCKD_UNSET : words_find(&words_via, via, strlen(via));
    int result = sockd_stream_handles(cat->command->client, cat->stream, &how, &handles);
    if (result < 0)
        return via != NULL || refused_for_good(result) ? link_fault(cat->command) : EXIT_DONE;
    cat->input = handles.input == SOCKD_NULL ? -1 : (int)handles.input;
    cat->output = handles.output == SOCKD_NULL ? -1 : (int)handles.output;
    unsigned char *copy = malloc(handles.pending.size + 1);
    memcpy(copy, handles.pending.size > 0 ? handles.pending.data : copy, handles.pending.size);
    cat->pending = sockd_memory(copy, handles.pending.size);
    return EXIT_DONE;
}

/* ---- moving ---- */

/* Waits for something to happen: whether the stream has ended goes to *ended. EXIT_INTERRUPTED after a signal. */
static int cat_poll(struct cat *cat, struct pump *pump, bool *ended)
{
    struct sockd *client = cat->command->client;
    bool bridged = cat->bridge.end >= 0;
    short events = bridged ? bridge_events(&cat->bridge) : 0;
    struct pollfd watched[] = {{.fd = *ended ? pump->moved : pump->ended, .events = POLLIN},
                               {.fd = cat->signals, .events = POLLIN},
                               {.fd = bridged ? sockd_fd(client) : -1, .events = sockd_events(client)},
                               {.fd = events != 0 ? cat->bridge.end : -1, .events = events}};
    if (poll(watched, sizeof watched / sizeof *watched, -1) < 0)
        return EXIT_DONE;
    *ended = *ended || watched[0].revents != 0;
    return watched[1].revents != 0 ? EXIT_INTERRUPTED : EXIT_DONE;
}

/* Carries the stream, where that is needed, until it has ended and what standard input had ready then is sent. A failure to
 * send that late is none: the peer had said its last word. */
static int cat_wait(struct cat *cat, struct pump *pump)
{
    bool ended = false;
    for (int status = EXIT_DONE;;) {
        bool sending = ended && pump->input_error == 0 && pump->stdout_error == 0 && pump_sending(pump);
        int result = cat->bridge.end >= 0 ? bridge_step(&cat->bridge) : 0;
        if (result < 0) {
            if (!ended)
                status = link_fault(cat->command);
            bridge_deinit(&cat->bridge);
        }
        if (ended && !sending && (cat->bridge.end < 0 || bridge_quiet(&cat->bridge)))
            return status;
        if (cat_poll(cat, pump, &ended) == EXIT_INTERRUPTED)
            return EXIT_INTERRUPTED;
    }
}

static int tell_errors(const struct cat *cat, const struct pump *pump)
{
    if (pump->input_error != 0)
        return link_complain(cat->command, EXIT_FAULT, "reading the stream: %s", strerror(pump->input_error));
    if (pump->stdout_error == EPIPE) /* whoever read has enough */
        return EXIT_FAULT;
    if (pump->stdout_error != 0)
        return link_complain(cat->command, EXIT_FAULT, "standard output: %s", strerror(pump->stdout_error));
    return EXIT_DONE;
}

/* The pump stays behind: its sender may wait for standard input until the process ends. */
static struct pump pump;

static int cat_run_pump(struct cat *cat)
{
    pump.input = cat->input;
    pump.output = cat->output;
    pump.pending = cat->pending.data;
    pump.pending_size = cat->pending.size;
    pump.screen = isatty(STDOUT_FILENO) && !flag(cat->command, "raw");
    int error = pump_start(&pump);
    if (error != 0)
        return link_complain(cat->command, EXIT_FAULT, "threads: %s", strerror(error));
    int status = cat_wait(cat, &pump);
    if (status == EXIT_DONE)
        status = tell_errors(cat, &pump);
    return status;
}

/* ---- the end ---- */

static int cat_close(struct cat *cat, int status)
{
    sockd *client = cat->command->client;
    struct sockd_close_handle_options how = SOCKD_CLOSE_HANDLE_OPTIONS;
    how.abort = status != EXIT_DONE;
    if (cat->keep)
        return status;
    int result = sockd_close_handle(client, cat->stream, &how);
    return status == EXIT_DONE && result < 0 ? link_fault(cat->command) : status;
}

/* From here on an interruption is something to read, so that the handle is closed on the way out. */
static int signals_open(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int cat_run(struct command *command)
{
    struct cat cat = {.command = command, .input = -1, .output = -1, .bridge = {.end = -1}};
    int status = cat_open(&cat);
    if (status != EXIT_DONE)
        return status;
    cat.signals = signals_open();
    status = cat_take_descriptors(&cat);
    if (status == EXIT_DONE && cat.input < 0 && cat.output < 0) {
        if (bridge_init(&cat.bridge, command->client, cat.stream, &cat.input) < 0)
            status = link_fault(command);
        cat.output = cat.input;
    }
    if (status == EXIT_DONE)
        status = cat_run_pump(&cat);
    status = cat_close(&cat, status);
    bridge_deinit(&cat.bridge);
    return status;
}
