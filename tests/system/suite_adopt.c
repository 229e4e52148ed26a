/* make-stream: pipes, files, terminals and sockets that a client hands in. */
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "harness.h"

static struct link adopt(struct client *c, int fd, const char *params, int peer)
{
    struct link l = {
        c, handle_at(result(c, request_fds(c, "make-stream", &fd, 1, "%s", json_at(json_of(params), ""))), "stream"), peer};
    close(fd);
    return l;
}

/* shows: make-stream-kinds */
START_TEST(a_pipe_to_read_from)
{
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    struct link l = adopt(client_open(), fds[0], "{'direction': 'input'}", fds[1]);
    ck_assert_str_eq(link_status(&l, "input"), "null");
    ck_assert_int_eq(write(l.peer, "from a pipe\r\nx", 14), 14);
    link_expect_line(&l, "from a pipe");
    expect_true(call(l.client, "input-stream-p", "{'stream': %lu}", l.stream), "value");
    expect_false(call(l.client, "output-stream-p", "{'stream': %lu}", l.stream), "value");
    expect_text(refuse(l.client, "not-open", "write-line", "{'stream': %lu, 'string': ''}", l.stream), "direction", "output");
    close(l.peer);
    expect_true(call(l.client, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    ck_assert_str_eq(link_status(&l, "input"), "\"eof\"");
}
END_TEST

/* shows: make-stream-kinds */
START_TEST(a_pipe_to_write_to)
{
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    struct link l = adopt(client_open(), fds[1], "{'direction': 'output', 'external_format': 'dos'}", fds[0]);
    call(l.client, "write-line", "{'stream': %lu, 'string': 'into a pipe'}", l.stream);
    peer_expect_text(l.peer, "into a pipe\r\n");
    expect_false(call(l.client, "input-stream-p", "{'stream': %lu}", l.stream), "value");
    refuse(l.client, "not-open", "read-line", "{'stream': %lu, 'timeout': 0}", l.stream);
    ck_assert_str_eq(link_status(&l, "output"), "\"output\"");
    call(l.client, "close", "{'handle': %lu}", l.stream);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: make-stream-kinds */
START_TEST(two_descriptors_are_input_and_output)
{
    int in[2], out[2];
    ck_assert_int_eq(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
    struct client *c = client_open();
    int fds[2] = {in[0], out[1]};
    struct link l = {c, handle_at(result(c, request_fds(c, "make-stream", fds, 2, "{}")), "stream"), -1};
    close(in[0]);
    close(out[1]);
    ck_assert_int_eq(write(in[1], "asked\n", 6), 6);
    link_expect_line(&l, "asked");
    call(c, "write-line", "{'stream': %lu, 'string': 'answered'}", l.stream);
    peer_expect_text(out[0], "answered\n");
}
END_TEST

/* shows: make-stream-kinds */
START_TEST(a_socket_pair)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    struct link l = adopt(client_open(), fds[0], "{'element_type': 'unsigned-byte 8'}", fds[1]);
    peer_write(l.peer, "a");
    expect_int(call(l.client, "read-byte", "{'stream': %lu, 'timeout': 5}", l.stream), "byte", 'a');
    call(l.client, "write-byte", "{'stream': %lu, 'byte': 98}", l.stream);
    peer_expect_text(l.peer, "b");
    expect_json(call(l.client, "socket-options", "{'socket': %lu, 'options': ['so-type', 'so-acceptconn']}", l.stream),
                "values", "[true, false]");
    call(l.client, "socket-stream-shutdown", "{'stream': %lu, 'direction': 'output'}", l.stream);
    peer_expect_end(l.peer);
}
END_TEST

/* shows: make-stream-raw-socket */
START_TEST(a_raw_socket_knows_its_ends)
{
    int port, listener = peer_listen("127.0.0.1", &port), fd = peer_connect("127.0.0.1", port);
    struct link l = adopt(client_open(), fd, "{}", peer_accept(listener));
    json_object *peer = call(l.client, "socket-stream-peer", "{'stream': %lu, 'do_not_resolve': true}", l.stream);
    expect_text(peer, "address", "127.0.0.1");
    expect_int(peer, "port", port);
    expect_text(call(l.client, "socket-stream-local", "{'stream': %lu, 'do_not_resolve': true}", l.stream), "address",
                "127.0.0.1");
    ck_assert_str_eq(link_status(&l, "io"), "\"output\"");
    peer_write(l.peer, "raw\n");
    link_expect_line(&l, "raw");
    peer_close(l.peer);
    link_await(&l);
    ck_assert_str_eq(link_status(&l, "io"), "\"append\"");
}
END_TEST

static int temporary_file(const char *text)
{
    FILE *file = tmpfile();
    fputs(text, file);
    fflush(file);
    int fd = dup(fileno(file));
    fclose(file);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* shows: make-stream-kinds */
START_TEST(a_file)
{
    struct client *c = client_open();
    int fd = temporary_file("one\ntwo\n"), mine = dup(fd);
    struct link l = adopt(c, fd, "{}", -1);
    ck_assert_str_eq(link_status(&l, "io"), "\"io\"");
    link_expect_line(&l, "one");
    link_expect_line(&l, "two");
    expect_true(call(c, "read-line", "{'stream': %lu, 'timeout': 5}", l.stream), "eof");
    call(c, "write-line", "{'stream': %lu, 'string': 'three'}", l.stream);
    call(c, "close", "{'handle': %lu}", l.stream);
    char text[20] = "";
    ck_assert_int_eq(pread(mine, text, sizeof text, 0), 14);
    ck_assert_str_eq(text, "one\ntwo\nthree\n");
}
END_TEST

START_TEST(a_large_file)
{
    int size = 3000000, fd;
    char *text = value_keep(malloc((size_t)size + 1));
    memset(text, 'l', (size_t)size);
    text[size] = '\0';
    fd = temporary_file(text);
    struct client *c = client_open();
    struct link l = adopt(c, fd, "{'direction': 'input', 'element_type': 'unsigned-byte 8'}", -1);
    long id = request(c, "read-byte-sequence", "{'stream': %lu, 'length': %d, 'encoding': 'payload'}", l.stream, size + 1);
    expect_int(result(c, id), "length", size);
    expect_true(result(c, id), "eof");
}
END_TEST

/* shows: make-stream-kinds */
START_TEST(a_terminal)
{
    int master, slave;
    ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
    struct termios mode;
    tcgetattr(slave, &mode);
    cfmakeraw(&mode);
    tcsetattr(slave, TCSANOW, &mode);
    struct link l = adopt(client_open(), slave, "{}", master);
    ck_assert_int_eq(write(master, "typed\r", 6), 6);
    link_expect_line(&l, "typed");
    call(l.client, "write-string", "{'stream': %lu, 'string': 'shown'}", l.stream);
    peer_expect_text(master, "shown");
    refuse(l.client, "timeout", "read-line", "{'stream': %lu, 'timeout': 0.03}", l.stream);
}
END_TEST

static int null_device(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

START_TEST(without_descriptors_there_is_no_stream)
{
    struct client *c = client_open();
    refuse(c, "invalid-params", "make-stream", "{}");
    int fds[3] = {null_device(), null_device(), null_device()};
    fault(c, request_fds(c, "make-stream", fds, 3, "{}"), "invalid-params");
    call(c, "daemon.info", NULL);
}
END_TEST

/* shows: make-stream-directions */
START_TEST(a_descriptor_that_cannot_do_what_is_asked)
{
    struct client *c = client_open();
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    fault(c, request_fds(c, "make-stream", &fds[0], 1, "{'direction': 'output'}"), "invalid-params");
    fault(c, request_fds(c, "make-stream", &fds[1], 1, "{'direction': 'input'}"), "invalid-params");
    fault(c, request_fds(c, "make-stream", &fds[0], 1, "{'direction': 'io'}"), "invalid-params");
    call(c, "daemon.info", NULL);
}
END_TEST

/* shows: make-stream-directions */
START_TEST(what_is_no_stream_cannot_be_made_one)
{
    struct client *c = client_open();
    int port, listener = peer_listen("127.0.0.1", &port), datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int odd[] = {listener, datagrams, directory};
    for (int i = 0; i < COUNT(odd); i++) {
        struct message *message = reply(c, request_fds(c, "make-stream", &odd[i], 1, "{}"));
        ck_assert_msg(has(message->json, "error"), "%d: %s", i, message->line);
    }
}
END_TEST

START_TEST(a_bad_parameter_closes_the_descriptor)
{
    struct client *c = client_open();
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    fault(c, request_fds(c, "make-stream", &fds[1], 1, "{'direction': 'sideways'}"), "invalid-params");
    close(fds[1]);
    peer_expect_end(fds[0]);
}
END_TEST

START_TEST(the_clients_descriptor_stays_as_it_was)
{
    struct client *c = client_open();
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    int mine = dup(fds[0]), before = fcntl(mine, F_GETFL);
    struct link l = adopt(c, fds[0], "{'direction': 'input'}", fds[1]);
    refuse(c, "timeout", "read-char", "{'stream': %lu, 'timeout': 0.02}", l.stream);
    call(c, "close", "{'handle': %lu}", l.stream);
    ck_assert_int_eq(fcntl(mine, F_GETFL), before);
}
END_TEST

/* shows: make-stream-no-socket */
START_TEST(a_stream_of_a_pipe_has_no_socket)
{
    struct client *c = client_open();
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    struct link l = adopt(c, fds[0], "{'direction': 'input'}", fds[1]);
    expect_text(refuse(c, "os-error", "socket-options", "{'socket': %lu, 'options': ['so-keepalive']}", l.stream), "name",
                "ENOTSOCK");
    expect_text(refuse(c, "os-error", "socket-stream-peer", "{'stream': %lu}", l.stream), "name", "ENOTSOCK");
    expect_text(refuse(c, "os-error", "socket-stream-local", "{'stream': %lu}", l.stream), "name", "ENOTSOCK");
    json_object *info = call(c, "handle.info", "{'handle': %lu}", l.stream);
    expect_text(info, "kind", "stream");
}
END_TEST

START_TEST(a_pipe_that_is_full_makes_a_write_wait)
{
    struct client *c = client_open();
    int fds[2];
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    struct link l = adopt(c, fds[1], "{'direction': 'output', 'element_type': 'unsigned-byte 8'}", fds[0]);
    char *data = value_keep(calloc(1, 300000));
    long id = request_payload(c, "write-byte-sequence", data, 300000, "{'stream': %lu}", l.stream);
    ck_assert(waits(c, id));
    ck_assert_str_eq(link_status(&l, "output"), "null");
    peer_drain(l.peer, 300000);
    expect_int(result(c, id), "written", 300000);
    peer_close(l.peer);
    expect_text(refuse(c, "os-error", "write-byte", "{'stream': %lu, 'byte': 1}", l.stream), "name", "EPIPE");
}
END_TEST

static const struct test_case cases[] = {
    {&a_pipe_to_read_from, COVERS({METHOD_make_stream, SUCCESS}), 0},
    {&a_pipe_to_write_to, NULL, 0},
    {&two_descriptors_are_input_and_output, NULL, 0},
    {&a_socket_pair, NULL, 0},
    {&a_raw_socket_knows_its_ends, NULL, 0},
    {&a_file, NULL, 0},
    {&a_large_file, NULL, 0},
    {&a_terminal, NULL, 0},
    {&without_descriptors_there_is_no_stream, COVERS({METHOD_make_stream, BAD_PARAMS}), 0},
    {&a_descriptor_that_cannot_do_what_is_asked, NULL, 0},
    {&what_is_no_stream_cannot_be_made_one, NULL, 0},
    {&a_bad_parameter_closes_the_descriptor, NULL, 0},
    {&the_clients_descriptor_stays_as_it_was, NULL, 0},
    {&a_stream_of_a_pipe_has_no_socket, NULL, 0},
    {&a_pipe_that_is_full_makes_a_write_wait, NULL, 0},
    {0},
};

const struct suite suite_adopt = {.name = "adopt", .cases = cases};
