/* Sending tries the kernel first and copies only what is left over, so that a payload of megabytes is not copied by a blocking
 * caller's process as long as the daemon keeps up.
 *
 * Descriptors that cannot be sent at once are duplicated: the caller's may be closed by the time they go. */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READ_SIZE = 32 * 1024 };

struct mark {
    size_t left; /* bytes of wire->out in front of the message */
    size_t count;
};

/* room for the largest set of descriptors, aligned for its header */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))];
};

/* ---- descriptors ---- */

bool descriptors_append(struct descriptors *descriptors, const int *items, size_t count)
{
    if (descriptors->count + count > descriptors->size) {
        size_t size = (descriptors->count + count) * 2;
        int *grown = realloc(descriptors->items, size * sizeof *grown);
        if (!grown)
            return false;
        descriptors->items = grown;
        descriptors->size = size;
    }
    if (count > 0)
        memcpy(descriptors->items + descriptors->count, items, count * sizeof *items);
    descriptors->count += count;
    return true;
}

void descriptors_take(struct descriptors *descriptors, size_t count, int *items)
{
    if (count == 0)
        return;
    memcpy(items, descriptors->items, count * sizeof *items);
    descriptors->count -= count;
    memmove(descriptors->items, descriptors->items + count, descriptors->count * sizeof *items);
}

static void close_all(const int *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(items[i]);
}

void descriptors_deinit(struct descriptors *descriptors)
{
    close_all(descriptors->items, descriptors->count);
    free(descriptors->items);
    *descriptors = (struct descriptors){0};
}

/* ---- life ---- */

void wire_init(struct wire *wire, int fd)
{
    *wire = (struct wire){.fd = fd, .sending = fd >= 0};
}

static void drop_output(struct wire *wire)
{
    buffer_deinit(&wire->out);
    descriptors_deinit(&wire->out_descriptors);
    wire->mark_count = 0;
}

void wire_deinit(struct wire *wire)
{
    drop_output(wire);
    free(wire->marks);
    buffer_deinit(&wire->in);
    descriptors_deinit(&wire->in_descriptors);
    if (wire->fd >= 0)
        close(wire->fd);
    *wire = (struct wire){.fd = -1};
}

/* ---- sending ---- */

