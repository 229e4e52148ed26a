/* A function a method. Printed by docgen from proto/methods.def; not to be edited. */
#include "call.h"

/* clang-format off */

sockd_call sockd_start_socket_server(sockd *client, const struct sockd_socket_server_options *options)
{
    static const struct sockd_socket_server_options defaults = SOCKD_SOCKET_SERVER_OPTIONS;
    if (!options)
        options = &defaults;
    struct socket_server_params params = {
        .port = options->port,
        .interface = options->interface,
        .backlog = options->backlog,
        .lifetime = options->lifetime,
    };
    struct request request = {.method = METHOD_socket_server, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_server(sockd *client, sockd_call call, struct sockd_socket_server_result *result)
{
    return call_finish(client, call, METHOD_socket_server, result);
}

int sockd_socket_server(sockd *client, const struct sockd_socket_server_options *options, struct sockd_socket_server_result *result)
{
    return sockd_finish_socket_server(client, sockd_start_socket_server(client, options), result);
}

sockd_call sockd_start_socket_server_close(sockd *client, sockd_handle server)
{
    struct server_params params = {
        .server = server,
    };
    struct request request = {.method = METHOD_socket_server_close, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_server_close(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_socket_server_close, NULL);
}

int sockd_socket_server_close(sockd *client, sockd_handle server)
{
    return sockd_finish_socket_server_close(client, sockd_start_socket_server_close(client, server));
}

sockd_call sockd_start_socket_server_host(sockd *client, sockd_handle server)
{
    struct server_params params = {
        .server = server,
    };
    struct request request = {.method = METHOD_socket_server_host, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_server_host(sockd *client, sockd_call call, struct sockd_host_result *result)
{
    return call_finish(client, call, METHOD_socket_server_host, result);
}

int sockd_socket_server_host(sockd *client, sockd_handle server, struct sockd_host_result *result)
{
    return sockd_finish_socket_server_host(client, sockd_start_socket_server_host(client, server), result);
}

sockd_call sockd_start_socket_server_port(sockd *client, sockd_handle server)
{
    struct server_params params = {
        .server = server,
    };
    struct request request = {.method = METHOD_socket_server_port, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_server_port(sockd *client, sockd_call call, struct sockd_port_result *result)
{
    return call_finish(client, call, METHOD_socket_server_port, result);
}

int sockd_socket_server_port(sockd *client, sockd_handle server, struct sockd_port_result *result)
{
    return sockd_finish_socket_server_port(client, sockd_start_socket_server_port(client, server), result);
}

sockd_call sockd_start_socket_wait(sockd *client, sockd_handle server, const struct sockd_socket_wait_options *options)
{
    static const struct sockd_socket_wait_options defaults = SOCKD_SOCKET_WAIT_OPTIONS;
    if (!options)
        options = &defaults;
    struct socket_wait_params params = {
        .server = server,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_socket_wait, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_wait(sockd *client, sockd_call call, struct sockd_ready_result *result)
{
    return call_finish(client, call, METHOD_socket_wait, result);
}

int sockd_socket_wait(sockd *client, sockd_handle server, const struct sockd_socket_wait_options *options, struct sockd_ready_result *result)
{
    return sockd_finish_socket_wait(client, sockd_start_socket_wait(client, server, options), result);
}

sockd_call sockd_start_socket_accept(sockd *client, sockd_handle server, const struct sockd_socket_accept_options *options)
{
    static const struct sockd_socket_accept_options defaults = SOCKD_SOCKET_ACCEPT_OPTIONS;
    if (!options)
        options = &defaults;
    struct socket_accept_params params = {
        .server = server,
        .element_type = options->element_type,
        .external_format = options->external_format,
        .buffered = options->buffered,
        .timeout = options->timeout,
        .lifetime = options->lifetime,
    };
    struct request request = {.method = METHOD_socket_accept, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_accept(sockd *client, sockd_call call, struct sockd_stream_result *result)
{
    return call_finish(client, call, METHOD_socket_accept, result);
}

int sockd_socket_accept(sockd *client, sockd_handle server, const struct sockd_socket_accept_options *options, struct sockd_stream_result *result)
{
    return sockd_finish_socket_accept(client, sockd_start_socket_accept(client, server, options), result);
}

sockd_call sockd_start_socket_connect(sockd *client, int64_t port, const struct sockd_socket_connect_options *options)
{
    static const struct sockd_socket_connect_options defaults = SOCKD_SOCKET_CONNECT_OPTIONS;
    if (!options)
        options = &defaults;
    struct socket_connect_params params = {
        .port = port,
        .host = options->host,
        .element_type = options->element_type,
        .external_format = options->external_format,
        .buffered = options->buffered,
        .timeout = options->timeout,
        .lifetime = options->lifetime,
    };
    struct request request = {.method = METHOD_socket_connect, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_connect(sockd *client, sockd_call call, struct sockd_stream_result *result)
{
    return call_finish(client, call, METHOD_socket_connect, result);
}

int sockd_socket_connect(sockd *client, int64_t port, const struct sockd_socket_connect_options *options, struct sockd_stream_result *result)
{
    return sockd_finish_socket_connect(client, sockd_start_socket_connect(client, port, options), result);
}

sockd_call sockd_start_socket_status(sockd *client, struct sockd_items sockets, const struct sockd_socket_status_options *options)
{
    static const struct sockd_socket_status_options defaults = SOCKD_SOCKET_STATUS_OPTIONS;
    if (!options)
        options = &defaults;
    struct socket_status_params params = {
        .sockets = sockets,
        .timeout = options->timeout,
        .remember = options->remember,
        .forget = options->forget,
        .actionable = options->actionable,
    };
    struct request request = {.method = METHOD_socket_status, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_status(sockd *client, sockd_call call, struct sockd_socket_status_result *result)
{
    return call_finish(client, call, METHOD_socket_status, result);
}

int sockd_socket_status(sockd *client, struct sockd_items sockets, const struct sockd_socket_status_options *options, struct sockd_socket_status_result *result)
{
    return sockd_finish_socket_status(client, sockd_start_socket_status(client, sockets, options), result);
}

sockd_call sockd_start_socket_stream_host(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_socket_stream_host, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_stream_host(sockd *client, sockd_call call, struct sockd_host_result *result)
{
    return call_finish(client, call, METHOD_socket_stream_host, result);
}

int sockd_socket_stream_host(sockd *client, sockd_handle stream, struct sockd_host_result *result)
{
    return sockd_finish_socket_stream_host(client, sockd_start_socket_stream_host(client, stream), result);
}

sockd_call sockd_start_socket_stream_port(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_socket_stream_port, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_stream_port(sockd *client, sockd_call call, struct sockd_port_result *result)
{
    return call_finish(client, call, METHOD_socket_stream_port, result);
}

int sockd_socket_stream_port(sockd *client, sockd_handle stream, struct sockd_port_result *result)
{
    return sockd_finish_socket_stream_port(client, sockd_start_socket_stream_port(client, stream), result);
}

sockd_call sockd_start_socket_stream_peer(sockd *client, sockd_handle stream, const struct sockd_socket_stream_peer_options *options)
{
    static const struct sockd_socket_stream_peer_options defaults = SOCKD_SOCKET_STREAM_PEER_OPTIONS;
    if (!options)
        options = &defaults;
    struct name_params params = {
        .stream = stream,
        .do_not_resolve = options->do_not_resolve,
    };
    struct request request = {.method = METHOD_socket_stream_peer, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_stream_peer(sockd *client, sockd_call call, struct sockd_name_result *result)
{
    return call_finish(client, call, METHOD_socket_stream_peer, result);
}

int sockd_socket_stream_peer(sockd *client, sockd_handle stream, const struct sockd_socket_stream_peer_options *options, struct sockd_name_result *result)
{
    return sockd_finish_socket_stream_peer(client, sockd_start_socket_stream_peer(client, stream, options), result);
}

sockd_call sockd_start_socket_stream_local(sockd *client, sockd_handle stream, const struct sockd_socket_stream_local_options *options)
{
    static const struct sockd_socket_stream_local_options defaults = SOCKD_SOCKET_STREAM_LOCAL_OPTIONS;
    if (!options)
        options = &defaults;
    struct name_params params = {
        .stream = stream,
        .do_not_resolve = options->do_not_resolve,
    };
    struct request request = {.method = METHOD_socket_stream_local, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_stream_local(sockd *client, sockd_call call, struct sockd_name_result *result)
{
    return call_finish(client, call, METHOD_socket_stream_local, result);
}

int sockd_socket_stream_local(sockd *client, sockd_handle stream, const struct sockd_socket_stream_local_options *options, struct sockd_name_result *result)
{
    return sockd_finish_socket_stream_local(client, sockd_start_socket_stream_local(client, stream, options), result);
}

sockd_call sockd_start_socket_stream_shutdown(sockd *client, sockd_handle stream, int direction)
{
    struct socket_stream_shutdown_params params = {
        .stream = stream,
        .direction = direction,
    };
    struct request request = {.method = METHOD_socket_stream_shutdown, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_stream_shutdown(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_socket_stream_shutdown, NULL);
}

int sockd_socket_stream_shutdown(sockd *client, sockd_handle stream, int direction)
{
    return sockd_finish_socket_stream_shutdown(client, sockd_start_socket_stream_shutdown(client, stream, direction));
}

sockd_call sockd_start_socket_options(sockd *client, sockd_handle socket, struct sockd_options options)
{
    struct socket_options_params params = {
        .socket = socket,
        .options = options,
    };
    struct request request = {.method = METHOD_socket_options, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_socket_options(sockd *client, sockd_call call, struct sockd_socket_options_result *result)
{
    return call_finish(client, call, METHOD_socket_options, result);
}

int sockd_socket_options(sockd *client, sockd_handle socket, struct sockd_options options, struct sockd_socket_options_result *result)
{
    return sockd_finish_socket_options(client, sockd_start_socket_options(client, socket, options), result);
}

sockd_call sockd_start_stream_handles(sockd *client, sockd_handle stream, const struct sockd_stream_handles_options *options)
{
    static const struct sockd_stream_handles_options defaults = SOCKD_STREAM_HANDLES_OPTIONS;
    if (!options)
        options = &defaults;
    struct stream_handles_params params = {
        .stream = stream,
        .via = options->via,
        .detach = options->detach,
    };
    struct request request = {.method = METHOD_stream_handles, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_stream_handles(sockd *client, sockd_call call, struct sockd_stream_handles_result *result)
{
    return call_finish(client, call, METHOD_stream_handles, result);
}

int sockd_stream_handles(sockd *client, sockd_handle stream, const struct sockd_stream_handles_options *options, struct sockd_stream_handles_result *result)
{
    return sockd_finish_stream_handles(client, sockd_start_stream_handles(client, stream, options), result);
}

sockd_call sockd_start_descriptor_connect(sockd *client, int64_t port, const struct sockd_descriptor_connect_options *options)
{
    static const struct sockd_descriptor_connect_options defaults = SOCKD_DESCRIPTOR_CONNECT_OPTIONS;
    if (!options)
        options = &defaults;
    struct descriptor_connect_params params = {
        .port = port,
        .host = options->host,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_descriptor_connect, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_descriptor_connect(sockd *client, sockd_call call, struct sockd_descriptor_result *result)
{
    return call_finish(client, call, METHOD_descriptor_connect, result);
}

int sockd_descriptor_connect(sockd *client, int64_t port, const struct sockd_descriptor_connect_options *options, struct sockd_descriptor_result *result)
{
    return sockd_finish_descriptor_connect(client, sockd_start_descriptor_connect(client, port, options), result);
}

sockd_call sockd_start_read_line(sockd *client, sockd_handle stream, const struct sockd_read_line_options *options)
{
    static const struct sockd_read_line_options defaults = SOCKD_READ_LINE_OPTIONS;
    if (!options)
        options = &defaults;
    struct read_line_params params = {
        .stream = stream,
        .timeout = options->timeout,
        .limit = options->limit,
    };
    struct request request = {.method = METHOD_read_line, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_line(sockd *client, sockd_call call, struct sockd_read_line_result *result)
{
    return call_finish(client, call, METHOD_read_line, result);
}

int sockd_read_line(sockd *client, sockd_handle stream, const struct sockd_read_line_options *options, struct sockd_read_line_result *result)
{
    return sockd_finish_read_line(client, sockd_start_read_line(client, stream, options), result);
}

sockd_call sockd_start_read_char(sockd *client, sockd_handle stream, const struct sockd_read_char_options *options)
{
    static const struct sockd_read_char_options defaults = SOCKD_READ_CHAR_OPTIONS;
    if (!options)
        options = &defaults;
    struct timed_stream_params params = {
        .stream = stream,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_read_char, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_char(sockd *client, sockd_call call, struct sockd_char_result *result)
{
    return call_finish(client, call, METHOD_read_char, result);
}

int sockd_read_char(sockd *client, sockd_handle stream, const struct sockd_read_char_options *options, struct sockd_char_result *result)
{
    return sockd_finish_read_char(client, sockd_start_read_char(client, stream, options), result);
}

sockd_call sockd_start_peek_char(sockd *client, sockd_handle stream, const struct sockd_peek_char_options *options)
{
    static const struct sockd_peek_char_options defaults = SOCKD_PEEK_CHAR_OPTIONS;
    if (!options)
        options = &defaults;
    struct timed_stream_params params = {
        .stream = stream,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_peek_char, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_peek_char(sockd *client, sockd_call call, struct sockd_char_result *result)
{
    return call_finish(client, call, METHOD_peek_char, result);
}

int sockd_peek_char(sockd *client, sockd_handle stream, const struct sockd_peek_char_options *options, struct sockd_char_result *result)
{
    return sockd_finish_peek_char(client, sockd_start_peek_char(client, stream, options), result);
}

sockd_call sockd_start_read_char_no_hang(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_read_char_no_hang, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_char_no_hang(sockd *client, sockd_call call, struct sockd_char_result *result)
{
    return call_finish(client, call, METHOD_read_char_no_hang, result);
}

int sockd_read_char_no_hang(sockd *client, sockd_handle stream, struct sockd_char_result *result)
{
    return sockd_finish_read_char_no_hang(client, sockd_start_read_char_no_hang(client, stream), result);
}

sockd_call sockd_start_unread_char(sockd *client, sockd_handle stream, int32_t ch)
{
    struct char_params params = {
        .stream = stream,
        .ch = ch,
    };
    struct request request = {.method = METHOD_unread_char, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_unread_char(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_unread_char, NULL);
}

int sockd_unread_char(sockd *client, sockd_handle stream, int32_t ch)
{
    return sockd_finish_unread_char(client, sockd_start_unread_char(client, stream, ch));
}

sockd_call sockd_start_read_char_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_char_sequence_options *options)
{
    static const struct sockd_read_char_sequence_options defaults = SOCKD_READ_CHAR_SEQUENCE_OPTIONS;
    if (!options)
        options = &defaults;
    struct read_char_sequence_params params = {
        .stream = stream,
        .length = length,
        .mode = options->mode,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_read_char_sequence, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_char_sequence(sockd *client, sockd_call call, struct sockd_read_char_sequence_result *result)
{
    return call_finish(client, call, METHOD_read_char_sequence, result);
}

int sockd_read_char_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_char_sequence_options *options, struct sockd_read_char_sequence_result *result)
{
    return sockd_finish_read_char_sequence(client, sockd_start_read_char_sequence(client, stream, length, options), result);
}

sockd_call sockd_start_read_byte(sockd *client, sockd_handle stream, const struct sockd_read_byte_options *options)
{
    static const struct sockd_read_byte_options defaults = SOCKD_READ_BYTE_OPTIONS;
    if (!options)
        options = &defaults;
    struct timed_stream_params params = {
        .stream = stream,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_read_byte, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_byte(sockd *client, sockd_call call, struct sockd_byte_result *result)
{
    return call_finish(client, call, METHOD_read_byte, result);
}

int sockd_read_byte(sockd *client, sockd_handle stream, const struct sockd_read_byte_options *options, struct sockd_byte_result *result)
{
    return sockd_finish_read_byte(client, sockd_start_read_byte(client, stream, options), result);
}

sockd_call sockd_start_read_byte_no_hang(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_read_byte_no_hang, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_byte_no_hang(sockd *client, sockd_call call, struct sockd_byte_result *result)
{
    return call_finish(client, call, METHOD_read_byte_no_hang, result);
}

int sockd_read_byte_no_hang(sockd *client, sockd_handle stream, struct sockd_byte_result *result)
{
    return sockd_finish_read_byte_no_hang(client, sockd_start_read_byte_no_hang(client, stream), result);
}

sockd_call sockd_start_read_byte_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_byte_sequence_options *options)
{
    static const struct sockd_read_byte_sequence_options defaults = SOCKD_READ_BYTE_SEQUENCE_OPTIONS;
    if (!options)
        options = &defaults;
    struct read_byte_sequence_params params = {
        .stream = stream,
        .length = length,
        .mode = options->mode,
        .timeout = options->timeout,
        .encoding = TRANSFER_PAYLOAD,
    };
    struct request request = {.method = METHOD_read_byte_sequence, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_read_byte_sequence(sockd *client, sockd_call call, struct sockd_read_byte_sequence_result *result)
{
    return call_finish(client, call, METHOD_read_byte_sequence, result);
}

int sockd_read_byte_sequence(sockd *client, sockd_handle stream, int64_t length, const struct sockd_read_byte_sequence_options *options, struct sockd_read_byte_sequence_result *result)
{
    return sockd_finish_read_byte_sequence(client, sockd_start_read_byte_sequence(client, stream, length, options), result);
}

sockd_call sockd_start_listen(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_listen, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_listen(sockd *client, sockd_call call, struct sockd_ready_result *result)
{
    return call_finish(client, call, METHOD_listen, result);
}

int sockd_listen(sockd *client, sockd_handle stream, struct sockd_ready_result *result)
{
    return sockd_finish_listen(client, sockd_start_listen(client, stream), result);
}

sockd_call sockd_start_clear_input(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_clear_input, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_clear_input(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_clear_input, NULL);
}

int sockd_clear_input(sockd *client, sockd_handle stream)
{
    return sockd_finish_clear_input(client, sockd_start_clear_input(client, stream));
}

sockd_call sockd_start_write_char(sockd *client, sockd_handle stream, int32_t ch, const struct sockd_write_char_options *options)
{
    static const struct sockd_write_char_options defaults = SOCKD_WRITE_CHAR_OPTIONS;
    if (!options)
        options = &defaults;
    struct write_char_params params = {
        .stream = stream,
        .ch = ch,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_write_char, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_write_char(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_write_char, NULL);
}

int sockd_write_char(sockd *client, sockd_handle stream, int32_t ch, const struct sockd_write_char_options *options)
{
    return sockd_finish_write_char(client, sockd_start_write_char(client, stream, ch, options));
}

sockd_call sockd_start_write_string(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_string_options *options)
{
    static const struct sockd_write_string_options defaults = SOCKD_WRITE_STRING_OPTIONS;
    if (!options)
        options = &defaults;
    struct string_params params = {
        .stream = stream,
        .string = string,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_write_string, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_write_string(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_write_string, NULL);
}

int sockd_write_string(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_string_options *options)
{
    return sockd_finish_write_string(client, sockd_start_write_string(client, stream, string, options));
}

sockd_call sockd_start_write_line(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_line_options *options)
{
    static const struct sockd_write_line_options defaults = SOCKD_WRITE_LINE_OPTIONS;
    if (!options)
        options = &defaults;
    struct string_params params = {
        .stream = stream,
        .string = string,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_write_line, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_write_line(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_write_line, NULL);
}

int sockd_write_line(sockd *client, sockd_handle stream, struct sockd_text string, const struct sockd_write_line_options *options)
{
    return sockd_finish_write_line(client, sockd_start_write_line(client, stream, string, options));
}

sockd_call sockd_start_terpri(sockd *client, sockd_handle stream, const struct sockd_terpri_options *options)
{
    static const struct sockd_terpri_options defaults = SOCKD_TERPRI_OPTIONS;
    if (!options)
        options = &defaults;
    struct timed_stream_params params = {
        .stream = stream,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_terpri, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_terpri(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_terpri, NULL);
}

int sockd_terpri(sockd *client, sockd_handle stream, const struct sockd_terpri_options *options)
{
    return sockd_finish_terpri(client, sockd_start_terpri(client, stream, options));
}

sockd_call sockd_start_fresh_line(sockd *client, sockd_handle stream, const struct sockd_fresh_line_options *options)
{
    static const struct sockd_fresh_line_options defaults = SOCKD_FRESH_LINE_OPTIONS;
    if (!options)
        options = &defaults;
    struct timed_stream_params params = {
        .stream = stream,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_fresh_line, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_fresh_line(sockd *client, sockd_call call, struct sockd_fresh_line_result *result)
{
    return call_finish(client, call, METHOD_fresh_line, result);
}

int sockd_fresh_line(sockd *client, sockd_handle stream, const struct sockd_fresh_line_options *options, struct sockd_fresh_line_result *result)
{
    return sockd_finish_fresh_line(client, sockd_start_fresh_line(client, stream, options), result);
}

sockd_call sockd_start_write_byte(sockd *client, sockd_handle stream, struct sockd_integer byte, const struct sockd_write_byte_options *options)
{
    static const struct sockd_write_byte_options defaults = SOCKD_WRITE_BYTE_OPTIONS;
    if (!options)
        options = &defaults;
    struct write_byte_params params = {
        .stream = stream,
        .byte = byte,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_write_byte, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_write_byte(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_write_byte, NULL);
}

int sockd_write_byte(sockd *client, sockd_handle stream, struct sockd_integer byte, const struct sockd_write_byte_options *options)
{
    return sockd_finish_write_byte(client, sockd_start_write_byte(client, stream, byte, options));
}

sockd_call sockd_start_write_byte_sequence(sockd *client, sockd_handle stream, struct sockd_bytes data, const struct sockd_write_byte_sequence_options *options)
{
    static const struct sockd_write_byte_sequence_options defaults = SOCKD_WRITE_BYTE_SEQUENCE_OPTIONS;
    if (!options)
        options = &defaults;
    struct write_byte_sequence_params params = {
        .stream = stream,
        .data = call_inline_bytes(data),
        .mode = options->mode,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_write_byte_sequence, .params = &params, .payload = data};
    return call_start(client, &request);
}

int sockd_finish_write_byte_sequence(sockd *client, sockd_call call, struct sockd_written_result *result)
{
    return call_finish(client, call, METHOD_write_byte_sequence, result);
}

int sockd_write_byte_sequence(sockd *client, sockd_handle stream, struct sockd_bytes data, const struct sockd_write_byte_sequence_options *options, struct sockd_written_result *result)
{
    return sockd_finish_write_byte_sequence(client, sockd_start_write_byte_sequence(client, stream, data, options), result);
}

sockd_call sockd_start_force_output(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_force_output, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_force_output(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_force_output, NULL);
}

int sockd_force_output(sockd *client, sockd_handle stream)
{
    return sockd_finish_force_output(client, sockd_start_force_output(client, stream));
}

sockd_call sockd_start_finish_output(sockd *client, sockd_handle stream, const struct sockd_finish_output_options *options)
{
    static const struct sockd_finish_output_options defaults = SOCKD_FINISH_OUTPUT_OPTIONS;
    if (!options)
        options = &defaults;
    struct timed_stream_params params = {
        .stream = stream,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_finish_output, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_finish_output(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_finish_output, NULL);
}

int sockd_finish_output(sockd *client, sockd_handle stream, const struct sockd_finish_output_options *options)
{
    return sockd_finish_finish_output(client, sockd_start_finish_output(client, stream, options));
}

sockd_call sockd_start_clear_output(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_clear_output, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_clear_output(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_clear_output, NULL);
}

int sockd_clear_output(sockd *client, sockd_handle stream)
{
    return sockd_finish_clear_output(client, sockd_start_clear_output(client, stream));
}

sockd_call sockd_start_stream_element_type(sockd *client, sockd_handle stream, const struct sockd_stream_element_type_options *options)
{
    static const struct sockd_stream_element_type_options defaults = SOCKD_STREAM_ELEMENT_TYPE_OPTIONS;
    if (!options)
        options = &defaults;
    struct stream_element_type_params params = {
        .stream = stream,
        .set = options->set,
    };
    struct request request = {.method = METHOD_stream_element_type, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_stream_element_type(sockd *client, sockd_call call, struct sockd_stream_element_type_result *result)
{
    return call_finish(client, call, METHOD_stream_element_type, result);
}

int sockd_stream_element_type(sockd *client, sockd_handle stream, const struct sockd_stream_element_type_options *options, struct sockd_stream_element_type_result *result)
{
    return sockd_finish_stream_element_type(client, sockd_start_stream_element_type(client, stream, options), result);
}

sockd_call sockd_start_stream_external_format(sockd *client, sockd_handle stream, const struct sockd_stream_external_format_options *options)
{
    static const struct sockd_stream_external_format_options defaults = SOCKD_STREAM_EXTERNAL_FORMAT_OPTIONS;
    if (!options)
        options = &defaults;
    struct stream_external_format_params params = {
        .stream = stream,
        .set = options->set,
    };
    struct request request = {.method = METHOD_stream_external_format, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_stream_external_format(sockd *client, sockd_call call, struct sockd_stream_external_format_result *result)
{
    return call_finish(client, call, METHOD_stream_external_format, result);
}

int sockd_stream_external_format(sockd *client, sockd_handle stream, const struct sockd_stream_external_format_options *options, struct sockd_stream_external_format_result *result)
{
    return sockd_finish_stream_external_format(client, sockd_start_stream_external_format(client, stream, options), result);
}

sockd_call sockd_start_input_stream_p(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_input_stream_p, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_input_stream_p(sockd *client, sockd_call call, struct sockd_value_result *result)
{
    return call_finish(client, call, METHOD_input_stream_p, result);
}

int sockd_input_stream_p(sockd *client, sockd_handle stream, struct sockd_value_result *result)
{
    return sockd_finish_input_stream_p(client, sockd_start_input_stream_p(client, stream), result);
}

sockd_call sockd_start_output_stream_p(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_output_stream_p, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_output_stream_p(sockd *client, sockd_call call, struct sockd_value_result *result)
{
    return call_finish(client, call, METHOD_output_stream_p, result);
}

int sockd_output_stream_p(sockd *client, sockd_handle stream, struct sockd_value_result *result)
{
    return sockd_finish_output_stream_p(client, sockd_start_output_stream_p(client, stream), result);
}

sockd_call sockd_start_open_stream_p(sockd *client, sockd_handle stream)
{
    struct stream_params params = {
        .stream = stream,
    };
    struct request request = {.method = METHOD_open_stream_p, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_open_stream_p(sockd *client, sockd_call call, struct sockd_value_result *result)
{
    return call_finish(client, call, METHOD_open_stream_p, result);
}

int sockd_open_stream_p(sockd *client, sockd_handle stream, struct sockd_value_result *result)
{
    return sockd_finish_open_stream_p(client, sockd_start_open_stream_p(client, stream), result);
}

sockd_call sockd_start_make_stream(sockd *client, const int *descriptors, size_t descriptor_count, const struct sockd_make_stream_options *options)
{
    static const struct sockd_make_stream_options defaults = SOCKD_MAKE_STREAM_OPTIONS;
    if (!options)
        options = &defaults;
    struct make_stream_params params = {
        .direction = options->direction,
        .element_type = options->element_type,
        .external_format = options->external_format,
        .buffered = options->buffered,
        .lifetime = options->lifetime,
    };
    struct request request = {.method = METHOD_make_stream, .params = &params, .descriptors = descriptors, .descriptor_count = descriptor_count};
    return call_start(client, &request);
}

int sockd_finish_make_stream(sockd *client, sockd_call call, struct sockd_stream_result *result)
{
    return call_finish(client, call, METHOD_make_stream, result);
}

int sockd_make_stream(sockd *client, const int *descriptors, size_t descriptor_count, const struct sockd_make_stream_options *options, struct sockd_stream_result *result)
{
    return sockd_finish_make_stream(client, sockd_start_make_stream(client, descriptors, descriptor_count, options), result);
}

sockd_call sockd_start_close_handle(sockd *client, sockd_handle handle, const struct sockd_close_handle_options *options)
{
    static const struct sockd_close_handle_options defaults = SOCKD_CLOSE_HANDLE_OPTIONS;
    if (!options)
        options = &defaults;
    struct close_params params = {
        .handle = handle,
        .abort = options->abort,
        .timeout = options->timeout,
    };
    struct request request = {.method = METHOD_close, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_close_handle(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_close, NULL);
}

int sockd_close_handle(sockd *client, sockd_handle handle, const struct sockd_close_handle_options *options)
{
    return sockd_finish_close_handle(client, sockd_start_close_handle(client, handle, options));
}

sockd_call sockd_start_rpc_discover(sockd *client)
{
    struct request request = {.method = METHOD_rpc_discover};
    return call_start(client, &request);
}

int sockd_finish_rpc_discover(sockd *client, sockd_call call, struct sockd_openrpc_result *result)
{
    return call_finish(client, call, METHOD_rpc_discover, result);
}

int sockd_rpc_discover(sockd *client, struct sockd_openrpc_result *result)
{
    return sockd_finish_rpc_discover(client, sockd_start_rpc_discover(client), result);
}

sockd_call sockd_start_rpc_cancel(sockd *client, struct sockd_text id)
{
    struct rpc_cancel_params params = {
        .id = id,
    };
    struct request request = {.method = METHOD_rpc_cancel, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_rpc_cancel(sockd *client, sockd_call call, struct sockd_rpc_cancel_result *result)
{
    return call_finish(client, call, METHOD_rpc_cancel, result);
}

int sockd_rpc_cancel(sockd *client, struct sockd_text id, struct sockd_rpc_cancel_result *result)
{
    return sockd_finish_rpc_cancel(client, sockd_start_rpc_cancel(client, id), result);
}

sockd_call sockd_start_daemon_info(sockd *client)
{
    struct request request = {.method = METHOD_daemon_info};
    return call_start(client, &request);
}

int sockd_finish_daemon_info(sockd *client, sockd_call call, struct sockd_daemon_info_result *result)
{
    return call_finish(client, call, METHOD_daemon_info, result);
}

int sockd_daemon_info(sockd *client, struct sockd_daemon_info_result *result)
{
    return sockd_finish_daemon_info(client, sockd_start_daemon_info(client), result);
}

sockd_call sockd_start_daemon_stats(sockd *client)
{
    struct request request = {.method = METHOD_daemon_stats};
    return call_start(client, &request);
}

int sockd_finish_daemon_stats(sockd *client, sockd_call call, struct sockd_daemon_stats_result *result)
{
    return call_finish(client, call, METHOD_daemon_stats, result);
}

int sockd_daemon_stats(sockd *client, struct sockd_daemon_stats_result *result)
{
    return sockd_finish_daemon_stats(client, sockd_start_daemon_stats(client), result);
}

sockd_call sockd_start_session_hello(sockd *client, const struct sockd_session_hello_options *options)
{
    static const struct sockd_session_hello_options defaults = SOCKD_SESSION_HELLO_OPTIONS;
    if (!options)
        options = &defaults;
    struct session_hello_params params = {
        .protocol = options->protocol,
        .name = options->name,
    };
    struct request request = {.method = METHOD_session_hello, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_session_hello(sockd *client, sockd_call call, struct sockd_session_hello_result *result)
{
    return call_finish(client, call, METHOD_session_hello, result);
}

int sockd_session_hello(sockd *client, const struct sockd_session_hello_options *options, struct sockd_session_hello_result *result)
{
    return sockd_finish_session_hello(client, sockd_start_session_hello(client, options), result);
}

sockd_call sockd_start_session_info(sockd *client)
{
    struct request request = {.method = METHOD_session_info};
    return call_start(client, &request);
}

int sockd_finish_session_info(sockd *client, sockd_call call, struct sockd_session_info_result *result)
{
    return call_finish(client, call, METHOD_session_info, result);
}

int sockd_session_info(sockd *client, struct sockd_session_info_result *result)
{
    return sockd_finish_session_info(client, sockd_start_session_info(client), result);
}

sockd_call sockd_start_session_restrict(sockd *client, const struct sockd_session_restrict_options *options)
{
    static const struct sockd_session_restrict_options defaults = SOCKD_SESSION_RESTRICT_OPTIONS;
    if (!options)
        options = &defaults;
    struct session_restrict_params params = {
        .profile = options->profile,
        .rules = options->rules,
    };
    struct request request = {.method = METHOD_session_restrict, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_session_restrict(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_session_restrict, NULL);
}

int sockd_session_restrict(sockd *client, const struct sockd_session_restrict_options *options)
{
    return sockd_finish_session_restrict(client, sockd_start_session_restrict(client, options));
}

sockd_call sockd_start_daemon_reload(sockd *client)
{
    struct request request = {.method = METHOD_daemon_reload};
    return call_start(client, &request);
}

int sockd_finish_daemon_reload(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_daemon_reload, NULL);
}

int sockd_daemon_reload(sockd *client)
{
    return sockd_finish_daemon_reload(client, sockd_start_daemon_reload(client));
}

sockd_call sockd_start_handle_share(sockd *client, sockd_handle handle, const struct sockd_handle_share_options *options)
{
    static const struct sockd_handle_share_options defaults = SOCKD_HANDLE_SHARE_OPTIONS;
    if (!options)
        options = &defaults;
    struct handle_share_params params = {
        .handle = handle,
        .expires = options->expires,
    };
    struct request request = {.method = METHOD_handle_share, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_handle_share(sockd *client, sockd_call call, struct sockd_share_token *result)
{
    return call_finish(client, call, METHOD_handle_share, result);
}

int sockd_handle_share(sockd *client, sockd_handle handle, const struct sockd_handle_share_options *options, struct sockd_share_token *result)
{
    return sockd_finish_handle_share(client, sockd_start_handle_share(client, handle, options), result);
}

sockd_call sockd_start_handle_claim(sockd *client, struct sockd_text token)
{
    struct share_token params = {
        .token = token,
    };
    struct request request = {.method = METHOD_handle_claim, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_handle_claim(sockd *client, sockd_call call, struct sockd_claimed_handle *result)
{
    return call_finish(client, call, METHOD_handle_claim, result);
}

int sockd_handle_claim(sockd *client, struct sockd_text token, struct sockd_claimed_handle *result)
{
    return sockd_finish_handle_claim(client, sockd_start_handle_claim(client, token), result);
}

sockd_call sockd_start_handle_list(sockd *client, const struct sockd_handle_list_options *options)
{
    static const struct sockd_handle_list_options defaults = SOCKD_HANDLE_LIST_OPTIONS;
    if (!options)
        options = &defaults;
    struct handle_list_params params = {
        .filter = options->filter,
        .after = options->after,
        .limit = options->limit,
        .fields = options->fields,
    };
    struct request request = {.method = METHOD_handle_list, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_handle_list(sockd *client, sockd_call call, struct sockd_handle_list_result *result)
{
    return call_finish(client, call, METHOD_handle_list, result);
}

int sockd_handle_list(sockd *client, const struct sockd_handle_list_options *options, struct sockd_handle_list_result *result)
{
    return sockd_finish_handle_list(client, sockd_start_handle_list(client, options), result);
}

sockd_call sockd_start_handle_info(sockd *client, sockd_handle handle)
{
    struct handle_params params = {
        .handle = handle,
    };
    struct request request = {.method = METHOD_handle_info, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_handle_info(sockd *client, sockd_call call, struct sockd_handle_info *result)
{
    return call_finish(client, call, METHOD_handle_info, result);
}

int sockd_handle_info(sockd *client, sockd_handle handle, struct sockd_handle_info *result)
{
    return sockd_finish_handle_info(client, sockd_start_handle_info(client, handle), result);
}

sockd_call sockd_start_handle_lifetime(sockd *client, sockd_handle handle, int lifetime)
{
    struct handle_lifetime_params params = {
        .handle = handle,
        .lifetime = lifetime,
    };
    struct request request = {.method = METHOD_handle_lifetime, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_handle_lifetime(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_handle_lifetime, NULL);
}

int sockd_handle_lifetime(sockd *client, sockd_handle handle, int lifetime)
{
    return sockd_finish_handle_lifetime(client, sockd_start_handle_lifetime(client, handle, lifetime));
}

sockd_call sockd_start_events_subscribe(sockd *client, const struct sockd_events_subscribe_options *options)
{
    static const struct sockd_events_subscribe_options defaults = SOCKD_EVENTS_SUBSCRIBE_OPTIONS;
    if (!options)
        options = &defaults;
    struct events_subscribe_params params = {
        .filter = options->filter,
    };
    struct request request = {.method = METHOD_events_subscribe, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_events_subscribe(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_events_subscribe, NULL);
}

int sockd_events_subscribe(sockd *client, const struct sockd_events_subscribe_options *options)
{
    return sockd_finish_events_subscribe(client, sockd_start_events_subscribe(client, options));
}

sockd_call sockd_start_events_unsubscribe(sockd *client, const struct sockd_events_unsubscribe_options *options)
{
    static const struct sockd_events_unsubscribe_options defaults = SOCKD_EVENTS_UNSUBSCRIBE_OPTIONS;
    if (!options)
        options = &defaults;
    struct events_unsubscribe_params params = {
        .filter = options->filter,
    };
    struct request request = {.method = METHOD_events_unsubscribe, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_events_unsubscribe(sockd *client, sockd_call call)
{
    return call_finish(client, call, METHOD_events_unsubscribe, NULL);
}

int sockd_events_unsubscribe(sockd *client, const struct sockd_events_unsubscribe_options *options)
{
    return sockd_finish_events_unsubscribe(client, sockd_start_events_unsubscribe(client, options));
}

sockd_call sockd_start_policy_check(sockd *client, struct sockd_text host, int64_t port, const struct sockd_policy_check_options *options)
{
    static const struct sockd_policy_check_options defaults = SOCKD_POLICY_CHECK_OPTIONS;
    if (!options)
        options = &defaults;
    struct policy_check_params params = {
        .host = host,
        .port = port,
        .profile = options->profile,
        .operation = options->operation,
    };
    struct request request = {.method = METHOD_policy_check, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_policy_check(sockd *client, sockd_call call, struct sockd_policy_check_result *result)
{
    return call_finish(client, call, METHOD_policy_check, result);
}

int sockd_policy_check(sockd *client, struct sockd_text host, int64_t port, const struct sockd_policy_check_options *options, struct sockd_policy_check_result *result)
{
    return sockd_finish_policy_check(client, sockd_start_policy_check(client, host, port, options), result);
}

sockd_call sockd_start_policy_report(sockd *client, const struct sockd_policy_report_options *options)
{
    static const struct sockd_policy_report_options defaults = SOCKD_POLICY_REPORT_OPTIONS;
    if (!options)
        options = &defaults;
    struct policy_report_params params = {
        .profile = options->profile,
    };
    struct request request = {.method = METHOD_policy_report, .params = &params};
    return call_start(client, &request);
}

int sockd_finish_policy_report(sockd *client, sockd_call call, struct sockd_policy_report_result *result)
{
    return call_finish(client, call, METHOD_policy_report, result);
}

int sockd_policy_report(sockd *client, const struct sockd_policy_report_options *options, struct sockd_policy_report_result *result)
{
    return sockd_finish_policy_report(client, sockd_start_policy_report(client, options), result);
}

sockd_call sockd_start_policy_list(sockd *client)
{
    struct request request = {.method = METHOD_policy_list};
    return call_start(client, &request);
}

int sockd_finish_policy_list(sockd *client, sockd_call call, struct sockd_policy_list_result *result)
{
    return call_finish(client, call, METHOD_policy_list, result);
}

int sockd_policy_list(sockd *client, struct sockd_policy_list_result *result)
{
    return sockd_finish_policy_list(client, sockd_start_policy_list(client), result);
}

