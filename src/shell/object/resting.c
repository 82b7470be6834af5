/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A timer that runs only after questions (resting.h). Whether more of them came meanwhile is no matter: opening the
 * transaction anew costs a quarter of a millisecond at worst, once in DELAY_MS.
 */
#include "shell/object/resting.h"

#define DELAY_MS 1000
#define SLACK_MS 500 /* so that the system may do it together with something else */

/* The flag goes down first: a question that ends after it sets the timer again, one that ended before is seen here. */
static void CALLBACK resting_callback(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER timer)
{
    struct resting *resting = context;

    (void)instance;
    (void)timer;
    InterlockedExchange(&resting->armed, FALSE);
    drm_client_rest(resting->client);
}

void resting_init(struct resting *resting, struct drm_client *client)
{
    resting->client = client;
    resting->armed = FALSE;
    resting->timer = CreateThreadpoolTimer(resting_callback, resting, NULL);
}

void resting_soon(struct resting *resting)
{
    LARGE_INTEGER due = {.QuadPart = -(LONGLONG)DELAY_MS * 10000};
    FILETIME time = {.dwLowDateTime = due.LowPart, .dwHighDateTime = (DWORD)due.HighPart};

    if (!resting->timer || InterlockedCompareExchange(&resting->armed, TRUE, FALSE))
        return;
    SetThreadpoolTimer(resting->timer, &time, 0, SLACK_MS);
}

void resting_end(struct resting *resting)
{
    if (!resting->timer)
        return;
    SetThreadpoolTimer(resting->timer, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(resting->timer, TRUE);
    CloseThreadpoolTimer(resting->timer);
    resting->timer = NULL;
}
