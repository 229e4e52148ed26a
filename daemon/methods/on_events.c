/* Subscribing to events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "filter.h"
#include "handlers.h"

/* A filter and the text that it points into. */
struct wanted {
    struct event_filter base;
    struct filter filter;
    char text[];
};

static bool wanted_holds(const struct event_filter *base, const struct event_info *event)
{
    return filter_holds(&((const struct wanted *)base)->filter, event);
}

static void wanted_release(struct event_filter *base)
{
    free(base);
}

int on_events_subscribe(struct call *call, const struct events_subscribe_params *in, struct nothing *out)
{
    struct trouble *trouble = call_trouble(call);
    size_t size = sizeof(struct wanted) + in->filter.size;
    struct wanted *wanted = malloc(size);
    (void)out;
    if (!wanted)
        return -ENOMEM;
    struct sockd_text text = {in->filter.data ? wanted->text : NULL, in->filter.size};
    if (text.data)
        memcpy(wanted->text, in->filter.data, in->filter.size);
    wanted->base = (struct event_filter){wanted_holds, wanted_release, size, text};
    if (!filter_read(&wanted->filter, &record_event_info, text, trouble->host)) {
        free(wanted);
        return trouble_param(trouble, "filter", trouble->host);
    }
    return events_subscribe(call->session, &wanted->base, trouble);
}

int on_events_unsubscribe(struct call *call, const struct events_unsubscribe_params *in, struct nothing *out)
{
    (void)out;
    if (!in->filter.data || events_subscribed(call->session, in->filter))
        events_unsubscribe(call->session);
    return 0;
}
