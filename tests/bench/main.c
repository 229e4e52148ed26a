/* The benchmark: sockd beside what else there is. */
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"
#include "figure.h"
#include "ledger.h"
#include "machine.h"

struct settings settings = {.rounds = 7};

static const struct bench_case cases[] = {
    {"rpc", "a small call: one, 16 and 64 in flight, 50 sessions", case_rpc},
    {"lines", "lines of 60 bytes read and written", case_lines},
    {"bulk", "each data path, both directions", case_bulk},
    {"connect", "a connection made and closed", case_connect},
    {"status", "one call over many handles", case_status},
    {"idle", "the memory of idle streams", case_idle},
    {"latency", "a quiet session's round trip while others are busy", case_latency},
    {"neighbours", "a user's calls while another one uses up all that is his", case_neighbours},
    {"start", "from exec to the first reply", case_start},
};
#define CASES (sizeof cases / sizeof *cases)

static void usage(FILE *file)
{
    fputs("usage: bench [NAME...] [--json] [--table] [--against FILE] [--only WORD] [--rounds N] [--quick]\n\n", file);
    for (size_t i = 0; i < CASES; i++)
        fprintf(file, "  %-12s%s\n", cases[i].name, cases[i].text);
    fputs(
        "\n  --json          a JSON object a line instead of tables\n"
        "  --table         the ratios alone, as README has them\n"
        "  --against FILE  fails where a ratio has fallen by more than half of what FILE's table says\n"
        "  --only WORD     of bulk's rows only those whose names contain it, beside TCP by oneself\n"
        "  --rounds N      rounds of each figure, at most 64 (7)\n"
        "  --quick         one tiny round: only to see that it runs\n\n"
        "Each figure stands beside its references, which take turns with it: median [least .. greatest] of the rounds, then the\n"
        "ratios pair by pair, with what they should keep to. A reference whose program is not installed is left out.\n",
        file);
}

void bench_say(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printf(settings.json ? "{\"note\":\"%s\"}\n" : "%s\n", text);
    fflush(stdout);
}

static void say_machine(void)
{
    struct utsname name;
    uname(&name);
    bench_say("%s %s, %d of its cores used, %ld descriptors, %s on both ends of every TCP connection, %d rounds", name.sysname,
              name.release, machine_cores(), machine_descriptors(), machine_congestion(), settings.rounds);
}

static bool parse_rounds(const char *text)
{
    char *end;
    long rounds = strtol(text, &end, 10);
    settings.rounds = (int)rounds;
    return *text && !*end && rounds >= 1 && rounds <= FIGURE_ROUNDS;
}

enum { OPTION_JSON = 256, OPTION_TABLE, OPTION_AGAINST, OPTION_ONLY, OPTION_ROUNDS, OPTION_QUICK, OPTION_HELP };

static const struct option options[] = {
    {"table", no_argument, NULL, OPTION_TABLE},         {"against", required_argument, NULL, OPTION_AGAINST},
    {"json", no_argument, NULL, OPTION_JSON},           {"only", required_argument, NULL, OPTION_ONLY},
    {"rounds", required_argument, NULL, OPTION_ROUNDS}, {"quick", no_argument, NULL, OPTION_QUICK},
    {"help", no_argument, NULL, OPTION_HELP},           {NULL, 0, NULL, 0},
};

static void parse(int argc, char **argv)
{
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == OPTION_JSON) {
            settings.json = true;
        } else if (option == OPTION_TABLE) {
            settings.table = true;
        } else if (option == OPTION_AGAINST) {
            settings.against = optarg;
        } else if (option == OPTION_ONLY) {
            settings.only = optarg;
        } else if (option == OPTION_QUICK) {
            settings.quick = true;
            settings.rounds = 1;
        } else if (option == OPTION_HELP) {
            usage(stdout);
            exit(0);
        } else if (option != OPTION_ROUNDS || !parse_rounds(optarg)) {
            usage(stderr);
            exit(2);
        }
    }
}

static const struct bench_case *find(const char *name)
{
    for (size_t i = 0; i < CASES; i++)
        if (strcmp(cases[i].name, name) == 0)
            return &cases[i];
    fprintf(stderr, "bench: there is no case %s\n", name);
    usage(stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    for (int i = optind; i < argc; i++)
        find(argv[i]);
    signal(SIGPIPE, SIG_IGN);
    machine_init();
    machine_isolate();
    say_machine();
    if (settings.table)
        ledger_print_head();
    for (int i = optind; i < argc; i++)
        find(argv[i])->run();
    for (size_t i = 0; i < CASES && optind == argc; i++)
        cases[i].run();
    return settings.fallen > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
