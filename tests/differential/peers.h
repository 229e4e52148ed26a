/* What the harness plays: the other side of each connection, in plain sockets. Nothing here sleeps for luck: what was sent
 * is awaited on the sender's side. */
#pragma once

#include "side.h"

void peers_open(struct side *side);  /* the listener, once */
void peers_reset(struct side *side); /* ends every connection of the case, at once */
void peers_close(struct side *side);

/* The port that a connect step goes to. */
int peers_port(struct side *side, const struct step *step);

/* After a connect that succeeded: accepts it. */
void peers_accept(struct side *side, const char *name);

/* Carries out a step of the peers. The result is the caller's. */
json_object *peers_do(struct side *side, const struct step *step);

/* The names of ports in a result, in place of numbers that differ from run to run. */
void peers_name_ports(struct side *side, json_object *result);
