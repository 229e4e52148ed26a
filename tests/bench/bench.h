/* What every case knows: how it was asked for, and what a case is. */
#pragma once

#include <stdbool.h>

struct settings {
    int rounds;
    bool quick; /* only to see whether it runs: tiny counts */
    bool json;
    bool table;          /* the ratios as rows of README's table */
    const char *against; /* the file whose table they are compared with, or NULL */
    int fallen;          /* ratios that have fallen since */
    const char *only;    /* of a case's rows, those whose names contain it, and what they stand beside; NULL: all */
};
extern struct settings settings;

struct bench_case {
    const char *name;
    const char *text;
    void (*run)(void);
};

/* Tells people something about the run: a line of text, or of JSON. */
void bench_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

void case_rpc(void);
void case_lines(void);
void case_bulk(void);
void case_connect(void);
void case_status(void);
void case_idle(void);
void case_latency(void);
void case_neighbours(void);
void case_start(void);
