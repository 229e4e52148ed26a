#include "daemon.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "machine.h"
#include "peer.h"

#ifndef SOCKD_PROGRAM
#define SOCKD_PROGRAM "sockd"
#endif

#define LIMITS "\"limits\": {\"line\": 4194304, \"values\": 200000, \"handles\": 60000, \"calls\": 4096, \"fds\": 253}"

static void write_config(const struct daemon *daemon, const char *const *profiles)
{
    FILE *file = fopen(daemon->config, "w");
    if (!file)
        machine_fail(daemon->config);
    fputs("{", file);
    for (const char *const *profile = profiles; profile && *profile; profile += 2)
        fprintf(file, "%s{\"path\": \"%s/%s.sock\", \"profile\": \"%s\"}", profile == profiles ? "\"listeners\": [" : ", ",
                daemon->directory, profile[0], profile[0]);
    for (const char *const *profile = profiles; profile && *profile; profile += 2)
        fprintf(file, "%s\"%s\": %s", profile == profiles ? "], \"profiles\": {" : ", ", profile[0], profile[1]);
    fprintf(file, "%s" LIMITS "}\n", profiles ? "}, " : "");
    if (fclose(file) != 0)
        machine_fail(daemon->config);
}

static void start(struct daemon *daemon, const char *const *profiles)
{
    const char *program = getenv("SOCKD_PROGRAM"), *base = getenv("TMPDIR");
    snprintf(daemon->directory, sizeof daemon->directory, "%.40s/sockd-bench-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(daemon->directory))
        machine_fail(daemon->directory);
    snprintf(daemon->socket, sizeof daemon->socket, "%s/sockd.sock", daemon->directory);
    snprintf(daemon->config, sizeof daemon->config, "%s/sockd.conf", daemon->directory);
    write_config(daemon, profiles);
    const char *arguments[] = {program ? program : SOCKD_PROGRAM, "--config",     daemon->config,
                               profiles ? NULL : "--socket",      daemon->socket, NULL};
    child_exec(&daemon->child, arguments, 2, "/dev/stderr");
}

void daemon_start(struct daemon *daemon)
{
    start(daemon, NULL);
}

void daemon_start_for(struct daemon *daemon, const char *const *profiles)
{
    start(daemon, profiles);
}

void daemon_stop(struct daemon *daemon)
{
    child_end(&daemon->child);
    machine_remove(daemon->directory);
}

int daemon_link(const struct daemon *daemon)
{
    return link_open(daemon->socket);
}

int daemon_link_by(const struct daemon *daemon, const char *name)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%.20s.sock", daemon->directory, name);
    return link_open(path);
}

static long find_number(const char *reply, const char *member)
{
    char name[64];
    snprintf(name, sizeof name, "\"%s\":", member ? member : "result");
    const char *at = strstr(reply, name);
    if (!at || strstr(reply, "\"error\""))
        machine_wrong("the daemon says %s", reply);
    return member ? strtol(at + strlen(name), NULL, 10) : 0;
}

long daemon_call(int link, const char *member, const char *method, const char *format, ...)
{
    char params[1024], request[1280], reply[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(params, sizeof params, format, arguments);
    va_end(arguments);
    int size =
        snprintf(request, sizeof request, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}\n", method, params);
    link_send(link, request, (size_t)size);
    link_line(link, reply, sizeof reply);
    return find_number(reply, member);
}

long daemon_stream(int link, int listener, const char *more, int *other)
{
    long handle =
        daemon_call(link, "stream", "socket-connect", "{\"port\":%d,\"host\":\"127.0.0.1\"%s}", peer_port(listener), more);
    *other = peer_accept(listener);
    return handle;
}

static int ask_descriptor(int link, const char *request, size_t size)
{
    char reply[1024];
    link_send(link, request, size);
    int fd = link_descriptor(link, reply, sizeof reply);
    if (fd < 0)
        machine_wrong("the daemon says %s", reply);
    return fd;
}

int daemon_descriptor(int link, long stream, const char *via, bool detach)
{
    char request[256];
    int size = snprintf(request, sizeof request,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"stream-handles\",\"params\":"
                        "{\"stream\":%ld,\"via\":\"%s\",\"detach\":%s}}\n",
                        stream, via, detach ? "true" : "false");
    return ask_descriptor(link, request, (size_t)size);
}

void daemon_connection_request(char request[DAEMON_REQUEST], int port)
{
    snprintf(request, DAEMON_REQUEST,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"descriptor.connect\",\"params\":"
             "{\"port\":%d,\"host\":\"127.0.0.1\"}}\n",
             port);
}

int daemon_connection(int link, const char *request)
{
    return ask_descriptor(link, request, strlen(request));
}
