/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times as text (time_text.h). Written out because gmtime's thread-safe form has another name on each system, and
 * timegm does not exist on all of them.
 */
#include "engine/base/time_text.h"

#include <stdio.h>

struct civil_time
{
    unsigned int year, month, day, hour, minute, second;
};

/* The Gregorian calendar counted from 1 March of year 0, so that leap days come last in their year. */
static struct civil_time to_civil(int64_t ms)
{
    const int64_t last = INT64_C(253402300799); /* 9999-12-31 23:59:59 */
    int64_t seconds = ms < 0 ? 0 : ms / 1000 > last ? last : ms / 1000;
    uint32_t days = (uint32_t)(seconds / 86400) + 719468, in_day = (uint32_t)(seconds % 86400);
    uint32_t era = days / 146097, day_of_era = days % 146097;
    uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t march_month = (5 * day_of_year + 2) / 153;
    uint32_t month = march_month < 10 ? march_month + 3 : march_month - 9;

    return (struct civil_time){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * march_month + 2) / 5 + 1,
        .hour = in_day / 3600,
        .minute = in_day / 60 % 60,
        .second = in_day % 60,
    };
}

void drm_time_compact(int64_t ms, char out[DRM_TIME_COMPACT_SIZE])
{
    struct civil_time t = to_civil(ms);

    snprintf(out, DRM_TIME_COMPACT_SIZE, "%04u%02u%02u-%02u%02u%02u", t.year % 10000, t.month % 100, t.day % 100,
             t.hour % 100, t.minute % 100, t.second % 100);
}

void drm_time_iso(int64_t ms, char out[DRM_TIME_ISO_SIZE])
{
    struct civil_time t = to_civil(ms);

    snprintf(out, DRM_TIME_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", t.year % 10000, t.month % 100, t.day % 100,
             t.hour % 100, t.minute % 100, t.second % 100);
}

void drm_time_short(int64_t ms, char out[DRM_TIME_SHORT_SIZE])
{
    struct civil_time t = to_civil(ms);
    unsigned int thousandth = ms < 0 ? 0 : (unsigned int)(ms % 1000);
    int length = snprintf(out, DRM_TIME_SHORT_SIZE, "%04u-%02u-%02u", t.year % 10000, t.month % 100, t.day % 100);
    char *time = out + length;
    size_t left = DRM_TIME_SHORT_SIZE - (size_t)length;

    if (thousandth)
        snprintf(time, left, "T%02u:%02u:%02u.%03uZ", t.hour % 100, t.minute % 100, t.second % 100, thousandth);
    else if (t.second)
        snprintf(time, left, "T%02u:%02u:%02uZ", t.hour % 100, t.minute % 100, t.second % 100);
    else if (t.hour || t.minute)
        snprintf(time, left, "T%02u:%02uZ", t.hour % 100, t.minute % 100);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

/* Exactly so many digits; leaves *text behind them. */
static bool read_digits(const char **text, unsigned int digits, unsigned int *out)
{
    unsigned int value = 0;

    for (; digits; digits--, (*text)++)
    {
        if (**text < '0' || **text > '9')
            return false;
        value = value * 10 + (unsigned int)(**text - '0');
    }
    *out = value;
    return true;
}

static bool read_char(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static bool read_date(const char **text, struct civil_time *out)
{
    static const unsigned int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap;

    if (!read_digits(text, 4, &out->year) || !read_char(text, '-') || !read_digits(text, 2, &out->month)
        || !read_char(text, '-') || !read_digits(text, 2, &out->day))
        return false;
    if (out->year < 1970 || out->month < 1 || out->month > 12 || out->day < 1)
        return false;
    leap = (out->year % 4 == 0 && out->year % 100 != 0) || out->year % 400 == 0;
    return out->day <= days[out->month - 1] + (leap && out->month == 2);
}

/* Behind the T. */
static bool read_time(const char **text, struct civil_time *out, unsigned int *thousandth)
{
    if (!read_digits(text, 2, &out->hour) || !read_char(text, ':') || !read_digits(text, 2, &out->minute))
        return false;
    if (read_char(text, ':'))
    {
        if (!read_digits(text, 2, &out->second))
            return false;
        if (read_char(text, '.') && !read_digits(text, 3, thousandth))
            return false;
    }
    return out->hour < 24 && out->minute < 60 && out->second < 60 && read_char(text, 'Z');
}

/* Days since 1970-01-01, the way back from to_civil. */
static int64_t days_of(const struct civil_time *t)
{
    unsigned int year = t->year - (t->month <= 2), march_month = t->month > 2 ? t->month - 3 : t->month + 9;
    unsigned int era = year / 400, year_of_era = year % 400;
    unsigned int day_of_year = (153 * march_month + 2) / 5 + t->day - 1;
    unsigned int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return (int64_t)era * 146097 + day_of_era - 719468;
}

bool drm_time_parse(const char *text, int64_t *ms)
{
    struct civil_time t = {0};
    unsigned int thousandth = 0;

    if (!read_date(&text, &t))
        return false;
    if (read_char(&text, 'T') && !read_time(&text, &t, &thousandth))
        return false;
    if (*text)
        return false;
    *ms = ((days_of(&t) * 24 + t.hour) * 60 + t.minute) * INT64_C(60000) + t.second * INT64_C(1000) + thousandth;
    return true;
}
