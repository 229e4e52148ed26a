#include "fake.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int open_descriptors(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

void fake_init(struct fake *fake)
{
    int pair[2];
    char address[32];
    *fake = (struct fake){.open_before = open_descriptors()};
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    fake->fd = pair[0];
    snprintf(address, sizeof address, "fd:%d", pair[1]);
    ck_assert_int_eq(sockd_open(&fake->client, address), 0);
}

void fake_close(struct fake *fake)
{
    if (fake->fd >= 0)
        close(fake->fd);
    fake->fd = -1;
}

void fake_deinit(struct fake *fake)
{
    sockd_close(fake->client);
    fake_close(fake);
    for (size_t i = 0; i < fake->descriptor_count; i++)
        close(fake->descriptors[i]);
    free(fake->input);
    ck_assert_int_eq(open_descriptors(), fake->open_before);
}

/* ---- sending ---- */

void fake_send_bytes(struct fake *fake, const void *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fake->fd, data, size, MSG_NOSIGNAL);
        ck_assert_msg(sent > 0, "send: %s", strerror(errno));
        data = (const char *)data + sent;
        size -= (size_t)sent;
    }
}

void fake_send(struct fake *fake, const char *text)
{
    fake_send_bytes(fake, text, strlen(text));
}

void fake_send_descriptors(struct fake *fake, const char *text, const int *descriptors, size_t count)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(300 * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)text, strlen(text)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control};
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    ck_assert_int_eq(sendmsg(fake->fd, &message, MSG_NOSIGNAL), (ssize_t)part.iov_len);
}

static void send_reply(struct fake *fake, sockd_call id, const char *member, const char *value)
{
    char *line;
    ck_assert_int_gt(asprintf(&line, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"%s\":%s}\n", (long long)id, member, value), 0);
    fake_send(fake, line);
    free(line);
}

void fake_result(struct fake *fake, sockd_call id, const char *result)
{
    send_reply(fake, id, "result", result);
}

void fake_error(struct fake *fake, sockd_call id, const char *error)
{
    send_reply(fake, id, "error", error);
}

/* ---- receiving ---- */

static void keep_descriptors(struct fake *fake, struct msghdr *message)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        ck_assert_uint_le(fake->descriptor_count + count, sizeof fake->descriptors / sizeof(int));
        memcpy(fake->descriptors + fake->descriptor_count, CMSG_DATA(header), count * sizeof(int));
        fake->descriptor_count += count;
    }
}

static void receive(struct fake *fake)
{
    enum { SIZE = 65536 };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(8 * sizeof(int))];
    } control;
    fake->input = realloc(fake->input, fake->size + SIZE);
    ck_assert_ptr_nonnull(fake->input);
    struct iovec part = {fake->input + fake->size, SIZE};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t received = recvmsg(fake->fd, &message, MSG_CMSG_CLOEXEC);
    ck_assert_msg(received > 0, "the client has sent no more: %s", received ? strerror(errno) : "end");
    keep_descriptors(fake, &message);
    fake->size += (size_t)received;
}

static void drop(struct fake *fake, size_t size)
{
    fake->size -= size;
    memmove(fake->input, fake->input + size, fake->size);
}

bool fake_more(struct fake *fake)
{
    char byte;
    return fake->size > 0 || recv(fake->fd, &byte, 1, MSG_PEEK) > 0;
}

char *fake_line(struct fake *fake)
{
    char *end;
    size_t seen = 0;
    while (fake->size == 0 || !(end = memchr(fake->input + seen, '\n', fake->size - seen))) {
        seen = fake->size;
        receive(fake);
    }
    size_t size = (size_t)(end - fake->input);
    char *line = strndup(fake->input, size);
    ck_assert_ptr_nonnull(line);
    drop(fake, size + 1);
    return line;
}

void fake_expect(struct fake *fake, const char *text)
{
    char *line = fake_line(fake);
    ck_assert_str_eq(line, text);
    free(line);
}

void fake_read(struct fake *fake, void *data, size_t size)
{
    while (fake->size < size)
        receive(fake);
    memcpy(data, fake->input, size);
    drop(fake, size);
}

void fake_expect_nothing(struct fake *fake)
{
    struct pollfd poll_fd = {.fd = fake->fd, .events = POLLIN};
    ck_assert_uint_eq(fake->size, 0);
    ck_assert_int_eq(poll(&poll_fd, 1, 0), 0);
}
