/* Writing what comes on the command line or, for as long as there is some, on standard input. Input goes in pieces, one call
 * after the other, so that it may be of any size and back-pressure reaches the shell's pipeline. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "link.h"
#include "output.h"
#include "result.h"
#include "stdin.h"
#include "utf8.h"

/* Text grows up to six times in JSON, and a request's line has 1 MiB; bytes are a multiple of every element's size. */
enum { TEXT_PIECE = 128 << 10, BYTES_PIECE = 1 << 20 };

static int write_piece(struct command *command, const struct method *method, const char *text, size_t size,
                       json_object **result)
{
    struct answer answer;
    json_object_object_add(command->params, "string", json_object_new_string_len(text, (int)size));
    int status = link_call(command, method->name, command->params, &answer);
    if (status == EXIT_DONE) {
        json_object_put(*result);
        *result = answer.result;
    }
    return status;
}

/* Pieces end where a character does. The last one goes by the method that was asked for, those before it are strings. */
static int feed_text(struct command *command, json_object **result)
{
    char *data = malloc(TEXT_PIECE);
    size_t kept = 0;
    for (int status = EXIT_DONE;;) {
        ssize_t count = data == NULL ? -1 : stdin_read(data + kept, TEXT_PIECE - kept);
        size_t size = kept + (count > 0 ? (size_t)count : 0), whole = utf8_valid(data, size);
        bool last = size < TEXT_PIECE;
        if (count < 0)
            status = link_complain(command, EXIT_FAULT, "standard input: %s", strerror(errno));
        else if (last ? whole < size : whole + 4 <= size)
            status = link_complain(command, EXIT_USAGE, "string: must be text in UTF-8");
        else
            status = write_piece(command, last ? command->verb.method : &methods[METHOD_write_string], data, whole, result);
        if (status != EXIT_DONE || last) {
            free(data);
            return status;
        }
        memmove(data, data + whole, kept = size - whole);
    }
}

int write_text_run(struct command *command)
{
    struct answer answer = {0};
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = command->from_stdin ? feed_text(command, &answer.result)
                                     : link_call(command, command->verb.method->name, command->params, &answer);
    if (status == EXIT_DONE)
        status = result_print(command, command->verb.method, answer.result);
    json_object_put(answer.result);
    return status;
}

/* A piece of bytes: the payload, or nothing at all, which is a write like any other. */
static int write_bytes_piece(struct command *command, const unsigned char *data, size_t size, int64_t *written)
{
    struct sockd_json_request request = {.method = command->verb.method->name};
    struct answer answer;
    if (size > 0)
        request.payload = sockd_memory(data, size);
    else
        json_object_object_add(command->params, "data", json_object_new_string(""));
    int status = link_request(command, &request, command->params, &answer);
    if (status == EXIT_DONE)
        *written += json_object_get_int64(json_object_object_get(answer.result, "written"));
    json_object_put(answer.result);
    return status;
}

/* Until the end of input. The modes that may write less than they were given get one piece only. */
static int feed_bytes(struct command *command, json_object **total)
{
    unsigned char *data = malloc(BYTES_PIECE);
    const char *mode = arguments_text(command, "mode");
    bool all = mode == NULL || strcmp(mode, words_mode.items[MODE_ALL]) == 0, first = true, more = true;
    int64_t written = 0;
    int status = EXIT_DONE;
    for (; more && status == EXIT_DONE; first = false) {
        ssize_t count = data == NULL ? -1 : stdin_read(data, BYTES_PIECE);
        more = all && count == BYTES_PIECE;
        if (count < 0)
            status = link_complain(command, EXIT_FAULT, "standard input: %s", strerror(errno));
        else if (count > 0 || first)
            status = write_bytes_piece(command, data, (size_t)count, &written);
    }
    free(data);
    *total = json_object_new_object();
    json_object_object_add(*total, "written", json_object_new_int64(written));
    return status;
}

int write_bytes_run(struct command *command)
{
    struct answer answer = {0};
    bool given = json_object_object_get_ex(command->params, "data", NULL);
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = given ? link_call(command, command->verb.method->name, command->params, &answer)
                       : feed_bytes(command, &answer.result);
    if (status == EXIT_DONE)
        status = result_print(command, command->verb.method, answer.result);
    json_object_put(answer.result);
    return status;
}
