/* repl-server [-i INTERFACE] [-p PORT] [PROGRAM [WORD...]]: an evaluation server, after the manual's example 32.13.
 *
 * Waits for connections, one at a time. Each line that a connection sends is evaluated by the program (bc -q if none is
 * given), which gets it as its standard input and says the answer on its standard output.
 *
 * Whoever can connect can make the program do what it can do. That is why this server listens on the loopback interface
 * unless it is told otherwise, as the manual advises; with "sh" as the program it is a gaping security hole all the same. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "example.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    stop = number;
}

/* Waits until a call is done. False: a signal came first. The signals are blocked but for the time of the wait itself, so
 * that none can slip in between the question and the wait. */
static bool await(sockd *client, sockd_call call)
{
    sigset_t none;
    sigemptyset(&none);
    while (!stop && !sockd_done(client, call)) {
        struct pollfd connection = {.fd = sockd_fd(client), .events = sockd_events(client)};
        if (ppoll(&connection, 1, NULL, &none) > 0)
            sockd_process(client);
    }
    return !stop;
}

/* ---- EVAL ---- */

/* Becomes the program, with the line as its input. */
static void run(char **program, FILE *line, int output)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(fileno(line), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(program[0], program);
    perror(program[0]);
    _exit(127);
}

/* What the program prints for a line, without its last newline. The caller frees it; NULL: it could not be started.
 * The line comes from a file and not through a pipe, so that the program may print before it has read. */
static char *evaluate(char **program, struct sockd_text text)
{
    int output[2];
    FILE *line = tmpfile();
    if (line == NULL || pipe(output) < 0)
        return NULL;
    fwrite(text.data, 1, text.size, line);
    fputc('\n', line);
    rewind(line);
    pid_t child = fork();
    if (child == 0) {
        close(output[0]);
        run(program, line, output[1]);
    }
    fclose(line);
    close(output[1]);

    char *answer = NULL;
    size_t room = 0;
    FILE *in = fdopen(output[0], "r");
    ssize_t size = getdelim(&answer, &room, '\0', in);
    if (size > 0 && answer[size - 1] == '\n')
        answer[size - 1] = '\0';
    if (size < 0 && answer != NULL)
        answer[0] = '\0';
    fclose(in);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return answer;
}

/* ---- one connection ---- */

/* Whether there is more to come: waits for input, or its end. */
static bool more(sockd *client, sockd_handle socket)
{
    struct sockd_item item = {socket, SOCKD_DIRECTION_INPUT};
    struct sockd_items items = {.items = &item, .count = 1};
    struct sockd_socket_status_result status;
    sockd_call call = sockd_start_socket_status(client, items, NULL);
    if (!await(client, call) || sockd_finish_socket_status(client, call, &status) < 0)
        return false;
    return status.status.items[0] != SOCKD_STATUS_EOF;
}

/* PRINT: a newline, the answer, a space. */
static int print_answer(sockd *client, sockd_handle socket, const char *answer)
{
    size_t size = strlen(answer) + 3;
    char *text = malloc(size);
    if (text == NULL)
        return -SOCKD_ERROR_MEMORY;
    snprintf(text, size, "\n%s ", answer);
    int result = sockd_write_string(client, socket, sockd_string(text), NULL);
    free(text);
    return result;
}

/* Reads a line, prints its value. Negative, or false: the connection is over. */
static int read_eval_print(sockd *client, sockd_handle socket, char **program)
{
    struct sockd_read_line_result line;
    sockd_call call = sockd_start_read_line(client, socket, NULL);
    if (!await(client, call))
        return false;
    int result = sockd_finish_read_line(client, call, &line);
    if (result < 0 || line.line.data == NULL)
        return result;
    char *answer = evaluate(program, line.line);
    result = print_answer(client, socket, answer != NULL ? answer : "?");
    free(answer);

    /* flush everything left in the socket */
    struct sockd_char_result left = {.ch = 0};
    while (result >= 0 && left.ch != SOCKD_UNSET)
        result = sockd_read_char_no_hang(client, socket, &left);

    if (result >= 0)
        result = sockd_terpri(client, socket, NULL);
    return result < 0 ? result : true;
}

static int serve(sockd *client, sockd_handle socket, char **program)
{
    struct sockd_name_result end;
    char local[300], remote[300];
    int result = sockd_socket_stream_local(client, socket, NULL, &end);
    if (result < 0)
        return result;
    snprintf(local, sizeof local, "%.*s:%d", (int)end.host.size, end.host.data, (int)end.port);
    result = sockd_socket_stream_peer(client, socket, NULL, &end);
    if (result < 0)
        return result;
    snprintf(remote, sizeof remote, "%.*s:%d", (int)end.host.size, end.host.data, (int)end.port);
    printf("Connection: %s -- %s\n", remote, local);
    fflush(stdout);

    /* the loop ends when the remote host closes the connection */
    do
        result = more(client, socket) ? read_eval_print(client, socket, program) : 0;
    while (result > 0);
    return result;
}

/* ---- the server ---- */

static void accept_all(sockd *client, sockd_handle server, char **program)
{
    while (!stop) {
        struct sockd_stream_result connection;
        sockd_call call = sockd_start_socket_accept(client, server, NULL);
        if (!await(client, call))
            return;
        must(client, sockd_finish_socket_accept(client, call, &connection), "accept");
        if (serve(client, connection.stream, program) < 0)
            fprintf(stderr, "connection: %s\n", sockd_error(client)->message);
        sockd_close_handle(client, connection.stream, NULL);
    }
}

int main(int argc, char **argv)
{
    static char *bc[] = {"bc", "-q", NULL};
    struct sockd_socket_server_options options = SOCKD_SOCKET_SERVER_OPTIONS;
    options.interface.host = sockd_string("127.0.0.1");
    for (int letter; (letter = getopt(argc, argv, "+i:p:")) != -1;) {
        if (letter == 'i') {
            options.interface.host = sockd_string(optarg);
        } else if (letter == 'p') {
            options.port = port_or(optarg, 0);
        } else {
            fprintf(stderr, "usage: repl-server [-i INTERFACE] [-p PORT] [PROGRAM [WORD...]]\n");
            return EXIT_FAILURE;
        }
    }
    char **program = optind < argc ? argv + optind : bc;

    struct sigaction action = {.sa_handler = on_signal};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    sockd *client = open_sockd();
    struct sockd_socket_server_result server;
    must(client, sockd_socket_server(client, &options, &server), "server");
    sockd_handle handle = server.server;
    printf("Waiting for a connection on %.*s:%d\n", (int)server.host.size, server.host.data, (int)server.port);
    fflush(stdout);

    accept_all(client, handle, program);

    /* make sure the server is closed */
    sockd_socket_server_close(client, handle);
    sockd_close(client);
    return EXIT_SUCCESS;
}
