/* The input of one stream as the model sees it (model.h): all that the peer has sent, and a place in it. */
#pragma once

#include "script.h"

struct input {
    char name[16], peer[16];
    unsigned char *bytes;
    bool *gap;
    size_t size;

    size_t at;     /* the place */
    bool after_cr; /* an LF here is none */
    int32_t last;  /* the character before the place, which may be put back; -1: none */
    size_t last_at;
    bool put_back;
    size_t low; /* fewer bytes are no input to a question */

    size_t width; /* of an element; 0: text */
    bool is_signed, latin, ended, shut, output_shut, timed, full, unknown;
    bool broken;    /* a reset has come, and nothing has told it yet */
    bool closed;    /* by the peer */
    bool doubtful;  /* it was written to after its peer had closed: whether that can be done again is not known */
    bool held;      /* by a fully buffered stream */
    bool owed;      /* the peer has not received what was written, so that its close is a reset */
    int32_t action; /* 0: malformed parts are told; -1: passed over; else what stands for them */
};

/* Carries an input operation out: its result, the caller's; NULL where nothing is said. */
json_object *input_operate(struct input *in, const struct step *step);
