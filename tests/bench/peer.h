/* The other end of TCP connections, on the loopback. */
#pragma once

/* A socket that listens on a free port of 127.0.0.1. */
int peer_listen(void);
int peer_port(int listener);
int peer_accept(int listener);

/* Connects to a port of 127.0.0.1, oneself; waits up to 10 s for somebody to listen there. Negative: nobody did. */
int peer_connect(int port);

/* A port that nobody uses just now. */
int peer_free_port(void);
