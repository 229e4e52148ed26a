/* Reading and writing are in flight together, several writes at a time. A piece read from the stream is passed on before the
 * next is asked for, so that a slow reader of the pair holds the peer back and nothing piles up here. */
#include "bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 256 << 10, WRITES = 4 };

int bridge_init(struct bridge *bridge, sockd *client, sockd_handle stream, int *other)
{
    struct sockd_stream_element_type_options bytes = SOCKD_STREAM_ELEMENT_TYPE_OPTIONS;
    int pair[2], room = 4 * PIECE;
    *bridge = (struct bridge){.client = client, .stream = stream, .end = -1};
    bridge->out = malloc(PIECE);
    bridge->in = malloc(PIECE);
    if (bridge->out == NULL || bridge->in == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -SOCKD_ERROR_MEMORY;
    bridge->end = pair[0];
    *other = pair[1];
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    bytes.set = SOCKD_ELEMENT_UNSIGNED_8;
    return sockd_stream_element_type(client, stream, &bytes, NULL);
}

void bridge_deinit(struct bridge *bridge)
{
    if (bridge->end >= 0)
        close(bridge->end);
    free(bridge->out);
    free(bridge->in);
    *bridge = (struct bridge){.end = -1};
}

/* ---- from the stream to the pair ---- */

/* Passes on what there is room for and keeps the rest. False: nobody reads the pair any more. */
static bool pass_on(struct bridge *bridge, const unsigned char *data, size_t size)
{
    ssize_t count = size == 0 ? 0 : send(bridge->end, data, size, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN)
        return false;
    size_t passed = count > 0 ? (size_t)count : 0;
    memmove(bridge->out, data + passed, size - passed);
    bridge->out_size = size - passed;
    return true;
}

static int step_read(struct bridge *bridge)
{
    struct sockd_read_byte_sequence_options some = SOCKD_READ_BYTE_SEQUENCE_OPTIONS;
    struct sockd_read_byte_sequence_result piece;
    some.mode = SOCKD_MODE_INTERACTIVE;
    if (bridge->out_size > 0 && !pass_on(bridge, bridge->out, bridge->out_size))
        bridge->out_ended = true;
    while (!bridge->out_ended && bridge->out_size == 0) {
        if (bridge->read == 0)
            bridge->read = sockd_start_read_byte_sequence(bridge->client, bridge->stream, PIECE, &some);
        if (!sockd_done(bridge->client, bridge->read))
            return 0;
        int result = sockd_finish_read_byte_sequence(bridge->client, bridge->read, &piece);
        bridge->read = 0;
        if (result < 0)
            return result;
        bridge->out_ended = !pass_on(bridge, piece.data.data, piece.data.size);
        if (piece.eof && piece.data.size == 0) {
            bridge->out_ended = true;
            shutdown(bridge->end, SHUT_WR);
        }
    }
    return 0;
}

/* ---- from the pair to the stream ---- */

static int collect_writes(struct bridge *bridge)
{
    while (bridge->count > 0 && sockd_done(bridge->client, bridge->writes[bridge->first])) {
        int result = sockd_finish_write_byte_sequence(bridge->client, bridge->writes[bridge->first], NULL);
        bridge->first = (bridge->first + 1) % WRITES;
        bridge->count--;
        if (result < 0)
            return result;
    }
    return 0;
}

static int step_write(struct bridge *bridge)
{
    int result = collect_writes(bridge);
    while (result == 0 && !bridge->in_ended && bridge->count < WRITES) {
        ssize_t size = recv(bridge->end, bridge->in, PIECE, 0);
        if (size < 0)
            break;
        if (size == 0) {
            bridge->in_ended = true;
            bridge->shut = sockd_start_socket_stream_shutdown(bridge->client, bridge->stream, SOCKD_DIRECTION_OUTPUT);
            break;
        }
        sockd_call call =
            sockd_start_write_byte_sequence(bridge->client, bridge->stream, sockd_memory(bridge->in, (size_t)size), NULL);
        bridge->writes[(bridge->first + bridge->count++) % WRITES] = call;
    }
    if (result == 0 && bridge->shut != 0 && sockd_done(bridge->client, bridge->shut)) {
        result = sockd_finish_socket_stream_shutdown(bridge->client, bridge->shut);
        bridge->shut = 0;
    }
    return result;
}

int bridge_step(struct bridge *bridge)
{
    int result = sockd_process(bridge->client);
    if (result >= 0)
        result = step_read(bridge);
    return result < 0 ? result : step_write(bridge);
}

bool bridge_quiet(const struct bridge *bridge)
{
    return bridge->count == 0 && bridge->shut == 0;
}

short bridge_events(const struct bridge *bridge)
{
    bool room = !bridge->in_ended && bridge->count < WRITES;
    return (short)((room ? POLLIN : 0) | (bridge->out_size > 0 ? POLLOUT : 0));
}
