/* Byte streams: write-byte and write-byte-sequence. */
#include <stdio.h>
#include <stdlib.h>

#include "harness.h"

static const char *const modes[] = {"'buffered': 'default'", "'buffered': true", "'buffered': false"};

static struct link open_bytes(const char *element, const char *mode)
{
    char options[100];
    snprintf(options, sizeof options, "'element_type': '%s', %s", element, mode);
    return link_new(options);
}

/* The smallest and the largest element of each type, their bytes, and what is just out of range. */
static const struct {
    const char *element, *least, *most, *below, *above, *bytes;
    int size;
} elements[] = {
    {"unsigned-byte 8", "0", "255", "-1", "256", "\0\xff", 1},
    {"signed-byte 8", "-128", "127", "-129", "128", "\x80\x7f", 1},
    {"unsigned-byte 16", "0", "65535", "-1", "65536", "\0\0\xff\xff", 2},
    {"signed-byte 16", "-32768", "32767", "-32769", "32768", "\0\x80\xff\x7f", 2},
    {"unsigned-byte 32", "0", "4294967295", "-1", "4294967296", "\0\0\0\0\xff\xff\xff\xff", 4},
    {"signed-byte 32", "-2147483648", "2147483647", "-2147483649", "2147483648", "\0\0\0\x80\xff\xff\xff\x7f", 4},
    {"unsigned-byte 64", "0", "18446744073709551615", "-1", "18446744073709551616",
     "\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 8},
    {"signed-byte 64", "-9223372036854775808", "9223372036854775807", "-9223372036854775809", "9223372036854775808",
     "\0\0\0\0\0\0\0\x80\xff\xff\xff\xff\xff\xff\xff\x7f", 8},
};

/* shows: bytes-range */
START_TEST(each_element_type_has_its_range)
{
    for (int mode = 0; mode < COUNT(modes); mode++) {
        struct link l = open_bytes(elements[_i].element, modes[mode]);
        call(l.client, "write-byte", "{'stream': %lu, 'byte': %s}", l.stream, elements[_i].least);
        expect_text(
            refuse(l.client, "invalid-params", "write-byte", "{'stream': %lu, 'byte': %s}", l.stream, elements[_i].below),
            "param", "byte");
        expect_text(
            refuse(l.client, "invalid-params", "write-byte", "{'stream': %lu, 'byte': %s}", l.stream, elements[_i].above),
            "param", "byte");
        call(l.client, "write-byte", "{'stream': %lu, 'byte': %s}", l.stream, elements[_i].most);
        call(l.client, "finish-output", "{'stream': %lu}", l.stream);
        peer_expect(l.peer, elements[_i].bytes, (size_t)elements[_i].size * 2);
    }
}
END_TEST

/* shows: output-types */
START_TEST(a_sequence_is_whole_elements)
{
    int size = elements[_i].size;
    struct link l = open_bytes(elements[_i].element, modes[0]);
    const char *two = base64(elements[_i].bytes, (size_t)size * 2);
    expect_int(call(l.client, "write-byte-sequence", "{'stream': %lu, 'data': '%s'}", l.stream, two), "written", 2);
    expect_int(result(l.client, request_payload(l.client, "write-byte-sequence", elements[_i].bytes, (size_t)size,
                                                "{'stream': %lu}", l.stream)),
               "written", 1);
    peer_expect(l.peer, elements[_i].bytes, (size_t)size * 2);
    peer_expect(l.peer, elements[_i].bytes, (size_t)size);
    if (size == 1)
        return;
    const char *half = base64(elements[_i].bytes, (size_t)size + 1);
    expect_text(refuse(l.client, "invalid-params", "write-byte-sequence", "{'stream': %lu, 'data': '%s'}", l.stream, half),
                "param", "data");
    long id =
        request_payload(l.client, "write-byte-sequence", elements[_i].bytes, (size_t)size - 1, "{'stream': %lu}", l.stream);
    expect_text(fault(l.client, id, "invalid-params"), "param", "data");
    ck_assert(peer_silent(l.peer, 20));
}
END_TEST

/* shows: bytes-sequence-nothing */
START_TEST(an_empty_sequence_writes_nothing)
{
    struct link l = open_bytes("unsigned-byte 8", modes[_i]);
    expect_int(call(l.client, "write-byte-sequence", "{'stream': %lu, 'data': ''}", l.stream), "written", 0);
    expect_int(call(l.client, "write-byte-sequence", "{'stream': %lu, 'data': '', 'mode': 'interactive'}", l.stream), "written",
               0);
    ck_assert(peer_silent(l.peer, 20));
}
END_TEST

/* shows: output-types */
START_TEST(without_data_and_payload_there_is_nothing_to_write)
{
    struct link l = open_bytes("unsigned-byte 8", modes[_i]);
    expect_text(refuse(l.client, "invalid-params", "write-byte-sequence", "{'stream': %lu}", l.stream), "param", "data");
}
END_TEST

/* shows: output-no-hang */
START_TEST(no_hang_writes_what_goes)
{
    struct link l = open_bytes("unsigned-byte 8", modes[_i]);
    size_t filled = link_fill(&l);
    json_object *full = call(l.client, "write-byte-sequence", "{'stream': %lu, 'data': 'YWJj', 'mode': 'no-hang'}", l.stream);
    bool buffered = _i == 1; /* its buffer may still take some */
    ck_assert(buffered || int_at(full, "written") == 0);
    long id = request(l.client, "write-byte-sequence", "{'stream': %lu, 'data': 'YWJj', 'mode': 'interactive'}", l.stream);
    ck_assert(buffered || waits(l.client, id));
    peer_drain(l.peer, filled);
    ck_assert_int_ge(int_at(result(l.client, id), "written"), 1);
    call(l.client, "finish-output", "{'stream': %lu, 'timeout': 5}", l.stream);
    char byte[2] = "a";
    peer_expect_text(l.peer, byte);
}
END_TEST

/* shows: output-no-hang */
START_TEST(no_hang_writes_whole_elements)
{
    struct link l = open_bytes("unsigned-byte 64", "'buffered': 'default'");
    size_t size = 8 << 20;
    char *data = value_keep(calloc(1, size));
    long id = request_payload(l.client, "write-byte-sequence", data, size, "{'stream': %lu, 'mode': 'no-hang'}", l.stream);
    int64_t written = int_at(result(l.client, id), "written");
    ck_assert_int_gt(written, 0);
    ck_assert_int_lt(written * 8, (int64_t)size);
    long shut = request(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    peer_drain(l.peer, (size_t)written * 8);
    peer_expect_end(l.peer);
    result(l.client, shut);
}
END_TEST

/* shows: wrong-kind-characters, wrong-kind-bytes */
START_TEST(the_wrong_kind_of_write_is_refused)
{
    struct client *c = client_open();
    struct link text = link_open(c, modes[_i]), bytes = link_open(c, "'element_type': 'unsigned-byte 8'");
    refuse(c, "wrong-kind", "write-byte", "{'stream': %lu, 'byte': 1}", text.stream);
    refuse(c, "wrong-kind", "write-byte-sequence", "{'stream': %lu, 'data': 'YWJj'}", text.stream);
    fault(c, request_payload(c, "write-byte-sequence", "abc", 3, "{'stream': %lu}", text.stream), "wrong-kind");
    refuse(c, "wrong-kind", "write-char", "{'stream': %lu, 'char': 'a'}", bytes.stream);
    refuse(c, "wrong-kind", "write-string", "{'stream': %lu, 'string': 'a'}", bytes.stream);
    refuse(c, "wrong-kind", "write-line", "{'stream': %lu, 'string': 'a'}", bytes.stream);
    refuse(c, "wrong-kind", "terpri", "{'stream': %lu}", bytes.stream);
    refuse(c, "wrong-kind", "fresh-line", "{'stream': %lu}", bytes.stream);
    refuse(c, "no-such-handle", "write-byte", "{'stream': %lu, 'byte': 1}", NOBODY);
    refuse(c, "no-such-handle", "write-byte-sequence", "{'stream': %lu, 'data': 'YWJj'}", NOBODY);
    ck_assert(peer_silent(text.peer, 10) && peer_silent(bytes.peer, 10));
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&each_element_type_has_its_range, COVERS({METHOD_write_byte, SUCCESS | BAD_PARAMS}), COUNT(elements)},
    {&a_sequence_is_whole_elements, COVERS({METHOD_write_byte_sequence, SUCCESS}), COUNT(elements)},
    {&an_empty_sequence_writes_nothing, NULL, EACH_MODE},
    {&without_data_and_payload_there_is_nothing_to_write, NULL, EACH_MODE},
    {&no_hang_writes_what_goes, NULL, EACH_MODE},
    {&no_hang_writes_whole_elements, NULL, 0},
    {&the_wrong_kind_of_write_is_refused,
     COVERS({METHOD_write_byte, REFUSAL}, {METHOD_write_byte_sequence, REFUSAL}, {METHOD_write_char, REFUSAL},
            {METHOD_write_string, REFUSAL}, {METHOD_write_line, REFUSAL}, {METHOD_terpri, REFUSAL},
            {METHOD_fresh_line, REFUSAL}),
     EACH_MODE},
    {0},
};

const struct suite suite_bytes_out = {.name = "bytes_out", .cases = cases};
