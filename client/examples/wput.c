/* wput HOST PAGE FILE [PORT]: uploads a file and prints what the server says to it, after the manual's example 32.14.
 *
 * One stream, three times: the request as text, the file as bytes, the reply as text again. */
#include "example.h"

#define AT_ONCE (16 << 20) /* what one call may carry */

/* The whole file. Ends the program if it cannot be read. */
static struct sockd_bytes read_file(const char *file)
{
    FILE *in = fopen(file, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0) {
        perror(file);
        exit(EXIT_FAILURE);
    }
    long length = ftell(in);
    rewind(in);
    unsigned char *data = malloc((size_t)length + 1);
    if (data == NULL || fread(data, 1, (size_t)length, in) != (size_t)length) {
        fprintf(stderr, "%s: cannot be read\n", file);
        exit(EXIT_FAILURE);
    }
    fclose(in);
    return sockd_memory(data, (size_t)length);
}

static void switch_to(sockd *client, sockd_handle stream, int element_type)
{
    struct sockd_stream_element_type_options options = SOCKD_STREAM_ELEMENT_TYPE_OPTIONS;
    options.set = element_type;
    must(client, sockd_stream_element_type(client, stream, &options, NULL), "element type");
}

static void write_bytes(sockd *client, sockd_handle stream, struct sockd_bytes data)
{
    for (size_t done = 0, part; done < data.size; done += part) {
        part = data.size - done < AT_ONCE ? data.size - done : AT_ONCE;
        must(client, sockd_write_byte_sequence(client, stream, sockd_memory(data.data + done, part), NULL, NULL), "upload");
    }
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: wput HOST PAGE FILE [PORT]\n");
        return EXIT_FAILURE;
    }
    const char *host = argv[1], *page = argv[2], *file = argv[3];
    struct sockd_bytes data = read_file(file);

    sockd *client = open_sockd();

    struct sockd_socket_connect_options options = SOCKD_SOCKET_CONNECT_OPTIONS;
    options.host = sockd_string(host);
    options.external_format.line_terminator = SOCKD_LINE_TERMINATOR_DOS;
    struct sockd_stream_result connection;
    must(client, sockd_socket_connect(client, port_or(argv[4], 80), &options, &connection), host);

    char request[2048];
    snprintf(request, sizeof request, "PUT %s HTTP/1.0\nContent-length: %zu\n\n", page, data.size);
    must(client, sockd_write_string(client, connection.stream, sockd_string(request), NULL), "request");

    switch_to(client, connection.stream, SOCKD_ELEMENT_UNSIGNED_8);
    write_bytes(client, connection.stream, data);
    /* not necessary if the server understands the Content-length */
    must(client, sockd_socket_stream_shutdown(client, connection.stream, SOCKD_DIRECTION_OUTPUT), "shutdown");

    switch_to(client, connection.stream, SOCKD_ELEMENT_CHARACTER);
    struct sockd_read_line_result line;
    while (must(client, sockd_read_line(client, connection.stream, NULL, &line), "reply"), line.line.data != NULL)
        printf("%.*s\n", (int)line.line.size, line.line.data);

    must(client, sockd_close_handle(client, connection.stream, NULL), "close");
    sockd_close(client);
    free((void *)(uintptr_t)data.data);
    return EXIT_SUCCESS;
}
