#include "fake_names.h"

#include <netdb.h>
#include <pthread.h>
#include <string.h>

#define NAMES 16

static struct {
    const char *name, *literals;
} names[NAMES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int stuck;
static bool unstuck;

void (*fake_connect)(int fd, struct sockaddr_in *address);

/* The linker's --wrap calls the first of each pair instead of the function, and the second is the function. */
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __real_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size);
int __real_connect(int fd, const struct sockaddr *address, socklen_t size);

void fake_name(const char *name, const char *literals)
{
    for (int i = 0; i < NAMES; i++)
        if (!names[i].name || strcmp(names[i].name, name) == 0) {
            names[i].name = name;
            names[i].literals = literals;
            return;
        }
}

int fake_stuck(void)
{
    pthread_mutex_lock(&lock);
    int count = stuck;
    pthread_mutex_unlock(&lock);
    return count;
}

void fake_unstick(void)
{
    pthread_mutex_lock(&lock);
    unstuck = true;
    pthread_cond_broadcast(&freed);
    pthread_mutex_unlock(&lock);
}

static void wait_unstuck(void)
{
    pthread_mutex_lock(&lock);
    stuck++;
    while (!unstuck)
        pthread_cond_wait(&freed, &lock);
    stuck--;
    pthread_mutex_unlock(&lock);
}

static int answer(const char *literals, const struct addrinfo *hints, struct addrinfo **list)
{
    struct addrinfo numeric = *hints;
    numeric.ai_flags |= AI_NUMERICHOST;
    *list = NULL;
    for (struct addrinfo **end = list; *literals;) {
        char literal[64];
        size_t size = strcspn(literals, " ");
        memcpy(literal, literals, size);
        literal[size] = 0;
        literals += size + strspn(literals + size, " ");
        int error = __real_getaddrinfo(literal, NULL, &numeric, end);
        if (error)
            return error;
        end = &(*end)->ai_next;
    }
    return *list ? 0 : EAI_NONAME;
}

int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
    if (name && strncmp(name, "stuck", 5) == 0)
        wait_unstuck();
    for (int i = 0; name && i < NAMES && names[i].name; i++)
        if (strcmp(names[i].name, name) == 0)
            return answer(names[i].literals, hints, list);
    return __real_getaddrinfo(name, service, hints, list);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
    } changed;
    if (!fake_connect || address->sa_family != AF_INET)
        return __real_connect(fd, address, size);
    memcpy(&changed, address, sizeof(changed.v4));
    fake_connect(fd, &changed.v4);
    return __real_connect(fd, &changed.any, size);
}
