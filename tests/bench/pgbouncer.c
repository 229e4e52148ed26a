/* It refuses to be root, and then becomes whoever it is told to. */
#include "pgbouncer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"
#include "machine.h"
#include "peer.h"

#define CONFIG                   \
    "[databases]\n"              \
    "[pgbouncer]\n"              \
    "listen_addr = 127.0.0.1\n"  \
    "listen_port = %d\n"         \
    "listen_backlog = 4096\n"    \
    "unix_socket_dir =\n"        \
    "auth_type = any\n"          \
    "max_client_conn = 19000\n"  \
    "client_login_timeout = 0\n" \
    "log_connections = 0\n"      \
    "log_disconnections = 0\n"

static const unsigned char ssl_request[] = {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};

void pgbouncer_start(struct pgbouncer *pgbouncer)
{
    *pgbouncer = (struct pgbouncer){.missing = child_exists("pgbouncer") ? NULL : "pgbouncer is not installed",
                                    .port = peer_free_port()};
    if (pgbouncer->missing)
        return;
    snprintf(pgbouncer->directory, sizeof pgbouncer->directory, "/tmp/sockd-bench-XXXXXX");
    if (!mkdtemp(pgbouncer->directory) || chmod(pgbouncer->directory, 0755) < 0)
        machine_fail(pgbouncer->directory);
    snprintf(pgbouncer->config, sizeof pgbouncer->config, "%s/pgbouncer.ini", pgbouncer->directory);
    FILE *file = fopen(pgbouncer->config, "w");
    if (!file)
        machine_fail(pgbouncer->config);
    fprintf(file, CONFIG, pgbouncer->port);
    fclose(file);
    bool root = geteuid() == 0;
    const char *arguments[] = {"pgbouncer", "-q", pgbouncer->config, root ? "-u" : NULL, root ? "nobody" : NULL, NULL};
    child_exec(&pgbouncer->child, arguments, -1, NULL);
}

void pgbouncer_stop(struct pgbouncer *pgbouncer)
{
    if (pgbouncer->missing)
        return;
    child_end(&pgbouncer->child);
    machine_remove(pgbouncer->directory);
}

int pgbouncer_connect(const struct pgbouncer *pgbouncer, bool asks)
{
    char reply;
    int fd = peer_connect(pgbouncer->port);
    if (fd < 0)
        machine_wrong("pgbouncer does not answer");
    if (asks) {
        link_send(fd, ssl_request, sizeof ssl_request);
        if (recv(fd, &reply, 1, 0) != 1 || reply != 'N')
            machine_wrong("pgbouncer answers something else");
    }
    return fd;
}
