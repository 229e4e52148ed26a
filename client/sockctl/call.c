/* One request, one reply. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "link.h"
#include "ls.h"
#include "output.h"
#include "result.h"
#include "stdin.h"
#include "value.h"

int call_run(struct command *command)
{
    const struct method *method = command->verb.method;
    struct answer answer;
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = link_call(command, method->name, command->params, &answer);
    if (status != EXIT_DONE)
        return status;
    status =
        method->id == METHOD_handle_list ? ls_print_page(command, answer.result) : result_print(command, method, answer.result);
    json_object_put(answer.result);
    return status;
}

/* Bytes travel as they are, unless the result is wanted as JSON. */
int read_bytes_run(struct command *command)
{
    struct answer answer;
    bool json = options_json(&command->options);
    int status = link_open(command);
    if (!json)
        json_object_object_add(command->params, "encoding", json_object_new_string(words_transfer.items[TRANSFER_PAYLOAD]));
    if (status == EXIT_DONE)
        status = link_call(command, command->verb.method->name, command->params, &answer);
    if (status != EXIT_DONE)
        return status;
    if (json)
        output_json(&command->options, stdout, answer.result);
    else
        output_data((const char *)answer.payload.data, answer.payload.size);
    bool nothing = json_object_get_int64(json_object_object_get(answer.result, "length")) == 0 &&
                   json_object_get_boolean(json_object_object_get(answer.result, "eof"));
    json_object_put(answer.result);
    status = output_finish();
    return status == EXIT_DONE && nothing ? EXIT_NOTHING : status;
}

/* ---- call METHOD [JSON] ---- */

static int raw_print(const struct command *command, const struct answer *answer)
{
    output_json(&command->options, stdout, answer->result);
    if (answer->payload.size > 0)
        fwrite(answer->payload.data, 1, answer->payload.size, stdout);
    return output_finish();
}

int raw_run(struct command *command)
{
    struct sockd_json_request request = {.method = arguments_text(command, "method")};
    struct answer answer;
    char *typed = NULL;
    const char *params = arguments_text(command, "params");
    if (command->from_stdin && (params = typed = stdin_read_all(NULL)) == NULL)
        return link_complain(command, EXIT_FAULT, "standard input cannot be read");
    json_object *parsed = NULL;
    if (params != NULL && !value_parse_json(params, strlen(params), &parsed)) {
        free(typed);
        return link_complain(command, EXIT_USAGE, "params: must be a JSON object or array");
    }
    json_object_put(parsed);
    int status = link_open(command);
    request.params = sockd_string(params);
    if (status == EXIT_DONE)
        status = link_request(command, &request, NULL, &answer);
    if (status == EXIT_DONE) {
        status = raw_print(command, &answer);
        json_object_put(answer.result);
    }
    free(typed);
    return status;
}

/* ---- ping ---- */

int ping_run(struct command *command)
{
    struct timespec before, after;
    struct answer answer;
    int status = link_open(command);
    clock_gettime(CLOCK_MONOTONIC, &before);
    if (status == EXIT_DONE)
        status = link_call(command, methods[METHOD_session_hello].name, NULL, &answer);
    if (status != EXIT_DONE)
        return status;
    clock_gettime(CLOCK_MONOTONIC, &after);
    int64_t microseconds = (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
    json_object_object_del(answer.result, "limits");
    json_object_object_add(answer.result, "round_trip_us", json_object_new_int64(microseconds));
    if (options_json(&command->options))
        output_json(&command->options, stdout, answer.result);
    else if (!command->options.quiet)
        printf("%s %s, protocol %s, %.3f ms\n", json_object_get_string(json_object_object_get(answer.result, "name")),
               json_object_get_string(json_object_object_get(answer.result, "version")),
               json_object_get_string(json_object_object_get(answer.result, "protocol")), (double)microseconds / 1000);
    json_object_put(answer.result);
    return output_finish();
}
