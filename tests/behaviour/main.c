/* behaviour: holds statements, tests and the manual's operations against each other.
 *
 *     behaviour check         every statement has a test, every name a statement, every operation a method and a statement
 *     behaviour check TESTS   the same of another folder of tests
 *     behaviour operations    prints docs/operations.md
 *     behaviour statements    prints docs/behaviour.md */
#include <stdlib.h>
#include <string.h>

#include "docgen.h"
#include "pages.h"

static size_t wrong;

static void complain(const char *name, const char *what, const char *more)
{
    printf("%s: %s%s\n", name, what, more);
    wrong++;
}

static bool is_method(const char *name)
{
    return method_find(name, strlen(name)) != NULL;
}

static void check_statement(const struct behaviour *behaviour, const struct statement *statement)
{
    size_t count;
    behaviour_proofs(behaviour, statement->id, &count);
    if (count == 0)
        complain(statement->id, "no test shows this statement", "");
    if (behaviour_find(behaviour, statement->id) != statement)
        complain(statement->id, "there are two statements of this id", "");
    if (!*statement->of)
        complain(statement->id, "this statement is about no method", "");
    for (const char *const *of = statement->of; *of; of++)
        if (!is_method(*of))
            complain(statement->id, "there is no method ", *of);
}

static void check_statements(const struct behaviour *behaviour)
{
    for (size_t t = 0; t < behaviour->topic_count; t++)
        for (size_t i = 0; i < behaviour->topics[t].count; i++)
            check_statement(behaviour, &behaviour->topics[t].statements[i]);
    for (size_t i = 0; i < behaviour->proof_count; i++)
        if (!behaviour_find(behaviour, behaviour->proofs[i].statement))
            complain(behaviour->proofs[i].test, "there is no statement ", behaviour->proofs[i].statement);
}

static bool has_statement(const struct behaviour *behaviour, const char *method)
{
    for (size_t t = 0; t < behaviour->topic_count; t++)
        for (size_t i = 0; i < behaviour->topics[t].count; i++)
            if (statement_is_of(&behaviour->topics[t].statements[i], method))
                return true;
    return false;
}

static void check_operations(const struct behaviour *behaviour)
{
    size_t rows[METHOD_COUNT] = {0};
    const struct manual *manual;
    for (size_t i = 0; (manual = manual_at(i)); i++) {
        rows[manual->method]++;
        if (!has_statement(behaviour, methods[manual->method].name))
            complain(manual->operation, "there is no statement about this operation", "");
    }
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (rows[i] != (strchr(methods[i].name, '.') ? 0 : 1))
            complain(methods[i].name, rows[i] ? "too many operations have this method" : "no operation has this method", "");
}

static void check_differences(const struct differences *table)
{
    const char *ids[100];
    for (size_t row = 0; differences_id(table, row); row++) {
        bool met = false;
        for (size_t i = 0; i < METHOD_COUNT && !met; i++) {
            size_t count = differences_of_method(table, methods[i].name, ids, sizeof ids / sizeof *ids);
            for (size_t k = 0; k < count; k++)
                met = met || strcmp(ids[k], differences_id(table, row)) == 0;
        }
        if (!met)
            complain(differences_id(table, row), "this difference is about no operation", "");
    }
}

static bool print(const char *what, const struct behaviour *behaviour, const struct differences *table)
{
    if (strcmp(what, "operations") == 0) {
        operations_print(behaviour, table, stdout);
    } else if (strcmp(what, "statements") == 0) {
        behaviour_print(behaviour, stdout);
    } else if (strcmp(what, "check") == 0) {
        check_statements(behaviour);
        check_operations(behaviour);
        check_differences(table);
        printf("%zu proofs of statements, %zu faults\n", behaviour->proof_count, wrong);
    } else {
        fputs("usage: behaviour check [TESTS] | operations | statements\n", stderr);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct behaviour behaviour;
    struct differences *table = differences_load(DIFFERENCES);
    behaviour_load(&behaviour, argc > 2 ? argv[2] : TESTS);
    bool known = print(argc > 1 ? argv[1] : "", &behaviour, table);
    behaviour_deinit(&behaviour);
    differences_free(table);
    return !known ? 2 : wrong ? 1 : 0;
}
