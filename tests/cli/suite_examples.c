/* The manual's programs: against a real HTTP server, byte for byte, and against peers that show what they put on the wire. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nginx.h"
#include "program.h"
#include "suites.h"

enum { BIG = 10 << 20 };

static unsigned char *pattern(size_t size)
{
    unsigned char *data = value_keep(malloc(size + 1));
    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)((unsigned)i * 2654435761u >> 9);
    return data;
}

static void save(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static char *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s is not there", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = value_keep(malloc(*size + 1));
    ck_assert_uint_eq(fread(data, 1, *size, file), *size);
    data[*size] = '\0';
    fclose(file);
    return data;
}

static void file_is(const char *path, const void *want, size_t size)
{
    size_t got;
    char *data = load(path, &got);
    ck_assert_uint_eq(got, size);
    ck_assert_mem_eq(data, want, size);
}

static void ran(const struct ended *ended)
{
    ck_assert_msg(ended->status == 0 && ended->err_size == 0, "status %d: %s", ended->status, ended->err);
}

/* ---- a real server ---- */

static const size_t sizes[] = {0, 1, 65537, BIG};

/* shows: program-wget-binary, program-wput */
START_TEST(binary_both_ways)
{
    struct nginx nginx = nginx_start();
    unsigned char *data = pattern(sizes[_i]);
    char sent[200], fetched[200];
    snprintf(sent, sizeof sent, "%s/sent", nginx.directory);
    snprintf(fetched, sizeof fetched, "%s/fetched", nginx.directory);
    save(sent, data, sizes[_i]);
    const struct ended *ended = program_run("wput 127.0.0.1 /up/file.bin %s %d", sent, nginx.port);
    ran(ended);
    ck_assert_msg(strncmp(ended->out, "HTTP/1.1 201 Created\nServer: nginx", 34) == 0, "%s", ended->out);
    file_is(nginx_path(&nginx, "up/file.bin"), data, sizes[_i]);
    ran(program_run("wget-binary 127.0.0.1 /up/file.bin %s %d", fetched, nginx.port));
    file_is(fetched, data, sizes[_i]);
    nginx_stop(&nginx);
}
END_TEST

/* shows: program-wget-text */
START_TEST(text_from_a_server)
{
    struct nginx nginx = nginx_start();
    char fetched[200];
    size_t size;
    snprintf(fetched, sizeof fetched, "%s/fetched", nginx.directory);
    const char *text = "first\r\nsecond\nthird \u00e9\rlast";
    save(nginx_path(&nginx, "page.txt"), text, strlen(text));
    ran(program_run("wget-text localhost /page.txt %s %d", fetched, nginx.port));
    char *page = load(fetched, &size), *body = strstr(page, "\n\n");
    ck_assert_msg(strncmp(page, "HTTP/1.1 200 OK\n", 16) == 0, "%s", page);
    ck_assert_ptr_nonnull(strstr(page, "\nContent-Length: 27\n"));
    ck_assert_ptr_nonnull(body);
    ck_assert_str_eq(body, "\n\nfirst\nsecond\nthird \u00e9\nlast\n");
    nginx_stop(&nginx);
}
END_TEST

START_TEST(what_is_not_there)
{
    struct nginx nginx = nginx_start();
    char fetched[200];
    size_t size;
    snprintf(fetched, sizeof fetched, "%s/fetched", nginx.directory);
    ran(program_run("wget-text 127.0.0.1 /missing %s %d", fetched, nginx.port));
    ck_assert_int_eq(strncmp(load(fetched, &size), "HTTP/1.1 404 Not Found\n", 23), 0);
    nginx_stop(&nginx);
    const struct ended *ended = program_run("wget-binary 127.0.0.1 /x /dev/null %d", peer_free_port());
    ck_assert_int_eq(ended->status, 1);
    ck_assert_msg(strstr(ended->err, "refused") != NULL, "%s", ended->err);
}
END_TEST

/* ---- on the wire ---- */

/* shows: program-wget-text, program-wput */
START_TEST(requests_as_the_manual_writes_them)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    char directory[] = "/tmp/sockd-examples-XXXXXX", file[100];
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/file", directory);

    struct running text = program_start("wget-text 127.0.0.1 /a.txt %s %d", file, port);
    int peer = peer_accept(listener);
    peer_expect_text(peer, "GET /a.txt HTTP/1.0\r\n\r\n");
    peer_write(peer, "HTTP/1.0 200 OK\r\nContent-type: text/plain\r\n\r\nline one\r\nline two\nline three\rlast");
    peer_close(peer);
    ck_assert_int_eq(running_wait(&text), 0);
    const char *want = "HTTP/1.0 200 OK\nContent-type: text/plain\n\nline one\nline two\nline three\nlast\n";
    file_is(file, want, strlen(want));

    struct running binary = program_start("wget-binary 127.0.0.1 /a.bin %s %d", file, port);
    peer = peer_accept(listener);
    peer_expect_text(peer, "GET /a.bin HTTP/1.0\r\n\r\n");
    peer_send(peer,
              "HTTP/1.0 200 OK\r\ncontent-LENGTH: 7\r\nX-Other: 1\r\n\r\n\0\n\r\r\n\xff"
              "A",
              57);
    ck_assert_int_eq(running_wait(&binary), 0);
    file_is(file,
            "\0\n\r\r\n\xff"
            "A",
            7);

    struct running put = program_start("wput 127.0.0.1 /up %s %d", file, port);
    peer = peer_accept(listener);
    peer_expect(peer,
                "PUT /up HTTP/1.0\r\nContent-length: 7\r\n\r\n\0\n\r\r\n\xff"
                "A",
                46);
    peer_expect_end(peer);
    peer_write(peer, "HTTP/1.0 201 Created\r\nX: y\r\n\r\nok");
    peer_close(peer);
    static const char *const lines[] = {"HTTP/1.0 201 Created", "X: y", "", "ok"};
    for (int i = 0; i < COUNT(lines); i++)
        ck_assert_str_eq(running_line(&put), lines[i]);
    ck_assert_int_eq(running_wait(&put), 0);
    remove(file);
    rmdir(directory);
}
END_TEST

