#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "arguments.h"
#include "link.h"
#include "output.h"

static void interrupted(int signal)
{
    (void)signal;
    _exit(EXIT_INTERRUPTED);
}

static int version_run(struct command *command)
{
    (void)command;
    puts("sockctl " SOCKD_VERSION);
    return output_finish();
}

/* Everything on the command line. 0, or the status to end with. */
static int read_line(struct command *command, int count, char *const *words)
{
    char error[1024];
    int taken = 0;
    options_init(&command->options);
    for (; count > 0 && (taken = options_take(&command->options, count, words, error, sizeof error)) > 0; words += taken)
        count -= taken;
    if (taken < 0)
        return link_complain(command, EXIT_USAGE, "%s", error);
    if (command->options.version) {
        command->verb.run = version_run;
        return EXIT_DONE;
    }
    if (count == 0 && !command->options.help)
        return link_complain(command, EXIT_USAGE, "a verb is missing; `sockctl help` lists them");
    const char *name = count == 0 ? "help" : words[0];
    if (!verb_find(name, &command->verb))
        return link_complain(command, EXIT_USAGE, "there is no %s \"%s\"; see `sockctl help`", *name == '-' ? "option" : "verb",
                             name);
    if (count == 0)
        command->options.help = false;
    verb_syntax(&command->verb, &command->syntax);
    if (!arguments_read(command, count - (count > 0), words + (count > 0), error, sizeof error) ||
        (!command->options.help && !arguments_complete(command, error, sizeof error)))
        return link_complain(command, EXIT_USAGE, "%s", error);
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    struct command command = {.params = json_object_new_object()};
    signal(SIGINT, interrupted);
    int status = read_line(&command, argc - 1, argv + 1);
    if (status == EXIT_DONE)
        status = command.options.help ? help_run(&command) : command.verb.run(&command);
    sockd_close(command.client);
    json_object_put(command.params);
    return status;
}
