#include "stream.h"

#include <stdlib.h>

#include "print.h"
#include "record.h"
#include "rpc.h"

void stream_init(struct stream *stream)
{
    memset(stream, 0, sizeof *stream);
    fake_init(&stream->fake);
}

/* ---- answers ---- */

static void answer(struct stream *stream, const struct rpc_request *request, const void *result, struct sockd_bytes payload)
{
    char line[70000];
    struct print print = {line, sizeof line, 0};
    rpc_print_result(&print, request->id, request->method->result, result, (int64_t)payload.size, 0);
    print_literal(&print, "\n");
    ck_assert(print_fits(&print));
    fake_send_bytes(&stream->fake, line, print.used);
    fake_send_bytes(&stream->fake, payload.data, payload.size);
}

static void refuse(struct stream *stream, const struct rpc_request *request, enum error_id error)
{
    char line[400];
    struct print print = {line, sizeof line, 0};
    struct fault fault;
    record_clear(&record_fault, &fault);
    fault.kind = sockd_string(errors[error].kind);
    fault.number = error == ERROR_os_error ? 32 : SOCKD_NULL;
    rpc_print_error(&print, request->id, error, SOCKD_TEXT("no"), &fault);
    print_literal(&print, "\n");
    fake_send_bytes(&stream->fake, line, print.used);
}

static void flush_output(struct stream *stream)
{
    memcpy(stream->output + stream->output_size, stream->held, stream->held_size);
    stream->output_size += stream->held_size;
    stream->held_size = 0;
}

static void write_bytes(struct stream *stream, const void *data, size_t size)
{
    ck_assert_uint_le(stream->held_size + size, sizeof stream->held);
    if (size > 0)
        memcpy(stream->held + stream->held_size, data, size);
    stream->held_size += size;
    stream->writes++;
    if (stream->buffered != BUFFERED_TRUE)
        flush_output(stream);
}

/* ---- methods ---- */

static void handle_info(struct stream *stream, const struct rpc_request *request)
{
    struct handle_info info;
    record_clear(&record_handle_info, &info);
    info.handle = 3;
    info.kind = stream->is_server ? KIND_SERVER : KIND_STREAM;
    info.state = STATE_OPEN;
    info.owner.profile = info.created = info.local.address = info.peer.address = SOCKD_TEXT("x");
    info.lifetime = LIFETIME_SESSION;
    info.element_type = stream->element;
    info.external_format = SOCKD_FORMAT_UNSET;
    info.external_format.encoding = SOCKD_TEXT("utf-8");
    info.buffered = stream->buffered;
    answer(stream, request, &info, (struct sockd_bytes){NULL, 0});
}

static const char *next_chunk(struct stream *stream, const struct rpc_request *request)
{
    stream->reads++;
    if (!*stream->chunks && stream->read_error) {
        refuse(stream, request, stream->read_error);
        return NULL;
    }
    return *stream->chunks ? *stream->chunks++ : "";
}

static void read_sequence(struct stream *stream, const struct rpc_request *request, int mode, bool characters)
{
    ck_assert_int_eq(mode, MODE_INTERACTIVE);
    if (characters != (stream->element == ELEMENT_CHARACTER)) {
        refuse(stream, request, ERROR_wrong_kind);
        return;
    }
    const char *chunk = next_chunk(stream, request);
    if (!chunk)
        return;
    if (characters) {
        struct read_char_sequence_result result = {sockd_string(chunk), *chunk == '\0'};
        answer(stream, request, &result, (struct sockd_bytes){NULL, 0});
    } else {
        struct read_byte_sequence_result result = {(int64_t)strlen(chunk), {NULL, 0}, *chunk == '\0'};
        answer(stream, request, &result, sockd_memory(chunk, strlen(chunk)));
    }
}

