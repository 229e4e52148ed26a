#include "race.h"

#include <math.h>

#include "bench.h"
#include "machine.h"

#define SAMPLE_SECONDS 0.15
#define LEAST_SECONDS 0.01
#define MOST_ROUNDS FIGURE_ROUNDS

/* So many operations that a sample takes about SAMPLE_SECONDS: this is the warm-up, too. */
static long find_count(const struct contender *contender)
{
    long count = settings.quick ? 2 : 16;
    if (settings.quick)
        return count;
    for (;;) {
        struct cost cost = contender->run(contender->context, count);
        if (cost.seconds >= LEAST_SECONDS) {
            double wanted = (double)count * SAMPLE_SECONDS / cost.seconds;
            return wanted < 1 ? 1 : (long)wanted;
        }
        count *= 4;
    }
}

static struct sample to_sample(const struct race *race, struct cost cost, long count)
{
    double each = 1e6 / (double)count, gib = (double)race->bytes * (double)count / (1024.0 * 1024 * 1024);
    switch (race->value) {
    case TIME_EACH:
        return (struct sample){cost.seconds * each, cost.cpu * each};
    case RATE_EACH:
        return (struct sample){(double)count / cost.seconds, cost.cpu * each};
    case RATE_BYTES:
        break;
    }
    return (struct sample){gib / cost.seconds, cost.cpu / gib};
}

void race_run(struct race *race)
{
    long counts[FIGURE_ROWS];
    static const char *const units[] = {[TIME_EACH] = "us each", [RATE_EACH] = "a second", [RATE_BYTES] = "GiB/s"};
    race->figure.unit = units[race->value];
    race->figure.cpu_unit = race->value == RATE_BYTES ? "its cpu, s/GiB" : "its cpu, us each";
    for (int i = 0; i < race->count; i++) {
        figure_row(&race->figure, race->contenders[i].name, race->contenders[i].skipped);
        counts[i] = race->contenders[i].skipped ? 0 : find_count(&race->contenders[i]);
    }
    for (int round = 0; round < settings.rounds && round < MOST_ROUNDS; round++)
        for (int k = 0; k < race->count; k++) {
            int i = (k + round) % race->count; /* nobody always comes after the same one */
            const struct contender *contender = &race->contenders[i];
            if (!contender->skipped)
                figure_add(&race->figure, i, to_sample(race, contender->run(contender->context, counts[i]), counts[i]));
        }
}

static double cpu_of(const struct watch *watch)
{
    if (!watch->who)
        return NAN;
    return child_cpu(watch->who) + (watch->also ? child_cpu(watch->also) : 0);
}

struct watch watch_start(struct child *who, struct child *also)
{
    struct watch watch = {0, 0, who, also};
    watch.cpu = cpu_of(&watch);
    watch.seconds = machine_now();
    return watch;
}

struct cost watch_stop(const struct watch *watch)
{
    double seconds = machine_now() - watch->seconds;
    return (struct cost){seconds, cpu_of(watch) - watch->cpu};
}

void cost_add(struct cost *total, struct cost part)
{
    total->seconds += part.seconds;
    total->cpu += part.cpu;
}
