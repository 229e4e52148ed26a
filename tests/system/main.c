/* system_tests SUITE runs one suite; without a name it lists them. */
#include <stdio.h>
#include <string.h>

#include "suites.h"

/* clang-format off: one a line, so that two that are added do not meet */
const struct suite *const suites[] = {
    &suite_envelope,
    &suite_batches,
    &suite_limits,
    &suite_payload,
    &suite_unfinished,
    &suite_params,
    &suite_walk,
    &suite_servers,
    &suite_accept,
    &suite_connect,
    &suite_lines,
    &suite_characters,
    &suite_sequences,
    &suite_newlines,
    &suite_decoding,
    &suite_queues,
    &suite_bytes_in,
    &suite_bytes_out,
    &suite_elements,
    &suite_text_out,
    &suite_encoding,
    &suite_buffering,
    &suite_pressure,
    &suite_status,
    &suite_resets,
    &suite_options,
    &suite_shutdown,
    &suite_names,
    &suite_ipv6,
    &suite_handles,
    &suite_relay,
    &suite_adopt,
    &suite_make_stream,
    &suite_raw,
    &suite_close,
    &suite_session,
    &suite_cancel,
    &suite_inspect,
    &suite_lifetime,
    &suite_sharing,
    &suite_discover,
    &suite_death,
    &suite_crowd,
    &suite_hostile,
    &suite_process,
    &suite_netcat,
    &suite_access,
    &suite_attack_rights,
    &suite_attack_targets,
    &suite_attack_handles,
    &suite_attack_names,
    &suite_quotas,
    NULL,
};
/* clang-format on */

int main(int argc, char **argv)
{
    for (const struct suite *const *suite = suites; *suite; suite++)
        if (argc != 2)
            puts((*suite)->name);
        else if (strcmp(argv[1], (*suite)->name) == 0)
            return suite_run(*suite);
    return argc == 2 ? 2 : 0;
}
