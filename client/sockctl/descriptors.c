/* Descriptors that ride along: those of the shell to the daemon, and a stream's or a connection to a program. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "link.h"
#include "output.h"
#include "result.h"

/* ---- make-stream ---- */

static bool read_descriptors(json_object *typed, int *descriptors, size_t *count)
{
    *count = typed == NULL ? 1 : json_object_array_length(typed);
    descriptors[0] = STDIN_FILENO;
    for (size_t i = 0; typed != NULL && i < *count && *count <= 2; i++) {
        const char *word = json_object_get_string(json_object_array_get_idx(typed, i));
        char *end = NULL;
        long number = strtol(word, &end, 10);
        if (*word == '\0' || *end != '\0' || number < 0 || number > INT32_MAX || fcntl((int)number, F_GETFD) < 0)
            return false;
        descriptors[i] = (int)number;
    }
    return *count >= 1 && *count <= 2;
}

int adopt_run(struct command *command)
{
    struct sockd_json_request request = {.method = command->verb.method->name};
    struct answer answer;
    int descriptors[2];
    json_object *typed = arguments_take(command, "fds");
    bool valid = read_descriptors(typed, descriptors, &request.descriptor_count);
    json_object_put(typed);
    if (!valid)
        return link_complain(command, EXIT_USAGE, "fds: must be the numbers of one or two open descriptors");
    request.descriptors = descriptors;
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = link_request(command, &request, command->params, &answer);
    if (status == EXIT_DONE) {
        status = result_print(command, command->verb.method, answer.result);
        json_object_put(answer.result);
    }
    return status;
}

/* ---- a program with what was handed out ---- */

/* In our place, with these as its standard input and output. Comes back only where that fails. */
static int become_program(const struct command *command, json_object *program, int input, int output)
{
    size_t count = json_object_array_length(program);
    const char **words = calloc(count + 1, sizeof *words);
    for (size_t i = 0; i < count; i++)
        words[i] = json_object_get_string(json_object_array_get_idx(program, i));
    if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
        execvp(words[0], (char *const *)(uintptr_t)words);
    int status = link_complain(command, EXIT_FAULT, "%s: %s", words[0], strerror(errno));
    free(words);
    return status;
}

/* What shows the answer, or gives it to the program that stands behind --. It closes nothing. */
typedef int descriptors_use(const struct command *command, const struct answer *answer, json_object *program);

static int hand_out(struct command *command, json_object *program, descriptors_use *use)
{
    struct answer answer;
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = link_call(command, command->verb.method->name, command->params, &answer);
    if (status == EXIT_DONE) {
        status = program == NULL ? result_print(command, command->verb.method, answer.result) : use(command, &answer, program);
        for (size_t i = 0; i < answer.descriptor_count; i++)
            close(answer.descriptors[i]);
        json_object_put(answer.result);
    }
    json_object_put(program);
    return status;
}

/* ---- descriptor.connect ---- */

static int run_connected(const struct command *command, const struct answer *answer, json_object *program)
{
    if (answer->descriptor_count == 0)
        return link_complain(command, EXIT_FAULT, "the daemon sent no descriptor");
    return become_program(command, program, answer->descriptors[0], answer->descriptors[0]);
}

int connect_run(struct command *command)
{
    return hand_out(command, arguments_take(command, "program"), run_connected);
}

/* ---- stream-handles ---- */

/* A program that knows nothing of sockd expects descriptors that block. Only what is not shared with the daemon may be made
 * so: a relay's end, and a socket that was handed out for good. */
static void make_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

static int index_of(const struct answer *answer, const char *side)
{
    json_object *index = json_object_object_get(answer->result, side);
    int64_t number = index == NULL ? -1 : json_object_get_int64(index);
    return number >= 0 && (size_t)number < answer->descriptor_count ? answer->descriptors[number]
                                                                    : open("/dev/null", O_RDWR | O_CLOEXEC);
}

static bool is_private(const struct command *command)
{
    const char *via = arguments_text(command, "via");
    return json_object_get_boolean(json_object_object_get(command->params, "detach")) ||
           (via != NULL && strcmp(via, words_via.items[VIA_RELAY]) == 0);
}

static int run_on_stream(const struct command *command, const struct answer *answer, json_object *program)
{
    const char *pending = json_object_get_string(json_object_object_get(answer->result, "pending"));
    if ((pending != NULL && *pending != '\0') || answer->payload.size > 0)
        return link_complain(command, EXIT_FAULT, "bytes of the stream have been read already; read them first, or use cat");
    int input = index_of(answer, "input"), output = index_of(answer, "output");
    if (is_private(command)) {
        make_blocking(input);
        make_blocking(output);
    }
    return become_program(command, program, input, output);
}

int export_run(struct command *command)
{
    json_object *program = arguments_take(command, "program");
    bool detach = json_object_get_boolean(json_object_object_get(command->params, "detach"));
    if (program != NULL && arguments_text(command, "via") == NULL && !detach)
        json_object_object_add(command->params, "via", json_object_new_string(words_via.items[VIA_RELAY]));
    return hand_out(command, program, run_on_stream);
}
