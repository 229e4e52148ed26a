/* Byte streams: read-byte, its no-hang sibling, sequences in their modes and encodings. */
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

static struct link open_octets(int mode)
{
    return open_bytes("unsigned-byte 8", modes[mode]);
}

static json_object *read_byte(const struct link *l)
{
    return call(l->client, "read-byte", "{'stream': %lu, 'timeout': 5}", l->stream);
}

static json_object *sequence(const struct link *l, int length, const char *mode)
{
    return call(l->client, "read-byte-sequence", "{'stream': %lu, 'length': %d, 'mode': '%s', 'timeout': 5}", l->stream, length,
                mode);
}

/* shows: bytes-eof */
START_TEST(bytes_and_the_end)
{
    struct link l = open_octets(_i);
    peer_send(l.peer, "\0\x7f\x80\xff\r\n", 6);
    static const int want[] = {0, 127, 128, 255, 13, 10};
    for (int i = 0; i < COUNT(want); i++)
        expect_int(read_byte(&l), "byte", want[i]);
    peer_shut(l.peer);
    for (int i = 0; i < 2; i++) {
        expect_null(read_byte(&l), "byte");
        expect_true(read_byte(&l), "eof");
    }
}
END_TEST

/* Sixteen bytes, and the elements that they are, each type reading as many as there are. */
static const unsigned char sample[16] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88,
                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static const struct {
    const char *element, *first, *last;
    int size;
} elements[] = {
    {"unsigned-byte 8", "1", "255", 1},
    {"signed-byte 8", "1", "-1", 1},
    {"unsigned-byte 16", "513", "65535", 2},
    {"signed-byte 16", "513", "-1", 2},
    {"unsigned-byte 32", "67305985", "4294967295", 4},
    {"signed-byte 32", "67305985", "-1", 4},
    {"unsigned-byte 64", "9801809732607083009", "18446744073709551615", 8},
    {"signed-byte 64", "-8644934341102468607", "-1", 8},
};

