#include <stdio.h>
#include <string.h>

#include "fence.h"
#include "parse.h"

static struct record_fault fault;

static enum record_result decode(const struct record *record, const char *text, bool strict, void *out)
{
    memset(out, 0x5A, record->size);
    memset(&fault, 0, sizeof fault);
    return record_decode(record, parse_good(text), 0, strict, parse_arena(), out, &fault);
}

/* ---- what is taken, and what it then says of itself ---- */

static const struct {
    const struct record *record;
    const char *text, *printed;
} taken[] = {
    /* timeouts */
    {&record_timed_stream_params, "{\"stream\":7}", "{\"stream\":7,\"timeout\":null}"},
    {&record_timed_stream_params, "[7]", "{\"stream\":7,\"timeout\":null}"},
    {&record_timed_stream_params, "[7,0]", "{\"stream\":7,\"timeout\":0}"},
    {&record_timed_stream_params, "[7,-0]", "{\"stream\":7,\"timeout\":0}"},
    {&record_timed_stream_params, "[7,1.50]", "{\"stream\":7,\"timeout\":1.5}"},
    {&record_timed_stream_params, "[7,0.0000004]", "{\"stream\":7,\"timeout\":0}"},
    {&record_timed_stream_params, "[7,1e-6]", "{\"stream\":7,\"timeout\":0.000001}"},
    {&record_timed_stream_params, "[7,0.9999999]", "{\"stream\":7,\"timeout\":1}"},
    {&record_timed_stream_params, "[7,[1,500000]]", "{\"stream\":7,\"timeout\":1.5}"},
    {&record_timed_stream_params, "[7,[-0,-0]]", "{\"stream\":7,\"timeout\":0}"},
    {&record_timed_stream_params, "[7,[0,1500000]]", "{\"stream\":7,\"timeout\":1.5}"},
    {&record_timed_stream_params, "[7,[0,9223372036854775807]]", "{\"stream\":7,\"timeout\":9223372036854.775807}"},
    {&record_timed_stream_params, "[7,9223372036854775807]", "{\"stream\":7,\"timeout\":[9223372036854775807,0]}"},
    {&record_timed_stream_params, "[7,9223372036854775807.9999999]",
     "{\"stream\":7,\"timeout\":[9223372036854775807,1000000]}"},
    {&record_timed_stream_params, "[7,[9223372036854775807,9223372036854775807]]",
     "{\"stream\":7,\"timeout\":[9223372036854775807,9223372036854775807]}"},
    {&record_timed_stream_params, "{\"\\u0073tream\":7,\"timeout\":1E1}", "{\"stream\":7,\"timeout\":10}"},

    /* external formats */
    {&record_stream_external_format_params, "[7]", "{\"stream\":7}"},
    {&record_stream_external_format_params, "[7,{}]", "{\"stream\":7}"},
    {&record_stream_external_format_params, "[7,\"dos\"]", "{\"stream\":7,\"set\":{\"line_terminator\":\"dos\"}}"},
    {&record_stream_external_format_params, "[7,\"DOS\"]", "{\"stream\":7,\"set\":{\"encoding\":\"DOS\"}}"},
    {&record_stream_external_format_params, "[7,\"d\\u006fs\"]", "{\"stream\":7,\"set\":{\"line_terminator\":\"dos\"}}"},
    {&record_stream_external_format_params, "[7,\"ISO-8859-1\"]", "{\"stream\":7,\"set\":{\"encoding\":\"ISO-8859-1\"}}"},
    {&record_stream_external_format_params, "[7,{\"encoding\":\"dos\"}]", "{\"stream\":7,\"set\":{\"encoding\":\"dos\"}}"},
    {&record_stream_external_format_params, "[7,{\"input_error\":\"\\u0000\",\"output_error\":\"\\ud83d\\ude00\"}]",
     "{\"stream\":7,\"set\":{\"input_error\":\"\\u0000\",\"output_error\":\"\xF0\x9F\x98\x80\"}}"},
    {&record_stream_external_format_params,
     "[7,{\"output_error\":\"error\",\"input_error\":\"ignore\",\"line_terminator\":\"mac\",\"encoding\":\"x\"}]",
     "{\"stream\":7,\"set\":{\"encoding\":\"x\",\"line_terminator\":\"mac\",\"input_error\":\"ignore\",\"output_error\":\"error\"}}"},

    /* defaults and words */
    {&record_socket_connect_params, "[80]",
     "{\"port\":80,\"host\":\"localhost\",\"element_type\":\"character\",\"external_format\":{\"encoding\":\"utf-8\"},"
     "\"buffered\":\"default\",\"timeout\":null,\"lifetime\":\"session\"}"},
    {&record_socket_connect_params, "[80,\"h\",\"signed-byte 64\",\"unix\",false,null,\"daemon\"]",
     "{\"port\":80,\"host\":\"h\",\"element_type\":\"signed-byte 64\",\"external_format\":{\"line_terminator\":\"unix\"},"
     "\"buffered\":false,\"timeout\":null,\"lifetime\":\"daemon\"}"},
    {&record_socket_server_params, "{}", "{\"port\":0,\"interface\":null,\"backlog\":1,\"lifetime\":\"session\"}"},
    {&record_socket_server_params, "[65535,\"\",-2147483648]",
     "{\"port\":65535,\"interface\":\"\",\"backlog\":-2147483648,\"lifetime\":\"session\"}"},
    {&record_socket_server_params, "[0,9007199254740991,2147483647]",
     "{\"port\":0,\"interface\":9007199254740991,\"backlog\":2147483647,\"lifetime\":\"session\"}"},
    {&record_read_byte_sequence_params, "[7,16777216]",
     "{\"stream\":7,\"length\":16777216,\"mode\":\"all\",\"timeout\":null,\"encoding\":\"base64\"}"},

    /* statuses */
    {&record_socket_status_params, "[7]",
     "{\"sockets\":7,\"timeout\":null,\"remember\":false,\"forget\":false,\"actionable\":false}"},
    {&record_socket_status_params, "[{\"set\":3},0,false,true]",
     "{\"sockets\":{\"set\":3},\"timeout\":0,\"remember\":false,\"forget\":true,\"actionable\":false}"},
    {&record_socket_status_result, "{\"status\":[],\"count\":0,\"sockets\":[]}", "{\"status\":[],\"count\":0,\"sockets\":[]}"},
    {&record_socket_status_params, "[[7]]",
     "{\"sockets\":[7],\"timeout\":null,\"remember\":false,\"forget\":false,\"actionable\":false}"},
    {&record_socket_status_params, "[{\"handle\":7}]",
     "{\"sockets\":7,\"timeout\":null,\"remember\":false,\"forget\":false,\"actionable\":false}"},
    {&record_socket_status_params, "[[{\"direction\":\"input\",\"handle\":7},8,{\"handle\":9,\"direction\":\"io\"}],0.5]",
     "{\"sockets\":[{\"handle\":7,\"direction\":\"input\"},8,9],\"timeout\":0.5,\"remember\":false,\"forget\":false,\"actionable\":false}"},
    {&record_socket_status_result, "{\"status\":null,\"count\":0}", "{\"status\":null,\"count\":0}"},
    {&record_socket_status_result, "{\"status\":true,\"count\":1}", "{\"status\":true,\"count\":1}"},
    {&record_socket_status_result, "{\"status\":[null,true,\"append\"],\"count\":2}",
     "{\"status\":[null,true,\"append\"],\"count\":2}"},

    /* options */
    {&record_socket_options_params, "[7,[]]", "{\"socket\":7,\"options\":[]}"},
    {&record_socket_options_params, "[7,[\"a\",[\"b\",null],[\"c\",true],[\"d\",-1],[\"e\",1.5],[\"f\",1e2],[\"g\",2.0]]]",
     "{\"socket\":7,\"options\":[\"a\",[\"b\",null],[\"c\",true],[\"d\",-1],[\"e\",1.5],[\"f\",100],[\"g\",2]]}"},
    {&record_socket_options_params, "[7,[[\"\",9223372036854775807],[\"\\u0000\",-9223372036854775808]]]",
     "{\"socket\":7,\"options\":[[\"\",9223372036854775807],[\"\\u0000\",-9223372036854775808]]}"},

    /* characters, bytes and ids */
    {&record_char_params, "[7,\"\\u0000\"]", "{\"stream\":7,\"char\":\"\\u0000\"}"},
    {&record_char_params, "[7,\"\\\"\"]", "{\"stream\":7,\"char\":\"\\\"\"}"},
    {&record_char_params, "[7,\"\\ud83d\\ude00\"]", "{\"stream\":7,\"char\":\"\xF0\x9F\x98\x80\"}"},
    {&record_char_result, "{\"char\":null,\"eof\":true}", "{\"char\":null,\"eof\":true}"},
    {&record_write_byte_params, "[7,18446744073709551615]", "{\"stream\":7,\"byte\":18446744073709551615,\"timeout\":null}"},
    {&record_write_byte_params, "[7,-9223372036854775808]", "{\"stream\":7,\"byte\":-9223372036854775808,\"timeout\":null}"},
    {&record_write_byte_params, "[7,-0]", "{\"stream\":7,\"byte\":0,\"timeout\":null}"},
    {&record_write_byte_sequence_params, "[7]", "{\"stream\":7,\"mode\":\"all\",\"timeout\":null}"},
    {&record_write_byte_sequence_params, "[7,\"\"]", "{\"stream\":7,\"data\":\"\",\"mode\":\"all\",\"timeout\":null}"},
    {&record_write_byte_sequence_params, "[7,\"AP9\\u002b\"]",
     "{\"stream\":7,\"data\":\"AP9+\",\"mode\":\"all\",\"timeout\":null}"},
    {&record_rpc_cancel_params, "[\"\\u0061\"]", "{\"id\":\"\\u0061\"}"},
    {&record_rpc_cancel_params, "[null]", "{\"id\":null}"},
    {&record_rpc_cancel_params, "[-1.50e+3]", "{\"id\":-1.50e+3}"},
    {&record_openrpc_result, "{ \"a\\u0061\" : [ 1 ] }", "{ \"a\\u0061\" : [ 1 ] }"},
    {&record_handle_list_params, "{\"fields\":[],\"limit\":100000}",
     "{\"filter\":null,\"after\":0,\"limit\":100000,\"fields\":[]}"},
    {&record_string_params, "[7,\"a\\u0000b\"]", "{\"stream\":7,\"string\":\"a\\u0000b\",\"timeout\":null}"},
};

