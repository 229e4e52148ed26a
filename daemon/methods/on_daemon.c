/* The service itself. */
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "handlers.h"
#include "log.h"
#include "openrpc.h"

static const struct sockd_text capabilities[] = {
    {"payload", sizeof "payload" - 1},
    {"fds", sizeof "fds" - 1},
    {"cancel", sizeof "cancel" - 1},
    {"events", sizeof "events" - 1},
};

static const struct sockd_texts all_capabilities = {capabilities, sizeof capabilities / sizeof capabilities[0]};

int on_rpc_discover(struct call *call, const struct nothing *in, struct openrpc_result *out)
{
    (void)call;
    (void)in;
    out->document = (struct sockd_text){openrpc_document, openrpc_document_size};
    return 0;
}

int on_rpc_cancel(struct call *call, const struct rpc_cancel_params *in, struct rpc_cancel_result *out)
{
    struct call *other = call_find(call->session, in->id);
    if (other) {
        out->cancelled = true;
        call_fail(other, trouble_plain(call_trouble(call), ERROR_cancelled));
    }
    return 0;
}

int on_daemon_info(struct call *call, const struct nothing *in, struct daemon_info_result *out)
{
    const struct control *control = call->session->control;
    struct trouble *trouble = call_trouble(call);
    (void)in;
    out->name = SOCKD_TEXT("sockd");
    out->version = SOCKD_TEXT(SOCKD_VERSION);
    out->protocol = SOCKD_PROTOCOL;
    out->pid = getpid();
    out->started = (struct sockd_text){trouble->host, clock_text(control->started, trouble->host)};
    control_limits(control, &call_identity(call)->account, &out->limits);
    out->capabilities = all_capabilities;
    return 0;
}

int on_daemon_stats(struct call *call, const struct nothing *in, struct daemon_stats_result *out)
{
    const struct control *control = call->session->control;
    const struct sockets *sockets = call_sockets(call);
    const int64_t *used = control->options.daemon.used;
    (void)in;
    *out = (struct daemon_stats_result){
        .uptime_ms = (clock_now() - control->started) / 1000,
        .sessions = used[QUOTA_SESSIONS],
        .sessions_total = (int64_t)control->next_session - 1,
        .handles = used[QUOTA_HANDLES],
        .handles_total = (int64_t)sockets->objects.next - 1,
        .calls = used[QUOTA_CALLS],
        .waiters = used[QUOTA_WAITERS],
        .buffered = used[QUOTA_BUFFERED],
        .descriptors = used[QUOTA_DESCRIPTORS],
        .resolver_jobs = used[QUOTA_RESOLVER_JOBS],
        .subscribers = events_subscribers(control),
        .events_lost = (int64_t)control->events_lost,
        .denied = (int64_t)sockets->denials.count,
        .denials_unlogged = (int64_t)sockets->denials.unlogged,
        .log_dropped = (int64_t)log_dropped(),
    };
    return 0;
}

int on_session_hello(struct call *call, const struct session_hello_params *in, struct session_hello_result *out)
{
    struct identity *identity = call_identity(call);
    if (in->name.data && !identity_plain(in->name.data, in->name.size))
        return trouble_param(call_trouble(call), "name", "has a character that does something to whoever shows it");
    if (in->name.data) {
        memcpy(identity->label, in->name.data, in->name.size);
        identity->label[in->name.size] = '\0';
    }
    out->name = SOCKD_TEXT("sockd");
    out->version = SOCKD_TEXT(SOCKD_VERSION);
    out->protocol = SOCKD_PROTOCOL;
    control_limits(call->session->control, &identity->account, &out->limits);
    out->capabilities = all_capabilities;
    return 0;
}

int on_session_info(struct call *call, const struct nothing *in, struct session_info_result *out)
{
    const struct identity *identity = call_identity(call);
    const struct account *account = &identity->account;
    (void)in;
    out->uid = identity->uid;
    out->gid = identity->gid;
    out->pid = identity->pid;
    out->profile = (struct sockd_text){identity->principal->profile, strlen(identity->principal->profile)};
    if (identity->label[0])
        out->name = (struct sockd_text){identity->label, strlen(identity->label)};
    control_limits(call->session->control, account, &out->limits);
    out->used = (struct session_used){
        .calls = account->used[QUOTA_CALLS],
        .handles = account->used[QUOTA_HANDLES],
        .sessions = account->parent->used[QUOTA_SESSIONS],
        .buffered = account->used[QUOTA_BUFFERED],
        .waiters = account->used[QUOTA_WAITERS],
        .descriptors = account->used[QUOTA_DESCRIPTORS],
        .resolver_jobs = account->used[QUOTA_RESOLVER_JOBS],
        .accepted = account->used[QUOTA_ACCEPTED],
    };
    return 0;
}
