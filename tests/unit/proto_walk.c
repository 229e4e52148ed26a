/* Every record of the table of methods: there and back, and each member missing, null, wrong and unknown. */
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "fence.h"
#include "parse.h"
#include "rpc.h"
#include "sample.h"

static _Alignas(16) char value[4096], back[4096];
static struct record_fault fault;

static const struct field *field_of(const struct record *record, size_t i)
{
    return &record->fields()[i];
}

static bool is_document(const struct record *record)
{
    return record->count == 1 && field_of(record, 0)->type == TYPE_JSON;
}

static enum record_result decode(const struct record *record, const char *text, bool strict)
{
    memset(back, 0x5A, sizeof back);
    memset(&fault, 0, sizeof fault);
    return record_decode(record, parse_good(text), 0, strict, parse_arena(), back, &fault);
}

/* ---- there and back ---- */

static void sampled(const struct record *record, enum sample sample)
{
    static _Alignas(16) char memory[100000];
    struct arena arena = {memory, sizeof memory, 0};
    ck_assert_uint_le(record->size, sizeof value);
    record_clear(record, value);
    sample_fill(record, sample, &arena, value);
}

static void records_come_back(const struct record *record)
{
    for (enum sample sample = 0; sample < SAMPLE_COUNT; sample++) {
        static char printed[200000];
        sampled(record, sample);
        strcpy(printed, parse_printed(record, value));
        ck_assert_msg(decode(record, printed, true) == RECORD_OK, "%s: %s: %.*s %s", record->name, printed,
                      (int)fault.param.size, fault.param.data, fault.reason);
        ck_assert_str_eq(parse_printed(record, back), printed);
    }
}

/* ---- members of a printed record, to be put together otherwise ---- */

static char members[40][20000];

/* Takes a record's printed members apart; one that was left out is empty. */
static void take_apart(const struct record *record, enum sample sample)
{
    sampled(record, sample);
    struct scan *scanned = parse_good(parse_printed(record, value));
    ck_assert_uint_le(record->count, COUNT(members));
    for (size_t i = 0; i < record->count; i++) {
        uint32_t token = scan_member(scanned, 0, field_of(record, i)->name);
        struct sockd_text raw = token == TOKEN_NONE ? SOCKD_TEXT("") : scan_raw(scanned, token);
        ck_assert_uint_lt(raw.size, sizeof members[0]);
        memcpy(members[i], raw.data, raw.size);
        members[i][raw.size] = 0;
    }
}

/* An object of the members, in reverse order, with member `at` as another text, or without it. */
static const char *put_together(const struct record *record, size_t at, const char *other)
{
    static char text[800000];
    size_t size = 0;
    text[size++] = '{';
    for (size_t i = record->count; i-- > 0;) {
        const char *member = i == at ? other : members[i];
        if (member == NULL || member[0] == 0)
            continue;
        size += (size_t)sprintf(text + size, "%s\"%s\":%s", size > 1 ? "," : "", field_of(record, i)->name, member);
    }
    strcpy(text + size, "}");
    return text;
}

static void expect_refused(const struct record *record, const char *text, const char *name)
{
    ck_assert_msg(decode(record, text, true) == RECORD_INVALID, "%s: %s", record->name, text);
    ck_assert_msg(name_is(name, fault.param.data, fault.param.size), "%s: %s: %.*s", record->name, text, (int)fault.param.size,
                  fault.param.data);
    ck_assert_uint_gt(strlen(fault.reason), 5);
}

static void members_that_are_missing_have_their_defaults(const struct record *record)
{
    if (is_document(record))
        return;
    take_apart(record, SAMPLE_LOW);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_of(record, i);
        const char *text = put_together(record, i, NULL);
        bool required = field->fallback[0] == FIELD_REQUIRED[0] && !(field->flags & FIELD_OMIT);
        if (required) {
            expect_refused(record, text, field->name);
            ck_assert_str_eq(fault.reason, "is missing");
            continue;
        }
        ck_assert_msg(decode(record, text, true) == RECORD_OK, "%s: %s", record->name, text);
        if (field->fallback[0] == FIELD_ABSENT[0] || field->flags & FIELD_OMIT) {
            parse_good(parse_printed(record, back));
            continue;
        }
        /* the same as saying it */
        static char without[200000];
        strcpy(without, parse_printed(record, back));
        ck_assert_int_eq(decode(record, put_together(record, i, field->fallback), true), RECORD_OK);
        ck_assert_str_eq(parse_printed(record, back), without);
    }
}

