/* The reference of the configuration, printed from the tables. */
#include <inttypes.h>
#include <string.h>

#include "config_keys.h"

static const char *const type_names[] = {
    [CONFIG_INTEGER] = "integer",
    [CONFIG_MODE] = "text: an octal mode",
    [CONFIG_WORD] = "text",
    [CONFIG_TEXT] = "text",
    [CONFIG_PATH] = "text: an absolute path",
    [CONFIG_RIGHTS] = "array of texts",
    [CONFIG_TARGET] = "text",
    [CONFIG_PORTS] = "array of integers and texts",
    [CONFIG_OBJECT] = "object",
    [CONFIG_LIST] = "array of objects",
    [CONFIG_MAP] = "object: a profile for each name",
    [CONFIG_NAT64] = "array of texts",
};

static void print_type(FILE *out, const struct config_key *key)
{
    fputs(type_names[key->type], out);
    for (int i = 0; key->words && key->words[i]; i++)
        fprintf(out, "%s`\"%s\"`", i ? " or " : ": ", key->words[i]);
    if (key->type == CONFIG_INTEGER)
        fprintf(out, ", %" PRId64 " to %" PRId64, key->min, key->max);
}

static void print_key(FILE *out, const struct config_key *key, const char *path)
{
    fprintf(out, "| `%s` | ", path);
    print_type(out, key);
    fprintf(out, " | %s | ", key->unit ? key->unit : "");
    if (key->fallback)
        fprintf(out, "`%s`", key->fallback);
    else
        fputs(key->unset ? key->unset : "required", out);
    fprintf(out, " | %s | %s |\n", key->reload ? "yes" : "no", key->doc);
}

static void print_table(FILE *out, const struct config_table *table, const char *prefix)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct config_key *key = &table->keys[i];
        char path[128];
        int size = snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "." : "", key->name);
        print_key(out, key, path);
        if (!key->table)
            continue;
        const char *inside = key->type == CONFIG_LIST ? "[]" : key->type == CONFIG_MAP ? ".NAME" : "";
        snprintf(path + size, sizeof(path) - (size_t)size, "%s", inside);
        print_table(out, key->table, path);
    }
}

void config_reference(FILE *out)
{
    fputs("| key | type | unit | default | changed by a reload | meaning |\n|---|---|---|---|---|---|\n", out);
    print_table(out, &config_root, "");
}
