/* A line as the daemon and a client take it: the envelope, and every record of the table decoded from it; what is let through
 * is printed, and must come back as it went. */
#include <string.h>

#include "fuzz.h"
#include "rpc.h"

#define VALUES 4096

static struct token tokens[SCAN_TOKENS(VALUES)], tokens_back[SCAN_TOKENS(VALUES)];
static uint32_t scratch[SCAN_TOKENS(VALUES)];
static _Alignas(16) char value[4096], value_back[4096], memory[4 << 20], memory_back[4 << 20];
static char printed[4 << 20], printed_back[4 << 20];

static enum scan_result scan_into(struct scan *scanner, struct token *room, char *text, size_t size)
{
    *scanner = (struct scan){.tokens = room, .scratch = scratch, .values = VALUES, .nesting = 16};
    return scan(scanner, text, size);
}

/* A list whose items show nothing comes back as one that shows everything. */
static bool has_list(const struct record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (record->fields()[i].type == TYPE_LIST)
            return true;
    return false;
}

/* A decoded record goes out and comes back the same. */
static void check_record(const struct record *record, bool strict)
{
    struct print print = {printed, sizeof printed, 0};
    print_record(&print, record, value, 0);
    MUST(print_fits(&print));

    struct scan scanner;
    struct arena arena = {memory_back, sizeof memory_back, 0};
    struct record_fault fault;
    size_t size = print.used;
    char *line = malloc(size);
    MUST(line != NULL);
    memcpy(line, printed, size);
    MUST(memchr(line, '\n', size) == NULL || record == &record_openrpc_result);
    MUST(scan_into(&scanner, tokens_back, line, size) == SCAN_OK);
    MUST(record_decode(record, &scanner, 0, strict, &arena, value_back, &fault) == RECORD_OK);
    print = (struct print){printed_back, sizeof printed_back, 0};
    print_record(&print, record, value_back, 0);
    MUST(has_list(record) || (print.used == size && memcmp(printed, printed_back, size) == 0));
    free(line);
}

static void decode(const struct record *record, struct scan *scanner, uint32_t token, bool strict)
{
    struct arena arena = {memory, sizeof memory, 0};
    struct record_fault fault;
    memset(&fault, 0xA5, sizeof fault);
    memset(value, 0xA5, sizeof value);
    MUST(record->size <= sizeof value);
    switch (record_decode(record, scanner, token, strict, &arena, value, &fault)) {
    case RECORD_OK:
        check_record(record, strict);
        break;
    case RECORD_INVALID:
        MUST(fault.param.data != NULL);
        MUST(memchr(fault.reason, 0, sizeof fault.reason) != NULL);
        break;
    case RECORD_NO_ROOM: /* 4 MiB are enough for 4096 values */
        MUST(false);
    }
}

/* The requests of a message, each with the record of its method. */
static void check_requests(char *text, size_t size)
{
    struct scan scanner;
    struct rpc_message message;
    struct rpc_request request;
    const char *limit;
    enum scan_result result = scan_into(&scanner, tokens, text, size);
    enum error_id error = rpc_open(&scanner, result, 64, &message, &request, &limit);
    MUST(message.payload >= 0 && message.fds >= 0);
    if (error != ERROR_none) {
        MUST(request.error == error && request.id.data != NULL);
        MUST((error == ERROR_limit) == (limit != NULL));
        return;
    }
    MUST(result == SCAN_OK);
    while (rpc_next(&scanner, &message, &request)) {
        MUST(request.error != ERROR_invalid_request || request.id.data != NULL);
        MUST(request.error == ERROR_none ? request.method != NULL : request.reason != NULL);
        if (request.id.data != NULL)
            MUST(rpc_id_equal(request.id, request.id));
        if (request.error == ERROR_none)
            decode(request.method->params, &scanner, request.params, true);
    }
}

/* The text as each record there is, and as a reply. */
static void check_records(char *text, const uint8_t *data, size_t size)
{
    struct scan scanner;
    struct rpc_reply reply;
    for (size_t i = 0; i < 2 * METHOD_COUNT + 1; i++) {
        memcpy(text, data, size);
        if (scan_into(&scanner, tokens, text, size) != SCAN_OK)
            return;
        const struct record *fault = &record_fault, *record = i / 2 == METHOD_COUNT ? fault
                                                              : i % 2               ? methods[i / 2].result
                                                                                    : methods[i / 2].params;
        decode(record, &scanner, 0, i % 2 == 0);
    }
    memcpy(text, data, size);
    scan_into(&scanner, tokens, text, size);
    if (rpc_read_reply(&scanner, 0, &reply) && reply.data != TOKEN_NONE)
        decode(&record_fault, &scanner, reply.data, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size > 0 ? size : 1);
    MUST(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    check_requests(text, size);
    check_records(text, data, size);
    free(text);
    return 0;
}
