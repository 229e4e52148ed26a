/* From a report to rules.
 *
 * A row of the report becomes a right or a rule that allows what it was about, and nothing else: its host and its port. What
 * would open the floor, or every address of the host, is left to a person: it is told, and goes into the rules only where
 * --floor says that it has been decided. What a rule denies stays denied, and what nothing can allow is told as well. */
#include "suggest.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "output.h"

struct suggestion {
    const struct command *command;
    bool floor;
    json_object *rights, *dial, *listen;
};

static const char *text_of(json_object *row, const char *name)
{
    const char *text = json_object_get_string(json_object_object_get(row, name));
    return text == NULL ? "" : text;
}

static bool one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

static bool has_item(json_object *array, json_object *item)
{
    for (size_t i = 0; i < json_object_array_length(array); i++)
        if (json_object_equal(json_object_array_get_idx(array, i), item))
            return true;
    return false;
}

/* Adds an item that is not there yet; it is consumed. */
static void add_once(json_object *array, json_object *item)
{
    if (has_item(array, item))
        json_object_put(item);
    else
        json_object_array_add(array, item);
}

/* Adds the port to the rule for that target, or such a rule. Port 0: any that may be listened at. note: why a person had to
 * decide; NULL: nobody had to. */
static void add_rule(json_object *rules, const char *target, int64_t port, const char *note)
{
    json_object *rule = NULL;
    for (size_t i = 0; rule == NULL && i < json_object_array_length(rules); i++) {
        json_object *other = json_object_array_get_idx(rules, i);
        if (strcmp(text_of(other, "allow"), target) == 0 && strcmp(text_of(other, "name"), note == NULL ? "" : note) == 0 &&
            (port == 0) == (json_object_object_get(other, "ports") == NULL))
            rule = other;
    }
    if (rule == NULL) {
        rule = json_object_new_object();
        json_object_object_add(rule, "allow", json_object_new_string(target));
        if (port > 0)
            json_object_object_add(rule, "ports", json_object_new_array());
        if (note != NULL)
            json_object_object_add(rule, "name", json_object_new_string(note));
        json_object_array_add(rules, rule);
    }
    if (port > 0)
        add_once(json_object_object_get(rule, "ports"), json_object_new_int64(port));
}

static void tell(const struct suggestion *suggestion, json_object *row, const char *what)
{
    char line[800];
    if (suggestion->command->options.quiet)
        return;
    snprintf(line, sizeof line, "%s: %s %s port %s%s%s (%s)", text_of(row, "profile"), text_of(row, "operation"),
             text_of(row, "target"), text_of(row, "port"), *text_of(row, "address") == '\0' ? "" : " at ",
             text_of(row, "address"), text_of(row, "reason"));
    fputs("sockctl: ", stderr);
    output_escaped(stderr, line, strlen(line), false);
    fprintf(stderr, ": %s\n", what);
}

/* A rule that a person has to decide on. */
static void add_decided(struct suggestion *suggestion, json_object *row, json_object *rules)
{
    char note[64];
    if (!suggestion->floor) {
        tell(suggestion, row, "to be decided by a person; --floor puts it into the rules");
        return;
    }
    snprintf(note, sizeof note, "decided: %s", text_of(row, "reason"));
    add_rule(rules, text_of(row, "address"), json_object_get_int64(json_object_object_get(row, "port")), note);
}

static bool is_address(const char *text)
{
    char address[128];
    struct in6_addr bytes;
    snprintf(address, sizeof address, "%.*s", (int)strcspn(text, "%"), text); /* without a zone */
    return inet_pton(AF_INET, address, &bytes) == 1 || inet_pton(AF_INET6, address, &bytes) == 1;
}

static void suggest_dial(struct suggestion *suggestion, json_object *row)
{
    static const char *const plain[] = {"name-not-allowed", "no-rule", NULL}, *const floor[] = {"floor", "own-address",
                                                                                                "own-port", NULL};
    const char *target = text_of(row, "target"), *reason = text_of(row, "reason");
    int64_t port = json_object_get_int64(json_object_object_get(row, "port"));
    bool name = !is_address(target) && strcmp(target, "localhost") != 0; /* that one is looked up without a rule */
    if (one_of(reason, plain)) {
        add_rule(suggestion->dial, target, port, NULL);
    } else if (one_of(reason, floor)) {
        if (name)
            add_rule(suggestion->dial, target, port, NULL); /* it has to be looked up */
        add_decided(suggestion, row, suggestion->dial);
    } else {
        tell(suggestion, row, "stays denied");
    }
}

static void suggest_listen(struct suggestion *suggestion, json_object *row)
{
    const char *reason = text_of(row, "reason");
    if (strcmp(reason, "no-rule") == 0)
        add_rule(suggestion->listen, text_of(row, "address"), json_object_get_int64(json_object_object_get(row, "port")), NULL);
    else if (strcmp(reason, "wildcard") == 0)
        add_decided(suggestion, row, suggestion->listen);
    else
        tell(suggestion, row, "stays denied");
}

static void suggest_row(struct suggestion *suggestion, json_object *row)
{
    if (strcmp(text_of(row, "reason"), "no-right") == 0)
        add_once(suggestion->rights, json_object_new_string(text_of(row, "target")));
    else if (strcmp(text_of(row, "operation"), "connect") == 0)
        suggest_dial(suggestion, row);
    else
        suggest_listen(suggestion, row);
}

json_object *suggest_rules(const struct command *command, json_object *entries, const char *profile, bool floor)
{
    struct suggestion suggestion = {command, floor, json_object_new_array(), json_object_new_array(), json_object_new_array()};
    for (size_t i = 0; i < json_object_array_length(entries); i++) {
        json_object *row = json_object_array_get_idx(entries, i);
        if (strcmp(text_of(row, "profile"), profile) == 0)
            suggest_row(&suggestion, row);
    }
    json_object *rules = json_object_new_object();
    json_object_object_add(rules, "rights", suggestion.rights);
    json_object_object_add(rules, "dial", suggestion.dial);
    json_object_object_add(rules, "listen", suggestion.listen);
    return rules;
}
