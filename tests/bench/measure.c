/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Clocks, and what many measurements come to (measure.h).
 */
#include "bench/measure.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <windows.h>

double measure_now_us(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart * 1e6 / (double)frequency.QuadPart;
}

static double microseconds(FILETIME time)
{
    return (double)((ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime) / 10;
}

double measure_cpu_us(void)
{
    FILETIME created, ended, kernel, user;

    if (!GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user))
        return 0;
    return microseconds(kernel) + microseconds(user);
}
#else
#include <time.h>

static double microseconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

double measure_now_us(void)
{
    return microseconds(CLOCK_MONOTONIC);
}

double measure_cpu_us(void)
{
    return microseconds(CLOCK_PROCESS_CPUTIME_ID);
}
#endif

void series_add(struct series *series, double value)
{
    if (series->count < SERIES_MAX)
        series->values[series->count++] = value;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double series_quantile(struct series *series, double part)
{
    if (!series->count)
        return 0;
    qsort(series->values, series->count, sizeof(series->values[0]), compare);
    return series->values[(size_t)(part * (double)(series->count - 1) + 0.5)];
}

double series_median(struct series *series)
{
    return series_quantile(series, 0.5);
}

double series_mean(const struct series *series)
{
    double sum = 0;

    for (size_t i = 0; i < series->count; i++)
        sum += series->values[i];
    return series->count ? sum / (double)series->count : 0;
}

void measure_check(long result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s failed: 0x%08lx\n", what, (unsigned long)result);
    exit(2);
}
