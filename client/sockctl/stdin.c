#include "stdin.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

ssize_t stdin_read(void *data, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t count = read(STDIN_FILENO, (char *)data + used, size - used);
        if (count == 0 || (count < 0 && errno != EINTR))
            return count < 0 && used == 0 ? -1 : (ssize_t)used;
        used += count > 0 ? (size_t)count : 0;
    }
    return (ssize_t)used;
}

char *stdin_read_all(size_t *size)
{
    size_t room = 1 << 16, used = 0;
    char *data = malloc(room);
    for (;;) {
        ssize_t count = data == NULL ? -1 : stdin_read(data + used, room - used - 1);
        if (count < 0) {
            free(data);
            return NULL;
        }
        used += (size_t)count;
        if (used < room - 1)
            break;
        char *larger = realloc(data, room *= 2);
        if (larger == NULL)
            free(data);
        data = larger;
    }
    data[used] = '\0';
    if (size != NULL)
        *size = used;
    return data;
}
