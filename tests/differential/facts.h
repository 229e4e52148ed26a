/* What is known of a stream from the script alone, before a step: how it was made, what its peer has sent and done, what was
 * asked of it. The table of differences says by these facts when a difference is deliberate. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script.h"

/* name in the table of differences, name in C, what it means */
#define FACTS(F)                                                                                      \
    F("text", TEXT, "the element type is character")                                                  \
    F("bytes", BYTES, "the element type is a type of bytes")                                          \
    F("wide", WIDE, "its elements have more than 8 bits")                                             \
    F("default", DEFAULT, "input buffered, output not")                                               \
    F("full", FULL, "input and output buffered")                                                      \
    F("none", NONE, "neither buffered")                                                               \
    F("peer-ended", PEER_ENDED, "the peer has shut its sending side or closed")                       \
    F("peer-closed", PEER_CLOSED, "the peer has closed")                                              \
    F("peer-reset", PEER_RESET, "the peer has reset the connection, or met by closing what we wrote") \
    F("reset-told", RESET_TOLD, "an operation has reported that")                                     \
    F("input-shut", INPUT_SHUT, "the input side was shut down")                                       \
    F("output-shut", OUTPUT_SHUT, "the output side was shut down")                                    \
    F("closed", CLOSED, "the stream or server was closed")                                            \
    F("malformed", MALFORMED, "the peer has sent bytes that no character begins with")                \
    F("half-character", HALF, "what the peer has sent ends inside a character")                       \
    F("lone-cr", LONE_CR, "the peer has sent a CR without an LF")                                     \
    F("crlf", CRLF, "the peer has sent a CR with an LF")                                              \
    F("other-encoding", OTHER, "the encoding is not UTF-8")                                           \
    F("input-action", ACTION, "malformed input is ignored or replaced")                               \
    F("decoding-failed", FAILED, "an input operation has reported malformed bytes")                   \
    F("unread", UNREAD, "a character was put back and not read again")                                \
    F("peeked", PEEKED, "the last input operation was peek-char")                                     \
    F("asked", ASKED, "the status, listen, a peek or a no-hang read was asked since the last read")   \
    F("cleared", CLEARED, "clear-input was called")                                                   \
    F("switched", SWITCHED, "the element type was changed")                                           \
    F("reformatted", REFORMATTED, "the external format was changed")                                  \
    F("cut-character", CUT, "bytes were read of what may be a character")                             \
    F("low-water", LOW_WATER, "so-rcvlowat is more than 1")                                           \
    F("timed-out", TIMED_OUT, "a read has met the socket's own time limit")                           \
    F("written", WRITTEN, "something was written that the peer has not received")

enum fact {
#define F(name, id, text) FACT_##id,
    FACTS(F)
#undef F
        FACT_COUNT
};

#define FACT_STREAMS 8

struct fact_stream {
    char name[16], peer[16];
    uint64_t facts;
    unsigned char *sent; /* all that the peer has sent */
    bool held;           /* written to a fully buffered stream and not flushed */
    size_t size;
};

struct facts {
    struct fact_stream streams[FACT_STREAMS];
    size_t count;
    char waiting[FACT_STREAMS][16]; /* peers that have connected and were not accepted yet */
    size_t waiting_count;
};

void facts_init(struct facts *facts);
void facts_deinit(struct facts *facts);

/* The facts of the stream that a step is about; 0 if there is none. */
uint64_t facts_of(const struct facts *facts, const struct step *step);

/* Takes note of a step and of what CLISP and sockd said. */
void facts_learn(struct facts *facts, const struct step *step, const char *buffered, json_object *clisp, json_object *sockd);

/* A fact by its name; -1 if there is none of that name. */
int fact_find(const char *name);
const char *fact_name(int fact);
const char *fact_meaning(int fact);
