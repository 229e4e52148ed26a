/* Single values: each reader checks the type first, then the value, and says what it wants. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "config_read.h"

/* The member that a key fills. */
static void *place(void *out, const struct config_key *key)
{
    return (char *)out + key->offset;
}

static const struct token *token_at(const struct config_source *source, uint32_t token)
{
    return &source->scan.tokens[token];
}

/* A text that is not empty and has no NUL in it. */
static bool read_string(struct config_source *source, uint32_t token, size_t most, struct sockd_text *text)
{
    if (token_at(source, token)->type != TOKEN_STRING)
        return config_source_fail(source, token, "wants a text");
    *text = scan_text(&source->scan, token);
    if (!text->size)
        return config_source_fail(source, token, "is empty");
    if (most && text->size > most)
        return config_source_fail(source, token, "has %zu bytes; %zu are allowed", text->size, most);
    if (memchr(text->data, 0, text->size))
        return config_source_fail(source, token, "has a NUL in it");
    return true;
}

static bool in_range(const struct sockd_integer *value, int64_t min, int64_t max)
{
    return !value->negative && value->magnitude >= (uint64_t)min && value->magnitude <= (uint64_t)max;
}

bool config_read_integer(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    struct sockd_integer value;
    const char *gap = key->unit ? " " : "", *unit = key->unit ? key->unit : "";
    if (token_at(source, token)->type != TOKEN_NUMBER || !scan_integer(&source->scan, token, &value) ||
        !in_range(&value, key->min, key->max))
        return config_source_fail(source, token, "wants an integer from %" PRId64 " to %" PRId64 "%s%s", key->min, key->max,
                                  gap, unit);
    *(int64_t *)place(out, key) = (int64_t)value.magnitude;
    return true;
}

bool config_read_mode(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    struct sockd_text text = {0};
    int64_t mode = 0;
    bool good = token_at(source, token)->type == TOKEN_STRING;
    if (good) {
        text = scan_text(&source->scan, token);
        good = text.size == 3 || (text.size == 4 && text.data[0] == '0');
    }
    for (size_t i = 0; good && i < text.size; i++) {
        good = text.data[i] >= '0' && text.data[i] <= '7';
        mode = mode * 8 + text.data[i] - '0';
    }
    if (!good)
        return config_source_fail(source, token, "wants a mode in octal digits, as in \"0660\"");
    *(int64_t *)place(out, key) = mode;
    return true;
}

bool config_read_word(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    char list[128] = "";
    for (int i = 0; key->words[i]; i++) {
        if (token_at(source, token)->type == TOKEN_STRING && scan_is(&source->scan, token, key->words[i])) {
            *(int64_t *)place(out, key) = i;
            return true;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof(list) - used, "%s\"%s\"", i ? " or " : "", key->words[i]);
    }
    return config_source_fail(source, token, "wants %s", list);
}

bool config_read_text(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    struct sockd_text text = {NULL, 0};
    char **member = place(out, key);
    if (!read_string(source, token, (size_t)key->max, &text))
        return false;
    free(*member);
    *member = strndup(text.data, text.size);
    return *member ? true : config_source_fail(source, token, "no memory");
}

bool config_read_path(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    if (!config_read_text(source, token, key, out))
        return false;
    const char *path = *(char **)place(out, key);
    if (path[0] != '/')
        return config_source_fail(source, token, "wants a path that begins with /");
    return path[strlen(path) - 1] != '/' || config_source_fail(source, token, "is a directory's path");
}

/* ---- lists of plain values ---- */

typedef bool element_reader(struct config_source *source, uint32_t token, void *out);

static bool read_array(struct config_source *source, uint32_t token, element_reader *read, void *out)
{
    if (token_at(source, token)->type != TOKEN_ARRAY)
        return config_source_fail(source, token, "wants an array");
    size_t index = 0;
    for (uint32_t element = token + 1; element < token_at(source, token)->next; element = token_at(source, element)->next) {
        size_t mark = config_source_enter_index(source, index++);
        if (!read(source, element, out))
            return false;
        config_source_leave(source, mark);
    }
    return true;
}

