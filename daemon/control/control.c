#include "control.h"

#include <errno.h>
#include <stdlib.h>

#include "call.h"
#include "events.h"
#include "session.h"

#define ARENA_BYTES_A_VALUE 160 /* the largest array element that one value of a line can become */

int control_init(struct control *control, const struct control_options *options)
{
    size_t values = options->limits.values;
    *control = (struct control){.options = *options, .next_session = 1, .started = clock_now()};
    control->options.others.parent = &control->options.daemon;
    TAILQ_INIT(&control->sessions);
    TAILQ_INIT(&control->spare);
    LIST_INIT(&control->principals);
    LIST_INIT(&control->subscriptions);
    control->scan.values = values;
    control->scan.nesting = options->limits.nesting;
    control->scan.tokens = calloc(SCAN_TOKENS(values), sizeof *control->scan.tokens);
    control->scan.scratch = calloc(SCAN_TOKENS(values), sizeof *control->scan.scratch);
    control->arena.size = values * ARENA_BYTES_A_VALUE;
    control->arena.data = malloc(control->arena.size);
    control->input = malloc(CONTROL_INPUT);
    if (control->scan.tokens && control->scan.scratch && control->arena.data && control->input && burials_init(control) == 0) {
        options->sockets->witness = events_witness(control);
        return 0;
    }
    control_deinit(control);
    return -ENOMEM;
}

void control_stop(struct control *control)
{
    struct session *session, *next;
    control->stopping = true;
    for (session = TAILQ_FIRST(&control->sessions); session; session = next) {
        struct call *call;
        next = TAILQ_NEXT(session, link);
        while ((call = TAILQ_FIRST(&session->calls)))
            call_fail(call, trouble_plain(&control->trouble, ERROR_going_away));
        session_end_soon(session);
    }
}

bool control_pending(const struct control *control)
{
    return !TAILQ_EMPTY(&control->sessions);
}

void control_deinit(struct control *control)
{
    struct session *session;
    struct call *call;
    while ((session = TAILQ_FIRST(&control->sessions)))
        session_end(session);
    while ((call = TAILQ_FIRST(&control->spare))) {
        TAILQ_REMOVE(&control->spare, call, link);
        free(call);
    }
    shares_deinit(&control->shares);
    burials_deinit(control);
    free(control->scan.tokens);
    free(control->scan.scratch);
    free(control->arena.data);
    free(control->input);
}

void control_limits(const struct control *control, const struct account *account, struct limits *limits)
{
    const struct message_limits *message = &control->options.limits;
    *limits = (struct limits){
        .line = (int64_t)message->line,
        .nesting = (int64_t)message->nesting,
        .values = (int64_t)message->values,
        .payload = (int64_t)message->payload,
        .batch = (int64_t)message->batch,
        .fds = (int64_t)message->fds,
        .calls = account->limit[QUOTA_CALLS],
        .sessions = account->limit[QUOTA_SESSIONS],
        .handles = account->limit[QUOTA_HANDLES],
        .buffered = account->limit[QUOTA_BUFFERED],
        .waiters = account->limit[QUOTA_WAITERS],
        .descriptors = account->limit[QUOTA_DESCRIPTORS],
        .resolver_jobs = account->limit[QUOTA_RESOLVER_JOBS],
        .accepted = account->limit[QUOTA_ACCEPTED],
    };
}