static void write_payload(struct stream *stream, const struct rpc_request *request)
{
    static char payload[1 << 20];
    fake_read(&stream->fake, payload, (size_t)request->payload);
    if (stream->write_error || stream->element == ELEMENT_CHARACTER) {
        refuse(stream, request, stream->write_error ? stream->write_error : ERROR_wrong_kind);
        return;
    }
    write_bytes(stream, payload, (size_t)request->payload);
    answer(stream, request, &(struct written_result){request->payload}, (struct sockd_bytes){NULL, 0});
}

static void write_string(struct stream *stream, const struct rpc_request *request, const struct string_params *params)
{
    if (stream->write_error || stream->element != ELEMENT_CHARACTER) {
        refuse(stream, request, stream->write_error ? stream->write_error : ERROR_wrong_kind);
        return;
    }
    write_bytes(stream, params->string.data, params->string.size);
    answer(stream, request, NULL, (struct sockd_bytes){NULL, 0});
}

static void element_type(struct stream *stream, const struct rpc_request *request,
                         const struct stream_element_type_params *params)
{
    if (params->set != SOCKD_UNSET)
        stream->element = params->set;
    answer(stream, request, &(struct stream_element_type_result){stream->element}, (struct sockd_bytes){NULL, 0});
}

static void close_stream(struct stream *stream, const struct rpc_request *request)
{
    flush_output(stream);
    stream->closed = true;
    if (stream->close_error)
        refuse(stream, request, stream->close_error);
    else
        answer(stream, request, NULL, (struct sockd_bytes){NULL, 0});
}

static void handle(struct stream *stream, const struct rpc_request *request, void *params)
{
    switch (request->method->id) {
    case METHOD_handle_info:
        handle_info(stream, request);
        break;
    case METHOD_read_char_sequence:
        read_sequence(stream, request, ((struct read_char_sequence_params *)params)->mode, true);
        break;
    case METHOD_read_byte_sequence:
        read_sequence(stream, request, ((struct read_byte_sequence_params *)params)->mode, false);
        break;
    case METHOD_write_string:
        write_string(stream, request, params);
        break;
    case METHOD_write_byte_sequence:
        write_payload(stream, request);
        break;
    case METHOD_finish_output:
        flush_output(stream);
        answer(stream, request, NULL, (struct sockd_bytes){NULL, 0});
        break;
    case METHOD_stream_element_type:
        element_type(stream, request, params);
        break;
    case METHOD_close:
        close_stream(stream, request);
        break;
    default:
        ck_abort_msg("%s was not expected", request->method->name);
    }
}

/* ---- the thread ---- */

static void serve_line(struct stream *stream, char *line)
{
    static struct token tokens[SCAN_TOKENS(256)];
    static uint32_t scratch[SCAN_TOKENS(256)];
    static _Alignas(16) char memory[4096], params[1024];
    struct scan scan_state = {.tokens = tokens, .scratch = scratch, .values = 256, .nesting = 16};
    struct rpc_message message;
    struct rpc_request request;
    const char *limit;
    struct record_fault fault;
    struct arena arena = {memory, sizeof memory, 0};
    enum scan_result result = scan(&scan_state, line, strlen(line));
    ck_assert_int_eq(rpc_open(&scan_state, result, 1, &message, &request, &limit), ERROR_none);
    ck_assert(rpc_next(&scan_state, &message, &request));
    ck_assert_int_eq(request.error, ERROR_none);
    ck_assert_int_eq(record_decode(request.method->params, &scan_state, request.params, true, &arena, params, &fault),
                     RECORD_OK);
    handle(stream, &request, params);
}

static void *serve(void *data)
{
    struct stream *stream = data;
    while (fake_more(&stream->fake)) {
        char *line = fake_line(&stream->fake);
        serve_line(stream, line);
        free(line);
    }
    return NULL;
}

void stream_start(struct stream *stream)
{
    ck_assert_int_eq(pthread_create(&stream->thread, NULL, serve, stream), 0);
}

void stream_deinit(struct stream *stream)
{
    sockd_close(stream->fake.client);
    stream->fake.client = NULL;
    pthread_join(stream->thread, NULL);
    fake_deinit(&stream->fake);
}
