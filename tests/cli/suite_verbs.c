/* Verbs against the real daemon: what is printed, what the exit status is. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "suites.h"

/* A stream of the daemon, made by sockctl, and its peer. */
struct pair {
    unsigned long stream;
    int peer;
};

static struct pair pair_open(const char *options)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    struct pair pair = {.stream = sockctl_number("connect 127.0.0.1 %d %s", port, options)};
    pair.peer = peer_accept(listener);
    return pair;
}

static void pair_close(const struct pair *pair)
{
    ck_assert_str_eq(sockctl_text("close %lu", pair->stream), "");
}

START_TEST(a_server_and_a_client)
{
    unsigned long server = sockctl_number("listen-on --interface 127.0.0.1");
    unsigned long port = sockctl_number("socket-server-port %lu", server);
    ck_assert_str_eq(sockctl_text("socket-server-host %lu", server), "127.0.0.1");
    ck_assert_str_eq(sockctl_text("wait %lu --timeout 0", server), "false");
    unsigned long near = sockctl_number("connect 127.0.0.1 %lu", port);
    ck_assert_str_eq(sockctl_text("wait %lu", server), "true");
    unsigned long far = sockctl_number("accept %lu --timeout 5", server);
    sockctl_text("write-line %lu 'hello there'", near);
    ck_assert_str_eq(sockctl_text("read-line %lu", far), "hello there");
    ck_assert_str_eq(sockctl_text("status %lu %lu:output %lu:in timeout=0", server, near, far), "null\noutput\nnull");
    ck_assert_str_eq(sockctl_text("status %lu:output", near), "output");
    ck_assert_uint_eq(sockctl_number("-H --columns port peer %lu", near), port);
    json_object *end = value_keep_json(json_tokener_parse(sockctl_text("-j local %lu do_not_resolve=true", far)));
    expect_text(end, "host", "127.0.0.1");
    expect_int(end, "port", (int)port);
    sockctl_text("close %lu", near);
    const struct ended *ended = sockctl("read-line %lu", far);
    ck_assert_int_eq(ended->status, 3);
    ck_assert_str_eq(ended->out, "");
    sockctl_text("close %lu", far);
    sockctl_text("close %lu", server);
}
END_TEST

START_TEST(text_goes_as_it_was_given)
{
    struct pair pair = pair_open("--external-format dos");
    sockctl_text("write-line %lu timeout=5", pair.stream);
    peer_expect_text(pair.peer, "timeout=5\r\n");
    sockctl_text("write-string %lu -- --abort", pair.stream);
    peer_expect_text(pair.peer, "--abort");
    sockctl_text("write-string %lu -- -", pair.stream);
    peer_expect_text(pair.peer, "-");
    sockctl_text("write-char %lu \u00e9", pair.stream);
    peer_expect_text(pair.peer, "\u00e9");
    ck_assert_int_eq(sockctl_fed("from\ninput", 10, "write-line %lu -", pair.stream)->status, 0);
    peer_expect_text(pair.peer, "from\r\ninput\r\n");
    ck_assert_int_eq(sockctl_fed("\xff", 1, "write-string %lu -", pair.stream)->status, 2);
    ck_assert_str_eq(sockctl_text("fresh-line %lu", pair.stream), "false");
    pair_close(&pair);
}
END_TEST

START_TEST(long_input_goes_in_pieces)
{
    enum { SIZE = 1000001 }; /* of two-byte characters behind one of one byte, so that pieces end inside characters */
    struct pair pair = pair_open("");
    char *text = value_keep(malloc(SIZE));
    for (int i = 0; i < SIZE; i++)
        text[i] = i == 0 ? 'x' : i % 2 ? '\xc3' : '\xa9';
    int pid = fork();
    if (pid == 0) {
        peer_expect(pair.peer, text, SIZE);
        _exit(0);
    }
    ck_assert_int_eq(sockctl_fed(text, SIZE, "write-string %lu -", pair.stream)->status, 0);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    pair_close(&pair);
}
END_TEST

