/* CLISP: one process for many cases, which carries out one form at a time.
 *
 * An operation that waits holds up the whole process. That it waits is seen, not guessed from the time it takes: it has taken
 * the request, has not answered, and sleeps. It is let go by the end of its connections, and killed where that does not help.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peers.h"

#define RELEASE_MS 100
#define SPIN_MS 1000 /* for a process that neither answers nor sleeps */

struct clisp {
    pid_t pid;
    int in, out; /* its standard input and output, our ends */
    size_t got;
    char line[1 << 20];
};

static void run_clisp(int in, int out)
{
    const char *program = getenv("CLISP");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, 0);
    dup2(out, 1);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, 2); /* it tells of its crashes there, which are results */
    close_range(3, ~0u, 0);
    execlp(program ? program : "clisp", "clisp", "-q", "-q", "-norc", "-E", "utf-8", "-C", RUNNER_LISP, NULL);
    perror("clisp");
    _exit(127);
}

static void clisp_launch(struct clisp *clisp)
{
    int in[2], out[2];
    if (pipe(in) < 0 || pipe(out) < 0) {
        perror("pipe");
        exit(2);
    }
    fflush(NULL);
    clisp->pid = fork();
    if (clisp->pid == 0)
        run_clisp(in[0], out[1]);
    close(in[0]);
    close(out[1]);
    clisp->in = in[1];
    clisp->out = out[0];
    clisp->got = 0;
}

static void clisp_end(struct clisp *clisp)
{
    kill(clisp->pid, SIGKILL);
    waitpid(clisp->pid, NULL, 0);
    close(clisp->in);
    close(clisp->out);
}

static void clisp_start(struct side *side)
{
    signal(SIGPIPE, SIG_IGN);
    struct clisp *clisp = side->state = calloc(1, sizeof *clisp);
    clisp_launch(clisp);
}

/* ---- requests ---- */

static void print_value(FILE *out, json_object *value);

static void print_text(FILE *out, const char *text, int size)
{
    fprintf(out, "(:s");
    for (const unsigned char *at = (const unsigned char *)text, *end = at + size; at < end;) {
        int more = *at >= 0xF0 ? 3 : *at >= 0xE0 ? 2 : *at >= 0xC0 ? 1 : 0;
        int code = more ? *at & (0x3F >> more) : *at;
        for (at++; more > 0 && at < end; more--)
            code = code << 6 | (*at++ & 0x3F);
        fprintf(out, " %d", code);
    }
    fputc(')', out);
}

static void print_value(FILE *out, json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        fprintf(out, "NIL");
        break;
    case json_type_boolean:
        fprintf(out, json_object_get_boolean(value) ? "T" : "NIL");
        break;
    case json_type_int:
        fprintf(out, "%s", json_object_get_string(value));
        break;
    case json_type_double:
        fprintf(out, "%.6fd0", json_object_get_double(value));
        break;
    case json_type_string:
        print_text(out, json_object_get_string(value), json_object_get_string_len(value));
        break;
    case json_type_array:
        fprintf(out, "(:a");
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            fputc(' ', out);
            print_value(out, json_object_array_get_idx(value, i));
        }
        fputc(')', out);
        break;
    case json_type_object:
        fprintf(out, "(:o");
        json_object_object_foreach(value, key, member)
        {
            fprintf(out, " :%s ", key);
            print_value(out, member);
        }
        fputc(')', out);
        break;
    }
}

static void clisp_send(struct clisp *clisp, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(clisp->in, text, size);
        if (n < 0 && errno != EINTR)
            return; /* it has died, which its output will tell */
        text += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
}

static void clisp_begin(struct side *side, const struct step *step, const char *buffered)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "(:%s", step->operation->method);
    if (strcmp(step->operation->name, "connect") == 0)
        fprintf(out, " :port %d", peers_port(side, step));
    json_object_object_foreach(step->arguments, key, value)
    {
        if (strcmp(key, "from") == 0)
            continue;
        fprintf(out, " :%s ", key);
        print_value(out, value);
    }
    if (buffered && !step_argument(step, "buffered"))
        fprintf(out, " :buffered %s",
                strcmp(buffered, "true") == 0    ? "T"
                : strcmp(buffered, "false") == 0 ? "NIL"
                                                 : "(:s 100)");
    fprintf(out, ")\n");
    fclose(out);
    clisp_send(side->state, text, size);
    free(text);
}

/* ---- replies ---- */

/* Whether the process has taken its request, but for the newline behind the form, and sleeps. */
static bool clisp_sleeps(const struct clisp *clisp)
{
    char path[40], text[200] = "";
    int unread = 0;
    ioctl(clisp->in, FIONREAD, &unread);
    snprintf(path, sizeof path, "/proc/%d/stat", (int)clisp->pid);
    FILE *file = fopen(path, "r");
    if (file) {
        if (!fgets(text, sizeof text, file))
            text[0] = '\0';
        fclose(file);
    }
    const char *state = strrchr(text, ')');
    return unread <= 1 && state && state[1] == ' ' && state[2] == 'S';
}

/* A line of its output: 1; 0: none within the time; -1: it has ended. */
static int clisp_line(struct clisp *clisp, int patience_ms)
{
    long end = side_now() + patience_ms, last = end + SPIN_MS;
    int asleep = 0;
    for (;;) {
        struct pollfd ready = {clisp->out, POLLIN, 0};
        if (poll(&ready, 1, 1) == 1) {
            ssize_t n = read(clisp->out, clisp->line + clisp->got, sizeof clisp->line - 1 - clisp->got);
            if (n <= 0)
                return -1;
            clisp->got += (size_t)n;
            if (clisp->line[clisp->got - 1] == '\n') {
                clisp->line[clisp->got] = '\0';
                clisp->got = 0;
                return 1;
            }
            continue;
        }
        asleep = clisp_sleeps(clisp) ? asleep + 1 : 0;
        if ((asleep >= 3 && side_now() >= end) || side_now() >= last)
            return 0;
    }
}

static json_object *clisp_finish(struct side *side, int patience_ms)
{
    struct clisp *clisp = side->state;
    int r = clisp_line(clisp, patience_ms);
    if (r > 0) {
        json_object *result = json_tokener_parse(clisp->line);
        if (result)
            return result;
        fprintf(stderr, "clisp wrote no result but: %s\n", clisp->line);
        r = -1;
    }
    json_object *result = json_object_new_object();
    json_object_object_add(result, r < 0 ? "died" : "waits", json_object_new_boolean(true));
    if (r < 0) {
        clisp_end(clisp);
        clisp_launch(clisp);
    }
    return result;
}

static void clisp_open(struct side *side)
{
    (void)side;
}

/* What still waits has been let go by now, or never will be. */
static void clisp_close(struct side *side)
{
    struct clisp *clisp = side->state;
    static const char request[] = "(:forget-all)\n";
    clisp_send(clisp, request, sizeof request - 1);
    for (bool waits = false; !waits;) {
        json_object *result = clisp_finish(side, RELEASE_MS);
        bool forgotten = json_object_object_get_ex(result, "forgotten", NULL),
             ended = json_object_object_get_ex(result, "died", NULL);
        waits = json_object_object_get_ex(result, "waits", NULL);
        json_object_put(result);
        if (forgotten || ended)
            return;
    }
    clisp_end(clisp);
    clisp_launch(clisp);
}

static void clisp_stop(struct side *side)
{
    clisp_end(side->state);
    free(side->state);
}

const struct runner clisp_runner = {"CLISP", clisp_start, clisp_open, clisp_begin, clisp_finish, clisp_close, clisp_stop};