/* shows: bytes-little-endian */
START_TEST(elements_are_little_endian)
{
    for (int mode = 0; mode < COUNT(modes); mode++) {
        struct link l = open_bytes(elements[_i].element, modes[mode]);
        peer_send(l.peer, sample, sizeof sample);
        long id = request(l.client, "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream);
        char want[60];
        snprintf(want, sizeof want, "\"byte\":%s", elements[_i].first);
        result(l.client, id);
        ck_assert_msg(strstr(reply(l.client, id)->line, want), "%s", reply(l.client, id)->line);
        int rest = 16 / elements[_i].size - 2;
        json_object *read = sequence(&l, rest, "all");
        expect_int(read, "length", rest);
        expect_text(read, "data", base64(sample + elements[_i].size, (size_t)(rest * elements[_i].size)));
        id = request(l.client, "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream);
        snprintf(want, sizeof want, "\"byte\":%s", elements[_i].last);
        result(l.client, id);
        ck_assert_msg(strstr(reply(l.client, id)->line, want), "%s", reply(l.client, id)->line);
    }
}
END_TEST

/* shows: bytes-cut-off */
START_TEST(an_element_cut_off_by_the_end)
{
    if (elements[_i].size == 1)
        return;
    for (int mode = 0; mode < COUNT(modes); mode++) {
        struct link l = open_bytes(elements[_i].element, modes[mode]);
        peer_send(l.peer, sample, (size_t)elements[_i].size * 2 - 1);
        peer_shut(l.peer);
        ck_assert(!null_at(read_byte(&l), "byte"));
        json_object *data = refuse(l.client, "end-of-file", "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream);
        expect_int(data, "handle", (int64_t)l.stream);
        expect_text(data, "bytes", base64(sample + elements[_i].size, (size_t)elements[_i].size - 1));
        expect_true(read_byte(&l), "eof");
        expect_true(sequence(&l, 3, "all"), "eof");
    }
}
END_TEST

/* shows: bytes-cut-off */
START_TEST(a_sequence_with_an_element_cut_off)
{
    struct link l = open_bytes("unsigned-byte 32", modes[_i]);
    peer_send(l.peer, sample, 10);
    peer_shut(l.peer);
    long id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 5, 'timeout': 5}", l.stream);
    json_object *first = reply(l.client, id)->json;
    if (has(first, "error")) {
        expect_text(fault_in(first, "end-of-file"), "bytes", base64(sample + 8, 2));
        expect_text(sequence(&l, 5, "all"), "data", base64(sample, 8));
    } else {
        expect_text(first, "result.data", base64(sample, 8));
        json_object *data = refuse(l.client, "end-of-file", "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream);
        expect_text(data, "bytes", base64(sample + 8, 2));
    }
    expect_true(sequence(&l, 5, "all"), "eof");
}
END_TEST

/* shows: bytes-whole-elements */
START_TEST(read_byte_waits_for_a_whole_element)
{
    struct link l = open_bytes("unsigned-byte 32", modes[_i]);
    long id = request(l.client, "read-byte", "{'stream': %lu}", l.stream);
    for (int i = 0; i < 4; i++) {
        ck_assert(waits(l.client, id));
        peer_send(l.peer, sample + i, 1);
    }
    expect_int(result(l.client, id), "byte", 0x04030201);
}
END_TEST

/* shows: timeout-consumes-nothing */
START_TEST(a_timeout_or_cancel_consumes_nothing)
{
    struct link l = open_bytes("unsigned-byte 16", modes[_i]);
    peer_write(l.peer, "A");
    refuse(l.client, "timeout", "read-byte", "{'stream': %lu, 'timeout': 0.03}", l.stream);
    refuse(l.client, "timeout", "read-byte-sequence", "{'stream': %lu, 'length': 2, 'timeout': 0.03}", l.stream);
    long id = request(l.client, "read-byte", "{'stream': %lu}", l.stream);
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
    id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 2}", l.stream);
    peer_write(l.peer, "BC");
    ck_assert(waits(l.client, id));
    cancel(l.client, id);
    peer_write(l.peer, "D");
    expect_text(sequence(&l, 2, "all"), "data", "QUJDRA==");
}
END_TEST

/* shows: bytes-no-hang */
START_TEST(no_hang_never_waits)
{
    struct link l = open_bytes("unsigned-byte 16", modes[_i]);
    json_object *nothing = call(l.client, "read-byte-no-hang", "{'stream': %lu}", l.stream);
    expect_null(nothing, "byte");
    expect_false(nothing, "eof");
    peer_write(l.peer, "A");
    link_await(&l);
    expect_null(call(l.client, "read-byte-no-hang", "{'stream': %lu}", l.stream), "byte");
    peer_write(l.peer, "B");
    call(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 1, 'timeout': 5}", l.stream);
    peer_write(l.peer, "CD");
    link_await(&l);
    expect_int(call(l.client, "read-byte-no-hang", "{'stream': %lu}", l.stream), "byte", 0x4443);
    peer_shut(l.peer);
    link_await(&l);
    expect_true(call(l.client, "read-byte-no-hang", "{'stream': %lu}", l.stream), "eof");
}
END_TEST

/* shows: bytes-sequence-all, bytes-sequence-no-hang, bytes-sequence-interactive */
START_TEST(sequences_in_their_modes)
{
    struct link l = open_octets(_i);
    json_object *nothing = sequence(&l, 4, "no-hang");
    expect_int(nothing, "length", 0);
    expect_text(nothing, "data", "");
    expect_false(nothing, "eof");
    peer_write(l.peer, "abc");
    link_await(&l);
    json_object *some = sequence(&l, 10, "no-hang");
    expect_int(some, "length", 3);
    expect_text(some, "data", "YWJj");
    long id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 10, 'mode': 'interactive'}", l.stream);
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "de");
    expect_text(result(l.client, id), "data", "ZGU=");
    id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': 4, 'mode': 'all'}", l.stream);
    peer_write(l.peer, "fg");
    ck_assert(waits(l.client, id));
    peer_write(l.peer, "hi");
    expect_text(result(l.client, id), "data", "ZmdoaQ==");
    expect_int(sequence(&l, 0, "all"), "length", 0);
}
END_TEST

/* shows: bytes-sequence-all */
START_TEST(a_short_sequence_meets_the_end)
{
    struct link l = open_octets(_i);
    peer_write(l.peer, "abc");
    peer_shut(l.peer);
    json_object *whole = sequence(&l, 2, "all");
    expect_false(whole, "eof");
    json_object *rest = sequence(&l, 5, "all");
    expect_int(rest, "length", 1);
    expect_true(rest, "eof");
    json_object *end = sequence(&l, 5, "interactive");
    expect_int(end, "length", 0);
    expect_true(end, "eof");
}
END_TEST

