/* A relay: a stream handed out as one end of a socket pair. The daemon moves bytes between the pair's other end and the
 * stream, both ways, counts them, and never takes more than it can pass on but for what fits one pipe each way. An end of
 * input passes through in its own direction. While a stream has a relay, the stream's own reading and writing is refused.
 *
 * A relay ends when both directions have ended: by an end of input that has been passed on, by an error of the connection
 * (which the stream then tells, as it tells others), or because whoever held the other end has closed it. */
#pragma once

struct relay;
struct stream;

/* Starts to relay a stream, which is connected and has no relay, no calls that wait and no held output; input that it has
 * buffered goes first, bytes that it has only looked at have been left to the kernel. *fd: the end to hand out, blocking, the
 * caller's. 0 or -errno, with the stream as it was. */
int relay_start(struct stream *stream, int *fd);

/* Ends a stream's relay, if it has one: whoever holds the other end meets the end of input, and can write no more. What they
 * had written by then becomes the stream's held output. To be called before the stream is closed, and by its closing. */
void relay_stop(struct stream *stream);
