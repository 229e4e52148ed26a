#include "show.h"

#include <string.h>

struct sockd_text show_text(const char *string)
{
    return (struct sockd_text){string[0] ? string : NULL, strlen(string)};
}

void show_owner(const struct identity *identity, struct owner *owner)
{
    const char *profile = identity->principal->profile;
    owner->uid = identity->uid;
    owner->gid = identity->gid;
    owner->pid = identity->pid;
    owner->name = show_text(identity->name);
    owner->profile = (struct sockd_text){profile, strlen(profile)};
    owner->session = identity->session ? (int64_t)identity->session : SOCKD_NULL;
    owner->label = show_text(identity->label);
}

void show_endpoint(const union address *address, char room[ADDRESS_TEXT], struct endpoint *endpoint)
{
    address_text(address, room);
    endpoint->address = (struct sockd_text){room, strlen(room)};
    endpoint->port = address_port(address);
}
