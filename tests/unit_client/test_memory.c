/* Every allocation of the library fails once, one after the other. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake.h"

/* which allocation from now on fails; 0: none */
static long countdown;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool fails(void)
{
    return countdown > 0 && --countdown == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

/* What is tried, and what the daemon has sent before that. */
struct work {
    void (*prepare)(struct fake *fake);
    int (*run)(struct fake *fake);
};

/* The n-th allocation of the work fails. False: there was no n-th. */
static bool work_fails(struct work work, long n)
{
    struct fake fake;
    fake_init(&fake);
    if (work.prepare)
        work.prepare(&fake);
    countdown = n;
    int status = work.run(&fake);
    bool failed = countdown == 0;
    countdown = 0;
    if (failed)
        ck_assert_msg(status == -SOCKD_ERROR_MEMORY, "allocation %ld: %d, %s", n, status, sockd_error(fake.client)->message);
    else
        ck_assert_msg(status == 0, "%d, %s", status, sockd_error(fake.client)->message);
    fake_deinit(&fake);
    return failed;
}

static void each_failure(struct work work, long at_least)
{
    long n = 1;
    while (work_fails(work, n))
        n++;
    ck_assert_int_gt(n, at_least);
}

/* ---- the works ---- */

/* A result with arrays, many values, a long text. */
static void send_result(struct fake *fake)
{
    static char line[60000];
    strcpy(
        line,
        "{\"name\":\"sockd\",\"version\":\"9.9\",\"protocol\":1,\"pid\":12,\"started\":\"x\",\"limits\":{\"line\":1,\"nesting\":2,"
        "\"values\":3,\"payload\":4,\"batch\":5,\"fds\":6,\"calls\":7,\"sessions\":8,\"handles\":9,\"buffered\":10,\"waiters\":11,"
        "\"descriptors\":12,\"resolver_jobs\":13,\"accepted\":14},"
        "\"capabilities\":[\"a\"");
    for (int i = 0; i < 3000; i++)
        strcat(line, ",\"b\"");
    strcat(line, "]}");
    fake_result(fake, 1, line);
}

static int get_result(struct fake *fake)
{
    struct sockd_daemon_info_result info;
    return sockd_daemon_info(fake->client, &info);
}

static void send_payload(struct fake *fake)
{
    static char payload[20000];
    fake_send(fake, "{\"jsonrpc\":\"2.0\",\"id\":1,\"payload\":20000,\"result\":{\"length\":20000,\"eof\":false}}\n");
    fake_send_bytes(fake, payload, sizeof payload);
}

static int get_payload(struct fake *fake)
{
    struct sockd_read_byte_sequence_result result;
    return sockd_read_byte_sequence(fake->client, 3, 20000, NULL, &result);
}

static void send_descriptors(struct fake *fake)
{
    fake_send_descriptors(fake,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"fds\":1,\"result\":{\"input\":0,\"output\":0,\"via\":\"direct\","
                          "\"pending\":\"aGk=\"}}\n",
                          &fake->fd, 1);
}

static int get_descriptors(struct fake *fake)
{
    struct sockd_stream_handles_result result;
    int status = sockd_stream_handles(fake->client, 3, NULL, &result);
    if (status == 0)
        close((int)result.input);
    return status;
}

/* Behind what the kernel has no room for. */
static int keep_requests(struct fake *fake)
{
    static char data[1 << 20];
    int64_t call = sockd_start_write_byte_sequence(fake->client, 3, sockd_memory(data, sizeof data), NULL);
    if (call > 0)
        call = sockd_start_make_stream(fake->client, &fake->fd, 1, NULL);
    return call < 0 ? (int)call : 0;
}

static void send_empty(struct fake *fake)
{
    fake_result(fake, 1, "{}");
}

static int call_in_json(struct fake *fake)
{
    static char params[10000];
    struct sockd_json_request request = {.method = "m"};
    struct sockd_json_reply reply;
    memset(params, ' ', sizeof params);
    params[0] = '[';
    params[sizeof params - 1] = ']';
    request.params = (struct sockd_text){params, sizeof params};
    return sockd_call_json(fake->client, &request, &reply);
}

static void ignore(sockd *client, sockd_call call, void *data)
{
    (void)client, (void)call, (void)data;
}

static int set_callbacks(struct fake *fake)
{
    for (int i = 0; i < 40; i++) {
        sockd_call call = sockd_start_terpri(fake->client, 3, NULL);
        int status = call < 0 ? (int)call : sockd_on_done(fake->client, call, ignore, NULL);
        if (status < 0)
            return status;
    }
    return 0;
}

START_TEST(results)
{
    each_failure((struct work){send_result, get_result}, 10);
}
END_TEST

START_TEST(payloads)
{
    each_failure((struct work){send_payload, get_payload}, 6);
}
END_TEST

START_TEST(descriptors)
{
    each_failure((struct work){send_descriptors, get_descriptors}, 6);
}
END_TEST

START_TEST(kept_requests)
{
    each_failure((struct work){NULL, keep_requests}, 5);
}
END_TEST

START_TEST(json)
{
    each_failure((struct work){send_empty, call_in_json}, 7);
}
END_TEST

START_TEST(callbacks)
{
    each_failure((struct work){NULL, set_callbacks}, 40);
}
END_TEST

START_TEST(opening)
{
    sockd *client;
    countdown = 1;
    ck_assert_int_eq(sockd_open(&client, "/nonexistent"), -SOCKD_ERROR_MEMORY);
    ck_assert_ptr_null(client);
    ck_assert_int_eq(sockd_error(client)->code, SOCKD_ERROR_MEMORY);
}
END_TEST

TCase *case_memory(void)
{
    TCase *memory = tcase_create("memory");
    tcase_set_timeout(memory, 30);
    tcase_add_test(memory, results);
    tcase_add_test(memory, payloads);
    tcase_add_test(memory, descriptors);
    tcase_add_test(memory, kept_requests);
    tcase_add_test(memory, json);
    tcase_add_test(memory, callbacks);
    tcase_add_test(memory, opening);
    return memory;
}
