#include "dispatch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "log.h"
#include "warrant.h"

int dispatch_invoke(struct call *call, const void *params, void *result)
{
    switch (call->method->id) {
#define METHOD(id, wire, params_record, result_record, right, flags, doc) \
    case METHOD_##id:                                                     \
        return on_##id(call, params, result);
#include "methods.def"
    case METHOD_COUNT:
        break;
    }
    return -ENOSYS;
}

static int tell_param(struct trouble *trouble, const struct record_fault *fault)
{
    size_t size = fault->param.size < sizeof trouble->host - 1 ? fault->param.size : sizeof trouble->host - 1;
    memcpy(trouble->host, fault->param.data ? fault->param.data : "", size);
    trouble->host[size] = '\0';
    int r = trouble_param(trouble, trouble->host, fault->reason);
    trouble->fault.param.size = size;
    return r;
}

static struct sockd_text right_text(enum right right)
{
    return (struct sockd_text){right_names[right], strlen(right_names[right])};
}

/* 0, or the outcome to be told. */
static int check(struct session *session, const struct rpc_request *request, union method_params *params,
                 struct record_fault *fault)
{
    struct control *control = session->control;
    const struct identity *identity = session->identity;
    if (control->stopping)
        return trouble_plain(&control->trouble, ERROR_going_away);
    if (!warrant_right(control->options.sockets, identity, request->method->right, request->method->name))
        return trouble_denied(&control->trouble, request->method->name, right_text(request->method->right),
                              identity->principal->profile);
    arena_reset(&control->arena);
    switch (record_decode(request->method->params, &control->scan, request->params, true, &control->arena, params, fault)) {
    case RECORD_OK:
        return 0;
    case RECORD_INVALID:
        return tell_param(&control->trouble, fault);
    case RECORD_NO_ROOM:
        break;
    }
    return -ENOMEM;
}

void dispatch_request(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo)
{
    struct control *control = session->control;
    union method_params params;
    struct record_fault fault;
    int r = check(session, request, &params, &fault);
    struct call *call = r == 0 ? call_new(session, batch, request, cargo, &r) : NULL;
    if (call) {
        call_serve(call, &params);
        return;
    }
    if (r < 0) {
        log_error(request->method->name, "%s", strerror(-r));
        r = trouble_plain(&control->trouble, ERROR_internal);
    }
    struct reply reply = {.id = request->id, .error = (enum error_id)r, .trouble = &control->trouble};
    session_reply(session, batch, &reply);
}
