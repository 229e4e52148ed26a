#include "crowd.h"

#include <stdlib.h>
#include <unistd.h>

#include "machine.h"
#include "peer.h"

void crowd_open(struct crowd *crowd, int link, int count)
{
    int listener = peer_listen();
    *crowd = (struct crowd){calloc((size_t)count, sizeof(long)), calloc((size_t)count, sizeof(int)), count};
    if (!crowd->handles || !crowd->others)
        machine_fail("calloc");
    for (int i = 0; i < count; i++)
        crowd->handles[i] = daemon_stream(link, listener, "", &crowd->others[i]);
    close(listener);
}

void crowd_close(struct crowd *crowd)
{
    for (int i = 0; i < crowd->count; i++)
        close(crowd->others[i]);
    free(crowd->handles);
    free(crowd->others);
}
