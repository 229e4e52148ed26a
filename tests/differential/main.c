/* differential: compares sockd with CLISP, case by case.
 *
 *     differential cases FILE...             every case of the files; and every row of the table must explain something
 *     differential random [--seed N] [--count N]   sequences made from a seed
 *     differential reference                 prints the page about the differences
 *
 * --trace shows each step, --only NAME plays only the cases whose names begin so. $DIFFERENTIAL_SEED and $DIFFERENTIAL_COUNT
 * stand in for --seed and --count. */
#include <stdlib.h>
#include <string.h>

#include "generate.h"
#include "play.h"

struct options {
    const char *only;
    uint64_t seed;
    long count;
    bool trace;
    int files; /* arguments that are files begin here */
};

struct tally {
    size_t played, failed, explained;
};

static void tell_failure(const struct script *script, const struct verdict *verdict)
{
    printf("%s%s%s: step %zu, %s, %s\n    CLISP %s\n    sockd %s\n", script->name, script->buffered ? ", buffered " : "",
           script->buffered ? script->buffered : "", verdict->at + 1, script->steps[verdict->at].operation->name,
           verdict->expected ? "is wrong by the rules" : "differs, and no row explains it", verdict->results[SIDE_CLISP],
           verdict->results[SIDE_SOCKD]);
    if (verdict->expected)
        printf("    wanted %s\n", verdict->expected);
}

static void play_case(struct stage *stage, const struct script *script, struct tally *tally)
{
    struct verdict verdict;
    if (stage->trace)
        fprintf(stage->trace, "%s %s\n", script->name, script->buffered ? script->buffered : "");
    play(stage, script, &verdict);
    tally->played++;
    tally->failed += verdict.failed;
    tally->explained += verdict.row != NULL;
    if (verdict.failed)
        tell_failure(script, &verdict);
    verdict_deinit(&verdict);
}

static void play_entry(struct stage *stage, json_object *entry, const struct options *options, struct tally *tally)
{
    static const char *const modes[] = {"\"default\"", "true", "false"};
    struct script script;
    const char *fault;
    if (!script_read(&script, entry, &fault)) {
        fprintf(stderr, "%s: %s\n", script.name, fault);
        exit(2);
    }
    if (options->only && strncmp(script.name, options->only, strlen(options->only)) != 0)
        return;
    bool each = json_object_object_get_ex(entry, "each", NULL);
    for (int i = 0; i < (each ? 3 : 1); i++) {
        script.buffered = each ? modes[i] : NULL;
        play_case(stage, &script, tally);
    }
}

static void play_file(struct stage *stage, const char *path, const struct options *options, struct tally *tally)
{
    json_object *file = json_object_from_file(path), *cases = json_object_object_get(file, "cases");
    if (!cases) {
        fprintf(stderr, "%s: %s\n", path, file ? "it has no cases" : json_util_get_last_err());
        exit(2);
    }
    for (size_t i = 0; i < json_object_array_length(cases); i++)
        play_entry(stage, json_object_array_get_idx(cases, i), options, tally);
    json_object_put(file);
}

static int play_files(struct stage *stage, int argc, char **argv, const struct options *options)
{
    struct tally tally = {0};
    for (int i = options->files; i < argc; i++)
        play_file(stage, argv[i], options, &tally);
    size_t unused = options->only ? 0 : differences_unused(stage->table, stdout);
    printf("%zu cases, %zu with a deliberate difference, %zu failed\n", tally.played, tally.explained, tally.failed);
    return tally.failed || unused || !tally.played ? 1 : 0;
}

static int play_random(struct stage *stage, const struct options *options)
{
    struct tally tally = {0};
    for (long i = 0; i < options->count && tally.failed < 5; i++) {
        uint64_t seed = options->seed + (uint64_t)i;
        struct script script;
        struct verdict verdict;
        json_object *source = generate(seed, &script);
        play(stage, &script, &verdict);
        tally.played++;
        tally.explained += verdict.row != NULL;
        if (verdict.failed) {
            tally.failed++;
            generate_shrink(stage, &script, &verdict);
            json_object *smallest = script_print(&script);
            printf("--seed %llu --count 1; the smallest script that fails:\n%s\n", (unsigned long long)seed,
                   json_object_to_json_string_ext(smallest, JSON_C_TO_STRING_SPACED));
            tell_failure(&script, &verdict);
            json_object_put(smallest);
        }
        verdict_deinit(&verdict);
        json_object_put(source);
    }
    printf("%zu sequences from seed %llu, %zu with a deliberate difference, %zu failed\n", tally.played,
           (unsigned long long)options->seed, tally.explained, tally.failed);
    return tally.failed ? 1 : 0;
}

static int print_reference(void)
{
    struct differences *table = differences_load(DIFFERENCES);
    differences_print(table, stdout);
    differences_free(table);
    return 0;
}

static struct options options_read(int argc, char **argv)
{
    const char *seed = getenv("DIFFERENTIAL_SEED"), *count = getenv("DIFFERENTIAL_COUNT");
    struct options options = {.seed = seed ? strtoull(seed, NULL, 10) : 1, .count = count ? atol(count) : 300};
    int i = 2;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--trace") == 0) {
            options.trace = true;
            continue;
        }
        if (strcmp(argv[i], "--only") == 0)
            options.only = value;
        else if (strcmp(argv[i], "--seed") == 0)
            options.seed = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--count") == 0)
            options.count = atol(value);
        else
            options.files = -1;
        i++;
    }
    options.files = options.files < 0 ? -1 : i;
    return options;
}

int main(int argc, char **argv)
{
    struct options options = options_read(argc, argv);
    const char *what = argc > 1 ? argv[1] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(what, "reference") == 0)
        return print_reference();
    if ((strcmp(what, "cases") != 0 && strcmp(what, "random") != 0) || options.files < 0) {
        fprintf(stderr, "usage: differential cases [--trace] [--only NAME] FILE...\n"
                        "       differential random [--trace] [--seed N] [--count N]\n"
                        "       differential reference\n");
        return 2;
    }
    static struct stage stage;
    stage_open(&stage, DIFFERENCES);
    stage.trace = options.trace ? stdout : NULL;
    int status = strcmp(what, "cases") == 0 ? play_files(&stage, argc, argv, &options) : play_random(&stage, &options);
    stage_close(&stage);
    return status;
}