START_TEST(bytes_are_raw)
{
    enum { SIZE = 3000000 };
    struct pair pair = pair_open("--element-type byte");
    unsigned char *data = value_keep(malloc(SIZE));
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 13);
    int pid = fork();
    if (pid == 0) {
        peer_expect(pair.peer, data, SIZE);
        peer_send(pair.peer, data, SIZE);
        _exit(0);
    }
    const struct ended *ended = sockctl_fed(data, SIZE, "write-byte-sequence %lu", pair.stream);
    ck_assert_str_eq(ended->out, "3000000\n");
    ended = sockctl("read-byte-sequence %lu %d", pair.stream, SIZE);
    ck_assert_uint_eq(ended->out_size, SIZE);
    ck_assert_mem_eq(ended->out, data, SIZE);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(sockctl_text("write-byte-sequence %lu aGVsbG8=", pair.stream), "5");
    peer_expect_text(pair.peer, "hello");
    ck_assert_str_eq(sockctl_fed("", 0, "write-byte-sequence %lu", pair.stream)->out, "0\n");
    sockctl_text("write-byte %lu 255", pair.stream);
    peer_expect(pair.peer, "\xff", 1);
    peer_send(pair.peer, "\x80\x00\x01", 3);
    ck_assert_str_eq(sockctl_text("read-byte %lu", pair.stream), "128");
    json_object *rest = value_keep_json(json_tokener_parse(sockctl_text("-j read-byte-sequence %lu 2", pair.stream)));
    expect_text(rest, "data", "AAE=");
    peer_close(pair.peer);
    ck_assert_int_eq(sockctl("read-byte-sequence %lu 1", pair.stream)->status, 3);
    pair_close(&pair);
}
END_TEST

START_TEST(a_terminal_is_left_alone)
{
    struct pair pair = pair_open("");
    static const char hostile[] = "a\x1b[31mb\tc\xc2\x9b\u202ed\u202c\u00e9\r\n";
    peer_write(pair.peer, hostile);
    ck_assert_str_eq(sockctl_screen("read-line %lu", pair.stream), "a\\x1b[31mb\tc\\u009b\\u202ed\\u202c\u00e9\r\n");
    peer_write(pair.peer, hostile);
    ck_assert_str_eq(sockctl_text("read-line %lu", pair.stream), "a\x1b[31mb\tc\xc2\x9b\u202ed\u202c\u00e9");
    peer_write(pair.peer, "x\x1b");
    ck_assert_str_eq(sockctl_screen("read-char-sequence %lu 2", pair.stream), "x\\x1b\r\n");
    peer_write(pair.peer, hostile);
    peer_shut(pair.peer);
    ck_assert_str_eq(sockctl_screen("cat %lu", pair.stream), "a\\x1b[31mb\tc\\u009b\\u202ed\\u202c\u00e9\r\r\n");
}
END_TEST

START_TEST(options_and_attributes)
{
    struct pair pair = pair_open("");
    ck_assert_str_eq(sockctl_text("options %lu so-keepalive=true so-linger=3", pair.stream), "false\nnull");
    ck_assert_str_eq(sockctl_text("options %lu so-keepalive so-linger", pair.stream), "true\n3");
    sockctl_text("options %lu so-linger=off so-keepalive=false", pair.stream);
    ck_assert_str_eq(sockctl_text("options %lu so-linger", pair.stream), "null");
    sockctl_refused(1, "invalid-params", "options %lu so-nonsense", pair.stream);
    ck_assert_str_eq(sockctl_text("stream-element-type %lu", pair.stream), "character");
    ck_assert_str_eq(sockctl_text("stream-element-type %lu 'signed-byte 16'", pair.stream), "signed-byte 16");
    json_object *format =
        value_keep_json(json_tokener_parse(sockctl_text("-j stream-external-format %lu set=mac", pair.stream)));
    expect_text(format, "external_format.line_terminator", "mac");
    ck_assert_str_eq(sockctl_text("shutdown %lu out", pair.stream), "");
    peer_expect_end(pair.peer);
    ck_assert_str_eq(sockctl_text("output-stream-p %lu", pair.stream), "false");
    ck_assert_str_eq(sockctl_text("open-stream-p %lu", pair.stream), "true");
    pair_close(&pair);
    ck_assert_str_eq(sockctl_text("open-stream-p %lu", pair.stream), "false");
}
END_TEST

START_TEST(statuses_tell_what_failed)
{
    unsigned long server = sockctl_number("listen-on");
    sockctl_refused(6, "timeout", "accept %lu --timeout 0.05", server);
    sockctl_refused(6, "timeout", "--timeout 0,50000 accept %lu", server);
    sockctl_text("close %lu", server);
    sockctl_refused(3, "no-such-handle", "close %lu", server);
    sockctl_refused(3, "no-such-handle", "show %lu", server);
    sockctl_refused(1, "os-error", "connect 127.0.0.1 %d", peer_free_port());
    sockctl_refused(1, "resolve", "connect does-not-exist.invalid 80");
    sockctl_refused(1, "no-such-method", "call no-such-method");
    sockctl_refused(5, "cannot connect", "--socket /nonexistent/sockd ping");
    json_object *error = value_keep_json(json_tokener_parse(sockctl("-j close %lu", server)->err));
    expect_text(error, "error.name", "no-such-handle");
    expect_int(error, "error.code", -32002);
}
END_TEST

