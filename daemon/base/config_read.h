/* Objects of the configuration into structs, driven by the tables of keys. */
#pragma once

#include "config_keys.h"
#include "config_source.h"

/* Reads an object into the struct that the table is about: members first, then what is not there becomes its default. What has
 * been read when it fails is the caller's to free all the same. False: the error has been told. */
bool config_read_object(struct config_source *source, uint32_t token, const struct config_table *table, void *out);

/* The policy that a draft describes. NULL without memory. The rules move over. */
struct policy *config_draft_policy(struct config_profile_draft *draft, const char *name);
void config_draft_deinit(struct config_profile_draft *draft);

/* ---- readers of single values, by type (config_values.c) ---- */

typedef bool config_reader(struct config_source *source, uint32_t token, const struct config_key *key, void *out);

config_reader config_read_integer, config_read_mode, config_read_word, config_read_text, config_read_path, config_read_rights,
    config_read_target, config_read_ports, config_read_nat64;
