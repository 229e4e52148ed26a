/* A shell's completion: one function in its language, with the words of the tables in it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "verb.h"

static void print_name(const char *name)
{
    for (; *name != '\0'; name++)
        putchar(*name == '_' ? '-' : *name);
}

static void print_globals(bool valued)
{
    for (size_t i = 0; i < option_row_count; i++) {
        bool takes = option_rows[i].placeholder != NULL;
        if (valued && takes && option_rows[i].letter != 0)
            printf("-%c|", option_rows[i].letter);
        if (valued && takes)
            printf("--%s%s", option_rows[i].name, "|");
        if (!valued)
            printf("--%s ", option_rows[i].name);
    }
}

static void print_words(const struct words *words)
{
    for (int i = 0; i < words->count; i++)
        if (strchr(words->items[i], ' ') == NULL)
            printf("%s%s", i == 0 ? "" : " ", words->items[i]);
}

/* The values that a parameter can have, or nothing where that is open. */
static void print_values(const char *verb, const struct field *field)
{
    if (field->type != TYPE_WORD && field->type != TYPE_BOOL && field->type != TYPE_FORMAT)
        return;
    printf("    %s:--", verb);
    print_name(field->name);
    printf(") choices='");
    if (field->type == TYPE_WORD)
        print_words(field->words);
    else
        printf("%s", field->type == TYPE_BOOL ? "true false" : "unix dos mac");
    puts("' ;;");
}

static void print_verb(const char *name)
{
    struct verb verb;
    struct syntax syntax;
    verb_find(name, &verb);
    verb_syntax(&verb, &syntax);
    const struct field *first = syntax.count > 0 ? &syntax.fields[0] : NULL;
    bool handles = first != NULL && (first->type == TYPE_HANDLE || first->type == TYPE_ITEMS);
    printf("    %s) choices='", name);
    for (size_t i = 0; i < syntax.count; i++) {
        printf("--");
        print_name(syntax.fields[i].name);
        putchar(' ');
    }
    printf("'; words='");
    if (first != NULL && first->type == TYPE_WORD)
        print_words(first->words);
    printf("'%s ;;\n", handles                                               ? "; handles=1"
                       : first != NULL && strcmp(first->name, "method") == 0 ? "; words=$methods"
                       : first != NULL && strcmp(first->name, "verb") == 0   ? "; words=$verbs"
                                                                             : "");
}

static void print_verb_values(const char *name)
{
    struct verb verb;
    struct syntax syntax;
    verb_find(name, &verb);
    verb_syntax(&verb, &syntax);
    for (size_t i = 0; i < syntax.count; i++)
        print_values(name, &syntax.fields[i]);
}

/* Calls a function for every name that is a verb, once each. */
static void each_verb(void (*print)(const char *name))
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        print(methods[i].name);
    for (size_t i = 0; i < verb_count; i++)
        if (method_find(verbs[i].name, strlen(verbs[i].name)) == NULL)
            print(verbs[i].name);
}

static void print_word(const char *name)
{
    printf("%s ", name);
}

static void print_method_names(void)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        print_word(methods[i].name);
}

int completion_run(struct command *command)
{
    (void)command;
    puts(
        "# Completion of sockctl for bash, printed by `sockctl completion bash`.\n"
        "_sockctl()\n{\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' choices='' words='' handles='' i");
    printf("    local methods='");
    print_method_names();
    printf("'\n    local verbs='");
    each_verb(print_word);
    printf("'\n    local options='");
    print_globals(false);
    puts("'\n    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in");
    printf("        ");
    print_globals(true);
    puts("--) ((i++)) ;;\n        -*) ;;\n        *) verb=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n"
         "    case $verb:$before in\n"
         "    *:-o|*:--output) choices='table wide json ndjson csv name' ;;\n"
         "    *:-s|*:--socket) mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); return ;;");
    each_verb(print_verb_values);
    puts("    esac\n"
         "    if [[ -n $choices ]]; then\n"
         "        mapfile -t COMPREPLY < <(compgen -W \"$choices\" -- \"$word\")\n        return\n    fi\n"
         "    case $verb in\n    '') choices=''; words=$verbs ;;");
    each_verb(print_verb);
    puts("    esac\n"
         "    if [[ $word == -* ]]; then\n        words=\"$choices $options\"\n"
         "    elif [[ -n $handles ]]; then\n        words=$(sockctl -q ls all 2>/dev/null)\n    fi\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
         "}\ncomplete -F _sockctl sockctl");
    return output_finish();
}
