/* policy: the profiles in force, a decision explained, and rules made of a report. */
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "link.h"
#include "output.h"
#include "suggest.h"
#include "table.h"

static int print_whole(const struct command *command, json_object *document)
{
    output_json(&command->options, stdout, document);
    return output_finish();
}

static void print_text(const char *text)
{
    output_escaped(stdout, text, strlen(text), false);
}

static const char *member_text(json_object *object, const char *name)
{
    const char *text = json_object_get_string(json_object_object_get(object, name));
    return text == NULL ? "" : text;
}

/* ---- check ---- */

static void print_step(json_object *step)
{
    printf("%s  ", json_object_get_boolean(json_object_object_get(step, "good")) ? "yes" : "no ");
    const char *profile = member_text(step, "profile");
    if (*profile != '\0') {
        print_text(profile);
        fputs(": ", stdout);
    }
    printf("%s: ", member_text(step, "step"));
    print_text(member_text(step, "text"));
    putchar('\n');
}

/* What was decided; a name that has no address ends without a decision. */
static int check_status(json_object *result, json_object *steps)
{
    json_object *last = json_object_array_get_idx(steps, json_object_array_length(steps) - 1);
    if (json_object_get_boolean(json_object_object_get(result, "allowed")))
        return EXIT_DONE;
    return strcmp(member_text(last, "step"), "resolve") == 0 ? EXIT_FAULT : EXIT_DENIED;
}

static int print_check(const struct command *command, json_object *result)
{
    json_object *steps = json_object_object_get(result, "steps");
    if (options_json(&command->options)) {
        print_whole(command, result);
    } else {
        for (size_t i = 0; !command->options.quiet && i < json_object_array_length(steps); i++)
            print_step(json_object_array_get_idx(steps, i));
    }
    int status = output_finish();
    return status == EXIT_DONE ? check_status(result, steps) : status;
}

static int check(struct command *command, json_object *params)
{
    static const char *const members[] = {"port", "profile", "operation"};
    struct answer answer;
    json_object *host = json_object_object_get(command->params, "target");
    if (host == NULL || json_object_object_get(command->params, "port") == NULL)
        return link_complain(command, EXIT_USAGE, "check needs a host and a port");
    json_object_object_add(params, "host", json_object_get(host));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_object_object_get(command->params, members[i]) != NULL)
            json_object_object_add(params, members[i], json_object_get(json_object_object_get(command->params, members[i])));
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = link_call(command, methods[METHOD_policy_check].name, params, &answer);
    if (status != EXIT_DONE)
        return status;
    status = print_check(command, answer.result);
    json_object_put(answer.result);
    return status;
}

/* ---- suggest ---- */

/* The rules of each profile that the report speaks of. */
static json_object *all_rules(const struct command *command, json_object *entries, bool floor)
{
    json_object *profiles = json_object_new_object(), *outer = json_object_new_object();
    for (size_t i = 0; i < json_object_array_length(entries); i++) {
        const char *name = member_text(json_object_array_get_idx(entries, i), "profile");
        if (!json_object_object_get_ex(profiles, name, NULL))
            json_object_object_add(profiles, name, suggest_rules(command, entries, name, floor));
    }
    json_object_object_add(outer, "profiles", profiles);
    return outer;
}

static int suggest(struct command *command, json_object *params)
{
    struct answer answer;
    const char *profile = arguments_text(command, "profile");
    bool floor = json_object_get_boolean(json_object_object_get(command->params, "floor"));
    if (profile != NULL)
        json_object_object_add(params, "profile", json_object_new_string(profile));
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = link_call(command, methods[METHOD_policy_report].name, params, &answer);
    if (status != EXIT_DONE)
        return status;
    json_object *entries = json_object_object_get(answer.result, "entries");
    json_object *rules = profile != NULL ? suggest_rules(command, entries, profile, floor) : all_rules(command, entries, floor);
    int64_t dropped = json_object_get_int64(json_object_object_get(answer.result, "dropped"));
    if (dropped > 0 && !command->options.quiet)
        fprintf(stderr, "sockctl: %jd rows of the report had to make room for others and are missing here\n",
                (intmax_t)dropped);
    status = print_whole(command, rules);
    json_object_put(rules);
    json_object_put(answer.result);
    return status;
}

