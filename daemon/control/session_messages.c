/* What a session's clients ask: from bytes to requests.
 *
 * A message is served when all of it is there, its payload included: its line is scanned when it has come, and again when the
 * payload has. A large payload is not read but moved into a pipe, behind a line that then stands alone. A payload that nobody
 * wants is counted down instead of being kept, so that the next message is read in step. */
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "pipes.h"

/* Bytes of requests, payloads and replies after which others come first: by these a small call costs as little as it is, and
 * one that sends or asks for much has the turn for itself. */
#define BYTES_A_TURN (32 * 1024)

void session_refuse(struct session *session, struct sockd_text id, int error)
{
    struct reply reply = {.id = id, .error = (enum error_id)error, .trouble = &session->control->trouble};
    session_reply(session, NULL, &reply);
}

/* An error of the envelope. An id that cannot be told is null, and answered. */
static int tell_envelope(struct control *control, enum error_id error, const char *reason)
{
    int r = trouble_plain(&control->trouble, error);
    if (reason)
        control->trouble.fault.reason = (struct sockd_text){reason, strlen(reason)};
    return r;
}

static int64_t limit_value(const struct control *control, const char *limit)
{
    const struct message_limits *limits = &control->options.limits;
    return (int64_t)(limit[0] == 'n' ? limits->nesting : limit[0] == 'v' ? limits->values : limits->batch);
}

/* What is wrong with a message as a whole. */
static int tell_message(struct control *control, enum error_id error, const char *limit, const char *reason)
{
    return error == ERROR_limit ? trouble_limit(&control->trouble, limit, limit_value(control, limit))
                                : tell_envelope(control, error, reason);
}

/* What is wrong with what came with a request: a number that differs, or too much. 0 if nothing is. */
static int check_cargo(struct control *control, const struct rpc_request *request, const struct cargo *cargo)
{
    const struct message_limits *limits = &control->options.limits;
    if (request->payload > (int64_t)limits->payload)
        return trouble_limit(&control->trouble, "payload", (int64_t)limits->payload);
    if (request->fds > (int64_t)limits->fds)
        return trouble_limit(&control->trouble, "fds", (int64_t)limits->fds);
    if (cargo->limit)
        return trouble_limit(&control->trouble, quota_names[QUOTA_DESCRIPTORS], cargo->limit);
    if (cargo->refused ? request->fds == 0 : request->fds != (int64_t)cargo->fd_count)
        return tell_envelope(control, ERROR_invalid_request, "fds differs from the number of descriptors that arrived");
    return 0;
}

static void serve_request(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo)
{
    struct control *control = session->control;
    int told = request->error ? tell_envelope(control, request->error, request->reason) : check_cargo(control, request, cargo);
    struct reply reply = {.id = request->id, .error = (enum error_id)told, .trouble = &control->trouble};
    if (told)
        session_reply(session, batch, &reply);
    else
        control->options.request(session, batch, request, cargo);
}

static void serve_batch(struct session *session, struct rpc_message *message)
{
    struct control *control = session->control;
    struct batch *batch = calloc(1, sizeof *batch);
    struct rpc_request request;
    struct cargo nothing = {0};
    if (!batch) {
        session_refuse(session, SOCKD_TEXT("null"), trouble_plain(&control->trouble, ERROR_internal));
        return;
    }
    *batch = (struct batch){.session = session, .pending = 1};
    while (!session->ended && rpc_next(&control->scan, message, &request))
        serve_request(session, batch, &request, &nothing);
    batch_done(batch);
}

enum taken { TAKEN, TAKEN_NOT_YET };

/* Where a message stands: its line, the place of its first byte, and what follows it as far as that is there. */
struct letter {
    char *line;
    size_t size;
    uint64_t place;
    const char *behind;
    size_t left;
};

/* What is still to come of a payload goes into a pipe, if that is worth it: behind what has been read of it. */
static void load_begin(struct session *session, const struct letter *letter, size_t payload)
{
    if (payload - letter->left < PIPE_LEAST || payload > PIPE_MOST)
        return;
    struct pipes *pipes = &session->control->options.sockets->pipes;
    struct pipe *pipe = pipe_take(pipes);
    if (pipe && !pipe_put(pipe, letter->behind, letter->left))
        pipe = pipe_give(pipes, pipe);
    session->load = pipe;
    session->loading = pipe ? payload - letter->left : 0;
}

static void cargo_discard(struct session *session, struct cargo *cargo)
{
    pipe_give(&session->control->options.sockets->pipes, cargo->pipe);
    burials_take(session->control, session->identity->principal, cargo->fds, cargo->fd_count);
    free(cargo->fds);
}

