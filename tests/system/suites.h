/* Every suite; each stands in suite_NAME.c. */
#pragma once

#include "harness.h"

extern const struct suite suite_envelope;
extern const struct suite suite_batches;
extern const struct suite suite_limits;
extern const struct suite suite_payload;
extern const struct suite suite_unfinished;
extern const struct suite suite_params;
extern const struct suite suite_walk;
extern const struct suite suite_servers;
extern const struct suite suite_accept;
extern const struct suite suite_connect;
extern const struct suite suite_lines;
extern const struct suite suite_characters;
extern const struct suite suite_sequences;
extern const struct suite suite_newlines;
extern const struct suite suite_decoding;
extern const struct suite suite_queues;
extern const struct suite suite_bytes_in;
extern const struct suite suite_bytes_out;
extern const struct suite suite_elements;
extern const struct suite suite_text_out;
extern const struct suite suite_encoding;
extern const struct suite suite_buffering;
extern const struct suite suite_pressure;
extern const struct suite suite_status;
extern const struct suite suite_resets;
extern const struct suite suite_options;
extern const struct suite suite_shutdown;
extern const struct suite suite_names;
extern const struct suite suite_ipv6;
extern const struct suite suite_handles;
extern const struct suite suite_relay;
extern const struct suite suite_adopt;
extern const struct suite suite_make_stream;
extern const struct suite suite_raw;
extern const struct suite suite_close;
extern const struct suite suite_session;
extern const struct suite suite_cancel;
extern const struct suite suite_inspect;
extern const struct suite suite_lifetime;
extern const struct suite suite_sharing;
extern const struct suite suite_discover;
extern const struct suite suite_death;
extern const struct suite suite_crowd;
extern const struct suite suite_hostile;
extern const struct suite suite_process;
extern const struct suite suite_netcat;
extern const struct suite suite_attack_rights;
extern const struct suite suite_attack_targets;
extern const struct suite suite_attack_handles;
extern const struct suite suite_attack_names;
extern const struct suite suite_access;
extern const struct suite suite_quotas;
