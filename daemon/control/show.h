/* What is told of clients and of addresses, wherever it is told. */
#pragma once

#include "identity.h"
#include "proto.h"

/* A C string as text; an empty one is null. */
struct sockd_text show_text(const char *string);

/* The texts stay the identity's. */
void show_owner(const struct identity *identity, struct owner *owner);

/* room is where the text stands. */
void show_endpoint(const union address *address, char room[ADDRESS_TEXT], struct endpoint *endpoint);
