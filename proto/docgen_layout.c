/* Two texts that hold the library together: the proof that its public structs and constants are the codec's own, so that a
 * result can be decoded straight into the caller's memory; and the list of what it exports. */
#include "docgen.h"

static void print_record_proof(FILE *out, const struct record *record)
{
    fprintf(out, "_Static_assert(sizeof(struct sockd_%s) == sizeof(struct %s), \"%s\");\n", record->name, record->name,
            record->name);
    for (size_t i = 0; i < record->count; i++) {
        const char *member = member_name(record, i);
        fprintf(out, "_Static_assert(offsetof(struct sockd_%s, %s) == offsetof(struct %s, %s), \"%s.%s\");\n", record->name,
                member, record->name, member, record->name, member);
    }
}

static void print_word_proof(FILE *out, const struct words *words)
{
    for (int i = 0; i < words->count; i++) {
        const char *constant = word_constant(words, i);
        fprintf(out, "_Static_assert((int)SOCKD_%s == (int)%s, \"%s\");\n", constant, constant, words->name);
    }
}

void docgen_layout(FILE *out)
{
    fputs(
        "/* The public structs and constants are the codec's. Printed by docgen from proto/methods.def; not to be edited. */\n"
        "#include <sockd/sockd.h>\n\n"
        "#include \"proto.h\"\n\n"
        "/* clang-format off */\n\n",
        out);
    const struct record *record;
    for (size_t i = 0; (record = record_visible(i)); i++)
        print_record_proof(out, record);
    fputc('\n', out);
    for (size_t i = 0; i < words_all_count; i++)
        print_word_proof(out, words_all[i]);
}

/* ---- symbols ---- */

/* What sockd.h declares by hand. */
static const char *const own_symbols[] = {
    "open",   "close",   "error",   "limit_reply", "done",       "wait",        "cancel", "forget",   "fd",
    "events", "process", "on_done", "call_json",   "start_json", "finish_json", "fopen",  "on_event",
};

void docgen_symbols(FILE *out)
{
    fputs("# What libsockd exports. Printed by docgen from proto/methods.def; not to be edited.\nSOCKD_0 {\nglobal:\n", out);
    for (size_t i = 0; i < sizeof own_symbols / sizeof *own_symbols; i++)
        fprintf(out, "    sockd_%s;\n", own_symbols[i]);
    struct entry entry;
    for (size_t i = 0; table_entry(i, &entry); i++) {
        if (!entry.method)
            continue;
        const char *name = method_c_name(entry.method);
        fprintf(out, "    sockd_%s;\n    sockd_start_%s;\n    sockd_finish_%s;\n", name, name, name);
    }
    fputs("local:\n    *;\n};\n", out);
}
