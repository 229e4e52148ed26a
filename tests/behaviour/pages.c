#include "pages.h"

#include <ctype.h>
#include <string.h>

#include "docgen.h"
#include "verb.h"

/* ---- what sockd has for each operation ---- */

/* A method's own name is a verb, too; a row of the same name only says how it runs. */
static void print_verbs(const struct method *method, FILE *out)
{
    for (size_t i = 0; i < verb_count; i++)
        if (verbs[i].method == method && strcmp(verbs[i].name, method->name) != 0)
            fprintf(out, "`%s`, ", verbs[i].name);
    fprintf(out, "`%s`", method->name);
}

static void print_differences(const struct differences *table, const struct method *method, FILE *out)
{
    const char *ids[100];
    size_t count = differences_of_method(table, method->name, ids, sizeof ids / sizeof *ids);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s[%s](differences.md#%s)", i ? ", " : "", ids[i], ids[i]);
    fputs(count ? "" : "nothing", out);
}

static void print_links(const struct behaviour *behaviour, const struct method *method, FILE *out)
{
    for (size_t t = 0; t < behaviour->topic_count; t++)
        for (size_t i = 0; i < behaviour->topics[t].count; i++) {
            const struct statement *statement = &behaviour->topics[t].statements[i];
            if (statement_is_of(statement, method->name))
                fprintf(out, "- [%s](behaviour.md#%s): %s\n", statement->id, statement->id, statement->text);
        }
}

static void print_operation(const struct behaviour *behaviour, const struct differences *table, const struct manual *manual,
                            FILE *out)
{
    const struct method *method = &methods[manual->method];
    fprintf(out, "### %s\n\n`%s`\n\n| | |\n|---|---|\n", manual->operation, manual->lambda);
    fprintf(out, "| method | [%s](reference.md#%s) |\n| verb | ", method->name, method->name);
    print_verbs(method, out);
    fprintf(out, " |\n| in C | `sockd_%s` |\n", method_c_name(method));
    if (manual->form)
        fprintf(out, "| form | %s |\n", manual->form);
    fputs("| differs | ", out);
    print_differences(table, method, out);
    fputs(" |\n\n", out);
    print_links(behaviour, method, out);
    fputc('\n', out);
}

/* The heading's anchor, as web pages make it of a heading. */
static void print_anchor(const char *heading, FILE *out)
{
    for (; *heading; heading++)
        if (*heading != ':')
            fputc(tolower((unsigned char)*heading), out);
}

static void print_overview(const struct differences *table, FILE *out)
{
    const struct manual *manual;
    const char *ids[100];
    fputs("| operation | method | verb | C function | rows of differences |\n|---|---|---|---|---|\n", out);
    for (size_t i = 0; (manual = manual_at(i)); i++) {
        const struct method *method = &methods[manual->method];
        fprintf(out, "| [%s](#", manual->operation);
        print_anchor(manual->operation, out);
        fprintf(out, ") | [%s](reference.md#%s) | ", method->name, method->name);
        print_verbs(method, out);
        fprintf(out, " | `sockd_%s` | %zu |\n", method_c_name(method),
                differences_of_method(table, method->name, ids, sizeof ids / sizeof *ids));
    }
    fputc('\n', out);
}

void operations_print(const struct behaviour *behaviour, const struct differences *table, FILE *out)
{
    const struct manual *manual;
    const struct lisps *lisps;
    fputs(
        "# The manual's operations\n\n"
        "For each operation of CLISP's chapter on socket streams, and for those that its programs use on a stream: the method, the\n"
        "verb of sockctl, the function of libsockd, how its form differs, and where it [behaves differently](differences.md) on\n"
        "purpose. Below that stands what holds of it; [behaviour.md](behaviour.md) has the tests that show each statement.\n"
        "Printed by `tests/behaviour`; not to be edited.\n\n",
        out);
    print_overview(table, out);
    fputs("## One by one\n\n", out);
    for (size_t i = 0; (manual = manual_at(i)); i++)
        print_operation(behaviour, table, manual, out);
    fputs("## What needs no method\n\n| of the language | what does its work |\n|---|---|\n", out);
    for (size_t i = 0; (lisps = lisps_at(i)); i++)
        fprintf(out, "| %s | %s |\n", lisps->operations, lisps->instead);
}

/* ---- the statements ---- */

static void print_statement(const struct behaviour *behaviour, const struct statement *statement, FILE *out)
{
    size_t count;
    const struct proof *proofs = behaviour_proofs(behaviour, statement->id, &count);
    fprintf(out, "### %s\n\n%s\n\n- of", statement->id, statement->text);
    for (const char *const *of = statement->of; *of; of++)
        fprintf(out, "%s `%s`", of == statement->of ? "" : ",", *of);
    fputs("\n- shown by", out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s %s", i ? ";" : "", proofs[i].test);
    fputs("\n\n", out);
}

void behaviour_print(const struct behaviour *behaviour, FILE *out)
{
    fputs(
        "# How the operations behave\n\n"
        "Every statement has a test that names it: a script of `tests/differential/cases`, which plays the same steps on CLISP and on\n"
        "sockd, or a case of a suite. A statement without a test fails the tests, and so does a name that stands for no statement.\n"
        "[operations.md](operations.md) has the statements by operation. Printed by `tests/behaviour`; not to be edited.\n\n",
        out);
    for (size_t t = 0; t < behaviour->topic_count; t++) {
        const struct topic *topic = &behaviour->topics[t];
        fprintf(out, "## %s\n\n%s\n\n", topic->title, topic->about);
        for (size_t i = 0; i < topic->count; i++)
            print_statement(behaviour, &topic->statements[i], out);
    }
}