/* One system call. Descriptors go with the first byte. */
static ssize_t send_parts(int fd, struct iovec *parts, size_t part_count, const int *descriptors, size_t count)
{
    union control control;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = part_count};
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    ssize_t sent;
    do {
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static bool is_closed(ssize_t error)
{
    return error == -EPIPE || error == -ECONNRESET || error == -ENOTCONN || error == -ESHUTDOWN;
}

static int stop_sending(struct wire *wire)
{
    wire->sending = false;
    drop_output(wire);
    return 0;
}

static int keep_descriptors(struct wire *wire, const int *descriptors, size_t count)
{
    int copies[WIRE_DESCRIPTORS];
    size_t done = 0;
    while (done < count && (copies[done] = fcntl(descriptors[done], F_DUPFD_CLOEXEC, 0)) >= 0)
        done++;
    int error = done < count ? errno : 0;
    if (!error && wire->mark_count == wire->mark_size) {
        size_t size = wire->mark_size ? wire->mark_size * 2 : 8;
        struct mark *marks = realloc(wire->marks, size * sizeof *marks);
        if (marks) {
            wire->marks = marks;
            wire->mark_size = size;
        } else {
            error = ENOMEM;
        }
    }
    if (!error && !descriptors_append(&wire->out_descriptors, copies, count))
        error = ENOMEM;
    if (error)
        close_all(copies, done);
    else
        wire->marks[wire->mark_count++] = (struct mark){buffer_used(&wire->out), count};
    return -error;
}

/* Keeps a message, without its first bytes. Room is made first, so that nothing is half done if there is none. */
static int keep_message(struct wire *wire, struct sockd_text line, struct sockd_bytes payload, size_t sent,
                        const int *descriptors, size_t count)
{
    if (!buffer_reserve(&wire->out, line.size + payload.size - sent))
        return -ENOMEM;
    int result = count > 0 ? keep_descriptors(wire, descriptors, count) : 0;
    if (result < 0)
        return result;
    if (sent < line.size) {
        buffer_append(&wire->out, line.data + sent, line.size - sent);
        sent = line.size;
    }
    if (payload.size > 0)
        buffer_append(&wire->out, payload.data + (sent - line.size), payload.size - (sent - line.size));
    return 0;
}

int wire_send(struct wire *wire, struct sockd_text line, struct sockd_bytes payload, const int *descriptors, size_t count)
{
    if (!wire->sending)
        return 0;
    size_t sent = 0;
    if (!wire_pending(wire)) {
        struct iovec parts[2] = {{(void *)line.data, line.size}, {(void *)payload.data, payload.size}};
        ssize_t result = send_parts(wire->fd, parts, payload.size > 0 ? 2 : 1, descriptors, count);
        if (is_closed(result))
            return stop_sending(wire);
        if (result < 0 && result != -EAGAIN)
            return (int)result;
        if (result > 0) {
            sent = (size_t)result;
            count = 0;
        }
    }
    if (sent == line.size + payload.size)
        return 0;
    int result = keep_message(wire, line, payload, sent, descriptors, count);
    if (result < 0 && sent > 0) /* half a message is out: the other side would take the next one for its rest */
        stop_sending(wire);
    return result;
}

static void forget_mark(struct wire *wire)
{
    int sent[WIRE_DESCRIPTORS];
    size_t count = wire->marks[0].count;
    descriptors_take(&wire->out_descriptors, count, sent);
    close_all(sent, count);
    memmove(wire->marks, wire->marks + 1, --wire->mark_count * sizeof *wire->marks);
}

/* Up to the next message with descriptors, or that message with them: so each set goes with its own first byte. */
static ssize_t send_stretch(struct wire *wire)
{
    size_t size = buffer_used(&wire->out);
    size_t count = 0;
    for (size_t i = 0; i < wire->mark_count; i++) {
        if (wire->marks[i].left > 0) {
            size = wire->marks[i].left;
            break;
        }
        count = wire->marks[i].count;
    }
    struct iovec part = {wire->out.data + wire->out.start, size};
    return send_parts(wire->fd, &part, 1, wire->out_descriptors.items, count);
}

int wire_flush(struct wire *wire)
{
    while (wire_pending(wire)) {
        ssize_t sent = send_stretch(wire);
        if (sent == -EAGAIN)
            return 0;
        if (is_closed(sent))
            return stop_sending(wire);
        if (sent < 0)
            return (int)sent;
        if (wire->mark_count > 0 && wire->marks[0].left == 0)
            forget_mark(wire);
        for (size_t i = 0; i < wire->mark_count; i++)
            wire->marks[i].left -= (size_t)sent;
        buffer_drop(&wire->out, (size_t)sent);
    }
    return 0;
}

/* ---- receiving ---- */

/* Every descriptor that came is kept or closed, whatever else is wrong with the message. */
static int take_descriptors(struct wire *wire, struct msghdr *message)
{
    int result = message->msg_flags & MSG_CTRUNC ? -EMFILE : 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        int items[WIRE_DESCRIPTORS];
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(items, CMSG_DATA(header), count * sizeof(int));
        if (!descriptors_append(&wire->in_descriptors, items, count)) {
            close_all(items, count);
            result = -ENOMEM;
        }
    }
    return result;
}

int64_t wire_receive(struct wire *wire, void *data, size_t size, bool wait, size_t *direct)
{
    if (!buffer_reserve(&wire->in, READ_SIZE))
        return -ENOMEM;
    struct iovec parts[2] = {{data, size}, {wire->in.data + wire->in.end, buffer_room(&wire->in)}};
    union control control;
    struct msghdr message = {
        .msg_iov = size > 0 ? parts : parts + 1,
        .msg_iovlen = size > 0 ? 2 : 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    ssize_t received = recvmsg(wire->fd, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    *direct = 0;
    if (received < 0)
        return -errno;
    int result = take_descriptors(wire, &message);
    if (result < 0)
        return result;
    *direct = (size_t)received < size ? (size_t)received : size;
    wire->in.end += (size_t)received - *direct;
    return received;
}
