/* Two walks over the field table: one adds up what the record points to, one copies it behind the record. */
#include "keep.h"

#include <stdlib.h>
#include <string.h>

/* Room for what is pointed to. data NULL: it is only measured. */
struct room {
    char *data;
    size_t used;
};

static const void *put(struct room *room, const void *data, size_t size)
{
    size_t at = (room->used + 15) & ~(size_t)15;
    room->used = at + size;
    if (!room->data || !data)
        return data;
    if (size)
        memcpy(room->data + at, data, size);
    return room->data + at;
}

static void keep_text(struct room *room, struct sockd_text *text, bool bare)
{
    if (bare)
        *text = (struct sockd_text){NULL, 0};
    text->data = put(room, text->data, text->size);
}

static void keep_field(struct room *room, const struct field *field, void *value, bool bare)
{
    switch (field->type) {
    case TYPE_TEXT:
    case TYPE_ID:
    case TYPE_JSON:
        keep_text(room, value, bare);
        break;
    case TYPE_FORMAT:
        keep_text(room, &((struct sockd_format *)value)->encoding, false);
        break;
    case TYPE_INTERFACE:
        keep_text(room, &((struct sockd_interface *)value)->host, false);
        break;
    case TYPE_BYTES: {
        struct sockd_bytes *bytes = value;
        if (bare)
            *bytes = (struct sockd_bytes){NULL, 0};
        bytes->data = put(room, bytes->data, bytes->size);
        break;
    }
    case TYPE_ITEMS: {
        struct sockd_items *items = value;
        if (bare)
            items->items = NULL, items->count = 0;
        items->items = put(room, items->items, items->count * sizeof *items->items);
        break;
    }
    default: /* nothing else that a waiting method takes points anywhere: see the test that walks the table */
        break;
    }
}

static void keep_fields(const struct record *record, struct room *room, char *copy, bool bare)
{
    const struct field *fields = record->fields();
    for (size_t i = 0; i < record->count; i++)
        keep_field(room, &fields[i], copy + fields[i].offset, bare);
}

void *record_keep(const struct record *record, const void *value, bool bare, size_t *size)
{
    union method_params measure;
    struct room room = {NULL, record->size};
    memcpy(&measure, value, record->size);
    keep_fields(record, &room, (char *)&measure, bare);
    *size = room.used;
    char *copy = malloc(room.used);
    if (!copy)
        return NULL;
    memcpy(copy, value, record->size);
    room = (struct room){copy, record->size};
    keep_fields(record, &room, copy, bare);
    return copy;
}
