/* Calls in flight together, cancelled, forgotten, and seen from an event loop. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

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

START_TEST(replies_out_of_order)
{
    sockd_call calls[100];
    char result[40];
    struct sockd_port_result port;
    for (int i = 0; i < 100; i++)
        calls[i] = sockd_start_socket_server_port(fake.client, (sockd_handle)i + 1);
    for (int i = 99; i >= 0; i--) {
        snprintf(result, sizeof result, "{\"port\":%d}", 1000 + i);
        fake_result(&fake, calls[i], result);
    }
    for (int i = 0; i < 100; i += 2) {
        ck_assert_int_eq(sockd_finish_socket_server_port(fake.client, calls[i], &port), 0);
        ck_assert_int_eq(port.port, 1000 + i);
    }
    for (int i = 99; i > 0; i -= 2) {
        ck_assert(sockd_done(fake.client, calls[i]));
        ck_assert_int_eq(sockd_finish_socket_server_port(fake.client, calls[i], &port), 0);
        ck_assert_int_eq(port.port, 1000 + i);
    }
}
END_TEST

/* a call that waits long keeps its id while thousands of others come and go */
START_TEST(one_call_waits_long)
{
    struct sockd_ready_result ready;
    sockd_call patient = sockd_start_socket_wait(fake.client, 9, NULL);
    for (int i = 0; i < 5000; i++) {
        sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
        ck_assert_int_ne(call, patient);
        fake_result(&fake, call, "{}");
        ck_assert_int_eq(sockd_finish_terpri(fake.client, call), 0);
        free(fake_line(&fake));
    }
    fake_result(&fake, patient, "{\"ready\":true}");
    ck_assert_int_eq(sockd_finish_socket_wait(fake.client, patient, &ready), 0);
    ck_assert(ready.ready);
}
END_TEST

START_TEST(a_result_outlives_replies_to_others)
{
    struct sockd_read_line_result line;
    sockd_call other = sockd_start_read_line(fake.client, 4, NULL);
    sockd_call call = sockd_start_read_line(fake.client, 3, NULL);
    fake_result(&fake, other, "{\"line\":\"other\",\"missing_newline\":false,\"eof\":false}");
    fake_result(&fake, call, "{\"line\":\"mine\\t\",\"missing_newline\":false,\"eof\":false}");
    ck_assert_int_eq(sockd_finish_read_line(fake.client, call, &line), 0);
    assert_text(line.line, "mine\t");
    ck_assert_int_eq(sockd_finish_read_line(fake.client, other, &line), 0);
    assert_text(line.line, "other");
}
END_TEST

START_TEST(cancelled)
{
    sockd_call call = sockd_start_read_line(fake.client, 3, NULL);
    free(fake_line(&fake));
    ck_assert_int_eq(sockd_cancel(fake.client, call), 0);
    fake_expect(&fake, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"rpc.cancel\",\"params\":{\"id\":1}}");
    fake_result(&fake, 2, "{\"cancelled\":true}");
    fake_error(&fake, 1, "{\"code\":-32010,\"message\":\"cancelled\",\"data\":{\"kind\":\"cancelled\"}}");
    ck_assert_int_eq(sockd_finish_read_line(fake.client, call, NULL), -SOCKD_ERROR_CANCELLED);
    ck_assert_str_eq(sockd_error(fake.client)->kind, "cancelled");
}
END_TEST

START_TEST(cancelled_too_late)
{
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
    fake_result(&fake, call, "{}");
    ck_assert_int_eq(sockd_wait(fake.client, call, -1), 1);
    free(fake_line(&fake));
    ck_assert_int_eq(sockd_cancel(fake.client, call), 0);
    fake_expect_nothing(&fake);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), 0);
}
END_TEST

START_TEST(forgotten)
{
    sockd_call early = sockd_start_terpri(fake.client, 3, NULL), late = sockd_start_terpri(fake.client, 3, NULL);
    fake_result(&fake, early, "{}");
    ck_assert_int_eq(sockd_wait(fake.client, early, -1), 1);
    sockd_forget(fake.client, early);
    sockd_forget(fake.client, late);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, early), -SOCKD_ERROR_ARGUMENT);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, late), -SOCKD_ERROR_ARGUMENT);
    fake_result(&fake, late, "{}");
    fake_result(&fake, 3, "{}");
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), 0);
}
END_TEST

