/* dbus-broker knows nothing of files: whoever starts it is its controller, over a descriptor that it inherits, and hands it a
 * listening socket with a policy. Ours lets everybody do everything. */
#include "dbus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "machine.h"

#define NAME "org.sockd.Bench"
#define PATH "/org/sockd/Bench"

/* What may be done: whether to connect, with which priority; then lists of rules about names, sending, receiving. */
#define BATCH       \
    "bt"            \
    "a(btbs)"       \
    "a(btssssuutt)" \
    "a(btssssuutt)"
#define POLICY "a(u(" BATCH "))a(buu(" BATCH "))a(ss)bs"

static void check(int r, const char *what)
{
    if (r < 0)
        machine_wrong("%s: %s", what, strerror(-r));
}

static void append_policy(sd_bus_message *message)
{
    const uint64_t any = UINT64_MAX, first = 1;
    check(sd_bus_message_open_container(message, 'v', "(" POLICY ")"), "policy");
    check(sd_bus_message_open_container(message, 'r', POLICY), "policy");
    check(sd_bus_message_append(message, "a(u(" BATCH "))", 1, UINT32_MAX, 1, first,  /* everybody connects */
                                1, 1, first, 1, "",                                   /* owns any name */
                                1, 1, first, "", "", "", "", 0, 0, UINT64_C(0), any,  /* sends */
                                1, 1, first, "", "", "", "", 0, 0, UINT64_C(0), any), /* and receives */
          "policy");
    check(sd_bus_message_append(message, "a(buu(" BATCH "))a(ss)bs", 0, 0, 0, "session"), "policy");
    check(sd_bus_message_close_container(message), "policy");
    check(sd_bus_message_close_container(message), "policy");
}

static int listen_on(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0)
        machine_fail(path);
    return fd;
}

static void start_broker(struct dbus *dbus)
{
    int pair[2], listener = listen_on(dbus->socket);
    char number[16];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        machine_fail("socketpair");
    snprintf(number, sizeof number, "%d", pair[1]);
    const char *arguments[] = {"dbus-broker", "--controller", number, "--machine-id", "0123456789abcdef0123456789abcdef", NULL};
    child_exec(&dbus->broker, arguments, pair[1], NULL);
    close(pair[1]);
    check(sd_bus_new(&dbus->controller), "sd_bus_new");
    check(sd_bus_set_fd(dbus->controller, pair[0], pair[0]), "sd_bus_set_fd");
    check(sd_bus_start(dbus->controller), "sd_bus_start");
    sd_bus_message *message = NULL;
    check(sd_bus_message_new_method_call(dbus->controller, &message, NULL, "/org/bus1/DBus/Broker", "org.bus1.DBus.Broker",
                                         "AddListener"),
          "AddListener");
    check(sd_bus_message_append(message, "oh", "/org/bus1/DBus/Listener/0", listener), "AddListener");
    append_policy(message);
    check(sd_bus_call(dbus->controller, message, 0, NULL, NULL), "AddListener");
    sd_bus_message_unref(message);
    close(listener);
}

static sd_bus *join(const struct dbus *dbus)
{
    sd_bus *bus = NULL;
    char address[128];
    snprintf(address, sizeof address, "unix:path=%s", dbus->socket);
    check(sd_bus_new(&bus), "sd_bus_new");
    check(sd_bus_set_address(bus, address), "sd_bus_set_address");
    check(sd_bus_set_bus_client(bus, true), "sd_bus_set_bus_client");
    check(sd_bus_start(bus), "sd_bus_start");
    return bus;
}

static int answer(sd_bus_message *message, void *context, sd_bus_error *error)
{
    (void)context;
    (void)error;
    return sd_bus_reply_method_return(message, "sx", "output", INT64_C(1));
}

static const sd_bus_vtable methods[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_METHOD("Status", "xx", "sx", answer, SD_BUS_VTABLE_UNPRIVILEGED), SD_BUS_VTABLE_END};

static void serve(void *context)
{
    struct dbus *dbus = context;
    sd_bus *bus = join(dbus);
    check(sd_bus_add_object_vtable(bus, NULL, PATH, NAME, methods, NULL), "sd_bus_add_object_vtable");
    check(sd_bus_request_name(bus, NAME, 0), "sd_bus_request_name");
    for (;;) {
        int r = sd_bus_process(bus, NULL);
        check(r, "sd_bus_process");
        if (r == 0)
            check(sd_bus_wait(bus, UINT64_MAX), "sd_bus_wait");
    }
}

/* Whether the service has answered. */
static bool call_once(struct dbus *dbus)
{
    sd_bus_message *reply = NULL;
    int r = sd_bus_call_method(dbus->caller, NAME, PATH, NAME, "Status", NULL, &reply, "xx", INT64_C(7), INT64_C(0));
    const char *status;
    int64_t count;
    if (r >= 0)
        r = sd_bus_message_read(reply, "sx", &status, &count);
    sd_bus_message_unref(reply);
    return r >= 0;
}

void dbus_start(struct dbus *dbus)
{
    *dbus = (struct dbus){.missing = child_exists("dbus-broker") ? NULL : "dbus-broker is not installed"};
    if (dbus->missing)
        return;
    snprintf(dbus->directory, sizeof dbus->directory, "/tmp/sockd-bench-XXXXXX");
    if (!mkdtemp(dbus->directory))
        machine_fail(dbus->directory);
    snprintf(dbus->socket, sizeof dbus->socket, "%s/bus", dbus->directory);
    start_broker(dbus);
    child_run(&dbus->service, serve, dbus);
    dbus->caller = join(dbus);
    for (double end = machine_now() + 10; !call_once(dbus); usleep(1000))
        if (machine_now() > end)
            machine_wrong("nobody answers on the bus");
}

void dbus_stop(struct dbus *dbus)
{
    if (dbus->missing)
        return;
    sd_bus_unref(dbus->caller);
    child_end(&dbus->service);
    child_end(&dbus->broker);
    sd_bus_unref(dbus->controller);
    machine_remove(dbus->directory);
}

struct cost dbus_call(void *context, long count)
{
    struct dbus *dbus = context;
    struct watch watch = watch_start(&dbus->broker, &dbus->service);
    while (count-- > 0)
        if (!call_once(dbus))
            machine_wrong("a call over the bus has failed");
    return watch_stop(&watch);
}