static bool read_right(struct config_source *source, uint32_t token, void *out)
{
    struct sockd_text text = {NULL, 0};
    if (!read_string(source, token, 0, &text))
        return false;
    int right = policy_right_find(text.data, text.size);
    if (right >= 0) {
        *(uint32_t *)out |= UINT32_C(1) << right;
        return true;
    }
    char list[256] = "";
    for (int i = RIGHT_NONE + 1; i < POLICY_RIGHT_COUNT; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof(list) - used, " %s", policy_right_name(i));
    }
    return config_source_fail(source, token, "no right is called \"%.*s\"; there are%s", text.size < 32 ? (int)text.size : 32,
                              text.data, list);
}

/* Whoever may use what is anyone's may use what is his, and whoever may use it may see and close it:
 * libsockd's FILE asks what kind of stream it has. */
bool config_read_rights(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    uint32_t *rights = place(out, key);
    if (!read_array(source, token, read_right, rights))
        return false;
    bool io = *rights >> RIGHT_IO & 1;
    if (io || *rights >> POLICY_RIGHT_INSPECT_ALL & 1)
        *rights |= UINT32_C(1) << RIGHT_INSPECT;
    if (io || *rights >> POLICY_RIGHT_CLOSE_ALL & 1)
        *rights |= UINT32_C(1) << RIGHT_CLOSE;
    return true;
}

bool config_read_target(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    struct config_rule *rule = out;
    struct sockd_text text = {NULL, 0};
    const char *reason = NULL;
    if (rule->targets++)
        return config_source_fail(source, token, "a rule has either allow or deny");
    rule->rule.allow = key->name[0] == 'a';
    if (!read_string(source, token, 0, &text))
        return false;
    return policy_rule_target(&rule->rule, text.data, text.size, &reason) || config_source_fail(source, token, "%s", reason);
}

static bool read_port(struct config_source *source, uint32_t token, void *out)
{
    struct policy_rule *rule = out;
    struct port_range range = {0};
    struct sockd_integer value;
    bool good = false;
    if (token_at(source, token)->type == TOKEN_NUMBER && scan_integer(&source->scan, token, &value) &&
        in_range(&value, 1, 65535)) {
        range = (struct port_range){(uint16_t)value.magnitude, (uint16_t)value.magnitude};
        good = true;
    } else if (token_at(source, token)->type == TOKEN_STRING) {
        struct sockd_text text = scan_text(&source->scan, token);
        good = port_range_parse(&range, text.data, text.size);
    }
    if (!good)
        return config_source_fail(source, token, "wants a port from 1 to 65535, or a range like \"8000-8099\"");
    rule->ports[rule->port_count++] = range;
    return true;
}

bool config_read_ports(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    (void)key;
    struct policy_rule *rule = &((struct config_rule *)out)->rule;
    if (token_at(source, token)->type == TOKEN_ARRAY && !token_at(source, token)->count)
        return config_source_fail(source, token, "is empty; without it the rule is about every port");
    rule->ports = calloc(token_at(source, token)->count + 1, sizeof(*rule->ports));
    if (!rule->ports)
        return config_source_fail(source, token, "no memory");
    return read_array(source, token, read_port, rule);
}

static bool read_prefix(struct config_source *source, uint32_t token, void *out)
{
    struct config *config = out;
    struct network *network = &config->nat64[config->nat64_count];
    struct sockd_text text = {NULL, 0};
    const char *reason;
    if (!read_string(source, token, 0, &text))
        return false;
    if (!network_parse(network, text.data, text.size, &reason))
        return config_source_fail(source, token, "%s", reason);
    if (network->base.any.sa_family != AF_INET6 || !network_is_nat64_length(network->bits))
        return config_source_fail(source, token, "wants an IPv6 prefix of 32, 40, 48, 56, 64 or 96 bits");
    config->nat64_count++;
    return true;
}

bool config_read_nat64(struct config_source *source, uint32_t token, const struct config_key *key, void *out)
{
    (void)key;
    struct config *config = out;
    config->nat64 = calloc(token_at(source, token)->count + 1, sizeof(*config->nat64));
    return config->nat64 ? read_array(source, token, read_prefix, config) : config_source_fail(source, token, "no memory");
}
