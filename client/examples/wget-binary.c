/* wget-binary HOST PAGE FILE [PORT]: fetches a file byte for byte, after the manual's example 32.14.
 *
 * The header is read as lines of text. Then the same stream is switched to bytes: what it had read ahead stays, and the body
 * comes in one call. Will not work if the server does not tell the Content-length. */
#include <strings.h>

#include "example.h"

#define HEADER "Content-length:"
#define AT_ONCE (16 << 20) /* what one call may carry */

/* Reads the header, up to the blank line: the length that it tells, or -1. */
static long long read_header(sockd *client, sockd_handle stream)
{
    long long length = -1;
    struct sockd_read_line_result line;
    for (;;) {
        must(client, sockd_read_line(client, stream, NULL, &line), "header");
        if (line.line.size == 0)
            return length;
        char copy[256]; /* ended by a NUL, which the library's texts are not */
        snprintf(copy, sizeof copy, "%.*s", (int)(line.line.size < sizeof copy ? line.line.size : sizeof copy - 1),
                 line.line.data);
        if (strncasecmp(copy, HEADER, strlen(HEADER)) == 0)
            length = strtoll(copy + strlen(HEADER), NULL, 10);
    }
}

/* Reads the body and writes it to the file. False: the server sent less than it said. */
static bool read_body(sockd *client, sockd_handle stream, long long length, FILE *out)
{
    struct sockd_read_byte_sequence_result data;
    for (; length > 0; length -= data.length) {
        must(client, sockd_read_byte_sequence(client, stream, length < AT_ONCE ? length : AT_ONCE, NULL, &data), "body");
        if (data.data.size > 0)
            fwrite(data.data.data, 1, data.data.size, out);
        if (data.eof && data.length < length)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: wget-binary HOST PAGE FILE [PORT]\n");
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
    snprintf(request, sizeof request, "GET %s HTTP/1.0\n\n", page);
    must(client, sockd_write_string(client, connection.stream, sockd_string(request), NULL), "request");

    long long length = read_header(client, connection.stream);
    if (length < 0) {
        fprintf(stderr, "the server does not tell the content's length\n");
        sockd_close(client);
        return EXIT_FAILURE;
    }

    struct sockd_stream_element_type_options bytes = SOCKD_STREAM_ELEMENT_TYPE_OPTIONS;
    bytes.set = SOCKD_ELEMENT_UNSIGNED_8;
    must(client, sockd_stream_element_type(client, connection.stream, &bytes, NULL), "switch to bytes");

    FILE *out = fopen(file, "wb");
    if (out == NULL) {
        perror(file);
        sockd_close(client);
        return EXIT_FAILURE;
    }
    bool whole = read_body(client, connection.stream, length, out);
    must(client, sockd_close_handle(client, connection.stream, NULL), "close");
    sockd_close(client);
    if (fclose(out) != 0 || !whole) {
        fprintf(stderr, "%s: %s\n", file, whole ? "cannot be written" : "the server sent less than it said");
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
