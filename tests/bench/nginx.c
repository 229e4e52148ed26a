#include "nginx.h"

#include <stdio.h>
#include <stdlib.h>

#include "machine.h"
#include "peer.h"

#define CONFIG                                                                    \
    "daemon off;\n"                                                               \
    "master_process off;\n"                                                       \
    "pid %s/pid;\n"                                                               \
    "error_log /dev/null;\n"                                                      \
    "events { worker_connections 19000; }\n"                                      \
    "http {\n"                                                                    \
    "  access_log off;\n"                                                         \
    "  keepalive_timeout 1h;\n"                                                   \
    "  server { listen 127.0.0.1:%d backlog=4096; location / { return 204; } }\n" \
    "}\n"

void nginx_start(struct nginx *nginx)
{
    *nginx = (struct nginx){.missing = child_exists("nginx") ? NULL : "nginx is not installed", .port = peer_free_port()};
    if (nginx->missing)
        return;
    snprintf(nginx->directory, sizeof nginx->directory, "/tmp/sockd-bench-XXXXXX");
    if (!mkdtemp(nginx->directory))
        machine_fail(nginx->directory);
    snprintf(nginx->config, sizeof nginx->config, "%s/nginx.conf", nginx->directory);
    FILE *file = fopen(nginx->config, "w");
    if (!file)
        machine_fail(nginx->config);
    fprintf(file, CONFIG, nginx->directory, nginx->port);
    fclose(file);
    const char *arguments[] = {"nginx", "-c", nginx->config, NULL};
    child_exec(&nginx->child, arguments, -1, NULL);
}

void nginx_stop(struct nginx *nginx)
{
    if (nginx->missing)
        return;
    child_end(&nginx->child);
    machine_remove(nginx->directory);
}