START_TEST(what_is_taken_says_what_it_was_given)
{
    static _Alignas(16) char value[4096];
    ck_assert_msg(decode(taken[_i].record, taken[_i].text, true, value) == RECORD_OK, "%s: %.*s %s", taken[_i].text,
                  (int)fault.param.size, fault.param.data, fault.reason);
    ck_assert_str_eq(parse_printed(taken[_i].record, value), taken[_i].printed);
}
END_TEST

/* ---- what is refused, and how ---- */

static const struct {
    const struct record *record;
    const char *text, *param, *reason;
} refused[] = {
    {&record_stream_params, "{}", "stream", "is missing"},
    {&record_stream_params, "[]", "stream", "is missing"},
    {&record_stream_params, "[7,8]", "params", "must have no more than 1 element"},
    {&record_stream_params, "7", "params", "must be an object or an array"},
    {&record_stream_params, "{\"stream\":7,\"timeout\":1}", "timeout", "is unknown"},
    {&record_stream_params, "{\"Stream\":7}", "Stream", "is unknown"},
    {&record_stream_params, "{\"\":7}", "", "is unknown"},
    {&record_stream_params, "[null]", "stream", "must be a handle, an integer from 1 to 9007199254740991"},
    {&record_socket_connect_params, "[80.0]", "port", "must be an integer from 0 to 65535"},
    {&record_socket_connect_params, "[65536]", "port", "must be an integer from 0 to 65535"},
    {&record_socket_connect_params, "[1,\"\"]", "host", "must be a string of 1 to 253 bytes"},
    {&record_socket_connect_params, "[1,\"a\\u0000\"]", "host", "must be a string without a NUL"},
    {&record_socket_connect_params, "{\"port\":1,\"lifetime\":\"never\"}", "lifetime", "must be \"session\" or \"daemon\""},
    {&record_socket_connect_params, "{\"port\":1,\"buffered\":\"true\"}", "buffered", "must be \"default\", true or false"},
    {&record_socket_connect_params, "{\"port\":1,\"element_type\":\"bit\"}", "element_type",
     "must be \"character\", \"unsigned-byte 8\", \"unsigned-byte 16\", \"unsigned-byte 32\", \"unsigned-byte 64\", "
     "\"signed-byte 8\", \"signed-byte 16\", \"signed-byte 32\" or \"signed-byte 64\""},
    {&record_socket_connect_params, "{\"port\":1,\"external_format\":{\"line_terminator\":\"crlf\"}}", "external_format",
     "has a line_terminator that must be \"unix\", \"dos\" or \"mac\""},
    {&record_socket_connect_params, "{\"port\":1,\"external_format\":{\"input_error\":\"??\"}}", "external_format",
     "has an input_error that must be \"error\", \"ignore\" or one character"},
    {&record_socket_connect_params, "{\"port\":1,\"external_format\":null}", "external_format",
     "must be an external format: an object, or a string for an encoding or a line terminator"},
    {&record_socket_connect_params, "{\"port\":1,\"timeout\":-1}", "timeout",
     "must be null, seconds from 0 to below 2^63, or [seconds, microseconds], both integers from 0"},
    {&record_socket_status_params, "[[]]", "sockets", "must have one item at least"},
    {&record_socket_options_params, "[7,[\"a\",7]]", "options",
     "must be an array of names and of [name, value] with a value that is null, true, false or a number (element 1 is not)"},
    {&record_session_info_result, "{\"uid\":0,\"gid\":0,\"pid\":0,\"profile\":\"\",\"name\":null,\"limits\":{}}", "line",
     "is missing"},
    {&record_handle_list_result, "{\"handles\":[{\"owner\":{\"uid\":\"x\"}}],\"next\":null}", "uid",
     "must be an integer from -9223372036854775807 to 9223372036854775807"},
    {&record_handle_list_result, "{\"handles\":[{\"owner\":{}},7],\"next\":null}", "handles", "must be an array of objects"},
};

