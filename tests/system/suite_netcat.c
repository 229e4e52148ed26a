/* A client written from the protocol's page alone: lines typed into nc -U. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

struct netcat {
    pid_t pid;
    FILE *in, *out;
};

static struct netcat netcat_open(void)
{
    int in[2], out[2];
    ck_assert_int_eq(pipe(in) | pipe(out), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], 0);
        dup2(out[1], 1);
        close_range(3, ~0u, 0);
        execlp("nc", "nc", "-U", the_daemon.socket, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    return (struct netcat){pid, fdopen(in[1], "w"), fdopen(out[0], "r")};
}

/* Types a line and gives the one that comes back. */
static json_object *type(struct netcat *nc, const char *line)
{
    static char answer[100000];
    fprintf(nc->in, "%s\n", line);
    fflush(nc->in);
    ck_assert_ptr_nonnull(fgets(answer, sizeof answer, nc->out));
    json_object *json = value_keep_json(json_tokener_parse(answer));
    ck_assert_msg(json, "%s", answer);
    return json;
}

static void netcat_close(struct netcat *nc)
{
    int status;
    fclose(nc->in);
    fclose(nc->out);
    kill(nc->pid, SIGTERM);
    waitpid(nc->pid, &status, 0);
}

START_TEST(a_page_is_fetched_by_hand)
{
    struct netcat nc = netcat_open();
    int port, listener = peer_listen("127.0.0.1", &port);
    char line[200];
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-connect\",\"params\":[%d,\"127.0.0.1\",\"character\",\"dos\"]}",
             port);
    handle stream = handle_at(type(&nc, line), "result.stream");
    int peer = peer_accept(listener);
    snprintf(line, sizeof line,
             "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"write-line\",\"params\":[%lu,\"GET / HTTP/1.0\\n\"]}", stream);
    expect_int(type(&nc, line), "id", 4);
    peer_expect_text(peer, "GET / HTTP/1.0\r\n\r\n");
    peer_write(peer, "HTTP/1.0 200 OK\r\n\r\nhello\n");
    peer_close(peer);
    static const char *const want[] = {"HTTP/1.0 200 OK", "", "hello"};
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"read-line\",\"params\":[%lu]}", stream);
    for (int i = 0; i < COUNT(want); i++)
        expect_text(type(&nc, line), "result.line", want[i]);
    expect_true(type(&nc, line), "result.eof");
    netcat_close(&nc);
}
END_TEST

START_TEST(mistakes_are_answered)
{
    struct netcat nc = netcat_open();
    expect_int(type(&nc, "hello?"), "error.code", -32700);
    expect_int(type(&nc, "{}"), "error.code", -32600);
    expect_int(type(&nc, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"help\"}"), "error.code", -32601);
    expect_int(type(&nc, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"read-line\"}\r"), "error.code", -32602);
    expect_text(type(&nc, "\n\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"daemon.info\"}"), "result.name", "sockd");
    netcat_close(&nc);
}
END_TEST

START_TEST(a_server_is_made_and_met_by_hand)
{
    struct netcat nc = netcat_open();
    json_object *server = type(&nc, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"socket-server\",\"params\":[0,\"127.0.0.1\"]}");
    int peer = peer_connect("127.0.0.1", (int)int_at(server, "result.port"));
    char line[200];
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"socket-accept\",\"params\":{\"server\":%lu}}",
             handle_at(server, "result.server"));
    handle stream = handle_at(type(&nc, line), "result.stream");
    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"write-line\",\"params\":[%lu,\"welcome\"]}",
             stream);
    type(&nc, line);
    peer_expect_text(peer, "welcome\n");
    netcat_close(&nc);
    peer_expect_end(peer);
}
END_TEST

static const struct test_case cases[] = {
    {&a_page_is_fetched_by_hand, NULL, 0},
    {&mistakes_are_answered, NULL, 0},
    {&a_server_is_made_and_met_by_hand, NULL, 0},
    {0},
};

const struct suite suite_netcat = {.name = "netcat", .cases = cases};
