#include "redis.h"

#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

void redis_start(struct redis *redis)
{
    *redis = (struct redis){.missing = child_exists("redis-server") ? NULL : "redis-server is not installed"};
    if (redis->missing)
        return;
    snprintf(redis->directory, sizeof redis->directory, "/tmp/sockd-bench-XXXXXX");
    if (!mkdtemp(redis->directory))
        machine_fail(redis->directory);
    snprintf(redis->socket, sizeof redis->socket, "%s/redis.sock", redis->directory);
    const char *arguments[] = {"redis-server", "--port", "0", "--unixsocket", redis->socket, "--save", "",
                               "--maxclients", "19000",  NULL};
    child_exec(&redis->child, arguments, -1, NULL);
}

void redis_stop(struct redis *redis)
{
    if (redis->missing)
        return;
    child_end(&redis->child);
    machine_remove(redis->directory);
}
