/* Threads for what may block. Nobody waits for one: whatever it needs must live as long as it does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Runs a function in a thread of its own, which takes no signals: those are the loop's. stack: bytes. False: there is none. */
bool thread_start(void *(*run)(void *context), void *context, size_t stack);
