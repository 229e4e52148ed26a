/* The OpenRPC document of every method, on one line. Made at build time from the method table. */
#pragma once

#include <stddef.h>

extern const char openrpc_document[];      /* ended by a NUL */
extern const size_t openrpc_document_size; /* without it */
