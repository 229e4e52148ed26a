#include "network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon.h"
#include "namespace.h"

#define READY_MS 10000

/* linux/ipv6.h defines more than can be had beside netinet/in.h */
struct address_request {
    struct in6_addr address;
    uint32_t prefix;
    int index;
};

/* ---- the link ---- */

struct request {
    struct nlmsghdr head;
    struct ifinfomsg info;
    char attributes[256];
};

static struct rtattr *attribute(struct request *request, unsigned short type, const void *data, size_t size)
{
    struct rtattr *made = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->head.nlmsg_len));
    *made = (struct rtattr){(unsigned short)RTA_LENGTH(size), type};
    if (size)
        memcpy(RTA_DATA(made), data, size);
    request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + (unsigned)RTA_ALIGN(made->rta_len);
    return made;
}

static void attribute_end(struct request *request, struct rtattr *attribute)
{
    attribute->rta_len = (unsigned short)((char *)request + request->head.nlmsg_len - (char *)attribute);
}

/* Sends it and looks at the answer. */
static bool ask(struct request *request)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char more[512];
    } answer = {0};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    bool answered = fd >= 0 && send(fd, request, request->head.nlmsg_len, 0) > 0 && recv(fd, &answer, sizeof answer, 0) > 0;
    close(fd);
    return answered && answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error == 0;
}

static bool make_link(void)
{
    static const struct ifinfomsg other = {.ifi_family = AF_UNSPEC};
    struct request request = {.head = {.nlmsg_len = NLMSG_LENGTH(sizeof request.info),
                                       .nlmsg_type = RTM_NEWLINK,
                                       .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK}};
    attribute(&request, IFLA_IFNAME, NETWORK_LEFT, sizeof NETWORK_LEFT);
    struct rtattr *info = attribute(&request, IFLA_LINKINFO, NULL, 0);
    attribute(&request, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = attribute(&request, IFLA_INFO_DATA, NULL, 0);
    struct rtattr *peer = attribute(&request, VETH_INFO_PEER, &other, sizeof other);
    attribute(&request, IFLA_IFNAME, NETWORK_RIGHT, sizeof NETWORK_RIGHT);
    attribute_end(&request, peer);
    attribute_end(&request, data);
    attribute_end(&request, info);
    return ask(&request);
}

static bool add_address(const char *interface, const char *text)
{
    struct address_request request = {.prefix = 64, .index = (int)if_nametoindex(interface)};
    inet_pton(AF_INET6, text, &request.address);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool added = fd >= 0 && ioctl(fd, SIOCSIFADDR, &request) == 0;
    close(fd);
    return added;
}

/* ---- addresses ---- */

/* The first address of an interface that is link-local, or is not. False: there is none yet. */
static bool find_address(const char *interface, bool local, struct sockaddr_in6 *address)
{
    struct ifaddrs *all, *one;
    bool found = false;
    if (getifaddrs(&all) < 0)
        return false;
    for (one = all; one && !found; one = one->ifa_next)
        if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET6 && strcmp(one->ifa_name, interface) == 0) {
            memcpy(address, one->ifa_addr, sizeof *address);
            found = IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr) == local;
        }
    freeifaddrs(all);
    return found;
}

/* An address can be bound once nobody else on the link is known to have it. */
static bool await_address(const char *interface, bool local)
{
    struct sockaddr_in6 address;
    bool ready = false;
    for (long end = now_ms() + READY_MS; !ready && now_ms() < end; breathe()) {
        int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ready = find_address(interface, local, &address) && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
        close(fd);
    }
    return ready;
}

bool network_enter(void)
{
    if (!namespace_enter())
        return false;
    namespace_set("/proc/sys/net/ipv6/conf/default/accept_dad", "0"); /* refused: it takes two seconds longer */
    return make_link() && namespace_raise(NETWORK_LEFT) && namespace_raise(NETWORK_RIGHT) &&
           add_address(NETWORK_LEFT, NETWORK_OWN) && await_address(NETWORK_LEFT, true) && await_address(NETWORK_RIGHT, true) &&
           await_address(NETWORK_LEFT, false);
}

const char *network_address(const char *interface)
{
    static char texts[2][INET6_ADDRSTRLEN];
    struct sockaddr_in6 address = {0};
    char *text = texts[strcmp(interface, NETWORK_RIGHT) == 0];
    find_address(interface, true, &address);
    inet_ntop(AF_INET6, &address.sin6_addr, text, INET6_ADDRSTRLEN);
    return text;
}
