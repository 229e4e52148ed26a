/* Events: notifications, kept as they came until nothing of the library is under way that their callback could disturb. */
#include "client.h"

#include <stdlib.h>

struct event_note {
    struct event_note *next;
    size_t size;
    char line[]; /* and behind it room for its params as they came: decoding unescapes texts in place */
};

bool event_keep(sockd *client, const char *line, size_t size)
{
    struct event_note *note = malloc(sizeof *note + 2 * size);
    if (!note)
        return false;
    note->next = NULL;
    note->size = size;
    memcpy(note->line, line, size);
    *client->last_event = note; /* consume */
    client->last_event = &note->next;
    return true;
}

/* Whether a scanned message is an event; *params is where its parameters stand. */
static bool is_event(struct scan *scan, uint32_t *params)
{
    uint32_t method = scan_member(scan, 0, "method");
    *params = scan_member(scan, 0, "params");
    if (method == TOKEN_NONE || *params == TOKEN_NONE || scan->tokens[method].type != TOKEN_STRING)
        return false;
    struct sockd_text name = scan_raw(scan, method);
    const char *wanted = notifications[NOTIFICATION_event].name;
    return name.size == strlen(wanted) + 2 && memcmp(name.data + 1, wanted, name.size - 2) == 0;
}

static void tell(sockd *client, struct event_note *note)
{
    uint32_t params;
    struct event_info event;
    struct record_fault fault;
    struct arena arena = {NULL, 0, 0};
    client->scanned = NULL;
    if (scan_all(&client->scan, note->line, note->size) != SCAN_OK || !is_event(&client->scan, &params))
        return;
    struct sockd_text raw = scan_raw(&client->scan, params);
    struct sockd_text json = {note->line + note->size, raw.size};
    memcpy(note->line + note->size, raw.data, raw.size);
    bool known = record_decode(&record_event_info, &client->scan, params, false, &arena, &event, &fault) == RECORD_OK;
    client->on_event(client, known ? (const struct sockd_event_info *)&event : NULL, json, client->event_data);
}

static struct event_note *take_first(sockd *client)
{
    struct event_note *note = client->events;
    if (note && !(client->events = note->next))
        client->last_event = &client->events;
    return note;
}

void events_deliver(sockd *client)
{
    struct event_note *note;
    while ((note = take_first(client))) {
        if (client->on_event)
            tell(client, note);
        free(note);
    }
}

void events_drop(sockd *client)
{
    struct event_note *note;
    while ((note = take_first(client)))
        free(note);
}

int sockd_on_event(sockd *client, sockd_event_fn *on_event, void *data)
{
    if (!client)
        return -SOCKD_ERROR_ARGUMENT;
    client->on_event = on_event;
    client->event_data = data;
    return 0;
}
