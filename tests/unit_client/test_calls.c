/* Typed calls: what they put on the line, and what they make of the reply. */
#include <pthread.h>
#include <stdlib.h>

#include "fake.h"

static struct fake fake;

static void setup(void)
{
    fake_init(&fake);
}

static void teardown(void)
{
    fake_deinit(&fake);
}

START_TEST(defaults_go_out_and_a_result_comes_back)
{
    struct sockd_stream_result result;
    fake_result(&fake, 1, "{\"stream\":7}");
    ck_assert_int_eq(sockd_socket_connect(fake.client, 80, NULL, &result), 0);
    ck_assert_uint_eq(result.stream, 7);
    fake_expect(&fake,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":80,\"host\":\"localhost\","
                "\"element_type\":\"character\",\"external_format\":{\"encoding\":\"utf-8\"},\"buffered\":\"default\","
                "\"timeout\":null,\"lifetime\":\"session\"}}");
}
END_TEST

START_TEST(options_go_out)
{
    struct sockd_socket_connect_options options = SOCKD_SOCKET_CONNECT_OPTIONS;
    options.host = sockd_string("example.org");
    options.element_type = SOCKD_ELEMENT_UNSIGNED_8;
    options.external_format.line_terminator = SOCKD_LINE_TERMINATOR_DOS;
    options.buffered = SOCKD_BUFFERED_FALSE;
    options.timeout = (struct sockd_timeout){1, 500000, true};
    options.lifetime = SOCKD_LIFETIME_DAEMON;
    fake_result(&fake, 1, "{\"stream\":7}");
    ck_assert_int_eq(sockd_socket_connect(fake.client, 80, &options, NULL), 0);
    fake_expect(&fake,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":{\"port\":80,\"host\":\"example.org\","
                "\"element_type\":\"unsigned-byte 8\",\"external_format\":{\"encoding\":\"utf-8\",\"line_terminator\":\"dos\"},"
                "\"buffered\":false,\"timeout\":1.5,\"lifetime\":\"daemon\"}}");
}
END_TEST

START_TEST(a_method_without_parameters_and_a_nested_result)
{
    struct sockd_daemon_info_result info;
    fake_result(&fake, 1,
                "{\"name\":\"sockd\",\"version\":\"9.9\",\"protocol\":1,\"pid\":12,\"started\":\"2026-01-01T00:00:00Z\","
                "\"limits\":{\"line\":1,\"nesting\":2,\"values\":3,\"payload\":4,\"batch\":5,\"fds\":6,\"calls\":7,"
                "\"sessions\":8,\"handles\":9,\"buffered\":10,\"waiters\":11,\"descriptors\":12,"
                "\"resolver_jobs\":13,\"accepted\":14},\"capabilities\":[\"a\",\"b\\u00e9\"],\"new\":[{}]}");
    ck_assert_int_eq(sockd_daemon_info(fake.client, &info), 0);
    assert_text(info.version, "9.9");
    ck_assert_int_eq(info.limits.buffered, 10);
    ck_assert_uint_eq(info.capabilities.count, 2);
    assert_text(info.capabilities.items[1], "bé");
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}");
}
END_TEST

START_TEST(null_results)
{
    struct sockd_read_line_result line;
    struct sockd_char_result ch;
    struct sockd_byte_result byte;
    struct sockd_name_result name;
    fake_result(&fake, 1, "{\"line\":null,\"missing_newline\":true,\"eof\":true}");
    ck_assert_int_eq(sockd_read_line(fake.client, 3, NULL, &line), 0);
    ck_assert(!line.line.data && line.missing_newline && line.eof);
    fake_result(&fake, 2, "{\"char\":null,\"eof\":false}");
    ck_assert_int_eq(sockd_read_char_no_hang(fake.client, 3, &ch), 0);
    ck_assert(ch.ch == SOCKD_UNSET && !ch.eof);
    fake_result(&fake, 3, "{\"byte\":null,\"eof\":true}");
    ck_assert_int_eq(sockd_read_byte(fake.client, 3, NULL, &byte), 0);
    ck_assert(!byte.byte.present && byte.eof);
    fake_result(&fake, 4, "{\"host\":\"127.0.0.1\",\"name\":null,\"address\":\"127.0.0.1\",\"port\":80}");
    ck_assert_int_eq(sockd_socket_stream_peer(fake.client, 3, NULL, &name), 0);
    ck_assert_ptr_null(name.name.data);
    assert_text(name.address, "127.0.0.1");
}
END_TEST

