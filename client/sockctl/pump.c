/* A step moves bytes by splice(2) where one side is a pipe, and by read and write where it is not. Waiting is poll(2)'s: the
 * stream's descriptor may share its flags with the daemon's and must not be made blocking here; standard input and output
 * may be shared with a shell and must not be made non-blocking. */
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "output.h"
#include "utf8.h"

enum { PIECE = 256 << 10, SPLICE_PIECE = 1 << 20 };

/* One direction. */
struct lane {
    int from, to;
    bool splice;
    bool screen;
    bool sending; /* towards the stream: a failure that could be either side's is the writing side's */
    char *buffer;
    size_t kept; /* of the buffer: the beginning of a character, on a screen */
    int read_error, write_error;
};

static bool wait_for(int fd, short events)
{
    struct pollfd wanted = {.fd = fd, .events = events};
    return poll(&wanted, 1, -1) >= 0 || errno == EINTR;
}

static bool write_all(struct lane *lane, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t count = write(lane->to, data, size);
        if (count < 0 && errno != EINTR && !(errno == EAGAIN && wait_for(lane->to, POLLOUT))) {
            lane->write_error = errno;
            return false;
        }
        data += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    return true;
}

static ssize_t read_some(struct lane *lane)
{
    for (;;) {
        ssize_t count = read(lane->from, lane->buffer + lane->kept, PIECE - lane->kept);
        if (count >= 0)
            return count;
        if (errno != EINTR && !(errno == EAGAIN && wait_for(lane->from, POLLIN))) {
            lane->read_error = errno;
            return -1;
        }
    }
}

/* How much of the buffer can be shown now: a character or CR LF that the next piece completes stays for then. */
static size_t showable(const char *data, size_t size)
{
    size_t start = size;
    int32_t ch;
    if (size > 0 && data[size - 1] == '\r')
        return size - 1;
    while (start > 0 && size - start < 3 && (data[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && utf8_read((const unsigned char *)data + start - 1, size - start + 1, &ch) == 0)
        return start - 1;
    return size;
}

static bool show(struct lane *lane, size_t size, bool last)
{
    size_t shown = last ? size : showable(lane->buffer, size);
    output_escaped(stdout, lane->buffer, shown, true);
    memmove(lane->buffer, lane->buffer + shown, lane->kept = size - shown);
    if (fflush(stdout) != 0)
        lane->write_error = errno;
    return lane->write_error == 0;
}

/* 1 moved, 0 the end, -1 failed. */
static int step_copy(struct lane *lane)
{
    ssize_t count = read_some(lane);
    size_t size = lane->kept + (count > 0 ? (size_t)count : 0);
    if (lane->screen && !show(lane, size, count <= 0))
        return -1;
    if (!lane->screen && count > 0 && !write_all(lane, lane->buffer, size))
        return -1;
    return count > 0 ? 1 : (int)count;
}

/* The same, and -2: splice does not apply to these two. Never waits inside splice: the kernel would keep the pipe locked for
 * as long, and whoever reads or writes its other end would wait too. */
static int step_splice(struct lane *lane)
{
    wait_for(lane->from, POLLIN);
    for (;;) {
        ssize_t count = splice(lane->from, NULL, lane->to, NULL, SPLICE_PIECE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (count >= 0)
            return count > 0;
        if (errno == EINVAL)
            return -2;
        if (errno == EINTR || (errno == EAGAIN && wait_for(lane->from, POLLIN) && wait_for(lane->to, POLLOUT)))
            continue;
        if (lane->sending || errno == EPIPE || errno == ENOSPC)
            lane->write_error = errno;
        else
            lane->read_error = errno;
        return -1;
    }
}

static int lane_step(struct lane *lane)
{
    int result = lane->splice ? step_splice(lane) : -2;
    if (result != -2)
        return result;
    lane->splice = false;
    if (lane->buffer == NULL && (lane->buffer = malloc(PIECE)) == NULL) {
        lane->read_error = ENOMEM;
        return -1;
    }
    return step_copy(lane);
}

static void *receive(void *data)
{
    struct pump *pump = data;
    struct lane lane = {.from = pump->input, .to = STDOUT_FILENO, .splice = !pump->screen, .screen = pump->screen};
    bool shown = true;
    if (pump->screen)
        output_escaped(stdout, pump->pending, pump->pending_size, true);
    else
        shown = write_all(&lane, pump->pending, pump->pending_size);
    while (shown && pump->input >= 0 && lane_step(&lane) > 0)
        ;
    free(lane.buffer);
    pump->input_error = lane.read_error;
    pump->stdout_error = lane.write_error;
    eventfd_write(pump->ended, 1);
    return NULL;
}

static void set_state(struct pump *pump, bool idle, bool sent)
{
    pthread_mutex_lock(&pump->lock);
    pump->idle = idle;
    pump->sent = sent;
    if (pump->asked)
        eventfd_write(pump->moved, 1);
    pthread_mutex_unlock(&pump->lock);
}

static void *send_out(void *data)
{
    struct pump *pump = data;
    struct lane lane = {.from = STDIN_FILENO, .to = pump->output, .splice = true, .sending = true};
    for (int result = pump->output >= 0; result > 0;) {
        set_state(pump, true, false);
        wait_for(STDIN_FILENO, POLLIN);
        set_state(pump, false, false);
        result = lane_step(&lane);
    }
    free(lane.buffer);
    if (pump->output >= 0 && lane.write_error == 0)
        shutdown(pump->output, SHUT_WR);
    set_state(pump, false, true);
    return NULL;
}

int pump_start(struct pump *pump)
{
    pthread_t thread;
    pthread_mutex_init(&pump->lock, NULL);
    pump->idle = pump->sent = pump->asked = false;
    pump->input_error = pump->stdout_error = 0;
    pump->ended = eventfd(0, EFD_CLOEXEC);
    pump->moved = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pump->ended < 0 || pump->moved < 0)
        return errno;
    int error = pthread_create(&thread, NULL, receive, pump);
    if (error == 0)
        pthread_detach(thread);
    if (error == 0 && (error = pthread_create(&thread, NULL, send_out, pump)) == 0)
        pthread_detach(thread);
    return error;
}

bool pump_sending(struct pump *pump)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    eventfd_t count;
    pthread_mutex_lock(&pump->lock);
    pump->asked = true;
    eventfd_read(pump->moved, &count);
    bool sending = !pump->sent && !(pump->idle && poll(&input, 1, 0) == 0);
    pthread_mutex_unlock(&pump->lock);
    return sending;
}
