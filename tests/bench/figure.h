/* A figure: rows of samples, one sample a round, and what is claimed about them. */
#pragma once

#include <stdbool.h>

#define FIGURE_ROWS 16
#define FIGURE_CLAIMS 24
#define FIGURE_ROUNDS 64

/* One measurement. cpu: what the measured program used for it, NAN where there is no such thing. */
struct sample {
    double value;
    double cpu;
};

struct row {
    const char *name;
    const char *skipped; /* why there are no samples, or NULL */
    struct sample samples[FIGURE_ROUNDS];
    int count;
};

enum claim_of { OF_VALUE, OF_CPU };
enum claim_bound { AT_MOST, AT_LEAST };

/* Row a beside row b, round by round; b < 0: a by itself. */
struct claim {
    int a, b;
    enum claim_of of;
    enum claim_bound bound;
    double goal;
};

struct figure {
    const char *bench;
    const char *name;     /* unique within the bench */
    const char *unit;     /* of the values */
    const char *cpu_unit; /* NULL: the figure has no processor time */
    struct row rows[FIGURE_ROWS];
    int row_count;
    struct claim claims[FIGURE_CLAIMS];
    int claim_count;
};

/* Median, least and greatest of a row of numbers. */
struct spread {
    double median, least, most;
    int count;
};

/* Makes a row: its number. name and skipped must stay. */
int figure_row(struct figure *figure, const char *name, const char *skipped);

/* Adds a round's sample to a row. */
void figure_add(struct figure *figure, int row, struct sample sample);

/* Claims that the ratio of two rows keeps to a goal. Without effect if a row is missing (negative, b as in struct claim). */
void figure_claim(struct figure *figure, int a, int b, enum claim_of of, enum claim_bound bound, double goal);

/* The spread of a row, and that of a claim's ratios pair by pair. */
struct spread figure_spread(const struct figure *figure, int row, enum claim_of of);
struct spread figure_ratio(const struct figure *figure, const struct claim *claim);

/* Prints it as text, or as an object of JSON lines. */
void figure_print(const struct figure *figure);
