/* What the threads and the loop share lives in a pool of its own, counted: one reference of the resolver's and one of each
 * thread's, so that a thread stuck in a lookup may outlive the resolver and touches nothing that is gone.
 *
 * A job belongs to whoever has it in hand. While it waits in a queue the loop may free it; while a thread runs it, cancelling
 * only marks it and the thread frees it. getaddrinfo cannot be interrupted, so a thread that is stuck in one when the
 * resolver goes is left behind on purpose, with its job and the pool: it frees both when it comes back, or the process's
 * end does.
 *
 * A name server that stalls holds a thread for a long time, and whoever asks chooses the name server by the name. So nobody is
 * given a thread who holds as many as are free: the first may have half of them, the next half of the rest. A lookup counts
 * until its thread is back, even if it was given up: else starting and giving up would be a way round. */
#include "resolver.h"

#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "thread.h"

#define QUEUE_MAX 4096 /* jobs that wait for a thread; more are answered EAI_AGAIN */
#define FREE_WAIT_MS 500
#define THREAD_STACK ((size_t)1 << 20)
#define HOST_MAX 256
#define NICE 19 /* looking up names does not take the loop's time */

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_FINISHED };

struct resolver_job {
    struct resolver_job *previous, *next;
    struct pool *pool;
    struct identity *payer; /* the loop's alone, but for the principal; NULL: nobody */
    enum job_state state;
    bool cancelled; /* while it runs */

    resolver_addresses *addresses_done; /* one of the two */
    resolver_name *name_done;
    void *context;

    char host[HOST_MAX];
    int family;
    int port;
    union address address;

    int64_t cost; /* microseconds of processor time that its thread took */
    int error, system_error;
    union address answers[RESOLVER_ANSWERS];
    size_t count;
    char name[NI_MAXHOST];
};

struct queue {
    struct resolver_job *first, *last;
    size_t count;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t work; /* something to do, or to stop */
    pthread_cond_t gone; /* a thread has ended */
    struct queue waiting, running, finished;
    int references;
    int threads, idle, most;
    bool stopping;
    int wakeup; /* eventfd; closed with the pool, so that a late thread never writes to another's descriptor */
};

struct resolver {
    struct pool *pool;
    struct event *event;
};

static void queue_push(struct queue *queue, struct resolver_job *job)
{
    job->next = NULL;
    job->previous = queue->last;
    *(queue->last ? &queue->last->next : &queue->first) = job;
    queue->last = job;
    queue->count++;
}

static void queue_remove(struct queue *queue, struct resolver_job *job)
{
    *(job->previous ? &job->previous->next : &queue->first) = job->next;
    *(job->next ? &job->next->previous : &queue->last) = job->previous;
    queue->count--;
}

/* ---- who pays; on the loop ---- */

static void job_charge(struct resolver_job *job, struct identity *payer)
{
    if (!payer)
        return;
    job->payer = identity_ref(payer);
    account_add(&payer->account, QUOTA_RESOLVER_JOBS, 1);
}

static void job_refund(struct resolver_job *job)
{
    if (!job->payer)
        return;
    account_refund(&job->payer->account, QUOTA_RESOLVER_JOBS, 1);
    if (job->cost)
        fair_charge(&job->payer->principal->share, job->cost, clock_now());
    job->payer = identity_unref(job->payer);
}

static void job_free(struct resolver_job *job)
{
    job_refund(job);
    free(job);
}

static struct resolver_job *queue_pop(struct queue *queue)
{
    struct resolver_job *job = queue->first;
    if (job)
        queue_remove(queue, job);
    return job;
}

static void queue_clear(struct queue *queue)
{
    for (struct resolver_job *job = queue->first, *next; job; job = next) {
        next = job->next;
        job_free(job);
    }
    *queue = (struct queue){0};
}

/* ---- the pool ---- */

static struct pool *pool_new(int threads)
{
    struct pool *pool = calloc(1, sizeof(*pool));
    if (!pool)
        return NULL;
    pool->wakeup = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (pool->wakeup < 0) {
        free(pool);
        return NULL;
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->gone, &attributes);
    pthread_condattr_destroy(&attributes);
    pool->references = 1;
    pool->most = threads > 0 ? threads : 1;
    return pool;
}