START_TEST(waiting_has_an_end)
{
    sockd_call call = sockd_start_terpri(fake.client, 3, NULL);
    ck_assert_int_eq(sockd_wait(fake.client, call, 0), 0);
    ck_assert_int_eq(sockd_wait(fake.client, call, 20), 0);
    ck_assert_int_eq(sockd_wait(fake.client, 0, 0), 0);
    fake_result(&fake, call, "{}");
    ck_assert_int_eq(sockd_wait(fake.client, 0, 1000), 1);
    ck_assert_int_eq(sockd_wait(fake.client, call, 0), 1);
    ck_assert_int_eq(sockd_finish_terpri(fake.client, call), 0);
}
END_TEST

/* ---- waiting in other ways ---- */

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms = alarms + 1;
}

/* Answers once some signals have interrupted the wait. */
static void *answer_late(void *unused)
{
    (void)unused;
    free(fake_line(&fake));
    while (alarms < 3)
        poll(NULL, 0, 1);
    fake_result(&fake, 1, "{}");
    return NULL;
}

START_TEST(signals_do_not_end_a_wait)
{
    pthread_t thread;
    struct sigaction action = {.sa_handler = count_alarm};
    struct itimerval timer = {{0, 5000}, {0, 5000}}, off = {{0, 0}, {0, 0}};
    sigset_t alarm_set;
    sigemptyset(&alarm_set);
    sigaddset(&alarm_set, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm_set, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, answer_late, NULL), 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm_set, NULL);
    sigaction(SIGALRM, &action, NULL);
    if (_i) /* others may share the descriptor and have set it so */
        ck_assert_int_eq(fcntl(sockd_fd(fake.client), F_SETFL, O_NONBLOCK), 0);
    setitimer(ITIMER_REAL, &timer, NULL);
    ck_assert_int_eq(sockd_terpri(fake.client, 3, NULL), 0);
    setitimer(ITIMER_REAL, &off, NULL);
    pthread_join(thread, NULL);
    ck_assert_int_ge(alarms, 3);
}
END_TEST

/* ---- callbacks ---- */

struct seen {
    int count;
    int status;
    sockd_call call;
    int64_t port;
};

static void port_done(sockd *client, sockd_call call, void *data)
{
    struct seen *seen = data;
    struct sockd_port_result port = {0};
    seen->count++;
    seen->call = call;
    seen->status = sockd_finish_socket_server_port(client, call, &port);
    seen->port = port.port;
}

START_TEST(a_callback_from_process)
{
    struct seen seen = {0};
    sockd_call call = sockd_start_socket_server_port(fake.client, 3);
    ck_assert_int_eq(sockd_on_done(fake.client, call, port_done, &seen), 0);
    ck_assert_int_eq(sockd_events(fake.client), POLLIN);
    ck_assert_int_eq(sockd_process(fake.client), 0);
    ck_assert_int_eq(seen.count, 0);
    fake_result(&fake, call, "{\"port\":77}");
    ck_assert_int_eq(sockd_process(fake.client), 1);
    ck_assert_int_eq(seen.count, 1);
    ck_assert_int_eq(seen.status, 0);
    ck_assert_int_eq(seen.port, 77);
    ck_assert_int_eq(sockd_process(fake.client), 0);
    ck_assert_int_eq(seen.count, 1);
}
END_TEST

START_TEST(a_callback_at_once)
{
    struct seen seen = {0};
    sockd_call call = sockd_start_socket_server_port(fake.client, 3);
    fake_result(&fake, call, "{\"port\":78}");
    ck_assert_int_eq(sockd_wait(fake.client, call, -1), 1);
    ck_assert_int_eq(sockd_on_done(fake.client, call, port_done, &seen), 0);
    ck_assert_int_eq(seen.port, 78);
}
END_TEST

