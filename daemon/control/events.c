/* An event is made and printed once, when the first subscriber wants it; without subscribers nothing is made at all.
 *
 * A denial is told twice, to different people: with its reason as it is decided (by the witness), and as its reply is sent (by
 * events_refused), which by its nature tells no more than the reply. A name of which some addresses are denied and one is not
 * gives no event of the second kind, nor does what a policy only reports: who asked is not denied anything. */
#include "events.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "denial.h"
#include "listener.h"
#include "show.h"
#include "stream.h"

struct subscription {
    LIST_ENTRY(subscription) link;
    struct session *session;
    struct event_filter *filter;
    struct {
        char *line; /* with its LF */
        size_t size;
    } ring[EVENTS_RING];
    size_t first, count;
    int64_t lost; /* since the last time that was told */
};

/* ---- the ring ---- */

static void drop_first(struct subscription *subscription)
{
    size_t first = subscription->first;
    free(subscription->ring[first].line);
    account_refund(&subscription->session->identity->account, QUOTA_BUFFERED, (int64_t)subscription->ring[first].size);
    subscription->first = (first + 1) % EVENTS_RING;
    subscription->count--;
}

static void lose(struct subscription *subscription)
{
    subscription->lost++;
    subscription->session->control->events_lost++;
}

static void lose_first(struct subscription *subscription)
{
    drop_first(subscription);
    lose(subscription);
}

/* Room for a line, charged; older ones make way. */
static bool make_room(struct subscription *subscription, size_t size)
{
    struct account *account = &subscription->session->identity->account;
    int64_t limit;
    if (subscription->count == EVENTS_RING)
        lose_first(subscription);
    while (!account_charge(account, QUOTA_BUFFERED, (int64_t)size, &limit)) {
        if (subscription->count == 0)
            return false;
        lose_first(subscription);
    }
    return true;
}

static void push(struct subscription *subscription, const char *line, size_t size)
{
    struct session *session = subscription->session;
    char *copy = make_room(subscription, size) ? strndup(line, size) : NULL; /* JSON text has no NUL in it */
    if (copy) {
        size_t at = (subscription->first + subscription->count++) % EVENTS_RING;
        subscription->ring[at].line = copy; /* consume */
        subscription->ring[at].size = size;
    } else {
        lose(subscription);
    }
    if (!session->busy && subscription->count <= 1) /* else it is on its way already, or waits for the client to read */
        event_active(session->later, EV_TIMEOUT, 0);
}

/* ---- printing ---- */

/* Appends the notification and its LF. 0 or -ENOMEM. */
static int append_event(struct buffer *out, const struct event_info *info)
{
    for (size_t room = 1024;;) {
        char *data = buffer_reserve(out, room);
        if (!data)
            return -ENOMEM;
        struct print print = {data, buffer_room(out), 0};
        rpc_print_notification(&print, &notifications[NOTIFICATION_event], info);
        print_byte(&print, '\n');
        if (print_fits(&print)) {
            buffer_added(out, print.used);
            return 0;
        }
        room = print.used;
    }
}

/* ---- making ---- */

/* Where the texts of an event stand that stand nowhere else. */
struct rooms {
    char time[CLOCK_TEXT], local[ADDRESS_TEXT], peer[ADDRESS_TEXT];
};

static void begin(struct event_info *info, struct rooms *rooms, enum event_kind kind, const struct identity *identity)
{
    record_clear(&record_event_info, info);
    info->event = (int)kind;
    info->time = (struct sockd_text){rooms->time, clock_text(clock_now(), rooms->time)};
    info->local.address = info->peer.address = SOCKD_TEXT("");
    show_owner(identity, &info->owner);
}

static void add_object(struct event_info *info, struct rooms *rooms, const struct object *object)
{
    union address address;
    bool closed = info->event == EVENT_KIND_CLOSED;
    info->handle = object->handle;
    info->kind = object->kind;
    if (object->kind == KIND_SERVER) {
        const struct listener *listener = listener_of((struct object *)object);
        show_endpoint(&listener->address, rooms->local, &info->local);
        if (closed)
            info->bytes_in = (int64_t)listener->accepted;
        return;
    }
    const struct stream *stream = stream_of((struct object *)object);
    if (stream_address(stream, false, &address) == 0)
        show_endpoint(&address, rooms->local, &info->local);
    if (stream_address(stream, true, &address) == 0)
        show_endpoint(&address, rooms->peer, &info->peer);
    info->host = show_text(stream->host);
    if (closed) {
        info->bytes_in = (int64_t)stream->bytes_in;
        info->bytes_out = (int64_t)stream->bytes_out;
    }
}

/* ---- who may see it ---- */

typedef bool audience(const struct identity *who, const void *about);

static bool inspects(const struct identity *who)
{
    return identity_may(who, POLICY_RIGHT_INSPECT_ALL);
}

static bool users_of(const struct identity *who, const void *object)
{
    return object_usable(object, who) || inspects(who);
}

static bool inspectors(const struct identity *who, const void *nothing)
{
    (void)nothing;
    return inspects(who);
}

static bool principal_of(const struct identity *who, const void *identity)
{
    return identity_same(who, identity) || inspects(who);
}

static bool principal_alone(const struct identity *who, const void *identity)
{
    return identity_same(who, identity) && !inspects(who);
}

static void publish(struct control *control, const struct event_info *info, audience *sees, const void *about)
{
    struct subscription *subscription;
    struct buffer line = {0};
    LIST_FOREACH (subscription, &control->subscriptions, link) {
        if (!sees(subscription->session->identity, about) || !subscription->filter->holds(subscription->filter, info))
            continue;
        if (buffer_size(&line) == 0 && append_event(&line, info) < 0)
            lose(subscription);
        else
            push(subscription, buffer_data(&line), buffer_size(&line));
    }
    buffer_deinit(&line);
}