START_TEST(wide_elements)
{
    struct sockd_byte_result byte;
    fake_result(&fake, 1, "{\"byte\":18446744073709551615,\"eof\":false}");
    ck_assert_int_eq(sockd_read_byte(fake.client, 3, NULL, &byte), 0);
    ck_assert_uint_eq(byte.byte.magnitude, UINT64_MAX);
    fake_result(&fake, 2, "{}");
    ck_assert_int_eq(sockd_write_byte(fake.client, 3, sockd_signed(INT64_MIN), NULL), 0);
    free(fake_line(&fake));
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"write-byte\",\"params\":{\"stream\":3,"
                       "\"byte\":-9223372036854775808,\"timeout\":null}}");
}
END_TEST

START_TEST(statuses_of_a_list)
{
    const struct sockd_item items[] = {{3, SOCKD_DIRECTION_INPUT}, {4, SOCKD_DIRECTION_IO}};
    struct sockd_socket_status_result result;
    fake_result(&fake, 1, "{\"status\":[\"eof\",null],\"count\":1}");
    ck_assert_int_eq(sockd_socket_status(fake.client, (struct sockd_items){items, 2, true, 0}, NULL, &result), 0);
    ck_assert_uint_eq(result.status.count, 2);
    ck_assert_int_eq(result.status.items[0], SOCKD_STATUS_EOF);
    ck_assert_int_eq(result.status.items[1], SOCKD_UNSET);
    ck_assert_int_eq(result.count, 1);
}
END_TEST

START_TEST(a_result_serves_as_a_parameter)
{
    struct sockd_read_line_result line;
    fake_result(&fake, 1, "{\"line\":\"one \\\"two\\\" \\u20ac\",\"missing_newline\":false,\"eof\":false}");
    ck_assert_int_eq(sockd_read_line(fake.client, 3, NULL, &line), 0);
    fake_result(&fake, 2, "{}");
    ck_assert_int_eq(sockd_write_line(fake.client, 4, line.line, NULL), 0);
    free(fake_line(&fake));
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"write-line\",\"params\":{\"stream\":4,"
                       "\"string\":\"one \\\"two\\\" €\",\"timeout\":null}}");
}
END_TEST

START_TEST(bytes_travel_as_payload)
{
    struct sockd_written_result written;
    char payload[4];
    fake_result(&fake, 1, "{\"written\":4}");
    ck_assert_int_eq(sockd_write_byte_sequence(fake.client, 3, sockd_memory("\n\0x\n", 4), NULL, &written), 0);
    ck_assert_int_eq(written.written, 4);
    fake_expect(&fake,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"payload\":4,\"params\":{\"stream\":3,"
                "\"mode\":\"all\",\"timeout\":null}}");
    fake_read(&fake, payload, 4);
    ck_assert_mem_eq(payload, "\n\0x\n", 4);
}
END_TEST

START_TEST(no_bytes_travel_inline)
{
    fake_result(&fake, 1, "{\"written\":0}");
    ck_assert_int_eq(sockd_write_byte_sequence(fake.client, 3, sockd_memory(NULL, 0), NULL, NULL), 0);
    fake_expect(&fake,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"write-byte-sequence\",\"params\":{\"stream\":3,\"data\":\"\","
                "\"mode\":\"all\",\"timeout\":null}}");
    fake_expect_nothing(&fake);
}
END_TEST

