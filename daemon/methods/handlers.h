/* The handlers, one for each method: on_socket_connect(call, in, out) and so on. A handler gets checked parameters, fills the
 * result (which is all null and zero before), and gives an outcome (trouble.h). One whose method waits may be called again
 * with the same parameters after OUTCOME_WAIT; call.h has what it needs for that. */
#pragma once

#include "call.h"
#include "proto.h"

#define METHOD(id, wire, params, result, right, flags, doc) \
    int on_##id(struct call *call, const struct params *in, struct result *out);
#include "methods.def"
