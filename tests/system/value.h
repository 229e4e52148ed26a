/* JSON values in tests, read by paths such as "owner.uid" or "values.0". A path that is not there, or a value of another
 * type, fails the case. */
#pragma once

#include <check.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

typedef unsigned long handle;

/* The value at a path, NULL for a JSON null. */
json_object *value_at(json_object *json, const char *path);

bool has(json_object *json, const char *path);
bool null_at(json_object *json, const char *path);
bool bool_at(json_object *json, const char *path);
int64_t int_at(json_object *json, const char *path);
handle handle_at(json_object *json, const char *path);
double number_at(json_object *json, const char *path);
const char *text_at(json_object *json, const char *path);
size_t count_at(json_object *json, const char *path);

/* The value at a path as compact JSON text; "" for the path is the whole. Lives as long as the value. */
const char *json_at(json_object *json, const char *path);

/* Parses text that the test wrote, ' standing for ". To be freed by value_free_all. */
json_object *json_of(const char *text);

/* A C string as a JSON string with its quotes; bytes in base64, without quotes. To be freed by value_free_all. */
const char *quoted(const char *text);
const char *base64(const void *data, size_t size);

/* Hands memory over to be freed when the case ends. */
void *value_keep(void *memory);
json_object *value_keep_json(json_object *json);
void value_free_all(void);

/* these fail where the test stands, not where the helper does */
#define expect_int(json, path, want) ck_assert_int_eq(int_at(json, path), want)
#define expect_text(json, path, want) ck_assert_str_eq(text_at(json, path), want)
#define expect_null(json, path) ck_assert_msg(null_at(json, path), "%s is not null in %s", path, json_at(json, ""))
#define expect_true(json, path) ck_assert_msg(bool_at(json, path), "%s is false in %s", path, json_at(json, ""))
#define expect_false(json, path) ck_assert_msg(!bool_at(json, path), "%s is true in %s", path, json_at(json, ""))
#define expect_json(json, path, want)                                                                                         \
    ck_assert_msg(json_object_equal(value_at(json, path), json_of(want)), "%s: got %s, wanted %s", path, json_at(json, path), \
                  want)
