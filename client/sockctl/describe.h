/* The method table in words for people and as JSON Schema for programs. Pure. */
#pragma once

#include <stddef.h>

#include <json-c/json_object.h>

#include "proto.h"

/* What a field takes, as people type it: "integer from 0 to 65535", "input|output|io". */
void describe_type(const struct field *field, char *out, size_t size);

/* What stands for a field in a line of usage: PORT, HANDLE[:DIRECTION]... */
void describe_placeholder(const struct field *field, char *out, size_t size);

/* Its default as people type it, or NULL where it is required or may be absent. */
const char *describe_default(const struct field *field, char *out, size_t size);

/* JSON Schema of a field and of a whole record, with description and unit. The caller's. */
json_object *describe_field_schema(const struct field *field);
json_object *describe_record_schema(const struct record *record);

/* A method: name, text, right, schemas of its parameters and its result. The caller's. */
json_object *describe_method(const struct method *method);
