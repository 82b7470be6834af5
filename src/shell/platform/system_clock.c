/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system's clocks. */
#include "shell/platform/system_clock.h"

#include <windows.h>

#define TICKS_PER_MS 10000
#define MS_FROM_1601_TO_1970 INT64_C(11644473600000)

static int64_t clock_now(void *context)
{
    FILETIME time;

    (void)context;
    GetSystemTimeAsFileTime(&time);
    return (int64_t)(((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / TICKS_PER_MS) - MS_FROM_1601_TO_1970;
}

/* Not QueryUnbiasedInterruptTime: it stands still while the machine sleeps, and a licence's time does not. */
static uint64_t clock_monotonic(void *context)
{
    (void)context;
    return GetTickCount64();
}

void system_clock_init(struct drm_clock *out)
{
    *out = (struct drm_clock){.now = clock_now, .monotonic = clock_monotonic};
}
