#include "cover.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Atomic unsigned *notes;

void cover_init(void)
{
    size_t size = METHOD_COUNT * sizeof *notes;
    notes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (notes == MAP_FAILED)
        abort();
}

static bool member_is(json_object *object, const char *name, const char *json)
{
    json_object *value;
    return json_object_object_get_ex(object, name, &value) &&
           strcmp(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), json) == 0;
}

static unsigned outcome_of_error(json_object *error)
{
    json_object *data;
    if (!json_object_object_get_ex(error, "data", &data))
        return 0;
    if (member_is(data, "kind", "\"invalid-params\""))
        return BAD_PARAMS;
    if (member_is(data, "kind", "\"timeout\""))
        return TIMEOUT;
    return member_is(data, "kind", "\"cancelled\"") ? CANCEL : REFUSAL;
}

static unsigned outcome_of_result(enum method_id method, json_object *result)
{
    unsigned outcomes = SUCCESS;
    if (member_is(result, "eof", "true"))
        outcomes |= AT_END;
    if ((method == METHOD_socket_wait && member_is(result, "ready", "false")) ||
        (method == METHOD_socket_status && member_is(result, "count", "0")))
        outcomes |= TIMEOUT;
    return outcomes;
}

void cover_note(const char *name, json_object *reply)
{
    const struct method *method = method_find(name, strlen(name));
    json_object *part;
    if (!method || !notes)
        return;
    if (json_object_object_get_ex(reply, "error", &part))
        notes[method->id] |= outcome_of_error(part);
    else if (json_object_object_get_ex(reply, "result", &part))
        notes[method->id] |= outcome_of_result(method->id, part);
}

unsigned cover_seen(enum method_id method)
{
    return notes[method];
}

static bool record_has(const struct record *record, enum field_type type, const char *name)
{
    const struct field *fields = record->count ? record->fields() : NULL;
    for (size_t i = 0; i < record->count; i++)
        if (fields[i].type == type && (!name || strcmp(fields[i].name, name) == 0))
            return true;
    return false;
}

unsigned cover_needed(const struct method *method)
{
    unsigned needed = SUCCESS | BAD_PARAMS;
    bool waits = method->flags & METHOD_WAITS;
    if (waits || record_has(method->params, TYPE_HANDLE, NULL) || record_has(method->params, TYPE_ITEMS, NULL))
        needed |= REFUSAL;
    /* open-stream-p answers false where every other method refuses */
    if (method->id == METHOD_open_stream_p)
        needed &= ~(unsigned)REFUSAL;
    if (waits)
        needed |= CANCEL;
    if (waits && record_has(method->params, TYPE_TIMEOUT, NULL))
        needed |= TIMEOUT;
    if ((method->flags & METHOD_INPUT) && record_has(method->result, TYPE_BOOL, "eof"))
        needed |= AT_END;
    return needed;
}

const char *cover_names(unsigned outcomes)
{
    static const char *const names[] = {"success", "refusal", "bad-params", "timeout", "cancel", "end"};
    static char text[80];
    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (outcomes & 1u << i)
            snprintf(text + strlen(text), sizeof text - strlen(text), " %s", names[i]);
    return text;
}
