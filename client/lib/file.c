/* A stream as a FILE.
 *
 * Each operation is chosen by the stream's element type, asked for once and again when an operation does not fit, since a
 * program may switch the type between header and body. Input is read ahead here, in the daemon's mode "interactive", which
 * gives what is there. What stdio flushes in the middle of a character or of an element waits for its rest.
 *
 * A FILE for both directions keeps nothing in stdio's own buffer: stdio would have to seek back over what was read ahead
 * before it may write, and a socket cannot seek. */
#include <errno.h>
#include <stdlib.h>

#include "client.h"
#include "utf8.h"

enum { READ_AHEAD = 8192, TAIL = 8 };

struct file {
    sockd *client;
    sockd_handle stream;
    int element;   /* enum sockd_element */
    bool buffered; /* the daemon keeps output until it is told */
    struct buffer input;
    char tail[TAIL]; /* the beginning of a character or element that is not whole yet */
    size_t tail_size;
};

/* ---- errors ---- */

static int error_number(const struct sockd_error *error)
{
    switch (error->code) {
    case SOCKD_ERROR_SYSTEM:
    case SOCKD_ERROR_OS_ERROR:
        return error->data.number > 0 && error->data.number < 4096 ? (int)error->data.number : EIO;
    case SOCKD_ERROR_MEMORY:
        return ENOMEM;
    case SOCKD_ERROR_ARGUMENT:
    case SOCKD_ERROR_INVALID_PARAMS:
    case SOCKD_ERROR_WRONG_KIND:
        return EINVAL;
    case SOCKD_ERROR_CLOSED:
    case SOCKD_ERROR_GOING_AWAY:
        return ENOTCONN;
    case SOCKD_ERROR_TIMEOUT:
        return ETIMEDOUT;
    case SOCKD_ERROR_NO_SUCH_HANDLE:
        return EBADF;
    case SOCKD_ERROR_NOT_OPEN:
        return EPIPE;
    case SOCKD_ERROR_ENCODING:
        return EILSEQ;
    case SOCKD_ERROR_DENIED:
        return EACCES;
    case SOCKD_ERROR_LIMIT:
        return ENOBUFS;
    case SOCKD_ERROR_CANCELLED:
        return ECANCELED;
    case SOCKD_ERROR_BUSY:
        return EBUSY;
    default:
        return EIO;
    }
}

static int failed(const struct file *file)
{
    errno = error_number(sockd_error(file->client));
    return -1;
}

/* ---- the element type ---- */

static bool is_text(const struct file *file)
{
    return file->element == SOCKD_ELEMENT_CHARACTER;
}

static size_t element_size(const struct file *file)
{
    switch (file->element) {
    case SOCKD_ELEMENT_UNSIGNED_16:
    case SOCKD_ELEMENT_SIGNED_16:
        return 2;
    case SOCKD_ELEMENT_UNSIGNED_32:
    case SOCKD_ELEMENT_SIGNED_32:
        return 4;
    case SOCKD_ELEMENT_UNSIGNED_64:
    case SOCKD_ELEMENT_SIGNED_64:
        return 8;
    default:
        return 1;
    }
}

/* After wrong-kind: whether the type has changed since, so that another try makes sense. */
static bool type_changed(struct file *file, int status)
{
    struct sockd_stream_element_type_result now;
    int before = file->element;
    if (status != -SOCKD_ERROR_WRONG_KIND || sockd_stream_element_type(file->client, file->stream, NULL, &now) < 0)
        return false;
    file->element = now.element_type;
    return file->element != before;
}

/* ---- reading ---- */