START_TEST(what_is_refused_is_told_with_its_name_and_the_rule)
{
    static _Alignas(16) char value[4096];
    ck_assert_msg(decode(refused[_i].record, refused[_i].text, true, value) == RECORD_INVALID, "%s", refused[_i].text);
    ck_assert_msg(name_is(refused[_i].param, fault.param.data, fault.param.size), "%.*s", (int)fault.param.size,
                  fault.param.data);
    ck_assert_str_eq(fault.reason, refused[_i].reason);
}
END_TEST

/* ---- the arena ---- */

START_TEST(a_small_arena_is_told_and_the_text_can_be_decoded_again)
{
    static const char text[] = "{\"handles\":[{\"handle\":1,\"host\":\"\\u0061\"},{\"handle\":2}],\"next\":null}";
    struct handle_list_result result;
    struct scan *scanned = parse_good(text);
    size_t size = 0;
    for (;; size++) {
        struct arena arena = {fence_room(1, size), size, 0};
        arena.data -= (uintptr_t)arena.data % 16; /* what it hands out must be aligned */
        enum record_result decoded = record_decode(&record_handle_list_result, scanned, 0, true, &arena, &result, &fault);
        if (decoded == RECORD_OK)
            break;
        ck_assert_int_eq(decoded, RECORD_NO_ROOM);
        ck_assert_uint_lt(size, 10000);
    }
    ck_assert_uint_eq(size, 2 * sizeof(struct handle_info));
    const struct handle_info *handles = result.handles.items;
    ck_assert(handles[0].handle == 1 && handles[1].handle == 2);
    ck_assert(handles[0].host.size == 1 && handles[0].host.data[0] == 'a');
    ck_assert_ptr_null(handles[1].host.data);
}
END_TEST

