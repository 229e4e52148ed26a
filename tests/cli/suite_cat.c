/* cat: standard input and output joined to a stream, on each of its ways. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "suites.h"

static const char *const ways[] = {"", "--via direct", "--via relay", "--calls"};

enum { SIZE = 5000003 };

static unsigned char *pattern(void)
{
    unsigned char *data = value_keep(malloc(SIZE));
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 11);
    return data;
}

/* A process that sends back what it gets, and ends when the other side has. */
static int echo_start(int *port)
{
    int listener = peer_listen("127.0.0.1", port), pid = fork();
    if (pid == 0) {
        static char piece[65536];
        int peer = peer_accept(listener);
        for (ssize_t size; (size = read(peer, piece, sizeof piece)) > 0;)
            peer_send(peer, piece, (size_t)size);
        _exit(0);
    }
    close(listener);
    return pid;
}

static void ended_well(int pid)
{
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

START_TEST(a_file_both_ways)
{
    int port, echo = echo_start(&port);
    unsigned char *data = pattern();
    const struct ended *ended = sockctl_fed(data, SIZE, "cat 127.0.0.1 %d %s", port, ways[_i]);
    ck_assert_msg(ended->status == 0, "%s", ended->err);
    ck_assert_uint_eq(ended->out_size, SIZE);
    ck_assert_mem_eq(ended->out, data, SIZE);
    ck_assert_str_eq(sockctl_text("ls -q"), "");
    ended_well(echo);
}
END_TEST

START_TEST(pipes_both_ways)
{
    int port, echo = echo_start(&port);
    unsigned char *data = pattern(), *back = value_keep(malloc(SIZE + 1));
    struct running cat = program_start("sockctl cat 127.0.0.1 %d %s", port, ways[_i]);
    int writer = fork();
    if (writer == 0) {
        for (size_t done = 0; done < SIZE;)
            done += (size_t)write(cat.in, data + done, SIZE - done);
        _exit(0);
    }
    close(cat.in);
    size_t got = 0;
    for (ssize_t size; (size = read(cat.out, back + got, SIZE + 1 - got)) > 0;)
        got += (size_t)size;
    ck_assert_uint_eq(got, SIZE);
    ck_assert_mem_eq(back, data, SIZE);
    ck_assert_int_eq(running_wait(&cat), 0);
    ended_well(writer);
    ended_well(echo);
}
END_TEST

START_TEST(neither_waits_for_the_other)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    struct running cat = program_start("sockctl cat 127.0.0.1 %d %s", port, ways[_i]);
    int peer = peer_accept(listener);
    peer_write(peer, "welcome\n");
    ck_assert_str_eq(running_line(&cat), "welcome");
    ck_assert_int_eq(write(cat.in, "hello", 5), 5);
    peer_expect_text(peer, "hello");
    close(cat.in);
    peer_expect_end(peer);
    peer_write(peer, "after the end\n");
    ck_assert_str_eq(running_line(&cat), "after the end");
    peer_close(peer);
    ck_assert_int_eq(running_wait(&cat), 0);
}
END_TEST

START_TEST(the_peer_ends_it)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    struct running cat = program_start("sockctl cat 127.0.0.1 %d %s", port, ways[_i]);
    int peer = peer_accept(listener);
    peer_write(peer, "bye\n");
    peer_close(peer);
    ck_assert_str_eq(running_line(&cat), "bye");
    ck_assert_int_eq(running_wait(&cat), 0);
    ck_assert_str_eq(sockctl_text("ls -q"), "");
}
END_TEST

START_TEST(an_interruption_closes_the_handle)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    unsigned long stream = sockctl_number("connect 127.0.0.1 %d", port);
    struct running cat = program_start("sockctl cat %lu %s", stream, ways[_i]);
    int peer = peer_accept(listener);
    peer_write(peer, "here\n");
    ck_assert_str_eq(running_line(&cat), "here");
    kill(cat.pid, SIGINT);
    ck_assert_int_eq(running_wait(&cat), 130);
    sockctl_refused(3, "no-such-handle", "show %lu", stream);
    peer_expect_end(peer);
}
END_TEST

START_TEST(a_handle_goes_on_where_it_stood)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    unsigned long stream = sockctl_number("connect 127.0.0.1 %d", port);
    int peer = peer_accept(listener);
    peer_write(peer, "one\ntwo\nthree");
    ck_assert_str_eq(sockctl_text("read-line %lu", stream), "one");
    peer_shut(peer);
    const struct ended *ended = sockctl_fed("four", 4, "cat %lu --keep %s", stream, ways[_i]);
    ck_assert_msg(ended->status == 0, "%s", ended->err);
    ck_assert_str_eq(ended->out, "two\nthree");
    peer_expect_text(peer, "four");
    peer_expect_end(peer);
    ck_assert_str_eq(sockctl_text("open-stream-p %lu", stream), "true");
    sockctl_text("close %lu", stream);
}
END_TEST

START_TEST(failures_have_their_statuses)
{
    sockctl_refused(1, "ECONNREFUSED", "-j cat 127.0.0.1 %d", peer_free_port());
    sockctl_refused(3, "no-such-handle", "cat %lu", NOBODY);
    sockctl_refused(5, "cannot connect", "--socket /nonexistent/sockd cat localhost 80");
    unsigned long server = sockctl_number("listen-on");
    sockctl_refused(1, "wrong-kind", "cat %lu", server);
    sockctl("close %lu", server);
    int port, listener = peer_listen("127.0.0.1", &port);
    struct running cat = program_start("sockctl cat 127.0.0.1 %d --via direct", port);
    int peer = peer_accept(listener);
    peer_write(peer, "x\n");
    ck_assert_str_eq(running_line(&cat), "x");
    peer_reset(peer);
    ck_assert_int_eq(running_wait(&cat), 1);
}
END_TEST

static const struct test_case cases[] = {
    {&a_file_both_ways, NULL, COUNT(ways)},
    {&pipes_both_ways, NULL, COUNT(ways)},
    {&neither_waits_for_the_other, NULL, COUNT(ways)},
    {&the_peer_ends_it, NULL, COUNT(ways)},
    {&an_interruption_closes_the_handle, NULL, COUNT(ways)},
    {&a_handle_goes_on_where_it_stood, NULL, COUNT(ways)},
    {&failures_have_their_statuses, NULL, 0},
    {0},
};

const struct suite suite_cat = {.name = "cat", .cases = cases, .seconds = 60};