START_TEST(a_payload_is_the_result)
{
    struct sockd_read_byte_sequence_result result;
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":5,\"result\":{\"length\":5,\"eof\":false}}\n{}\n\n}");
    ck_assert_int_eq(sockd_read_byte_sequence(fake.client, 3, 5, NULL, &result), 0);
    ck_assert_int_eq(result.length, 5);
    ck_assert_uint_eq(result.data.size, 5);
    ck_assert_mem_eq(result.data.data, "{}\n\n}", 5);
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"read-byte-sequence\",\"params\":{\"stream\":3,\"length\":5,"
                       "\"mode\":\"all\",\"timeout\":null,\"encoding\":\"payload\"}}");
    fake_result(&fake, 2, "{\"length\":0,\"eof\":true}");
    ck_assert_int_eq(sockd_read_byte_sequence(fake.client, 3, 5, NULL, &result), 0);
    ck_assert(result.data.data && result.data.size == 0 && result.eof);
}
END_TEST

START_TEST(base64_is_the_result_as_well)
{
    struct sockd_read_byte_sequence_result result;
    fake_result(&fake, 1, "{\"length\":3,\"data\":\"AAEC\",\"eof\":false}");
    ck_assert_int_eq(sockd_read_byte_sequence(fake.client, 3, 3, NULL, &result), 0);
    ck_assert_uint_eq(result.data.size, 3);
    ck_assert_mem_eq(result.data.data, "\0\1\2", 3);
}
END_TEST

START_TEST(a_reply_in_single_bytes)
{
    const char reply[] = "\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":3,\"result\":{\"length\":3,\"eof\":false}}\r\nabc";
    struct sockd_read_byte_sequence_result result;
    sockd_call call = sockd_start_read_byte_sequence(fake.client, 3, 3, NULL);
    ck_assert_int_gt(call, 0);
    for (size_t i = 0; i < sizeof reply - 1; i++) {
        ck_assert(!sockd_done(fake.client, call));
        fake_send_bytes(&fake, reply + i, 1);
        ck_assert_int_eq(sockd_process(fake.client), i == sizeof reply - 2);
    }
    ck_assert(sockd_done(fake.client, call));
    ck_assert_int_eq(sockd_finish_read_byte_sequence(fake.client, call, &result), 0);
    ck_assert_mem_eq(result.data.data, "abc", 3);
}
END_TEST

/* Answers a write of a big payload with the payload itself, and reads all of the request first. */
static void *echo(void *unused)
{
    (void)unused;
    enum { SIZE = 8 * 1024 * 1024 };
    char *data = malloc(SIZE), *line = fake_line(&fake);
    fake_read(&fake, data, SIZE);
    fake_result(&fake, 1, "{\"written\":8388608}");
    free(line);
    line = fake_line(&fake);
    fake_send(&fake, "{\"jsonrpc\":\"2.0\",\"id\":2,\"payload\":8388608,\"result\":{\"length\":8388608,\"eof\":false}}\n");
    fake_send_bytes(&fake, data, SIZE);
    free(line);
    free(data);
    return NULL;
}

START_TEST(a_big_payload_there_and_back)
{
    enum { SIZE = 8 * 1024 * 1024 };
    pthread_t thread;
    struct sockd_read_byte_sequence_result result;
    unsigned char *data = malloc(SIZE);
    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 24);
    ck_assert_int_eq(pthread_create(&thread, NULL, echo, NULL), 0);
    ck_assert_int_eq(sockd_write_byte_sequence(fake.client, 3, sockd_memory(data, SIZE), NULL, NULL), 0);
    ck_assert_int_eq(sockd_read_byte_sequence(fake.client, 3, SIZE, NULL, &result), 0);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(result.data.size, SIZE);
    ck_assert_int_eq(memcmp(result.data.data, data, SIZE), 0);
    free(data);
}
END_TEST