static void null_is_taken_where_it_has_a_meaning(const struct record *record)
{
    if (is_document(record))
        return;
    take_apart(record, SAMPLE_HIGH);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_of(record, i);
        const char *text = put_together(record, i, "null");
        if (field->flags & FIELD_NULLABLE || field->type == TYPE_STATUSES || field->type == TYPE_ID)
            ck_assert_msg(decode(record, text, true) == RECORD_OK, "%s: %s", record->name, text);
        else
            expect_refused(record, text, field->name);
    }
}

static void values_of_other_types_are_refused(const struct record *record)
{
    if (is_document(record))
        return;
    take_apart(record, SAMPLE_HIGH);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_of(record, i);
        const char *other;
        for (size_t n = 0; (other = sample_wrong(field, n)) != NULL; n++)
            expect_refused(record, put_together(record, i, other), field->name);
    }
}

static void numbers_end_at_their_bounds(const struct record *record)
{
    take_apart(record, SAMPLE_HIGH);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_of(record, i);
        char text[40];
        if (field->type != TYPE_INT || (field->min == 0 && field->max == 0))
            continue;
        for (int step = -1; step <= 1; step++) {
            bool above = step > 0, below = step < 0;
            snprintf(text, sizeof text, "%lld", (long long)field->min + step);
            ck_assert_int_eq(decode(record, put_together(record, i, text), true),
                             below || field->min + step > field->max ? RECORD_INVALID : RECORD_OK);
            snprintf(text, sizeof text, "%lld", (long long)field->max + step);
            ck_assert_int_eq(decode(record, put_together(record, i, text), true),
                             above || field->max + step < field->min ? RECORD_INVALID : RECORD_OK);
        }
    }
}

static void texts_end_at_their_bounds(const struct record *record)
{
    take_apart(record, SAMPLE_HIGH);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_of(record, i);
        char text[400];
        if (field->type != TYPE_TEXT || (field->min == 0 && field->max == 0))
            continue;
        for (int64_t size = 0; size < 300; size++) {
            memset(text, 'x', sizeof text);
            text[0] = text[size + 1] = '"';
            text[size + 2] = 0;
            ck_assert_int_eq(decode(record, put_together(record, i, text), true),
                             size < field->min || size > field->max ? RECORD_INVALID : RECORD_OK);
        }
        expect_refused(record, put_together(record, i, "\"a\\u0000b\""), field->name);
    }
}

static void members_that_nobody_knows_are_refused_or_passed_over(const struct record *record)
{
    static char text[800100];
    if (is_document(record))
        return;
    take_apart(record, SAMPLE_HIGH);
    const char *good = put_together(record, COUNT(members), NULL);
    snprintf(text, sizeof text, "{\"n\\u006fbody\":[{}]%s%s", record->count > 0 ? "," : "", good + 1);
    expect_refused(record, text, "nobody");
    ck_assert_int_eq(decode(record, text, false), RECORD_OK);
}

static void positions_are_the_order_of_the_table(const struct record *record)
{
    static char text[900000], named[200000];
    if (is_document(record))
        return;
    take_apart(record, SAMPLE_HIGH);
    ck_assert_int_eq(decode(record, put_together(record, COUNT(members), NULL), true), RECORD_OK);
    strcpy(named, parse_printed(record, back));
    size_t size = (size_t)sprintf(text, "[");
    for (size_t i = 0; i < record->count; i++)
        size += (size_t)sprintf(text + size, "%s%s", i > 0 ? "," : "", members[i]);
    strcpy(text + size, "]");
    ck_assert_int_eq(decode(record, text, true), RECORD_OK);
    ck_assert_str_eq(parse_printed(record, back), named);
    strcpy(text + size, record->count > 0 ? ",0]" : "0]");
    expect_refused(record, text, "params");
}

static void nothing_is_all_defaults(const struct record *record)
{
    static char empty[200000];
    enum record_result named = decode(record, "{}", true);
    if (named == RECORD_OK)
        strcpy(empty, parse_printed(record, back));
    memset(back, 0x5A, sizeof back);
    enum record_result result = record_decode(record, parse_good("0"), TOKEN_NONE, true, parse_arena(), back, &fault);
    if (is_document(record)) {
        ck_assert_int_eq(result, RECORD_INVALID);
        return;
    }
    ck_assert_int_eq(result, named);
    if (named == RECORD_OK)
        ck_assert_str_eq(parse_printed(record, back), empty);
}