START_TEST(bytes_are_decoded_once)
{
    struct write_byte_sequence_params params;
    struct scan *scanned = parse_good("[7,\"AP8=\"]");
    for (int time = 0; time < 3; time++) {
        ck_assert_int_eq(record_decode(&record_write_byte_sequence_params, scanned, 0, true, parse_arena(), &params, &fault),
                         RECORD_OK);
        ck_assert_uint_eq(params.data.size, 2);
        ck_assert_int_eq(memcmp(params.data.data, "\0\xFF", 2), 0);
    }
}
END_TEST

START_TEST(arrays_without_elements_need_no_arena)
{
    struct socket_options_params params;
    struct arena none = {NULL, 0, 0};
    ck_assert_int_eq(record_decode(&record_socket_options_params, parse_good("[7,[]]"), 0, true, &none, &params, &fault),
                     RECORD_OK);
    ck_assert_ptr_nonnull(params.options.items);
    ck_assert_int_eq(record_decode(&record_socket_options_params, parse_good("[7,[\"a\"]]"), 0, true, &none, &params, &fault),
                     RECORD_NO_ROOM);
}
END_TEST

/* ---- lists and paths ---- */

START_TEST(lists_know_which_leaves_they_show)
{
    struct handle_list_result result;
    size_t offset;
    uint64_t handle, uid, host, owner;
    ck_assert_ptr_nonnull(record_path(&record_handle_info, "handle", 6, &offset, &handle));
    ck_assert_ptr_nonnull(record_path(&record_handle_info, "owner.uid", 9, &offset, &uid));
    ck_assert_ptr_nonnull(record_path(&record_handle_info, "host", 4, &offset, &host));
    ck_assert_ptr_nonnull(record_path(&record_handle_info, "owner", 5, &offset, &owner));

    ck_assert_int_eq(decode(&record_handle_list_result, "{\"handles\":[],\"next\":null}", false, &result), RECORD_OK);
    ck_assert_uint_eq(result.handles.count, 0);
    ck_assert_ptr_nonnull(result.handles.items);
    const char text[] = "{\"handles\":[{\"host\":\"h\",\"handle\":7},{\"owner\":{\"uid\":1}}],\"next\":9}";
    ck_assert_int_eq(decode(&record_handle_list_result, text, false, &result), RECORD_OK);
    ck_assert_uint_eq(result.handles.fields, handle | uid | host);
    ck_assert_uint_eq(owner & uid, uid);
    ck_assert_str_eq(parse_printed(&record_handle_list_result, &result),
                     "{\"handles\":[{\"handle\":7,\"owner\":{\"uid\":0},\"host\":\"h\"},"
                     "{\"handle\":null,\"owner\":{\"uid\":1},\"host\":null}],\"next\":9}");
}
END_TEST

