#include "nginx.h"

#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static void configure(const struct nginx *nginx)
{
    char path[200];
    snprintf(path, sizeof path, "%s/nginx.conf", nginx->directory);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    const char *in = nginx->directory;
    fprintf(file, "daemon off; master_process off; pid %s/pid; error_log %s/errors;\n", in, in);
    fprintf(file, "events { worker_connections 64; }\nhttp {\n  access_log off; default_type text/plain;\n");
    fprintf(file, "  client_max_body_size 64m; client_body_temp_path %s/body;\n", in);
    fprintf(file, "  proxy_temp_path %s/t1; fastcgi_temp_path %s/t2; uwsgi_temp_path %s/t3; scgi_temp_path %s/t4;\n", in, in,
            in, in);
    fprintf(file, "  server { listen 127.0.0.1:%d; root %s/www;\n", nginx->port, in);
    fprintf(file, "    location / { dav_methods PUT; create_full_put_path on; }\n  }\n}\n");
    ck_assert_int_eq(fclose(file), 0);
    snprintf(path, sizeof path, "%s/www", nginx->directory);
    ck_assert_int_eq(mkdir(path, 0755), 0);
}

static bool answers(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return connected;
}

struct nginx nginx_start(void)
{
    struct nginx nginx = {.port = peer_free_port()};
    char configuration[200];
    const char *base = getenv("TMPDIR");
    snprintf(nginx.directory, sizeof nginx.directory, "%.40s/sockd-nginx-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(nginx.directory));
    configure(&nginx);
    snprintf(configuration, sizeof configuration, "%s/nginx.conf", nginx.directory);
    nginx.pid = fork();
    if (nginx.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close_range(3, ~0u, 0);
        execl("/usr/sbin/nginx", "nginx", "-p", nginx.directory, "-c", configuration, "-e", "errors", (char *)NULL);
        perror("/usr/sbin/nginx (Debian's package nginx-light)");
        _exit(127);
    }
    long deadline = now_ms() + 10000;
    while (!answers(nginx.port)) {
        ck_assert_msg(waitpid(nginx.pid, NULL, WNOHANG) == 0 && now_ms() < deadline, "nginx does not start");
        breathe();
    }
    return nginx;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

void nginx_stop(struct nginx *nginx)
{
    kill(nginx->pid, SIGTERM);
    waitpid(nginx->pid, NULL, 0);
    nftw(nginx->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *nginx_path(const struct nginx *nginx, const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/www/%s", nginx->directory, name);
    return path;
}