/* ---- the table itself ---- */

static void tables_are_sound(const struct record *record)
{
    ck_assert_uint_le(record_leaves(record), 64);
    ck_assert_uint_le(record->count, 64);
    ck_assert_ptr_nonnull(record->doc);
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_of(record, i);
        ck_assert_ptr_nonnull(field->doc);
        ck_assert_uint_gt(strlen(field->doc), 2);
        ck_assert_ptr_null(strchr(field->fallback, '\\')); /* it is scanned where it stands */
        ck_assert_int_eq(field->words != NULL, field->type == TYPE_WORD);
        ck_assert_int_eq(field->record != NULL, field->type == TYPE_RECORD || field->type == TYPE_LIST);
        ck_assert_uint_lt(field->offset, record->size);
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(field->name, field_of(record, j)->name);
        if (field->record != NULL)
            tables_are_sound(field->record);
    }
}

/* A walk is one test, not one for each record, for a process each is what would cost. */
static void (*const walks[])(const struct record *record) = {
    records_come_back,
    members_that_are_missing_have_their_defaults,
    null_is_taken_where_it_has_a_meaning,
    values_of_other_types_are_refused,
    numbers_end_at_their_bounds,
    texts_end_at_their_bounds,
    members_that_nobody_knows_are_refused_or_passed_over,
    positions_are_the_order_of_the_table,
    nothing_is_all_defaults,
    tables_are_sound,
};

START_TEST(walk)
{
    const struct record *record;
    for (size_t i = 0; (record = sample_record(i)) != NULL; i++)
        walks[_i](record);
}
END_TEST

START_TEST(methods_are_found_by_their_names)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        const struct method *method = &methods[i];
        size_t size = strlen(method->name);
        ck_assert_int_eq(method->id, (int)i);
        ck_assert_ptr_eq(method_find(fence_copy(0, method->name, size), size), method);
        ck_assert_ptr_null(method_find(fence_copy(0, method->name, size - 1), size - 1));
        char longer[100];
        snprintf(longer, sizeof longer, "%s!", method->name);
        ck_assert_ptr_null(method_find(longer, size + 1));
        longer[size - 1] ^= 0x20;
        ck_assert_ptr_null(method_find(longer, size));
        ck_assert_uint_gt(strlen(method->doc), 5);
    }
    ck_assert_ptr_null(method_find("", 0));
    ck_assert_ptr_null(method_find("close\0", 6));
}
END_TEST

START_TEST(errors_have_a_code_a_kind_and_a_text)
{
    ck_assert_int_eq(errors[ERROR_none].code, 0);
    for (size_t i = 1; i < ERROR_COUNT; i++) {
        ck_assert_int_lt(errors[i].code, 0);
        ck_assert_uint_gt(strlen(errors[i].kind), 1);
        ck_assert_uint_gt(strlen(errors[i].doc), 5);
        for (size_t j = 1; j < i; j++) {
            ck_assert_int_ne(errors[i].code, errors[j].code);
            ck_assert_str_ne(errors[i].kind, errors[j].kind);
        }
    }
}
END_TEST

START_TEST(words_are_found_whole)
{
    static const struct words *const all[] = {&words_direction, &words_element,  &words_line_terminator,
                                              &words_buffered,  &words_lifetime, &words_mode,
                                              &words_transfer,  &words_via,      &words_kind,
                                              &words_status,    &words_state};
    for (size_t i = 0; i < COUNT(all); i++) {
        for (int word = 0; word < all[i]->count; word++) {
            const char *text = all[i]->items[word];
            size_t size = strlen(text);
            ck_assert_int_eq(words_find(all[i], fence_copy(0, text, size), size), word);
            ck_assert_int_eq(words_find(all[i], fence_copy(0, text, size - 1), size - 1), -1);
            ck_assert_int_eq(words_find(all[i], fence_copy(0, text, size + 1), size + 1), -1); /* its NUL is not part of it */
        }
        ck_assert_int_eq(words_find(all[i], "", 0), -1);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("walk");
    tcase_add_loop_test(tests, walk, 0, COUNT(walks));
    tcase_add_test(tests, methods_are_found_by_their_names);
    tcase_add_test(tests, errors_have_a_code_a_kind_and_a_text);
    tcase_add_test(tests, words_are_found_whole);
    return suite_run("walk", tests);
}
