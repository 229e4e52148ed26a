/* Uses names that the library has inside, and fails to reach a daemon. Valid in C and in C++. */
#include <sockd/sockd.h>

int scan, errors, methods;

int main(void)
{
    sockd *client;
    struct sockd_socket_connect_options options = SOCKD_SOCKET_CONNECT_OPTIONS;
    struct sockd_read_byte_sequence_options reading = SOCKD_READ_BYTE_SEQUENCE_OPTIONS;
    struct sockd_stream_result stream;
    options.host = sockd_string("example.org");
    options.timeout.finite = true;
    if (sockd_open(&client, "/nonexistent/sockd.sock") != -SOCKD_ERROR_SYSTEM)
        return 1;
    if (sockd_socket_connect(client, 80, &options, &stream) != -SOCKD_ERROR_SYSTEM || reading.mode != SOCKD_MODE_ALL)
        return 2;
    printf("%s\n", sockd_error(client)->message);
    sockd_close(client);
    return scan + errors + methods;
}
