/* The statements about sockd's behaviour, and which tests show them.
 *
 * statements/TOPIC.json: {"title": …, "order": …, "about": …, "statements": [{"id", "of", "text"}, …]}. "of" names the methods
 * that a statement is about. The order of the topics on the page is that of "order".
 *
 * A test names the statements that it shows: a script of tests/differential/cases in its member "shows", a case in C in a
 * comment right above its START_TEST:
 *
 *     shows: status-of-an-idle-stream, status-count
 *
 * Nothing else joins the two, so a statement that no test names is seen, and so is a name that stands for no statement. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A test that shows a statement. */
struct proof {
    char *statement; /* its id, as the test has it */
    char *test;      /* "differential/status: the end", "system/status: an_idle_stream" */
};

struct statement {
    const char *id, *text;
    const char **of; /* methods, ended by NULL */
};

struct topic {
    char *file;
    void *source; /* the file's JSON, to which all texts belong */
    const char *title, *about;
    long order;
    struct statement *statements;
    size_t count;
};

struct behaviour {
    struct topic *topics;
    size_t topic_count;
    struct proof *proofs; /* ordered by statement, then by test */
    size_t proof_count;
};

/* Reads both from the folder tests/; a file that cannot be read, or is not as described above, ends the program. */
void behaviour_load(struct behaviour *behaviour, const char *tests);
void behaviour_deinit(struct behaviour *behaviour);

/* The first proof of a statement, or NULL; the others follow it up to the first of another statement. */
const struct proof *behaviour_proofs(const struct behaviour *behaviour, const char *id, size_t *count);

/* The statement of an id, or NULL. */
const struct statement *behaviour_find(const struct behaviour *behaviour, const char *id);

bool statement_is_of(const struct statement *statement, const char *method);

/* proofs.c: adds what the tests say. */
void proofs_load(struct behaviour *behaviour, const char *tests);

/* Ends the program: what is wrong, and where. */
_Noreturn void behaviour_fault(const char *where, const char *what);
