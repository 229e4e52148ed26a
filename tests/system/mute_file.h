/* A file of a file system in user space that opens it and then answers nobody who closes it. */
#pragma once

#include <sys/types.h>

/* Gives the file, or -1 where this system lets nobody like us have such a file system. Closing it waits for mute_file_end. */
int mute_file(pid_t *server);

/* The file system is gone, and whoever waits goes on. */
void mute_file_end(pid_t server);