/* calls another method, blocking, in the middle of somebody else's blocking call */
static void nested_done(sockd *client, sockd_call call, void *data)
{
    struct seen *seen = data;
    struct sockd_host_result host;
    port_done(client, call, data);
    fake_result(&fake, 3, "{\"host\":\"::1\"}");
    seen->status = sockd_socket_server_host(client, 3, &host);
    assert_text(host.host, "::1");
}

START_TEST(a_callback_that_calls)
{
    struct seen seen = {0};
    struct sockd_read_line_result line;
    sockd_call call = sockd_start_socket_server_port(fake.client, 3);
    ck_assert_int_eq(sockd_on_done(fake.client, call, nested_done, &seen), 0);
    sockd_call outer = sockd_start_read_line(fake.client, 4, NULL);
    fake_result(&fake, call, "{\"port\":79}");
    fake_result(&fake, outer, "{\"line\":\"a\\\\b\",\"missing_newline\":false,\"eof\":false}");
    ck_assert_int_eq(sockd_finish_read_line(fake.client, outer, &line), 0);
    assert_text(line.line, "a\\b");
    ck_assert_int_eq(seen.count, 1);
    ck_assert_int_eq(seen.status, 0);
}
END_TEST

START_TEST(callbacks_when_the_connection_ends)
{
    struct seen seen[3] = {{0}};
    for (int i = 0; i < 3; i++) {
        sockd_call call = sockd_start_socket_server_port(fake.client, 3);
        ck_assert_int_eq(sockd_on_done(fake.client, call, port_done, &seen[i]), 0);
    }
    fake_result(&fake, 2, "{\"port\":80}");
    shutdown(fake.fd, SHUT_WR);
    int result;
    while ((result = sockd_process(fake.client)) >= 0)
        ck_assert_int_le(result, 1);
    ck_assert_int_eq(result, -SOCKD_ERROR_CLOSED);
    ck_assert_int_eq(seen[0].status, -SOCKD_ERROR_CLOSED);
    ck_assert_int_eq(seen[1].status, 0);
    ck_assert_int_eq(seen[2].status, -SOCKD_ERROR_CLOSED);
    ck_assert_int_eq(seen[0].count + seen[1].count + seen[2].count, 3);
    ck_assert_int_eq(sockd_events(fake.client), 0);
}
END_TEST

/* ---- back-pressure ---- */

START_TEST(requests_wait_their_turn)
{
    enum { COUNT = 200, SIZE = 16384 };
    static char data[SIZE], got[SIZE];
    sockd_call calls[COUNT];
    for (int i = 0; i < COUNT; i++) {
        memset(data, i, SIZE);
        calls[i] = sockd_start_write_byte_sequence(fake.client, 3, sockd_memory(data, SIZE), NULL);
        ck_assert_int_gt(calls[i], 0);
    }
    ck_assert_int_eq(sockd_events(fake.client), POLLIN | POLLOUT);
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(sockd_process(fake.client), 0);
        free(fake_line(&fake));
        memset(data, i, SIZE);
        fake_read(&fake, got, SIZE);
        ck_assert_int_eq(memcmp(got, data, SIZE), 0);
    }
    ck_assert_int_eq(sockd_events(fake.client), POLLIN);
    fake_expect_nothing(&fake);
}
END_TEST

TCase *case_flight(void)
{
    TCase *flight = tcase_create("flight");
    tcase_add_checked_fixture(flight, setup, teardown);
    tcase_set_timeout(flight, 30);
    tcase_add_test(flight, replies_out_of_order);
    tcase_add_test(flight, one_call_waits_long);
    tcase_add_test(flight, a_result_outlives_replies_to_others);
    tcase_add_test(flight, cancelled);
    tcase_add_test(flight, cancelled_too_late);
    tcase_add_test(flight, forgotten);
    tcase_add_test(flight, waiting_has_an_end);
    tcase_add_loop_test(flight, signals_do_not_end_a_wait, 0, 2);
    tcase_add_test(flight, a_callback_from_process);
    tcase_add_test(flight, a_callback_at_once);
    tcase_add_test(flight, a_callback_that_calls);
    tcase_add_test(flight, callbacks_when_the_connection_ends);
    tcase_add_test(flight, requests_wait_their_turn);
    return flight;
}
