/* The other end of a client's connection, played by the test: it sees what the client sent, byte for byte, and answers what
 * it likes. */
#pragma once

#include <check.h>
#include <sockd/sockd.h>

struct fake {
    int fd;        /* the daemon's end */
    sockd *client; /* connected to it */
    char *input;   /* what the client sent and nobody has looked at yet */
    size_t size;
    int descriptors[8]; /* that came with it */
    size_t descriptor_count;
    int open_before; /* descriptors of the process before the test */
};

/* Makes the pair and opens the client on it, as fd:N. */
void fake_init(struct fake *fake);

/* Closes everything, and fails if a descriptor is left over that was not there before fake_init. */
void fake_deinit(struct fake *fake);

/* How many descriptors the process has open. */
int open_descriptors(void);

/* Sends a text as it is, or bytes. Waits until they have gone. */
void fake_send(struct fake *fake, const char *text);
void fake_send_bytes(struct fake *fake, const void *data, size_t size);

/* Sends a text with descriptors on its first byte. */
void fake_send_descriptors(struct fake *fake, const char *text, const int *descriptors, size_t count);

/* Sends {"jsonrpc":"2.0","id":ID,"result":RESULT} or the like with an error, and a LF. */
void fake_result(struct fake *fake, sockd_call id, const char *result);
void fake_error(struct fake *fake, sockd_call id, const char *error);

/* Waits until the client has sent more; false: it has closed the connection. */
bool fake_more(struct fake *fake);

/* The next line that the client sent, without its LF; waits for it. The caller frees it. */
char *fake_line(struct fake *fake);

/* Expects that line to be exactly this text. */
void fake_expect(struct fake *fake, const char *text);

/* Takes bytes that follow a line. Waits for them. */
void fake_read(struct fake *fake, void *data, size_t size);

/* Fails unless the client has sent nothing more. */
void fake_expect_nothing(struct fake *fake);

/* Ends the daemon's side. */
void fake_close(struct fake *fake);

/* Whether a text that a result holds is this one. */
#define assert_text(text, expected)                         \
    do {                                                    \
        struct sockd_text text_ = (text);                   \
        ck_assert_uint_eq(text_.size, strlen(expected));    \
        ck_assert_mem_eq(text_.data, expected, text_.size); \
    } while (0)

/* The suites. */
TCase *case_calls(void);
TCase *case_errors(void);
TCase *case_events(void);
TCase *case_flight(void);
TCase *case_connection(void);
TCase *case_malformed(void);
TCase *case_descriptors(void);
TCase *case_json(void);
TCase *case_file(void);
TCase *case_memory(void);