/* ---- ls and show ---- */

static const struct columns shown = {
    .count = 5,
    .items = {{"profile", "PROFILE"}, {"mode", "MODE"}, {"rights", "RIGHTS"}, {"dial", "DIAL"}, {"listen", "LISTEN"}}};

static void print_texts(const char *title, json_object *texts)
{
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        printf("%-8s", title);
        print_text(json_object_get_string(json_object_array_get_idx(texts, i)));
        putchar('\n');
    }
}

static void print_profile(json_object *profile)
{
    printf("profile ");
    print_text(member_text(profile, "profile"));
    printf("\nmode    %s\n", member_text(profile, "mode"));
    if (json_object_get_boolean(json_object_object_get(profile, "unrestricted")))
        puts("        everything is allowed everywhere");
    print_texts("right", json_object_object_get(profile, "rights"));
    print_texts("dial", json_object_object_get(profile, "dial"));
    print_texts("listen", json_object_object_get(profile, "listen"));
}

static int show_one(const struct command *command, json_object *profiles, const char *name)
{
    for (size_t i = 0; i < json_object_array_length(profiles); i++) {
        json_object *profile = json_object_array_get_idx(profiles, i);
        if (strcmp(member_text(profile, "profile"), name) != 0)
            continue;
        if (options_json(&command->options))
            return print_whole(command, profile);
        print_profile(profile);
        return output_finish();
    }
    return link_complain(command, EXIT_NOTHING, "there is no profile \"%s\"", name);
}

/* One to whom everything is allowed has no rules, and its rights are all that there are: one word says so. */
static void print_table(const struct command *command, json_object *profiles)
{
    static const char *const rules[] = {"rights", "dial", "listen"};
    bool table = command->options.format == FORMAT_TABLE || command->options.format == FORMAT_WIDE;
    for (size_t i = 0; table && i < json_object_array_length(profiles); i++) {
        json_object *profile = json_object_array_get_idx(profiles, i);
        bool everything = json_object_get_boolean(json_object_object_get(profile, "unrestricted"));
        for (size_t k = 0; everything && k < sizeof rules / sizeof *rules; k++)
            json_object_object_add(profile, rules[k], json_object_new_string("everything"));
    }
    table_print(&command->options, &record_policy_info, &shown, profiles);
}

static int list(struct command *command, const char *name)
{
    struct answer answer;
    int status = link_open(command);
    if (status == EXIT_DONE)
        status = link_call(command, methods[METHOD_policy_list].name, NULL, &answer);
    if (status != EXIT_DONE)
        return status;
    json_object *profiles = json_object_object_get(answer.result, "profiles");
    if (name != NULL) {
        status = show_one(command, profiles, name);
    } else if (options_json(&command->options)) {
        status = print_whole(command, answer.result);
    } else {
        print_table(command, profiles);
        status = output_finish();
    }
    json_object_put(answer.result);
    return status;
}

int policy_run(struct command *command)
{
    const char *action = arguments_text(command, "action"), *target = arguments_text(command, "target");
    json_object *params = json_object_new_object();
    int status;
    if (strcmp(action, "check") == 0)
        status = check(command, params);
    else if (strcmp(action, "suggest") == 0)
        status = suggest(command, params);
    else if (strcmp(action, "show") == 0 && target == NULL)
        status = link_complain(command, EXIT_USAGE, "show needs the name of a profile");
    else
        status = list(command, strcmp(action, "show") == 0 ? target : NULL);
    json_object_put(params);
    return status;
}