/* One read of what is there. *data is the library's until the next call. */
static int read_some(struct file *file, size_t size, struct sockd_bytes *data, bool *eof)
{
    if (is_text(file)) {
        struct sockd_read_char_sequence_options options = SOCKD_READ_CHAR_SEQUENCE_OPTIONS;
        struct sockd_read_char_sequence_result result;
        options.mode = SOCKD_MODE_INTERACTIVE;
        int status = sockd_read_char_sequence(file->client, file->stream, (int64_t)size, &options, &result);
        if (status == 0) {
            *data = sockd_memory(result.text.data, result.text.size);
            *eof = result.eof;
        }
        return status;
    }
    struct sockd_read_byte_sequence_options options = SOCKD_READ_BYTE_SEQUENCE_OPTIONS;
    struct sockd_read_byte_sequence_result result;
    options.mode = SOCKD_MODE_INTERACTIVE;
    int64_t length = (int64_t)((size + element_size(file) - 1) / element_size(file));
    int status = sockd_read_byte_sequence(file->client, file->stream, length, &options, &result);
    if (status == 0) {
        *data = result.data;
        *eof = result.eof;
    }
    return status;
}

static ssize_t file_read(void *cookie, char *out, size_t size)
{
    struct file *file = cookie;
    while (buffer_used(&file->input) == 0) {
        struct sockd_bytes data = {NULL, 0};
        bool eof = false;
        int status = read_some(file, size > READ_AHEAD ? size : READ_AHEAD, &data, &eof);
        if (status < 0 && type_changed(file, status))
            continue;
        if (status < 0)
            return failed(file);
        if (data.size == 0 && eof)
            return 0;
        if (!buffer_append(&file->input, data.data, data.size)) {
            errno = ENOMEM;
            return -1;
        }
    }
    if (size > buffer_used(&file->input))
        size = buffer_used(&file->input);
    memcpy(out, file->input.data + file->input.start, size);
    buffer_drop(&file->input, size);
    return (ssize_t)size;
}

/* ---- writing ---- */

/* How much of the data is whole characters or elements; the rest is the beginning of one. -1: it is no UTF-8. */
static ssize_t whole_size(const struct file *file, const char *data, size_t size)
{
    if (!is_text(file))
        return (ssize_t)(size - size % element_size(file));
    size_t valid = utf8_valid(data, size);
    int32_t ch;
    if (valid < size && utf8_read((const unsigned char *)data + valid, size - valid, &ch) != 0)
        return -1;
    return (ssize_t)valid;
}

/* The flush goes out together with what it flushes. */
static int send_some(struct file *file, const char *data, size_t size)
{
    sockd *client = file->client;
    sockd_call flush = 0, call;
    int status;
    if (is_text(file))
        call = sockd_start_write_string(client, file->stream, (struct sockd_text){data, size}, NULL);
    else
        call = sockd_start_write_byte_sequence(client, file->stream, sockd_memory(data, size), NULL);
    if (file->buffered && call > 0)
        flush = sockd_start_finish_output(client, file->stream, NULL);
    if (is_text(file))
        status = sockd_finish_write_string(client, call);
    else
        status = sockd_finish_write_byte_sequence(client, call, NULL);
    if (status < 0 || flush == 0) {
        sockd_forget(client, flush);
        return status;
    }
    return sockd_finish_finish_output(client, flush);
}

static int send_whole(struct file *file, const char *data, size_t size)
{
    int status = send_some(file, data, size);
    return status < 0 && type_changed(file, status) ? send_some(file, data, size) : status;
}

/* Joins the data with the tail of what came before. fopencookie wants 0 for a failure. */
static ssize_t file_write(void *cookie, const char *data, size_t size)
{
    struct file *file = cookie;
    const char *all = data;
    size_t all_size = size;
    char *joined = NULL;
    if (file->tail_size > 0) {
        joined = malloc(file->tail_size + size);
        if (!joined)
            return 0;
        memcpy(joined, file->tail, file->tail_size);
        memcpy(joined + file->tail_size, data, size);
        all = joined;
        all_size += file->tail_size;
    }
    ssize_t whole = whole_size(file, all, all_size);
    bool ok = whole >= 0 && (whole == 0 || send_whole(file, all, (size_t)whole) == 0);
    if (ok) {
        file->tail_size = all_size - (size_t)whole;
        memcpy(file->tail, all + whole, file->tail_size);
    } else if (whole < 0) {
        errno = EILSEQ;
    } else {
        failed(file);
    }
    int error = errno;
    free(joined);
    errno = error;
    return ok ? (ssize_t)size : 0;
}

