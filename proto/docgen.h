/* docgen: prints what is derived from the method table as text: the C library's header and stubs, its list of symbols, the
 * OpenRPC document and the reference page. A tool of the build; nothing of it is linked into sockd or libsockd. */
#pragma once

#include <stdio.h>

#include "proto.h"

/* ---- the model: the table with the names that C gives things (docgen_model.c) ---- */

/* How a parameter is passed in C. */
enum role {
    ROLE_ARGUMENT, /* positional */
    ROLE_OPTION,   /* a member of the method's options */
    ROLE_LIBRARY,  /* chosen by the library, not to be seen */
};

/* The C name of a member of a record. */
const char *member_name(const struct record *record, size_t index);

/* The C type of a field, as in "struct sockd_text ". Ends so that a name can follow. */
const char *field_c_type(const struct field *field);

/* A field's default as a C initialiser. */
void field_print_initialiser(FILE *out, const struct field *field);

/* Whether a field stands for null when it is left out, or has a null of its own. */
bool field_is_required(const struct field *field);

enum role param_role(const struct method *method, size_t index);
bool method_has_options(const struct method *method);

/* The method's name in C, without sockd_ in front. */
const char *method_c_name(const struct method *method);

/* The parameters of its function and of its start function: client, arguments, options. */
void method_print_parameters(FILE *out, const struct method *method);

/* An operation of the manual, and the method that carries it out. NULL behind the last. */
struct manual {
    const char *operation, *lambda;
    const char *form; /* how its form differs here; NULL: not at all */
    enum method_id method;
};
const struct manual *manual_at(size_t index);

/* Operations of the manual that need no method. NULL behind the last. */
struct lisps {
    const char *operations, *instead;
};
const struct lisps *lisps_at(size_t index);

/* The method's name in the manual, or NULL for sockd's own. */
const char *method_manual_name(const struct method *method);

/* Whether the method can end with that error. */
bool method_may_fail(const struct method *method, enum error_id error);

/* What the method can wait for: whether it has a timeout parameter. */
bool method_has_timeout(const struct method *method);

/* The table in its own order: headings and methods. Returns false behind the end. */
struct entry {
    const char *group; /* a heading, or NULL */
    const struct method *method;
};
bool table_entry(size_t index, struct entry *entry);

/* All words types, and the constant of a word in capitals. */
extern const struct words *const words_all[];
extern const size_t words_all_count;
const char *word_constant(const struct words *words, int index);

/* The records that a C caller gets to see, innermost first. Returns NULL behind the last. */
const struct record *record_visible(size_t index);

const char *error_c_name(enum error_id error);

/* text in capitals; each byte that C does not take in a name becomes an underscore. */
void print_upper(FILE *out, const char *text);

/* ---- what is printed ---- */

void docgen_header(FILE *out);    /* docgen_header.c: sockd/methods.h */
void docgen_stubs(FILE *out);     /* docgen_stubs.c: the functions of that header */
void docgen_layout(FILE *out);    /* docgen_layout.c: proof that public structs are laid out as the codec's */
void docgen_symbols(FILE *out);   /* docgen_layout.c: the linker's version script */
void docgen_openrpc(FILE *out);   /* docgen_openrpc.c: the OpenRPC document */
void docgen_openrpc_c(FILE *out); /* docgen_openrpc.c: the same as a C array, on one line */
void docgen_reference(FILE *out); /* docgen_reference.c: the page for people */