static enum taken serve_single(struct session *session, struct rpc_message *message, const struct letter *letter)
{
    struct control *control = session->control;
    struct rpc_request request;
    struct cargo cargo = {0};
    rpc_next(&control->scan, message, &request);
    bool wanted = !request.error && request.method->flags & METHOD_PAYLOAD_IN && request.payload > 0 &&
                  request.payload <= (int64_t)control->options.limits.payload;
    session->brief = wanted && request.payload >= PIPE_LEAST;
    if (wanted && !session->load && (uint64_t)request.payload > letter->left) {
        load_begin(session, letter, (size_t)request.payload);
        session->need = session->load ? 0 : (size_t)request.payload;
        return TAKEN_NOT_YET;
    }
    cargo.pipe = session->load; /* consume */
    session->load = NULL;
    if (wanted && !cargo.pipe)
        cargo.payload = (struct sockd_bytes){(const unsigned char *)letter->behind, (size_t)request.payload};
    uint64_t end = letter->place + (uint64_t)(letter->behind - letter->line) + (uint64_t)request.payload;
    if (request.fds > 0 || session_fds_surplus(session, letter->place, end))
        session_fds_take(session, letter->place, &cargo);
    serve_request(session, NULL, &request, &cargo);
    cargo_discard(session, &cargo);
    return TAKEN;
}

/* Reads a message. *payload: how many of the bytes behind its line were its own; the rest of those will be skipped. */
static enum taken take_message(struct session *session, const struct letter *letter, size_t *payload)
{
    struct control *control = session->control;
    struct rpc_message message;
    struct rpc_request request;
    const char *limit = NULL;
    enum scan_result scanned = scan(&control->scan, letter->line, letter->size);
    enum error_id error = rpc_open(&control->scan, scanned, control->options.limits.batch, &message, &request, &limit);
    uint64_t announced = (uint64_t)message.payload;
    bool loaded = session->load != NULL;
    if (error)
        session_refuse(session, request.id, tell_message(control, error, limit, request.reason));
    else if (message.batch)
        serve_batch(session, &message);
    else if (serve_single(session, &message, letter) == TAKEN_NOT_YET)
        return TAKEN_NOT_YET;
    if (loaded) { /* it has gone another way */
        session->received += announced;
        announced = 0;
    }
    *payload = announced < letter->left ? (size_t)announced : letter->left;
    session->skip = announced - *payload;
    return TAKEN;
}

static void line_too_long(struct session *session)
{
    struct control *control = session->control;
    session_refuse(session, SOCKD_TEXT("null"),
                   trouble_limit(&control->trouble, "line", (int64_t)control->options.limits.line));
    session_end_soon(session);
}

static size_t skip_some(struct session *session, size_t size)
{
    size_t n = session->skip < size ? (size_t)session->skip : size;
    session->skip -= n;
    return n;
}

/* Whether others, who may be waiting, shall come first now. */
static bool turn_is_long(const struct session *session)
{
    int64_t turn = session->control->turn;
    return turn && clock_now() - turn >= FAIR_TURN;
}

size_t session_serve(struct session *session, char *data, size_t size, bool *unfinished)
{
    size_t at = 0, before = session_unsent(session);
    *unfinished = false;
    while (at < size && !session->ending && !session->ended && !session_stuffed(session)) {
        if (at + session_unsent(session) - before >= BYTES_A_TURN)
            break;
        struct frame_line line;
        size_t payload;
        if (session->skip > 0) {
            at += skip_some(session, size - at);
            *unfinished = session->skip > 0;
            continue;
        }
        if (size - at < session->need) {
            *unfinished = true;
            break;
        }
        session->need = 0;
        enum frame_result found =
            frame_next(&session->frame, data + at, size - at, session->control->options.limits.line, &line);
        if (found == FRAME_TOO_LONG) {
            line_too_long(session);
            return size;
        }
        if (found == FRAME_MORE) {
            at += line.end;
            frame_dropped(&session->frame, line.end);
            *unfinished = at < size;
            break;
        }
        struct letter letter = {data + at + line.start, line.size, session->received + at + line.start, data + at + line.end,
                                size - at - line.end};
        session_fds_expire(session, letter.place);
        if (take_message(session, &letter, &payload) == TAKEN_NOT_YET) {
            session->frame.seen = line.end - 1; /* its LF, to be found again at once */
            session->need += line.end;
            *unfinished = true;
            break;
        }
        at += line.end + payload;
        *unfinished = session->skip > 0;
        if (turn_is_long(session))
            break;
    }
    return at;
}