/* shows: program-wget-binary */
START_TEST(a_body_that_stops_short)
{
    int port, listener = peer_listen("127.0.0.1", &port);
    struct running binary = program_start("wget-binary 127.0.0.1 /a /dev/null %d", port);
    int peer = peer_accept(listener);
    peer_write(peer, "HTTP/1.0 200 OK\nContent-length: 4\n\nabc");
    peer_shut(peer);
    ck_assert_int_eq(running_wait(&binary), 1);
    binary = program_start("wget-binary 127.0.0.1 /a /dev/null %d", port);
    peer = peer_accept(listener);
    peer_write(peer, "HTTP/1.0 200 OK\n\nabc");
    ck_assert_int_eq(running_wait(&binary), 1);
}
END_TEST

/* ---- the evaluation server ---- */

/* Starts it and gives the port that it says it waits on. */
static int repl_port(const struct running *server)
{
    const char *line = running_line(server);
    int port = 0;
    ck_assert_msg(line && sscanf(line, "Waiting for a connection on 127.0.0.1:%d", &port) == 1, "%s", line);
    return port;
}

static void expect_connection(const struct running *server, int peer, int port)
{
    char want[200], host[100];
    const char *line = running_line(server);
    gethostname(host, sizeof host);
    snprintf(want, sizeof want, "Connection: 127.0.0.1 (localhost):%d -- 127.0.0.1 (%s):%d", peer_port(peer), host, port);
    ck_assert_str_eq(line, want);
}

/* shows: program-evaluation-server */
START_TEST(a_calculator_for_everybody)
{
    struct running server = program_start("repl-server");
    int port = repl_port(&server), peer = peer_connect("127.0.0.1", port);
    expect_connection(&server, peer, port);
    peer_write(peer, "1+2\n");
    peer_expect_text(peer, "\n3 \n");
    peer_write(peer, "2^1000%1000007\r\n");
    peer_expect_text(peer, "\n783922 \n"); /* CR LF ends a line as LF does */
    peer_write(peer, "6*7\n8*8\n");        /* what comes in the same packet is flushed, as the manual's loop does */
    peer_expect_text(peer, "\n42 \n");
    peer_write(peer, "5");
    ck_assert(peer_silent(peer, 100));
    peer_write(peer, "0\n");
    peer_expect_text(peer, "\n50 \n");
    peer_close(peer);

    peer = peer_connect("127.0.0.1", port);
    expect_connection(&server, peer, port);
    peer_write(peer, "9-1");
    peer_shut(peer);
    peer_expect_text(peer, "\n8 \n");
    peer_expect_end(peer);

    kill(server.pid, _i ? SIGTERM : SIGINT);
    ck_assert_int_eq(running_wait(&server), 0);
    ck_assert_str_eq(sockctl_text("ls all -q"), "");
}
END_TEST

/* shows: program-evaluation-server */
START_TEST(any_program_evaluates)
{
    struct running server = program_start("repl-server -p 0 tr a-z A-Z");
    int port = repl_port(&server), peer = peer_connect("127.0.0.1", port);
    running_line(&server);
    peer_write(peer, "shout\n");
    peer_expect_text(peer, "\nSHOUT \n");
    peer_reset(peer);
    peer = peer_connect("127.0.0.1", port); /* a connection that breaks ends itself only */
    peer_write(peer, "again\n");
    peer_expect_text(peer, "\nAGAIN \n");
    kill(server.pid, SIGTERM);
    ck_assert_int_eq(running_wait(&server), 0);
    peer_expect_end(peer);
}
END_TEST

static const struct test_case cases[] = {
    {&binary_both_ways, NULL, COUNT(sizes)}, {&text_from_a_server, NULL, 0},
    {&what_is_not_there, NULL, 0},           {&requests_as_the_manual_writes_them, NULL, 0},
    {&a_body_that_stops_short, NULL, 0},     {&a_calculator_for_everybody, NULL, 2},
    {&any_program_evaluates, NULL, 0},       {0},
};

const struct suite suite_examples = {.name = "examples", .cases = cases, .seconds = 60};
