#include "figure.h"

#include <math.h>
#include <stdlib.h>

#include "machine.h"

int figure_row(struct figure *figure, const char *name, const char *skipped)
{
    if (figure->row_count == FIGURE_ROWS)
        machine_wrong("%s has too many rows", figure->name);
    figure->rows[figure->row_count] = (struct row){.name = name, .skipped = skipped};
    return figure->row_count++;
}

void figure_add(struct figure *figure, int row, struct sample sample)
{
    struct row *r = &figure->rows[row];
    if (r->count < FIGURE_ROUNDS)
        r->samples[r->count++] = sample;
}

void figure_claim(struct figure *figure, int a, int b, enum claim_of of, enum claim_bound bound, double goal)
{
    if (figure->claim_count == FIGURE_CLAIMS)
        machine_wrong("%s claims too much", figure->name);
    figure->claims[figure->claim_count++] = (struct claim){a, b, of, bound, goal};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct spread spread_of(double *numbers, int count)
{
    struct spread spread = {NAN, NAN, NAN, count};
    if (count == 0)
        return spread;
    qsort(numbers, (size_t)count, sizeof *numbers, compare);
    spread.median = count % 2 ? numbers[count / 2] : (numbers[count / 2 - 1] + numbers[count / 2]) / 2;
    spread.least = numbers[0];
    spread.most = numbers[count - 1];
    return spread;
}

static double pick(const struct row *row, int round, enum claim_of of)
{
    return of == OF_CPU ? row->samples[round].cpu : row->samples[round].value;
}

struct spread figure_spread(const struct figure *figure, int row, enum claim_of of)
{
    double numbers[FIGURE_ROUNDS];
    int count = 0;
    for (int i = 0; i < figure->rows[row].count; i++) {
        double number = pick(&figure->rows[row], i, of);
        if (!isnan(number))
            numbers[count++] = number;
    }
    return spread_of(numbers, count);
}

struct spread figure_ratio(const struct figure *figure, const struct claim *claim)
{
    if (claim->b < 0)
        return figure_spread(figure, claim->a, claim->of);
    const struct row *a = &figure->rows[claim->a], *b = &figure->rows[claim->b];
    double numbers[FIGURE_ROUNDS];
    int count = 0;
    for (int i = 0; i < a->count && i < b->count; i++) {
        double ratio = pick(a, i, claim->of) / pick(b, i, claim->of);
        if (!isnan(ratio))
            numbers[count++] = ratio;
    }
    return spread_of(numbers, count);
}