/* shows: bytes-sequence-in-one */
START_TEST(whatever_is_there_comes_in_one_call)
{
    struct link l = open_octets(_i);
    char *data = value_keep(malloc(60000));
    memset(data, 'w', 60000);
    peer_send(l.peer, data, 100);
    read_byte(&l);
    peer_send(l.peer, data, 59900);
    link_await(&l);
    expect_int(sequence(&l, 100000, "no-hang"), "length", 59999);
}
END_TEST

/* shows: bytes-sequence-all */
START_TEST(a_large_sequence)
{
    struct link l = open_octets(_i);
    size_t size = 3000000;
    char *data = value_keep(malloc(size));
    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i % 251);
    long id = request(l.client, "read-byte-sequence", "{'stream': %lu, 'length': %zu, 'encoding': 'payload'}", l.stream, size);
    peer_send(l.peer, data, size);
    expect_int(result(l.client, id), "length", (int64_t)size);
    ck_assert_int_eq(memcmp(reply(l.client, id)->payload, data, size), 0);
}
END_TEST

static const char *const byte_reads[] = {"read-byte", "read-byte-no-hang", "read-byte-sequence"};
static const char *const char_reads[] = {"read-char", "peek-char", "read-char-no-hang", "read-line", "read-char-sequence"};

/* shows: wrong-kind-characters, wrong-kind-bytes */
START_TEST(the_wrong_kind_of_read_is_refused)
{
    struct client *c = client_open();
    struct link text = link_open(c, modes[_i]), bytes = link_open(c, "'element_type': 'unsigned-byte 8'");
    peer_write(text.peer, "text\n");
    peer_write(bytes.peer, "b");
    for (int i = 0; i < COUNT(byte_reads); i++) {
        json_object *data =
            refuse(c, "wrong-kind", byte_reads[i], "{'stream': %lu%s}", text.stream, i == 2 ? ", \"length\": 1" : "");
        expect_int(data, "handle", (int64_t)text.stream);
        ck_assert(has(data, "is") && has(data, "wanted"));
        refuse(c, "no-such-handle", byte_reads[i], "{'stream': %lu%s}", NOBODY, i == 2 ? ", \"length\": 1" : "");
    }
    for (int i = 0; i < COUNT(char_reads); i++)
        refuse(c, "wrong-kind", char_reads[i], "{'stream': %lu%s}", bytes.stream, i == 4 ? ", \"length\": 1" : "");
    refuse(c, "wrong-kind", "unread-char", "{'stream': %lu, 'char': 'b'}", bytes.stream);
    link_expect_line(&text, "text");
    expect_int(read_byte(&bytes), "byte", 'b');
}
END_TEST

/* shows: gone-reset-read */
START_TEST(a_reset_is_told_once)
{
    struct link l = open_octets(_i);
    peer_reset(l.peer);
    link_await(&l);
    expect_text(refuse(l.client, "os-error", "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream), "name", "ECONNRESET");
    expect_true(read_byte(&l), "eof");
}
END_TEST

#define EACH_MODE COUNT(modes)

static const struct test_case cases[] = {
    {&bytes_and_the_end, COVERS({METHOD_read_byte, SUCCESS | AT_END}), EACH_MODE},
    {&elements_are_little_endian, NULL, COUNT(elements)},
    {&an_element_cut_off_by_the_end, NULL, COUNT(elements)},
    {&a_sequence_with_an_element_cut_off, NULL, EACH_MODE},
    {&read_byte_waits_for_a_whole_element, NULL, EACH_MODE},
    {&a_timeout_or_cancel_consumes_nothing,
     COVERS({METHOD_read_byte, TIMEOUT | CANCEL}, {METHOD_read_byte_sequence, TIMEOUT | CANCEL}), EACH_MODE},
    {&no_hang_never_waits, COVERS({METHOD_read_byte_no_hang, SUCCESS | AT_END}), EACH_MODE},
    {&sequences_in_their_modes, COVERS({METHOD_read_byte_sequence, SUCCESS}), EACH_MODE},
    {&a_short_sequence_meets_the_end, NULL, EACH_MODE},
    {&whatever_is_there_comes_in_one_call, NULL, EACH_MODE},
    {&a_large_sequence, NULL, EACH_MODE},
    {&the_wrong_kind_of_read_is_refused,
     COVERS({METHOD_read_byte, REFUSAL}, {METHOD_read_byte_no_hang, REFUSAL}, {METHOD_read_byte_sequence, REFUSAL}), EACH_MODE},
    {&a_reset_is_told_once, NULL, EACH_MODE},
    {0},
};

const struct suite suite_bytes_in = {.name = "bytes_in", .cases = cases};
