#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "machine.h"

#define LINE 512

/* A claim's first two cells, by which it is found again. */
static void row_key(const struct figure *figure, const struct claim *claim, char key[LINE])
{
    snprintf(key, LINE, "| %s: %s | %s%s ÷ %s |", figure->bench, figure->name, claim->of == OF_CPU ? "CPU of " : "",
             figure->rows[claim->a].name, figure->rows[claim->b].name);
}

static bool is_kept(const struct claim *claim, double ratio)
{
    return claim->bound == AT_MOST ? ratio <= claim->goal : ratio >= claim->goal;
}

void ledger_print_head(void)
{
    printf("| case | ratio of | measured | goal |\n|---|---|---|---|\n");
}

void ledger_print(const struct figure *figure)
{
    for (int i = 0; i < figure->claim_count; i++) {
        const struct claim *claim = &figure->claims[i];
        struct spread ratio = figure_ratio(figure, claim);
        char key[LINE];
        if (claim->b < 0 || ratio.count == 0)
            continue;
        row_key(figure, claim, key);
        printf("%s %.3g | %s %.3g%s |\n", key, ratio.median, claim->bound == AT_MOST ? "≤" : "≥", claim->goal,
               is_kept(claim, ratio.median) ? "" : ", missed");
    }
    fflush(stdout);
}

/* What the file says of a claim. False: nothing. */
static bool ledger_find(FILE *file, const char *key, double *ratio)
{
    char line[LINE];
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            return sscanf(line + strlen(key), "%lf", ratio) == 1;
    return false;
}

int ledger_compare(const struct figure *figure, const char *path)
{
    FILE *file = fopen(path, "r");
    int fallen = 0;
    if (!file)
        machine_fail(path);
    for (int i = 0; i < figure->claim_count; i++) {
        const struct claim *claim = &figure->claims[i];
        struct spread ratio = figure_ratio(figure, claim);
        char key[LINE];
        double said;
        if (claim->b < 0 || ratio.count == 0)
            continue;
        row_key(figure, claim, key);
        if (!ledger_find(file, key, &said))
            continue;
        if (claim->bound == AT_MOST ? ratio.least <= said * 2 : ratio.most >= said / 2)
            continue;
        bench_say("fallen: %s %.3g where %s says %.3g", key, ratio.median, path, said);
        fallen++;
    }
    fclose(file);
    return fallen;
}
