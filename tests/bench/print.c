/* Figures as text for people and as JSON lines for machines: one object a figure, with every sample in it. */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "figure.h"
#include "ledger.h"

/* Four figures that count, without an exponent. */
static const char *brief(char text[32], double number)
{
    int behind = number >= 1000 ? 0 : number >= 100 ? 1 : number >= 10 ? 2 : number >= 1 ? 3 : 4;
    snprintf(text, 32, "%.*f", behind, number);
    return text;
}

static void print_spread(struct spread spread)
{
    char median[32], least[32], most[32];
    if (spread.count == 0)
        printf(" %32s", "-");
    else
        printf(" %10s [%8s .. %8s]", brief(median, spread.median), brief(least, spread.least), brief(most, spread.most));
}

static void print_row(const struct figure *figure, int row)
{
    const struct row *r = &figure->rows[row];
    printf("  %-34s", r->name);
    if (r->skipped) {
        printf(" skipped: %s\n", r->skipped);
        return;
    }
    print_spread(figure_spread(figure, row, OF_VALUE));
    if (figure->cpu_unit)
        print_spread(figure_spread(figure, row, OF_CPU));
    printf("\n");
}

static bool keeps(const struct claim *claim, double number)
{
    return claim->bound == AT_MOST ? number <= claim->goal : number >= claim->goal;
}

static void print_claim(const struct figure *figure, const struct claim *claim)
{
    struct spread ratio = figure_ratio(figure, claim);
    char what[128];
    if (ratio.count == 0)
        return;
    snprintf(what, sizeof what, "%s%s%s%s", claim->of == OF_CPU ? "cpu: " : "", figure->rows[claim->a].name,
             claim->b < 0 ? "" : " / ", claim->b < 0 ? "" : figure->rows[claim->b].name);
    printf("  %-60s %7.3f [%7.3f .. %7.3f]  %s %.3g%s\n", what, ratio.median, ratio.least, ratio.most,
           claim->bound == AT_MOST ? "<=" : ">=", claim->goal, keeps(claim, ratio.median) ? "" : "  MISSED");
}

static void print_text(const struct figure *figure)
{
    printf("\n%s: %s\n  %-34s %32s", figure->bench, figure->name, "", figure->unit);
    if (figure->cpu_unit)
        printf(" %32s", figure->cpu_unit);
    printf("\n");
    for (int i = 0; i < figure->row_count; i++)
        print_row(figure, i);
    for (int i = 0; i < figure->claim_count; i++)
        print_claim(figure, &figure->claims[i]);
    fflush(stdout);
}

static void print_number(double number)
{
    if (isnan(number))
        printf("null");
    else
        printf("%.6g", number);
}

static void json_samples(const char *name, const struct row *row, enum claim_of of)
{
    printf(",\"%s\":[", name);
    for (int i = 0; i < row->count; i++) {
        printf(i ? "," : "");
        print_number(of == OF_CPU ? row->samples[i].cpu : row->samples[i].value);
    }
    printf("]");
}

static void json_spread(struct spread spread)
{
    printf("\"median\":");
    print_number(spread.median);
    printf(",\"min\":");
    print_number(spread.least);
    printf(",\"max\":");
    print_number(spread.most);
}

static void json_rows(const struct figure *figure)
{
    for (int i = 0; i < figure->row_count; i++) {
        const struct row *row = &figure->rows[i];
        printf("%s{\"name\":\"%s\",", i ? "," : "", row->name);
        if (row->skipped) {
            printf("\"skipped\":\"%s\"}", row->skipped);
            continue;
        }
        json_spread(figure_spread(figure, i, OF_VALUE));
        json_samples("values", row, OF_VALUE);
        if (figure->cpu_unit)
            json_samples("cpu", row, OF_CPU);
        printf("}");
    }
}

static void json_claims(const struct figure *figure)
{
    bool first = true;
    for (int i = 0; i < figure->claim_count; i++) {
        const struct claim *claim = &figure->claims[i];
        struct spread ratio = figure_ratio(figure, claim);
        if (ratio.count == 0)
            continue;
        printf("%s{\"of\":\"%s\",\"a\":\"%s\",", first ? "" : ",", claim->of == OF_CPU ? "cpu" : "value",
               figure->rows[claim->a].name);
        if (claim->b >= 0)
            printf("\"b\":\"%s\",", figure->rows[claim->b].name);
        json_spread(ratio);
        printf(",\"bound\":\"%s\",\"goal\":%g,\"kept\":%s}", claim->bound == AT_MOST ? "at most" : "at least", claim->goal,
               keeps(claim, ratio.median) ? "true" : "false");
        first = false;
    }
}

static void print_json(const struct figure *figure)
{
    printf("{\"bench\":\"%s\",\"name\":\"%s\",\"unit\":\"%s\",", figure->bench, figure->name, figure->unit);
    if (figure->cpu_unit)
        printf("\"cpu_unit\":\"%s\",", figure->cpu_unit);
    printf("\"rows\":[");
    json_rows(figure);
    printf("],\"ratios\":[");
    json_claims(figure);
    printf("]}\n");
    fflush(stdout);
}

void figure_print(const struct figure *figure)
{
    if (settings.json)
        print_json(figure);
    else if (settings.table)
        ledger_print(figure);
    else
        print_text(figure);
    if (settings.against)
        settings.fallen += ledger_compare(figure, settings.against);
}