/* Gives up a reference; the lock is held and is released. */
static void pool_unref(struct pool *pool)
{
    bool last = --pool->references == 0;
    pthread_mutex_unlock(&pool->lock);
    if (!last)
        return;
    queue_clear(&pool->waiting);
    queue_clear(&pool->finished);
    close(pool->wakeup);
    pthread_cond_destroy(&pool->gone);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

/* The lock is held. */
static void pool_finish(struct pool *pool, struct resolver_job *job)
{
    if (pool->stopping) { /* the payer has been let go by then */
        free(job);
        return;
    }
    job->state = JOB_FINISHED;
    queue_push(&pool->finished, job);
    if (pool->finished.count == 1) {
        ssize_t written = write(pool->wakeup, &(uint64_t){1}, sizeof(uint64_t));
        (void)written; /* it fails only where the counter is far from zero, and then the loop is awake */
    }
}

/* ---- in a thread ---- */

static void job_add(struct resolver_job *job, const struct addrinfo *info)
{
    if (job->count == RESOLVER_ANSWERS || info->ai_addrlen > sizeof(union address))
        return;
    union address address = {0};
    memcpy(&address, info->ai_addr, info->ai_addrlen);
    if (!address_size(&address))
        return;
    address_set_port(&address, job->port);
    for (size_t i = 0; i < job->count; i++)
        if (address_equal(&job->answers[i], &address))
            return;
    job->answers[job->count++] = address;
}

static void job_run(struct resolver_job *job)
{
    if (job->name_done) {
        const char *reason;
        job->error =
            getnameinfo(&job->address.any, address_size(&job->address), job->name, sizeof(job->name), NULL, 0, NI_NAMEREQD);
        if (!job->error && !address_name(job->name, strlen(job->name), &reason))
            job->error = EAI_NONAME; /* whoever owns the address writes that name: it may hold anything */
        return;
    }
    struct addrinfo hints = {.ai_family = job->family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    job->error = getaddrinfo(job->host, NULL, &hints, &list);
    job->system_error = job->error == EAI_SYSTEM ? errno : 0;
    if (job->error)
        return;
    for (const struct addrinfo *info = list; info; info = info->ai_next)
        job_add(job, info);
    freeaddrinfo(list);
    if (!job->count)
        job->error = EAI_NONAME;
}

/* Whether the job's payer holds fewer threads than are free. The lock is held. */
static bool job_may_run(const struct pool *pool, const struct resolver_job *job)
{
    size_t free_threads = (size_t)pool->most - pool->running.count, held = 0;
    for (const struct resolver_job *other = pool->running.first; job->payer && other; other = other->next)
        held += other->payer && other->payer->principal == job->payer->principal;
    return held < free_threads;
}

/* The first job that may run, now running, or NULL. The lock is held. */
static struct resolver_job *pool_next(struct pool *pool)
{
    struct resolver_job *job = pool->waiting.first;
    while (job && !job_may_run(pool, job))
        job = job->next;
    if (job) {
        queue_remove(&pool->waiting, job);
        queue_push(&pool->running, job);
        job->state = JOB_RUNNING;
    }
    return job;
}

static void *thread_main(void *argument)
{
    struct pool *pool = argument;
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping) {
        struct resolver_job *job = pool_next(pool);
        if (!job) {
            pool->idle++;
            pthread_cond_wait(&pool->work, &pool->lock);
            pool->idle--;
            continue;
        }
        pthread_mutex_unlock(&pool->lock);
        int64_t before = clock_thread();
        job_run(job);
        job->cost = clock_thread() - before;
        pthread_mutex_lock(&pool->lock);
        queue_remove(&pool->running, job);
        pool_finish(pool, job);
        if (pool->waiting.count && pool->idle) /* more than one job may have become one that may run */
            pthread_cond_signal(&pool->work);
    }
    pool->threads--;
    pthread_cond_signal(&pool->gone);
    pool_unref(pool);
    return NULL;
}

/* The lock is held. */
static bool pool_start_thread(struct pool *pool)
{
    bool started = thread_start(thread_main, pool, THREAD_STACK);
    if (started) {
        pool->threads++;
        pool->references++;
    }
    return started;
}

/* ---- on the loop ---- */

static void job_call(const struct resolver_job *job)
{
    if (job->name_done)
        job->name_done(job->context, job->error ? NULL : job->name);
    else
        job->addresses_done(job->context, job->error, job->system_error, job->answers, job->error ? 0 : job->count);
}

/* A callback may cancel any other job, add some, and free the resolver. */
static void on_wakeup(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct pool *pool = context;
    uint64_t count;
    if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->references++;
    for (struct resolver_job *job; !pool->stopping && (job = queue_pop(&pool->finished));) {
        pthread_mutex_unlock(&pool->lock);
        job_refund(job);
        if (!job->cancelled)
            job_call(job);
        free(job);
        pthread_mutex_lock(&pool->lock);
    }
    pool_unref(pool);
}

struct resolver *resolver_new(struct event_base *base, int threads)
{
    struct resolver *resolver = calloc(1, sizeof(*resolver));
    if (!resolver)
        return NULL;
    resolver->pool = pool_new(threads);
    if (resolver->pool)
        resolver->event = event_new(base, resolver->pool->wakeup, EV_READ | EV_PERSIST, on_wakeup, resolver->pool);
    if (!resolver->event || event_add(resolver->event, NULL) != 0)
        return resolver_free(resolver);
    return resolver;
}

struct resolver *resolver_free(struct resolver *resolver)
{
    if (!resolver)
        return NULL;
    if (resolver->event)
        event_free(resolver->event);
    struct pool *pool = resolver->pool;
    free(resolver);
    if (!pool)
        return NULL;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += FREE_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    for (struct resolver_job *job = pool->running.first; job; job = job->next)
        job_refund(job);
    queue_clear(&pool->waiting);
    queue_clear(&pool->finished);
    pthread_cond_broadcast(&pool->work);
    while (pool->threads && pthread_cond_timedwait(&pool->gone, &pool->lock, &until) == 0)
        ;
    pool_unref(pool);
    return NULL;
}

bool resolver_has_room(struct identity *payer, int64_t *limit)
{
    bool room = account_charge(&payer->account, QUOTA_RESOLVER_JOBS, 1, limit);
    if (room)
        account_refund(&payer->account, QUOTA_RESOLVER_JOBS, 1);
    return room;
}

static struct resolver_job *job_new(struct resolver *resolver, struct identity *payer, void *context)
{
    struct resolver_job *job = calloc(1, sizeof(*job));
    if (job) {
        job_charge(job, payer);
        job->pool = resolver->pool;
        job->context = context;
    }
    return job;
}

static void job_fail(struct pool *pool, struct resolver_job *job, int error, int system_error)
{
    job->error = error;
    job->system_error = system_error;
    pool_finish(pool, job);
}

/* error: what is known already to be wrong, or 0. */
static struct resolver_job *job_submit(struct resolver_job *job, int error)
{
    struct pool *pool = job->pool;
    pthread_mutex_lock(&pool->lock);
    bool spare = pool->idle > (int)pool->waiting.count;
    if (error || pool->waiting.count >= QUEUE_MAX) {
        job_fail(pool, job, error ? error : EAI_AGAIN, 0);
    } else if (!spare && pool->threads < pool->most && !pool_start_thread(pool) && !pool->threads) {
        job_fail(pool, job, EAI_SYSTEM, EAGAIN);
    } else {
        job->state = JOB_QUEUED;
        queue_push(&pool->waiting, job);
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->lock);
    return job;
}

#define LOCAL_ABSOLUTE "localhost."

struct resolver_job *resolver_lookup(struct resolver *resolver, struct identity *payer, const char *host, size_t size,
                                     int family, int port, resolver_addresses *done, void *context)
{
    struct resolver_job *job = job_new(resolver, payer, context);
    if (!job)
        return NULL;
    if (size == sizeof LOCAL_ABSOLUTE - 1 && strncasecmp(host, LOCAL_ABSOLUTE, size) == 0)
        size--; /* the system's own tables know it without the root's dot only */
    bool fits = size < sizeof(job->host) && !memchr(host, 0, size);
    if (fits)
        memcpy(job->host, host, size);
    job->family = family;
    job->port = port;
    job->addresses_done = done;
    return job_submit(job, fits && size ? 0 : EAI_NONAME);
}

struct resolver_job *resolver_reverse(struct resolver *resolver, struct identity *payer, const union address *address,
                                      resolver_name *done, void *context)
{
    struct resolver_job *job = job_new(resolver, payer, context);
    if (!job)
        return NULL;
    job->address = *address;
    job->name_done = done;
    return job_submit(job, 0);
}

void resolver_cancel(struct resolver_job *job)
{
    if (!job)
        return;
    struct pool *pool = job->pool;
    pthread_mutex_lock(&pool->lock);
    if (job->state == JOB_RUNNING) {
        job->cancelled = true;
    } else {
        queue_remove(job->state == JOB_QUEUED ? &pool->waiting : &pool->finished, job);
        job_free(job);
    }
    pthread_mutex_unlock(&pool->lock);
}