/* ---- what happens ---- */

static void tell_object(struct control *control, enum event_kind kind, const struct object *object, const char *reason)
{
    struct event_info info;
    struct rooms rooms;
    if (LIST_EMPTY(&control->subscriptions))
        return;
    begin(&info, &rooms, kind, object->identity);
    add_object(&info, &rooms, object);
    if (reason)
        info.reason = show_text(reason);
    publish(control, &info, users_of, object);
}

static void happened(void *context, enum event_kind kind, const struct object *object, const char *reason)
{
    tell_object(context, kind, object, reason);
}

void events_shared(struct control *control, const struct object *object, const char *reason)
{
    tell_object(control, EVENT_KIND_SHARED, object, reason);
}

static void denied(void *context, const struct denial *denial)
{
    struct control *control = context;
    struct event_info info;
    struct rooms rooms;
    if (LIST_EMPTY(&control->subscriptions))
        return;
    begin(&info, &rooms, EVENT_KIND_DENIED, denial->identity);
    info.reason = show_text(denial->reason);
    info.operation = show_text(denial->operation);
    info.target = show_text(denial->target);
    if (denial->rule)
        info.rule = show_text(denial->rule);
    info.mode = denial->reported ? SOCKD_TEXT("report") : SOCKD_TEXT("enforce");
    publish(control, &info, inspectors, NULL);
}

struct witness events_witness(struct control *control)
{
    return (struct witness){control, happened, denied};
}

void events_limit(struct control *control, const struct identity *identity, const struct trouble *trouble)
{
    struct event_info info;
    struct rooms rooms;
    denial_tell_limit(control->options.sockets, identity, trouble->message);
    if (LIST_EMPTY(&control->subscriptions))
        return;
    begin(&info, &rooms, EVENT_KIND_LIMIT, identity);
    info.limit = trouble->fault.limit;
    info.value = trouble->fault.value;
    publish(control, &info, principal_of, identity);
}

/* read-line's own limit has the name of the daemon's. */
static bool chosen_by_caller(const struct control *control, const struct trouble *trouble)
{
    return name_is("line", trouble->fault.limit.data, trouble->fault.limit.size) &&
           trouble->fault.value != (int64_t)control->options.limits.line;
}

void events_refused(struct session *session, enum error_id error, const struct trouble *trouble)
{
    struct control *control = session->control;
    struct event_info info;
    struct rooms rooms;
    if (error == ERROR_limit && !chosen_by_caller(control, trouble))
        events_limit(control, session->identity, trouble);
    if (error != ERROR_denied || LIST_EMPTY(&control->subscriptions))
        return;
    begin(&info, &rooms, EVENT_KIND_DENIED, session->identity);
    info.operation = trouble->fault.operation;
    info.target = trouble->fault.target;
    publish(control, &info, principal_alone, session->identity);
}

/* ---- subscribers ---- */

static int64_t weight(const struct event_filter *filter)
{
    return (int64_t)(sizeof(struct subscription) + filter->size);
}

int events_subscribe(struct session *session, struct event_filter *filter, struct trouble *trouble)
{
    struct control *control = session->control;
    int64_t limit;
    struct subscription *subscription = calloc(1, sizeof *subscription);
    int r = subscription ? 0 : -ENOMEM;
    if (r == 0 && !account_charge(&session->identity->account, QUOTA_BUFFERED, weight(filter), &limit))
        r = trouble_limit(trouble, quota_names[QUOTA_BUFFERED], limit);
    if (r != 0) {
        filter->release(filter);
        free(subscription);
        return r;
    }
    events_unsubscribe(session);
    subscription->session = session;
    subscription->filter = filter; /* consume */
    LIST_INSERT_HEAD(&control->subscriptions, subscription, link);
    session->subscription = subscription;
    return 0;
}

void events_unsubscribe(struct session *session)
{
    struct subscription *subscription = session->subscription;
    if (!subscription)
        return;
    while (subscription->count > 0)
        drop_first(subscription);
    account_refund(&session->identity->account, QUOTA_BUFFERED, weight(subscription->filter));
    subscription->filter->release(subscription->filter);
    LIST_REMOVE(subscription, link);
    session->subscription = NULL;
    free(subscription);
}

bool events_subscribed(const struct session *session, struct sockd_text filter)
{
    const struct subscription *subscription = session->subscription;
    if (!subscription || !subscription->filter->text.data)
        return false;
    struct sockd_text text = subscription->filter->text;
    return text.size == filter.size && memcmp(text.data, filter.data, text.size) == 0;
}

int64_t events_subscribers(const struct control *control)
{
    const struct subscription *subscription;
    int64_t count = 0;
    LIST_FOREACH (subscription, &control->subscriptions, link)
        count++;
    return count;
}

static int tell_lost(struct session *session, int64_t count)
{
    struct event_info info;
    struct rooms rooms;
    begin(&info, &rooms, EVENT_KIND_LOST, session->identity);
    info.count = count;
    return append_event(&session->out, &info);
}

void events_deliver(struct session *session)
{
    struct subscription *subscription = session->subscription;
    int r = 0;
    if (subscription->lost > 0 && buffer_size(&session->out) < EVENTS_AHEAD) {
        r = tell_lost(session, subscription->lost);
        subscription->lost = 0;
    }
    while (r == 0 && subscription->count > 0 && buffer_size(&session->out) < EVENTS_AHEAD) {
        r = buffer_append(&session->out, subscription->ring[subscription->first].line,
                          subscription->ring[subscription->first].size);
        if (r == 0)
            drop_first(subscription);
    }
    if (r < 0)
        session_end(session);
}
