/* Words are taken so that what comes out of a shell variable cannot turn into something else: the text of a write is the
 * next word whatever it looks like (but for a dash in front, which -- allows), and after -- nothing is an option. */
#include "arguments.h"

#include <stdio.h>
#include <string.h>

#include "value.h"

const struct field *arguments_field(const struct syntax *syntax, const char *name, size_t size)
{
    for (size_t i = 0; i < syntax->count; i++) {
        const struct field *field = &syntax->fields[i];
        size_t same = 0;
        while (same < size && (field->name[same] == name[same] || (field->name[same] == '_' && name[same] == '-')))
            same++;
        if (same == size && field->name[same] == '\0')
            return field;
    }
    return NULL;
}

static bool given(const struct command *command, const struct field *field)
{
    return json_object_object_get_ex(command->params, field->name, NULL) ||
           ((field->flags & FIELD_STDIN) && command->from_stdin);
}

/* Whether the words of a list are one value each, and a lone word is not an array. */
static bool lone_allowed(const struct field *field)
{
    return field->type == TYPE_ITEMS;
}

static void append(struct command *command, const struct field *field, json_object *value)
{
    json_object *there = NULL;
    bool first = !json_object_object_get_ex(command->params, field->name, &there);
    if (first && lone_allowed(field)) {
        json_object_object_add(command->params, field->name, value);
        return;
    }
    if (!json_object_is_type(there, json_type_array)) {
        json_object *list = json_object_new_array();
        if (!first)
            json_object_array_add(list, json_object_get(there));
        json_object_object_add(command->params, field->name, list);
        there = list;
    }
    json_object_array_add(there, value);
}

static bool set(struct command *command, const struct field *field, const char *word, char *error, size_t size)
{
    char reason[400];
    json_object *value;
    if (given(command, field) && !(field->flags & FIELD_REST)) {
        snprintf(error, size, "%s: given twice", field->name);
        return false;
    }
    if (!value_read(field, word, &value, reason, sizeof reason)) {
        snprintf(error, size, "%s: %s, not \"%s\"", field->name, reason, word);
        return false;
    }
    if (field->flags & FIELD_REST)
        append(command, field, value);
    else
        json_object_object_add(command->params, field->name, value);
    return true;
}

/* The field that the next word without a name is for. Behind -- that is sockctl's own list of words, if the verb has one. */
static const struct field *pending(const struct command *command, bool literal)
{
    const struct field *last = &command->syntax.fields[command->syntax.count - (command->syntax.count > 0)];
    if (literal && command->syntax.own > 0 && (last->flags & FIELD_REST))
        return last;
    for (size_t i = 0; i < command->syntax.count; i++) {
        const struct field *field = &command->syntax.fields[i];
        if ((field->flags & FIELD_REST) || !given(command, field))
            return field;
    }
    return NULL;
}

/* Whether the pending field takes words of the form name=value for itself. */
static bool takes_any_word(const struct command *command, const struct field *field)
{
    unsigned moves = command->verb.method == NULL ? 0 : command->verb.method->flags & (METHOD_INPUT | METHOD_OUTPUT);
    bool text = field->type == TYPE_TEXT || field->type == TYPE_CHAR || field->type == TYPE_BYTES;
    return field->type == TYPE_OPTIONS || (text && moves != 0 && *field->fallback == *FIELD_REQUIRED);
}

static bool take_plain(struct command *command, const char *word, bool literal, char *error, size_t size)
{
    const struct field *field = pending(command, literal);
    const char *equals = strchr(word, '=');
    if (!literal && equals != NULL && (field == NULL || !takes_any_word(command, field))) {
        const struct field *meant = arguments_field(&command->syntax, word, (size_t)(equals - word));
        if (meant != NULL)
            return set(command, meant, equals + 1, error, size);
    }
    if (field == NULL) {
        snprintf(error, size, "\"%s\" is a word too many", word);
        return false;
    }
    if (!literal && strcmp(word, "-") == 0 && (field->flags & FIELD_STDIN)) {
        command->from_stdin = true;
        return true;
    }
    return set(command, field, word, error, size);
}

