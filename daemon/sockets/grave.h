/* A place among what is to be freed once the loop's turn is over: see sockets_bury. */
#pragma once

struct grave {
    struct grave *next;
    void (*release)(struct grave *grave);
};