/* A message that begins with the verb is not given it again. */
START_TEST(the_verb_is_said_once)
{
    int port = peer_free_port();
    char refused[80], elsewhere[80];
    snprintf(refused, sizeof refused, "sockctl: connect 127.0.0.1 port %d: ", port);
    snprintf(elsewhere, sizeof elsewhere, "sockctl: cat: connect 127.0.0.1 port %d: ", port);
    sockctl_refused(1, refused, "connect 127.0.0.1 %d", port);
    sockctl_refused(1, elsewhere, "cat 127.0.0.1 %d", port);
    sockctl_refused(2, "sockctl: connect: host: is missing", "connect");
}
END_TEST

START_TEST(interrupting_a_wait)
{
    unsigned long server = sockctl_number("listen-on");
    struct running waiting = program_start("sockctl accept %lu", server);
    struct client *c = client_open();
    long deadline = now_ms() + 10000;
    while (int_at(call(c, "handle.info", "{'handle': %lu}", server), "waiting_in") == 0) {
        ck_assert_int_lt(now_ms(), deadline);
        breathe();
    }
    kill(waiting.pid, SIGINT);
    ck_assert_int_eq(running_wait(&waiting), 130);
    client_close(c);
    sockctl_text("close %lu", server);
}
END_TEST

START_TEST(raw_calls)
{
    expect_text(value_keep_json(json_tokener_parse(sockctl_text("call daemon.info"))), "name", "sockd");
    const struct ended *ended = sockctl_fed("{ \"name\" :\n \"me\" }\n", 18, "call session.hello -");
    ck_assert_msg(ended->status == 0, "%s", ended->err);
    sockctl_refused(1, "invalid-params", "call session.hello {\"zork\":1}");
    sockctl_refused(2, "two members of the same name", "call session.hello {\"name\":null,\"name\":null}");
    ck_assert(has(value_keep_json(json_tokener_parse(sockctl_text("rpc.discover"))), "openrpc"));
}
END_TEST

START_TEST(descriptors_ride_along)
{
    struct ended const *ended = sockctl_fed("one\ntwo\n", 8, "make-stream --direction input");
    ck_assert_msg(ended->status == 0, "%s", ended->err);
    unsigned long stream = strtoul(ended->out, NULL, 10);
    ck_assert_str_eq(sockctl_text("read-line %lu", stream), "one");
    sockctl_text("close %lu", stream);

    struct pair pair = pair_open("");
    peer_write(pair.peer, "a b c\n");
    peer_shut(pair.peer);
    ended = sockctl("handles %lu -- /usr/bin/tr a-z A-Z", pair.stream);
    ck_assert_msg(ended->status == 0, "%s", ended->err);
    peer_expect_text(pair.peer, "A B C\n");
    pair_close(&pair);
}
END_TEST

/* sockctl is gone by then, and the daemon has no part in it. */
START_TEST(a_program_gets_a_connection)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    struct running running = program_start("sockctl descriptor.connect %d --host 127.0.0.1 -- /usr/bin/tr a-z A-Z", port);
    int peer = peer_accept(listener);
    peer_write(peer, "a b c\n");
    peer_shut(peer);
    peer_expect_text(peer, "A B C\n");
    peer_expect_end(peer);
    ck_assert_int_eq(running_wait(&running), 0);
    ck_assert_str_eq(sockctl_text("ls -q"), "");
    sockctl_refused(1, "/no/such/program", "descriptor.connect %d --host 127.0.0.1 -- /no/such/program", port);
    sockctl_refused(1, "sockctl: descriptor.connect: connect 127.0.0.1 port ",
                    "descriptor.connect %d --host 127.0.0.1 -- /usr/bin/true", peer_free_port());
    ck_assert_str_eq(sockctl_text("descriptor.connect %d --host 127.0.0.1", port), "0");
    ck_assert_ptr_nonnull(strstr(sockctl_text("help descriptor.connect"), " PORT [--NAME VALUE...] [-- PROGRAM [WORD...]]\n"));
}
END_TEST

static const struct test_case cases[] = {
    {&a_server_and_a_client, NULL, 0},
    {&text_goes_as_it_was_given, NULL, 0},
    {&long_input_goes_in_pieces, NULL, 0},
    {&bytes_are_raw, NULL, 0},
    {&a_terminal_is_left_alone, NULL, 0},
    {&options_and_attributes, NULL, 0},
    {&statuses_tell_what_failed, NULL, 0},
    {&the_verb_is_said_once, NULL, 0},
    {&interrupting_a_wait, NULL, 0},
    {&raw_calls, NULL, 0},
    {&descriptors_ride_along, NULL, 0},
    {&a_program_gets_a_connection, NULL, 0},
    {0},
};

const struct suite suite_verbs = {.name = "verbs", .cases = cases, .seconds = 60};
