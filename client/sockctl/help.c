/* Help, written from the same tables that the command line is read with. */
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "describe.h"
#include "link.h"
#include "output.h"

enum { LEFT = 22, RIGHT = 100 };

/* Text behind a column of names, broken between words. */
static void print_entry(const char *name, const char *text)
{
    int column = printf("  %-*s", LEFT, name);
    if (column > LEFT + 2) {
        printf("\n  %*s", LEFT, "");
        column = LEFT + 2;
    }
    for (const char *word = text; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (column + 1 + length > RIGHT)
            column = printf("\n%*s", LEFT + 2, "") - 1;
        column += printf(" %.*s", length, word);
        word += length + (word[length] == ' ');
    }
    putchar('\n');
}

static void print_option(const struct option_row *row)
{
    char name[64];
    int used = row->letter != 0 ? snprintf(name, sizeof name, "-%c, ", row->letter) : 0;
    snprintf(name + used, sizeof name - (size_t)used, "--%s%s%s", row->name, row->placeholder != NULL ? " " : "",
             row->placeholder != NULL ? row->placeholder : "");
    print_entry(name, row->doc);
}

static void print_groups(void)
{
    const char *group = "";
    for (size_t i = 0; i < verb_count; i++) {
        char text[300];
        if (verbs[i].group == NULL)
            continue;
        if (strcmp(group, verbs[i].group) != 0)
            printf("\n%s\n", group = verbs[i].group);
        if (verbs[i].method == NULL)
            snprintf(text, sizeof text, "%s", verb_doc(&verbs[i]));
        else
            snprintf(text, sizeof text, "%s (%s)", verb_doc(&verbs[i]), verbs[i].method->name);
        print_entry(verbs[i].name, text);
    }
}

static void print_overview(void)
{
    puts("usage: sockctl [OPTION...] VERB [WORD...]\n\nSockets through sockd, the daemon that owns them.");
    print_groups();
    puts("\nEvery method is a verb under its own name too:");
    for (size_t i = 0, column = RIGHT; i < METHOD_COUNT; i++) {
        size_t length = strlen(methods[i].name) + 1;
        bool wrap = column + length + 1 > RIGHT;
        column = wrap ? length + 2 : column + length + 1;
        printf("%s%s%s", wrap ? "\n  " : " ", methods[i].name, i + 1 < METHOD_COUNT ? "," : "\n");
    }
    puts("\nOptions, before or after the verb");
    for (size_t i = 0; i < option_row_count; i++)
        print_option(&option_rows[i]);
    puts(
        "\nParameters that are required are words in their order; the rest are --name VALUE or name=value, or words that follow.\n"
        "Behind -- nothing is an option.\n\n"
        "Exit status: 0 done, 1 the daemon answered an error, 2 usage, 3 nothing there or no such handle, 4 denied,\n"
        "5 no daemon, 6 timeout, 130 interrupted. `sockctl help VERB` tells more.");
}

static void print_placeholder(const char *before, const struct field *field, const char *after)
{
    char placeholder[64];
    describe_placeholder(field, placeholder, sizeof placeholder);
    printf("%s%s%s", before, placeholder, after);
}

/* What is required, what is usually a word without its name, the rest, and what stands behind --. */
static void print_usage(const struct command *command)
{
    const struct field *fields = command->syntax.fields, *behind = NULL;
    bool named = false;
    printf("usage: sockctl %s", command->verb.name);
    for (size_t i = 0; i < command->syntax.count; i++)
        if (*fields[i].fallback == *FIELD_REQUIRED)
            print_placeholder(" ", &fields[i], (fields[i].flags & FIELD_REST) && fields[i].type == TYPE_HANDLE ? "..." : "");
        else if (fields[i].flags & FIELD_PLAIN)
            print_placeholder(" [", &fields[i], "]");
        else if (fields[i].flags & FIELD_REST)
            behind = &fields[i];
        else
            named = true;
    fputs(named ? " [--NAME VALUE...]" : "", stdout);
    if (behind != NULL)
        print_placeholder(" [-- ", behind, " [WORD...]]");
    printf("\n\n%s\n", verb_doc(&command->verb));
}

static void print_field(const struct field *field)
{
    char type[400], fallback[64], text[800], name[64];
    describe_type(field, type, sizeof type);
    const char *value = describe_default(field, fallback, sizeof fallback);
    if (strcmp(field->name, "lifetime") == 0 && value != NULL)
        value = words_lifetime.items[LIFETIME_DAEMON];
    bool stdin_untold = (field->flags & FIELD_STDIN) && field->type != TYPE_BYTES;
    snprintf(text, sizeof text, "%s [%s%s%s%s%s]", field->doc, type, stdin_untold ? ", or - for standard input" : "",
             value != NULL ? "; default " : "", value != NULL ? value : "", field->flags & FIELD_REST ? "; any number" : "");
    snprintf(name, sizeof name, "%s%s", *field->fallback == *FIELD_REQUIRED ? "" : "--", field->name);
    for (char *c = name; *field->fallback != *FIELD_REQUIRED && *c != '\0'; c++)
        *c = *c == '_' ? '-' : *c;
    print_entry(name, text);
}

static void print_verb(const struct command *command)
{
    const struct method *method = command->verb.method;
    print_usage(command);
    if (command->syntax.count > 0)
        puts("\nParameters");
    for (size_t i = 0; i < command->syntax.count; i++)
        print_field(&command->syntax.fields[i]);
    if (method == NULL)
        return;
    if (method->result->count > 0)
        puts("\nResult (all of it with -j)");
    for (size_t i = 0; i < method->result->count; i++)
        print_entry(method->result->fields()[i].name, method->result->fields()[i].doc);
    printf("\nMethod %s. Right needed: %s.%s\n", method->name, right_names[method->right],
           method->flags & METHOD_WAITS ? " It may wait." : "");
}

int help_run(struct command *command)
{
    const char *name = arguments_text(command, "verb");
    struct command about = *command;
    if (command->verb.run != help_run || command->options.help) {
        print_verb(command);
    } else if (name == NULL) {
        print_overview();
    } else if (verb_find(name, &about.verb)) {
        verb_syntax(&about.verb, &about.syntax);
        print_verb(&about);
    } else {
        return link_complain(command, EXIT_USAGE, "there is no verb \"%s\"", name);
    }
    return output_finish();
}