/* ---- life ---- */

static int file_close(void *cookie)
{
    struct file *file = cookie;
    int result = sockd_close_handle(file->client, file->stream, NULL) < 0 ? failed(file) : 0;
    if (result == 0 && file->tail_size > 0) {
        errno = EILSEQ;
        result = -1;
    }
    buffer_deinit(&file->input);
    free(file);
    return result;
}

/* "r", "w", "r+", with a "b" anywhere behind the first letter. */
static bool read_mode(const char *mode, bool *input, bool *output, bool *binary)
{
    *input = mode[0] == 'r';
    *output = mode[0] == 'w';
    *binary = false;
    if (!*input && !*output)
        return false;
    for (const char *p = mode + 1; *p; p++) {
        if (*p == '+')
            *input = *output = true;
        else if (*p == 'b')
            *binary = true;
        else
            return false;
    }
    return true;
}

static int set_binary(struct file *file)
{
    struct sockd_stream_element_type_options options = SOCKD_STREAM_ELEMENT_TYPE_OPTIONS;
    options.set = SOCKD_ELEMENT_UNSIGNED_8;
    file->element = SOCKD_ELEMENT_UNSIGNED_8;
    return sockd_stream_element_type(file->client, file->stream, &options, NULL);
}

static int ask_stream(struct file *file, bool binary)
{
    struct sockd_handle_info info;
    int status = sockd_handle_info(file->client, file->stream, &info);
    if (status < 0)
        return status;
    if (info.kind != SOCKD_KIND_STREAM)
        return client_failed(file->client, failure_set(&file->client->error, SOCKD_ERROR_ARGUMENT,
                                                       "handle %llu is a server, and only a stream can be a FILE",
                                                       (unsigned long long)file->stream));
    file->element = info.element_type == SOCKD_UNSET ? SOCKD_ELEMENT_CHARACTER : info.element_type;
    file->buffered = info.buffered == SOCKD_BUFFERED_TRUE;
    return binary && file->element != SOCKD_ELEMENT_UNSIGNED_8 ? set_binary(file) : 0;
}

static FILE *open_cookie(struct file *file, bool input, bool output)
{
    cookie_io_functions_t functions = {input ? file_read : NULL, output ? file_write : NULL, NULL, file_close};
    FILE *stdio = fopencookie(file, input && output ? "r+" : input ? "r" : "w", functions);
    if (stdio && input && output)
        setvbuf(stdio, NULL, _IONBF, 0);
    return stdio;
}

FILE *sockd_fopen(sockd *client, sockd_handle stream, const char *mode)
{
    bool input, output, binary;
    if (!client) {
        errno = EINVAL;
        return NULL;
    }
    if (!read_mode(mode, &input, &output, &binary)) {
        client_failed(client, failure_set(&client->error, SOCKD_ERROR_ARGUMENT,
                                          "the mode %s is none of r, w, r+, with or without b", mode));
        errno = EINVAL;
        return NULL;
    }
    struct file *file = calloc(1, sizeof *file);
    if (!file) {
        client_failed(client, failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for a FILE"));
        return NULL;
    }
    *file = (struct file){.client = client, .stream = stream};
    FILE *stdio = NULL;
    if (ask_stream(file, binary) < 0)
        failed(file);
    else if (!(stdio = open_cookie(file, input, output)))
        client_failed(client, failure_set(&client->error, SOCKD_ERROR_MEMORY, "no memory for a FILE"));
    if (!stdio)
        free(file);
    return stdio;
}