static const struct {
    const char *path, *name; /* NULL: there is none */
    size_t offset;
    int leaves;
} paths[] = {
    {"handle", "handle", offsetof(struct handle_info, handle), 1},
    {"owner", "owner", offsetof(struct handle_info, owner), 7},
    {"owner.label", "label", offsetof(struct handle_info, owner.label), 1},
    {"peer.port", "port", offsetof(struct handle_info, peer.port), 1},
    {"buffered", "buffered", offsetof(struct handle_info, buffered), 1},
    {"", NULL, 0, 0},
    {".", NULL, 0, 0},
    {"owner.", NULL, 0, 0},
    {".uid", NULL, 0, 0},
    {"uid", NULL, 0, 0},
    {"owner.uid.x", NULL, 0, 0},
    {"handle.x", NULL, 0, 0},
    {"owner..uid", NULL, 0, 0},
    {"ownerx", NULL, 0, 0},
    {"owne", NULL, 0, 0},
};

START_TEST(paths_lead_to_fields)
{
    size_t offset, size = strlen(paths[_i].path);
    uint64_t leaves = 0;
    const struct field *field = record_path(&record_handle_info, fence_copy(0, paths[_i].path, size), size, &offset, &leaves);
    if (paths[_i].name == NULL) {
        ck_assert_ptr_null(field);
        return;
    }
    ck_assert_str_eq(field->name, paths[_i].name);
    ck_assert_uint_eq(offset, paths[_i].offset);
    ck_assert_int_eq(__builtin_popcountll(leaves), paths[_i].leaves);
}
END_TEST