/* --name VALUE, --name=VALUE, and --name alone for a switch. How many words, 0 if it is no parameter, -1 if it is wrong. */
static int take_named(struct command *command, int count, char *const *words, char *error, size_t size)
{
    const char *name = words[0] + 2, *equals = strchr(name, '=');
    const struct field *field =
        arguments_field(&command->syntax, name, equals == NULL ? strlen(name) : (size_t)(equals - name));
    if (field == NULL)
        return 0;
    const char *value = equals != NULL ? equals + 1 : count > 1 ? words[1] : NULL;
    bool bare = field->type == TYPE_BOOL && equals == NULL &&
                (value == NULL || (strcmp(value, "true") != 0 && strcmp(value, "false") != 0));
    if (value == NULL && !bare) {
        snprintf(error, size, "%s: needs a value", field->name);
        return -1;
    }
    if (!set(command, field, bare ? "true" : value, error, size))
        return -1;
    return bare || equals != NULL ? 1 : 2;
}

/* One option of any sort: how many words, -1 if it is wrong. */
static int take_option(struct command *command, int count, char *const *words, char *error, size_t size)
{
    int taken = strncmp(words[0], "--", 2) == 0 ? take_named(command, count, words, error, size) : 0;
    if (taken == 0)
        taken = options_take(&command->options, count, words, error, size);
    if (taken == 0)
        snprintf(error, size, "there is no option %s", words[0]);
    return taken == 0 ? -1 : taken;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strspn(word + 1, "0123456789") != strlen(word + 1);
}

bool arguments_read(struct command *command, int count, char *const *words, char *error, size_t size)
{
    bool literal = false;
    for (int i = 0, taken; i < count; i += taken) {
        taken = 1;
        if (!literal && strcmp(words[i], "--") == 0)
            literal = true;
        else if (!literal && is_option(words[i]))
            taken = take_option(command, count - i, words + i, error, size);
        else if (!take_plain(command, words[i], literal, error, size))
            return false;
        if (taken < 0)
            return false;
    }
    return true;
}

/* What is passed over where nothing waits must be one all the same. */
static bool is_timeout(const char *word, char *error, size_t size)
{
    static const struct field timeout = {.name = "timeout", .type = TYPE_TIMEOUT, .flags = FIELD_NULLABLE};
    char reason[400];
    json_object *value = NULL;
    bool good = value_read(&timeout, word, &value, reason, sizeof reason);
    if (!good)
        snprintf(error, size, "timeout: %s, not \"%s\"", reason, word);
    json_object_put(value);
    return good;
}

/* A global option that is a parameter of the verb, unless that was given already. elsewhere: others do without it. */
static bool adopt(struct command *command, const char *name, const char *value, bool elsewhere, char *error, size_t size)
{
    const struct field *field = arguments_field(&command->syntax, name, strlen(name));
    if (value == NULL)
        return true;
    if (field == NULL && !elsewhere)
        snprintf(error, size, "--%s does not apply here", name);
    if (field == NULL)
        return elsewhere && is_timeout(value, error, size);
    return given(command, field) || set(command, field, value, error, size);
}

bool arguments_complete(struct command *command, char *error, size_t size)
{
    const struct options *options = &command->options;
    const struct field *lifetime = arguments_field(&command->syntax, "lifetime", strlen("lifetime"));
    if (!adopt(command, "timeout", options->timeout, true, error, size) ||
        !adopt(command, "filter", options->filter, false, error, size) ||
        !adopt(command, "sort", options->sort, false, error, size))
        return false;
    for (size_t i = 0; i < command->syntax.count; i++) {
        const struct field *field = &command->syntax.fields[i];
        if (*field->fallback == *FIELD_REQUIRED && !given(command, field)) {
            snprintf(error, size, "%s: is missing", field->name);
            return false;
        }
    }
    if (lifetime != NULL && !given(command, lifetime))
        json_object_object_add(command->params, "lifetime", json_object_new_string(words_lifetime.items[LIFETIME_DAEMON]));
    return true;
}

json_object *arguments_take(struct command *command, const char *name)
{
    json_object *value = json_object_get(json_object_object_get(command->params, name));
    json_object_object_del(command->params, name);
    return value;
}

const char *arguments_text(const struct command *command, const char *name)
{
    return json_object_get_string(json_object_object_get(command->params, name));
}
