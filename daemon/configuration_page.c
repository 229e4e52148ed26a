/* Prints docs/configuration.md: an introduction, and the reference that the reader's own tables give. */
#include <stdio.h>
#include <stdlib.h>

#include "config.h"

static const char introduction[] =
    "# The configuration\n"
    "\n"
    "Printed by `configuration_page` from `daemon/base/config_keys.c`; not to be edited.\n"
    "\n"
    "`sockd --config FILE` reads one JSON file, in which `//` and `/* */` comments may stand. `sockd --check-config --config FILE`\n"
    "only reads it. An error is one line, `FILE:LINE: KEY: reason`. SIGHUP and the method `daemon.reload` read the file again: one\n"
    "with an error changes nothing. Without a file, `--socket PATH` is one listener with mode 0600 and the profile `owner`.\n"
    "\n"
    "```\n"
    "{ \"listeners\": [ {\"path\": \"/run/sockd/sockd.sock\", \"mode\": \"0660\", \"group\": \"sockd\", \"profile\": \"owner\"},\n"
    "                 {\"path\": \"/run/sockd/p/web.sock\", \"mode\": \"0666\", \"profile\": \"web\"} ],\n"
    "  \"profiles\": { \"web\": { \"rights\": [\"resolve\", \"connect\", \"listen\", \"io\"],\n"
    "                         \"dial\": [ {\"allow\": \"*.example.com\", \"ports\": [443, \"8000-8099\"]},\n"
    "                                   {\"allow\": \"127.0.0.1\", \"ports\": [8080]}, {\"deny\": \"10.0.0.0/8\"} ],\n"
    "                         \"listen\": [ {\"allow\": \"127.0.0.1\", \"ports\": [\"9000-9010\"]} ],\n"
    "                         \"limits\": {\"sessions\": 16, \"handles\": 64, \"calls\": 64, \"buffered\": 4194304} } } }\n"
    "```\n"
    "\n"
    "## How a rule decides\n"
    "\n"
    "- A rule that denies beats those that allow, whatever their order; what no rule allows is denied.\n"
    "- The *floor* beats both: loopback, private, link-local, shared, reserved and documentation networks, multicast, a cloud's\n"
    "  metadata service, this host's own addresses and the ports that sockd serves there. Only an allow rule with ports lifts it,\n"
    "  which names the address or a network inside the one class the address is of; metadata, own addresses and own ports only one\n"
    "  that names the address itself. A rule by name never does. The profile `owner` has no floor.\n"
    "- A name is looked up only if a rule allows it at that port; `localhost` always. It is looked up once, and exactly the addresses\n"
    "  that were checked are dialled. An IPv6 address that stands for an IPv4 one counts as that; through a tunnel it is refused.\n"
    "- A server may listen at every address only by a rule that names `0.0.0.0` or `::`; below port 1024 only by one that names the\n"
    "  port. A port that the client leaves open is the first free one of those that are allowed.\n"
    "- `session.restrict` adds a profile or rules to a session: from then on both must allow what it does. Its rules count as bytes\n"
    "  that are held for it.\n"
    "\n"
    "## Reload\n"
    "\n"
    "Listeners that are new are opened, those that are gone are closed; the sessions they let in go on. A session follows its\n"
    "profile; one whose profile is gone ends. Open handles stay, unless the profile says `\"revoke\": \"close\"` and their target is\n"
    "forbidden now. A connection that is still being made is asked about again when it is answered.\n"
    "\n"
    "## Every key\n"
    "\n";

int main(void)
{
    fputs(introduction, stdout);
    config_reference(stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