/* The leaves of all fields together are all leaves, and no two share one. */
START_TEST(leaves_are_numbered_without_gaps)
{
    uint64_t all = 0;
    const struct field *fields = record_handle_info.fields();
    for (size_t i = 0; i < record_handle_info.count; i++) {
        size_t offset;
        uint64_t leaves;
        record_path(&record_handle_info, fields[i].name, strlen(fields[i].name), &offset, &leaves);
        ck_assert_uint_eq(all & leaves, 0);
        all |= leaves;
    }
    ck_assert_uint_eq(all & (all + 1), 0);
}
END_TEST

START_TEST(cleared_records_are_null)
{
    struct fault cleared;
    memset(&cleared, 0x5A, sizeof cleared);
    record_clear(&record_fault, &cleared);
    ck_assert_str_eq(parse_printed(&record_fault, &cleared), "{\"kind\":null}");
    struct socket_server_params params;
    memset(&params, 0x5A, sizeof params);
    record_clear(&record_socket_server_params, &params);
    ck_assert(params.port == 0 && params.interface.host.data == NULL && params.interface.stream == 0 && params.lifetime == 0);
    struct stream_handles_result handles;
    memset(&handles, 0x5A, sizeof handles);
    record_clear(&record_stream_handles_result, &handles);
    ck_assert(handles.input == SOCKD_NULL && handles.via == 0 && handles.pending.data == NULL);
}
END_TEST

/* One member decoded, all the same, when it comes a thousand times in other clothes: cost is by bytes, not by members squared.
 */
START_TEST(many_items_are_decoded_in_one_go)
{
    static char text[700000];
    struct socket_status_params params;
    size_t size = (size_t)sprintf(text, "[[7");
    for (int i = 0; i < 50000; i++)
        size += (size_t)sprintf(text + size, ",%d", i + 1);
    strcpy(text + size, "]]");
    ck_assert_int_eq(decode(&record_socket_status_params, text, true, &params), RECORD_OK);
    ck_assert_uint_eq(params.sockets.count, 50001);
    ck_assert_uint_eq(params.sockets.items[50000].handle, 50000);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("record");
    tcase_add_loop_test(tests, what_is_taken_says_what_it_was_given, 0, COUNT(taken));
    tcase_add_loop_test(tests, what_is_refused_is_told_with_its_name_and_the_rule, 0, COUNT(refused));
    tcase_add_test(tests, a_small_arena_is_told_and_the_text_can_be_decoded_again);
    tcase_add_test(tests, bytes_are_decoded_once);
    tcase_add_test(tests, arrays_without_elements_need_no_arena);
    tcase_add_test(tests, lists_know_which_leaves_they_show);
    tcase_add_loop_test(tests, paths_lead_to_fields, 0, COUNT(paths));
    tcase_add_test(tests, leaves_are_numbered_without_gaps);
    tcase_add_test(tests, cleared_records_are_null);
    tcase_add_test(tests, many_items_are_decoded_in_one_go);
    return suite_run("record", tests);
}
