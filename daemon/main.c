/* sockd: parse, run, tell. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "proto.h"
#include "server.h"

static const char usage[] =
    "usage: sockd [--socket PATH] [--config FILE] [--log-level LEVEL]\n"
    "       sockd --check-config [--socket PATH] [--config FILE]\n"
    "\n"
    "Owns the sockets of processes that may not have any, and serves them over a Unix socket.\n"
    "\n"
    "  --socket PATH      listen there; without it and without a configuration's listeners:\n"
    "                     $SOCKD_SOCKET, $XDG_RUNTIME_DIR/sockd/sockd.sock, /run/sockd/sockd.sock\n"
    "  --config FILE      read the configuration\n"
    "  --check-config     read it, tell what is wrong with it, and exit\n"
    "  --log-level LEVEL  error, warning (the default), info or debug\n"
    "  --version          print the version and exit\n"
    "  --help             print this and exit\n"
    "\n"
    "Exit status: 0 stopped by a signal, or nothing is wrong; 1 it cannot serve, or something is; 2 usage.\n";

enum { OPTION_SOCKET = 256, OPTION_CONFIG, OPTION_CHECK, OPTION_LOG_LEVEL, OPTION_VERSION, OPTION_HELP };

static const struct option long_options[] = {
    {"socket", required_argument, NULL, OPTION_SOCKET},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

enum action { ACTION_RUN, ACTION_CHECK, ACTION_VERSION, ACTION_HELP, ACTION_USAGE };

static enum action set_log_level(const char *name)
{
    int level = log_level_find(name);
    if (level < 0) {
        fprintf(stderr, "sockd: --log-level %s: must be error, warning, info or debug\n", name);
        return ACTION_USAGE;
    }
    log_set_level((enum log_level)level);
    return ACTION_RUN;
}

static enum action parse(int argc, char **argv, struct server_options *options)
{
    enum action action = ACTION_RUN;
    int option;
    while (action <= ACTION_CHECK && (option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (option) {
        case OPTION_SOCKET:
            options->socket = optarg;
            break;
        case OPTION_CONFIG:
            options->config = optarg;
            break;
        case OPTION_CHECK:
            action = ACTION_CHECK;
            break;
        case OPTION_LOG_LEVEL:
            if (set_log_level(optarg) == ACTION_USAGE)
                return ACTION_USAGE;
            break;
        case OPTION_VERSION:
            return ACTION_VERSION;
        case OPTION_HELP:
            return ACTION_HELP;
        default:
            return ACTION_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "sockd: %s: unexpected argument\n", argv[optind]);
        return ACTION_USAGE;
    }
    return action;
}

int main(int argc, char **argv)
{
    struct server_options options = {NULL, NULL};
    char reason[SERVER_REASON] = "";
    switch (parse(argc, argv, &options)) {
    case ACTION_VERSION:
        printf("sockd %s, protocol %d\n", SOCKD_VERSION, SOCKD_PROTOCOL);
        return EXIT_SUCCESS;
    case ACTION_HELP:
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    case ACTION_USAGE:
        fputs("Try sockd --help.\n", stderr);
        return 2;
    case ACTION_CHECK:
        if (server_check(&options, reason, sizeof reason) == 0)
            return EXIT_SUCCESS;
        break;
    case ACTION_RUN:
        if (server_run(&options, reason, sizeof reason) == 0)
            return EXIT_SUCCESS;
        break;
    }
    fprintf(stderr, "sockd: %s\n", reason);
    return EXIT_FAILURE;
}
