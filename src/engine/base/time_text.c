/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times as text (time_text.h). Written out because gmtime's thread-safe form has another name on each system.
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
