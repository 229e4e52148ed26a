/* wget-text HOST PAGE FILE [PORT]: fetches a web page as text, after the manual's example 32.14.
 *
 * The stream's line terminator is "dos", so that every newline written becomes CR LF, as HTTP wants it. What is read may end
 * its lines in any way; in the file they end in LF. Header and page are both written to the file. */
#include "example.h"

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: wget-text HOST PAGE FILE [PORT]\n");
        return EXIT_FAILURE;
    }
    const char *host = argv[1], *page = argv[2], *file = argv[3];

    sockd *client = open_sockd();

    struct sockd_socket_connect_options options = SOCKD_SOCKET_CONNECT_OPTIONS;
    options.host = sockd_string(host);
    options.external_format.line_terminator = SOCKD_LINE_TERMINATOR_DOS;
    struct sockd_stream_result connection;
    must(client, sockd_socket_connect(client, port_or(argv[4], 80), &options, &connection), host);

    char request[2048];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.0\n\n", page);
    struct sockd_text text = {request, (size_t)length};
    if (text.size >= sizeof request) {
        fprintf(stderr, "the page's name is too long\n");
        sockd_close(client);
        return EXIT_FAILURE;
    }
    must(client, sockd_write_string(client, connection.stream, text, NULL), "request");

    FILE *out = fopen(file, "w");
    if (out == NULL) {
        perror(file);
        sockd_close(client);
        return EXIT_FAILURE;
    }
    struct sockd_read_line_result line;
    while (must(client, sockd_read_line(client, connection.stream, NULL, &line), "reply"), line.line.data != NULL) {
        fwrite(line.line.data, 1, line.line.size, out);
        fputc('\n', out);
    }

    must(client, sockd_close_handle(client, connection.stream, NULL), "close");
    sockd_close(client);
    if (fclose(out) != 0) {
        perror(file);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
