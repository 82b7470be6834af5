/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clocks, and what many measurements come to.
 */
#ifndef WMDRM_TESTS_MEASURE_H
#define WMDRM_TESTS_MEASURE_H

#include <stddef.h>

double measure_now_us(void);
/* Processor time of this process. Wine counts it in steps of 10 ms: sum it up over many rounds. */
double measure_cpu_us(void);

#define SERIES_MAX 4096

/* Values of one kind, in any order. What is past SERIES_MAX is dropped. */
struct series
{
    size_t count;
    double values[SERIES_MAX];
};

void series_add(struct series *series, double value);
/* The value that this part of all values (0 to 1) does not exceed; 0 of none. Sorts them. */
double series_quantile(struct series *series, double part);
double series_median(struct series *series);
double series_mean(const struct series *series);

/* Ends the program with a message: a benchmark has nothing to tell where something fails. */
void measure_check(long result, const char *what);

#endif
