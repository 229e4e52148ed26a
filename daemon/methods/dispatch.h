/* From a request to its handler: right, parameters, call. */
#pragma once

#include "control.h"

/* The functions request and invoke of struct control_options. */
void dispatch_request(struct session *session, struct batch *batch, const struct rpc_request *request, struct cargo *cargo);
int dispatch_invoke(struct call *call, const void *params, void *result);
