/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts Media Foundation once for the process, at first need. */
#include <stdbool.h>
#include <windows.h>
#include <mfapi.h>

#include "shell/com/media_foundation.h"

static SRWLOCK media_foundation_lock = SRWLOCK_INIT; /* guards changes of media_foundation_started */
static LONG media_foundation_started;

HRESULT media_foundation_require(void)
{
    HRESULT hr = S_OK;

    if (InterlockedCompareExchange(&media_foundation_started, 0, 0))
        return S_OK;

    AcquireSRWLockExclusive(&media_foundation_lock);
    if (!media_foundation_started)
    {
        hr = MFStartup(MF_VERSION, MFSTARTUP_LITE);
        if (SUCCEEDED(hr))
            InterlockedExchange(&media_foundation_started, 1);
    }
    ReleaseSRWLockExclusive(&media_foundation_lock);
    return hr;
}

void media_foundation_release_all(void)
{
    bool started;

    AcquireSRWLockExclusive(&media_foundation_lock);
    started = InterlockedExchange(&media_foundation_started, 0);
    ReleaseSRWLockExclusive(&media_foundation_lock);

    /* Outside the lock: it waits for callbacks, and one of them may need the platform. */
    if (started)
        MFShutdown();
}