#define INFO                                                                                                                          \
    "{\"handle\":%d,\"kind\":\"stream\",\"state\":\"open\",\"owner\":{\"uid\":1,\"gid\":2,\"pid\":3,\"name\":null,\"profile\":\"p\"," \
    "\"session\":null,\"label\":null},\"local\":{\"address\":\"::1\",\"port\":1},\"peer\":{\"address\":\"::1\",\"port\":2},"          \
    "\"host\":\"h\\n\",\"lifetime\":\"daemon\",\"created\":\"2026-01-01T00:00:00Z\",\"age_ms\":1,\"idle_ms\":1,\"bytes_in\":1,"       \
    "\"bytes_out\":1,\"buffered_in\":1,\"buffered_out\":1,\"waiting_in\":1,\"waiting_out\":1,\"element_type\":\"character\","         \
    "\"external_format\":{\"encoding\":\"utf-8\",\"line_terminator\":\"unix\",\"input_error\":\"error\",\"output_error\":\"?\"},"     \
    "\"buffered\":true}"

enum { HANDLES = 20000 };

static void *list_handles(void *unused)
{
    (void)unused;
    char *line = fake_line(&fake), *reply;
    size_t size;
    FILE *out = open_memstream(&reply, &size);
    fputs("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"handles\":[", out);
    for (int i = 1; i <= HANDLES; i++)
        fprintf(out, i > 1 ? "," INFO : INFO, i);
    fputs("],\"next\":null}}\n", out);
    fclose(out);
    fake_send_bytes(&fake, reply, size);
    free(reply);
    free(line);
    return NULL;
}

START_TEST(a_reply_of_megabytes)
{
    pthread_t thread;
    struct sockd_handle_list_result result;
    ck_assert_int_eq(pthread_create(&thread, NULL, list_handles, NULL), 0);
    ck_assert_int_eq(sockd_handle_list(fake.client, NULL, &result), 0);
    pthread_join(thread, NULL);
    ck_assert_uint_eq(result.handles.count, HANDLES);
    const struct sockd_handle_info *handles = result.handles.items;
    ck_assert_uint_eq(handles[HANDLES - 1].handle, HANDLES);
    assert_text(handles[HANDLES - 1].host, "h\n");
    ck_assert_int_eq(handles[7].external_format.output_error, '?');
    ck_assert_int_eq(handles[7].buffered, SOCKD_BUFFERED_TRUE);
    ck_assert(result.next == SOCKD_NULL);
    fake_result(&fake, 2, "{\"port\":1}");
    ck_assert_int_eq(sockd_socket_stream_port(fake.client, 3, NULL), 0);
}
END_TEST

START_TEST(a_document_in_place_of_an_object)
{
    struct sockd_openrpc_result result;
    fake_result(&fake, 1, "{ \"openrpc\": \"1.3.2\", \"x\": \"\\u0041\" }");
    ck_assert_int_eq(sockd_rpc_discover(fake.client, &result), 0);
    assert_text(result.document, "{ \"openrpc\": \"1.3.2\", \"x\": \"\\u0041\" }");
}
END_TEST

TCase *case_calls(void)
{
    TCase *calls = tcase_create("calls");
    tcase_add_checked_fixture(calls, setup, teardown);
    tcase_set_timeout(calls, 60);
    tcase_add_test(calls, defaults_go_out_and_a_result_comes_back);
    tcase_add_test(calls, options_go_out);
    tcase_add_test(calls, a_method_without_parameters_and_a_nested_result);
    tcase_add_test(calls, null_results);
    tcase_add_test(calls, wide_elements);
    tcase_add_test(calls, statuses_of_a_list);
    tcase_add_test(calls, a_result_serves_as_a_parameter);
    tcase_add_test(calls, bytes_travel_as_payload);
    tcase_add_test(calls, no_bytes_travel_inline);
    tcase_add_test(calls, a_payload_is_the_result);
    tcase_add_test(calls, base64_is_the_result_as_well);
    tcase_add_test(calls, a_reply_in_single_bytes);
    tcase_add_test(calls, a_big_payload_there_and_back);
    tcase_add_test(calls, a_reply_of_megabytes);
    tcase_add_test(calls, a_document_in_place_of_an_object);
    return calls;
}
